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
	struct atr_address_answer address;
	struct atr_place_answer place;
	__u64 align;
	char bytes[sizeof(struct atr_file_answer) + 2 * ATR_NAME_MAX];
};

/* Answers need, which view (an EXEC or EXECFAIL) gave rise to. Always gives an answer, if only that
 * nothing could be found.
 */
void lookup_answer(const struct atr_view *view, const struct atr_need *need, union atr_answer *ret);

/* The answer that nothing could be found. */
void lookup_nothing(const struct atr_need *need, union atr_answer *ret);

/* What others know of this machine, as in struct atr_host. */
struct host_facts {
	__u32 first_serial;
	__u32 lsms;
	const __u32 *spaces; /* mount, pid, user namespace */
	bool sessions;
};

/* The event that says what this machine is like. */
void host_event(const struct host_facts *facts, struct atr_host *ret);

/* The session of a process, by its directory in /proc; -ENOENT: it is in none, or there is none. */
int session_event(const char *pid, struct atr_session *ret);

/* How the clocks stand to each other now. */
void clock_event(struct atr_clock *ret);

#endif /* ATR_LOOKUP_LOOKUP_H */
