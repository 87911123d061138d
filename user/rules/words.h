/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of a line, as auditctl -R splits it: at blanks and nothing else. A backslash takes away the
 * meaning of a blank or a backslash behind it; there are no quotes.
 */
#ifndef ATR_RULES_WORDS_H
#define ATR_RULES_WORDS_H

#include <stddef.h>

struct word {
	char *text;
	const char *raw; /* where it begins in the line */
};

/* All texts are in bytes, one behind the other, each with a NUL. */
struct words {
	const char *line;
	size_t len;
	struct word *word;
	size_t n;
	char *bytes; /* of all texts */
};

/* Returns -ENOMEM, with nothing to free. The line is not copied, and has no NUL in it. */
int words_split(struct words *w, const char *line, size_t len);
void words_free(struct words *w);

/* The column (from 1) of a byte in a word's text. */
unsigned int words_column(const struct words *w, size_t word, size_t offset);

#endif /* ATR_RULES_WORDS_H */
