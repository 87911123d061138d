/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to look up before an event is recorded. */
#include <errno.h>
#include <string.h>

#include <linux/fcntl.h>

#include "user/record/items.h"
#include "user/record/judge.h"
#include "user/record/label.h"
#include "user/record/message.h"
#include "user/record/state.h"

/* The caller's array, being filled. */
struct list {
	struct recorder *r;
	struct atr_need *needs;
	size_t n;
	size_t max;
};

/*
 * Field by field: clearing all of it would be 8 kB of path each time. NULL: the caller's array is
 * full, and he will ask again.
 */
static struct atr_need *add(struct list *l, enum atr_need_type type)
{
	struct atr_need *need;

	if (l->n == l->max)
		return NULL;
	need = &l->needs[l->n++];
	need->type = type;
	need->id = 0;
	need->item = 0;
	need->lsm = ATR_LSM_NONE;
	need->pid = 0;
	need->file = NULL;
	need->exe = false;
	need->nofollow = false;
	need->base_len = 0;
	need->path[0] = '\0';
	return need;
}

/* path has 2 * ATR_NAME_MAX bytes, one of them for the NUL. "" where there is none. */
static void path_from_walk(char *path, const struct atr_view *view, const struct atr_str *str)
{
	const char *walk;
	size_t len;
	int n;

	if (str->flags & (ATR_S_FAULT | ATR_S_CUT | ATR_S_NULL))
		return;
	walk = event_str(view, str, &len);
	n = walk_path(walk, len, path, 2 * ATR_NAME_MAX - 1);
	path[n < 0 ? 0 : n] = '\0';
}

/* The path of an item's name: as it is, or behind the working directory, or behind a descriptor. */
static void path_from_name(struct atr_need *need, const struct atr_view *view,
			   const struct item *item, bool first)
{
	const struct atr_exec *e = view->exec;
	size_t at = 0, len = item->name_len;
	char *path = need->path;

	if (!item->name || len >= ATR_NAME_MAX || memchr(item->name, '\0', len))
		return;
	if (!len || item->name[0] != '/') {
		if (first && e->hdr.flags & ATR_F_DIRFD) {
			path_from_walk(path, view, &e->dir);
		} else {
			path_from_walk(path, view, &e->cwd);
		}
		at = strlen(path);
		if (!at || at + 2 + len >= sizeof(need->path)) {
			path[0] = '\0';
			return;
		}
		if (at && path[at - 1] != '/')
			path[at++] = '/';
		need->base_len = at;
		/* An interpreter without a name is the working directory. */
		if (!len)
			path[at++] = '.';
	}
	memcpy(path + at, item->name, len);
	at += len;
	/* The file itself, where the exec failed for the slash behind it. */
	while (e->exit == -ENOTDIR && at > need->base_len + 1 && path[at - 1] == '/')
		at--;
	path[at] = '\0';
}

static void need_files(struct list *l, const struct atr_view *view, const struct plan *plan)
{
	const struct want *w;
	struct atr_need *need;
	unsigned int i;

	for (i = 0; i < plan->nwants; i++) {
		w = &plan->wants[i];
		need = add(l, ATR_NEED_FILE);
		if (!need)
			return;
		need->file = w->file;
		need->exe = w->exe;
		if (w->exe)
			path_from_walk(need->path, view, &view->exec->task.exe);
		else if (w->script)
			path_from_walk(need->path, view, &view->exec->script);
		else if (w->item >= 0 && w->item < (int)plan->n)
			path_from_name(need, view, &plan->items[w->item], w->item == 0);
		/* Its name is not known yet: the answer to another need may tell it. */
		if (!need->exe && !need->path[0])
			l->n--;
	}
}

static void need_items(struct list *l, const struct atr_view *view, const struct plan *plan)
{
	const struct atr_exec *e = view->exec;
	struct atr_need *need;
	unsigned int i;

	for (i = 0; i < ATR_ITEMS_MAX; i++) {
		if (!(plan->ask_items & 1u << i))
			continue;
		need = add(l, ATR_NEED_ITEM);
		if (!need)
			return;
		need->item = i;
		need->lsm = label_of_files(l->r);
		path_from_name(need, view, &plan->items[i], i == 0);
		/* A slash behind a link has it followed all the same. */
		if (i == 0 && syscall_is_execveat(e->arch, e->nr) && e->exit != -ENOTDIR)
			need->nofollow = e->args[4] & AT_SYMLINK_NOFOLLOW;
	}
}

/* Where those files are of which no walk tells. */
static void need_places(struct list *l, const struct atr_view *view, const struct plan *plan)
{
	const struct item *item;
	struct atr_need *need;
	const char *path;
	unsigned int i;
	size_t len;

	for (i = 0; i < plan->n; i++) {
		item = &plan->items[i];
		if (!item->file || item_walk(view, plan, i) ||
		    places__get(l->r->places, item->file, &path, &len))
			continue;
		need = add(l, ATR_NEED_PLACE);
		if (!need)
			return;
		need->file = item->file;
		path_from_name(need, view, item, i == 0);
		if (!need->path[0])
			l->n--;
	}
}

static void need_name(struct list *l, __u32 id, enum name_group group)
{
	enum atr_need_type type = group == NAME_GROUP ? ATR_NEED_GROUP : ATR_NEED_USER;
	struct atr_need *need;
	size_t i;

	if (names__known(l->r->names, id, group))
		return;
	for (i = 0; i < l->n; i++)
		if (l->needs[i].type == type && l->needs[i].id == id)
			return;
	need = add(l, type);
	if (need)
		need->id = id;
}

static void need_names(struct list *l, const struct atr_task *t)
{
	const __u32 uids[] = { t->uid, t->auid, t->euid, t->suid, t->fsuid };
	const __u32 gids[] = { t->gid, t->egid, t->sgid, t->fsgid };
	unsigned int i;

	/* Most are the same id again. */
	for (i = 0; i < sizeof(uids) / sizeof(uids[0]); i++)
		if (!i || uids[i] != uids[0])
			need_name(l, uids[i], NAME_USER);
	for (i = 0; i < sizeof(gids) / sizeof(gids[0]); i++)
		if (!i || gids[i] != gids[0])
			need_name(l, gids[i], NAME_GROUP);
}

static void need_owners(struct list *l, const struct plan *plan)
{
	unsigned int i;

	for (i = 0; i < plan->n; i++) {
		if (!plan->items[i].file)
			continue;
		need_name(l, plan->items[i].file->uid, NAME_USER);
		need_name(l, plan->items[i].file->gid, NAME_GROUP);
	}
}

/*
 * The need, for the caller to fill in; NULL: the text is known, is asked for already or had no
 * room.
 */
static struct atr_need *need_label(struct list *l, __u32 sid)
{
	struct atr_need *need;
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->needs[i].type == ATR_NEED_LABEL && l->needs[i].id == sid)
			return NULL;
	if (!sid || !labels__wanted(l->r->labels, sid))
		return NULL;
	need = add(l, ATR_NEED_LABEL);
	if (need)
		need->id = sid;
	return need;
}

/* Of the task, and of the files: any file that has the label will do, so the first one is asked. */
static void need_labels(struct list *l, const struct atr_view *view, const struct plan *plan)
{
	enum atr_lsm lsm = label_of_files(l->r);
	const struct item *item;
	struct atr_need *need;
	unsigned int i;

	/* Where to look (/proc/PID/attr/current) the first module speaks for all. */
	if (lsm == ATR_LSM_NONE || (l->r->lsms & 15) != lsm)
		return;
	for (i = 0; i < plan->n; i++) {
		item = &plan->items[i];
		need = item->file ? need_label(l, item->file->sid) : NULL;
		if (!need)
			continue;
		need->lsm = lsm;
		need->file = item->file;
		need->exe = (int)i == plan->running;
		if (need->exe)
			path_from_walk(need->path, view, &view->exec->task.exe);
		else
			path_from_name(need, view, item, i == 0);
	}
	need = need_label(l, view->exec->task.sid);
	if (need)
		need->lsm = lsm;
}

static void exec_needs(struct list *l, const struct atr_view *view)
{
	enum atr_format format = l->r->opts.format;
	const struct compiled *rules = rules_of(l->r, view);
	const char *argv;
	struct plan plan;
	size_t len;

	if (format == ATR_FORMAT_TEXT) {
		need_name(l, view->exec->task.auid, NAME_USER);
		need_name(l, view->exec->task.uid, NAME_USER);
		need_name(l, view->exec->task.euid, NAME_USER);
		/* Rules may ask for files, of which these lines tell nothing. */
		if (!rules)
			return;
	}
	len = assembler__peek(l->r->assembler, view, &argv);
	items_plan(l->r->known, view, argv, len, &plan);
	need_files(l, view, &plan);
	need_items(l, view, &plan);
	if (rules && rules->needs_paths)
		need_places(l, view, &plan);
	need_labels(l, view, &plan);
	if (format == ATR_FORMAT_ENRICHED) {
		need_names(l, &view->exec->task);
		need_owners(l, &plan);
	}
}

/* --- other kinds ------------------------------------------------------------------------------ */

/* Who it is, and the label, which each record tells. */
static void need_task(struct list *l, const struct atr_view *view)
{
	const struct atr_task *task = view->task;
	struct atr_need *need;

	if (l->r->opts.format != ATR_FORMAT_RAW) {
		need_name(l, task->auid, NAME_USER);
		need_name(l, task->uid, NAME_USER);
		need_name(l, task->euid, NAME_USER);
	}
	if (l->r->opts.format == ATR_FORMAT_TEXT || (l->r->lsms & 15) != ATR_LSM_SELINUX)
		return;
	need = need_label(l, task->sid);
	if (need)
		need->lsm = ATR_LSM_SELINUX;
}

static void message_needs(struct list *l, const struct atr_view *view)
{
	__u32 type = view->message->type;
	struct text_id id;
	const char *text;
	size_t len, pos = 0;

	/* Once for a message: needs are asked for again until there are none. */
	if (account_change(type) == ACCOUNT_NEW && l->r->doubted != view->hdr->seq) {
		names__doubt(l->r->names);
		l->r->doubted = view->hdr->seq;
	}
	need_task(l, view);
	/* Of a text that the kernel would not take nothing is looked up: its sender is not to keep us busy. */
	if (l->r->opts.format != ATR_FORMAT_ENRICHED || message_refused(view, type))
		return;
	text = message_text(view, &len);
	while (message_id_next(text, len, type, &pos, &id))
		need_name(l, id.id, id.group);
}

static void login_needs(struct list *l, const struct atr_view *view)
{
	need_task(l, view);
	if (l->r->opts.format != ATR_FORMAT_ENRICHED)
		return;
	need_names(l, view->task);
	need_name(l, view->login->old_auid, NAME_USER);
	need_name(l, view->login->auid, NAME_USER);
}

static void pam_needs(struct list *l, const struct atr_view *view)
{
	struct atr_need *need;
	const char *host;
	size_t len;

	need_task(l, view);
	/* Names of hosts in a container are its own. */
	if (!(view->hdr->flags & ATR_TRUST_INITIAL))
		return;
	host = pam__host(l->r->pam, view, &len);
	if (!host || !len || len >= sizeof(need->path) ||
	    addresses__get(l->r->addresses, host, len))
		return;
	need = add(l, ATR_NEED_ADDRESS);
	if (!need)
		return;
	memcpy(need->path, host, len);
	need->path[len] = '\0';
}

static void abend_needs(struct list *l, const struct atr_view *view)
{
	need_task(l, view);
	if (l->r->opts.format == ATR_FORMAT_ENRICHED)
		need_name(l, view->task->gid, NAME_GROUP);
}

static void tty_needs(struct list *l, const struct atr_view *view)
{
	need_task(l, view);
	/* What only gathers needs no names yet, but the one that ends it may come when they are gone. */
	if (l->r->opts.format == ATR_FORMAT_ENRICHED)
		need_names(l, view->task);
}

static void lost_needs(struct list *l, const struct atr_view *view)
{
	if (l->r->opts.format == ATR_FORMAT_ENRICHED)
		need_name(l, view->lost->auid, NAME_USER);
}

static void daemon_needs(struct list *l, const struct atr_view *view)
{
	struct text_id id;
	const char *body;
	size_t len, pos = 0;

	if (l->r->opts.format != ATR_FORMAT_ENRICHED)
		return;
	body = event_str(view, &view->daemon->text, &len);
	while (message_id_next(body, len, view->daemon->type, &pos, &id))
		need_name(l, id.id, id.group);
}

/* Kinds that are not here need nothing. */
static void (*const needs[])(struct list *l, const struct atr_view *view) = {
	[ATR_KIND_EXEC] = exec_needs,	    [ATR_KIND_EXECFAIL] = exec_needs,
	[ATR_KIND_MESSAGE] = message_needs, [ATR_KIND_LOGIN] = login_needs,
	[ATR_KIND_PAM] = pam_needs,	    [ATR_KIND_ABEND] = abend_needs,
	[ATR_KIND_TTY] = tty_needs,	    [ATR_KIND_LOST] = lost_needs,
	[ATR_KIND_DAEMON] = daemon_needs,
};

int recorder__needs(struct recorder *r, const struct atr_view *view, struct atr_need *ret_needs,
		    size_t max)
{
	struct list l = { r, ret_needs, 0, max };
	unsigned int kind = view->hdr->kind;

	if (kind < sizeof(needs) / sizeof(needs[0]) && needs[kind])
		needs[kind](&l, view);
	return l.n;
}
