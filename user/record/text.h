/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builder of record text. The only function that may see a byte of a stranger's string is
 * text_untrusted(), whose output never holds a blank, a quote or a control character.
 */
#ifndef ATR_RECORD_TEXT_H
#define ATR_RECORD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#include "bpf/event.h"

/*
 * Grows up to max bytes. A failure sticks in err, and later writes do nothing. len <= cap <= max;
 * after a failure cap is len, so that text_room() has no quick way past err. There is no NUL at the
 * end.
 */
struct text {
	char *buf;
	size_t len;
	size_t cap;
	size_t max;
	int err; /* 0, -ENOMEM or -EMSGSIZE */
};

/* Takes no memory yet. The buffer is taken and doubled as it is needed. */
void text_init(struct text *t, size_t max);
void text_free(struct text *t);

/* Empty it for the next event; a buffer that an odd event made huge is given back. */
void text_reset(struct text *t);

/* Slow half of text_room(). */
bool text_grow(struct text *t, size_t n);

/* Where the next n bytes may be written, NULL if they may not. The caller moves len. */
static inline char *text_room(struct text *t, size_t n)
{
	if (t->cap - t->len < n && !text_grow(t, n))
		return NULL;
	return t->buf + t->len;
}

/*
 * As they are: for what we have written ourselves, and what was encoded. bytes may be NULL if n is
 * 0.
 */
void text_bytes(struct text *t, const void *bytes, size_t n);
void text_char(struct text *t, char c);

/* A key (a literal with its blank and '=') and a number behind it: one check for room a field. */
void text_key_u64(struct text *t, const char *key, size_t key_len, __u64 value);
void text_key_i64(struct text *t, const char *key, size_t key_len, __s64 value);
void text_key_hex(struct text *t, const char *key, size_t key_len, __u64 value);

/* clang-format off */
#define text_lit(t, lit)	   text_bytes(t, "" lit, sizeof(lit) - 1)
#define text_u64(t, key, value)	   text_key_u64(t, "" key, sizeof(key) - 1, value)
#define text_i64(t, key, value)	   text_key_i64(t, "" key, sizeof(key) - 1, value)
#define text_hex(t, key, value)	   text_key_hex(t, "" key, sizeof(key) - 1, value)
/* clang-format on */

/* %#o, as modes are written. */
void text_octal(struct text *t, __u32 value);

/* major:minor, each in hex with two digits at least. */
void text_dev(struct text *t, __u32 dev);

/* A capability set: 0, or 16 hex digits. */
void text_cap(struct text *t, __u64 set);

/* Decimal with leading zeros up to width. */
void text_padded(struct text *t, __u64 value, unsigned int width);

/* True if the kernel would write the bytes in hex. */
bool text_needs_hex(const char *bytes, size_t n);

/* Upper-case hex, no quotes, as audit_log_n_hex() has it. */
void text_hexbytes(struct text *t, const char *bytes, size_t n);

/* In quotes, as they are: only for bytes that need no hex. */
void text_quoted(struct text *t, const char *bytes, size_t n);

/* Quoted or hex, as audit_log_n_untrustedstring() decides. No bytes are "". */
void text_untrusted(struct text *t, const char *bytes, size_t n);

/* A name of the kernel's own (tty): as it is, with '?' for what could break the line. */
void text_trusted(struct text *t, const char *bytes, size_t n);

/*
 * A security label: the kernel writes it as it is, and so may it have blanks and bytes that are no
 * ASCII; but what could end the line or begin auditd's own part of it is '?'.
 */
void text_label(struct text *t, const char *bytes, size_t n);

/*
 * A path as d_path() gives it, from a walk (see struct atr_exec): "<too_long>" where the kernel
 * has no room for it either, ? where it could not be read.
 */
void text_walk(struct text *t, const char *walk, size_t n, unsigned int str_flags);

/* The path of a walk as plain bytes, without a NUL; returns its length, or -ENAMETOOLONG. */
int walk_path(const char *walk, size_t n, char *path, size_t size);

/* Writes value in decimal to out (20 bytes at most), returns how many. */
size_t format_u64(char *out, __u64 value);

#endif /* ATR_RECORD_TEXT_H */
