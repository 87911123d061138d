// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail compare: two audit logs side by side. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "user/cmd/commands.h"
#include "user/cmd/compare_live.h"
#include "user/compare/report.h"
#include "user/compare/source.h"
#include "user/compare/when.h"
#include "user/log.h"

/* Exit codes of this command; 2 is usage. */
enum { EXIT_EQUAL = 0, EXIT_DIFFERENT = 1, EXIT_UNREADABLE = 3 };

/* A progress bar is worth it from this size on, and is drawn so often. */
#define BAR_BYTES (64 << 20)
#define BAR_MS	  200
#define BAR_WIDTH 40

static struct command_opts {
	struct compare_opts compare;
	struct rule_paths rules;
	const char *html;
	bool json;
	bool rotated;
	bool live;
	bool restore;
	int colour; /* -1: as the terminal is */
} compare_opts = {
	.compare = { .tolerance_ms = 20, .window_ms = 5000, .memory = 96 << 20 },
	.colour = -1,
};

/* --- options ---------------------------------------------------------------------------------- */

static const char *set_when(const char *arg, __u64 *ret)
{
	struct timespec real, boot;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return when_parse(arg, real.tv_sec, real.tv_sec - boot.tv_sec, ret);
}

static const char *set_since(void *dest, const char *arg)
{
	return set_when(arg, &((struct command_opts *)dest)->compare.since_ms);
}

static const char *set_until(void *dest, const char *arg)
{
	return set_when(arg, &((struct command_opts *)dest)->compare.until_ms);
}

static const char *set_ignore(void *dest, const char *arg)
{
	struct command_opts *o = dest;
	const char *comma, *wrong;
	char one[2 * NAME_ROOM];

	for (;; arg = comma + 1) {
		comma = strchrnul(arg, ',');
		if ((size_t)(comma - arg) >= sizeof(one))
			return "a name is too long";
		memcpy(one, arg, comma - arg);
		one[comma - arg] = 0;
		wrong = ignores_add(&o->compare.ignores, one);
		if (wrong || !*comma)
			return wrong;
	}
}

static const char *set_types(void *dest, const char *arg)
{
	((struct command_opts *)dest)->compare.types = arg;
	return arg[0] ? NULL : "it must be names of types with commas between";
}

/* 20, 20ms, 1.5s: milliseconds. */
static const char *set_tolerance(void *dest, const char *arg)
{
	char *end;
	double ms;

	errno = 0;
	ms = strtod(arg, &end);
	if (!strcmp(end, "s"))
		ms *= 1000;
	else if (*end && strcmp(end, "ms"))
		end = (char *)arg;
	if (errno || end == arg || !(ms >= 0 && ms <= 60000))
		return "it must be milliseconds, or a number with ms or s behind it, at most 60s";
	((struct command_opts *)dest)->compare.tolerance_ms = ms + 0.5;
	return NULL;
}

static const char *set_offset(void *dest, const char *arg)
{
	char *end;
	double sec;

	errno = 0;
	sec = strtod(arg, &end);
	if (errno || end == arg || *end || !(sec > -1e9 && sec < 1e9))
		return "it must be seconds, as 3600 or -0.5";
	((struct command_opts *)dest)->compare.offset_ms = sec * 1000;
	return NULL;
}

static const char *set_strict(void *dest, const char *arg)
{
	((struct command_opts *)dest)->compare.strict = true;
	return NULL;
}

static const char *set_rotated(void *dest, const char *arg)
{
	((struct command_opts *)dest)->rotated = true;
	return NULL;
}

static const char *set_json(void *dest, const char *arg)
{
	((struct command_opts *)dest)->json = true;
	return NULL;
}

static const char *set_html(void *dest, const char *arg)
{
	((struct command_opts *)dest)->html = arg;
	return NULL;
}

static const char *set_colour(void *dest, const char *arg)
{
	static const char *const names[] = { "never", "always", "auto" };
	int i;

	for (i = 0; i < 3; i++) {
		if (!strcmp(arg, names[i])) {
			((struct command_opts *)dest)->colour = i == 2 ? -1 : i;
			return NULL;
		}
	}
	return "it must be never, always or auto";
}

static const char *set_live(void *dest, const char *arg)
{
	((struct command_opts *)dest)->live = true;
	return NULL;
}

static const char *set_restore(void *dest, const char *arg)
{
	((struct command_opts *)dest)->restore = true;
	return NULL;
}

static const char *set_rules(void *dest, const char *arg)
{
	return rule_paths_add(&((struct command_opts *)dest)->rules, arg);
}

static const char *set_quiet(void *dest, const char *arg)
{
	log_set_level(ATR_LOG_WARN);
	return NULL;
}

static const struct opt opts[] = {
	{ 0, "json", NULL, "write one object for machines instead of the report", set_json },
	{ 0, "html", "FILE", "write a page to look at as well", set_html },
	{ 0, "ignore", "TYPE.FIELD",
	  "leave a field out, a type of records (TYPE), a field of any (*.FIELD)", set_ignore },
	{ 0, "types", "TYPE,...", "compare these types of records only", set_types },
	{ 0, "since", "TIME", "events from this time on, in ausearch's words: today, recent, 10:00",
	  set_since },
	{ 0, "until", "TIME", "events before this time", set_until },
	{ 0, "tolerance", "TIME", "how far the times of an event may be apart, default 20ms",
	  set_tolerance },
	{ 0, "offset", "SECONDS", "B's clock is ahead by so much, where that is not found out",
	  set_offset },
	{ 0, "strict", NULL, "known ways of kernel audit and autrail are differences, too",
	  set_strict },
	{ 0, "rotated", NULL, "with FILE.1, FILE.2... before each FILE, as a directory is taken",
	  set_rotated },
	{ 0, "colour", "WHEN", "never, always or auto, the default: on a terminal", set_colour },
	{ 0, "live", NULL,
	  "no logs: kernel audit and autrail, as it happens, until interrupted; as root",
	  set_live },
	{ 'r', "rules", "FILE", "with --live: what both record; default every exec", set_rules },
	{ 0, "restore", NULL, "put kernel audit back as it was before a --live that was killed",
	  set_restore },
	{ 'q', "quiet", NULL, "no progress bar, only warnings and errors", set_quiet },
	{},
};

/* --- files ------------------------------------------------------------------------------------ */

struct job {
	struct compare *compare;
	struct source *sources[LOG_SIDES];
	bool bar;
	__u64 bar_ms;
};

static __u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

static void bar_draw(struct job *job)
{
	__u64 done = source_done(job->sources[LOG_A]) + source_done(job->sources[LOG_B]);
	__u64 size = source_size(job->sources[LOG_A]) + source_size(job->sources[LOG_B]);
	__u64 now = now_ms();
	int full;

	if (!job->bar || now - job->bar_ms < BAR_MS)
		return;
	job->bar_ms = now;
	if (done > size)
		size = done;
	full = size ? done * BAR_WIDTH / size : 0;
	fprintf(stderr, "\r[%.*s%*s] %3d %% of %llu MB", full,
		"########################################", BAR_WIDTH - full, "",
		(int)(size ? done * 100 / size : 0), size >> 20);
}

static void bar_end(struct job *job)
{
	if (job->bar && job->bar_ms)
		fputs("\r\033[K", stderr);
}

/* One line of a side. 0, or -errno and it is told. */
static int step(struct job *job, enum log_side side)
{
	const char *text;
	size_t len;
	bool cut;
	int n, err;

	n = source__line(job->sources[side], LINE_MAX_BYTES, &text, &len, &cut);
	if (n < 0)
		return n;
	if (!n)
		return compare__end(job->compare, side);
	err = compare__line(job->compare, side, text, len);
	if (cut)
		compare__cut(job->compare, side);
	return err;
}

static int run(struct job *job)
{
	const struct side *sides = job->compare->sides;
	__u64 lines = 0;
	int err = 0;

	while (!err && !(sides[LOG_A].ended && sides[LOG_B].ended)) {
		err = step(job, compare__next(job->compare));
		if (!(++lines % 65536))
			bar_draw(job);
	}
	bar_end(job);
	if (err == -ENOMEM)
		log_error("cannot compare: %s", strerror(ENOMEM));
	return err ? err : compare__finish(job->compare);
}

/* Something is there, and nothing of it is a record: this is no audit log. */
static bool is_no_log(const struct side *s)
{
	if (s->records || !side_bad(s))
		return false;
	log_error("%s is no audit log: it has %llu lines, and none of them is a record", s->name,
		  s->lines);
	return true;
}

static int report(const struct command_opts *o, const struct compare *c)
{
	bool colour = o->colour < 0 ? isatty(STDOUT_FILENO) : o->colour;
	enum log_side side;
	bool bad = false;
	FILE *page;
	int err = 0;

	if (o->html) {
		page = fopen(o->html, "we");
		if (page)
			report_html(c, page);
		if (!page || ferror(page) || fclose(page)) {
			log_error("cannot write the page %s: %s", o->html, strerror(errno));
			return EXIT_UNREADABLE;
		}
	}
	if (o->json)
		report_json(c, stdout);
	else
		report_text(c, stdout, colour);
	if (fflush(stdout) || ferror(stdout))
		err = errno;
	if (err && err != EPIPE)
		log_error("cannot write the report: %s", strerror(err));
	for (side = 0; side < LOG_SIDES; side++)
		bad = is_no_log(&c->sides[side]) || bad;
	if (bad)
		return EXIT_UNREADABLE;
	if (err && err != EPIPE)
		return EXIT_UNREADABLE;
	return compare_verdict(c) == VERDICT_EQUAL ? EXIT_EQUAL : EXIT_DIFFERENT;
}

static int compare_files(const struct command_opts *o, char **logs)
{
	struct job job = { 0 };
	int code = EXIT_UNREADABLE, i;

	for (i = 0; i < LOG_SIDES; i++) {
		if (source__open(logs[i], o->rotated, &job.sources[i]))
			goto out;
	}
	job.compare = compare__new(&o->compare, logs[LOG_A], logs[LOG_B]);
	if (!job.compare) {
		log_error("cannot compare: %s", strerror(ENOMEM));
		goto out;
	}
	job.bar = isatty(STDERR_FILENO) && log_level() >= ATR_LOG_INFO &&
		  source_size(job.sources[LOG_A]) + source_size(job.sources[LOG_B]) > BAR_BYTES;
	if (!run(&job))
		code = report(o, job.compare);
out:
	compare__free(job.compare);
	for (i = 0; i < LOG_SIDES; i++)
		source__free(job.sources[i]);
	return code;
}

static int live(const struct command_opts *o)
{
	struct compare *c = NULL;
	int code = live_run(&o->compare, &o->rules, &c);

	if (c && !code)
		code = report(o, c);
	compare__free(c);
	return code;
}

static int compare_run(void *dest, int argc, char **argv)
{
	struct command_opts *o = dest;
	bool alone = o->live || o->restore;

	if (alone ? argc || (o->live && o->restore) : argc != LOG_SIDES || o->rules.n) {
		log_error(
			"compare: it takes two logs, or --live with rules if you like, or --restore");
		return ATR_EXIT_USAGE;
	}
	if (!alone && !strcmp(argv[0], "-") && !strcmp(argv[1], "-")) {
		log_error("compare: only one of the logs can be standard input");
		return ATR_EXIT_USAGE;
	}
	if (getrandom(&o->compare.seed, sizeof(o->compare.seed), GRND_NONBLOCK) < 0)
		o->compare.seed = now_ms();
	if (o->restore)
		return live_restore();
	return o->live ? live(o) : compare_files(o, argv);
}

const struct command atr_command_compare = {
	.name = "compare",
	.args = "A B",
	.summary = "say what is different in two audit logs, and why; needs no root",
	.opts = opts,
	.operands = 2,
	.optional = 2,
	.run = compare_run,
	.dest = &compare_opts,
};
