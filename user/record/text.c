/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_FIRST = 4096,
	TEXT_KEEP = 256 * 1024, /* larger buffers are not kept from one event to the next */
	/* audit_log_d_path() gives d_path() so many bytes, its NUL included. */
	D_PATH_MAX = ATR_NAME_MAX + 11,
};

#define DELETED " (deleted)"

static const char digits2[] = "00010203040506070809101112131415161718192021222324"
			      "25262728293031323334353637383940414243444546474849"
			      "50515253545556575859606162636465666768697071727374"
			      "75767778798081828384858687888990919293949596979899";

static const char hex_lower[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";

void text_init(struct text *t, size_t max)
{
	memset(t, 0, sizeof(*t));
	t->max = max;
}

void text_free(struct text *t)
{
	free(t->buf);
	text_init(t, t->max);
}

void text_reset(struct text *t)
{
	if (t->cap > TEXT_KEEP)
		text_free(t);
	t->len = 0;
	t->err = 0;
}

/* len is never above max: the difference does not wrap, whatever n is. */
bool text_grow(struct text *t, size_t n)
{
	size_t cap = t->cap ? t->cap : TEXT_FIRST;
	char *buf;

	if (t->err)
		return false;
	if (n > t->max - t->len) {
		t->err = -EMSGSIZE;
		/* No room at all from here on, or the text would go on after a hole. */
		t->cap = t->len;
		return false;
	}
	while (cap < t->len + n)
		cap *= 2;
	if (cap > t->max)
		cap = t->max;
	buf = realloc(t->buf, cap);
	if (!buf) {
		t->err = -ENOMEM;
		t->cap = t->len;
		return false;
	}
	t->buf = buf;
	t->cap = cap;
	return true;
}

void text_bytes(struct text *t, const void *bytes, size_t n)
{
	char *out = text_room(t, n);

	if (!out || !n)
		return;
	memcpy(out, bytes, n);
	t->len += n;
}

void text_char(struct text *t, char c)
{
	char *out = text_room(t, 1);

	if (!out)
		return;
	*out = c;
	t->len++;
}

/* Two digits at a time: numbers are most of what a record has. */
size_t format_u64(char *out, __u64 value)
{
	char tmp[20];
	char *p = tmp + sizeof(tmp);

	while (value >= 100) {
		p -= 2;
		memcpy(p, &digits2[2 * (value % 100)], 2);
		value /= 100;
	}
	if (value >= 10) {
		p -= 2;
		memcpy(p, &digits2[2 * value], 2);
	} else {
		*--p = '0' + value;
	}
	memcpy(out, p, tmp + sizeof(tmp) - p);
	return tmp + sizeof(tmp) - p;
}

/* As many digits as bits are in use, by four and rounded up. */
static size_t format_hex(char *out, __u64 value, unsigned int width)
{
	unsigned int n = value ? (67 - __builtin_clzll(value)) / 4 : 1;
	unsigned int i;

	if (n < width)
		n = width;
	for (i = n; i > 0; i--, value >>= 4)
		out[i - 1] = hex_lower[value & 15];
	return n;
}

void text_key_u64(struct text *t, const char *key, size_t key_len, __u64 value)
{
	char *out = text_room(t, key_len + 20);

	if (!out)
		return;
	memcpy(out, key, key_len);
	t->len += key_len + format_u64(out + key_len, value);
}

void text_key_i64(struct text *t, const char *key, size_t key_len, __s64 value)
{
	char *out = text_room(t, key_len + 21);

	if (!out)
		return;
	memcpy(out, key, key_len);
	out += key_len;
	t->len += key_len;
	if (value < 0) {
		*out++ = '-';
		t->len++;
	}
	t->len += format_u64(out, value < 0 ? -(__u64)value : (__u64)value);
}

void text_key_hex(struct text *t, const char *key, size_t key_len, __u64 value)
{
	char *out = text_room(t, key_len + 16);

	if (!out)
		return;
	memcpy(out, key, key_len);
	t->len += key_len + format_hex(out + key_len, value, 1);
}

/* 32 bits have 11 digits, and one 0 stands before them. */
void text_octal(struct text *t, __u32 value)
{
	char tmp[12];
	char *p = tmp + sizeof(tmp);

	for (; value; value >>= 3)
		*--p = '0' + (value & 7);
	*--p = '0';
	text_bytes(t, p, tmp + sizeof(tmp) - p);
}

void text_dev(struct text *t, __u32 dev)
{
	char *out = text_room(t, 32);
	size_t n;

	if (!out)
		return;
	n = format_hex(out, dev >> 20, 2);
	out[n++] = ':';
	n += format_hex(out + n, dev & 0xfffff, 2);
	t->len += n;
}

void text_cap(struct text *t, __u64 set)
{
	char *out = text_room(t, 16);

	if (out)
		t->len += format_hex(out, set, set ? 16 : 1);
}

void text_padded(struct text *t, __u64 value, unsigned int width)
{
	char tmp[20];
	size_t n = format_u64(tmp, value);

	for (; width > n; width--)
		text_char(t, '0');
	text_bytes(t, tmp, n);
}

/* As audit_string_contains_control(), eight bytes at a time. */
bool text_needs_hex(const char *bytes, size_t n)
{
	const __u64 ones = 0x0101010101010101ULL, high = ones << 7;
	__u64 w, q, bad = 0;

	for (; n >= 8; n -= 8, bytes += 8) {
		memcpy(&w, bytes, 8);
		q = w ^ (ones * '"');
		/* Some byte is above 0x7e, below 0x21, or a quote; exact as a yes or no. */
		bad |= (w | (w + ones) | ((w - ones * 0x21) & ~w) | ((q - ones) & ~q)) & high;
		if (bad)
			return true;
	}
	for (; n > 0; n--, bytes++) {
		unsigned char c = *bytes;

		if (c == '"' || c < 0x21 || c > 0x7e)
			return true;
	}
	return false;
}

void text_hexbytes(struct text *t, const char *bytes, size_t n)
{
	char *out = text_room(t, 2 * n);
	size_t i;

	if (!out)
		return;
	for (i = 0; i < n; i++) {
		unsigned char c = bytes[i];

		out[2 * i] = hex_upper[c >> 4];
		out[2 * i + 1] = hex_upper[c & 15];
	}
	t->len += 2 * n;
}

void text_quoted(struct text *t, const char *bytes, size_t n)
{
	char *out = text_room(t, n + 2);

	if (!out)
		return;
	out[0] = '"';
	if (n)
		memcpy(out + 1, bytes, n);
	out[n + 1] = '"';
	t->len += n + 2;
}

void text_untrusted(struct text *t, const char *bytes, size_t n)
{
	if (text_needs_hex(bytes, n))
		text_hexbytes(t, bytes, n);
	else
		text_quoted(t, bytes, n);
}

void text_trusted(struct text *t, const char *bytes, size_t n)
{
	char *out = text_room(t, n);
	size_t i;

	if (!out)
		return;
	for (i = 0; i < n; i++)
		out[i] = bytes[i] > 0x20 && bytes[i] < 0x7f ? bytes[i] : '?';
	t->len += n;
}

void text_label(struct text *t, const char *bytes, size_t n)
{
	char *out = text_room(t, n);
	size_t i;

	if (!out)
		return;
	for (i = 0; i < n; i++)
		out[i] = (unsigned char)bytes[i] >= 0x20 && bytes[i] != 0x7f ? bytes[i] : '?';
	t->len += n;
}

int walk_path(const char *walk, size_t n, char *path, size_t size)
{
	/* Each component becomes a slash and itself: as many bytes as itself and its NUL. */
	size_t len = n + (n == 0 || walk[n - 1] != '\0');
	const char *end = walk + n;
	size_t at, part;

	if (len > size)
		return -ENAMETOOLONG;
	path[0] = '/';
	/*
	 * The leaf comes first, so fill from the end. The parts, with a slash each, are len
	 * together: at comes down to 0 and not below.
	 */
	for (at = n ? len : 0; at > 0; walk += part + 1) {
		part = strnlen(walk, end - walk);
		at -= part + 1;
		path[at] = '/';
		memcpy(path + at + 1, walk, part);
	}
	return len;
}

/*
 * audit_log_d_path(): with " (deleted)" in it the path is encoded as a whole, so a blank makes it
 * hex.
 */
void text_walk(struct text *t, const char *walk, size_t n, unsigned int str_flags)
{
	char path[D_PATH_MAX + sizeof(DELETED)];
	int len;

	if (str_flags & ATR_S_NULL) {
		text_lit(t, "(null)");
		return;
	}
	if (str_flags & ATR_S_FAULT) {
		text_lit(t, "?");
		return;
	}
	len = str_flags & ATR_S_CUT ? -ENAMETOOLONG : walk_path(walk, n, path, D_PATH_MAX);
	if (len >= 0 && (str_flags & ATR_S_DELETED)) {
		memcpy(path + len, DELETED, sizeof(DELETED) - 1);
		len += sizeof(DELETED) - 1;
	}
	if (len < 0 || len >= D_PATH_MAX)
		text_lit(t, "\"<too_long>\"");
	else
		text_untrusted(t, path, len);
}
