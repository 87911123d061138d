/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values: the words of one line, taken as a key's type says. */
#ifndef ATR_CONF_VALUE_H
#define ATR_CONF_VALUE_H

#include "user/conf/keys.h"

enum { CONF_ALLOWED_MAX = 256 }; /* bytes of what conf_allowed() tells */

struct conf_word {
	const char *text;
	unsigned int column; /* 0: of a default */
};

/*
 * A file that is being read. Words point into bytes, which the next line overwrites: a value is
 * copied.
 */
struct conf_reader {
	const struct conf_schema *schema;
	void *dest;
	struct conf_place *places; /* of each key */
	const char *file;
	conf_report_fn *report;
	void *ctx;
	unsigned int errors;
	bool lost; /* a line had an error, and whose it was is not known */

	/* The line that is read. */
	unsigned int line, end; /* its number, the column behind it */
	bool known;		/* it has one of the keys */
	char bytes[CONF_LINE_MAX + 1];
	struct conf_word key;
	struct conf_word words[CONF_WORDS_MAX];
	size_t n;
};

/*
 * Takes the words of the line, one at least, into r->dest. -EINVAL when an error was told, -ENOMEM.
 * A value that was there is freed.
 */
int value_take(struct conf_reader *r, const struct conf_key *key);
/* What the key has put into dest, which may be nothing. */
void value_free(const struct conf_key *key, void *dest);

/* Tell of an error at a column of this line; returns -EINVAL. */
int reader_error(struct conf_reader *r, unsigned int column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void reader_warn(struct conf_reader *r, unsigned int column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* ATR_CONF_VALUE_H */
