// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Execs that fail, at the return of the call (exec.bpf.c has what comes before): by the functions that
 * these system calls are, or by the exit tracepoints, which every system call pays for. The registers
 * still hold the arguments, and the files that the call had opened wait for their last fput().
 */
#include "bpf/calls.h"
#include "bpf/exec.bpf.h"
#include "bpf/rules.bpf.h"
#include <bpf/bpf_tracing.h>

/*
 * A name relative to a descriptor. Closed on exec, it is of no use to the interpreter of a script: the
 * kernel refuses that before it looks for the interpreter. If no file was opened, the descriptor's own
 * tells what it was about.
 */
static __always_inline void fail_dirfd(struct atr_scratch *s, struct task_struct *task, __u32 fd)
{
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	unsigned long *bits = BPF_CORE_READ(fdt, close_on_exec), word = 0;
	struct file **files = BPF_CORE_READ(fdt, fd), *file = NULL;
	struct atr_exec *ev = &s->ev;

	ev->hdr.flags |= ATR_F_DIRFD;
	if (fd >= BPF_CORE_READ(fdt, max_fds))
		return;
	if (bpf_probe_read_kernel(&word, 8, bits + fd / 64) ||
	    bpf_probe_read_kernel(&file, 8, files + fd)) {
		ev->hdr.flags |= ATR_F_FAULT;
		return;
	}
	if (word >> (fd & 63) & 1)
		ev->hdr.flags |= ATR_F_DIRFD_CLOEXEC;
	if (!file)
		return;
	file_read(&ev->ld, file, false);
	walk_file(s, &ev->dir, file);
}

/* The name that the kernel has kept, if it got as far as to open a file; else what is there by now. */
static __always_inline void fail_name(struct atr_scratch *s, struct task_struct *task,
				      const struct atr_pending *p)
{
	struct atr_exec *ev = &s->ev;
	bool at = is_execveat(ev->arch, ev->nr);
	__u64 name = arg_value(ev->arch, at ? ev->args[1] : ev->args[0]);
	int dirfd = ev->args[0];
	char first = 0;

	if (p && p->has_names && p->opened.n) {
		names_append(s->slot, p->tid);
		first = p->names[0][0];
	} else {
		str_append(s, &ev->name, ATR_NAME_READ, (void *)name, true);
		if (!(ev->name.flags & ATR_S_FAULT) && bpf_probe_read_user(&first, 1, (void *)name))
			ev->hdr.flags |= ATR_F_FAULT;
	}
	if (at && dirfd != AT_FDCWD && !(ev->name.flags & ATR_S_FAULT) && first != '/')
		fail_dirfd(s, task, dirfd);
}

/* Without hooks on the opens, and before the point of no return: what the call has let go of. */
static __always_inline void fail_files(struct atr_scratch *s, struct task_struct *task,
				       struct atr_pending *p)
{
	s->opened.n = 0;
	/*
	 * With a new mm it is past the point of no return, though nobody saw it get there: the file that
	 * runs is still held then, and not on the list.
	 */
	if ((p && p->mm != (__u64)BPF_CORE_READ(task, mm)) || works_read(s->slot, 0))
		s->ev.hdr.flags |= ATR_F_NO_FILES;
	ev_opened(s, &s->opened, 0);
}

/* What was asked for. */
static __always_inline void fail_script(struct atr_scratch *s, const struct atr_opened *opened)
{
	s->ev.script.flags = ATR_S_NULL;
	if (s->ev.nfiles && s->ev.files[0].flags & ATR_FILE_VALID)
		walk_file(s, &s->ev.script, (struct file *)opened->link[0]);
}

/* Global, as walk_steps() is: its stack is then not there when a path is walked. Always 0. */
__noinline int fail_task(__u32 slot)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct atr_scratch *s = scratch__slot(slot);

	if (!s)
		return 0;
	ev_groups(&s->ev, task);
	ev_ids(s, &s->ev.hdr, &s->ev.task, task, false);
	s->ev.argv_len = title_append(s, &s->ev.title, BPF_CORE_READ(task, mm));
	return 0;
}

__noinline int fail_label(__u32 slot)
{
	struct atr_scratch *s = scratch__slot(slot);

	if (s)
		ev_label(s, &s->ev.hdr, &s->ev.task, (void *)bpf_get_current_task(), false);
	return 0;
}

static __always_inline void fail_call(struct atr_scratch *s, struct atr_pending *p,
				      struct task_struct *task)
{
	struct atr_exec *ev = &s->ev;

	ev_begin(s, p, 0);
	if (!p)
		ev->hdr.flags = ATR_F_LATE_TIME;
	/* The entry alone leaves the arguments to sched_prepare_exec, which it did not get to. */
	if (!p || (cfg_has_entries && !p->prepared))
		current_call(task, &ev->arch, &ev->nr, ev->args);
	ev_cwd(s, task, false);
	if (p && p->prepared)
		ev->hdr.flags |= ATR_F_PAST;
	if (p && (p->prepared || p->has_names)) {
		fail_script(s, &p->opened);
	} else {
		fail_files(s, task, p);
		fail_script(s, &s->opened);
	}
	fail_name(s, task, p);
}

static __always_inline int fail_fill(struct atr_scratch *s, struct atr_pending *p, long ret,
				     struct task_struct *task)
{
	struct atr_exec *ev = &s->ev;
	int i;

	/* Once more without the pending call, if somebody took that away meanwhile. */
#pragma clang loop unroll(disable)
	for (i = 0; i < 2; i++) {
		fail_call(s, p, task);
		if (!p || ev_still_ours(p, task))
			break;
		p = NULL;
	}
	ev->exit = ret;
	ev->interp.flags = ATR_S_NULL;
	ev->argv.flags = ATR_S_NULL;
	walk_file(s, &ev->task.exe, BPF_CORE_READ(task, mm, exe_file));
	fail_task(s->slot);
	fail_label(s->slot);
	ev_root(s);
	return scratch__send(s, &ev->hdr, sizeof(*ev), ATR_KIND_EXECFAIL);
}

/*
 * A call whose entry was not seen did not take place: seccomp or a debugger refused it, and audit does
 * not hear of it either; or it had begun before this program was attached. But if its slot belongs to
 * another call, it may have been taken away.
 */
static __always_inline bool fail_contested(__u32 tid)
{
	struct atr_pending *slot = pending__slot(tid);
	struct atr_entry *entry = entry__slot(tid);

	return cfg_has_task_regs &&
	       ((slot && slot->task > SLOT_FREE) || (entry && entry->task > SLOT_FREE));
}

/* The arguments of one that is refused unless it fails. */
static __always_inline void entry_args(const struct atr_entry *e, __u64 *args)
{
	__builtin_memcpy(args, e->args, sizeof(e->args));
	args[4] = e->at_flags;
	args[5] = 0;
}

/* A call that has an entry and no more. Which files one that was refused has opened nobody has asked. */
static __always_inline struct atr_pending *fail_pending(struct atr_entry *e, __u32 tid,
							struct task_struct *task)
{
	bool refused = e->state == ENTRY_REFUSED_UNLESS;
	struct atr_pending *p = pending__from(e, tid, task);

	if (p && refused) {
		p->arch = e->arch;
		entry_args(e, p->args);
		p->prepared = 1;
		p->flags |= ATR_F_NO_FILES;
	}
	return p;
}

/* Past the point of no return the registers are gone. */
static __always_inline bool fail_unwanted(struct atr_scratch *s, const struct atr_entry *e,
					  const struct atr_pending *p, struct task_struct *task,
					  long ret)
{
	__u32 arch, nr;

	if (p && p->prepared) {
		arch = p->arch;
		nr = p->nr;
		__builtin_memcpy(s->args, p->args, sizeof(s->args));
	} else if (e && e->state == ENTRY_REFUSED_UNLESS) {
		arch = e->arch;
		nr = e->nr;
		entry_args(e, s->args);
	} else {
		current_call(task, &arch, &nr, s->args);
	}
	facts_exec(&s->facts, task, arch, nr, s->args, ret, false);
	facts_exe(s, BPF_CORE_READ(task, mm, exe_file));
	return rules_unwanted(s->slot);
}

/* p NULL: there may be an entry alone. */
static __always_inline void fail_tell(struct atr_entry *e, struct atr_pending *p, __u32 tid,
				      struct task_struct *task, long ret)
{
	struct atr_scratch *s = scratch__get(ATR_KIND_EXECFAIL);

	if (!s)
		return;
	if (s->generation && fail_unwanted(s, e, p, task, ret)) {
		scratch__filtered(ATR_KIND_EXECFAIL);
	} else {
		if (!p && e)
			p = fail_pending(e, tid, task);
		if (fail_fill(s, p, ret, task))
			loss__count(ATR_KIND_EXECFAIL, ATR_CAUSE_RING_FULL);
	}
	scratch__put(s);
}

static __always_inline int fail(long ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tid = bpf_get_current_pid_tgid();
	struct atr_entry *e = entry__find(tid, (__u64)task);
	struct atr_pending *p = NULL;
	bool begun, prepared;

	if (e && e->state == ENTRY_REFUSED) {
		entry__refused(e, ATR_KIND_EXECFAIL);
		return 0;
	}
	if (!cfg_has_entries || (e && e->state == ENTRY_PENDING)) {
		p = pending__find(tid, (__u64)task);
		e = NULL;
	}
	begun = p || e;
	prepared = p ? p->prepared : e && e->state != ENTRY_CALL;
	/*
	 * One that succeeds with its entry still pending has not exec'd: AT_EXECVE_CHECK (6.14). If it got
	 * past the point of no return all the same, the kernel has left out who was to report it.
	 */
	if (ret >= 0 && (!begun || prepared)) {
		pending__free(tid, task);
		return 0;
	}
	if (!begun && !fail_contested(tid))
		return 0;
	fail_tell(e, p, tid, task, ret);
	if (p)
		pending__free(p->tid, task);
	pending__free(tid, task);
	return 0;
}

SEC("?fexit/" ATR_CALL("execve"))
int BPF_PROG(atr_return, void *regs, long ret)
{
	return ret < 0 ? fail(ret) : 0;
}

SEC("?fexit/" ATR_CALL("execveat"))
int BPF_PROG(atr_returnat, void *regs, long ret)
{
	return fail(ret);
}

SEC("?fexit/" ATR_CALL_COMPAT("execve"))
int BPF_PROG(atr_return32, void *regs, long ret)
{
	return ret < 0 ? fail(ret) : 0;
}

SEC("?fexit/" ATR_CALL_COMPAT("execveat"))
int BPF_PROG(atr_returnat32, void *regs, long ret)
{
	return fail(ret);
}

/* One for all four. */
SEC("?kretprobe")
int BPF_KRETPROBE(atr_kreturn, long ret)
{
	return fail(ret);
}

SEC("?tp/syscalls/sys_exit_execve")
int atr_fail(struct syscall_trace_exit *ctx)
{
	return ctx->ret < 0 ? fail(ctx->ret) : 0;
}

SEC("?tp/syscalls/sys_exit_execveat")
int atr_failat(struct syscall_trace_exit *ctx)
{
	return fail(ctx->ret);
}
