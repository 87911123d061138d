/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of names with numbers in them that `sort -V` and `ls -v` have (filevercmp() of gnulib),
 * which is Debian's of versions with some care for endings. strverscmp() differs: it looks at the
 * ending from the start (10-a.rules would come behind 10-a-b.rules), takes leading zeros for
 * fractions, and knows no ~.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "user/rules/parse.h"

/*
 * The length without .rules and what else looks like an ending: (\.[A-Za-z~][A-Za-z0-9~]*)*$. An
 * ending that something follows is none, so each byte that is not in one moves the stem on.
 */
static size_t stem_length(const char *name)
{
	size_t i = 0, stem = 0;

	while (name[i]) {
		while (name[i] == '.' &&
		       (isalpha((unsigned char)name[i + 1]) || name[i + 1] == '~'))
			for (i += 2; isalnum((unsigned char)name[i]) || name[i] == '~';)
				i++;
		if (name[i])
			stem = ++i;
	}
	return stem;
}

/* ~ before the end, that and digits before letters, these before all else. */
static int rank(const char *name, size_t i, size_t len)
{
	unsigned char c;

	if (i == len)
		return -1;
	c = name[i];
	if (c == '~')
		return -2;
	if (isdigit(c))
		return 0;
	return isalpha(c) ? c : c + 256;
}

static bool digit_at(const char *name, size_t i, size_t len)
{
	return i < len && isdigit((unsigned char)name[i]);
}

/*
 * By turns what is no digit, by rank, and numbers, by value. In the first loop both move on only
 * where they have the same byte, for the end of one ranks like nothing else: so neither runs beyond
 * its end.
 */
static int compare_versions(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t i = 0, j = 0;

	while (i < a_len || j < b_len) {
		int first = 0;

		while ((i < a_len && !digit_at(a, i, a_len)) ||
		       (j < b_len && !digit_at(b, j, b_len))) {
			int diff = rank(a, i, a_len) - rank(b, j, b_len);

			if (diff)
				return diff;
			i++;
			j++;
		}
		while (i < a_len && a[i] == '0')
			i++;
		while (j < b_len && b[j] == '0')
			j++;
		for (; digit_at(a, i, a_len) && digit_at(b, j, b_len); i++, j++)
			if (!first)
				first = a[i] - b[j];
		/* More digits are a larger number. */
		if (digit_at(a, i, a_len) != digit_at(b, j, b_len))
			return digit_at(a, i, a_len) ? 1 : -1;
		if (first)
			return first;
	}
	return 0;
}

static int compare_names(const void *x, const void *y)
{
	const char *a = *(char *const *)x, *b = *(char *const *)y;
	int diff;

	/* Hidden ones come first. */
	if ((a[0] == '.') != (b[0] == '.'))
		return a[0] == '.' ? -1 : 1;
	diff = compare_versions(a, stem_length(a), b, stem_length(b));
	if (!diff)
		diff = compare_versions(a, strlen(a), b, strlen(b));
	return diff ? diff : strcmp(a, b);
}

void rules_sort_names(char **names, size_t n)
{
	if (n)
		qsort(names, n, sizeof(*names), compare_names);
}
