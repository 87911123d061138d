// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Execs that fail, at the exit of the call (exec.bpf.c has what comes before). The registers still hold
 * the arguments, and the files that the call had opened wait for their last fput().
 */
#include "bpf/exec.bpf.h"

static const struct atr_opened opened_none;

/*
 * The argument area as get_cmdline() in mm/util.c shows it: if its last byte is no NUL the program
 * has overwritten it with a title of its own, which may go on in the environment. Which part of it
 * counts is for user space to say: both are sent, one behind the other.
 */
static __always_inline void title_append(struct atr_scratch *s, struct mm_struct *mm)
{
	__u64 arg = BPF_CORE_READ(mm, arg_start), env = BPF_CORE_READ(mm, env_start);
	__u64 len = BPF_CORE_READ(mm, arg_end) - arg, env_len = BPF_CORE_READ(mm, env_end) - env;
	struct atr_str rest;
	char last = 0;

	/* A new mm that is not complete has no title yet, says get_cmdline(). */
	if (!BPF_CORE_READ(mm, env_end))
		len = 0;

	s->ev.argv_len = len;
	if (len >= ATR_TITLE_MAX) {
		bytes_append(s, &s->ev.title, ATR_TITLE_MAX, (void *)arg, ATR_TITLE_MAX);
		return;
	}
	bytes_append(s, &s->ev.title, ATR_TITLE_MAX, (void *)arg, len);
	if (!len || bpf_probe_read_user(&last, 1, (void *)(arg + len - 1)) || !last)
		return;
	if (env_len > ATR_TITLE_MAX - len)
		env_len = ATR_TITLE_MAX - len;
	bytes_append(s, &rest, ATR_TITLE_MAX, (void *)env, env_len);
	s->ev.title.len += rest.len;
}

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

static __always_inline void fail_name(struct atr_scratch *s, struct task_struct *task, bool at)
{
	struct atr_exec *ev = &s->ev;
	int dirfd = ev->args[0];
	char first = 0;

	str_append(s, &ev->name, ATR_NAME_READ, (void *)(at ? ev->args[1] : ev->args[0]), true);
	if (!at || dirfd == AT_FDCWD || ev->name.flags & ATR_S_FAULT)
		return;
	if (bpf_probe_read_user(&first, 1, (void *)ev->args[1]))
		ev->hdr.flags |= ATR_F_FAULT;
	if (first != '/')
		fail_dirfd(s, task, dirfd);
}

/*
 * The files: past the point of no return as at success, for the file that should run may still be
 * held by the new mm; before, what the call let go of.
 */
static __always_inline void fail_files(struct atr_scratch *s, struct task_struct *task,
				       struct atr_pending *p)
{
	const struct atr_opened *scripts = NULL;
	struct atr_exec *ev = &s->ev;
	__u32 n;

	if (p && p->prepared) {
		if (p->scripts)
			scripts = scripts__find((__u64)task);
		ev_opened(s, scripts);
		n = ev->nfiles & (ATR_FILES_MAX - 1);
		ev->files[n] = p->main;
		ev->nfiles = n + 1;
		ev->hdr.flags |= ATR_F_PAST;
		return;
	}
	s->opened = opened_none;
	/*
	 * With a new mm it is past the point of no return, too, though nobody saw it get there: what is
	 * closed on exec is on the list as well then.
	 */
	if (fput_address() && (!p || p->mm == (__u64)BPF_CORE_READ(task, mm))) {
		works_read(task, &s->opened);
		ev->hdr.flags &= ~ATR_F_NO_FILES;
	} else {
		ev->hdr.flags |= ATR_F_NO_FILES;
	}
	ev_opened(s, &s->opened);
}

/* What a look-up needs to walk in the task's place. */
static __always_inline void fail_groups(struct atr_exec *ev, struct task_struct *task)
{
	struct group_info *groups = BPF_CORE_READ(task, cred, group_info);
	__u32 n = BPF_CORE_READ(groups, ngroups);

	ev->ngroups = n;
	if (n > ATR_GROUPS_MAX)
		n = ATR_GROUPS_MAX;
	if (bpf_probe_read_kernel(ev->groups, n * sizeof(ev->groups[0]),
				  __builtin_preserve_access_index(&groups->gid)))
		ev->hdr.flags |= ATR_F_FAULT;
}

static __always_inline int fail_fill(struct atr_scratch *s, struct syscall_trace_exit *ctx,
				     struct task_struct *task, struct atr_pending *p, bool at)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct atr_exec *ev = &s->ev;

	if (!ev_begin(ev, p, (__u64)task, 0)) {
		p = NULL;
		ev_begin(ev, p, 0, 0);
	}
	if (!p) {
		ev->hdr.flags = ATR_F_LATE_TIME;
		ev->arch = ATR_ARCH_NATIVE;
		ev->nr = ctx->nr;
	}
	if (cfg_has_task_regs && !(p && p->prepared))
		current_args(task, ev->args);
	ev->exit = ctx->ret;
	ev->interp.flags = ATR_S_NULL;
	ev->argv.flags = ATR_S_NULL;
	ev_cwd(s, task, false);
	fail_groups(ev, task);
	fail_files(s, task, p);
	fail_name(s, task, at);
	walk_file(s, &ev->exe, BPF_CORE_READ(mm, exe_file));
	ev_task(s, task, false);
	title_append(s, mm);
	ev_root(s);
	return scratch__send(s, ATR_KIND_EXECFAIL);
}

/*
 * A call whose entry was not seen did not take place: seccomp or a debugger refused it, and audit does
 * not hear of it either; or it had begun before this program was attached. But if its slot belongs to
 * another call, it may have been taken away.
 */
static __always_inline bool fail_ours(struct atr_pending *p, __u32 tid)
{
	struct atr_pending *slot = pending__slot(tid);

	return p || (cfg_has_task_regs && slot && slot->task > SLOT_FREE);
}

static __always_inline int fail(struct syscall_trace_exit *ctx, bool at)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tid = bpf_get_current_pid_tgid();
	struct atr_pending *p = pending__find(tid, (__u64)task);
	struct atr_scratch *s;

	if (!fail_ours(p, tid))
		return 0;
	s = scratch__get(ATR_KIND_EXECFAIL);
	if (s) {
		if (fail_fill(s, ctx, task, p, at))
			loss__count(ATR_KIND_EXECFAIL, ATR_CAUSE_RING_FULL);
		scratch__put(s);
	}
	pending__free(p);
	return 0;
}

SEC("?tp/syscalls/sys_exit_execve")
int atr_fail(struct syscall_trace_exit *ctx)
{
	return ctx->ret < 0 ? fail(ctx, false) : 0;
}

/* One that succeeds with its entry still pending has not exec'd: AT_EXECVE_CHECK (6.14). */
SEC("?tp/syscalls/sys_exit_execveat")
int atr_failat(struct syscall_trace_exit *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid();

	return ctx->ret < 0 || pending__find(tid, bpf_get_current_task()) ? fail(ctx, true) : 0;
}
