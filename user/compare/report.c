// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/compare/report.h"

#include <libaudit.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const verdict_words[] = {
	[VERDICT_EQUAL] = "EQUAL",
	[VERDICT_EXPLAINED] = "DIFFERENT, EXPLAINED",
	[VERDICT_DIFFERENT] = "DIFFERENT",
};

/* --- bytes ------------------------------------------------------------------------------------ */

/* In a terminal no byte may act, in a page none may begin a tag, in JSON none may end a string. */
static void put_byte(FILE *out, enum escape how, unsigned char c)
{
	static const char *const html[256] = {
		['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;", ['\''] = "&#39;",
	};

	if (c < 0x20 || c >= 0x7f)
		fprintf(out, how == ESCAPE_JSON ? "\\u%04x" : "\\x%02x", c);
	else if (how == ESCAPE_HTML && html[c])
		fputs(html[c], out);
	else if (how == ESCAPE_JSON && (c == '"' || c == '\\'))
		fprintf(out, "\\%c", c);
	else
		putc(c, out);
}

void put_escaped(FILE *out, enum escape how, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		put_byte(out, how, text[i]);
}

void put_excerpt(FILE *out, enum escape how, const struct excerpt *e)
{
	if (e->none) {
		fputs("(none)", out);
		return;
	}
	if (e->before)
		fputs("...", out);
	put_escaped(out, how, e->text, e->len);
	if (e->after)
		fputs("...", out);
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* 20 digits and 6 commas at most. */
struct number number_text(__u64 n)
{
	struct number ret = { "" };
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%llu", n), i, at = 0;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			ret.text[at++] = ',';
		ret.text[at++] = digits[i];
	}
	ret.text[at] = 0;
	return ret;
}

struct number time_text(__u64 ms, bool time_only)
{
	struct number ret = { "" };
	time_t sec = ms / 1000;
	struct tm tm;
	size_t len;

	/* Years that a calendar has no words for, from 10000 on. */
	if (sec > 253402300799 || !localtime_r(&sec, &tm)) {
		snprintf(ret.text, sizeof(ret.text), "%llu.%03llu", ms / 1000, ms % 1000);
		return ret;
	}
	len = strftime(ret.text, sizeof(ret.text), time_only ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S",
		       &tm);
	snprintf(ret.text + len, sizeof(ret.text) - len, ".%03llu", ms % 1000);
	return ret;
}

double side_seconds(const struct side *s)
{
	__u64 ms = s->last_ms - s->first_ms;

	return ms > 1000 ? (double)ms / 1000 : 1;
}

/* --- words ------------------------------------------------------------------------------------ */

const char *writer_text(const struct side *s, char *text, size_t size)
{
	bool told = s->writer[0];

	snprintf(text, size, "%s, %s",
		 !s->ours				   ? told ? s->writer : "auditd" :
		 told && !strncmp(s->writer, "autrail", 7) ? s->writer :
							     "autrail",
		 s->tailed ? "enriched" : "raw");
	return text;
}

/* a0 to a9999 stand for all of them; those of EXECVE are texts. */
static bool is_text_field(const char *field)
{
	static const char *const fields[] = { "aN",	   "comm", "exe",  "name", "cwd",
					      "proctitle", "key",  "acct", "cmd" };
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!strcmp(field, fields[i]))
			return true;
	}
	return false;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

const char *meaning_text(const struct diff *diff, const struct excerpt *value, char *text,
			 size_t size)
{
	const char *name;
	__s64 number;
	size_t i, len = 0;

	text[0] = 0;
	if (value->none || value->before || !value->len)
		return text;
	if (!strcmp(diff->field, "exit") &&
	    piece_number((struct piece){ value->text, value->len }, &number) && number < 0 &&
	    number > -4096) {
		name = audit_errno_to_name(-number);
		snprintf(text, size, "%s", name ? name : "");
		return text;
	}
	if (!is_text_field(diff->field) || value->len % 2)
		return text;
	for (i = 0; i + 1 < value->len && len + 1 < size; i += 2) {
		if (hex_digit(value->text[i]) < 0 || hex_digit(value->text[i + 1]) < 0) {
			len = 0;
			break;
		}
		text[len] = hex_digit(value->text[i]) << 4 | hex_digit(value->text[i + 1]);
		/* The title has a NUL between its words. */
		if (!text[len++])
			text[len - 1] = ' ';
	}
	text[len] = 0;
	return text;
}

const char *diff_name(const struct compare *c, const struct diff *diff, char *text, size_t size)
{
	snprintf(text, size, "%s.%s", diff->type ? c->types.of[diff->type].text : "EVENT",
		 diff->field);
	return text;
}

/* One more clause, if there is anything to tell; one and many are what is counted. */
static size_t add(char *text, size_t len, size_t size, bool *more, const char *one,
		  const char *many, __u64 n)
{
	if (!n || len >= size)
		return len;
	len += snprintf(text + len, size - len, "%s%s %s", *more ? ", " : "", number_text(n).text,
			n == 1 ? one : many);
	*more = true;
	return len;
}

/* Events that are in one log only, without a cause. */
static __u64 without_cause(const struct compare *c)
{
	__u64 n = c->tally.more_onlys;
	unsigned int i;

	for (i = 0; i < c->tally.nonlys; i++) {
		if (c->tally.onlys[i].cause == CAUSE_NONE)
			n += c->tally.onlys[i].count;
	}
	return n;
}

const char *verdict_sentence(const struct compare *c, char *text, size_t size)
{
	size_t len;
	bool more = false;

	if (!c->paired && !c->only[LOG_A] && !c->only[LOG_B] &&
	    compare_verdict(c) == VERDICT_EQUAL) {
		snprintf(text, size, "neither log has an event to compare");
		return text;
	}
	if (compare_verdict(c) == VERDICT_EQUAL) {
		snprintf(text, size, "%s event%s in both logs, and none differs",
			 number_text(c->paired).text, c->paired == 1 ? "" : "s");
		return text;
	}
	if (c->paired)
		len = snprintf(text, size, "%s event%s in both logs; ", number_text(c->paired).text,
			       c->paired == 1 ? "" : "s");
	else
		len = snprintf(text, size, "no event is in both logs; ");
	len = add(text, len, size, &more, "of them differs", "of them differ", c->differing);
	len = add(text, len, size, &more, "event only in A", "events only in A", c->only[LOG_A]);
	len = add(text, len, size, &more, "only in B", "only in B", c->only[LOG_B]);
	len = add(text, len, size, &more, "line of A that cannot be read",
		  "lines of A that cannot be read", side_bad(&c->sides[LOG_A]));
	len = add(text, len, size, &more, "line of B that cannot be read",
		  "lines of B that cannot be read", side_bad(&c->sides[LOG_B]));
	if (compare_shifted(c) && len < size)
		len += snprintf(text + len, size - len, "%stheir clocks are apart",
				more ? ", " : "");
	if (len < size && without_cause(c))
		snprintf(text + len, size - len, "; for %s of them no cause is found",
			 number_text(without_cause(c)).text);
	return text;
}

/* --- order ------------------------------------------------------------------------------------ */

/*
 * At last by place in the table: qsort() keeps no order of its own, and a report should not change
 * from run to run.
 */
static int by_grade(const void *a, const void *b)
{
	const struct diff *x = *(const struct diff *const *)a, *y = *(const struct diff *const *)b;

	if (x->grade != y->grade)
		return x->grade > y->grade ? -1 : 1;
	return x->count != y->count ? (x->count > y->count ? -1 : 1) : x < y ? -1 : 1;
}

size_t sorted_diffs(const struct compare *c, const struct diff **ret)
{
	unsigned int i;

	for (i = 0; i < c->tally.ndiffs; i++)
		ret[i] = &c->tally.diffs[i];
	qsort(ret, i, sizeof(*ret), by_grade);
	return i;
}

static int by_cause(const void *a, const void *b)
{
	const struct only *x = *(const struct only *const *)a, *y = *(const struct only *const *)b;

	if (x->cause != y->cause)
		return x->cause < y->cause ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->count != y->count ? (x->count > y->count ? -1 : 1) : x < y ? -1 : 1;
}

size_t sorted_onlys(const struct compare *c, enum log_side side, const struct only **ret)
{
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < c->tally.nonlys; i++) {
		if (c->tally.onlys[i].side == side)
			ret[n++] = &c->tally.onlys[i];
	}
	qsort(ret, n, sizeof(*ret), by_cause);
	return n;
}

/* by_cause() has put them side by side. */
size_t onlys_group(const struct only *const *onlys, size_t n, __u64 *ret_count)
{
	size_t i;

	*ret_count = 0;
	for (i = 0; i < n && onlys[i]->cause == onlys[0]->cause && onlys[i]->key == onlys[0]->key;
	     i++)
		*ret_count += onlys[i]->count;
	return i;
}

static int by_name(const void *a, const void *b, void *ctx)
{
	const struct compare *c = ctx;

	return strcmp(c->types.of[*(const unsigned int *)a].text,
		      c->types.of[*(const unsigned int *)b].text);
}

size_t sorted_types(const struct compare *c, unsigned int *ret)
{
	unsigned int i;
	size_t n = 0;

	for (i = 0; i < c->types.n; i++) {
		if (c->types.of[i].count[LOG_A] || c->types.of[i].count[LOG_B])
			ret[n++] = i;
	}
	qsort_r(ret, n, sizeof(*ret), by_name, (void *)c);
	return n;
}
