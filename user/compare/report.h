/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a comparison has found, for people, for machines, for a browser. No byte of a log gets out unescaped. */
#ifndef ATR_COMPARE_REPORT_H
#define ATR_COMPARE_REPORT_H

#include <stdio.h>

#include "user/compare/compare.h"

/* After compare__finish(). Errors of writing are for the caller to look for in out. */
void report_text(const struct compare *c, FILE *out, bool colour);
void report_json(const struct compare *c, FILE *out);
void report_html(const struct compare *c, FILE *out);

/* --- what they share -------------------------------------------------------------------------- */

enum escape { ESCAPE_TEXT, ESCAPE_JSON, ESCAPE_HTML };

/*
 * All that is no printable ASCII as \x1b or \u001b; of JSON and HTML what has a meaning there, too.
 */
void put_escaped(FILE *out, enum escape how, const char *text, size_t len);
void put_excerpt(FILE *out, enum escape how, const struct excerpt *e);

/* The verdict: a word, and the sentence behind it. */
extern const char *const verdict_words[];
const char *verdict_sentence(const struct compare *c, char *text, size_t size);

/* 1234567 as 1,234,567. */
struct number {
	char text[32];
};
struct number number_text(__u64 n);
/* 2026-11-25 10:00:01.123, local time; time_only: from 10 on. */
struct number time_text(__u64 ms, bool time_only);
/* What a value stands for where it is not readable: hexadecimal text, a number of an error. "": nothing. */
const char *meaning_text(const struct diff *diff, const struct excerpt *value, char *text,
			 size_t size);
/* Seconds between the first event and the last, at least one. */
double side_seconds(const struct side *s);
/* How the log was written: "auditd 3.0.9, enriched". */
const char *writer_text(const struct side *s, char *text, size_t size);

/*
 * Rows in the order in which they are told: grave ones first, then frequent ones. Pointers into the
 * tally, of which ret has to have room for all: DIFFS_MAX, ONLYS_MAX.
 */
size_t sorted_diffs(const struct compare *c, const struct diff **ret);
size_t sorted_onlys(const struct compare *c, enum log_side side, const struct only **ret);
/* How many rows from the first on have the same cause, and the events of all of them. */
size_t onlys_group(const struct only *const *onlys, size_t n, __u64 *ret_count);
/* Types that occur, by name, as numbers of names. */
size_t sorted_types(const struct compare *c, unsigned int *ret);
/* "SYSCALL.uid", "event.records". */
const char *diff_name(const struct compare *c, const struct diff *diff, char *text, size_t size);

#endif /* ATR_COMPARE_REPORT_H */
