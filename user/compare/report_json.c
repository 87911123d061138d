// SPDX-License-Identifier: GPL-2.0-or-later
/* One object. Bytes that are not ASCII are told as \u0080 to \u00ff, one for one. */
#include <string.h>

#include "user/compare/report.h"

static void put_string(FILE *out, const char *text)
{
	fputc('"', out);
	put_escaped(out, ESCAPE_JSON, text, strlen(text));
	fputc('"', out);
}

static void put_value(FILE *out, const char *name, const struct excerpt *e)
{
	fprintf(out, "\"%s\":", name);
	if (e->none) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	put_excerpt(out, ESCAPE_JSON, e);
	fputc('"', out);
}

/* The last BAD_MAX, the oldest first, as they stand in their ring. */
static void put_bad(FILE *out, const struct side *s)
{
	__u64 n = side_bad(s), i;

	fprintf(out, ",\"unreadable_lines\":{\"count\":%llu,\"lines\":[", n);
	for (i = n > BAD_MAX ? n - BAD_MAX : 0; i < n; i++) {
		fprintf(out, "%s{\"line\":%llu,\"why\":", i && i != n - BAD_MAX ? "," : "",
			s->bad_lines[i % BAD_MAX].number);
		put_string(out, bad_names[s->bad_lines[i % BAD_MAX].how]);
		fputc('}', out);
	}
	fputs("]}", out);
}

static void put_side(FILE *out, const char *key, const struct side *s)
{
	char text[128];
	unsigned int i;

	fprintf(out, "\"%s\":{\"log\":", key);
	put_string(out, s->name);
	fputs(",\"writer\":", out);
	put_string(out, writer_text(s, text, sizeof(text)));
	fprintf(out,
		",\"events\":%llu,\"records\":%llu,\"bytes\":%llu,\"lines\":%llu,"
		"\"first\":%llu.%03llu,\"last\":%llu.%03llu,"
		"\"events_per_second\":%.3f,\"bytes_per_second\":%.3f,"
		"\"missing_serials\":%llu,\"reported_lost\":%llu,\"sources\":%u,\"given_up_early\":%llu",
		s->events, s->records, s->bytes, s->lines, s->first_ms / 1000, s->first_ms % 1000,
		s->last_ms / 1000, s->last_ms % 1000, (double)s->events / side_seconds(s),
		(double)s->bytes / side_seconds(s), serials_missing(&s->serials), s->lost,
		serials_sources(&s->serials), s->cut);
	fputs(",\"hosts\":[", out);
	for (i = 0; i < s->nhosts; i++) {
		fputs(i ? "," : "", out);
		put_string(out, s->hosts[i].name);
	}
	fputc(']', out);
	put_bad(out, s);
	fputc('}', out);
}

static void put_types(FILE *out, const struct compare *c)
{
	static unsigned int types[NAMES_MAX];
	size_t n = sorted_types(c, types), i;

	fputs(",\"records\":{", out);
	for (i = 0; i < n; i++) {
		fputs(i ? "," : "", out);
		put_string(out, c->types.of[types[i]].text);
		fprintf(out, ":{\"a\":%llu,\"b\":%llu}", c->types.of[types[i]].count[LOG_A],
			c->types.of[types[i]].count[LOG_B]);
	}
	fputc('}', out);
}

static void put_onlys(FILE *out, const struct compare *c, enum log_side side)
{
	static const struct only *onlys[ONLYS_MAX];
	size_t n = sorted_onlys(c, side, onlys), i;
	const struct only_example *e;
	char text[256];
	__u64 j;

	fprintf(out, ",\"only_in_%c\":{\"count\":%llu,\"groups\":[", side == LOG_A ? 'a' : 'b',
		c->only[side]);
	for (i = 0; i < n; i++) {
		fprintf(out, "%s{\"count\":%llu,\"events\":", i ? "," : "", onlys[i]->count);
		put_string(out, c->classes.of[onlys[i]->class].text);
		fprintf(out, ",\"explained\":%s,\"cause\":",
			onlys[i]->cause == CAUSE_NONE ? "false" : "true");
		put_string(out, cause_text(c, onlys[i], text, sizeof(text)));
		fputs(",\"examples\":[", out);
		for (j = 0; j < onlys[i]->count && j < EXAMPLES; j++) {
			e = &onlys[i]->examples[j];
			fprintf(out, "%s{\"time\":%llu.%03llu,\"serial\":%llu,\"line\":%llu,",
				j ? "," : "", e->ms / 1000, e->ms % 1000, e->serial, e->line);
			put_value(out, "text", &e->text);
			fputc('}', out);
		}
		fputs("]}", out);
	}
	fputs("]}", out);
}

static void put_diffs(FILE *out, const struct compare *c)
{
	static const char *const grades[GRADES] = { "known", "explained", "unexplained" };
	static const struct diff *diffs[DIFFS_MAX];
	size_t n = sorted_diffs(c, diffs), i;
	const struct example *e;
	char text[2 * NAME_ROOM];
	__u64 j;

	fputs(",\"fields\":[", out);
	for (i = 0; i < n; i++) {
		fprintf(out, "%s{\"field\":", i ? "," : "");
		put_string(out, diff_name(c, diffs[i], text, sizeof(text)));
		fprintf(out, ",\"count\":%llu,\"grade\":\"%s\",\"reason\":", diffs[i]->count,
			grades[diffs[i]->grade]);
		if (diffs[i]->reason)
			put_string(out, diffs[i]->reason);
		else
			fputs("null", out);
		fputs(",\"examples\":[", out);
		for (j = 0; j < diffs[i]->count && j < EXAMPLES; j++) {
			e = &diffs[i]->examples[j];
			fprintf(out,
				"%s{\"time\":%llu.%03llu,\"pid\":%d,\"serial_a\":%llu,\"serial_b\":%llu,",
				j ? "," : "", e->ms / 1000, e->ms % 1000, e->pid, e->serial[LOG_A],
				e->serial[LOG_B]);
			put_value(out, "a", &e->value[LOG_A]);
			fputc(',', out);
			put_value(out, "b", &e->value[LOG_B]);
			fputc('}', out);
		}
		fputs("]}", out);
	}
	fputc(']', out);
}

static void put_clock(FILE *out, const struct offset *o)
{
	unsigned int i;

	fprintf(out, ",\"clock\":{\"pairs\":%llu,\"offset_ms\":%lld,\"steps\":[", o->pairs,
		o->first);
	for (i = 0; i < o->nsteps && i < STEPS_MAX; i++)
		fprintf(out, "%s{\"time\":%llu.%03llu,\"from_ms\":%lld,\"to_ms\":%lld}",
			i ? "," : "", o->steps[i].ms / 1000, o->steps[i].ms % 1000,
			o->steps[i].from, o->steps[i].to);
	fprintf(out,
		"],\"median_ms\":%lld,\"p1_ms\":%lld,\"p99_ms\":%lld,\"least_ms\":%lld,\"most_ms\":%lld}",
		offset_percentile(o, 50), offset_percentile(o, 1), offset_percentile(o, 99),
		o->least, o->most);
}

void report_json(const struct compare *c, FILE *out)
{
	static const char *const verdicts[] = { "equal", "explained", "different" };
	char text[1024];

	fprintf(out, "{\"verdict\":\"%s\",\"sentence\":", verdicts[compare_verdict(c)]);
	put_string(out, verdict_sentence(c, text, sizeof(text)));
	fprintf(out,
		",\"events\":{\"both\":%llu,\"equal\":%llu,\"differ\":%llu,\"left_out\":%llu},",
		c->paired, c->equal, c->differing, c->left_out);
	put_side(out, "a", &c->sides[LOG_A]);
	fputc(',', out);
	put_side(out, "b", &c->sides[LOG_B]);
	put_types(out, c);
	put_onlys(out, c, LOG_A);
	put_onlys(out, c, LOG_B);
	put_diffs(out, c);
	put_clock(out, &c->offset);
	fputs("}\n", out);
}
