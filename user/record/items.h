/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which PATH records the kernel writes for an exec, from the event and what look-ups told; and
 * what is still to be looked up for it.
 */
#ifndef ATR_RECORD_ITEMS_H
#define ATR_RECORD_ITEMS_H

#include "user/record/know.h"

struct item {
	const char *name; /* NULL: not known */
	size_t name_len;
	const struct atr_file *file; /* NULL: not resolved */
	const struct answer *answer; /* on file, NULL: none */
	bool file_unknown;	     /* it was resolved, but to what is not known */
	bool name_likely;	     /* the name is that which others had for this file */
	bool more_unknown;	     /* whether another item follows is not known */
};

/* A file that nobody told of yet. */
struct want {
	const struct atr_file *file;
	int item;    /* whose name leads to it, -1: none that is known */
	bool exe;    /* it is the program that runs */
	bool script; /* event.script is its path */
};

enum { ATR_WANTS_MAX = 2 * ATR_ITEMS_MAX };

/*
 * Its pointers lead into the event and into what k knows: it is for this event, and for as long as
 * k takes no answer.
 */
struct plan {
	unsigned int n; /* the SYSCALL record's items= */
	struct item items[ATR_ITEMS_MAX];
	unsigned int nwants;
	struct want wants[ATR_WANTS_MAX];
	__u32 ask_items; /* bit for each item whose path must be resolved */
	int running;	 /* item of the file that runs (EXEC), -1: none */
};

/*
 * Fills all of ret_plan but the items beyond n; it cannot fail, what is not known is marked. argv:
 * the first of the argument strings, as many as are at hand, each with its NUL.
 */
void items_plan(struct knowledge *k, const struct atr_view *view, const char *argv, size_t argv_len,
		struct plan *ret_plan);

/* The walk that tells where the file of an item is; NULL: none does. */
const struct atr_str *item_walk(const struct atr_view *view, const struct plan *plan,
				unsigned int i);

#endif /* ATR_RECORD_ITEMS_H */
