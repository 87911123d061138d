/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_log_set_loginuid(), in the event of the call that set it: a write() to /proc/self/loginuid
 * (long lines cut here).
 *
 * type=LOGIN msg=audit(1795221667.525:4): pid=787 uid=0 old-auid=4294967295 auid=1000 tty=(none)
 *   old-ses=4294967295 ses=1 res=1
 * type=SYSCALL msg=audit(1795221667.525:4): arch=c000003e syscall=1 success=yes exit=4 a0=3 a1=7ffc…
 * type=PROCTITLE msg=audit(1795221667.525:4): proctitle="login"
 */
#include <errno.h>
#include <linux/audit.h>

#include "user/record/call.h"
#include "user/record/enrich.h"
#include "user/record/label.h"
#include "user/record/spaces.h"
#include "user/record/title.h"

/* What LOGIN says beside its task. */
struct login {
	__u32 pid;
	__u32 old_auid;
	__u32 old_ses;
	__u32 auid;
	__u32 ses;
	bool res;
	bool derived;
	bool old_unknown;
};

/* tty= stands between auid= and old-ses=, and res= is a number: so the kernel has it. */
static void write_login(struct recorder *r, const struct atr_view *view, const struct login *l)
{
	struct text *t = &r->out;
	char flaws[FLAWS_MAX] = "";
	size_t start = t->len;
	struct tail tail;

	record_stamp(r, view->hdr);
	record_begin(r, "LOGIN");
	text_u64(t, "pid=", l->pid);
	text_u64(t, " uid=", view->task->uid);
	if (!label_write_task(r, view))
		flaws_add(flaws, sizeof(flaws), "subj-unknown");
	if (l->old_unknown)
		flaws_add(flaws, sizeof(flaws), "old-auid-unknown");
	text_u64(t, " old-auid=", l->old_auid);
	text_u64(t, " auid=", l->auid);
	task_write_tty(t, view);
	text_u64(t, " old-ses=", l->old_ses);
	text_u64(t, " ses=", l->ses);
	text_u64(t, " res=", l->res);
	tail_begin(&tail, t, r->names, start, flaws[0] ? flaws : NULL);
	if (r->opts.format == ATR_FORMAT_ENRICHED) {
		tail_user(&tail, "UID=", view->task->uid);
		tail_user(&tail, "OLD-AUID=", l->old_auid);
		tail_user(&tail, "AUID=", l->auid);
		spaces_write(r, &tail, view);
		if (l->derived)
			tail_text(&tail, "DERIVED=", "session", sizeof("session") - 1);
	}
	if (flaws[0])
		text_tail_flag(&tail, flaws);
	text_char(t, '\n');
	label_write_contexts(r, view);
}

static void human_login(struct recorder *r, const struct atr_view *view, const struct login *l)
{
	struct text text;

	text_init(&text, 256);
	text_u64(&text, "auid=", l->auid);
	text_u64(&text, " ses=", l->ses);
	if (!text.err)
		human_other(r, view, "LOGIN", text.buf, text.len, l->res);
	text_free(&text);
}

/*
 * Modules of libpam run programs (the message of the day) before it says that the session is open: then the
 * first event of the session is that of a child, and it is the parent that has logged in.
 */
static bool is_of_parent(struct recorder *r, const struct atr_task *task)
{
	return !sessions__was_unset(r->sessions, task->pid) &&
	       sessions__was_unset(r->sessions, task->ppid);
}

void login_derive(struct recorder *r, const struct atr_view *view)
{
	const struct atr_task *task = view->task;
	struct login l = {
		.old_auid = ATR_UNSET,
		.old_ses = ATR_UNSET,
		.res = true,
		.derived = true,
	};

	/* The event of a login tells of it itself. */
	if (!task || !r->tells_sessions || view->hdr->kind == ATR_KIND_LOGIN ||
	    !sessions__is_new(r->sessions, task->auid, task->ses))
		return;
	l.pid = is_of_parent(r, task) ? task->ppid : task->pid;
	l.auid = task->auid;
	l.ses = task->ses;
	l.old_unknown = !sessions__was_unset(r->sessions, l.pid);
	if (r->opts.format == ATR_FORMAT_TEXT)
		human_login(r, view, &l);
	else
		write_login(r, view, &l);
	record_end(r);
}

void login_seen(struct recorder *r, const struct atr_view *view)
{
	const struct atr_task *task = view->task;

	if (!task)
		return;
	if (task->ses != ATR_UNSET && is_of_parent(r, task))
		sessions__see(r->sessions, task->ppid, task->auid, task->ses);
	sessions__see(r->sessions, task->pid, task->auid, task->ses);
}

int record_login(struct recorder *r, const struct atr_view *view)
{
	const struct atr_login *e = view->login;
	struct login l = {
		.pid = e->task.pid,
		.old_auid = e->old_auid,
		.old_ses = e->old_ses,
		.auid = e->auid,
		/* Who was refused has no session of that login. */
		.ses = e->exit < 0 ? ATR_UNSET : e->task.ses,
		.res = e->exit >= 0,
	};
	__u64 count = e->arch & __AUDIT_ARCH_64BIT ? e->args[2] : (__u32)e->args[2];
	struct call call = {
		.arch = e->arch,
		.nr = e->nr,
		.args = e->args,
		/* What has not failed has written all that it was to. */
		.exit = e->exit ? e->exit : (__s64)count,
	};
	char flaws[FLAWS_MAX] = "";
	const char *title;
	size_t len;

	if (r->opts.format == ATR_FORMAT_TEXT) {
		human_login(r, view, &l);
		return 0;
	}
	if (e->hdr.flags & ATR_F_FAULT)
		flaws_add(flaws, sizeof(flaws), "fault");
	write_login(r, view, &l);
	call_write(r, view, &call, flaws);
	title = title_old(view, &e->title, e->title_len, &len);
	title_record(r, title, len);
	return 0;
}

int record_session(struct recorder *r, const struct atr_view *view)
{
	return sessions__add(r->sessions, view->session->auid, view->session->ses);
}
