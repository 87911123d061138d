// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/compare_live.h"

#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/cmd/agent.h"
#include "user/cmd/commands.h"
#include "user/load/hold.h"
#include "user/load/kaudit.h"
#include "user/log.h"

/* Both are looked at so often, and the table is drawn so often. */
#define TICK_MS	 100
#define TABLE_MS 1000
/* What is older than this will not come any more: look-ups of autrail end before, as does kauditd's queue. */
#define SETTLED_MS   3000
#define FIRST_SERIAL 0x80000000U

struct live {
	struct compare *compare;
	struct agent *agent;
	struct hold *hold;	  /* kernel audit is ours; NULL: we listen in */
	struct kaudit *listening; /* else */
	__u64 begun_ms, last_ms, drawn_ms;
	bool lost; /* there were more records of the kernel than could be taken */
	bool table;
	int err;
};

static __u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* --- the two sides ---------------------------------------------------------------------------- */

static void feed(struct live *live, enum log_side side, const char *text, size_t len)
{
	int err = compare__line(live->compare, side, text, len);

	if (err && !live->err)
		live->err = err;
}

/* Lines of autrail. */
static int take_ours(void *ctx, const char *text, size_t len, const struct atr_kept_mark *mark)
{
	const char *newline;

	while (len) {
		newline = memchr(text, '\n', len);
		if (!newline)
			newline = text + len;
		feed(ctx, LOG_B, text, newline - text);
		len -= newline - text;
		text = newline;
		if (len)
			text++, len--;
	}
	return 0;
}

/* A record of the kernel, to the line that auditd writes of it. */
static int take_kernel(void *ctx, void *data, size_t size)
{
	const struct atr_kernel *ev = data;
	static char line[ATR_MESSAGE_MAX + 128];
	const char *type = audit_msg_type_to_name(ev->type);
	int len;

	/* Answers to what we have asked of it. */
	if (ev->type < AUDIT_FIRST_USER_MSG && ev->type != AUDIT_USER && ev->type != AUDIT_LOGIN)
		return 0;
	if (type)
		len = snprintf(line, sizeof(line), "type=%s msg=", type);
	else
		len = snprintf(line, sizeof(line), "type=UNKNOWN[%u] msg=", ev->type);
	memcpy(line + len, (const char *)data + ev->text.off, ev->text.len);
	feed(ctx, LOG_A, line, len + ev->text.len);
	return 0;
}

static void read_kernel(struct live *live)
{
	struct kaudit *reader = live->hold ? hold_reader(live->hold) : live->listening;

	if (kaudit__read(reader, take_kernel, live) == -ENOBUFS)
		live->lost = true;
}

/* --- as it goes ------------------------------------------------------------------------------- */

static void draw(struct live *live)
{
	const struct compare *c = live->compare;
	const struct side *a = &c->sides[LOG_A], *b = &c->sides[LOG_B];
	__u64 seconds = (live->last_ms - live->begun_ms) / 1000;

	/* Over the one before. */
	if (live->drawn_ms)
		fputs("\033[5A", stderr);
	live->drawn_ms = live->last_ms;
	fprintf(stderr, "\033[K%3llu:%02llu            kernel audit      autrail    ^C ends it\n",
		seconds / 60, seconds % 60);
	fprintf(stderr, "\033[K  events         %12llu %12llu\n", a->events, b->events);
	fprintf(stderr, "\033[K  in both        %12llu %12llu    %llu differ\n", c->paired,
		c->paired, c->differing);
	fprintf(stderr, "\033[K  only there     %12llu %12llu\n", c->only[LOG_A], c->only[LOG_B]);
	fprintf(stderr, "\033[K  waiting        %12zu %12zu\n", a->window.n, b->window.n);
}

static void tick(void *ctx)
{
	struct live *live = ctx;
	enum log_side side;

	read_kernel(live);
	live->last_ms = now_ms();
	for (side = 0; side < LOG_SIDES; side++)
		compare__advance(live->compare, side, live->last_ms - SETTLED_MS);
	if (live->table && live->last_ms - live->drawn_ms >= TABLE_MS)
		draw(live);
}

/* --- beginning and end ------------------------------------------------------------------------ */

static const char every_exec[] = "-a always,exit -F arch=b64 -S execve,execveat\n"
				 "-a always,exit -F arch=b32 -S execve,execveat\n";

static void say_nothing(void *ctx, const struct rule_message *message)
{
}

/* What kernel audit is to record: the rules that were read, or every exec. */
static int hold_take(const struct rule_paths *paths, struct hold **ret)
{
	struct compiled *compiled = NULL;
	struct ruleset every;
	int err;

	ruleset_init(&every);
	if (paths->n) {
		compiled = rules_load(paths, false);
		err = compiled ? hold__begin(&compiled->source, ret) : -EINVAL;
	} else {
		err = ruleset_parse(&every, "every exec", every_exec, strlen(every_exec), NULL,
				    say_nothing, NULL);
		if (!err)
			err = hold__begin(&every, ret);
	}
	compiled__free(compiled);
	ruleset_free(&every);
	return err;
}

/* Takes kernel audit, or listens in where somebody has it. */
static int kernel_begin(struct live *live, const struct rule_paths *rules)
{
	int err = hold_take(rules, &live->hold);

	if (!err)
		return ATR_EXIT_OK;
	if (err != -EBUSY && err != -EPERM)
		return ATR_EXIT_KERNEL;
	if (kaudit__open(&live->listening))
		return ATR_EXIT_KERNEL;
	log_info("kernel audit %s: it is listened in to, and its rules are what they are",
		 err == -EBUSY ? "has a daemon" : "is locked");
	return ATR_EXIT_OK;
}

/* All that has happened until now is in, or never will be. */
static int finish(struct live *live)
{
	struct compare *c = live->compare;
	enum log_side side;
	int err = 0;

	/* kauditd hands on what waits within a moment. */
	usleep(200000);
	read_kernel(live);
	c->opts.until_ms = live->last_ms;
	for (side = 0; side < LOG_SIDES && !err; side++)
		err = compare__end(c, side);
	if (!err)
		err = compare__finish(c);
	if (err || live->err) {
		log_error("cannot compare: %s", strerror(ENOMEM));
		return ATR_EXIT_RUNTIME;
	}
	if (live->lost)
		log_warn(
			"kernel audit had more records than could be taken: what is only in B may be "
			"among those");
	return ATR_EXIT_OK;
}

int live_run(const struct compare_opts *opts, const struct rule_paths *rules,
	     struct compare **ret_compare)
{
	struct live live = { .table = isatty(STDERR_FILENO) && log_level() >= ATR_LOG_INFO };
	struct output output = { .write = take_ours, .ctx = &live };
	struct agent_opts agent = {
		.record = { .format = ATR_FORMAT_RAW, .first_serial = FIRST_SERIAL },
		.probe = { .failed = true, .logins = true, .ring_bytes = 8 << 20 },
		.rules = *rules,
		.output = &output,
		.watch = -1,
		.tick = tick,
		.tick_ms = TICK_MS,
		.ctx = &live,
	};
	int code, mended;

	if (rules_check(rules, false))
		return ATR_EXIT_CONFIG;
	if (!privilege_check("compare --live"))
		return ATR_EXIT_PRIVILEGE;
	mended = hold__mend();
	if (mended == 1)
		log_info("kernel audit was put back as it was before a run that was killed");
	if (mended == -EBUSY)
		log_error("another compare --live runs: one at a time");
	if (mended < 0)
		return ATR_EXIT_RUNTIME;
	live.compare = compare__new(opts, "kernel audit", "autrail");
	if (!live.compare)
		return ATR_EXIT_RUNTIME;
	strcpy(live.compare->sides[LOG_A].writer, "the kernel");
	live.begun_ms = live.last_ms = now_ms();
	code = agent__start(&agent, &live.agent);
	if (!code)
		code = kernel_begin(&live, rules);
	if (!code) {
		/* Whatever was before both of them were there is nobody's. */
		live.compare->opts.since_ms = now_ms();
		code = agent__run(live.agent);
	}
	if (live.hold)
		hold__release(live.hold);
	if (!code)
		code = finish(&live);
	if (hold__end(live.hold) && !code)
		code = ATR_EXIT_RUNTIME;
	kaudit__free(live.listening);
	agent__free(live.agent);
	*ret_compare = live.compare;
	return code;
}

int live_restore(void)
{
	int mended;

	if (!privilege_check("compare --restore"))
		return ATR_EXIT_PRIVILEGE;
	mended = hold__mend();
	if (mended == -EBUSY)
		log_error("the compare --live that has kernel audit still runs: end that");
	else if (!mended)
		log_info("there is nothing to put back");
	else if (mended == 1)
		log_info("kernel audit is as it was");
	return mended < 0 ? ATR_EXIT_RUNTIME : ATR_EXIT_OK;
}
