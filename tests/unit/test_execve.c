// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's splitting of arguments over records, by vectors that were taken from kernels. They
 * are written short: Q9 for 9 characters in quotes, H8 for 8 of hex, | between records; values of
 * up to 12 characters stand as they are.
 */
#include <stdlib.h>

#include "tests/tap.h"
#include "tests/unit/build.h"
#include "user/record/execve.h"

#define HEAD "type=EXECVE msg=audit(1.000:1): "

static struct text out;

/* Appends one value, which ends at a blank or newline, in the short form. */
static size_t shorten_value(char *to, const char *value, size_t len)
{
	if (len <= 12)
		return sprintf(to, "%.*s", (int)len, value);
	if (value[0] == '"' && value[len - 1] == '"')
		return sprintf(to, "Q%zu", len - 2);
	return sprintf(to, "H%zu", len);
}

static char *shorten(const char *text, size_t len)
{
	char *to = malloc(len + 1), *at = to;
	const char *end = text + len;
	size_t n;

	while (text < end) {
		if (!strncmp(text, HEAD, sizeof(HEAD) - 1)) {
			at += sprintf(at, at == to ? "" : " |");
			text += sizeof(HEAD) - 1;
		}
		n = strcspn(text, "=");
		at += sprintf(at, "%.*s=", (int)n, text);
		text += n + 1;
		n = strcspn(text, " \n");
		at += shorten_value(at, text, n);
		text += n;
		if (*text == '\n')
			text++;
	}
	return to;
}

static char *written(const char *argv, size_t len, unsigned int argc)
{
	text_reset(&out);
	execve_write(&out, HEAD, sizeof(HEAD) - 1, argc, argv, len);
	return shorten(out.buf, out.len);
}

/* {"true", n times c, "z"}; n at least 1. */
static void check_length(size_t n, char c, const char *want)
{
	char *argv = malloc(n + 16), *got, what[64];
	size_t len = 5;

	memcpy(argv, "true", 5);
	memset(argv + len, c, n);
	len += n;
	memcpy(argv + len, "\0z", 3);
	got = written(argv, len + 3, 3);
	snprintf(what, sizeof(what), "an argument of %zu bytes", n);
	is_str(got, want, what);
	free(got);
	free(argv);
}

static void test_lengths(void)
{
	static const struct {
		size_t from, to;
		const char *want; /* %1 is the length */
	} rows[] = {
		{ 100, 101, "argc=3 a0=\"true\" a1=Q%zu a2=\"z\"" },
		{ 7000, 7001, "argc=3 a0=\"true\" a1=Q%zu a2=\"z\"" },
		{ 7379, 7380, "argc=3 a0=\"true\" a1=Q%zu a2=\"z\"" },
		{ 7381, 7392, "argc=3 a0=\"true\" a1=Q%zu | a2=\"z\"" },
		{ 7393, 7469, "argc=3 a0=\"true\" a1_len=%zu a1[0]=Q%zu | a2=\"z\"" },
		{ 7470, 7470, "argc=3 a0=\"true\" a1_len=%zu a1[0]=Q7469 | a1[1]=\"A\" a2=\"z\"" },
		{ 7498, 7498, "argc=3 a0=\"true\" a1_len=%zu a1[0]=Q7469 | a1[1]=Q29 a2=\"z\"" },
		{ 7499, 7499, "argc=3 a0=\"true\" a1_len=%zu a1[0]=Q7469 | a1[1]=Q30 a2=\"z\"" },
		{ 7500, 7500,
		  "argc=3 a0=\"true\" a1_len=15000 a1[0]=H7470 | a1[1]=H7492 |"
		  " a1[2]=H38 a2=\"z\"" },
		{ 7501, 7501,
		  "argc=3 a0=\"true\" a1_len=15002 a1[0]=H7470 | a1[1]=H7492 |"
		  " a1[2]=H40 a2=\"z\"" },
		{ 15000, 15000,
		  "argc=3 a0=\"true\" a1_len=30000 a1[0]=H7470 | a1[1]=H7492 |"
		  " a1[2]=H7492 | a1[3]=H7492 | a1[4]=H54 a2=\"z\"" },
		{ 20000, 20000,
		  "argc=3 a0=\"true\" a1_len=40000 a1[0]=H7470 | a1[1]=H7492 |"
		  " a1[2]=H7492 | a1[3]=H7492 | a1[4]=H7492 | a1[5]=H2562 a2=\"z\"" },
	};
	char want[512];
	unsigned int i;
	size_t n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (n = rows[i].from; n <= rows[i].to; n++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(want, sizeof(want), rows[i].want, n, n);
#pragma GCC diagnostic pop
			check_length(n, 'A', want);
		}
	}
}

static void test_longest(void)
{
	size_t n = 131071, len = 5 + n + 1;
	char *argv = malloc(len), *got, *at;
	unsigned int records = 1;

	memcpy(argv, "true", 5);
	memset(argv + 5, 'X', n);
	argv[len - 1] = '\0';
	got = written(argv, len, 2);
	for (at = got; (at = strchr(at, '|')); at++)
		records++;
	is_int(records, 35, "the longest argument takes 35 records");
	at = strchr(got, '|');
	ok(at && !strncmp(got, "argc=2 a0=\"true\" a1_len=262142 a1[0]=H7468 | a1[1]=H7492 |", 58),
	   "its first pieces");
	at = strrchr(got, '|');
	is_str(at ? at : "", "| a1[34]=H7438", "its last piece");
	free(got);
	free(argv);
}

static void test_many(void)
{
	char argv[2000 * 11], *got, *at, *end;
	unsigned int i, records = 1;

	for (i = 0; i < 2000; i++) {
		memset(argv + 11 * i, 'a' + i % 26, 10);
		argv[11 * i + 10] = '\0';
	}
	got = written(argv, sizeof(argv), 2000);
	for (at = got; (at = strchr(at, '|')); at++)
		records++;
	is_int(records, 5, "2000 arguments of 10 letters take 5 records");
	end = strchr(got, '|');
	*end = '\0';
	at = strstr(got, " a417_len=");
	is_str(at ? at : "", " a417_len=10 a417[0]=\"bbbbbbbbbb\" ", "how the first one ends");
	ok(!strncmp(end + 1, " a418=\"cccccccccc\"", 18), "how the second one begins");
	free(got);
}

static void test_mixed(void)
{
	static const char odd[] =
		"true\0\0a b\0q\"x\0tab\tx\0\xc3\xa9\0plain-_./:@\0's'\0back\\slash";
	char argv[16384], *got;
	size_t len = 0;

	got = written(odd, sizeof(odd), 9);
	is_str(got,
	       "argc=9 a0=\"true\" a1=\"\" a2=612062 a3=712278 a4=7461620978 a5=C3A9"
	       " a6=Q11 a7=\"'s'\" a8=\"back\\slash\"",
	       "odd characters");
	free(got);

	memcpy(argv, "true", 5);
	len = 5;
	memset(argv + len, ' ', 4000);
	argv[len += 4000] = '\0';
	memcpy(argv + ++len, "b", 2);
	memset(argv + (len += 2), 'B', 4000);
	argv[len += 4000] = '\0';
	memcpy(argv + ++len, "c d", 4);
	got = written(argv, len + 4, 5);
	is_str(got,
	       "argc=5 a0=\"true\" a1_len=8000 a1[0]=H7470 | a1[1]=H530 a2=\"b\" a3=Q4000"
	       " a4=632064",
	       "hex and quoted in one");
	free(got);
}

static void test_edges(void)
{
	static const struct {
		const char *argv;
		size_t len;
		unsigned int argc;
		const char *want;
		const char *what;
	} rows[] = {
		{ "", 1, 1, "argc=1 a0=\"\"", "one empty argument" },
		{ "E=1", 4, 0, "argc=0 a0=\"E=1\"", "no argument: the first of the environment" },
		{ "", 0, 0, "argc=0", "no argument, and nothing was read" },
		{ "ls\0-l", 5, 2, "argc=2 a0=\"ls\" a1=\"-l\"", "the last NUL is missing" },
		{ "ls\0-l\0-a", 9, 2, "argc=2 a0=\"ls\" a1=\"-l\"", "no more than argc" },
		{ "ls", 3, 5, "argc=5 a0=\"ls\"", "fewer than argc" },
	};
	unsigned int i;
	char *got;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		got = written(rows[i].argv, rows[i].len, rows[i].argc);
		is_str(got, rows[i].want, rows[i].what);
		free(got);
	}
	is_int(execve_count("a\0b\0", 4, 9), 2, "two strings");
	is_int(execve_count("a\0b\0c", 5, 9), 3, "the last one open");
	is_int(execve_count("\0\0\0", 3, 9), 3, "three empty strings");
	is_int(execve_count("", 0, 9), 0, "no string");
	is_int(execve_count("a\0b\0", 4, 1), 1, "no further than asked");
}

static void test_empties(void)
{
	char *argv = calloc(1, 20000), *got;
	size_t longest = 0, n;
	const char *at;

	got = written(argv, 20000, 20000);
	free(got);
	for (at = out.buf; at < out.buf + out.len; at += n + 1) {
		n = (const char *)memchr(at, '\n', out.buf + out.len - at) - at;
		if (n > longest)
			longest = n;
		if (strncmp(at, HEAD, sizeof(HEAD) - 1))
			break;
	}
	ok(at == out.buf + out.len, "every record of 20000 empty arguments has its head");
	ok(longest < 8970, "and none is too long for a reader");
	free(argv);
}

int main(void)
{
	text_init(&out, 64 << 20);
	test_lengths();
	test_longest();
	test_many();
	test_mixed();
	test_edges();
	test_empties();
	text_free(&out);
	return tap_done();
}
