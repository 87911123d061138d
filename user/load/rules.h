/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules into the kernel side: two sets, of which one is in force. */
#ifndef ATR_LOAD_RULES_H
#define ATR_LOAD_RULES_H

#include "user/rules/compile.h"

/* Where the kernel side has them. */
struct rules_target {
	int map; /* 2 * ATR_RULES_MAX of struct atr_rule */
	struct atr_rules_head *heads;
	struct atr_rules_index *indexes;
	__u32 *generation;
	__u32 *needs;
};

/*
 * Puts c, whose generation must be the next one, in the place of the rules that are in force: an event is
 * judged by the ones or the others, whole. 0 or -errno, and then those before go on.
 */
int rules_swap(const struct rules_target *target, const struct compiled *c);

#endif /* ATR_LOAD_RULES_H */
