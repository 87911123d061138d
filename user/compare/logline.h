/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of an audit log, and the fields of what it says. Pure: bytes in, pointers into them out. */
#ifndef ATR_COMPARE_LOGLINE_H
#define ATR_COMPARE_LOGLINE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes of somebody else's, without a NUL behind them; with len 0 text may be NULL. */
struct piece {
	const char *text;
	size_t len;
};

struct log_line {
	struct piece node; /* of `node=NAME`; text NULL: none */
	struct piece type; /* at least one byte */
	__u64 ms;	   /* since the epoch */
	__u64 serial;
	struct piece body; /* up to the byte 0x1D */
	struct piece tail; /* behind it; text NULL: there was none */
};

/*
 * [node=NAME ]type=NAME msg=audit(SEC.MSC:SERIAL): BODY, as auditd's format_raw() writes it. ret
 * points into text. 0, or -EBADMSG and ret untouched: it is no such line.
 */
int logline_parse(const char *text, size_t len, struct log_line *ret);

/*
 * A word of a body: name=value, with what follows up to the next that has a name. A word without a name, where
 * a body begins with one, has an empty name.
 */
struct field {
	struct piece name, value;
};

/* The next field, which is cut off rest; false at the end. msg='op=x' gives op. */
bool field_next(struct piece *rest, struct field *ret);

/* The value of the first field of this name; text NULL: there is none. */
struct piece field_get(struct piece body, const char *name);

/* A decimal number that is all of a piece, of 18 digits at most, with - or without. */
bool piece_number(struct piece piece, __s64 *ret);
bool piece_is(struct piece piece, const char *text);
bool piece_equal(struct piece a, struct piece b);
bool piece_has(struct piece piece, const char *text);

#endif /* ATR_COMPARE_LOGLINE_H */
