/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * enable= and disable= of pam_tty_audit: a pattern is a glob for fnmatch(3), or with a `:` in it a
 * range of uids as parse_uid_range() of Linux-PAM reads it. Patterns are kept in the order of the
 * words, those of one word too, and asked from the last one on: so the last that fits decides.
 */
#include "user/conf/tty.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENABLE	"enable="
#define DISABLE "disable="
#define BLANKS	" \t\n"

static int wrong(struct tty_wrong *ret, size_t at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int wrong(struct tty_wrong *ret, size_t at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret->text, sizeof(ret->text), format, args);
	va_end(args);
	ret->at = at;
	return -EINVAL;
}

/* How much of a stranger's word a message holds. */
#define SHOWN(len) ((len) < 80 ? (int)(len) : 80)

/* value is no larger than a uid when the next digit comes to it: it cannot wrap. */
static int number(const char *text, size_t len, size_t at, unsigned int *ret,
		  struct tty_wrong *ret_wrong)
{
	unsigned long long value = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return wrong(ret_wrong, at + i,
				     "`%.*s` is no number: a pattern with `:` is a range of uids",
				     SHOWN(len), text);
		value = value * 10 + (text[i] - '0');
		if (value > UINT_MAX)
			return wrong(ret_wrong, at, "`%.*s` is larger than any uid", SHOWN(len),
				     text);
	}
	*ret = value;
	return 0;
}

/*
 * MIN:MAX, MIN: (and all above) or :MAX, which is exactly that one: LIMIT_RANGE_ONE. colon is in
 * text.
 */
static int range(struct tty_pattern *p, const char *text, size_t len, const char *colon, size_t at,
		 struct tty_wrong *ret_wrong)
{
	size_t left = colon - text, right = len - left - 1;
	int err;

	if (!left && !right)
		return wrong(ret_wrong, at, "`:` alone is no range of uids");
	p->min = 0;
	p->max = UINT_MAX;
	err = left ? number(text, left, at, &p->min, ret_wrong) : 0;
	if (!err && right)
		err = number(colon + 1, right, at + left + 1, &p->max, ret_wrong);
	if (err)
		return err;
	if (!left)
		p->min = p->max;
	if (p->min > p->max)
		return wrong(ret_wrong, at, "`%.*s`: no uid is from %u to %u", SHOWN(len), text,
			     p->min, p->max);
	return 0;
}

/* The count rises last: cut() finds a pattern that is whole, or none. */
static int pattern_add(struct tty_patterns *to, enum tty_verdict verdict, const char *text,
		       size_t len, size_t at, struct tty_wrong *ret_wrong)
{
	struct tty_pattern p = { .verdict = verdict }, *items;
	const char *colon = memchr(text, ':', len);
	int err = 0;

	if (!len)
		return wrong(ret_wrong, at,
			     "a pattern is missing here: the name of a user, which "
			     "may have *, ? and [...], or a range of uids");
	if (colon)
		err = range(&p, text, len, colon, at, ret_wrong);
	if (err)
		return err;
	items = reallocarray(to->items, to->n + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	to->items = items;
	if (!colon) {
		p.glob = strndup(text, len);
		if (!p.glob)
			return -ENOMEM;
	}
	items[to->n++] = p;
	return 0;
}

/* Back to the first n. */
static void cut(struct tty_patterns *patterns, size_t n)
{
	while (patterns->n > n)
		free(patterns->items[--patterns->n].glob);
}

/* All of the list or nothing; at is where in the word it begins. */
static int list_add(struct tty_patterns *to, enum tty_verdict verdict, const char *word, size_t len,
		    size_t at, struct tty_wrong *ret_wrong)
{
	const size_t had = to->n;
	const char *comma;
	size_t n;
	int err;

	do {
		comma = memchr(word + at, ',', len - at);
		n = comma ? (size_t)(comma - (word + at)) : len - at;
		err = pattern_add(to, verdict, word + at, n, at, ret_wrong);
		at += n + 1;
	} while (!err && comma);
	if (err)
		cut(to, had);
	return err;
}

static bool begins(const char *word, size_t len, const char *with)
{
	return len >= strlen(with) && !memcmp(word, with, strlen(with));
}

static int take(struct tty_patterns *patterns, const char *word, size_t len,
		struct tty_wrong *ret_wrong)
{
	if (begins(word, len, ENABLE))
		return list_add(patterns, TTY_ENABLE, word, len, strlen(ENABLE), ret_wrong);
	if (begins(word, len, DISABLE))
		return list_add(patterns, TTY_DISABLE, word, len, strlen(DISABLE), ret_wrong);
	if (len == strlen("open_only") && begins(word, len, "open_only"))
		patterns->open_only = true;
	else if (len == strlen("log_passwd") && begins(word, len, "log_passwd"))
		patterns->log_passwd = true;
	else
		return wrong(ret_wrong, 0,
			     "`%.*s` is not possible: enable=PATTERNS, disable=PATTERNS, open_only "
			     "and log_passwd are",
			     SHOWN(len), word);
	return 0;
}

int tty_patterns_word(struct tty_patterns *patterns, const char *word, struct tty_wrong *ret_wrong)
{
	return take(patterns, word, strlen(word), ret_wrong);
}

int tty_patterns_text(struct tty_patterns *patterns, const char *text, struct tty_wrong *ret_wrong)
{
	const struct tty_patterns was = *patterns;
	const char *word = text + strspn(text, BLANKS);
	size_t len;
	int err = 0;

	if (!*word)
		return wrong(ret_wrong, 0, "nobody is named: enable=PATTERNS does that");
	for (; *word && !err; word += len, word += strspn(word, BLANKS)) {
		len = strcspn(word, BLANKS);
		err = take(patterns, word, len, ret_wrong);
		if (err == -EINVAL)
			ret_wrong->at += word - text;
	}
	if (err) {
		cut(patterns, was.n);
		patterns->open_only = was.open_only;
		patterns->log_passwd = was.log_passwd;
	}
	return err;
}

void tty_patterns_free(struct tty_patterns *patterns)
{
	cut(patterns, 0);
	free(patterns->items);
	memset(patterns, 0, sizeof(*patterns));
}

enum tty_verdict tty_patterns_decide(const struct tty_patterns *patterns, const char *name,
				     unsigned int uid)
{
	const struct tty_pattern *p;
	size_t i;

	for (i = patterns->n; i-- > 0;) {
		p = &patterns->items[i];
		if (p->glob ? !fnmatch(p->glob, name, 0) : uid >= p->min && uid <= p->max)
			return p->verdict;
	}
	return TTY_UNCHANGED;
}
