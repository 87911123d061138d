/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test Anything Protocol, as much of it as these tests need. A test program calls ok() and is_…()
 * and ends with `return tap_done();`.
 */
#ifndef ATR_TESTS_TAP_H
#define ATR_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count;
static int tap_failed;

__attribute__((format(printf, 1, 2))) static inline void tap_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("# ", stdout);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
}

__attribute__((format(printf, 2, 3))) static inline bool ok(bool good, const char *format, ...)
{
	va_list args;

	printf("%sok %d - ", good ? "" : "not ", ++tap_count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (!good)
		tap_failed++;
	fflush(stdout);
	return good;
}

static inline bool is_int(long long got, long long want, const char *what)
{
	bool good = ok(got == want, "%s", what);

	if (!good)
		tap_note("got %lld, want %lld", got, want);
	return good;
}

/* One line of a message, cut where a person would stop reading, odd bytes as dots. */
static inline void tap_bytes(const char *label, const char *bytes, size_t len, size_t from)
{
	size_t i, start = from > 40 ? from - 40 : 0;

	printf("# %s (%zu bytes) %s", label, len, start ? "…" : "");
	for (i = start; i < len && i < start + 160; i++)
		putchar(bytes[i] >= 0x20 && bytes[i] < 0x7f ? bytes[i] : '.');
	puts(i < len ? "…" : "");
}

static inline bool is_bytes(const char *got, size_t got_len, const char *want, size_t want_len,
			    const char *what)
{
	size_t i = 0;
	bool good;

	good = got_len == want_len && (!got_len || !memcmp(got, want, got_len));
	ok(good, "%s", what);
	if (good)
		return true;
	while (i < got_len && i < want_len && got[i] == want[i])
		i++;
	tap_note("they differ from byte %zu on", i);
	tap_bytes("got ", got, got_len, i);
	tap_bytes("want", want, want_len, i);
	return false;
}

static inline bool is_str(const char *got, const char *want, const char *what)
{
	return is_bytes(got, strlen(got), want, strlen(want), what);
}

static inline void tap_skip(const char *what, const char *reason)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_count, what, reason);
}

static inline int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif /* ATR_TESTS_TAP_H */
