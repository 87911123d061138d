/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that occur in logs: types of records, classes of events. Of each a number, and counts. */
#ifndef ATR_COMPARE_TYPES_H
#define ATR_COMPARE_TYPES_H

#include <linux/types.h>
#include <stdbool.h>

#include "user/compare/logline.h"

enum log_side { LOG_A, LOG_B, LOG_SIDES };

enum {
	NAMES_MAX = 1024, /* names beyond these are one: OTHERS */
	NAME_ROOM = 48,
	NAME_OTHERS = 0,
};

struct name {
	char text[NAME_ROOM]; /* cut, if it is longer */
	__u64 hash;
	int number;		/* of the type, if it is one, as libaudit has it; else -1 */
	bool alone;		/* an event of its own: nothing follows */
	bool daemon;		/* a daemon tells of itself */
	bool wanted;		/* --types */
	__u64 count[LOG_SIDES]; /* seen */
	__u64 paired;
	__u64 only[LOG_SIDES];
};

/*
 * of[0] is OTHERS, whose hash is the seed. Slots are four times as many as names: a free one is
 * always found.
 */
struct names {
	struct name of[NAMES_MAX];
	__u16 slots[4 * NAMES_MAX]; /* by hash: number + 1, or 0 */
	unsigned int n;
};

void names_init(struct names *names, __u64 seed);

/*
 * The number of a name, a new one if need be; NAME_OTHERS where there are too many. Two with the
 * same 64 bits of hash would be one.
 */
unsigned int names_find(struct names *names, struct piece name);

#endif /* ATR_COMPARE_TYPES_H */
