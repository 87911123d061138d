// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rules, two sets of them: one in force, one that user space may write. Which one is in force is told by one
 * number, the generation, which each event takes when it begins and which it is judged by to its end. A
 * program that is so slow that its set is written anew under it finds that the number has gone on, and lets
 * the event through: user space has the set that it belongs to, and judges again.
 */
#include "bpf/rules.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2 * ATR_RULES_MAX);
	__type(key, __u32);
	__type(value, struct atr_rule);
} atr_rules SEC(".maps");

/* Written by user space before the generation is. */
struct atr_rules_head atr_rules_heads[2];
/* 0: there are no rules, and everything is recorded. */
__u32 atr_generation;
/* What the set in force needs to know of each exec. */
__u32 atr_rules_needs;

/* Of one rule: enum atr_match, with ATR_RULE_ALWAYS << 8. Global, as walk_steps() is. */
__noinline int rule_judge(__u32 slot, __u32 index)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct atr_rule *rule = bpf_map_lookup_elem(&atr_rules, &index);

	if (!s || !rule)
		return ATR_MATCH_MAYBE;
	return rule_match(rule, &s->facts) | (rule->flags & ATR_RULE_ALWAYS) << 8;
}

/*
 * 1: the event of s->facts is to be left out for what this list says, by a rule or, on the exit list, because
 * none matches; 0: it is not, or who knows. Global, as walk_steps() is.
 */
__noinline int rules_judge(__u32 slot, __u32 list)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct atr_rules_head *head;
	__u32 set, first, n, i;
	int match;

	if (!s || !s->generation)
		return 0;
	set = s->generation & 1;
	head = &atr_rules_heads[set];
	if (head->more)
		return 0;
	/* Proves that the list has its place, and not a copy of it. */
	barrier_var(list);
	list &= ATR_LIST_MAX - 1;
	barrier_var(list);
	first = set * ATR_RULES_MAX + head->first[list];
	n = head->n[list];
	for (i = 0; i < ATR_RULES_MAX; i++) {
		if (i >= n)
			break;
		match = rule_judge(slot, first + i);
		if ((match & 0xff) == ATR_MATCH_NO)
			continue;
		if ((match & 0xff) == ATR_MATCH_MAYBE)
			return 0;
		/* Of this list any rule that matches leaves a record out, whatever its action. */
		if (list == ATR_LIST_EXCLUDE)
			break;
		if (match & ATR_RULE_ALWAYS << 8)
			return 0;
		break;
	}
	if (i >= n && list != ATR_LIST_EXIT)
		return 0;
	return *(volatile __u32 *)&atr_generation == s->generation;
}
