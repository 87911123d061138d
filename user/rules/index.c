/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rule is in the row of a value unless it cannot match where the field has that value. So the
 * kernel side takes the rows for what is known of an exec, and what they have in common is all that
 * can match: one AND a word for each field, instead of a look at every rule. What a rule asks for
 * in a way that is not understood here (another field, an alternative, groups) puts it into all
 * rows, which is never wrong.
 *
 * Made once for a set of rules: every rule is held against every row, 512 by 256 at most.
 */
#include "user/rules/index.h"

#include <string.h>

static const struct {
	enum atr_index index;
	enum atr_field field;
} indexed[] = {
	{ ATR_INDEX_AUID, ATR_FIELD_AUID },
	{ ATR_INDEX_UID, ATR_FIELD_UID },
	{ ATR_INDEX_EUID, ATR_FIELD_EUID },
};

/* n is below ATR_RULES_MAX. */
static void row_add(struct atr_rules_index *ret, __u32 row, enum atr_index index, __u32 n)
{
	ret->word[n / 64].rows[row].of[index] |= 1ULL << n % 64;
}

/* Is condition i one that has to hold, of a field alone? */
static bool cond_alone(const struct atr_rule *rule, int i)
{
	const __u16 flags = rule->cond[i].flags | (i ? rule->cond[i - 1].flags & ATR_COND_OR : 0);

	return !(flags & (ATR_COND_FIELD | ATR_COND_GROUPS | ATR_COND_OR));
}

/*
 * Can the rule match where the field has a value of that row? = rules out all rows but one. 0 and
 * ATR_UNSET have rows of their own, so for these any operator can be asked.
 */
static bool row_fits(const struct atr_rule *rule, enum atr_field field, __u32 row)
{
	static const __u32 alone[] = { 0, ATR_UNSET };
	const struct atr_cond *cond;
	int i, k;

	for (i = 0; i < rule->n; i++) {
		cond = &rule->cond[i];
		if (cond->field != field || !cond_alone(rule, i))
			continue;
		if (cond->op == ATR_OP_EQ && row_of(cond->value) != row)
			return false;
		for (k = 0; k < 2; k++)
			if (row_of(alone[k]) == row && !op_holds(cond->op, alone[k], cond->value))
				return false;
	}
	return true;
}

/* The condition about the program's name, of which there may be one with the inode behind it; -1: none. */
static int exe_cond(const struct atr_rule *rule)
{
	int i;

	for (i = 0; i < rule->n; i++)
		if (rule->cond[i].field == ATR_FIELD_EXE)
			return i;
	return -1;
}

/*
 * A rule about a program is in the row of its name, and by its inode in another index: one of the
 * two is enough to be looked at. cond[i + 1] is there, for ATR_COND_OR says that another one
 * follows.
 */
static void exe_add(struct atr_rules_index *ret, struct atr_rules_head *head,
		    const struct atr_rule *rule, __u32 n)
{
	const int i = exe_cond(rule);
	__u32 row;

	if (i < 0) {
		for (row = 0; row < ATR_ROWS; row++)
			row_add(ret, row, ATR_INDEX_EXE, n);
		return;
	}
	head->exe_lens |= 1ULL << rule->cond[i].value % ATR_LEAF_LENS;
	row_add(ret, row_of(rule->cond[i].value), ATR_INDEX_EXE, n);
	if (rule->cond[i].flags & ATR_COND_OR)
		row_add(ret, row_of(rule->cond[i + 1].value), ATR_INDEX_EXE_INO, n);
}

/* A rule of the task list has no calls: it is in the rows of all of them. */
static void rule_add(struct atr_rules_index *ret, struct atr_rules_head *head,
		     const struct atr_rule *rule, __u32 n)
{
	__u32 row, i;

	for (i = 0; i < ATR_CALL_BITS; i++)
		if (rule->list == ATR_LIST_TASK || rule->calls >> i & 1)
			ret->word[n / 64].calls[i] |= 1ULL << n % 64;
	for (i = 0; i < sizeof(indexed) / sizeof(indexed[0]); i++)
		for (row = 0; row < ATR_ROWS; row++)
			if (row_fits(rule, indexed[i].field, row))
				row_add(ret, row, indexed[i].index, n);
	exe_add(ret, head, rule, n);
}

/* The rules of a word that are in all rows of an index. */
static __u64 everywhere(const struct atr_rules_word *word, enum atr_index index)
{
	__u64 bits = ~0ULL;
	__u32 row;

	for (row = 0; row < ATR_ROWS; row++)
		bits &= word->rows[row].of[index];
	return bits;
}

/* The calls of which there is no rule that may match whoever makes them. */
static __u32 early(const struct atr_rules_index *index)
{
	__u32 ret = (1u << ATR_CALL_BITS) - 1, call, i;
	__u64 anyone;

	for (i = 0; i < ATR_WORDS; i++) {
		anyone = everywhere(&index->word[i], ATR_INDEX_AUID) &
			 everywhere(&index->word[i], ATR_INDEX_UID);
		for (call = 0; call < ATR_CALL_BITS; call++)
			if (index->word[i].calls[call] & anyone)
				ret &= ~(1u << call);
	}
	return ret;
}

void rules_index(struct atr_rules_index *ret, struct atr_rules_head *head, const struct compiled *c)
{
	__u32 list, n = 0;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	head->exe_lens = 0;
	for (list = 0; list < ATR_LIST_MAX; list++) {
		for (i = 0; i < c->n && n < ATR_RULES_MAX; i++) {
			if (c->rules[i].rule.list != list)
				continue;
			if (list == ATR_LIST_TASK || list == ATR_LIST_EXIT)
				rule_add(ret, head, &c->rules[i].rule, n);
			n++;
		}
	}
	head->early = early(ret);
}
