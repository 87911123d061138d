// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "tests/tap.h"
#include "user/record/text.h"

static struct text t;

/* What was written since the last call. */
static const char *taken(void)
{
	static char buf[32768];

	snprintf(buf, sizeof(buf), "%.*s", (int)t.len, t.buf ? t.buf : "");
	text_reset(&t);
	return buf;
}

static void test_untrusted(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *want;
	} rows[] = {
		{ "", 0, "\"\"" },
		{ "ls", 2, "\"ls\"" },
		{ "a b", 3, "612062" },
		{ "q\"x", 3, "712278" },
		{ "tab\tx", 5, "7461620978" },
		{ "\xc3\xa9", 2, "C3A9" },
		{ "plain-_./:@", 11, "\"plain-_./:@\"" },
		{ "'s'", 3, "\"'s'\"" },
		{ "back\\slash", 10, "\"back\\slash\"" },
		{ "#=(){}[]<>|&;$!*?~`,^%+", 23, "\"#=(){}[]<>|&;$!*?~`,^%+\"" },
		{ "(null)", 6, "\"(null)\"" },
		{ "\x7f", 1, "7F" },
		{ "~", 1, "\"~\"" },
		{ "!", 1, "\"!\"" },
		{ "a\0b", 3, "610062" },
		{ "\x1d", 1, "1D" },
		{ "x\ntype=SYSCALL msg=audit(1.0:1): a", 34,
		  "780A747970653D53595343414C4C206D73673D617564697428312E303A31293A2061" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_untrusted(&t, rows[i].bytes, rows[i].len);
		is_str(taken(), rows[i].want, "untrusted string");
	}
}

/* The check eight bytes at a time against the rule itself, each byte at each place. */
static void test_needs_hex(void)
{
	char buf[24];
	unsigned int bad = 0, len, at, c;

	for (len = 0; len < sizeof(buf); len++) {
		for (at = 0; at < len; at++) {
			for (c = 0; c < 256; c++) {
				memset(buf, at & 1 ? '!' : '~', len);
				buf[at] = c;
				if (text_needs_hex(buf, len) != (c < 0x21 || c > 0x7e || c == '"'))
					bad++;
			}
		}
		memset(buf, 'a', len);
		bad += text_needs_hex(buf, len);
	}
	is_int(bad, 0, "every byte at every place is judged as the kernel does");
}

static void test_numbers(void)
{
	static const __u64 values[] = { 0,
					7,
					9,
					10,
					99,
					100,
					101,
					999,
					1000,
					4294967295ULL,
					1000000000000ULL,
					18446744073709551615ULL };
	unsigned int i;
	char want[64];

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		text_u64(&t, " n=", values[i]);
		text_i64(&t, " i=", (__s64)values[i]);
		text_hex(&t, " h=", values[i]);
		snprintf(want, sizeof(want), " n=%llu i=%lld h=%llx", values[i], (__s64)values[i],
			 values[i]);
		is_str(taken(), want, want);
	}
	text_i64(&t, "", (__s64)(1ULL << 63));
	is_str(taken(), "-9223372036854775808", "the lowest number");
	text_padded(&t, 7, 3);
	text_padded(&t, 1234, 3);
	is_str(taken(), "0071234", "padded numbers");
}

static void test_kernel_forms(void)
{
	static const struct {
		__u32 mode;
		const char *want;
	} modes[] = { { 0100755, "0100755" },
		      { 0104755, "0104755" },
		      { 040755, "040755" },
		      { 041777, "041777" },
		      { 020666, "020666" },
		      { 0120777, "0120777" },
		      { 0, "0" } };
	static const struct {
		__u32 dev;
		const char *want;
	} devs[] = { { 0xfe << 20, "fe:00" },
		     { 0x1b, "00:1b" },
		     { 0, "00:00" },
		     { 1 << 20 | 3, "01:03" },
		     { 0x103u << 20 | 0x12345, "103:12345" } };
	unsigned int i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		text_octal(&t, modes[i].mode);
		is_str(taken(), modes[i].want, "mode");
	}
	for (i = 0; i < sizeof(devs) / sizeof(devs[0]); i++) {
		text_dev(&t, devs[i].dev);
		is_str(taken(), devs[i].want, "device");
	}
	text_cap(&t, 0);
	text_char(&t, ' ');
	text_cap(&t, 0x2000);
	text_char(&t, ' ');
	text_cap(&t, 0x1ffffffffffULL);
	is_str(taken(), "0 0000000000002000 000001ffffffffff", "capability sets");
	text_trusted(&t, "pts/0\x1b \"x\n", 11);
	is_str(taken(), "pts/0??\"x??", "a name of the kernel's own cannot break the line");
}

static void test_walk(void)
{
	static const struct {
		const char *walk;
		size_t len;
		unsigned int flags;
		const char *want;
	} rows[] = {
		{ "", 0, 0, "\"/\"" },
		{ "ls\0bin\0usr", 11, 0, "\"/usr/bin/ls\"" },
		{ "ls\0bin\0usr", 10, 0, "\"/usr/bin/ls\"" },
		{ "ls", 3, ATR_S_DELETED, "2F6C73202864656C6574656429" },
		{ "", 0, ATR_S_DELETED, "2F202864656C6574656429" },
		{ "a b", 4, 0, "2F612062" },
		{ "x", 2, ATR_S_NULL, "(null)" },
		{ "x", 2, ATR_S_FAULT, "?" },
		{ "x", 2, ATR_S_CUT, "\"<too_long>\"" },
		{ "a\0\0b", 4, 0, "\"/b//a\"" },
	};
	static char walk[8192], want[8200];
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_walk(&t, rows[i].walk, rows[i].len, rows[i].flags);
		is_str(taken(), rows[i].want, "path from a walk");
	}
	/* d_path() has PATH_MAX + 11 bytes, one for the NUL: 4106 characters fit. */
	memset(walk, 'p', sizeof(walk));
	memset(want, 'p', sizeof(want));
	memcpy(want, "\"/", 2);
	strcpy(want + 1 + 4106, "\"");
	text_walk(&t, walk, 4105, 0);
	is_str(taken(), want, "the longest path");
	text_walk(&t, walk, 4106, 0);
	is_str(taken(), "\"<too_long>\"", "a path that is too long");
	text_walk(&t, walk, 4105 - 9, ATR_S_DELETED);
	is_str(taken(), "\"<too_long>\"", "the mark makes it too long");
}

static void test_limit(void)
{
	struct text small;
	char bytes[100] = "";

	text_init(&small, 8192);
	while (!small.err)
		text_bytes(&small, bytes, sizeof(bytes));
	is_int(small.err, -EMSGSIZE, "no more than the limit");
	is_int(small.len, 8100, "whole pieces only");
	text_char(&small, 'x');
	is_int(small.len, 8100, "nothing behind a hole");
	text_reset(&small);
	text_lit(&small, "again");
	is_bytes(small.buf, small.len, "again", 5, "usable after a reset");
	is_int(small.err, 0, "and without an error");
	text_free(&small);
}

int main(void)
{
	text_init(&t, 1 << 20);
	test_untrusted();
	test_needs_hex();
	test_numbers();
	test_kernel_forms();
	test_walk();
	test_limit();
	text_free(&t);
	return tap_done();
}
