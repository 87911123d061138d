// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events to records that the kernel wrote.
 *
 * tests/golden/NAME.txt are records as kernels wrote them, but for key=(null); NAME.ev the events
 * from which they must come. The .ev files are made from the .txt files (test_golden --write, after
 * a change of ATR_ABI), by hand-written rules that share no code with the recorder.
 *
 * With ATR_SAMPLES=DIR, every exec in the logs there (*.log of auditd) makes the same round trip.
 */
#include <dirent.h>
#include <glob.h>

#include "tests/tap.h"
#include "tests/unit/untty.h"

static struct unlog unlog;

static __u32 first_serial(const char *text)
{
	const char *at = strstr(text, "audit(");
	unsigned int serial = 0;

	if (at)
		sscanf(at, "audit(%*u.%*u:%u", &serial);
	return serial;
}

static enum atr_format format_of(const char *text)
{
	return strchr(text, '\x1d') ? ATR_FORMAT_ENRICHED : ATR_FORMAT_RAW;
}

static void check_golden(const char *txt_path)
{
	struct stream events = { 0 };
	char ev_path[256], *want, *got;
	size_t len = strlen(txt_path) - 4, want_len;

	snprintf(ev_path, sizeof(ev_path), "%.*s.ev", (int)len, txt_path);
	want = file_read(txt_path, &want_len);
	if (stream_load(&events, ev_path) || !want) {
		ok(false, "%s can be read", ev_path);
	} else {
		got = stream_text(&events, format_of(want), first_serial(want));
		is_str(got ? got : "", want, txt_path);
		free(got);
	}
	free(want);
	stream_free(&events);
}

/* Seeds for the fuzzers: the stream as it is, and its events one by one. */
static void write_corpus(const char *txt_path, const struct stream *s)
{
	const char *name = strrchr(txt_path, '/') + 1;
	struct stream one;
	char path[256];
	size_t at;

	/* Small ones serve best, and there are enough of them. */
	if (s->len > 6144)
		return;
	snprintf(path, sizeof(path), "tests/fuzz/corpus/replay/%.*s", (int)strlen(name) - 4, name);
	stream_save_raw(s, path);
	for (at = 0; at < s->len; at += one.len) {
		one.bytes = s->bytes + at;
		one.len = ((struct atr_hdr *)one.bytes)->size;
		snprintf(path, sizeof(path), "tests/fuzz/corpus/event/%u-%zu",
			 ((struct atr_hdr *)one.bytes)->kind, one.len);
		stream_save_raw(&one, path);
	}
}

/* Makes the .ev file of a .txt file that holds one event of the kernel's. */
static void write_golden(const char *txt_path)
{
	char ev_path[256];
	size_t len;
	char *text = file_read(txt_path, &len);

	snprintf(ev_path, sizeof(ev_path), "%.*s.ev", (int)strlen(txt_path) - 4, txt_path);
	if (!text || (strncmp(text, "type=SYSCALL ", 13) && strncmp(text, "type=TTY ", 9))) {
		tap_note("%s is made by hand", ev_path);
	} else {
		if (!strncmp(text, "type=TTY ", 9))
			untty_group(&unlog, text);
		else
			unlog_group(&unlog, text);
		if (stream_save(&unlog.out, ev_path))
			tap_note("cannot write %s", ev_path);
		write_corpus(txt_path, &unlog.out);
		stream_free(&unlog.out);
	}
	free(text);
}

/* A line without what autrail does not know: rule keys. */
static void add_plain(struct stream *group, const char *line, const char *end)
{
	static const struct {
		const char *field;
		const char *instead;
	} fields[] = { { " key=", " key=(null)" } };
	const char *at;
	unsigned int i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		at = strstr(line, fields[i].field);
		if (!at || at >= end)
			continue;
		stream_bytes(group, line, at - line);
		stream_bytes(group, fields[i].instead, strlen(fields[i].instead));
		line = at + 1 + strcspn(at + 1, " \n\x1d");
	}
	stream_bytes(group, line, end - line);
}

/* The records of the event that begins at line; NULL if it is no exec. */
static char *exec_group(const char *line)
{
	struct stream group = { 0 };
	const char *stamp = strstr(line, "msg=audit("), *next;
	size_t stamp_len;

	if (strncmp(line, "type=SYSCALL ", 13))
		return NULL;
	if (unlog_number(line, "arch=", 16) != 0xc000003e ||
	    (unlog_number(line, "syscall=", 10) != 59 && unlog_number(line, "syscall=", 10) != 322))
		return NULL;
	stamp_len = strcspn(stamp, " ");
	for (; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (!strstr(line, "msg=") || strncmp(strstr(line, "msg="), stamp, stamp_len))
			continue;
		add_plain(&group, line, next);
		if (strncmp(line, "type=PROCTITLE ", 15))
			continue;
		stream_bytes(&group, "", 1);
		return group.bytes;
	}
	/* The log ends in the middle of it. */
	stream_free(&group);
	return NULL;
}

/*
 * The kernel shows the title that a task had at its first event. So where the titles differ, but
 * nothing before them does, the old one is put into what we got.
 */
static bool only_title_differs(const char *got, const char *want)
{
	const char *got_title = strstr(got, "type=PROCTITLE "), *title;

	title = strstr(want, "type=PROCTITLE ");
	return got_title && title && got_title - got == title - want &&
	       !memcmp(got, want, title - want);
}

static void check_sample(const char *path)
{
	unsigned int execs = 0, titles = 0, differ = 0;
	size_t len;
	char *log = file_read(path, &len), *line, *want, *got;

	for (line = log; line && *line; line += *line == '\n') {
		want = exec_group(line);
		line += strcspn(line, "\n");
		if (!want)
			continue;
		execs++;
		unlog_group(&unlog, want);
		got = stream_text(&unlog.out, format_of(want), first_serial(want));
		if (!got || strcmp(got, want)) {
			if (got && only_title_differs(got, want))
				titles++;
			else if (!differ++)
				is_str(got ? got : "", want, path);
		}
		stream_free(&unlog.out);
		free(got);
		free(want);
	}
	free(log);
	ok(!differ, "%s: %u execs, %u with an old title", path, execs, titles);
}

static void each(const char *pattern, void (*check)(const char *path))
{
	glob_t found;
	size_t i;

	if (glob(pattern, 0, NULL, &found)) {
		ok(false, "%s: no such files", pattern);
		return;
	}
	for (i = 0; i < found.gl_pathc; i++)
		check(found.gl_pathv[i]);
	globfree(&found);
}

int main(int argc, char **argv)
{
	const char *samples = getenv("ATR_SAMPLES");
	char pattern[256];

	if (argc > 1 && !strcmp(argv[1], "--write")) {
		each("tests/golden/*.txt", write_golden);
		return 0;
	}
	each("tests/golden/*.txt", check_golden);
	if (samples) {
		snprintf(pattern, sizeof(pattern), "%s/*.log", samples);
		each(pattern, check_sample);
	} else {
		tap_skip("logs of real kernels", "ATR_SAMPLES is not set");
	}
	return tap_done();
}
