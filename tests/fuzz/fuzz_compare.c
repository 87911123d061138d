// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two logs of whatever bytes. Nothing crashes, each event is accounted for, a log equals itself, and no
 * report has a byte of a log that a terminal, a parser or a browser would take for its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/compare/report.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	abort();
}

struct log {
	const char *at;
	size_t left;
};

/* One line of a side, or its end. */
static void step(struct compare *c, struct log *log, enum log_side side)
{
	const char *newline = log->left ? memchr(log->at, '\n', log->left) : NULL;
	size_t len = newline ? (size_t)(newline - log->at) : log->left;
	char *line;

	if (!log->left) {
		if (compare__end(c, side))
			fail("no memory");
		return;
	}
	/* So that a byte too far is seen. */
	line = malloc(len ? len : 1);
	if (!line)
		fail("no memory");
	memcpy(line, log->at, len);
	if (compare__line(c, side, line, len))
		fail("no memory");
	free(line);
	log->at += len + !!newline;
	log->left -= len + !!newline;
	if (!newline)
		compare__cut(c, side);
}

static void check_report(const struct compare *c,
			 void (*report)(const struct compare *c, FILE *out), const char *forbidden)
{
	char *text = NULL;
	size_t size = 0, i;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		fail("no memory");
	report(c, out);
	fclose(out);
	for (i = 0; i < size; i++) {
		if ((unsigned char)text[i] >= 0x7f ||
		    ((unsigned char)text[i] < 0x20 && text[i] != '\n'))
			fail("a byte that is not to be in a report");
	}
	if (memmem(text, size, forbidden, strlen(forbidden)))
		fail("text of a log is markup");
	free(text);
}

static void plain_text(const struct compare *c, FILE *out)
{
	report_text(c, out, false);
}

static void compare_two(struct compare_opts *opts, struct log a, struct log b, bool same)
{
	struct compare *c = compare__new(opts, "a", "b");
	struct log logs[LOG_SIDES] = { a, b };
	enum log_side side;

	if (!c)
		fail("no memory");
	while (!c->sides[LOG_A].ended || !c->sides[LOG_B].ended) {
		side = compare__next(c);
		step(c, &logs[side], side);
	}
	if (compare__finish(c))
		fail("no memory");
	if (c->sides[LOG_A].events + c->sides[LOG_B].events !=
	    2 * c->paired + c->only[LOG_A] + c->only[LOG_B] + c->left_out)
		fail("an event is not accounted for");
	if (c->paired != c->equal + c->differing)
		fail("a pair is neither equal nor different");
	if (same && !c->sides[LOG_A].cut && !c->sides[LOG_B].cut && !side_bad(&c->sides[LOG_A]) &&
	    compare_verdict(c) != VERDICT_EQUAL)
		fail("a log does not equal itself");
	check_report(c, plain_text, "\033");
	check_report(c, report_json, "\t");
	check_report(c, report_html, "<fuzz");
	compare__free(c);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct compare_opts opts = { .tolerance_ms = 20, .window_ms = 5000, .memory = 1 << 20 };
	const char *text = (const char *)data, *middle;
	struct log a, b;

	if (size < 2)
		return 0;
	opts.strict = data[0] & 1;
	opts.types = data[0] & 2 ? "SYSCALL,EXECVE,LOGIN" : NULL;
	if (data[0] & 4)
		ignores_add(&opts.ignores, "SYSCALL.a0");
	if (data[0] & 8)
		opts.memory = 4096;
	if (data[0] & 16)
		opts.since_ms = 1000200;
	opts.seed = data[0] >> 5;
	text++;
	size--;
	/* A line of its own, "--", parts the two. */
	middle = memmem(text, size, "\n--\n", 4);
	a = (struct log){ text, middle ? (size_t)(middle + 1 - text) : size };
	b = middle ? (struct log){ middle + 4, text + size - middle - 4 } : a;
	compare_two(&opts, a, b, !middle);
	if (middle)
		compare_two(&opts, a, a, true);
	return 0;
}
