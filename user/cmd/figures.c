// SPDX-License-Identifier: GPL-2.0-or-later
/* The figures of a daemon: where they come from, and the file that they go to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/cmd/control_impl.h"
#include "user/control/listing.h"
#include "user/load/cost.h"
#include "user/log.h"
#include "version.h"

#define METRICS_MS 10000

/* As many as there can be files; those that are ending are told of as long as there is room. */
enum { FIGURES_PLUGINS_MAX = 64 };

__u64 control_cpu(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage))
		return 0;
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000ULL +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000ULL;
}

static void kinds_fill(const struct control *c, struct figures *f)
{
	const struct pipeline *pipeline = agent__pipeline(c->agent);
	const struct pipeline_counts *counts = pipeline__counts(pipeline);
	const struct probe *probe = agent__probe(c->agent);
	unsigned int kind, cause;

	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		struct figures_kind *to = &f->kinds[kind];

		to->written = counts->kinds[kind].written;
		to->filtered = counts->kinds[kind].filtered;
		for (cause = 0; cause < ATR_CAUSE_MAX; cause++)
			to->lost[cause] = pipeline__lost(pipeline, kind, cause);
		to->left_out = probe__filtered(probe, kind);
		to->seen = pipeline__seen(pipeline, kind);
	}
}

static void facts_fill(const struct control *c, struct figures_fact *facts)
{
	enum atr_fact fact;
	enum atr_mode mode;

	for (fact = 0; fact < ATR_FACT_MAX; fact++) {
		mode = probe__mode(agent__probe(c->agent), fact);
		facts[fact].name = atr_facts[fact].name;
		facts[fact].way = mode == ATR_MODE_MAX ? NULL : atr_modes[mode];
	}
}

static void log_fill(const struct control *c, struct figures *f)
{
	struct log_counters counters;

	if (!*c->log)
		return;
	log__counters(*c->log, &counters);
	f->log.written = counters.written;
	f->log.bytes = counters.bytes;
	f->log.dropped = counters.dropped;
	f->log.held = counters.held;
	f->log.held_bytes = counters.held_bytes;
	f->log.rotations = counters.rotations;
	f->log.errors = counters.errors;
	f->log.suspended = counters.suspended;
}

static void plugins_fill(const struct control *c, struct figures *f)
{
	/* Of the one answer that is being made. */
	static struct figures_plugin plugins[FIGURES_PLUGINS_MAX];
	struct plugin_status status;
	size_t n;

	for (n = 0; n < FIGURES_PLUGINS_MAX && plugins__status(c->plugins, n, &status); n++)
		plugins[n] = (struct figures_plugin){
			.name = status.name,
			.seen = status.counters.seen,
			.written = status.counters.written,
			.dropped = feed_dropped(&status.counters),
			.waiting = status.counters.waiting,
			.starts = status.starts,
			.given_up = status.given_up,
			.suspended = status.suspended,
		};
	f->plugins = plugins;
	f->nplugins = n;
}

/* --- rules ------------------------------------------------------------------------------------ */

struct rule_filler {
	const struct compiled *compiled;
	struct figures_rule *rules;
	size_t n;
};

static const struct compiled_rule *compiled_of(const struct compiled *c, const struct rule *rule)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->rules[i].source == rule)
			return &c->rules[i];
	return NULL;
}

/* A rule that leaves events out before they get here, or is not observed at all, has no hits to be counted. */
static void rule_fill(void *ctx, const struct rule *rule)
{
	struct rule_filler *filler = ctx;
	const struct compiled_rule *compiled = compiled_of(filler->compiled, rule);
	struct figures_rule *to = &filler->rules[filler->n++];

	to->rule = rule;
	to->hits = compiled ? compiled->hits : 0;
	to->counted = compiled &&
		      (rule->action == AUDIT_ALWAYS || !compiled_in_kernel(compiled) ||
		       (rule->list != AUDIT_FILTER_EXIT && rule->list != AUDIT_FILTER_TASK));
}

static int rules_fill(const struct control *c, struct figures *f, struct figures_rule **ret_rules)
{
	const struct compiled *rules = agent__rules(c->agent, 0);
	struct rule_filler filler = { .compiled = rules };

	f->recording = RECORDING_ALL;
	if (rules && !rules->all)
		f->recording = RECORDING_RULES;
	if (!agent__enabled(c->agent))
		f->recording = RECORDING_NOTHING;
	filler.rules = calloc(rules ? rules->source.n + 1 : 1, sizeof(*filler.rules));
	if (!filler.rules)
		return -ENOMEM;
	if (rules)
		listing_each(&rules->source, rule_fill, &filler);
	f->rules = *ret_rules = filler.rules;
	f->nrules = filler.n;
	return 0;
}

/* --- all -------------------------------------------------------------------------------------- */

void control__cost(const struct control *c, struct figures_cost *ret)
{
	const struct pipeline_counts *counts = pipeline__counts(agent__pipeline(c->agent));
	enum atr_kind kind;

	cost_read(agent__probe(c->agent), &ret->kernel_ns, &ret->runs);
	ret->agent_ns = control_cpu();
	ret->events = counts->passed;
	for (kind = 0; kind < ATR_KIND_USER; kind++)
		ret->events += probe__seen(agent__probe(c->agent), kind);
}

int control__figures(struct control *c, struct figures *ret, struct figures_rule **ret_rules)
{
	static struct figures_fact facts[ATR_FACT_MAX];
	__u64 lost;

	memset(ret, 0, sizeof(*ret));
	if (rules_fill(c, ret, ret_rules))
		return -ENOMEM;
	ret->version = ATR_VERSION;
	ret->pid = getpid();
	ret->start = c->start;
	ret->uptime = (control_now() - c->begun) / 1000;
	ret->enabled = agent__enabled(c->agent);
	kinds_fill(c, ret);
	lost = figures_lost(ret);
	ret->lost_before = c->lost_before < lost ? c->lost_before : lost;
	ret->ring_size = agent__ring_bytes(c->agent);
	ret->ring_used = agent__ring_used(c->agent);
	ret->ring_high = agent__ring_high(c->agent);
	ret->agent_ns = control_cpu() - c->cpu_before;
	facts_fill(c, facts);
	ret->facts = facts;
	ret->nfacts = ATR_FACT_MAX;
	log_fill(c, ret);
	plugins_fill(c, ret);
	ret->done = c->done;
	ret->failed = c->failed;
	ret->refused = c->refused;
	return 0;
}

/* --- the file --------------------------------------------------------------------------------- */

static int whole_write(int fd, const char *buf, size_t len)
{
	ssize_t n;

	for (; len; buf += n, len -= n) {
		n = write(fd, buf, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n ? -errno : -EIO;
	}
	return 0;
}

/* Whoever reads it finds the one before or this one, whole. */
static int file_replace(const char *path, const struct text *text, struct file_id *ret_id)
{
	struct stat st;
	char *new;
	int fd, err = 0;

	if (text->err)
		return text->err;
	if (asprintf(&new, "%s.new", path) < 0)
		return -ENOMEM;
	unlink(new);
	fd = open(new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		err = -errno;
	if (!err)
		err = whole_write(fd, text->buf, text->len);
	if (!err && (fchmod(fd, 0644) || fstat(fd, &st)))
		err = -errno;
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	if (!err && rename(new, path))
		err = -errno;
	if (err && fd >= 0)
		unlink(new);
	else if (!err)
		*ret_id = (struct file_id){ st.st_dev, st.st_ino };
	free(new);
	return err;
}

void control__metrics_tick(struct control *c)
{
	struct figures_rule *rules;
	struct figures figures;
	struct text out;
	int err;

	if (!c->metrics || control_now() < c->metrics_at)
		return;
	c->metrics_at = control_now() + METRICS_MS;
	err = control__figures(c, &figures, &rules);
	if (!err) {
		text_init(&out, CONTROL_REPLY_MAX);
		figures_metrics(&out, &figures);
		err = file_replace(c->metrics, &out, &c->metrics_id);
		text_free(&out);
		free(rules);
	}
	if (err && !c->metrics_failing)
		log_warn("the file of figures %s cannot be written: %s; what it says is old",
			 c->metrics, strerror(-err));
	else if (!err && c->metrics_failing)
		log_info("the file of figures %s can be written again", c->metrics);
	c->metrics_failing = err != 0;
}
