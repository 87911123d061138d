// SPDX-License-Identifier: GPL-2.0-or-later
/* The words and forms of ausearch's -ts and -te (ausearch-time.c), and dates that sort. */
#include "user/compare/when.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum unit { AGO, HOUR, DAY, WEEK, MONTH, YEAR, BOOT };

static const struct {
	const char *word;
	enum unit unit; /* it begins with: this hour, this day, … */
	int back;	/* AGO: seconds; DAY: days */
} words[] = {
	{ "now", AGO, 0 },	  { "recent", AGO, 600 }, { "this-hour", HOUR, 0 },
	{ "boot", BOOT, 0 },	  { "today", DAY, 0 },	  { "yesterday", DAY, 1 },
	{ "this-week", WEEK, 0 }, { "week-ago", DAY, 7 }, { "this-month", MONTH, 0 },
	{ "this-year", YEAR, 0 },
};

/* mktime() takes a day below 1 for one of the month before; whether it is summer it finds out. */
static time_t word_time(size_t i, time_t now, time_t boot)
{
	struct tm tm;

	if (words[i].unit == AGO)
		return now - words[i].back;
	if (words[i].unit == BOOT)
		return boot;
	localtime_r(&now, &tm);
	tm.tm_sec = tm.tm_min = 0;
	tm.tm_isdst = -1;
	if (words[i].unit == HOUR)
		return mktime(&tm);
	tm.tm_hour = 0;
	if (words[i].unit == DAY)
		tm.tm_mday -= words[i].back;
	if (words[i].unit == WEEK)
		tm.tm_mday -= tm.tm_wday;
	if (words[i].unit >= MONTH)
		tm.tm_mday = 1;
	if (words[i].unit == YEAR)
		tm.tm_mon = 0;
	return mktime(&tm);
}

/* With one of the formats, to the end. */
static const char *parse_one(const char *text, const char *const *formats, struct tm *tm)
{
	const char *end;
	struct tm parsed;

	for (; *formats; formats++) {
		parsed = *tm;
		end = strptime(text, *formats, &parsed);
		if (end && (!*end || *end == ' ')) {
			*tm = parsed;
			return end;
		}
	}
	return NULL;
}

const char *when_parse(const char *text, time_t now, time_t boot, __u64 *ret_ms)
{
	static const char *const dates[] = { "%Y-%m-%d", "%m/%d/%Y", "%x", NULL };
	static const char *const times[] = { "%H:%M:%S", "%H:%M", NULL };
	const char *rest = text;
	char *end;
	struct tm tm;
	double sec;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(text, words[i].word)) {
			*ret_ms = word_time(i, now, boot) * 1000ULL;
			return NULL;
		}
	}
	if (text[0] == '@') {
		errno = 0;
		sec = strtod(text + 1, &end);
		if (errno || end == text + 1 || *end || !(sec >= 0 && sec < 1e11))
			return "behind @ there have to be seconds since the epoch";
		*ret_ms = sec * 1000 + 0.5;
		return NULL;
	}
	localtime_r(&now, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	end = (char *)parse_one(text, dates, &tm);
	if (end)
		rest = *end ? end + 1 : end;
	if (*rest) {
		rest = parse_one(rest, times, &tm);
		if (!rest || *rest)
			return "it must be a date as 2026-11-25, a time as 10:00:00, both, or a word such as today "
			       "or recent";
	}
	tm.tm_isdst = -1;
	now = mktime(&tm);
	if (now < 0)
		return "there is no such time";
	*ret_ms = now * 1000ULL;
	return NULL;
}
