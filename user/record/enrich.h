/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tail of a record: what auditd's ENRICHED format adds behind a 0x1D byte, and after it what
 * audit has no field for. Readers take the part before the byte as the kernel's.
 */
#ifndef ATR_RECORD_ENRICH_H
#define ATR_RECORD_ENRICH_H

#include "user/record/names.h"
#include "user/record/text.h"

/*
 * Readers of audit logs have lines of 8970 bytes, newline and NUL included; pairs that do not fit
 * are left out whole, as auditd leaves them out.
 */
enum { ATR_LINE_MAX = 8969 };

/* Of one line, from tail_begin() to its newline. t and names stay the caller's. */
struct tail {
	struct text *t;
	struct names *names;
	size_t start;	/* of the line */
	size_t reserve; /* bytes kept free for text_tail_flag() */
	bool open;	/* the 0x1D is written */
};

/*
 * To be called when the kernel's part of the line, from byte start of t on, is written. Nothing is
 * written by this: a record with no pairs has no 0x1D either. flag: what text_tail_flag() will be
 * given, for which room is kept; NULL if it will not be called.
 */
void tail_begin(struct tail *tail, struct text *t, struct names *names, size_t start,
		const char *flag);

/* key is a literal with its '='. As it is: for words of libaudit's. */
void tail_word(struct tail *tail, const char *key, const char *word);
/* The name of a user or group, as auditd writes it: see names__get(). */
void tail_id(struct tail *tail, const char *key, size_t key_len, __u32 id, enum name_group group);

/* Pairs of ours: the value is a text of anybody's, encoded, or a number, in quotes. */
void tail_text(struct tail *tail, const char *key, const char *bytes, size_t len);
void tail_number(struct tail *tail, const char *key, __u32 number);

/* clang-format off */
#define tail_user(tail, key, id)  tail_id(tail, "" key, sizeof(key) - 1, id, NAME_USER)
#define tail_group(tail, key, id) tail_id(tail, "" key, sizeof(key) - 1, id, NAME_GROUP)
/* clang-format on */

/* AUTRAIL="flag": what is wrong with this record, in every format. */
void text_tail_flag(struct tail *tail, const char *flag);

#endif /* ATR_RECORD_ENRICH_H */
