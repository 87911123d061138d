// SPDX-License-Identifier: GPL-2.0-or-later
/* The index of rules: what it leaves is never too little, and mostly nothing. */
#include <stdlib.h>

#include "tests/tap.h"
#include "user/rules/index.h"

#define RULES	     200
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static struct atr_rules_index idx;
static struct atr_rules_head head;
static struct compiled_rule rules[RULES];

static __u32 random_seed = 7;

static __u32 below(__u32 n)
{
	random_seed = random_seed * 1103515245 + 12345;
	return (random_seed >> 8) % n;
}

/* Few values, so that conditions hold now and then; 4099 and 9 share no row with the others, or do. */
static __u32 some_value(void)
{
	static const __u32 values[] = { 0, ATR_UNSET, 1000, 1001, 4099, 9, 33 };

	return values[below(COUNT(values))];
}

static void rule_draw(struct atr_rule *rule)
{
	static const __u8 fields[] = { ATR_FIELD_AUID, ATR_FIELD_UID, ATR_FIELD_EUID,
				       ATR_FIELD_GID };
	static const __u8 lists[] = { ATR_LIST_EXIT, ATR_LIST_EXIT, ATR_LIST_TASK, ATR_LIST_USER };
	struct atr_cond *cond;

	memset(rule, 0, sizeof(*rule));
	rule->list = lists[below(COUNT(lists))];
	rule->calls = below(16);
	while (rule->n < 3 && below(4)) {
		cond = &rule->cond[rule->n++];
		cond->field = fields[below(COUNT(fields))];
		cond->op = below(ATR_OP_ALL + 1);
		cond->value = some_value();
		cond->flags = below(6) ? 0 : ATR_COND_FIELD;
		if (cond->flags)
			cond->value = fields[below(COUNT(fields))];
		else if (rule->n < 3 && !below(5))
			cond->flags = ATR_COND_OR;
	}
	/* An "or" has something behind it. */
	if (rule->n)
		rule->cond[rule->n - 1].flags &= ~ATR_COND_OR;
	if (below(3))
		return;
	cond = &rule->cond[rule->n++];
	*cond = (struct atr_cond){ .field = ATR_FIELD_EXE, .value = some_value() };
	if (below(2))
		return;
	cond->flags = ATR_COND_OR;
	rule->cond[rule->n++] =
		(struct atr_cond){ .field = ATR_FIELD_EXE_INO, .value = some_value() };
}

static void facts_draw(struct atr_facts *facts, int call)
{
	memset(facts, 0, sizeof(*facts));
	facts->calls = 1 << call;
	fact_set(facts, ATR_FIELD_AUID, some_value());
	fact_set(facts, ATR_FIELD_UID, some_value());
	fact_set(facts, ATR_FIELD_EUID, some_value());
	fact_set(facts, ATR_FIELD_GID, some_value());
	/* The latter of a length that no rule has. */
	fact_set(facts, ATR_FIELD_EXE, below(4) ? some_value() : 50);
	fact_set(facts, ATR_FIELD_EXE_INO, some_value());
}

/* As the kernel side asks: at the beginning of a call, and when all is known. */
static bool left(const struct atr_facts *f, int call, __u32 n, bool late)
{
	const struct atr_rules_word *word = &idx.word[n / 64];
	const struct atr_row *rows = word->rows;
	__u64 bits = word->calls[call];
	__u32 exe = f->value[ATR_FIELD_EXE];

	/* Of a length that no rule's name has: not read. */
	if (!(head.exe_lens >> exe % ATR_LEAF_LENS & 1))
		exe = 0;
	bits &= rows[row_of(f->value[ATR_FIELD_AUID])].of[ATR_INDEX_AUID];
	bits &= rows[row_of(f->value[ATR_FIELD_UID])].of[ATR_INDEX_UID];
	if (late) {
		bits &= rows[row_of(f->value[ATR_FIELD_EUID])].of[ATR_INDEX_EUID];
		bits &= rows[row_of(exe)].of[ATR_INDEX_EXE] |
			rows[row_of(f->value[ATR_FIELD_EXE_INO])].of[ATR_INDEX_EXE_INO];
	}
	return bits >> n % 64 & 1;
}

static const struct compiled_rule *rule_nth(const struct compiled *c, __u32 n)
{
	__u32 list;
	size_t i;

	for (list = 0; list < ATR_LIST_MAX; list++)
		for (i = 0; i < c->n; i++)
			if (c->rules[i].rule.list == list && !n--)
				return &c->rules[i];
	return NULL;
}

static void test_random(void)
{
	struct compiled c = { .rules = rules, .n = RULES };
	unsigned int round, missing = 0, spared = 0, of = 0;
	const struct atr_rule *rule;
	struct atr_facts facts;
	bool early, late;
	__u32 n, call;

	for (n = 0; n < RULES; n++)
		rule_draw(&rules[n].rule);
	rules_index(&idx, &head, &c);
	for (round = 0; round < 5000; round++) {
		call = below(ATR_CALL_BITS);
		facts_draw(&facts, call);
		for (n = 0; n < RULES; n++) {
			rule = &rule_nth(&c, n)->rule;
			early = left(&facts, call, n, false);
			late = left(&facts, call, n, true);
			if (rule->list == ATR_LIST_USER)
				missing += early || late;
			else if (rule_match(rule, &facts) != ATR_MATCH_NO)
				missing += !early || !late;
			else
				spared += !late, of++;
		}
	}
	is_int(missing, 0, "no rule that matches is missing, and none of another list there");
	ok(spared > of / 2, "most that do not match are spared (%u of %u)", spared, of);
}

/* What most files have; each of them at a glance. */
static void test_common(void)
{
	static const struct {
		struct atr_cond cond;
		__u32 value;
		bool left;
		const char *what;
	} rows[] = {
		{ { ATR_FIELD_AUID, ATR_OP_GE, 0, 1000 }, ATR_UNSET, true, "auid>=1000, unset" },
		{ { ATR_FIELD_AUID, ATR_OP_NE, 0, ATR_UNSET },
		  ATR_UNSET,
		  false,
		  "auid!=unset, unset" },
		{ { ATR_FIELD_AUID, ATR_OP_NE, 0, ATR_UNSET }, 1000, true, "auid!=unset, 1000" },
		{ { ATR_FIELD_AUID, ATR_OP_GE, 0, 1000 }, 0, false, "auid>=1000, 0" },
		{ { ATR_FIELD_AUID, ATR_OP_GE, 0, 1000 }, 33, true, "auid>=1000, 33: not known" },
		{ { ATR_FIELD_UID, ATR_OP_EQ, 0, 0 }, 0, true, "uid=0, 0" },
		{ { ATR_FIELD_UID, ATR_OP_EQ, 0, 0 }, 1000, false, "uid=0, 1000" },
		{ { ATR_FIELD_UID, ATR_OP_EQ, 0, 1000 }, 0, false, "uid=1000, 0" },
		{ { ATR_FIELD_UID, ATR_OP_EQ, 0, 1000 }, 1000, true, "uid=1000, 1000" },
		{ { ATR_FIELD_UID, ATR_OP_EQ, ATR_COND_FIELD, ATR_FIELD_EUID }, 0, true, "-C" },
	};
	struct compiled c = { .rules = rules, .n = 1 };
	struct atr_facts facts;
	unsigned int i;

	for (i = 0; i < COUNT(rows); i++) {
		rules[0].rule = (struct atr_rule){
			.list = ATR_LIST_EXIT,
			.calls = ATR_CALL_EXECVE,
			.n = 1,
			.cond = { rows[i].cond },
		};
		rules_index(&idx, &head, &c);
		memset(&facts, 0, sizeof(facts));
		facts.value[rows[i].cond.field] = rows[i].value;
		ok(left(&facts, 0, 0, true) == rows[i].left, "%s", rows[i].what);
		ok(!left(&facts, 1, 0, false), "another call");
	}
	ok(row_of(0) < ATR_ROWS_ALONE && row_of(ATR_UNSET) < ATR_ROWS_ALONE &&
		   row_of(0) != row_of(ATR_UNSET),
	   "0 and unset have rows of their own");
	for (i = 1; i < 100000; i++)
		if (row_of(i) < ATR_ROWS_ALONE || row_of(i) >= ATR_ROWS)
			break;
	is_int(i, 100000, "and nothing else has");
}

/* When it is worth to ask at the beginning of a call: unless somebody's rule is everybody's. */
static void test_early(void)
{
	static const struct {
		struct atr_rule rule;
		__u32 early;
		const char *what;
	} rows[] = {
		{ { .list = ATR_LIST_EXIT,
		    .calls = ATR_CALL_EXECVE,
		    .n = 1,
		    .cond = { { ATR_FIELD_AUID, ATR_OP_EQ, 0, 1000 } } },
		  31,
		  "a rule about one auid: always" },
		{ { .list = ATR_LIST_EXIT,
		    .calls = ATR_CALL_EXECVE,
		    .n = 1,
		    .cond = { { ATR_FIELD_EUID, ATR_OP_EQ, 0, 0 } } },
		  30,
		  "about an euid: all but its call" },
		{ { .list = ATR_LIST_EXIT, .calls = ATR_CALL_EXECVE | ATR_CALL_EXECVEAT },
		  28,
		  "about two calls: but for these" },
		{ { .list = ATR_LIST_TASK }, 0, "about all tasks: never" },
		{ { .list = ATR_LIST_USER }, 31, "about messages: always" },
	};
	struct compiled c = { .rules = rules, .n = 1 };
	unsigned int i;

	for (i = 0; i < COUNT(rows); i++) {
		rules[0].rule = rows[i].rule;
		rules_index(&idx, &head, &c);
		is_int(head.early, rows[i].early, rows[i].what);
	}
}

/* Names of which lengths are read at all. */
static void test_lengths(void)
{
	struct compiled c = { .rules = rules, .n = 2 };
	const __u32 leaf = path_leaf_hash("/opt/tool", 9);

	rules[0].rule = (struct atr_rule){ .list = ATR_LIST_EXIT, .n = 1 };
	rules[1].rule = rules[0].rule;
	rules[0].rule.cond[0] = (struct atr_cond){ ATR_FIELD_EXE, ATR_OP_EQ, 0, leaf };
	rules[1].rule.cond[0] = (struct atr_cond){ ATR_FIELD_UID, ATR_OP_EQ, 0, 0 };
	head.exe_lens = ~0ULL;
	rules_index(&idx, &head, &c);
	is_int(head.exe_lens, 1 << 4, "a rule about tool: names of four bytes");
	rules[0].rule = rules[1].rule;
	rules_index(&idx, &head, &c);
	is_int(head.exe_lens, 0, "rules about no program: none");
}

int main(void)
{
	test_lengths();
	test_early();
	test_random();
	test_common();
	return tap_done();
}
