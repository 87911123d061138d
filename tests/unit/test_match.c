// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A rule as it is judged, and what becomes of a line of audit.rules. Compiled rules are written short, see
 * compiled_text().
 */
#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "bpf/match.h"
#include "tests/tap.h"
#include "user/rules/compile.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *const matches[] = { "no", "maybe", "yes" };

/* --- operators -------------------------------------------------------------------------------- */

static void test_ops(void)
{
	static const struct {
		__u32 left, right;
		const char *
			holds; /* a letter for each operator, in their order, '-' where it does not hold */
	} rows[] = {
		{ 0, 0, "=--L-G-a" },
		{ 1, 2, "-!lL----" },
		{ 2, 1, "-!--gG--" },
		{ 3, 3, "=--L-GAa" },
		{ 3, 2, "-!--gGAa" },
		{ 2, 3, "-!lL--A-" },
		{ 6, 9, "-!lL----" },
		{ 5, 0, "-!--gG-a" },
		/* -ENOENT: all of them are unsigned. */
		{ 0xfffffffe, 0, "-!--gG-a" },
		{ 0, 0xfffffffe, "-!lL----" },
		{ 0xfffffffe, 0xffffffff, "-!lL--A-" },
	};
	static const char letters[] = "=!lLgGAa";
	unsigned int i, op;

	for (i = 0; i < COUNT(rows); i++)
		for (op = 0; op <= ATR_OP_ALL; op++)
			is_int(op_holds(op, rows[i].left, rows[i].right), rows[i].holds[op] != '-',
			       (char[]){ letters[op], '\0' });
}

/* --- conditions ------------------------------------------------------------------------------- */

static const struct atr_cond uid_0 = { ATR_FIELD_UID, ATR_OP_EQ, 0, 0 };
static const struct atr_cond uid_7 = { ATR_FIELD_UID, ATR_OP_EQ, 0, 7 };
static const struct atr_cond pid_5 = { ATR_FIELD_PID, ATR_OP_EQ, 0, 5 };
static const struct atr_cond uid_7_or = { ATR_FIELD_UID, ATR_OP_EQ, ATR_COND_OR, 7 };
static const struct atr_cond uid_0_or = { ATR_FIELD_UID, ATR_OP_EQ, ATR_COND_OR, 0 };
static const struct atr_cond pid_5_or = { ATR_FIELD_PID, ATR_OP_EQ, ATR_COND_OR, 5 };

/* uid and euid 0, gid 0, auid 1000; the pid is not known. */
static struct atr_facts some_facts(void)
{
	struct atr_facts facts = { .calls = ATR_CALL_EXECVE };

	fact_set(&facts, ATR_FIELD_UID, 0);
	fact_set(&facts, ATR_FIELD_EUID, 0);
	fact_set(&facts, ATR_FIELD_AUID, 1000);
	fact_set(&facts, ATR_FIELD_GID, 0);
	return facts;
}

static void test_conds(void)
{
	static const struct {
		struct atr_cond cond;
		__u32 groups;
		enum atr_match want;
		const char *what;
	} rows[] = {
		{ { ATR_FIELD_UID, ATR_OP_EQ, 0, 0 }, 0, ATR_MATCH_YES, "it is so" },
		{ { ATR_FIELD_UID, ATR_OP_NE, 0, 0 }, 0, ATR_MATCH_NO, "it is not" },
		{ { ATR_FIELD_PID, ATR_OP_EQ, 0, 0 }, 0, ATR_MATCH_MAYBE, "nobody knows" },
		{ { ATR_FIELD_PID, ATR_OP_NE, 0, 0 },
		  0,
		  ATR_MATCH_MAYBE,
		  "nor by another operator" },
		{ { ATR_FIELD_UID, ATR_OP_EQ, ATR_COND_FIELD, ATR_FIELD_EUID },
		  0,
		  ATR_MATCH_YES,
		  "-C: the same" },
		{ { ATR_FIELD_UID, ATR_OP_EQ, ATR_COND_FIELD, ATR_FIELD_AUID },
		  0,
		  ATR_MATCH_NO,
		  "-C: another" },
		{ { ATR_FIELD_UID, ATR_OP_NE, ATR_COND_FIELD, ATR_FIELD_AUID },
		  0,
		  ATR_MATCH_YES,
		  "-C: as it is to be" },
		{ { ATR_FIELD_UID, ATR_OP_EQ, ATR_COND_FIELD, ATR_FIELD_PID },
		  0,
		  ATR_MATCH_MAYBE,
		  "-C: with what is not known" },
		{ { ATR_FIELD_PID, ATR_OP_EQ, ATR_COND_FIELD, ATR_FIELD_UID },
		  0,
		  ATR_MATCH_MAYBE,
		  "-C: of what is not known" },
		{ { ATR_FIELD_GID, ATR_OP_EQ, ATR_COND_GROUPS, 0 }, 3, ATR_MATCH_YES, "its gid" },
		{ { ATR_FIELD_GID, ATR_OP_EQ, ATR_COND_GROUPS, 7 },
		  3,
		  ATR_MATCH_MAYBE,
		  "another one, but it has groups" },
		{ { ATR_FIELD_GID, ATR_OP_EQ, ATR_COND_GROUPS, 7 },
		  0,
		  ATR_MATCH_NO,
		  "another one, and it has none" },
		{ { ATR_FIELD_GID, ATR_OP_NE, ATR_COND_GROUPS, 7 },
		  3,
		  ATR_MATCH_MAYBE,
		  "not its gid, but it has groups" },
		{ { ATR_FIELD_GID, ATR_OP_NE, ATR_COND_GROUPS, 7 },
		  0,
		  ATR_MATCH_YES,
		  "not its gid, and it has none" },
		{ { ATR_FIELD_GID, ATR_OP_NE, ATR_COND_GROUPS, 0 },
		  3,
		  ATR_MATCH_NO,
		  "its gid where it is not to be" },
		/* No field beyond those that there is room for, whatever comes. */
		{ { 255, ATR_OP_EQ, 0, 0 }, 0, ATR_MATCH_MAYBE, "no field" },
	};
	struct atr_facts facts = some_facts();
	unsigned int i;

	for (i = 0; i < COUNT(rows); i++) {
		facts.groups = rows[i].groups;
		is_str(matches[cond_match(&rows[i].cond, &facts)], matches[rows[i].want],
		       rows[i].what);
	}
}

/* --- rules ------------------------------------------------------------------------------------ */

#define RULE(the_list, the_calls, the_flags, ...)                                                \
	{                                                                                        \
		.list = (the_list), .calls = (the_calls), .flags = (the_flags),                  \
		.n = COUNT(((const struct atr_cond[]){ __VA_ARGS__ })), .cond = { __VA_ARGS__ }, \
	}
#define EXIT(...) RULE(ATR_LIST_EXIT, ATR_CALL_EXECVE, ATR_RULE_ALWAYS, __VA_ARGS__)

static void test_rules(void)
{
	const struct {
		struct atr_rule rule;
		enum atr_match want;
		const char *what;
	} rows[] = {
		{ { .list = ATR_LIST_EXIT, .calls = ATR_CALL_EXECVE },
		  ATR_MATCH_YES,
		  "no condition" },
		{ { .list = ATR_LIST_EXIT, .calls = ATR_CALL_EXECVEAT },
		  ATR_MATCH_NO,
		  "another call" },
		{ { .list = ATR_LIST_EXIT }, ATR_MATCH_NO, "no call of ours" },
		{ { .list = ATR_LIST_TASK }, ATR_MATCH_YES, "other lists have no calls" },
		{ { .list = ATR_LIST_EXIT, .calls = ATR_CALL_EXECVE, .flags = ATR_RULE_LATER },
		  ATR_MATCH_MAYBE,
		  "there is more to it" },
		{ EXIT(uid_0), ATR_MATCH_YES, "one" },
		{ EXIT(uid_0, uid_7), ATR_MATCH_NO, "one of two does not hold" },
		{ EXIT(uid_0, pid_5), ATR_MATCH_MAYBE, "one of two is not known" },
		{ EXIT(pid_5, uid_7), ATR_MATCH_NO, "what is not known saves nothing" },
		{ RULE(ATR_LIST_EXIT, ATR_CALL_EXECVE, ATR_RULE_LATER, uid_7), ATR_MATCH_NO,
		  "nor does what comes later" },
		{ EXIT(uid_7_or, uid_0), ATR_MATCH_YES, "or: the second" },
		{ EXIT(uid_0_or, uid_7), ATR_MATCH_YES, "or: the first" },
		{ EXIT(uid_7_or, uid_7), ATR_MATCH_NO, "or: neither" },
		{ EXIT(pid_5_or, uid_7), ATR_MATCH_MAYBE, "or: the first may" },
		{ EXIT(uid_7_or, pid_5), ATR_MATCH_MAYBE, "or: the second may" },
		{ EXIT(pid_5_or, uid_0), ATR_MATCH_YES, "or: certain all the same" },
		{ EXIT(uid_0_or, uid_7, uid_7), ATR_MATCH_NO, "or: ends behind the second" },
		{ EXIT(uid_7_or, uid_7_or, uid_0), ATR_MATCH_YES, "or: of three" },
	};
	struct atr_facts facts = some_facts();
	struct atr_rule full = { .list = ATR_LIST_TASK, .n = 255 };
	unsigned int i;

	for (i = 0; i < COUNT(rows); i++)
		is_str(matches[rule_match(&rows[i].rule, &facts)], matches[rows[i].want],
		       rows[i].what);
	facts.calls = 0;
	is_str(matches[rule_match(&rows[0].rule, &facts)], "maybe", "a call that was not seen");
	for (i = 0; i < ATR_CONDS_MAX; i++)
		full.cond[i] = uid_0;
	is_str(matches[rule_match(&full, &facts)], "yes",
	       "no more conditions than there is room for");
}

/* --- compiling -------------------------------------------------------------------------------- */

static const char *const fields[ATR_FIELD_ROOM] = {
	"pid",	"ppid",	 "uid",	 "euid", "suid",    "fsuid", "gid",	"egid",
	"sgid", "fsgid", "auid", "ses",	 "pers",    "arch",  "success", "exit",
	"a0",	"a1",	 "a2",	 "a3",	 "msgtype", "exe",   "exe-ino",
};
static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=", "&", "&=" };
static const char *const laters[] = {
	[LATER_GROUPS] = "groups",     [LATER_NUMBER] = "number",
	[LATER_EXE] = "exe",	       [LATER_PATH] = "path",
	[LATER_DIR] = "dir",	       [LATER_INODE] = "inode",
	[LATER_DEVMAJOR] = "devmajor", [LATER_DEVMINOR] = "devminor",
	[LATER_FILETYPE] = "filetype", [LATER_OBJ_UID] = "obj_uid",
	[LATER_OBJ_GID] = "obj_gid",   [LATER_COMPARE_UID] = "owner",
	[LATER_COMPARE_GID] = "group", [LATER_OBJ] = "obj",
	[LATER_SUBJ] = "subj",	       [LATER_CONTAINER] = "container",
	[LATER_NEVER] = "never",
};

static size_t cond_text(char *buf, const struct atr_cond *c)
{
	size_t at = sprintf(buf, " %s%s", fields[c->field], ops[c->op]);

	if (c->flags & ATR_COND_FIELD)
		at += sprintf(buf + at, "%s", fields[c->value]);
	else if (c->field == ATR_FIELD_ARCH)
		at += sprintf(buf + at, "%s", c->value & __AUDIT_ARCH_64BIT ? "64" : "32");
	else if (c->field == ATR_FIELD_EXE)
		at += sprintf(buf + at, "#");
	else
		at += sprintf(buf + at, "%d", (int)c->value);
	if (c->flags & ATR_COND_GROUPS)
		at += sprintf(buf + at, "+groups");
	if (c->flags & ATR_COND_OR)
		at += sprintf(buf + at, "|");
	return at;
}

/*
 * "always exit 64-execve 32-execve uid=0; exe" and so on: action, list, calls, what the kernel judges; and what is
 * left. "file" if it is asked of each file, "stop" if the list ends with it.
 */
static const char *compiled_text(const struct compiled_rule *rule)
{
	static const char *const lists[] = { "user", "task", "exit", "exclude" };
	static const char *const calls[] = { "64-execve", "64-execveat", "32-execve",
					     "32-execveat" };
	static char buf[4096];
	size_t at, i;

	at = sprintf(buf, "%s %s", rule->rule.flags & ATR_RULE_ALWAYS ? "always" : "never",
		     lists[rule->rule.list]);
	for (i = 0; rule->rule.list == ATR_LIST_EXIT && i < COUNT(calls); i++)
		if (rule->rule.calls >> i & 1)
			at += sprintf(buf + at, " %s", calls[i]);
	for (i = 0; i < rule->rule.n; i++)
		at += cond_text(buf + at, &rule->rule.cond[i]);
	at += sprintf(buf + at, "%s", rule->rule.flags & ATR_RULE_LATER ? ";" : "");
	for (i = 0; i < rule->nlater; i++) {
		at += sprintf(buf + at, " %s", laters[rule->later[i].type]);
		if (rule->later[i].type == LATER_NUMBER)
			at += cond_text(buf + at, &rule->later[i].cond);
	}
	at += sprintf(buf + at, "%s%s", rule->by_file ? " file" : "",
		      rule->rule.flags & ATR_RULE_STOP ? " stop" : "");
	return buf;
}

static void say(void *ctx, const struct rule_message *m)
{
	if (m->error)
		tap_note("%s:%u:%u: %s", m->file, m->line, m->column, m->text);
}

/* Below /there everything is there, with inode 33, and /link is a link to it on the way. */
static int resolve(void *ctx, const char *path, char **ret_real, __u64 *ret_ino, __u32 *ret_dev)
{
	const char *rest = !strncmp(path, "/there/", 7) ? path + 6 :
			   !strncmp(path, "/link/", 6)	? path + 5 :
							  NULL;

	if (!rest)
		return -ENOENT;
	if (asprintf(ret_real, "/there%s", rest) < 0)
		return -ENOMEM;
	*ret_ino = 33;
	*ret_dev = 8 << 20;
	return 0;
}

/* NULL: not taken, or nothing of it can be observed. */
static struct compiled *compile(const char *text)
{
	struct compiled *c;
	struct ruleset rs;

	ruleset_init(&rs);
	if (ruleset_parse(&rs, "rules", text, strlen(text), NULL, say, NULL)) {
		ruleset_free(&rs);
		return NULL;
	}
	c = compiled__new(&rs, resolve, NULL);
	if (c && !c->n) {
		compiled__free(c);
		return NULL;
	}
	return c;
}

static const struct {
	const char *line, *want;
} lines[] = {
	/* Calls. */
	{ "-a always,exit -F arch=b64 -S execve", "always exit 64-execve arch=64" },
	{ "-a always,exit -F arch=b64 -S execve,execveat",
	  "always exit 64-execve 64-execveat arch=64" },
	{ "-a always,exit -F arch=b32 -S execveat", "always exit 32-execveat arch=32" },
	{ "-a always,exit -S all", "always exit 64-execve 64-execveat 32-execve 32-execveat" },
	{ "-a never,exit -F uid=0",
	  "never exit 64-execve 64-execveat 32-execve 32-execveat uid=0" },
	/* Fields, each with an operator of its own. */
	{ "-a always,exit -F arch!=b64 -S execveat", NULL },
	{ "-a always,task -F pid!=1", "always task pid!=1" },
	{ "-a always,task -F uid<5", "always task uid<5" },
	{ "-a always,task -F euid<=5", "always task euid<=5" },
	{ "-a always,task -F suid>5", "always task suid>5" },
	{ "-a always,task -F fsuid>=5", "always task fsuid>=5" },
	{ "-a always,task -F gid>5", "always task gid>5" },
	{ "-a always,task -F gid=5", "always task gid=5+groups; groups" },
	{ "-a always,task -F egid!=5", "always task egid!=5+groups; groups" },
	{ "-a always,task -F sgid=5", "always task sgid=5" },
	{ "-a always,task -F fsgid=5", "always task fsgid=5" },
	{ "-a always,task -F auid=5", "always task auid=5" },
	{ "-a always,task -F auid=unset", "always task auid=-1" },
	{ "-a always,task -F auid!=-1", "always task auid!=-1" },
	{ "-a always,task -F pers&4", "always task pers&4" },
	{ "-a always,exit -S execve -F success=1", "always exit 64-execve success=1" },
	{ "-a always,exit -S execve -F success!=0", "always exit 64-execve success!=2" },
	{ "-a always,exit -S execve -F exit=-ENOENT", "always exit 64-execve exit=-2" },
	{ "-a always,exit -S execve -F a0=1 -F a1&2 -F a2&=3 -F a3!=4",
	  "always exit 64-execve a0=1 a1&2 a2&=3 a3!=4" },
	{ "-a always,exit -S execve -F ppid=4", "always exit 64-execve ppid=4" },
	{ "-a always,exit -S execve -F sessionid=4", "always exit 64-execve ses=4" },
	{ "-a always,exit -S execve -F key=one", "always exit 64-execve" },
	{ "-a always,exit -S execve -F perm=x", "always exit 64-execve" },
	/* Two ids, and an id with an owner. */
	{ "-a always,exit -S execve -C uid!=euid", "always exit 64-execve uid!=euid" },
	{ "-a always,exit -S execve -C sgid=fsgid", "always exit 64-execve sgid=fsgid" },
	{ "-a always,exit -S execve -C uid=obj_uid", "always exit 64-execve; owner" },
	{ "-a always,exit -S execve -C egid!=obj_gid", "always exit 64-execve; group" },
	/* Files. A link at the end of a path counts as itself, so a name can be told by its last part. */
	{ "-a always,exit -S execve -F exe=/there/prog",
	  "always exit 64-execve exe=#| exe-ino=33; exe" },
	{ "-a always,exit -S execve -F exe=/nowhere/prog", "always exit 64-execve exe=#; exe" },
	{ "-a always,exit -S execve -F exe!=/there/prog", "always exit 64-execve; exe" },
	{ "-a always,exit -S execve -F path=/there/prog", "always exit 64-execve; path file" },
	{ "-w /there/prog -p x",
	  "always exit 64-execve 64-execveat 32-execve 32-execveat; path file" },
	{ "-a always,exit -S execve -F dir=/there", "always exit 64-execve; dir" },
	{ "-a always,exit -S execve -F inode=5 -F devmajor=8 -F devminor=0",
	  "always exit 64-execve; inode devmajor devminor file" },
	{ "-a always,exit -S execve -F inode!=5", "always exit 64-execve; inode" },
	{ "-a always,exit -S execve -F filetype=file -F obj_uid=0 -F obj_gid=0",
	  "always exit 64-execve; filetype obj_uid obj_gid" },
	{ "-a always,exit -S execve -F container=web", "always exit 64-execve; container" },
	/* Lists that know fewer fields. */
	{ "-a never,user -F uid=5 -F auid=unset -F msgtype=TEST",
	  "never user uid=5 auid=-1 msgtype=1120" },
	{ "-a never,user -F gid=5", "never user gid=5" },
	{ "-a always,exclude -F msgtype=CWD", "always exclude msgtype=1307" },
	{ "-a never,exclude -F msgtype>=1100 -F msgtype<1200",
	  "never exclude msgtype>=1100 msgtype<1200" },
	{ "-a never,user -F exe=/there/prog", "never user exe=#| exe-ino=33; exe" },
	/* Not observed at all. */
	{ "-a always,exit -S openat", NULL },
	{ "-w /there/prog -p wa", NULL },
};

static void test_lines(void)
{
	struct compiled *c;
	unsigned int i;

	for (i = 0; i < COUNT(lines); i++) {
		c = compile(lines[i].line);
		if (!lines[i].want)
			ok(!c, "%s", lines[i].line);
		else
			is_str(c ? compiled_text(&c->rules[0]) : "nothing", lines[i].want,
			       lines[i].line);
		compiled__free(c);
	}
}

/* Rules as the kernel would take them, that auditctl does not write. */
static const char *handmade(unsigned int list, size_t n, const __u32 (*of)[3])
{
	static char text[4096];
	struct audit_rule_data *data = calloc(1, sizeof(*data));
	struct rule *rule = calloc(1, sizeof(*rule));
	struct ruleset rs;
	struct compiled *c;
	size_t i;

	rule->data = data;
	rule->list = list;
	rule->action = AUDIT_NEVER;
	rule->all = true;
	rule->file = strdup("rules");
	rule->text = strdup("");
	memset(data->mask, 0xff, sizeof(data->mask));
	data->field_count = n;
	for (i = 0; i < n; i++) {
		data->fields[i] = of[i][0];
		data->fieldflags[i] = of[i][1];
		data->values[i] = of[i][2];
	}
	ruleset_init(&rs);
	rs.rules = rule;
	rs.n = 1;
	c = compiled__new(&rs, resolve, NULL);
	snprintf(text, sizeof(text), "%s", c ? compiled_text(&c->rules[0]) : "nothing");
	compiled__free(c);
	return text;
}

#define HANDMADE(list, ...)                                        \
	handmade(list, COUNT(((const __u32[][3]){ __VA_ARGS__ })), \
		 (const __u32[][3]){ __VA_ARGS__ })

static void test_lists(void)
{
	is_str(HANDMADE(AUDIT_FILTER_USER, { AUDIT_UID, AUDIT_EQUAL, 5 },
			{ AUDIT_EUID, AUDIT_EQUAL, 0 }, { AUDIT_PID, AUDIT_EQUAL, 7 }),
	       "never user uid=5 stop", "audit_filter() gives up at what it does not know");
	is_str(HANDMADE(AUDIT_FILTER_EXCLUDE, { AUDIT_SESSIONID, AUDIT_EQUAL, 5 }),
	       "never exclude stop", "and if that is all there is");
	is_str(handmade(AUDIT_FILTER_USER, 0, NULL), "never user; never",
	       "where nothing is compared nothing matches");
	is_str(handmade(AUDIT_FILTER_TASK, 0, NULL), "never task", "but of a task everything does");
	is_str(HANDMADE(AUDIT_FILTER_TASK, { AUDIT_PPID, AUDIT_EQUAL, 5 }), "never task; never",
	       "a task that is made is in no call");
	is_str(HANDMADE(AUDIT_FILTER_TASK,
			{ AUDIT_FIELD_COMPARE, AUDIT_EQUAL, AUDIT_COMPARE_UID_TO_OBJ_UID }),
	       "never task; never", "and has no files");
	is_str(HANDMADE(AUDIT_FILTER_EXIT, { AUDIT_PERM, AUDIT_NOT_EQUAL, AUDIT_PERM_EXEC }),
	       "never exit 64-execve 64-execveat 32-execve 32-execveat; never",
	       "an exec is what it is");
	is_str(HANDMADE(AUDIT_FILTER_TASK, { AUDIT_LOGINUID_SET, AUDIT_EQUAL, 0 },
			{ AUDIT_LOGINUID_SET, AUDIT_EQUAL, 1 },
			{ AUDIT_LOGINUID_SET, AUDIT_NOT_EQUAL, 1 },
			{ AUDIT_LOGINUID_SET, AUDIT_NOT_EQUAL, 0 }),
	       "never task auid=-1 auid!=-1 auid=-1 auid!=-1", "what the kernel makes of auid=-1");
}

static void test_room(void)
{
	struct compiled *c =
		compile("-a always,exit -S execve -F uid=0 -F euid=0 -F suid=0 -F fsuid=0 -F gid<9 "
			"-F egid<9 -F sgid=0 -F fsgid=0 -F auid=0 -F sessionid=0 -F pers=0 "
			"-F exit=0 -F success=1 -F a0=0 -F a1=0 -F gid=3 -F exe=/there/prog");

	is_str(c ? compiled_text(&c->rules[0]) : "nothing",
	       "always exit 64-execve uid=0 euid=0 suid=0 fsuid=0 gid<9 egid<9 sgid=0 fsgid=0 auid=0 "
	       "ses=0 pers=0 exit=0 success=1 a0=0; number a1=0 groups exe",
	       "what there is no room for comes later");
	compiled__free(c);
}

static void test_set(void)
{
	struct compiled *c = compile("-a always,exit -S execve -k one\n"
				     "-a always,exit -S openat\n"
				     "-A never,exit -S execve -F exe=/link/prog\n"
				     "-a never,user -F uid=0\n");

	if (!ok(c && c->n == 3, "what cannot be observed is left out"))
		return;
	is_str(compiled_text(&c->rules[0]), "never exit 64-execve exe=#| exe-ino=33; exe",
	       "-A comes first");
	is_str(c->rules[0].later[0].real, "/there/prog", "without links on the way");
	is_str(c->rules[1].source->key, "one", "the rule that it is made of");
	ok(c->has[ATR_LIST_EXIT] && c->has[ATR_LIST_USER] && !c->has[ATR_LIST_TASK] &&
		   !c->has[ATR_LIST_EXCLUDE],
	   "lists that have rules");
	ok(c->needs_exe && !c->needs_groups && !c->needs_paths, "what they need to know");
	ok(compiled_in_kernel(&c->rules[1]) && !compiled_in_kernel(&c->rules[0]),
	   "where they are judged");
	compiled__free(c);
	is_int(path_leaf_hash("/usr/bin/true", 13), path_leaf_hash("true", 4),
	       "the last part of a path");
	ok(path_leaf_hash("/usr/bin/true", 13) != path_leaf_hash("/true/x", 7), "and no other");
	is_int(path_leaf_hash("/0123456789012345678901234567890123456789a", 42),
	       path_leaf_hash("/0123456789012345678901234567890123456789b", 42),
	       "as much of it as the kernel side reads");
	is_int(path_leaf_hash("/usr/bin/true", 13) % ATR_LEAF_LENS, 4, "its length is part of it");
	is_int(path_leaf_hash("/0123456789012345678901234567890123456789a", 42) % ATR_LEAF_LENS,
	       ATR_LEAF_MAX, "so is that of a long one");
}

int main(void)
{
	test_ops();
	test_conds();
	test_rules();
	test_lines();
	test_lists();
	test_room();
	test_set();
	return tap_done();
}
