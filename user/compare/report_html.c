// SPDX-License-Identifier: GPL-2.0-or-later
/* One page that needs nothing else: no script, no network. Text of logs only through put_escaped(). */
#include <stdlib.h>
#include <string.h>

#include "user/compare/report.h"
#include "user/compare/report_page.h"

static void put_name(FILE *out, const char *text)
{
	put_escaped(out, ESCAPE_HTML, text, strlen(text));
}

static void put_head(const struct compare *c, FILE *out)
{
	static const char *const looks[] = { "equal", "explained", "different" };
	static const char *const marks[] = { "&#10003;", "&#8776;", "&#8800;" };
	enum verdict verdict = compare_verdict(c);
	char text[1024];

	fputs(page_style, out);
	fprintf(out, "<header class=\"%s\"><div class=\"mark\">%s</div><div><h1>%s</h1><p>",
		looks[verdict], marks[verdict], verdict_words[verdict]);
	put_name(out, verdict_sentence(c, text, sizeof(text)));
	fputs("</p></div></header>\n", out);
}

/* --- numbers ---------------------------------------------------------------------------------- */

static void put_tile(FILE *out, const char *look, const char *number, const char *what)
{
	fprintf(out, "<div class=\"tile %s\"><b>%s</b><span>%s</span></div>\n", look, number, what);
}

static void put_tiles(const struct compare *c, FILE *out)
{
	__u64 bad = side_bad(&c->sides[LOG_A]) + side_bad(&c->sides[LOG_B]);
	char text[64];

	fputs("<section class=\"tiles\">\n", out);
	put_tile(out, "", number_text(c->paired).text, "events in both");
	put_tile(out, c->differing ? "warn" : "", number_text(c->differing).text, "of them differ");
	put_tile(out, c->only[LOG_A] ? "bad" : "", number_text(c->only[LOG_A]).text, "only in A");
	put_tile(out, c->only[LOG_B] ? "bad" : "", number_text(c->only[LOG_B]).text, "only in B");
	put_tile(out, bad ? "bad" : "", number_text(bad).text, "unreadable lines");
	snprintf(text, sizeof(text), "%s%.3f s", c->offset.ms > 0 ? "+" : "",
		 (double)c->offset.ms / 1000);
	put_tile(out, compare_shifted(c) ? "warn" : "", text, "clock of B to A");
	fputs("</section>\n", out);
}

/* --- time line -------------------------------------------------------------------------------- */

/*
 * In units of the picture: the margin for words, a row of bars, and of a lane between the two rows.
 */
enum { LEFT = 90, WIDTH = 900, TALL = 80, LANE = 14 };

static unsigned int bins_used(const struct compare *c)
{
	unsigned int n = BINS;

	/* Few of them would be broad beams. */
	while (n > 24 && !(c->bins[n - 1].equal | c->bins[n - 1].different |
			   c->bins[n - 1].only[LOG_A] | c->bins[n - 1].only[LOG_B]))
		n--;
	return n;
}

static __u64 bin_total(const struct bin *bin, enum log_side side)
{
	return (__u64)bin->equal + bin->different + bin->only[side];
}

/*
 * A's stand above the lanes and B's below, on one scale; what there is of at all is one unit tall
 * at least.
 */
static void put_bars(const struct compare *c, FILE *out, unsigned int n, __u64 most,
		     enum log_side side)
{
	double step = (double)WIDTH / n, tall;
	unsigned int i;

	fprintf(out, "<g class=\"%c\">\n", side == LOG_A ? 'a' : 'b');
	for (i = 0; i < n; i++) {
		if (!bin_total(&c->bins[i], side))
			continue;
		tall = (double)bin_total(&c->bins[i], side) * TALL / most;
		tall = tall < 1 ? 1 : tall;
		fprintf(out,
			"<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"><title>%s: ",
			LEFT + i * step, side == LOG_A ? 10 + TALL - tall : 14 + TALL + 3.0 * LANE,
			step > 3 ? step - 1 : step, tall,
			time_text(c->bin_start + i * c->bin_ms, false).text);
		fprintf(out, "%s events in %c</title></rect>\n",
			number_text(bin_total(&c->bins[i], side)).text, side == LOG_A ? 'A' : 'B');
	}
	fputs("</g>\n", out);
}

static __u32 lane_count(const struct bin *bin, int lane)
{
	return lane == 0 ? bin->only[LOG_A] : lane == 1 ? bin->different : bin->only[LOG_B];
}

/* What is wrong is seldom much: each has a lane, in which it cannot be overlooked. */
static void put_lane(const struct compare *c, FILE *out, unsigned int n, int lane)
{
	static const char *const names[] = { "only in A", "differ", "only in B" };
	static const char *const looks[] = { "bad", "warn", "bad" };
	double step = (double)WIDTH / n, y = 12 + TALL + lane * LANE;
	unsigned int i;

	fprintf(out,
		"<rect class=\"lane\" x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%d\"/>"
		"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text><g class=\"%s\">\n",
		LEFT, y, WIDTH, LANE - 2, LEFT - 8, y + LANE - 4, names[lane], looks[lane]);
	for (i = 0; i < n; i++) {
		if (!lane_count(&c->bins[i], lane))
			continue;
		fprintf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\"><title>%s: ",
			LEFT + i * step, y, step < 4 ? 4.0 : step - 1, LANE - 2,
			time_text(c->bin_start + i * c->bin_ms, false).text);
		fprintf(out, "%s %s</title></rect>\n",
			number_text(lane_count(&c->bins[i], lane)).text, names[lane]);
	}
	fputs("</g>\n", out);
}

/*
 * Six times, from the first bin's beginning to the last one's end; of a span of less than a day
 * without the date.
 */
static void put_axis(const struct compare *c, FILE *out, unsigned int n)
{
	__u64 span = n * c->bin_ms, ms;
	double y = 14 + 2 * TALL + 3 * LANE;
	struct number text;
	int i;

	for (i = 0; i <= 5; i++) {
		ms = c->bin_start + span * i / 5;
		text = time_text(ms, span < 86400000);
		/* Without milliseconds. */
		if (strlen(text.text) > 4)
			text.text[strlen(text.text) - 4] = 0;
		fprintf(out,
			"<line x1=\"%d\" x2=\"%d\" y1=\"10\" y2=\"%.1f\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
			LEFT + WIDTH * i / 5, LEFT + WIDTH * i / 5, y + 3, LEFT + WIDTH * i / 5,
			y + 16,
			i == 0 ? "start" :
			i == 5 ? "end" :
				 "middle",
			text.text);
	}
}

static void put_timeline(const struct compare *c, FILE *out)
{
	unsigned int n = bins_used(c), i;
	enum log_side side;
	__u64 most = 1;
	int lane;

	if (!c->bin_ms)
		return;
	for (i = 0; i < n; i++) {
		for (side = 0; side < LOG_SIDES; side++) {
			if (bin_total(&c->bins[i], side) > most)
				most = bin_total(&c->bins[i], side);
		}
	}
	fprintf(out,
		"<section><h2>Time</h2><p class=\"note\">Events of both logs, %s s a bar; the highest "
		"has %s</p>\n",
		number_text(c->bin_ms / 1000).text, number_text(most).text);
	fprintf(out, "<svg class=\"time\" viewBox=\"0 0 %d %d\" role=\"img\">\n", LEFT + WIDTH + 10,
		36 + 2 * TALL + 3 * LANE);
	put_axis(c, out, n);
	fprintf(out,
		"<text class=\"side\" x=\"%d\" y=\"%d\" text-anchor=\"end\">A</text>"
		"<text class=\"side\" x=\"%d\" y=\"%d\" text-anchor=\"end\">B</text>\n",
		LEFT - 8, 14 + TALL / 2, LEFT - 8, 18 + TALL + 3 * LANE + TALL / 2);
	for (side = 0; side < LOG_SIDES; side++)
		put_bars(c, out, n, most, side);
	for (lane = 0; lane < 3; lane++)
		put_lane(c, out, n, lane);
	fputs("</svg></section>\n", out);
}

/* --- tables ----------------------------------------------------------------------------------- */

static void put_types(const struct compare *c, FILE *out)
{
	static unsigned int types[NAMES_MAX];
	size_t n = sorted_types(c, types), i;
	const struct name *type;
	long long more;
	__u64 most = 1;

	for (i = 0; i < n; i++) {
		type = &c->types.of[types[i]];
		most = type->count[LOG_A] > most ? type->count[LOG_A] : most;
		most = type->count[LOG_B] > most ? type->count[LOG_B] : most;
	}
	fputs("<section><h2>Records by type</h2><table><thead><tr><th>Type</th><th class=\"n\">A</th>"
	      "<th class=\"n\">B</th><th class=\"n\">B &minus; A</th><th></th></tr></thead><tbody>\n",
	      out);
	for (i = 0; i < n; i++) {
		type = &c->types.of[types[i]];
		more = type->count[LOG_B] - type->count[LOG_A];
		fputs("<tr><td><code>", out);
		put_name(out, type->text);
		fprintf(out, "</code></td><td class=\"n\">%s</td>",
			number_text(type->count[LOG_A]).text);
		fprintf(out, "<td class=\"n\">%s</td>", number_text(type->count[LOG_B]).text);
		if (type->daemon)
			fputs("<td class=\"n dim\">its own</td>", out);
		else
			fprintf(out, "<td class=\"n %s\">%s%s</td>", more ? "bad" : "dim",
				more > 0 ? "+" :
				more < 0 ? "&minus;" :
					   "",
				number_text(llabs(more)).text);
		fprintf(out,
			"<td class=\"bars\"><i class=\"a\" style=\"width:%.1f%%\"></i>"
			"<i class=\"b\" style=\"width:%.1f%%\"></i></td></tr>\n",
			(double)type->count[LOG_A] * 100 / most,
			(double)type->count[LOG_B] * 100 / most);
	}
	fputs("</tbody></table></section>\n", out);
}

static void put_only(const struct compare *c, FILE *out, const struct only *only)
{
	__u64 i;

	fprintf(out, "<li><b>%s</b> <code>", number_text(only->count).text);
	put_name(out, c->classes.of[only->class].text);
	fputs("</code></li>\n", out);
	for (i = 0; i < only->count && i < EXAMPLES; i++) {
		fprintf(out,
			"<li class=\"event\"><span class=\"dim\">%s, serial %llu, line %llu</span>"
			"<br><code>",
			time_text(only->examples[i].ms, false).text, only->examples[i].serial,
			only->examples[i].line);
		put_excerpt(out, ESCAPE_HTML, &only->examples[i].text);
		fputs("</code></li>\n", out);
	}
}

/* Open from the start is what nobody can explain. */
static void put_group(const struct compare *c, FILE *out, const struct only *const *onlys, size_t n,
		      __u64 count)
{
	bool open = onlys[0]->cause == CAUSE_NONE;
	char text[256];
	size_t i;

	fprintf(out, "<details%s><summary><b class=\"%s\">%s</b> <span class=\"cause %s\">",
		open ? " open" : "", open ? "bad" : "", number_text(count).text, open ? "bad" : "");
	put_name(out, cause_text(c, onlys[0], text, sizeof(text)));
	fputs("</span></summary><ul>\n", out);
	for (i = 0; i < n; i++)
		put_only(c, out, onlys[i]);
	fputs("</ul></details>\n", out);
}

static void put_onlys(const struct compare *c, FILE *out, enum log_side side)
{
	static const struct only *onlys[ONLYS_MAX];
	size_t n = sorted_onlys(c, side, onlys), i, group;
	__u64 count;

	if (!n)
		return;
	fprintf(out, "<section><h2>Only in %c: %s event%s</h2>\n", side == LOG_A ? 'A' : 'B',
		number_text(c->only[side]).text, c->only[side] == 1 ? "" : "s");
	for (i = 0; i < n; i += group) {
		group = onlys_group(&onlys[i], n - i, &count);
		put_group(c, out, &onlys[i], group, count);
	}
	fputs("</section>\n", out);
}

static void put_value(FILE *out, const struct diff *diff, const struct excerpt *value, char side)
{
	char text[EXCERPT];

	fprintf(out, "<div class=\"value\"><span class=\"side %c\">%c</span><code>",
		side + 'a' - 'A', side);
	put_excerpt(out, ESCAPE_HTML, value);
	fputs("</code>", out);
	meaning_text(diff, value, text, sizeof(text));
	if (text[0]) {
		fputs(" <span class=\"dim\">", out);
		put_name(out, text);
		fputs("</span>", out);
	}
	fputs("</div>\n", out);
}

static void put_diff(const struct compare *c, FILE *out, const struct diff *diff)
{
	char name[2 * NAME_ROOM];
	__u64 i;

	fprintf(out, "<details%s><summary><b class=\"%s\">%s</b> <code>",
		diff->grade == GRADE_PLAIN ? " open" : "", diff->grade == GRADE_PLAIN ? "warn" : "",
		number_text(diff->count).text);
	put_name(out, diff_name(c, diff, name, sizeof(name)));
	fputs("</code>", out);
	if (diff->reason)
		fprintf(out, " <span class=\"cause\">%s</span>", diff->reason);
	fputs("</summary><ul>\n", out);
	for (i = 0; i < diff->count && i < EXAMPLES; i++) {
		fprintf(out, "<li><span class=\"dim\">%s, pid %d, serials %llu and %llu</span>\n",
			time_text(diff->examples[i].ms, false).text, diff->examples[i].pid,
			diff->examples[i].serial[LOG_A], diff->examples[i].serial[LOG_B]);
		put_value(out, diff, &diff->examples[i].value[LOG_A], 'A');
		put_value(out, diff, &diff->examples[i].value[LOG_B], 'B');
		fputs("</li>\n", out);
	}
	fputs("</ul></details>\n", out);
}

static void put_diffs(const struct compare *c, FILE *out, bool habits)
{
	static const struct diff *diffs[DIFFS_MAX];
	size_t n = sorted_diffs(c, diffs), i, told = 0;

	for (i = 0; i < n; i++) {
		if ((diffs[i]->grade == GRADE_HABIT) != habits)
			continue;
		if (!told++)
			fputs(habits ?
				      "<section><h2>Known ways of the two</h2><p class=\"note\">No "
				      "differences: kernel audit and autrail are so.</p>\n" :
				      "<section><h2>Fields that differ</h2>\n",
			      out);
		put_diff(c, out, diffs[i]);
	}
	if (told)
		fputs("</section>\n", out);
}

/* --- the logs --------------------------------------------------------------------------------- */

static void put_fact(FILE *out, const char *what, const char *is)
{
	fprintf(out, "<dt>%s</dt><dd>", what);
	put_name(out, is);
	fputs("</dd>\n", out);
}

static void put_bad_lines(FILE *out, const struct side *log)
{
	__u64 n = side_bad(log), i, from = n > BAD_MAX ? n - BAD_MAX : 0;

	for (i = from; i < n && i < from + EXAMPLES; i++) {
		fprintf(out, "<dt class=\"bad\">line %llu</dt><dd>%s<br><code>",
			log->bad_lines[i % BAD_MAX].number,
			bad_names[log->bad_lines[i % BAD_MAX].how]);
		put_excerpt(out, ESCAPE_HTML, &log->bad_lines[i % BAD_MAX].text);
		fputs("</code></dd>\n", out);
	}
}

static void put_log(const struct compare *c, FILE *out, enum log_side side)
{
	const struct side *log = &c->sides[side];
	double seconds = side_seconds(log);
	char text[256];
	unsigned int i;

	fprintf(out, "<div class=\"log\"><h3><span class=\"side %c\">%c</span> ",
		side == LOG_A ? 'a' : 'b', side == LOG_A ? 'A' : 'B');
	put_name(out, log->name);
	fputs("</h3><dl>\n", out);
	put_fact(out, "written by", writer_text(log, text, sizeof(text)));
	put_fact(out, "from", time_text(log->first_ms, false).text);
	put_fact(out, "to", time_text(log->last_ms, false).text);
	put_fact(out, "events", number_text(log->events).text);
	put_fact(out, "records", number_text(log->records).text);
	put_fact(out, "bytes", number_text(log->bytes).text);
	snprintf(text, sizeof(text), "%.1f events, %.0f bytes", (double)log->events / seconds,
		 (double)log->bytes / seconds);
	put_fact(out, "a second", text);
	if (serials_missing(&log->serials))
		put_fact(out, "missing serials", number_text(serials_missing(&log->serials)).text);
	if (log->lost)
		put_fact(out, "reported lost", number_text(log->lost).text);
	if (log->cut)
		put_fact(out, "given up early", number_text(log->cut).text);
	for (i = 0; log->nhosts > 1 && i < log->nhosts; i++)
		put_fact(out, "host", log->hosts[i].name);
	put_bad_lines(out, log);
	fputs("</dl></div>\n", out);
}

/*
 * As a picture from -50 to 50 ms, in which most pairs are; how far all of them reach is said in
 * words.
 */
static void put_spread(const struct compare *c, FILE *out)
{
	const struct offset *o = &c->offset;
	__u64 most = 1, n;
	int ms;

	if (!o->pairs)
		return;
	for (ms = -50; ms <= 50; ms++)
		most = o->spread[ms + SPREAD_MS] > most ? o->spread[ms + SPREAD_MS] : most;
	fprintf(out,
		"<section><h2>Clocks</h2><p class=\"note\">Time in B less time in A%s, in "
		"milliseconds: half of the pairs at %lld or less, 99 %% from %lld to %lld, all from %lld "
		"to %lld</p>\n<svg class=\"time\" viewBox=\"0 0 1000 90\" role=\"img\">\n",
		o->ms ? ", beyond the offset" : "", offset_percentile(o, 50),
		offset_percentile(o, 0.5), offset_percentile(o, 99.5), o->least, o->most);
	for (ms = -50; ms <= 50; ms++) {
		n = o->spread[ms + SPREAD_MS];
		if (n)
			fprintf(out,
				"<rect class=\"b\" x=\"%.1f\" y=\"%.1f\" width=\"7\" height=\"%.1f\">"
				"<title>%d ms: %s pairs</title></rect>\n",
				500 + ms * 8.9 - 3.5, 66 - (2 + 56.0 * n / most),
				2 + 56.0 * n / most, ms, number_text(n).text);
		if (ms % 10 == 0)
			fprintf(out, "<text x=\"%.1f\" y=\"84\" text-anchor=\"middle\">%d</text>\n",
				500 + ms * 8.9, ms);
	}
	fputs("<line x1=\"50\" x2=\"950\" y1=\"67\" y2=\"67\"/></svg></section>\n", out);
}

void report_html(const struct compare *c, FILE *out)
{
	enum log_side side;

	put_head(c, out);
	put_tiles(c, out);
	put_timeline(c, out);
	put_types(c, out);
	for (side = 0; side < LOG_SIDES; side++)
		put_onlys(c, out, side);
	put_diffs(c, out, false);
	put_diffs(c, out, true);
	put_spread(c, out);
	fputs("<section><h2>Logs</h2><div class=\"logs\">\n", out);
	for (side = 0; side < LOG_SIDES; side++)
		put_log(c, out, side);
	fputs("</div></section>\n</main></body></html>\n", out);
}
