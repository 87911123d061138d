/* SPDX-License-Identifier: GPL-2.0-or-later */
/* User records: what programs tell of users. */
#ifndef ATR_RECORD_MESSAGE_H
#define ATR_RECORD_MESSAGE_H

#include "user/record/state.h"

enum derived {
	DERIVED_NOT, /* the sender's own text */
	DERIVED_PAM, /* made up from calls of libpam */
};

/*
 * Appends the record of that type, with this text in its quotes, and what belongs to it, with the stamp
 * of view. A refused one is written as well, and says that it was.
 */
void message_write(struct recorder *r, const struct atr_view *view, __u32 type, const char *text,
		   size_t len, enum derived derived);

/*
 * Why the kernel would not take a record of that type from the task, a word without blanks; NULL:
 * it would.
 */
const char *message_refused(const struct atr_view *view, __u32 type);

/*
 * What a message is about: text up to its first NUL, and what of it the kernel keeps. No NUL is
 * behind it.
 */
const char *message_text(const struct atr_view *view, size_t *ret_len);

/*
 * Does a record of that type say that users or groups change? auditd forgets the names that it knows: before
 * one of what is new, to tell it by its name; behind one of what has changed or gone.
 */
enum account_change { ACCOUNT_NOT, ACCOUNT_NEW, ACCOUNT_CHANGED };
enum account_change account_change(__u32 type);

/* An id in the text of a record of that type: a field that auditd knows as one. */
struct text_id {
	const char *key; /* in the text */
	size_t key_len;
	enum name_group group;
	__u32 id;
};

/* KEY="name" of it. */
struct tail;
void message_id_write(struct tail *tail, const struct text_id *id);

/*
 * The next one at or behind *pos, which moves on; false if there is none. ret_id->key points into
 * text. Begins with *pos 0; all calls together go through the text once.
 */
bool message_id_next(const char *text, size_t len, __u32 type, size_t *pos, struct text_id *ret_id);

#endif /* ATR_RECORD_MESSAGE_H */
