/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/rules/compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/rules/ruleset.h"

/* --- fields ----------------------------------------------------------------------------------- */

/* Numbers of the task and of the call, by libaudit's number. */
static const struct {
	__u32 field;
	enum atr_field ours;
	__u16 flags;
} numbers[] = {
	{ AUDIT_PID, ATR_FIELD_PID, 0 },
	{ AUDIT_PPID, ATR_FIELD_PPID, 0 },
	{ AUDIT_UID, ATR_FIELD_UID, 0 },
	{ AUDIT_EUID, ATR_FIELD_EUID, 0 },
	{ AUDIT_SUID, ATR_FIELD_SUID, 0 },
	{ AUDIT_FSUID, ATR_FIELD_FSUID, 0 },
	/* Of these two a supplementary group will do: audit_filter_rules(). */
	{ AUDIT_GID, ATR_FIELD_GID, ATR_COND_GROUPS },
	{ AUDIT_EGID, ATR_FIELD_EGID, ATR_COND_GROUPS },
	{ AUDIT_SGID, ATR_FIELD_SGID, 0 },
	{ AUDIT_FSGID, ATR_FIELD_FSGID, 0 },
	{ AUDIT_LOGINUID, ATR_FIELD_AUID, 0 },
	{ AUDIT_SESSIONID, ATR_FIELD_SES, 0 },
	{ AUDIT_PERS, ATR_FIELD_PERS, 0 },
	{ AUDIT_ARCH, ATR_FIELD_ARCH, 0 },
	{ AUDIT_EXIT, ATR_FIELD_EXIT, 0 },
	{ AUDIT_ARG0, ATR_FIELD_A0, 0 },
	{ AUDIT_ARG1, ATR_FIELD_A1, 0 },
	{ AUDIT_ARG2, ATR_FIELD_A2, 0 },
	{ AUDIT_ARG3, ATR_FIELD_A3, 0 },
	{ AUDIT_MSGTYPE, ATR_FIELD_MSGTYPE, 0 },
};

/* What is judged by strings or by items. */
static const struct {
	__u32 field;
	enum later_type type;
} laters[] = {
	{ AUDIT_EXE, LATER_EXE },	    { AUDIT_WATCH, LATER_PATH },
	{ AUDIT_DIR, LATER_DIR },	    { AUDIT_INODE, LATER_INODE },
	{ AUDIT_DEVMAJOR, LATER_DEVMAJOR }, { AUDIT_DEVMINOR, LATER_DEVMINOR },
	{ AUDIT_FILETYPE, LATER_FILETYPE }, { AUDIT_OBJ_UID, LATER_OBJ_UID },
	{ AUDIT_OBJ_GID, LATER_OBJ_GID },   { AUDIT_SUBJ_USER, LATER_SUBJ },
	{ AUDIT_SUBJ_ROLE, LATER_SUBJ },    { AUDIT_SUBJ_TYPE, LATER_SUBJ },
	{ AUDIT_SUBJ_SEN, LATER_SUBJ },	    { AUDIT_SUBJ_CLR, LATER_SUBJ },
	{ AUDIT_OBJ_USER, LATER_OBJ },	    { AUDIT_OBJ_ROLE, LATER_OBJ },
	{ AUDIT_OBJ_TYPE, LATER_OBJ },	    { AUDIT_OBJ_LEV_LOW, LATER_OBJ },
	{ AUDIT_OBJ_LEV_HIGH, LATER_OBJ },
};

/* -C: two ids of the task. */
static const struct {
	__u32 number;
	enum atr_field left, right;
} pairs[] = {
	{ AUDIT_COMPARE_UID_TO_AUID, ATR_FIELD_UID, ATR_FIELD_AUID },
	{ AUDIT_COMPARE_UID_TO_EUID, ATR_FIELD_UID, ATR_FIELD_EUID },
	{ AUDIT_COMPARE_UID_TO_FSUID, ATR_FIELD_UID, ATR_FIELD_FSUID },
	{ AUDIT_COMPARE_UID_TO_SUID, ATR_FIELD_UID, ATR_FIELD_SUID },
	{ AUDIT_COMPARE_AUID_TO_FSUID, ATR_FIELD_AUID, ATR_FIELD_FSUID },
	{ AUDIT_COMPARE_AUID_TO_SUID, ATR_FIELD_AUID, ATR_FIELD_SUID },
	{ AUDIT_COMPARE_AUID_TO_EUID, ATR_FIELD_AUID, ATR_FIELD_EUID },
	{ AUDIT_COMPARE_EUID_TO_SUID, ATR_FIELD_EUID, ATR_FIELD_SUID },
	{ AUDIT_COMPARE_EUID_TO_FSUID, ATR_FIELD_EUID, ATR_FIELD_FSUID },
	{ AUDIT_COMPARE_SUID_TO_FSUID, ATR_FIELD_SUID, ATR_FIELD_FSUID },
	{ AUDIT_COMPARE_GID_TO_EGID, ATR_FIELD_GID, ATR_FIELD_EGID },
	{ AUDIT_COMPARE_GID_TO_FSGID, ATR_FIELD_GID, ATR_FIELD_FSGID },
	{ AUDIT_COMPARE_GID_TO_SGID, ATR_FIELD_GID, ATR_FIELD_SGID },
	{ AUDIT_COMPARE_EGID_TO_FSGID, ATR_FIELD_EGID, ATR_FIELD_FSGID },
	{ AUDIT_COMPARE_EGID_TO_SGID, ATR_FIELD_EGID, ATR_FIELD_SGID },
	{ AUDIT_COMPARE_SGID_TO_FSGID, ATR_FIELD_SGID, ATR_FIELD_FSGID },
};

/* -C: an id of the task with an owner. */
static const struct {
	__u32 number;
	enum atr_field field;
	enum later_type type;
} owners[] = {
	{ AUDIT_COMPARE_UID_TO_OBJ_UID, ATR_FIELD_UID, LATER_COMPARE_UID },
	{ AUDIT_COMPARE_EUID_TO_OBJ_UID, ATR_FIELD_EUID, LATER_COMPARE_UID },
	{ AUDIT_COMPARE_AUID_TO_OBJ_UID, ATR_FIELD_AUID, LATER_COMPARE_UID },
	{ AUDIT_COMPARE_SUID_TO_OBJ_UID, ATR_FIELD_SUID, LATER_COMPARE_UID },
	{ AUDIT_COMPARE_FSUID_TO_OBJ_UID, ATR_FIELD_FSUID, LATER_COMPARE_UID },
	{ AUDIT_COMPARE_GID_TO_OBJ_GID, ATR_FIELD_GID, LATER_COMPARE_GID },
	{ AUDIT_COMPARE_EGID_TO_OBJ_GID, ATR_FIELD_EGID, LATER_COMPARE_GID },
	{ AUDIT_COMPARE_SGID_TO_OBJ_GID, ATR_FIELD_SGID, LATER_COMPARE_GID },
	{ AUDIT_COMPARE_FSGID_TO_OBJ_GID, ATR_FIELD_FSGID, LATER_COMPARE_GID },
};

static const struct {
	__u32 number;
	enum atr_op op;
} ops[] = {
	{ AUDIT_EQUAL, ATR_OP_EQ },	   { AUDIT_NOT_EQUAL, ATR_OP_NE },
	{ AUDIT_LESS_THAN, ATR_OP_LT },	   { AUDIT_LESS_THAN_OR_EQUAL, ATR_OP_LE },
	{ AUDIT_GREATER_THAN, ATR_OP_GT }, { AUDIT_GREATER_THAN_OR_EQUAL, ATR_OP_GE },
	{ AUDIT_BIT_MASK, ATR_OP_ANY },	   { AUDIT_BIT_TEST, ATR_OP_ALL },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static enum atr_op op_of(__u32 number)
{
	unsigned int i;

	for (i = 0; i < COUNT(ops); i++)
		if (ops[i].number == (number & AUDIT_OPERATORS))
			return ops[i].op;
	return ATR_OP_EQ;
}

__u32 path_leaf_hash(const char *path, size_t len)
{
	const char *slash = memrchr(path, '/', len), *at = slash ? slash + 1 : path;
	struct atr_leaf leaf = { 0 };

	len = path + len - at;
	if (len > ATR_LEAF_MAX)
		len = ATR_LEAF_MAX;
	memcpy(&leaf, at, len);
	return leaf_hash(&leaf, len);
}

/* --- one rule --------------------------------------------------------------------------------- */

struct job {
	struct compiled *set;
	struct compiled_rule *to;
	resolve_fn *resolve;
	void *ctx;
};

/* Lists of audit_filter_rules(); of the others audit_filter() knows less. */
static bool list_has_call(__u8 list)
{
	return list == ATR_LIST_EXIT || list == ATR_LIST_TASK;
}

static struct later *later_add(struct job *job, enum later_type type)
{
	struct later *l = &job->to->later[job->to->nlater++];

	memset(l, 0, sizeof(*l));
	l->type = type;
	job->to->rule.flags |= ATR_RULE_LATER;
	return l;
}

/* Into the kernel's part; where that is full, to the rest. */
static void cond_add(struct job *job, struct atr_cond cond)
{
	struct atr_rule *rule = &job->to->rule;

	/* Only these two operators ask for them, and not audit_filter(). */
	if ((cond.op != ATR_OP_EQ && cond.op != ATR_OP_NE) || !list_has_call(rule->list))
		cond.flags &= ~ATR_COND_GROUPS;
	if (rule->n < ATR_CONDS_MAX)
		rule->cond[rule->n++] = cond;
	else if (!(cond.flags & ATR_COND_GROUPS))
		later_add(job, LATER_NUMBER)->cond = cond;
	if (cond.flags & ATR_COND_GROUPS) {
		later_add(job, LATER_GROUPS)->cond = cond;
		job->set->needs_groups = true;
	}
}

/* Only a program of that name can be it, or the same file by another name. */
static void exe_hint(struct job *job, const struct later *l)
{
	struct atr_cond name = { .field = ATR_FIELD_EXE, .op = ATR_OP_EQ };
	struct atr_cond file = { .field = ATR_FIELD_EXE_INO, .op = ATR_OP_EQ, .value = l->ino };
	struct atr_rule *rule = &job->to->rule;

	if (l->cond.op != ATR_OP_EQ || rule->n + 2 > ATR_CONDS_MAX)
		return;
	name.value = path_leaf_hash(l->text, l->len);
	name.flags = l->real ? ATR_COND_OR : 0;
	rule->cond[rule->n++] = name;
	if (l->real)
		rule->cond[rule->n++] = file;
	job->set->needs_exe = true;
}

static int later_string(struct job *job, struct later *l, unsigned int i)
{
	const struct audit_rule_data *data = job->to->source->data;
	char *path;

	l->number = data->fields[i];
	l->cond.op = op_of(data->fieldflags[i]);
	l->cond.value = data->values[i];
	l->text = rule_string(data, i, &l->len);
	if (!l->text || (l->type != LATER_EXE && l->type != LATER_PATH && l->type != LATER_DIR))
		return 0;
	path = strndup(l->text, l->len);
	if (!path)
		return -ENOMEM;
	/* Nothing there is no error: it may come. Then its name counts. */
	if (!job->resolve || job->resolve(job->ctx, path, &l->real, &l->ino, &l->dev))
		l->real = NULL;
	free(path);
	if (l->type == LATER_EXE)
		exe_hint(job, l);
	if (l->type != LATER_EXE)
		job->set->needs_paths = true;
	return 0;
}

static void compare_add(struct job *job, __u32 number, enum atr_op op)
{
	struct atr_cond cond = { .op = op };
	unsigned int i;

	for (i = 0; i < COUNT(pairs); i++) {
		if (pairs[i].number != number)
			continue;
		cond.field = pairs[i].left;
		cond.value = pairs[i].right;
		cond.flags = ATR_COND_FIELD;
		cond_add(job, cond);
		return;
	}
	for (i = 0; i < COUNT(owners); i++) {
		if (owners[i].number != number || job->to->rule.list != ATR_LIST_EXIT)
			continue;
		cond.field = owners[i].field;
		later_add(job, owners[i].type)->cond = cond;
		return;
	}
	later_add(job, LATER_NEVER);
}

/* Fields that mean something else than their number; false: it is none of them. */
static bool field_special(struct job *job, unsigned int i)
{
	const struct audit_rule_data *data = job->to->source->data;
	struct atr_cond cond = { .op = op_of(data->fieldflags[i]), .value = data->values[i] };

	switch (data->fields[i]) {
	case AUDIT_FILTERKEY:
		return true;
	case AUDIT_PERM:
		/* Of an exec the kernel asks for x alone: audit_match_perm(). */
		if (!(cond.value & AUDIT_PERM_EXEC) == (cond.op == ATR_OP_EQ))
			later_add(job, LATER_NEVER);
		return true;
	case AUDIT_FIELD_COMPARE:
		compare_add(job, cond.value, cond.op);
		return true;
	case AUDIT_SUCCESS:
		cond.field = ATR_FIELD_SUCCESS;
		cond.value = cond.value ? ATR_OUTCOME_SUCCESS : ATR_OUTCOME_FAILURE;
		cond_add(job, cond);
		return true;
	case AUDIT_LOGINUID_SET:
		cond.op = (cond.op == ATR_OP_EQ) == !cond.value ? ATR_OP_EQ : ATR_OP_NE;
		cond.value = ATR_UNSET;
		cond.field = ATR_FIELD_AUID;
		cond_add(job, cond);
		return true;
	default:
		return false;
	}
}

/* Is there anything to compare the field with on this list? */
static bool list_has_field(__u8 list, __u32 field)
{
	static const __u32 of_filter[] = {
		AUDIT_PID,	 AUDIT_UID,	 AUDIT_GID,	  AUDIT_LOGINUID,
		AUDIT_MSGTYPE,	 AUDIT_EXE,	 AUDIT_SUBJ_USER, AUDIT_SUBJ_ROLE,
		AUDIT_SUBJ_TYPE, AUDIT_SUBJ_SEN, AUDIT_SUBJ_CLR,  AUDIT_LOGINUID_SET,
	};
	/* What takes a system call, and a task that is only made is in none. */
	static const __u32 of_call[] = {
		AUDIT_PPID,	   AUDIT_ARCH,	       AUDIT_EXIT,     AUDIT_SUCCESS,
		AUDIT_DEVMAJOR,	   AUDIT_DEVMINOR,     AUDIT_INODE,    AUDIT_WATCH,
		AUDIT_DIR,	   AUDIT_OBJ_UID,      AUDIT_OBJ_GID,  AUDIT_ARG0,
		AUDIT_ARG1,	   AUDIT_ARG2,	       AUDIT_ARG3,     AUDIT_PERM,
		AUDIT_FILETYPE,	   AUDIT_OBJ_USER,     AUDIT_OBJ_ROLE, AUDIT_OBJ_TYPE,
		AUDIT_OBJ_LEV_LOW, AUDIT_OBJ_LEV_HIGH,
	};
	unsigned int i;

	for (i = 0; list == ATR_LIST_TASK && i < COUNT(of_call); i++)
		if (of_call[i] == field)
			return false;
	for (i = 0; !list_has_call(list) && i < COUNT(of_filter); i++)
		if (of_filter[i] == field)
			return true;
	return list_has_call(list);
}

static int field_add(struct job *job, unsigned int i)
{
	const struct audit_rule_data *data = job->to->source->data;
	struct atr_cond cond = { .op = op_of(data->fieldflags[i]), .value = data->values[i] };
	unsigned int k;

	if (!list_has_field(job->to->rule.list, data->fields[i])) {
		later_add(job, LATER_NEVER);
		return 0;
	}
	if (field_special(job, i))
		return 0;
	for (k = 0; k < COUNT(numbers); k++) {
		if (numbers[k].field != data->fields[i])
			continue;
		cond.field = numbers[k].ours;
		cond.flags = numbers[k].flags;
		cond_add(job, cond);
		return 0;
	}
	for (k = 0; k < COUNT(laters); k++)
		if (laters[k].field == data->fields[i])
			return later_string(job, later_add(job, laters[k].type), i);
	later_add(job, LATER_NEVER);
	return 0;
}

#ifdef __x86_64__
#define NATIVE "x86_64"
#define COMPAT "i386"
#else
#define NATIVE "aarch64"
#define COMPAT "arm"
#endif

/* Which execs are in the mask; a number there is that of the call, whatever the ABI. */
static __u8 calls_of(const struct audit_rule_data *data)
{
	static const struct {
		const char *arch, *name;
		int nr; /* where libaudit does not know the ABI */
		__u8 call;
	} execs[] = {
		{ NATIVE, "execve", 221, ATR_CALL_EXECVE },
		{ NATIVE, "execveat", 281, ATR_CALL_EXECVEAT },
		{ COMPAT, "execve", 11, ATR_CALL_EXECVE32 },
		{ COMPAT, "execveat", 387, ATR_CALL_EXECVEAT32 },
	};
	__u8 calls = 0;
	unsigned int i;
	int nr;

	for (i = 0; i < COUNT(execs); i++) {
		nr = audit_name_to_syscall(execs[i].name, audit_name_to_machine(execs[i].arch));
		if (nr < 0)
			nr = execs[i].nr;
		if (data->mask[AUDIT_WORD(nr)] & AUDIT_BIT(nr))
			calls |= execs[i].call;
	}
	return calls;
}

static int list_of(unsigned int list)
{
	switch (list) {
	case AUDIT_FILTER_USER:
		return ATR_LIST_USER;
	case AUDIT_FILTER_TASK:
		return ATR_LIST_TASK;
	case AUDIT_FILTER_EXIT:
		return ATR_LIST_EXIT;
	case AUDIT_FILTER_EXCLUDE:
		return ATR_LIST_EXCLUDE;
	default:
		return -1;
	}
}

static void container_add(struct job *job, const struct rule *rule)
{
	struct later *l = later_add(job, LATER_CONTAINER);

	l->cond.op = op_of(rule->container_op);
	l->text = rule->container;
	l->len = strlen(rule->container);
}

static int rule_compile(struct job *job, const struct rule *rule)
{
	struct compiled_rule *to = job->to;
	unsigned int i;
	int err = 0;

	to->source = rule;
	to->rule.list = list_of(rule->list);
	to->rule.flags = rule->action == AUDIT_ALWAYS ? ATR_RULE_ALWAYS : 0;
	to->rule.calls = calls_of(rule->data);
	/* One more for container=. */
	to->later = calloc(rule->data->field_count + 1, sizeof(*to->later));
	if (!to->later)
		return -ENOMEM;
	for (i = 0; i < rule->data->field_count && !err; i++) {
		__u32 field = rule->data->fields[i];

		if (!list_has_call(to->rule.list) && !list_has_field(to->rule.list, field)) {
			to->rule.flags |= ATR_RULE_STOP;
			break;
		}
		to->by_file |=
			field == AUDIT_WATCH ||
			(field == AUDIT_INODE && op_of(rule->data->fieldflags[i]) == ATR_OP_EQ);
		err = field_add(job, i);
	}
	if (!err && rule->container)
		container_add(job, rule);
	/* Where nothing was compared nothing has matched. */
	if (!list_has_call(to->rule.list) && !rule->data->field_count && !rule->container)
		later_add(job, LATER_NEVER);
	job->set->has[to->rule.list] = true;
	return err;
}

/* --- all of them ------------------------------------------------------------------------------ */

struct compiled *compiled__new(struct ruleset *rs, resolve_fn *resolve, void *ctx)
{
	struct compiled *c = calloc(1, sizeof(*c));
	struct job job = { .set = c, .resolve = resolve, .ctx = ctx };
	const char *why;
	size_t i;

	if (!c)
		return NULL;
	c->rules = calloc(rs->n ? rs->n : 1, sizeof(*c->rules));
	if (!c->rules)
		goto out;
	c->source = *rs;
	ruleset_init(rs);
	for (i = 0; i < c->source.n; i++) {
		if (!rule_observable(&c->source.rules[i], &why) ||
		    list_of(c->source.rules[i].list) < 0)
			continue;
		job.to = &c->rules[c->n++];
		if (rule_compile(&job, &c->source.rules[i]))
			goto out;
	}
	return c;
out:
	compiled__free(c);
	errno = ENOMEM;
	return NULL;
}

void compiled__free(struct compiled *c)
{
	size_t i, k;

	if (!c)
		return;
	for (i = 0; i < c->n; i++) {
		for (k = 0; k < c->rules[i].nlater; k++)
			free(c->rules[i].later[k].real);
		free(c->rules[i].later);
	}
	free(c->rules);
	ruleset_free(&c->source);
	free(c);
}

bool compiled_in_kernel(const struct compiled_rule *rule)
{
	return !(rule->rule.flags & ATR_RULE_LATER);
}

void compiled__hits(struct compiled *to, const struct compiled *from)
{
	bool *used = calloc(from->n + 1, sizeof(*used));
	size_t i, j = 0, k, next = 0;

	for (i = 0; used && i < to->n; i++) {
		/* Most are behind the one before, as they were. */
		for (k = 0; k < from->n; k++) {
			j = (next + k) % from->n;
			if (!used[j] && rule_same(to->rules[i].source, from->rules[j].source))
				break;
		}
		if (k == from->n)
			continue;
		used[j] = true;
		to->rules[i].hits = from->rules[j].hits;
		next = j + 1;
	}
	free(used);
}
