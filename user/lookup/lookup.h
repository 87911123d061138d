/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers to what the records need and the kernel side could not tell: file capabilities, the words
 * that are in files (interpreters), what a path leads to, names of users. Each answer is an event of
 * its own, so that a capture holds it.
 *
 * All of this happens a moment after the fact. A file counts only if its inode number and change
 * time are those that the kernel saw; so it does not matter by which way it was found.
 */
#ifndef ATR_LOOKUP_LOOKUP_H
#define ATR_LOOKUP_LOOKUP_H

#include "user/record/record.h"

/* An answer: an event with the longest string that one can have. */
union atr_answer {
	struct atr_hdr hdr;
	struct atr_file_answer file;
	struct atr_item_answer item;
	struct atr_name_answer name;
	struct atr_label_answer label;
	__u64 align;
	char bytes[sizeof(struct atr_file_answer) + 2 * ATR_NAME_MAX];
};

/* Answers need, which view (an EXEC or EXECFAIL) gave rise to. Always gives an answer, if only that
 * nothing could be found.
 */
void lookup_answer(const struct atr_view *view, const struct atr_need *need, union atr_answer *ret);

/* The answer that nothing could be found. */
void lookup_nothing(const struct atr_need *need, union atr_answer *ret);

/* The event that says what this machine is like; first_serial and lsms as in struct atr_host. */
void host_event(__u32 first_serial, __u32 lsms, struct atr_host *ret);

/* How the clocks stand to each other now. */
void clock_event(struct atr_clock *ret);

#endif /* ATR_LOOKUP_LOOKUP_H */
