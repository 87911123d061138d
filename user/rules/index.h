/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index of a set of rules, by which the kernel side knows that it need not look at them: bpf/match.h. */
#ifndef ATR_RULES_INDEX_H
#define ATR_RULES_INDEX_H

#include "user/rules/compile.h"

/*
 * Of no more than ATR_RULES_MAX rules, numbered list by list in the order of enum atr_list, as the
 * kernel side has them. Only those that an exec is held against are in it: of the lists task and
 * exit. All of ret is filled, and of head what is made of the same: .early and .exe_lens.
 */
void rules_index(struct atr_rules_index *ret, struct atr_rules_head *head,
		 const struct compiled *c);

#endif /* ATR_RULES_INDEX_H */
