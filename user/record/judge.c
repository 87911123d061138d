/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_filter_rules() for events: numbers of the task as the kernel side judges them, and behind them what
 * takes names, files and labels. Where something is not known, an event is rather recorded than not.
 */
#include "user/record/judge.h"

#include <libaudit.h>
#include <string.h>

#include "user/record/label.h"
#include "user/record/spaces.h"

#define FIRST_WORD 64 /* of a record, with room for any type's name */

struct compiled *rules_of(struct recorder *r, const struct atr_view *view)
{
	struct compiled *now = r->rules[0], *before = r->rules[1];

	if (!view->hdr->rules || !now)
		return now;
	if ((now->generation & 0xffff) != view->hdr->rules && before &&
	    (before->generation & 0xffff) == view->hdr->rules)
		return before;
	return now;
}

/* --- facts ------------------------------------------------------------------------------------ */

static void facts_task(struct atr_facts *facts, const struct atr_task *t)
{
	memset(facts, 0, sizeof(*facts));
	fact_set(facts, ATR_FIELD_PID, t->pid);
	fact_set(facts, ATR_FIELD_PPID, t->ppid);
	fact_set(facts, ATR_FIELD_UID, t->uid);
	fact_set(facts, ATR_FIELD_EUID, t->euid);
	fact_set(facts, ATR_FIELD_SUID, t->suid);
	fact_set(facts, ATR_FIELD_FSUID, t->fsuid);
	fact_set(facts, ATR_FIELD_GID, t->gid);
	fact_set(facts, ATR_FIELD_EGID, t->egid);
	fact_set(facts, ATR_FIELD_SGID, t->sgid);
	fact_set(facts, ATR_FIELD_FSGID, t->fsgid);
	fact_set(facts, ATR_FIELD_AUID, t->auid);
	fact_set(facts, ATR_FIELD_SES, t->ses);
	fact_set(facts, ATR_FIELD_PERS, t->personality);
}

static __u32 call_bit(const struct atr_exec *e)
{
	bool at = syscall_is_execveat(e->arch, e->nr);

	/* x32 has numbers that no mask of a rule reaches. */
	if (e->nr & 0x40000000)
		return ATR_CALL_OTHER;
	if (e->arch & __AUDIT_ARCH_64BIT)
		return at ? ATR_CALL_EXECVEAT : ATR_CALL_EXECVE;
	return at ? ATR_CALL_EXECVEAT32 : ATR_CALL_EXECVE32;
}

static void facts_exec(struct atr_facts *facts, const struct atr_exec *e)
{
	facts_task(facts, &e->task);
	facts->groups = e->ngroups;
	fact_set(facts, ATR_FIELD_SUCCESS, e->exit >= 0);
	fact_set(facts, ATR_FIELD_EXIT, e->exit);
	if (!e->arch)
		return;
	facts->calls = call_bit(e);
	fact_set(facts, ATR_FIELD_ARCH, e->arch);
	fact_set(facts, ATR_FIELD_A0, e->args[0]);
	fact_set(facts, ATR_FIELD_A1, e->args[1]);
	fact_set(facts, ATR_FIELD_A2, e->args[2]);
	fact_set(facts, ATR_FIELD_A3, e->args[3]);
}

/* --- conditions that take more ---------------------------------------------------------------- */

/* All that a condition may ask for; plan is NULL for what has no files. */
struct subject {
	struct recorder *r;
	const struct atr_view *view;
	const struct plan *plan;
	const struct atr_facts *facts;
	char exe[2 * ATR_NAME_MAX];
	size_t exe_len; /* 0: not known */
	char label[ATR_LABEL_MAX];
	size_t label_len;
};

static enum atr_match match_of(bool holds)
{
	return holds ? ATR_MATCH_YES : ATR_MATCH_NO;
}

static enum atr_match negated(enum atr_match m, enum atr_op op)
{
	if (op != ATR_OP_NE || m == ATR_MATCH_MAYBE)
		return m;
	return m == ATR_MATCH_YES ? ATR_MATCH_NO : ATR_MATCH_YES;
}

static enum atr_match groups_match(const struct subject *s, const struct later *l)
{
	const struct atr_exec *e = s->view->exec;
	__u32 n = e->ngroups < ATR_GROUPS_MAX ? e->ngroups : ATR_GROUPS_MAX, i;
	bool in = s->facts->value[l->cond.field] == l->cond.value;

	for (i = 0; i < n && !in; i++)
		in = e->groups[i] == l->cond.value;
	if (!in && e->ngroups > ATR_GROUPS_MAX)
		return ATR_MATCH_MAYBE;
	return negated(match_of(in), l->cond.op);
}

static bool is_text(const char *a, size_t len, const char *b, size_t b_len)
{
	return len == b_len && !memcmp(a, b, len);
}

/* The path of a rule, by its name or by where that leads to. */
static bool is_path(const struct later *l, const char *path, size_t len)
{
	return is_text(path, len, l->text, l->len) ||
	       (l->real && is_text(path, len, l->real, strlen(l->real)));
}

static bool is_file(const struct later *l, const struct atr_file *file)
{
	return l->real && file && file->ino == l->ino && file->dev == l->dev;
}

static bool is_below(const char *dir, size_t dir_len, const char *path, size_t len)
{
	while (dir_len && dir[dir_len - 1] == '/')
		dir_len--;
	return len >= dir_len && !memcmp(dir, path, dir_len) &&
	       (len == dir_len || path[dir_len] == '/');
}

static enum atr_match exe_match(const struct subject *s, const struct later *l)
{
	const struct atr_exec *e = s->view->exec;

	if (!s->exe_len)
		return ATR_MATCH_MAYBE;
	if (is_path(l, s->exe, s->exe_len))
		return negated(ATR_MATCH_YES, l->cond.op);
	/* A name of its own for the same file; of a failed exec the old program's is not told. */
	return negated(match_of(s->plan && e->hdr.kind == ATR_KIND_EXEC &&
				is_file(l, &e->files[e->running])),
		       l->cond.op);
}

/* Which of a label's parts, "user:role:type:low-high"; a label without them is all of each. */
static void label_part(__u32 field, const char **part, size_t *len)
{
	static const struct {
		__u32 field;
		int colons;
	} parts[] = {
		{ AUDIT_SUBJ_USER, 0 },	   { AUDIT_SUBJ_ROLE, 1 }, { AUDIT_SUBJ_TYPE, 2 },
		{ AUDIT_SUBJ_SEN, 3 },	   { AUDIT_SUBJ_CLR, 3 },  { AUDIT_OBJ_USER, 0 },
		{ AUDIT_OBJ_ROLE, 1 },	   { AUDIT_OBJ_TYPE, 2 },  { AUDIT_OBJ_LEV_LOW, 3 },
		{ AUDIT_OBJ_LEV_HIGH, 3 },
	};
	const char *at = *part, *end = *part + *len, *colon, *dash;
	unsigned int i;
	int n = 0;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].field == field)
			n = parts[i].colons;
	for (; n; n--) {
		colon = memchr(at, ':', end - at);
		if (!colon)
			return;
		at = colon + 1;
	}
	colon = memchr(at, ':', end - at);
	if (colon && field != AUDIT_SUBJ_SEN && field != AUDIT_SUBJ_CLR &&
	    field != AUDIT_OBJ_LEV_LOW && field != AUDIT_OBJ_LEV_HIGH)
		end = colon;
	dash = memchr(at, '-', end - at);
	if (dash && (field == AUDIT_SUBJ_SEN || field == AUDIT_OBJ_LEV_LOW))
		end = dash;
	else if (dash && (field == AUDIT_SUBJ_CLR || field == AUDIT_OBJ_LEV_HIGH))
		at = dash + 1;
	*part = at;
	*len = end - at;
}

static enum atr_match subj_match(const struct subject *s, const struct later *l)
{
	const char *part = s->label;
	size_t len = s->label_len;

	if (!s->r->lsms)
		return ATR_MATCH_NO;
	if (!len)
		return ATR_MATCH_MAYBE;
	label_part(l->number, &part, &len);
	return negated(match_of(is_text(part, len, l->text, l->len)), l->cond.op);
}

static enum atr_match container_match(const struct subject *s, const struct later *l)
{
	const struct atr_str *cgroup = &s->view->task->cgroup;
	const char *walk, *id = "";
	size_t len, n = 0;

	walk = event_str(s->view, cgroup, &len);
	if (len)
		n = container_id(walk, len, true, &id);
	return negated(match_of(is_text(id, n, l->text, l->len)), l->cond.op);
}

static enum atr_match item_match(const struct subject *s, const struct later *l,
				 const struct item *item)
{
	const struct atr_file *f = item->file;
	__u32 id = s->facts->value[l->cond.field];

	if (l->type == LATER_PATH && item->name && is_path(l, item->name, item->name_len))
		return ATR_MATCH_YES;
	if (l->type == LATER_DIR && item->name &&
	    (is_below(l->text, l->len, item->name, item->name_len) ||
	     (l->real && is_below(l->real, strlen(l->real), item->name, item->name_len))))
		return ATR_MATCH_YES;
	if (!f)
		return item->file_unknown ? ATR_MATCH_MAYBE : ATR_MATCH_NO;
	switch (l->type) {
	case LATER_PATH:
	case LATER_DIR:
		return match_of(is_file(l, f));
	case LATER_INODE:
		return match_of(op_holds(l->cond.op, f->ino, l->cond.value));
	case LATER_DEVMAJOR:
		return match_of(op_holds(l->cond.op, f->dev >> 20, l->cond.value));
	case LATER_DEVMINOR:
		return match_of(op_holds(l->cond.op, f->dev & 0xfffff, l->cond.value));
	case LATER_FILETYPE:
		return match_of(op_holds(l->cond.op, f->mode & 0170000, l->cond.value));
	case LATER_OBJ_UID:
		return match_of(op_holds(l->cond.op, f->uid, l->cond.value));
	case LATER_OBJ_GID:
		return match_of(op_holds(l->cond.op, f->gid, l->cond.value));
	case LATER_COMPARE_UID:
		return match_of(op_holds(l->cond.op, id, f->uid));
	case LATER_COMPARE_GID:
		return match_of(op_holds(l->cond.op, id, f->gid));
	default:
		return ATR_MATCH_MAYBE;
	}
}

/* Of a path or a directory the program that runs counts by its own path too, however it was called. */
static enum atr_match items_match(const struct subject *s, const struct later *l)
{
	enum atr_match any = ATR_MATCH_NO, one;
	unsigned int i;

	if (!s->plan)
		return ATR_MATCH_NO;
	if (s->view->hdr->kind == ATR_KIND_EXEC && s->exe_len &&
	    ((l->type == LATER_PATH && is_path(l, s->exe, s->exe_len)) ||
	     (l->type == LATER_DIR &&
	      is_below(l->real ? l->real : l->text, l->real ? strlen(l->real) : l->len, s->exe,
		       s->exe_len))))
		return ATR_MATCH_YES;
	for (i = 0; i < s->plan->n && any != ATR_MATCH_YES; i++) {
		one = item_match(s, l, &s->plan->items[i]);
		if (one > any)
			any = one;
	}
	return any;
}

static enum atr_match later_match(const struct subject *s, const struct later *l)
{
	switch (l->type) {
	case LATER_NUMBER:
		return cond_match(&l->cond, s->facts);
	case LATER_GROUPS:
		return groups_match(s, l);
	case LATER_EXE:
		return exe_match(s, l);
	case LATER_SUBJ:
		return subj_match(s, l);
	case LATER_CONTAINER:
		return container_match(s, l);
	case LATER_NEVER:
		return ATR_MATCH_NO;
	default:
		return items_match(s, l);
	}
}

/* --- rules ------------------------------------------------------------------------------------ */

static void subject_init(struct subject *s, struct recorder *r, const struct atr_view *view,
			 const struct plan *plan, const struct atr_facts *facts)
{
	const struct atr_str *exe = &view->task->exe;
	const char *walk;
	struct text text;
	size_t len;
	int n = -1;

	s->r = r;
	s->view = view;
	s->plan = plan;
	s->facts = facts;
	walk = event_str(view, exe, &len);
	if (!(exe->flags & (ATR_S_FAULT | ATR_S_CUT | ATR_S_NULL)))
		n = walk_path(walk, len, s->exe, sizeof(s->exe));
	s->exe_len = n < 0 ? 0 : n;
	s->label_len = 0;
	if (!r->lsms)
		return;
	text_init(&text, sizeof(s->label));
	if (label_text(r, view, &text) && !text.err) {
		memcpy(s->label, text.buf, text.len);
		s->label_len = text.len;
	}
	text_free(&text);
}

static enum atr_match whole_match(struct compiled_rule *rule, const struct subject *s)
{
	struct atr_rule numbers = rule->rule;
	enum atr_match all, one;
	size_t i;

	/* Here the rest is judged as well: in which groups the task is, and what the hash was a hint of. */
	numbers.flags &= ~ATR_RULE_LATER;
	numbers.n = 0;
	for (i = 0; i < rule->rule.n; i++)
		if (!(rule->rule.cond[i].flags & ATR_COND_GROUPS) &&
		    rule->rule.cond[i].field != ATR_FIELD_EXE)
			numbers.cond[numbers.n++] = rule->rule.cond[i];
	all = rule_match(&numbers, s->facts);
	for (i = 0; i < rule->nlater && all != ATR_MATCH_NO; i++) {
		one = later_match(s, &rule->later[i]);
		if (one != ATR_MATCH_YES)
			all = one == ATR_MATCH_NO ? ATR_MATCH_NO : ATR_MATCH_MAYBE;
	}
	return all;
}

/* The first rule of a list that matches; one that may counts if that means to record. */
static struct compiled_rule *first_match(struct compiled *c, enum atr_list list,
					 const struct subject *s)
{
	enum atr_match match;
	size_t i;

	for (i = 0; i < c->n; i++) {
		if (c->rules[i].rule.list != list)
			continue;
		match = whole_match(&c->rules[i], s);
		if (match == ATR_MATCH_YES ||
		    (match == ATR_MATCH_MAYBE && c->rules[i].rule.flags & ATR_RULE_ALWAYS &&
		     list != ATR_LIST_EXCLUDE)) {
			c->rules[i].hits++;
			return &c->rules[i];
		}
	}
	return NULL;
}

bool judge_exec(struct recorder *r, const struct atr_view *view, const struct plan *plan,
		const char **ret_key)
{
	struct compiled *c = rules_of(r, view);
	const struct compiled_rule *rule;
	struct atr_facts facts;
	struct subject s;

	*ret_key = NULL;
	if (!c)
		return true;
	facts_exec(&facts, view->exec);
	subject_init(&s, r, view, plan, &facts);
	rule = c->has[ATR_LIST_TASK] ? first_match(c, ATR_LIST_TASK, &s) : NULL;
	if (rule && !(rule->rule.flags & ATR_RULE_ALWAYS))
		return false;
	/* Of a task that is always audited each call is recorded, without a key. */
	if (rule)
		return true;
	rule = first_match(c, ATR_LIST_EXIT, &s);
	if (!rule || !(rule->rule.flags & ATR_RULE_ALWAYS))
		return false;
	*ret_key = rule->source->key;
	return true;
}

bool judge_user(struct recorder *r, const struct atr_view *view, __u32 type)
{
	struct compiled *c = rules_of(r, view);
	const struct compiled_rule *rule;
	struct atr_facts facts;
	struct subject s;

	if (!c || !c->has[ATR_LIST_USER])
		return true;
	facts_task(&facts, view->task);
	fact_set(&facts, ATR_FIELD_MSGTYPE, type);
	subject_init(&s, r, view, NULL, &facts);
	rule = first_match(c, ATR_LIST_USER, &s);
	return !rule || rule->rule.flags & ATR_RULE_ALWAYS;
}

/* --- records ---------------------------------------------------------------------------------- */

/* The number of a record's type, by its line: "type=PATH msg=…" or "type=UNKNOWN[1199] msg=…". */
static int type_of(const char *line, size_t len)
{
	char name[FIRST_WORD];
	size_t n;

	line += strlen("type=");
	len -= strlen("type=");
	n = (const char *)memchr(line, ' ', len) - line;
	if (n >= sizeof(name))
		return -1;
	memcpy(name, line, n);
	name[n] = '\0';
	return audit_name_to_msg_type(name);
}

void judge_records(struct recorder *r, const struct atr_view *view, size_t from)
{
	struct compiled *c = view->task ? rules_of(r, view) : NULL;
	struct text *t = &r->out;
	struct atr_facts facts;
	struct subject s;
	const char *end;
	size_t at, to = from, n;

	if (!c || !c->has[ATR_LIST_EXCLUDE] || r->opts.format == ATR_FORMAT_TEXT || t->err)
		return;
	facts_task(&facts, view->task);
	subject_init(&s, r, view, NULL, &facts);
	for (at = from; at < t->len; at += n) {
		end = memchr(t->buf + at, '\n', t->len - at);
		n = end ? (size_t)(end - (t->buf + at)) + 1 : t->len - at;
		fact_set(&facts, ATR_FIELD_MSGTYPE, type_of(t->buf + at, n));
		if (first_match(c, ATR_LIST_EXCLUDE, &s))
			continue;
		memmove(t->buf + to, t->buf + at, n);
		to += n;
	}
	t->len = to;
}
