/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_filter_rules() for events: numbers of the task as the kernel side judges them, and behind them what
 * takes names, files and labels. Where something is not known, an event is rather recorded than not.
 */
#include "user/record/judge.h"

#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#include "user/record/label.h"
#include "user/record/spaces.h"

#define FIRST_WORD 64 /* of a record, with room for any type's name */

/* Those in force when the event began. */
static struct compiled *rules_then(struct recorder *r, const struct atr_view *view)
{
	struct compiled *now = r->rules[0], *before = r->rules[1];

	if (!view->hdr->rules || !now)
		return now;
	if ((now->generation & 0xffff) != view->hdr->rules && before &&
	    (before->generation & 0xffff) == view->hdr->rules)
		return before;
	return now;
}

struct compiled *rules_of(struct recorder *r, const struct atr_view *view)
{
	struct compiled *c = rules_then(r, view);

	return c && c->all ? NULL : c;
}

bool judge_off(struct recorder *r, const struct atr_view *view)
{
	struct compiled *c = rules_then(r, view);

	return c && c->off && view->hdr->kind < ATR_KIND_USER;
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
	fact_set(facts, ATR_FIELD_SUCCESS, e->exit < 0 ? ATR_OUTCOME_FAILURE : ATR_OUTCOME_SUCCESS);
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
	int item; /* the one that the rule is about, of those that are by_file; -1: all */
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

/* audit_filter_rules() asks groups_search() for gid and egid alone, with = and with !=. */
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
	return negated(match_of(e->hdr.kind == ATR_KIND_EXEC && is_file(l, &e->files[e->running])),
		       l->cond.op);
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

/* --- files ------------------------------------------------------------------------------------ */

/* A root that is not ours: there the paths of rules mean the task's own. */
static bool is_elsewhere(const struct subject *s)
{
	const struct atr_task *t = s->view->task;
	__u32 mntns = s->r->host_spaces.mntns;

	return (t->mntns && mntns && t->mntns != mntns) ||
	       (!s->view->exec->root.flags && s->view->exec->root.len);
}

static bool is_place(const struct later *l, const char *path, size_t len)
{
	if (l->type == LATER_PATH)
		return is_path(l, path, len);
	return is_below(l->text, l->len, path, len) ||
	       (l->real && is_below(l->real, strlen(l->real), path, len));
}

/* The name of an item as a path in the task's root, links in it as they are. -1: it cannot be told. */
static int named_path(const struct subject *s, unsigned int i, char *path, size_t size)
{
	const struct item *item = &s->plan->items[i];
	const struct atr_exec *e = s->view->exec;
	const struct atr_str *base = !i && e->hdr.flags & ATR_F_DIRFD ? &e->dir : &e->cwd;
	const char *walk;
	size_t len;
	int n = 0;

	if (!item->name || item->name_len >= ATR_NAME_MAX)
		return -1;
	if (!item->name_len || item->name[0] != '/') {
		if (base->flags & (ATR_S_FAULT | ATR_S_CUT | ATR_S_NULL))
			return -1;
		walk = event_str(s->view, base, &len);
		n = walk_path(walk, len, path, size);
		if (n < 0 || (size_t)n + 1 + item->name_len > size)
			return -1;
		path[n++] = '/';
	}
	memcpy(path + n, item->name, item->name_len);
	return n + item->name_len;
}

/* path= and dir= by where the file is; elsewhere also by what it is called. */
static enum atr_match place_match(const struct subject *s, const struct later *l, unsigned int i)
{
	const struct atr_file *file = s->plan->items[i].file;
	const struct atr_str *str = item_walk(s->view, s->plan, i);
	char path[3 * ATR_NAME_MAX];
	const char *at = NULL;
	size_t len;
	int n;

	if (str) {
		at = event_str(s->view, str, &len);
		n = walk_path(at, len, path, sizeof(path));
		if (n < 0)
			return ATR_MATCH_MAYBE;
		at = path;
		len = n;
	} else if (file && places__get(s->r->places, file, &at, &len)) {
		/* Or nobody knows. */
	}
	if (at && is_place(l, at, len))
		return ATR_MATCH_YES;
	if (is_elsewhere(s)) {
		n = named_path(s, i, path, sizeof(path));
		return n < 0 ? ATR_MATCH_MAYBE : match_of(is_place(l, path, n));
	}
	return at ? ATR_MATCH_NO : ATR_MATCH_MAYBE;
}

/* What an item says that has no file: audit_alloc_name(). */
static const struct atr_file no_file = { .ino = (__u64)-1 };

static bool dev_holds(const struct later *l, const struct atr_file *f, unsigned int shift,
		      __u32 mask)
{
	return op_holds(l->cond.op, f->dev >> shift & mask, l->cond.value) ||
	       op_holds(l->cond.op, f->rdev >> shift & mask, l->cond.value);
}

static bool file_holds(const struct subject *s, const struct later *l, const struct atr_file *f)
{
	__u32 id = s->facts->value[l->cond.field];

	switch (l->type) {
	case LATER_INODE:
		return op_holds(l->cond.op, f->ino, l->cond.value);
	case LATER_DEVMAJOR:
		return dev_holds(l, f, 20, 0xfff);
	case LATER_DEVMINOR:
		return dev_holds(l, f, 0, 0xfffff);
	case LATER_FILETYPE:
		return f->flags & ATR_FILE_VALID && (f->mode & 0170000U) == l->cond.value;
	case LATER_OBJ_UID:
		return op_holds(l->cond.op, f->uid, l->cond.value);
	case LATER_OBJ_GID:
		return op_holds(l->cond.op, f->gid, l->cond.value);
	case LATER_COMPARE_UID:
		return op_holds(l->cond.op, id, f->uid);
	default:
		return op_holds(l->cond.op, id, f->gid);
	}
}

static enum atr_match item_match(const struct subject *s, const struct later *l, unsigned int i)
{
	const struct item *item = &s->plan->items[i];
	enum atr_match match;

	if (!item->file && item->file_unknown)
		return ATR_MATCH_MAYBE;
	switch (l->type) {
	case LATER_PATH:
		if (is_file(l, item->file))
			return ATR_MATCH_YES;
		match = item->file ? place_match(s, l, i) : ATR_MATCH_NO;
		/* The inode was another one, or there was none: that is what can be known. */
		return match == ATR_MATCH_MAYBE ? ATR_MATCH_NO : match;
	case LATER_DIR:
		return item->file ? place_match(s, l, i) : ATR_MATCH_NO;
	case LATER_OBJ:
		return ATR_MATCH_MAYBE;
	default:
		return match_of(file_holds(s, l, item->file ? item->file : &no_file));
	}
}

/* Of some fields any file will do, even where a rule is about one of them: audit_filter_rules(). */
static bool is_of_any(enum later_type type)
{
	return type == LATER_DIR || type == LATER_FILETYPE || type == LATER_COMPARE_UID ||
	       type == LATER_COMPARE_GID;
}

static enum atr_match items_match(const struct subject *s, const struct later *l)
{
	enum atr_match any = ATR_MATCH_NO, one;
	unsigned int i;

	if (!s->plan)
		return ATR_MATCH_NO;
	if (s->item >= 0 && !is_of_any(l->type))
		return item_match(s, l, s->item);
	for (i = 0; i < s->plan->n && any != ATR_MATCH_YES; i++) {
		one = item_match(s, l, i);
		if (one > any)
			any = one;
		if (s->plan->items[i].more_unknown && any == ATR_MATCH_NO)
			any = ATR_MATCH_MAYBE;
	}
	/* The other operators ask for a file that differs, this one for none that does not. */
	return l->type == LATER_FILETYPE ? negated(any, l->cond.op) : any;
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
	s->item = -1;
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

/* One condition that fails is NO; else one that is not known makes it MAYBE. */
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
		    rule->rule.cond[i].field != ATR_FIELD_EXE &&
		    rule->rule.cond[i].field != ATR_FIELD_EXE_INO)
			numbers.cond[numbers.n++] = rule->rule.cond[i];
	all = rule_match(&numbers, s->facts);
	for (i = 0; i < rule->nlater && all != ATR_MATCH_NO; i++) {
		one = later_match(s, &rule->later[i]);
		if (one != ATR_MATCH_YES)
			all = one == ATR_MATCH_NO ? ATR_MATCH_NO : ATR_MATCH_MAYBE;
	}
	return all;
}

/* Does it match? If it only may, that counts if it means to record. */
static bool decides(struct compiled_rule *rule, const struct subject *s)
{
	enum atr_match match = whole_match(rule, s);

	return match == ATR_MATCH_YES ||
	       (match == ATR_MATCH_MAYBE && rule->rule.flags & ATR_RULE_ALWAYS &&
		rule->rule.list != ATR_LIST_EXCLUDE);
}

/* The first rule of a list that matches, of the exit list but for those that are by_file. */
static struct compiled_rule *first_match(struct compiled *c, enum atr_list list,
					 const struct subject *s)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->rules[i].rule.list == list && !c->rules[i].by_file &&
		    decides(&c->rules[i], s))
			return &c->rules[i];
	return NULL;
}

/*
 * audit_filter_inodes(): the first file that any rule about files matches has the say, if that rule stands
 * before the one that was found without.
 */
static struct compiled_rule *first_match_by_file(struct compiled *c, struct compiled_rule *found,
						 struct subject *s)
{
	struct compiled_rule *end = found ? found : c->rules + c->n, *rule;

	for (s->item = 0; s->plan && s->item < (int)s->plan->n; s->item++)
		for (rule = c->rules; rule < end; rule++)
			if (rule->rule.list == ATR_LIST_EXIT && rule->by_file && decides(rule, s))
				return rule;
	s->item = -1;
	return found;
}

bool judge_exec(struct recorder *r, const struct atr_view *view, const struct plan *plan,
		const char **ret_key)
{
	struct compiled *c = rules_of(r, view);
	struct compiled_rule *first, *rule;
	struct atr_facts facts;
	struct subject s;

	*ret_key = NULL;
	if (judge_off(r, view))
		return false;
	if (!c)
		return true;
	facts_exec(&facts, view->exec);
	subject_init(&s, r, view, plan, &facts);
	rule = c->has[ATR_LIST_TASK] ? first_match(c, ATR_LIST_TASK, &s) : NULL;
	if (rule)
		rule->hits++;
	if (rule && !(rule->rule.flags & ATR_RULE_ALWAYS))
		return false;
	/* Of a task that is always audited each call is recorded, without a key. */
	if (rule)
		return true;
	first = first_match(c, ATR_LIST_EXIT, &s);
	rule = first_match_by_file(c, first, &s);
	if (rule)
		rule->hits++;
	if (!rule || !(rule->rule.flags & ATR_RULE_ALWAYS))
		return false;
	/* audit_filter_rules(): one without a key leaves that of the rule found before it. */
	*ret_key = rule->source->key || !first ? rule->source->key : first->source->key;
	return true;
}

bool judge_user(struct recorder *r, const struct atr_view *view, __u32 type)
{
	struct compiled *c = rules_of(r, view);
	struct compiled_rule *rule;
	struct atr_facts facts;
	struct subject s;

	if (judge_off(r, view))
		return false;
	if (!c || !c->has[ATR_LIST_USER])
		return true;
	facts_task(&facts, view->task);
	fact_set(&facts, ATR_FIELD_MSGTYPE, type);
	subject_init(&s, r, view, NULL, &facts);
	rule = first_match(c, ATR_LIST_USER, &s);
	if (rule)
		rule->hits++;
	return !rule || rule->rule.flags & (ATR_RULE_ALWAYS | ATR_RULE_STOP);
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

/* The stamp: what is the same of all records of an event. */
static bool same_event(const char *a, const char *b, size_t len)
{
	const char *stamp = memchr(a, ' ', len),
		   *end = stamp ? memchr(stamp, ')', len - (stamp - a)) : NULL;
	const char *other = strchr(b, ' ');

	return end && other && !strncmp(stamp, other, end - stamp);
}

/* audit_filter() in audit_log_start(): a record by its type and its task, whatever else it says. */
void judge_records(struct recorder *r, const struct atr_view *view, size_t from)
{
	struct compiled *c = view->task ? rules_of(r, view) : NULL;
	struct compiled_rule *rule;
	struct text *t = &r->out;
	char head[2 * FIRST_WORD] = "";
	struct atr_facts facts;
	struct subject s;
	const char *end;
	size_t at, to = from, n;
	int type;

	if (!c || !c->has[ATR_LIST_EXCLUDE] || r->opts.format == ATR_FORMAT_TEXT || t->err)
		return;
	facts_task(&facts, view->task);
	subject_init(&s, r, view, NULL, &facts);
	for (at = from; at < t->len; at += n) {
		end = memchr(t->buf + at, '\n', t->len - at);
		n = end ? (size_t)(end - (t->buf + at)) + 1 : t->len - at;
		/* Without SYSCALL the kernel writes nothing of what comes behind it: audit_log_exit(). */
		if (same_event(t->buf + at, head, n))
			continue;
		type = type_of(t->buf + at, n);
		fact_set(&facts, ATR_FIELD_MSGTYPE, type);
		rule = first_match(c, ATR_LIST_EXCLUDE, &s);
		if (rule)
			rule->hits++;
		if (rule && !(rule->rule.flags & ATR_RULE_STOP)) {
			if (type == AUDIT_SYSCALL)
				snprintf(head, sizeof(head), "%.*s", (int)n, t->buf + at);
			continue;
		}
		memmove(t->buf + to, t->buf + at, n);
		to += n;
	}
	t->len = to;
}
