/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rule as it is judged, and the judgement: the same source in the kernel, which only wants to know what it
 * need not capture, and in user space, which knows all that a rule can ask for. Pure, no pointers kept.
 *
 * What is not known counts as neither: a rule that would match but for something unknown may match. So the
 * kernel's answer is never wrong, only less certain, and user space has the last word.
 */
#ifndef ATR_MATCH_H
#define ATR_MATCH_H

#include "bpf/event.h"

enum {
	ATR_RULES_MAX = 512, /* that are judged in the kernel, of all lists */
	ATR_CONDS_MAX = 14, /* of one rule there; what more it has makes it a rule for user space */
	ATR_LEAF_MAX = 40,  /* bytes of a file's name that its hash is made of */
	ATR_LEAF_LENS = 64, /* more than any length of such bytes */
};

/* What rules ask for, as far as it is a number. */
enum atr_field {
	ATR_FIELD_PID,
	ATR_FIELD_PPID,
	ATR_FIELD_UID,
	ATR_FIELD_EUID,
	ATR_FIELD_SUID,
	ATR_FIELD_FSUID,
	ATR_FIELD_GID,
	ATR_FIELD_EGID,
	ATR_FIELD_SGID,
	ATR_FIELD_FSGID,
	ATR_FIELD_AUID,
	ATR_FIELD_SES,
	ATR_FIELD_PERS,
	ATR_FIELD_ARCH,
	ATR_FIELD_SUCCESS,
	ATR_FIELD_EXIT,
	ATR_FIELD_A0,
	ATR_FIELD_A1,
	ATR_FIELD_A2,
	ATR_FIELD_A3,
	ATR_FIELD_MSGTYPE,
	ATR_FIELD_EXE,	   /* leaf_hash() of the program's name; 0: of a length that no rule has */
	ATR_FIELD_EXE_INO, /* low half of its inode's number */
	ATR_FIELD_MAX,
	ATR_FIELD_ROOM = 32,
};

/* ATR_FIELD_SUCCESS, as AUDITSC_SUCCESS and AUDITSC_FAILURE: operators compare these. */
enum atr_outcome { ATR_OUTCOME_SUCCESS = 1, ATR_OUTCOME_FAILURE };

enum atr_op {
	ATR_OP_EQ,
	ATR_OP_NE,
	ATR_OP_LT,
	ATR_OP_LE,
	ATR_OP_GT,
	ATR_OP_GE,
	ATR_OP_ANY,
	ATR_OP_ALL
};

enum atr_cond_flag {
	ATR_COND_FIELD = 1 << 0,  /* value is another field: -C */
	ATR_COND_GROUPS = 1 << 1, /* supplementary groups count, too */
	ATR_COND_OR = 1 << 2,	  /* this one or the next */
};

struct atr_cond {
	__u8 field;
	__u8 op;
	__u16 flags;
	__u32 value;
};

/* Lists of audit; the first rule of one that matches decides. */
enum atr_list { ATR_LIST_USER, ATR_LIST_TASK, ATR_LIST_EXIT, ATR_LIST_EXCLUDE, ATR_LIST_MAX };

/* Which calls a rule of the exit list is about. */
enum atr_rule_call {
	ATR_CALL_EXECVE = 1 << 0,
	ATR_CALL_EXECVEAT = 1 << 1,
	ATR_CALL_EXECVE32 = 1 << 2,
	ATR_CALL_EXECVEAT32 = 1 << 3,
	ATR_CALL_OTHER = 1 << 4, /* x32: no rule of audit's is ever about it */
};

enum atr_rule_flag {
	ATR_RULE_ALWAYS = 1 << 0, /* else never */
	ATR_RULE_LATER = 1 << 1,  /* it has conditions that are not here */
	/*
	 * At the field behind its conditions audit_filter() gives up on a list (of user, exclude), and records.
	 * What comes after that field is not looked at.
	 */
	ATR_RULE_STOP = 1 << 2,
};

struct atr_rule {
	__u8 list;
	__u8 calls;
	__u8 flags;
	__u8 n;
	__u32 pad;
	struct atr_cond cond[ATR_CONDS_MAX];
};

/* What is known of an event: bit n of known for value[n]. */
struct atr_facts {
	__u32 value[ATR_FIELD_ROOM];
	__u32 known;
	__u32 calls;	/* the call it is: one bit; 0: not known */
	__u32 groups;	/* how many supplementary groups the task has */
	__u32 narrowed; /* the kernel side has looked them up in the index */
};

/* Where the rules of each list are in their set. */
struct atr_rules_head {
	__u32 first[ATR_LIST_MAX];
	__u32 n[ATR_LIST_MAX];
	__u32 words; /* of the index that have rules */
	__u32 more; /* there are more than the kernel has room for: all is for user space to judge */
	__u32 needs; /* enum atr_rules_need */
	__u32 early; /* a bit for each call: the index may refuse some of those when they begin */
	__u64 exe_lens; /* a bit for each length of a program's name that rules are about */
	__u64 pad;
};

_Static_assert(sizeof(struct atr_rules_head) == 64, "a line of the cache");
_Static_assert(ATR_LEAF_MAX < ATR_LEAF_LENS, "each length has a bit");

enum atr_rules_need { ATR_NEEDS_GROUPS = 1 << 0, ATR_NEEDS_EXE = 1 << 1 };

enum atr_match { ATR_MATCH_NO, ATR_MATCH_MAYBE, ATR_MATCH_YES };

/* Of the last component of a path: as much of it as there is room for, with zeros behind it. */
struct atr_leaf {
	__u64 word[ATR_LEAF_MAX / 8];
};

/*
 * FNV-1a by words; what a multiplication does not reach is folded in. In the place of the lowest bits is the
 * length (up to ATR_LEAF_MAX), which can be asked for without the name. No name has the hash 0.
 */
static inline __u32 leaf_hash(const struct atr_leaf *leaf, __u32 len)
{
	__u64 hash = 14695981039346656037ULL;
	int i;

	for (i = 0; i < ATR_LEAF_MAX / 8; i++) {
		hash = (hash ^ leaf->word[i]) * 1099511628211ULL;
		hash ^= hash >> 32;
	}
	return ((__u32)hash & ~(ATR_LEAF_LENS - 1)) | len;
}

/* --- the index -------------------------------------------------------------------------------- */

/*
 * Which rules an exec need be held against at all, by what most rules ask for. A bit for each rule of the set,
 * a row of bits for each value that something can have: what is in the rows of all that is known of an exec
 * is left to be judged, and most of the time that is nothing. Values share rows by a hash, but for those that
 * are most common, so a row may have rules too many, but never one too few.
 */
enum atr_index {
	ATR_INDEX_AUID,
	ATR_INDEX_UID,
	ATR_INDEX_EUID,
	ATR_INDEX_EXE,	   /* rules about no program, or of that name; or ... */
	ATR_INDEX_EXE_INO, /* ... those about this inode */
	ATR_INDEX_MAX,
};

enum {
	/* The first with no other value: 0 (root), and ATR_UNSET (nobody logged in). */
	ATR_ROWS_ALONE = 2,
	ATR_ROWS = 256,
	ATR_WORDS = ATR_RULES_MAX / 64,
	/* Calls by the number of their bit, see enum atr_rule_call. */
	ATR_CALL_BITS = 5,
	ATR_CALL_ROWS = 8,
};

/* A line of the cache: of somebody who is the same in all respects it is one that is read. */
struct atr_row {
	__u64 of[8]; /* enum atr_index */
};

_Static_assert(ATR_INDEX_MAX <= 8, "room for each index");

/*
 * 64 rules. What an exec is held against lies in so few pages because each page that was not in use lately costs
 * as much as all the rest.
 */
struct atr_rules_word {
	__u64 calls[ATR_CALL_ROWS]; /* rules of the task list are in all of them */
	struct atr_row rows[ATR_ROWS];
};

struct atr_rules_index {
	struct atr_rules_word word[ATR_WORDS];
};

/* Without a branch, of each of which the verifier would go both ways. */
static inline __u32 row_of(__u32 value)
{
	const __u32 alone = (((value + 1) >> 1) - 1) >> 31; /* of 0 and ATR_UNSET */
	const __u64 hash = value * 2654435769U;
	const __u32 row = ATR_ROWS_ALONE + (hash * (ATR_ROWS - ATR_ROWS_ALONE) >> 32);

	return (row & (alone - 1)) | (alone & value);
}

static inline void fact_set(struct atr_facts *facts, enum atr_field field, __u32 value)
{
	facts->value[field] = value;
	facts->known |= 1U << field;
}

static inline int op_holds(__u32 op, __u32 left, __u32 right)
{
	switch (op) {
	case ATR_OP_EQ:
		return left == right;
	case ATR_OP_NE:
		return left != right;
	case ATR_OP_LT:
		return left < right;
	case ATR_OP_LE:
		return left <= right;
	case ATR_OP_GT:
		return left > right;
	case ATR_OP_GE:
		return left >= right;
	case ATR_OP_ANY:
		return (left & right) != 0;
	default:
		return (left & right) == right;
	}
}

static inline enum atr_match cond_match(const struct atr_cond *cond, const struct atr_facts *facts)
{
	__u32 field = cond->field & (ATR_FIELD_ROOM - 1), value = cond->value;
	int holds;

	if (!(facts->known >> field & 1))
		return ATR_MATCH_MAYBE;
	if (cond->flags & ATR_COND_FIELD) {
		value &= ATR_FIELD_ROOM - 1;
		if (!(facts->known >> value & 1))
			return ATR_MATCH_MAYBE;
		value = facts->value[value];
	}
	holds = op_holds(cond->op, facts->value[field], value);
	/* Being in a group makes = hold and != not: here nobody knows in which ones the task is. */
	if (cond->flags & ATR_COND_GROUPS && facts->groups && holds == (cond->op == ATR_OP_NE))
		return ATR_MATCH_MAYBE;
	return holds ? ATR_MATCH_YES : ATR_MATCH_NO;
}

/* All conditions that are here; of a rule with others a match is none yet. */
static inline enum atr_match rule_match(const struct atr_rule *rule, const struct atr_facts *facts)
{
	enum atr_match all = rule->flags & ATR_RULE_LATER ? ATR_MATCH_MAYBE : ATR_MATCH_YES;
	enum atr_match either = ATR_MATCH_NO, one;
	int i;

	if (rule->list == ATR_LIST_EXIT) {
		if (!facts->calls)
			all = ATR_MATCH_MAYBE;
		else if (!(rule->calls & facts->calls))
			return ATR_MATCH_NO;
	}
	for (i = 0; i < ATR_CONDS_MAX; i++) {
		if (i >= rule->n)
			break;
		one = cond_match(&rule->cond[i], facts);
		if (one < either)
			one = either;
		either = ATR_MATCH_NO;
		if (rule->cond[i].flags & ATR_COND_OR) {
			either = one;
			continue;
		}
		if (one == ATR_MATCH_NO)
			return ATR_MATCH_NO;
		if (one == ATR_MATCH_MAYBE)
			all = ATR_MATCH_MAYBE;
	}
	return all;
}

#endif /* ATR_MATCH_H */
