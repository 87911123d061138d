/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/rules/words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

static bool is_escape(const char *at, const char *end)
{
	return *at == '\\' && at + 1 < end && (at[1] == ' ' || at[1] == '\\');
}

int words_split(struct words *w, const char *line, size_t len)
{
	const char *at = line, *end = line + len;
	char *to;

	*w = (struct words){ .line = line, .len = len };
	/*
	 * A text is no longer than what it comes from, and its NUL takes the place of the blank, or
	 * of the end, behind it. A word and a blank are two bytes at least.
	 */
	w->bytes = malloc(len + 1);
	w->word = calloc(len / 2 + 1, sizeof(*w->word));
	if (!w->bytes || !w->word) {
		words_free(w);
		return -ENOMEM;
	}
	to = w->bytes;
	for (;;) {
		while (at < end && *at == ' ')
			at++;
		if (at == end)
			return 0;
		w->word[w->n++] = (struct word){ .text = to, .raw = at };
		while (at < end && *at != ' ') {
			at += is_escape(at, end);
			*to++ = *at++;
		}
		*to++ = '\0';
	}
}

void words_free(struct words *w)
{
	free(w->word);
	free(w->bytes);
	*w = (struct words){ 0 };
}

/* Counts along the line, where an escaped byte has another before it. */
unsigned int words_column(const struct words *w, size_t word, size_t offset)
{
	const char *at = w->line + w->len, *end = at;

	/* What is missing at the end of a line is missed there. */
	if (word < w->n)
		at = w->word[word].raw;
	for (; offset && at < end; offset--)
		at += 1 + is_escape(at, end);
	return at - w->line + 1;
}
