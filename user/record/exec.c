/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An exec, in the order of the kernel's records (long lines cut here):
 *
 * type=SYSCALL msg=audit(1795221667.525:4): arch=c000003e syscall=59 success=yes exit=0 a0=55fe29
 * type=BPRM_FCAPS msg=audit(1795221667.525:4): fver=0 fp=0 fi=0 fe=0 old_pp=000001fffeffffff …
 * type=EXECVE msg=audit(1795221667.525:4): argc=2 a0="ls" a1="/"
 * type=CWD msg=audit(1795221667.525:4): cwd="/root"
 * type=PATH msg=audit(1795221667.525:4): item=0 name="/usr/bin/ls" inode=247728 dev=fe:00 …
 * type=PROCTITLE msg=audit(1795221667.525:4): proctitle=6C73002F
 */
#include <errno.h>
#include <string.h>

#include "user/record/call.h"
#include "user/record/enrich.h"
#include "user/record/execve.h"
#include "user/record/items.h"
#include "user/record/judge.h"
#include "user/record/label.h"
#include "user/record/state.h"
#include "user/record/title.h"

const char *exec_flaws(const struct atr_exec *e, bool argv_short, char *buf, size_t size)
{
	static const struct {
		__u32 flag;
		const char *word;
	} words[] = {
		{ ATR_F_NO_ENTRY, "no-entry" },
		{ ATR_F_NO_ARGV, "no-argv" },
		{ ATR_F_FAULT, "fault" },
	};
	__u32 flags = e->hdr.flags | (argv_short ? ATR_F_NO_ARGV : 0);
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (flags & words[i].flag)
			flaws_add(buf, size, words[i].word);
	return buf[0] ? buf : NULL;
}

/* audit_alloc_name() takes it with the first name of the event: without one there is no CWD. */
static void write_cwd(struct recorder *r, const struct atr_view *view)
{
	const char *walk;
	size_t len;

	record_begin(r, "CWD");
	text_lit(&r->out, "cwd=");
	walk = event_str(view, &view->exec->cwd, &len);
	text_walk(&r->out, walk, len, view->exec->cwd.flags);
	text_char(&r->out, '\n');
}

/*
 * audit_log_name(): dev is that of the super block, which stat() does not tell on btrfs and
 * overlayfs.
 */
static void write_inode(struct text *t, const struct atr_file *f)
{
	text_u64(t, " inode=", f->ino);
	text_lit(t, " dev=");
	text_dev(t, f->dev);
	text_lit(t, " mode=");
	text_octal(t, f->mode);
	text_u64(t, " ouid=", f->uid);
	text_u64(t, " ogid=", f->gid);
	text_lit(t, " rdev=");
	text_dev(t, f->rdev);
}

static const char *item_flaw(const struct item *item)
{
	if (!item->name)
		return item->file_unknown ? "name-unknown,file-unknown" : "name-unknown";
	if (item->more_unknown)
		return "more-unknown";
	if (item->name_likely)
		return "name-likely";
	return item->file_unknown ? "file-unknown" : NULL;
}

/*
 * A name that did not resolve has no inode (AUDIT_INO_UNSET): what is between name= and nametype=
 * is left out, and what is behind it is 0.
 */
static void write_path(struct recorder *r, const struct atr_exec *e, const struct item *item,
		       unsigned int n)
{
	const char *flaw = item_flaw(item);
	struct text *t = &r->out;
	char flaws[FLAWS_MAX] = "";
	size_t start = t->len;
	struct fcaps fcaps;
	struct tail tail;

	if (flaw)
		flaws_add(flaws, sizeof(flaws), flaw);

	record_begin(r, "PATH");
	text_u64(t, "item=", n);
	text_lit(t, " name=");
	if (item->name)
		text_untrusted(t, item->name, item->name_len);
	else
		text_lit(t, "(null)");
	if (item->file) {
		write_inode(t, item->file);
		if (!label_write_file(r, item, n))
			flaws_add(flaws, sizeof(flaws), "obj-unknown");
		text_lit(t, " nametype=NORMAL");
	} else {
		text_lit(t, " nametype=UNKNOWN");
	}
	fcaps_of_item(item, &e->task, &r->host, &fcaps);
	fcaps_write_path(t, &fcaps);
	tail_begin(&tail, t, r->names, start, flaws[0] ? flaws : NULL);
	if (item->file && r->opts.format == ATR_FORMAT_ENRICHED) {
		tail_user(&tail, "OUID=", item->file->uid);
		tail_group(&tail, "OGID=", item->file->gid);
	}
	if (flaws[0])
		text_tail_flag(&tail, flaws);
	text_char(t, '\n');
}

/* cap_bprm_creds_from_file() is about the file that runs in the end, not about a script. */
static void write_fcaps(struct recorder *r, const struct atr_exec *e, const struct plan *plan)
{
	struct fcaps fcaps;

	fcaps_of_item(plan->running < 0 ? NULL : &plan->items[plan->running], &e->task, &r->host,
		      &fcaps);
	if (!fcaps_recorded(e, &fcaps, &r->host))
		return;
	record_begin(r, "BPRM_FCAPS");
	fcaps_write(&r->out, e, &fcaps);
	text_char(&r->out, '\n');
}

static void write_execve(struct recorder *r, const struct atr_exec *e, const char *argv,
			 size_t argv_len)
{
	static const char type[] = "type=EXECVE ";
	/* r->stamp has no more than ATR_STAMP_MAX bytes. */
	char head[sizeof(type) + ATR_STAMP_MAX];

	memcpy(head, type, sizeof(type) - 1);
	memcpy(head + sizeof(type) - 1, r->stamp, r->stamp_len);
	execve_write(&r->out, head, sizeof(type) - 1 + r->stamp_len, e->argc, argv, argv_len);
}

static void call_of_exec(const struct atr_exec *e, struct call *ret)
{
	*ret = (struct call){ .arch = e->arch, .nr = e->nr, .args = e->args, .exit = e->exit };
	/* Said in the tail, and readers insist on the fields. */
	if (e->hdr.flags & ATR_F_NO_ENTRY && !e->arch)
		syscall_native_execve(&ret->arch, &ret->nr);
}

/* In the order of audit_log_exit(). The plan comes first: rules ask for the files of an event. */
static void write_records(struct recorder *r, const struct atr_view *view, const char *argv,
			  size_t argv_len)
{
	const struct atr_exec *e = view->exec;
	bool done = e->hdr.kind == ATR_KIND_EXEC;
	char flaws[FLAWS_MAX];
	struct call call;
	struct plan plan;
	unsigned int i;
	bool argv_short;

	items_plan(r->known, view, argv, argv_len, &plan);
	if (!judge_exec(r, view, &plan, &r->key))
		return;
	if (r->opts.format == ATR_FORMAT_TEXT) {
		human_exec(r, view, argv, argv_len);
		return;
	}
	argv_short = done && execve_count(argv, argv_len, e->argc) < e->argc;
	record_stamp(r, &e->hdr);
	exec_flaws(e, argv_short, flaws, sizeof(flaws));
	call_of_exec(e, &call);
	call.items = plan.n;
	call_write(r, view, &call, flaws);
	label_write_contexts(r, view);
	if (done || e->hdr.flags & ATR_F_PAST)
		write_fcaps(r, e, &plan);
	if (done) {
		write_execve(r, e, argv, argv_len);
		/* The title is the argument area; where argc is 0, argv is not from there. */
		if (!e->argc)
			argv_len = 0;
	} else {
		argv = title_old(view, &e->title, e->argv_len, &argv_len);
	}
	if (plan.n)
		write_cwd(r, view);
	for (i = 0; i < plan.n; i++)
		write_path(r, e, &plan.items[i], i);
	title_record(r, argv, argv_len);
}

int record_exec(struct recorder *r, const struct atr_view *view)
{
	const char *argv = "";
	size_t argv_len = 0;
	int err = 0;

	if (view->hdr->kind == ATR_KIND_EXEC)
		err = assembler__take(r->assembler, view, &argv, &argv_len);
	else
		assembler__forget(r->assembler, view->hdr);
	if (!err)
		write_records(r, view, argv, argv_len);
	/* Whatever became of the event: what was looked up for it is not for the next one. */
	knowledge__next(r->known);
	labels__next(r->labels);
	return err;
}
