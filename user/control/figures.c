/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The answer to `autrail status`, of which the first lines are those of auditctl -s:
 *
 * enabled 1
 * …
 * ledger                  seen      written     filtered     left out         lost
 *   exec                  1310         1010            0          300            0
 */
#include "user/control/figures.h"

#include <string.h>

#include "user/control/listing.h"
#include "user/event/event.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const recordings[] = {
	[RECORDING_ALL] = "everything",
	[RECORDING_RULES] = "what rules say",
	[RECORDING_NOTHING] = "nothing",
};

static void write_string(struct text *t, const char *text)
{
	text_bytes(t, text, strlen(text));
}

/* A number and blanks before it, so that columns are straight. */
static void write_column(struct text *t, __u64 value, size_t width)
{
	char digits[20];
	size_t n = format_u64(digits, value);

	for (; width > n; width--)
		text_char(t, ' ');
	text_bytes(t, digits, n);
}

static void write_name(struct text *t, const char *name, size_t width)
{
	size_t n = strlen(name);

	text_bytes(t, name, n);
	for (; width > n; width--)
		text_char(t, ' ');
}

static __u64 kind_lost(const struct figures_kind *kind)
{
	__u64 sum = 0;
	unsigned int cause;

	for (cause = 0; cause < ATR_CAUSE_MAX; cause++)
		sum += kind->lost[cause];
	return sum;
}

__u64 figures_lost(const struct figures *f)
{
	__u64 sum = 0;
	unsigned int kind;

	for (kind = 0; kind < ATR_KIND_USER; kind++)
		sum += kind_lost(&f->kinds[kind]);
	return sum;
}

/* Chunks are parts of events, and no event of theirs; a kind that there is not has no name. */
static bool has_row(unsigned int kind)
{
	return kind != ATR_KIND_CHUNK && strcmp(kind_name(kind), "unknown") != 0;
}

/* --- for people ------------------------------------------------------------------------------- */

void figures_audit(struct text *t, const struct figures *f)
{
	text_u64(t, "enabled ", f->enabled);
	/* Losses are told, and stop nothing. */
	text_lit(t, "\nfailure 1");
	text_u64(t, "\npid ", f->pid);
	text_lit(t, "\nrate_limit 0");
	text_u64(t, "\nbacklog_limit ", f->ring_size);
	text_u64(t, "\nlost ", figures_lost(f) - f->lost_before);
	text_u64(t, "\nbacklog ", f->ring_used);
	/* Nobody ever waits for room. */
	text_lit(t, "\nbacklog_wait_time 0\nbacklog_wait_time_actual 0\n");
}

static void write_ledger(struct text *t, const struct figures *f)
{
	static const char *const heads[] = { "seen", "written", "filtered", "left out", "lost" };
	const struct figures_kind *kind;
	unsigned int i, cause;

	text_lit(t, "\nledger         ");
	for (i = 0; i < COUNT(heads); i++) {
		write_name(t, "", 13 - strlen(heads[i]));
		write_string(t, heads[i]);
	}
	text_char(t, '\n');
	for (i = 0; i < ATR_KIND_USER; i++) {
		kind = &f->kinds[i];
		if (!has_row(i))
			continue;
		text_lit(t, "  ");
		write_name(t, kind_name(i), 13);
		write_column(t, kind->seen, 13);
		write_column(t, kind->written, 13);
		write_column(t, kind->filtered, 13);
		write_column(t, kind->left_out, 13);
		write_column(t, kind_lost(kind), 13);
		text_char(t, '\n');
	}
	for (i = 0; i < ATR_KIND_USER; i++) {
		for (cause = 0; cause < ATR_CAUSE_MAX; cause++) {
			if (!f->kinds[i].lost[cause])
				continue;
			text_u64(t, "  lost ", f->kinds[i].lost[cause]);
			text_char(t, ' ');
			write_string(t, kind_name(i));
			text_lit(t, ": ");
			write_string(t, cause_name(cause));
			text_char(t, '\n');
		}
	}
}

static __u64 figures_events(const struct figures *f)
{
	__u64 sum = 0;
	unsigned int kind;

	for (kind = 0; kind < ATR_KIND_USER; kind++)
		sum += f->kinds[kind].seen;
	return sum;
}

/* NAME NANOSECONDS "ns an event", or that there was none. */
static void write_per_event(struct text *t, const char *name, __u64 ns, __u64 events)
{
	write_string(t, name);
	if (events) {
		text_u64(t, "", ns / events);
		text_lit(t, " ns an event\n");
	} else {
		text_lit(t, "no event\n");
	}
}

static void write_cost(struct text *t, const struct figures *f)
{
	const struct figures_cost *c = &f->cost;

	text_lit(t, "\ncost\n");
	text_u64(t, "  CPU of the daemon   ", f->agent_ns / 1000000);
	text_lit(t, " ms in all, ");
	write_per_event(t, "", f->agent_ns, figures_events(f));
	if (!c->seconds)
		return;
	text_u64(t, "  measured            ", c->seconds);
	text_u64(t, " s, events: ", c->events);
	text_char(t, '\n');
	write_per_event(t, "  CPU of the daemon   ", c->agent_ns, c->events);
	if (c->err) {
		text_lit(t, "  in the kernel       not known: it did not measure programs\n");
		return;
	}
	write_per_event(t, "  in the kernel       ", c->kernel_ns, c->events);
	text_u64(t, "                      programs ran ", c->runs);
	text_lit(t, " times\n");
}

static void write_rules(struct text *t, const struct figures *f)
{
	size_t i;

	text_u64(t, "\nrules ", f->nrules);
	text_lit(t, ", recording ");
	write_string(t, recordings[f->recording]);
	write_string(t, f->nrules ? ":\n         hits\n" : "\n");
	for (i = 0; i < f->nrules; i++) {
		if (f->rules[i].counted)
			write_column(t, f->rules[i].hits, 13);
		else
			write_name(t, "            -", 13);
		text_char(t, ' ');
		listing_rule(t, f->rules[i].rule);
		text_char(t, '\n');
	}
}

static void write_log(struct text *t, const struct figures *f)
{
	text_u64(t, "\nlog\n  events ", f->log.written);
	text_u64(t, ", bytes ", f->log.bytes);
	text_u64(t, ", rotations ", f->log.rotations);
	text_u64(t, ", errors ", f->log.errors);
	text_u64(t, ", dropped ", f->log.dropped);
	text_u64(t, ", waiting ", f->log.held);
	text_u64(t, " (bytes ", f->log.held_bytes);
	write_string(t, f->log.suspended ? "), suspended\n" : ")\n");
}

/* The name of a file; what a terminal would take for more than that is not shown. */
static void write_file(struct text *t, const char *name)
{
	for (; *name; name++)
		text_char(t, *name < ' ' || *name > '~' ? '?' : *name);
}

static void write_plugins(struct text *t, const struct figures *f)
{
	const struct figures_plugin *p;
	size_t i;

	if (f->nplugins)
		text_lit(t, "\nplugins\n");
	for (i = 0; i < f->nplugins; i++) {
		p = &f->plugins[i];
		text_lit(t, "  ");
		write_file(t, p->name);
		text_u64(t, ": records ", p->seen);
		text_u64(t, ", written ", p->written);
		text_u64(t, ", dropped ", p->dropped);
		text_u64(t, ", waiting ", p->waiting);
		text_u64(t, ", starts ", p->starts);
		write_string(t, p->given_up ? ", given up" : p->suspended ? ", suspended" : "");
		text_char(t, '\n');
	}
}

void figures_status(struct text *t, const struct figures *f)
{
	size_t i;

	figures_audit(t, f);
	text_lit(t, "\nversion ");
	write_string(t, f->version);
	text_u64(t, "\nuptime ", f->uptime);
	text_lit(t, " s\n");
	write_ledger(t, f);
	text_u64(t, "\nring\n  bytes ", f->ring_size);
	text_u64(t, ", in use ", f->ring_used);
	text_u64(t, ", high water ", f->ring_high);
	text_char(t, '\n');
	write_cost(t, f);
	text_lit(t, "\nhooks\n");
	for (i = 0; i < f->nfacts; i++) {
		text_lit(t, "  ");
		write_name(t, f->facts[i].name, 46);
		text_char(t, ' ');
		write_string(t, f->facts[i].way ? f->facts[i].way : "-");
		text_char(t, '\n');
	}
	write_rules(t, f);
	write_log(t, f);
	write_plugins(t, f);
	text_u64(t, "\ncontrol\n  requests done ", f->done);
	text_u64(t, ", failed ", f->failed);
	text_u64(t, ", refused ", f->refused);
	text_char(t, '\n');
}
