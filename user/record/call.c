/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record that begins the event of a system call (long line cut here):
 *
 * type=SYSCALL msg=audit(1795221667.525:4): arch=c000003e syscall=59 success=yes exit=0 a0=55fe29
 *   a1=… a2=… a3=… items=2 ppid=2974 pid=2993 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0
 *   sgid=0 fsgid=0 tty=(none) ses=4294967295 comm="ls" exe="/usr/bin/ls" key=(null)
 */
#include "user/record/call.h"

#include <errno.h>
#include <string.h>

#include "user/record/enrich.h"
#include "user/record/label.h"
#include "user/record/spaces.h"

void flaws_add(char *buf, size_t size, const char *word)
{
	size_t at = strlen(buf), len = strlen(word);

	if (at + len + 2 > size)
		return;
	if (at)
		buf[at++] = ',';
	memcpy(buf + at, word, len + 1);
}

/*
 * The kernel's own restart codes never reach user space: it sees EINTR, and so does audit
 * (__audit_syscall_exit()). -ENOIOCTLCMD, which stands among them, is told as it is.
 */
static __s64 exit_code(__s64 exit)
{
	enum {
		ERESTARTSYS = 512,
		ERESTARTNOINTR,
		ERESTARTNOHAND,
		ENOIOCTLCMD,
		ERESTART_RESTARTBLOCK
	};

	switch (exit) {
	case -ERESTARTSYS:
	case -ERESTARTNOINTR:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return -EINTR;
	default:
		return exit;
	}
}

/*
 * audit_log_exit(): per= is left out for PER_LINUX, which is 0; success= and exit= where a task
 * ended inside its call (AUDITSC_INVALID). What is below -MAX_ERRNO is a result: an address, for
 * instance.
 */
static void write_call(struct text *t, const struct call *call, __u32 personality)
{
	__s64 code = exit_code(call->exit);

	text_hex(t, "arch=", call->arch);
	text_u64(t, " syscall=", call->nr);
	if (personality)
		text_hex(t, " per=", personality);
	if (call->unfinished)
		;
	else if (code < 0 && code >= -4095)
		text_i64(t, " success=no exit=", code);
	else
		text_i64(t, " success=yes exit=", code);
	text_hex(t, " a0=", call->args[0]);
	text_hex(t, " a1=", call->args[1]);
	text_hex(t, " a2=", call->args[2]);
	text_hex(t, " a3=", call->args[3]);
	text_u64(t, " items=", call->items);
}

/*
 * tty_name(), so pts0 has no slash. A name that could not be read is ?, as the kernel never has it.
 */
void task_write_tty(struct text *t, const struct atr_view *view)
{
	const struct atr_str *tty = &view->task->tty;
	const char *name;
	size_t len;

	text_lit(t, " tty=");
	name = event_str(view, tty, &len);
	if (tty->flags & ATR_S_FAULT)
		text_char(t, '?');
	else if (tty->flags & ATR_S_NULL || !len)
		text_lit(t, "(none)");
	else
		text_trusted(t, name, len);
}

/* audit_log_d_path_exe(): of a task without memory, exe=(null). */
void task_write_exe(struct text *t, const struct atr_view *view)
{
	const struct atr_str *exe = &view->task->exe;
	const char *walk;
	size_t len;

	text_lit(t, " exe=");
	walk = event_str(view, exe, &len);
	text_walk(t, walk, len, exe->flags);
}

/* audit_log_task_info(), up to subj=. pid is that of the process, whichever thread has called. */
static void write_task(struct text *t, const struct atr_view *view)
{
	const struct atr_task *task = view->task;

	text_u64(t, " ppid=", task->ppid);
	text_u64(t, " pid=", task->pid);
	text_u64(t, " auid=", task->auid);
	text_u64(t, " uid=", task->uid);
	text_u64(t, " gid=", task->gid);
	text_u64(t, " euid=", task->euid);
	text_u64(t, " suid=", task->suid);
	text_u64(t, " fsuid=", task->fsuid);
	text_u64(t, " egid=", task->egid);
	text_u64(t, " sgid=", task->sgid);
	text_u64(t, " fsgid=", task->fsgid);
	task_write_tty(t, view);
	text_u64(t, " ses=", task->ses);
	text_lit(t, " comm=");
	text_untrusted(t, task->comm, strnlen(task->comm, sizeof(task->comm)));
	task_write_exe(t, view);
}

/* In the order of the fields: auditd goes through a record from the first to the last. */
static void enrich_task(struct tail *tail, const struct atr_task *task)
{
	tail_user(tail, "AUID=", task->auid);
	tail_user(tail, "UID=", task->uid);
	tail_group(tail, "GID=", task->gid);
	tail_user(tail, "EUID=", task->euid);
	tail_user(tail, "SUID=", task->suid);
	tail_user(tail, "FSUID=", task->fsuid);
	tail_group(tail, "EGID=", task->egid);
	tail_group(tail, "SGID=", task->sgid);
	tail_group(tail, "FSGID=", task->fsgid);
}

void call_write(struct recorder *r, const struct atr_view *view, const struct call *call,
		char *flaws)
{
	const char *arch_name, *name;
	size_t start = r->out.len;
	struct tail tail;

	record_begin(r, "SYSCALL");
	write_call(&r->out, call, view->task->personality);
	write_task(&r->out, view);
	if (!label_write_task(r, view))
		flaws_add(flaws, FLAWS_MAX, "subj-unknown");
	text_lit(&r->out, " key=");
	if (r->key)
		text_untrusted(&r->out, r->key, strlen(r->key));
	else
		text_lit(&r->out, "(null)");
	tail_begin(&tail, &r->out, r->names, start, flaws[0] ? flaws : NULL);
	if (r->opts.format == ATR_FORMAT_ENRICHED) {
		syscalls_names(&r->syscalls, call->arch, call->nr, &arch_name, &name);
		tail_word(&tail, "ARCH=", arch_name);
		tail_word(&tail, "SYSCALL=", name);
		enrich_task(&tail, view->task);
		spaces_write(r, &tail, view);
	}
	if (flaws[0])
		text_tail_flag(&tail, flaws);
	text_char(&r->out, '\n');
}
