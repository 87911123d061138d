/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules say of an event: the last word, with all that is known of it. */
#ifndef ATR_RECORD_JUDGE_H
#define ATR_RECORD_JUDGE_H

#include "user/record/items.h"
#include "user/record/state.h"

/*
 * The rules that an event is judged by, as the kernel side has judged it; NULL: there are none. Those of an
 * older set that is not kept any more are the ones in force.
 */
struct compiled *rules_of(struct recorder *r, const struct atr_view *view);

/* An event of the kernel's, of a time when nothing was to be recorded. */
bool judge_off(struct recorder *r, const struct atr_view *view);

/*
 * Is an exec to be recorded? Of true, *ret_key is the key of the rule that says so (of the ruleset; NULL:
 * none, or there are no rules).
 */
bool judge_exec(struct recorder *r, const struct atr_view *view, const struct plan *plan,
		const char **ret_key);

/* Is a user record of that type to be written? */
bool judge_user(struct recorder *r, const struct atr_view *view, __u32 type);

/* Takes the records that the exclude list names out of the text of an event, from byte `from` on. */
void judge_records(struct recorder *r, const struct atr_view *view, size_t from);

#endif /* ATR_RECORD_JUDGE_H */
