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
struct atr_rules_head atr_rules_heads[2] __attribute__((aligned(64)));
/* 0: there are no rules, and everything is recorded. */
__u32 atr_generation;
/* What the set in force needs to know of each exec. */
__u32 atr_rules_needs;
/* Each row a line of the cache. */
struct atr_rules_index atr_rules_indexes[2] __attribute__((aligned(64)));

/* --- by the index ----------------------------------------------------------------------------- */

/* Global, as walk_steps() is, like those below. Not 0: no rule can match. */
__noinline int rules_refuse_call(__u32 call, __u32 auid, __u32 uid)
{
	__u32 generation = *(volatile __u32 *)&atr_generation;
	struct rows r;

	rows_begin(&r, generation & 1, call, auid, uid);
	return rows_refuse(&r, generation);
}

/* The rules that an event may match, if they have been narrowed: where its first string will be. */
static __always_inline __u64 *left(struct atr_scratch *s)
{
	return (void *)s->data;
}

/* Leaves the rules that the exec of s->facts is to be held against. Always 0. */
__noinline int rules_narrow(__u32 slot)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct atr_facts *f;
	struct rows r;
	__u32 set, i;

	if (!s)
		return 0;
	f = &s->facts;
	set = s->generation & 1;
	/* Where no rule wants to know the program they are all in any of its rows. */
	if (!f->calls || atr_rules_heads[set].more ||
	    (atr_rules_needs & ATR_NEEDS_EXE && !(f->known >> ATR_FIELD_EXE & 1)))
		return 0;
	rows_begin(&r, set, (f->calls > 1) + (f->calls > 2) + (f->calls > 4) + (f->calls > 8),
		   f->value[ATR_FIELD_AUID], f->value[ATR_FIELD_UID]);
	rows_end(&r, set, f->value[ATR_FIELD_EUID], f->value[ATR_FIELD_EXE],
		 f->value[ATR_FIELD_EXE_INO]);
	for (i = 0; i < ATR_WORDS; i++)
		left(s)[i] = rows_left(&r, i);
	f->narrowed = 1;
	return 0;
}

/* The number of the lowest bit, of which there is one; without a branch, as row_of(). */
static __always_inline __u32 bit_lowest(__u64 bits)
{
	__u32 n = 0, shift, empty;

#pragma clang loop unroll(full)
	for (shift = 32; shift; shift /= 2) {
		empty = ((bits & ((1ULL << shift) - 1)) - 1) >> 63;
		bits >>= empty * shift;
		n += empty * shift;
	}
	return n;
}

/*
 * The next rule of the set, from that one on, of which the index has not told that it cannot match; ATR_RULES_MAX:
 * there is none. Global, as walk_steps() is.
 */
__noinline int rule_next(__u32 slot, __u32 index)
{
	struct atr_scratch *s = scratch__slot(slot);
	__u64 bits;
	__u32 i;

	if (!s || !s->facts.narrowed)
		return index;
	for (i = 0; i < ATR_WORDS && index < ATR_RULES_MAX; i++) {
		bits = left(s)[index / 64 % ATR_WORDS] >> index % 64;
		if (bits)
			return index + bit_lowest(bits);
		index = (index | 63) + 1;
	}
	return ATR_RULES_MAX;
}

/* --- one by one ------------------------------------------------------------------------------- */

/*
 * What one rule says of the event of s->facts. One that only may match is passed over if it would leave the
 * event out: user space will see. Global, as walk_steps() is.
 */
__noinline int rule_judge(__u32 slot, __u32 index)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct atr_rule *rule = bpf_map_lookup_elem(&atr_rules, &index);
	enum atr_match match;

	if (!s || !rule)
		return ATR_VERDICT_KEEP;
	match = rule_match(rule, &s->facts);
	if (match == ATR_MATCH_NO)
		return ATR_VERDICT_NONE;
	/* Of the exclude list any rule that matches leaves a record out, whatever its action. */
	if (rule->flags & ATR_RULE_STOP ||
	    (rule->list != ATR_LIST_EXCLUDE && rule->flags & ATR_RULE_ALWAYS))
		return ATR_VERDICT_KEEP;
	return match == ATR_MATCH_YES ? ATR_VERDICT_OUT : ATR_VERDICT_NONE;
}

/*
 * What a list says of the event of s->facts (enum atr_verdict), by a rule or, on the exit list, because none
 * matches. Global, as walk_steps() is.
 */
__noinline int rules_judge(__u32 slot, __u32 list)
{
	struct atr_scratch *s = scratch__slot(slot);
	int verdict = ATR_VERDICT_NONE;
	struct atr_rules_head *head;
	__u32 set, at, end, i;

	if (!s || !s->generation)
		return ATR_VERDICT_KEEP;
	set = s->generation & 1;
	head = &atr_rules_heads[set];
	if (head->more)
		return ATR_VERDICT_KEEP;
	/* Proves that the list has its place, and not a copy of it. */
	barrier_var(list);
	list &= ATR_LIST_MAX - 1;
	barrier_var(list);
	at = head->first[list];
	end = at + head->n[list];
	for (i = 0; i < ATR_RULES_MAX; i++) {
		at = rule_next(slot, at);
		if (at >= end)
			break;
		verdict = rule_judge(slot, set * ATR_RULES_MAX + at);
		if (verdict)
			break;
		at++;
	}
	if (verdict == ATR_VERDICT_NONE && list == ATR_LIST_EXIT)
		verdict = ATR_VERDICT_OUT;
	if (verdict == ATR_VERDICT_OUT && *(volatile __u32 *)&atr_generation != s->generation)
		return ATR_VERDICT_KEEP;
	return verdict;
}
