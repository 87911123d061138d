// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DIFFERENT: 1,204 events in both logs; 2 of them differ, 3 events only in A; for 1 of them no cause is found
 *
 * RECORDS                       A            B
 * CWD                       1,180        1,177            -3
 * …
 */
#include <stdlib.h>
#include <string.h>

#include "user/compare/report.h"

struct screen {
	const struct compare *c;
	FILE *out;
	bool colour;
};

enum colour { PLAIN, BOLD, RED, GREEN, YELLOW, DIM };

static void paint(const struct screen *s, enum colour colour, const char *text)
{
	static const char *const codes[] = {
		[PLAIN] = "0",	  [BOLD] = "1",	     [RED] = "1;31",
		[GREEN] = "1;32", [YELLOW] = "1;33", [DIM] = "2",
	};

	if (s->colour && colour != PLAIN)
		fprintf(s->out, "\033[%sm%s\033[0m", codes[colour], text);
	else
		fputs(text, s->out);
}

static void put_name(const struct screen *s, const char *name)
{
	put_escaped(s->out, ESCAPE_TEXT, name, strlen(name));
}

static void put_verdict(const struct screen *s)
{
	static const enum colour colours[] = {
		[VERDICT_EQUAL] = GREEN,
		[VERDICT_EXPLAINED] = YELLOW,
		[VERDICT_DIFFERENT] = RED,
	};
	enum verdict verdict = compare_verdict(s->c);
	char text[1024];

	paint(s, colours[verdict], verdict_words[verdict]);
	fprintf(s->out, ": %s\n", verdict_sentence(s->c, text, sizeof(text)));
}

static void put_types(const struct screen *s)
{
	static unsigned int types[NAMES_MAX];
	size_t n = sorted_types(s->c, types), i;
	const struct name *type;
	long long more;

	fputc('\n', s->out);
	paint(s, BOLD, "RECORDS                           A               B      difference\n");
	for (i = 0; i < n; i++) {
		type = &s->c->types.of[types[i]];
		more = type->count[LOG_B] - type->count[LOG_A];
		put_name(s, type->text);
		fprintf(s->out, "%*s %15s %15s",
			(int)(strlen(type->text) < 19 ? 19 - strlen(type->text) : 0), "",
			number_text(type->count[LOG_A]).text, number_text(type->count[LOG_B]).text);
		if (type->daemon)
			paint(s, DIM, "   its own, not compared");
		else if (more)
			fprintf(s->out, " %14s%s", more < 0 ? "-" : "+",
				number_text(llabs(more)).text);
		fputc('\n', s->out);
	}
}

/* Events with one cause, of several classes; examples are those of the most frequent one. */
static void put_group(const struct screen *s, const struct only *const *onlys, size_t n,
		      __u64 count)
{
	const struct only *first = onlys[0];
	char text[256];
	__u64 i;

	fprintf(s->out, "  %8s  ", number_text(count).text);
	if (s->colour && first->cause == CAUSE_NONE)
		fputs("\033[1;31m", s->out);
	put_name(s, cause_text(s->c, first, text, sizeof(text)));
	if (s->colour && first->cause == CAUSE_NONE)
		fputs("\033[0m", s->out);
	for (i = 0; i < n; i++) {
		fputs(i ? ", " : ": ", s->out);
		put_name(s, s->c->classes.of[onlys[i]->class].text);
		if (n > 1)
			fprintf(s->out, " x %s", number_text(onlys[i]->count).text);
	}
	fputc('\n', s->out);
	for (i = 0; i < first->count && i < EXAMPLES; i++) {
		fprintf(s->out, "            %s serial %llu, line %llu: ",
			time_text(first->examples[i].ms, false).text, first->examples[i].serial,
			first->examples[i].line);
		put_excerpt(s->out, ESCAPE_TEXT, &first->examples[i].text);
		fputc('\n', s->out);
	}
}

static void put_onlys(const struct screen *s, enum log_side side)
{
	static const struct only *onlys[ONLYS_MAX];
	size_t n = sorted_onlys(s->c, side, onlys), i, group;
	__u64 count;

	if (!n)
		return;
	fputc('\n', s->out);
	paint(s, BOLD, side == LOG_A ? "ONLY IN A" : "ONLY IN B");
	fprintf(s->out, ": %s event%s\n", number_text(s->c->only[side]).text,
		s->c->only[side] == 1 ? "" : "s");
	for (i = 0; i < n; i += group) {
		group = onlys_group(&onlys[i], n - i, &count);
		put_group(s, &onlys[i], group, count);
	}
}

static void put_value(const struct screen *s, const struct diff *diff, const struct excerpt *value)
{
	char text[EXCERPT];

	put_excerpt(s->out, ESCAPE_TEXT, value);
	meaning_text(diff, value, text, sizeof(text));
	if (!text[0])
		return;
	fputs(" (", s->out);
	put_name(s, text);
	fputs(")", s->out);
}

static void put_diff_row(const struct screen *s, const struct diff *diff, bool examples)
{
	const struct example *e;
	char name[2 * NAME_ROOM];
	__u64 i;

	fprintf(s->out, "  %8s  ", number_text(diff->count).text);
	put_name(s, diff_name(s->c, diff, name, sizeof(name)));
	if (diff->reason)
		fprintf(s->out, ": %s", diff->reason);
	fputc('\n', s->out);
	for (i = 0; examples && i < diff->count && i < EXAMPLES; i++) {
		e = &diff->examples[i];
		fprintf(s->out, "            %s pid %d, serials %llu and %llu\n              A ",
			time_text(e->ms, false).text, e->pid, e->serial[LOG_A], e->serial[LOG_B]);
		put_value(s, diff, &e->value[LOG_A]);
		fputs("\n              B ", s->out);
		put_value(s, diff, &e->value[LOG_B]);
		fputc('\n', s->out);
	}
}

/* sorted_diffs() has habits last: they come under a heading of their own. */
static void put_diffs(const struct screen *s)
{
	static const struct diff *diffs[DIFFS_MAX];
	size_t n = sorted_diffs(s->c, diffs), i;

	for (i = 0; i < n && diffs[i]->grade > GRADE_HABIT; i++) {
		if (!i) {
			fputc('\n', s->out);
			paint(s, BOLD, "FIELDS THAT DIFFER");
			fprintf(s->out, ": in %s event%s\n", number_text(s->c->differing).text,
				s->c->differing == 1 ? "" : "s");
		}
		put_diff_row(s, diffs[i], true);
	}
	if (i == n)
		return;
	fputc('\n', s->out);
	paint(s, BOLD, "KNOWN WAYS OF THE TWO");
	fputs(", no differences\n", s->out);
	for (; i < n; i++)
		put_diff_row(s, diffs[i], false);
}

static void put_bad(const struct screen *s, enum log_side side)
{
	const struct side *log = &s->c->sides[side];
	__u64 n = side_bad(log), i;

	if (!n)
		return;
	fputc('\n', s->out);
	paint(s, BOLD, side == LOG_A ? "LINES OF A" : "LINES OF B");
	fprintf(s->out, " that cannot be read: %s\n", number_text(n).text);
	for (i = n > BAD_MAX ? n - BAD_MAX : 0;
	     i < n && i < (n > BAD_MAX ? n - BAD_MAX : 0) + EXAMPLES; i++) {
		fprintf(s->out, "            line %llu %s: ", log->bad_lines[i % BAD_MAX].number,
			bad_names[log->bad_lines[i % BAD_MAX].how]);
		put_excerpt(s->out, ESCAPE_TEXT, &log->bad_lines[i % BAD_MAX].text);
		fputc('\n', s->out);
	}
}

static void put_clock(const struct screen *s)
{
	const struct offset *o = &s->c->offset;
	unsigned int i;

	if (!o->pairs)
		return;
	fputc('\n', s->out);
	paint(s, BOLD, "CLOCKS");
	if (o->first > o->tolerance || o->first < -o->tolerance)
		fprintf(s->out, ": B is %.3f s %s A;", (double)llabs(o->first) / 1000,
			o->first > 0 ? "ahead of" : "behind");
	else
		fputs(": the same;", s->out);
	fprintf(s->out,
		" B - A%s: half of the pairs at %lld ms or less, 99 %% from %lld to %lld ms, all "
		"from %lld to %lld ms\n",
		o->first ? " beyond that" : "", offset_percentile(o, 50), offset_percentile(o, 0.5),
		offset_percentile(o, 99.5), o->least, o->most);
	for (i = 0; i < o->nsteps && i < STEPS_MAX; i++)
		fprintf(s->out, "            from %s on B is %.3f s %s A\n",
			time_text(o->steps[i].ms, false).text, (double)llabs(o->steps[i].to) / 1000,
			o->steps[i].to > 0 ? "ahead of" : "behind");
}

static void put_side(const struct screen *s, enum log_side side)
{
	const struct side *log = &s->c->sides[side];
	double seconds = side_seconds(log);
	char text[128];
	unsigned int i;

	fprintf(s->out, "  %c  ", side == LOG_A ? 'A' : 'B');
	put_name(s, log->name);
	fputs(" (", s->out);
	put_name(s, writer_text(log, text, sizeof(text)));
	fputs(")\n", s->out);
	if (!log->first_ms) {
		fputs("     no event\n", s->out);
		return;
	}
	fprintf(s->out, "     %s events, ", number_text(log->events).text);
	fprintf(s->out, "%s records, ", number_text(log->records).text);
	fprintf(s->out, "%s bytes; %.1f events and %.0f bytes a second\n",
		number_text(log->bytes).text, (double)log->events / seconds,
		(double)log->bytes / seconds);
	fprintf(s->out, "     from %s ", time_text(log->first_ms, false).text);
	fprintf(s->out, "to %s\n", time_text(log->last_ms, false).text);
	if (serials_missing(&log->serials))
		fprintf(s->out, "     serials are missing: %s of them\n",
			number_text(serials_missing(&log->serials)).text);
	if (log->lost)
		fprintf(s->out, "     it reports %s lost events\n", number_text(log->lost).text);
	if (log->nhosts > 1) {
		fputs("     several hosts:", s->out);
		for (i = 0; i < log->nhosts; i++) {
			fputc(' ', s->out);
			put_name(s, log->hosts[i].name);
		}
		fputc('\n', s->out);
	}
	if (serials_sources(&log->serials) > 1)
		fprintf(s->out, "     %u sources in one file, whose serials run apart\n",
			serials_sources(&log->serials));
	if (log->set_back)
		fprintf(s->out, "     its clock was set back %llu times\n", log->set_back);
	if (log->extras)
		fprintf(s->out,
			"     %s records tell more, behind what auditd has: containers, doubts\n",
			number_text(log->extras).text);
	if (log->cut)
		fprintf(s->out, "     %s events were given up early, for want of memory\n",
			number_text(log->cut).text);
}

void report_text(const struct compare *c, FILE *out, bool colour)
{
	struct screen s = { c, out, colour };
	enum log_side side;

	put_verdict(&s);
	put_types(&s);
	for (side = 0; side < LOG_SIDES; side++)
		put_onlys(&s, side);
	put_diffs(&s);
	for (side = 0; side < LOG_SIDES; side++)
		put_bad(&s, side);
	put_clock(&s);
	fputc('\n', out);
	paint(&s, BOLD, "LOGS\n");
	for (side = 0; side < LOG_SIDES; side++)
		put_side(&s, side);
	if (c->left_out)
		fprintf(out, "  left out, as asked for: %s events\n",
			number_text(c->left_out).text);
}
