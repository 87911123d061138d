// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/tap.h"
#include "user/record/title.h"

static const struct {
	const char *bytes;
	size_t len;
	const char *want;
	const char *what;
} rows[] = {
	{ "ls\0/", 5, "6C73002F", "the last NUL is cut" },
	{ "./ex", 5, "\"./ex\"", "one word is quoted" },
	{ "./ex", 4, "\"./ex\"", "one word without its NUL" },
	{ "", 0, "\"(null)\"", "none at all" },
	{ "", 1, "\"(null)\"", "one empty argument" },
	{ "\0\0\0", 4, "\"(null)\"", "empty arguments" },
	{ "a\0\0", 4, "\"a\"", "empty arguments behind a word" },
	{ "a\xc3\xa9", 4, "61C3A9", "a0 to ff count as printable" },
	{ "a\x80\x9f", 4, "\"a\"", "80 to 9f do not" },
	{ "a\n", 3, "\"a\"", "control characters at the end are cut" },
	{ "a b", 4, "612062", "a blank" },
	{ "a ", 3, "6120", "a blank at the end stays" },
	{ "a\x7f", 3, "\"a\"", "DEL is cut" },
	{ "\x01", 1, "\"(null)\"", "one control character" },
};

int main(void)
{
	char longer[300], want[300];
	struct text t;
	unsigned int i;

	text_init(&t, 4096);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_reset(&t);
		title_write(&t, rows[i].bytes, rows[i].len);
		is_bytes(t.buf, t.len, rows[i].want, strlen(rows[i].want), rows[i].what);
	}
	memset(longer, 'x', sizeof(longer));
	text_reset(&t);
	title_write(&t, longer, sizeof(longer));
	snprintf(want, sizeof(want), "\"%.128s\"", longer);
	is_bytes(t.buf, t.len, want, 130, "128 bytes at most");
	longer[127] = '\0';
	text_reset(&t);
	title_write(&t, longer, sizeof(longer));
	snprintf(want, sizeof(want), "\"%.127s\"", longer);
	is_bytes(t.buf, t.len, want, 129, "and a NUL at their end is cut");
	text_free(&t);
	return tap_done();
}
