/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SYSCALL, and what it says of the task that made the call. */
#ifndef ATR_RECORD_CALL_H
#define ATR_RECORD_CALL_H

#include "user/record/state.h"

/* args are the first four registers at least, as at the entry of the call. */
struct call {
	__u32 arch;
	__u32 nr;
	const __u64 *args;
	__s64 exit;
	unsigned int items; /* how many PATH records there will be */
	bool unfinished;    /* it has no result, and will have none */
};

/* Room for the words of what an event could not tell. */
enum { FLAWS_MAX = 64 };

/*
 * Appends SYSCALL, a whole line, with the stamp and the key that r has. flaws, FLAWS_MAX bytes, is
 * what is missing so far; what is missing of the task's label is added to it.
 */
void call_write(struct recorder *r, const struct atr_view *view, const struct call *call,
		char *flaws);

/* exe= and tty= with their values and the blank before them, of any task. */
void task_write_exe(struct text *t, const struct atr_view *view);
void task_write_tty(struct text *t, const struct atr_view *view);

#endif /* ATR_RECORD_CALL_H */
