// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * execve() and execveat(), in the order in which the kernel comes by (fs/exec.c):
 *
 *   sys_enter_execve(at)    the call as it was made, and its time. Not for 32-bit tasks: perf's
 *                           system-call tracepoints leave them out.
 *   do_execveat_common()    copies name and arguments, opens the file; each script's interpreter
 *                           is opened in turn, and the script let go of.
 *   sched_prepare_exec      in begin_new_exec(), before the point of no return: the registers and
 *                           the credentials are still the old ones, the new ones are computed.
 *                           Since 6.10 (5c5fad46e48c).
 *   sched_process_exec      at the end of exec_binprm(), right behind audit_bprm(): it has worked;
 *                           the arguments lie in the new mm, copied by the kernel, so nobody can
 *                           have changed them and no page is missing.
 *   sys_exit_execve(at)     of a call that failed: its registers still hold the arguments.
 *
 * The system-call tracepoints cost every system call of the machine some 40 ns, so they are attached
 * for failed execs only, or where the kernel lacks sched_prepare_exec.
 *
 * A script is let go of by fput(), which queues the file on current->task_works until the way out
 * to user space. So the files of the scripts, and all those that a failed call had opened, can
 * still be read there, exactly and without looking a path up.
 */
#include "bpf/exec.bpf.h"
#include <bpf/bpf_tracing.h>

/* Told by user space before the load: without sched_prepare_exec the entry takes credentials too. */
const volatile bool cfg_has_prepare;
/* atr_ld runs, and leaves what it found with the pending call. */
const volatile bool cfg_has_ld;

static const struct atr_opened opened_none;

/*
 * By thread id: pids are given out in a row, so that two calls meet in one slot only if one takes as
 * long as it takes to start so many tasks. The one that came first then finds that its slot has
 * another owner, and says in its event what it does not know. An array needs no lock, no memory at
 * the time and no clearing up after tasks that are killed in between; a hash costs four times this.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ATR_PENDINGS);
	__type(key, __u32);
	__type(value, struct atr_pending);
} atr_pendings SEC(".maps");

/*
 * The scripts of a call that sched_prepare_exec has seen, by address of the task; only for those that
 * have any. What killed tasks leave makes room in time.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct atr_opened);
} atr_scripts SEC(".maps");

__u64 atr_common_root, atr_common_root_mnt;

extern const void ____fput __ksym __weak;

__hidden __u64 fput_address(void)
{
	return (__u64)&____fput;
}

__hidden struct atr_pending *pending__slot(__u32 tid)
{
	__u32 slot = tid % ATR_PENDINGS;

	return bpf_map_lookup_elem(&atr_pendings, &slot);
}

__hidden struct atr_opened *scripts__find(__u64 task)
{
	return bpf_map_lookup_elem(&atr_scripts, &task);
}

/*
 * A call without an entry in a slot that was never used had begun before this program was attached: it
 * is not its to report. In a slot that was used it may have lost it to another. Only where every call
 * has an entry: the system-call tracepoints leave 32-bit tasks out.
 */
static __always_inline bool began_before(__u32 tid)
{
	struct atr_pending *p = pending__slot(tid);

	return cfg_has_prepare && p && !p->task;
}

/* Takes the slot, from whoever has it; the owner is written last, so that no half of it is read. */
static __always_inline struct atr_pending *pending__new(__u32 tid, struct task_struct *task)
{
	struct atr_pending *p = pending__slot(tid);
	__u64 key = (__u64)task, owner;

	if (!p)
		return NULL;
	owner = p->task;
	__builtin_memset(p, 0, sizeof(*p));
	p->contested = owner > SLOT_CONTESTED && owner != key;
	p->tid = tid;
	p->mm = (__u64)BPF_CORE_READ(task, mm);
	p->time = bpf_ktime_get_boot_ns();
	p->tai = tai_now();
	barrier();
	*(volatile __u64 *)&p->task = key;
	return p;
}

/* --- the entry ----------------------------------------------------------------------------- */

static __always_inline int enter(struct syscall_trace_enter *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct atr_pending *p = pending__new(bpf_get_current_pid_tgid(), task);
	const struct cred *cred;

	if (!p)
		return 0;
	p->arch = ATR_ARCH_NATIVE;
	p->nr = ctx->nr;
	/* What comes later can tell the rest, from the same registers. */
	if (cfg_has_prepare && cfg_has_task_regs)
		return 0;
	/* Not from the context: that holds what the call takes, and audit writes a3 of execve() too. */
	current_args(task, p->args);
	cred = BPF_CORE_READ(task, cred);
	p->old_uid = BPF_CORE_READ(cred, uid.val);
	p->old_euid = BPF_CORE_READ(cred, euid.val);
	if (caps_read(&p->old_caps, cred))
		p->flags |= ATR_F_FAULT;
	p->flags |= ATR_F_NO_FILES;
	return 0;
}

SEC("?tp/syscalls/sys_enter_execve")
int atr_enter(struct syscall_trace_enter *ctx)
{
	return enter(ctx);
}

SEC("?tp/syscalls/sys_enter_execveat")
int atr_enterat(struct syscall_trace_enter *ctx)
{
	return enter(ctx);
}

/* A script, or what binfmt_misc has an interpreter for: that keeps the file open, perhaps. */
static __always_inline bool scripts_take(__u64 key, struct task_struct *task,
					 struct linux_binprm *bprm)
{
	struct atr_opened *opened;

	if (bpf_map_update_elem(&atr_scripts, &key, &opened_none, BPF_ANY))
		return false;
	opened = bpf_map_lookup_elem(&atr_scripts, &key);
	if (!opened)
		return false;
	if (fput_address())
		works_read(task, opened);
	if (!opened->n && bprm->executable) {
		file_read(&opened->files[0], bprm->executable, true);
		opened->link[0] = (__u64)bprm->executable;
		opened->n = 1;
	}
	return opened->n;
}

/*
 * A thread that is not the leader takes its place, and its thread id, behind the point of no return. If
 * it fails there, this is where it is looked for.
 */
static __always_inline void pending__leader(const struct atr_pending *p, __u32 tgid)
{
	struct atr_pending *leader = pending__slot(tgid);

	if (!leader)
		return;
	__builtin_memcpy(leader, p, sizeof(*leader));
	leader->tid = tgid;
}

/* mnt_may_suid(), but for file systems that were mounted in another user namespace. */
static __always_inline bool may_suid(struct task_struct *task, struct vfsmount *vfsmnt)
{
	struct mount *mnt = (void *)vfsmnt - bpf_core_field_offset(struct mount, mnt);

	return !(vfsmnt->mnt_flags & MNT_NOSUID) &&
	       BPF_CORE_READ(mnt, mnt_ns) == task->nsproxy->mnt_ns;
}

/*
 * Fills in what the entry could not know, and everything where it was not seen (32-bit tasks,
 * --no-failed). Registers are the truth of this moment, in any case.
 */
SEC("?tp_btf/sched_prepare_exec")
int BPF_PROG(atr_prepare, struct task_struct *task, struct linux_binprm *bprm)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	const struct cred *old = task->cred, *new = bprm->cred;
	__u64 key = (__u64)task;
	__u32 arch = regs_arch(task, true), nr = regs_nr(regs, true);
	struct atr_pending *p = pending__find(task->pid, key);

	/* Without its entry, or with one that is not of this call: nobody took it away. */
	if (!p || p->prepared || p->arch != arch || p->nr != nr) {
		p = pending__new(task->pid, task);
		if (!p)
			return 0;
		p->flags = ATR_F_LATE_TIME;
	}
	p->prepared = 1;
	p->arch = arch;
	p->nr = nr;
	regs_args(regs, arch, p->args, true);
	p->old_uid = old->uid.val;
	p->old_euid = old->euid.val;
	p->new_uid = new->uid.val;
	p->new_euid = new->euid.val;
	if (caps_read(&p->old_caps, old) || caps_read(&p->new_caps, new))
		p->flags |= ATR_F_FAULT;
	file_read(&p->main, bprm->file, true);
	if (!may_suid(task, bprm->file->f_path.mnt))
		p->main.flags |= ATR_FILE_NOSUID;
	p->scripts = bprm->interp != bprm->filename;
	if (p->scripts && !scripts_take(key, task, bprm))
		p->flags |= ATR_F_NO_FILES;
	if (task->pid != task->tgid)
		pending__leader(p, task->tgid);
	return 0;
}

/* --- the ELF interpreter ------------------------------------------------------------------- */

static long ld_found(struct task_struct *task, struct vm_area_struct *vma, struct atr_file *ret)
{
	struct file *file = vma->vm_file;

	if (file)
		mapped_file_read(ret, file);
	return 0;
}

/* Where it was loaded, as the auxiliary vector tells the new program; 0: nowhere. */
static __always_inline __u64 at_base(struct task_struct *task, const char *elf)
{
	/* AT_BASE comes tenth or so in create_elf_tables() of each architecture. */
	union {
		__u64 native[32];
		__u32 compat[64];
	} auxv;
	int i;

	if (bpf_core_read(&auxv, sizeof(auxv), &task->mm->saved_auxv))
		return 0;
	for (i = 0; i < 32; i += 2) {
		if (elf[EI_CLASS] == ELFCLASS32) {
			if (auxv.compat[i] == AT_BASE)
				return auxv.compat[i + 1];
		} else if (auxv.native[i] == AT_BASE) {
			return auxv.native[i + 1];
		}
	}
	return 0;
}

/*
 * Does the head of the file name an interpreter? For those whose AT_BASE is 0 because they are loaded
 * where they say. PT_INTERP comes before all that is loaded, and the first program headers are in the
 * bytes that the kernel has read.
 */
static __always_inline bool has_interp(struct linux_binprm *bprm)
{
	const int is_32 = bprm->buf[EI_CLASS] == ELFCLASS32;
	__u32 type;
	int i, off;

	for (i = 0; i < 6; i++) {
		off = is_32 ? 52 + 32 * i : 64 + 56 * i;
		if (off > (int)sizeof(bprm->buf) - 4 ||
		    bpf_core_read(&type, sizeof(type), &bprm->buf[off]))
			return false;
		if (type == PT_INTERP)
			return true;
	}
	return false;
}

/*
 * The file that is mapped where the ELF interpreter was loaded. A program of its own, to be left out
 * where there is no bpf_find_vma() (before 5.17): a kernel without callbacks refuses the program,
 * not only the call. It runs before atr_exec because it is attached before.
 */
SEC("?tp_btf/sched_process_exec")
int BPF_PROG(atr_ld, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct atr_pending *p = pending__find(old_pid, (__u64)task);
	struct atr_file ld = {};
	__u64 base;

	if (!p)
		return 0;
	base = at_base(task, bprm->buf);
	p->at_base = base;
	if (base && !bpf_find_vma(task, base, ld_found, &ld, 0))
		p->ld = ld;
	return 0;
}

/* --- success ------------------------------------------------------------------------------- */

/* Arguments too long for the event, as chunks before it. Negative: one found no room. */
static __always_inline int argv_send(struct atr_scratch *s, __u64 from, __u32 total)
{
	int i;

	s->argv.from = from;
	s->argv.off = 0;
	s->argv.total = total;
	s->argv.missing = 0;
	/* bprm_stack_limits() allows three quarters of _STK_LIM: 6 MiB. */
	for (i = 0; i < (6 << 20) / ATR_CHUNK_MAX + 2; i++) {
		switch (chunk_send(s->slot)) {
		case 0:
			return 0;
		case 1:
			continue;
		default:
			return -1;
		}
	}
	return -1;
}

/* The name as it was passed: alloc_bprm() puts "/dev/fd/N/" before one relative to a descriptor. */
static __always_inline const char *bprm_name(struct linux_binprm *bprm, __u32 *flags)
{
	const char *fdpath = bprm->fdpath;
	char head[24] = {};
	int i;

	if (!fdpath)
		return bprm->filename;
	*flags |= ATR_F_DIRFD;
	if (bpf_probe_read_kernel_str(head, sizeof(head), fdpath) < 0)
		return bprm->filename;
	for (i = sizeof("/dev/fd/") - 1; i < (int)sizeof(head); i++) {
		if (head[i] == '/')
			return fdpath + i + 1;
		if (!head[i])
			break;
	}
	return fdpath + i;
}

static __always_inline int exec_fill(struct atr_scratch *s, struct atr_pending *p, __u32 flags,
				     struct task_struct *task, struct linux_binprm *bprm)
{
	const struct atr_opened *scripts = NULL;
	struct atr_exec *ev = &s->ev;
	const char *name = bprm_name(bprm, &flags);
	__u64 key = (__u64)task;
	__u32 n;

	if (!ev_begin(ev, p, (__u64)task, flags)) {
		p = NULL;
		ev_begin(ev, p, 0, flags);
	}
	ev->argc = bprm->argc;
	ev->argv_len = task->mm->arg_end - task->mm->arg_start;
	ev->has_ld = (cfg_has_ld && p ? p->at_base : at_base(task, bprm->buf)) || has_interp(bprm);
	str_append(s, &ev->name, ATR_NAME_READ, name, false);
	if (bprm->interp != bprm->filename)
		str_append(s, &ev->interp, ATR_NAME_READ, bprm->interp, false);
	else
		ev->interp.flags = ATR_S_NULL;
	ev->title.flags = ATR_S_NULL;
	ev_cwd(s, task, true);
	if (p && p->scripts)
		scripts = scripts__find((__u64)task);
	ev_opened(s, scripts);
	n = ev->nfiles & (ATR_FILES_MAX - 1);
	if (p && p->prepared)
		ev->files[n] = p->main;
	else
		file_read(&ev->files[n], bprm->file, true);
	ev->nfiles = n + 1;
	walk_append(s, &ev->exe, bprm->file->f_path.mnt, bprm->file->f_path.dentry);
	ev_task(s, task, true);
	if (ev->hdr.flags & ATR_F_CHUNKED) {
		ev->argv.flags = ATR_S_NULL;
	} else if (!ev->argc) {
		/* Before 5.18: audit prints what lies there, the first string of the environment. */
		str_append(s, &ev->argv, ATR_ARGV_INLINE, (void *)task->mm->env_start, true);
	} else {
		bytes_append(s, &ev->argv, ATR_ARGV_INLINE, (void *)task->mm->arg_start,
			     ev->argv_len);
		if (ev->argv.flags & ATR_S_FAULT)
			ev->hdr.flags |= ATR_F_NO_ARGV;
	}
	if (scripts)
		bpf_map_delete_elem(&atr_scripts, &key);
	ev_root(s);
	return scratch__send(s, ATR_KIND_EXEC);
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(atr_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct atr_pending *p = pending__find(old_pid, (__u64)task);
	__u64 from = task->mm->arg_start;
	__u32 total = task->mm->arg_end - from;
	struct atr_scratch *s;
	__u32 flags = 0;
	int err = 0;

	if (!p && began_before(old_pid))
		return 0;
	s = scratch__get(ATR_KIND_EXEC);
	if (s) {
		if (total > ATR_ARGV_INLINE) {
			err = argv_send(s, from, total);
			flags = ATR_F_CHUNKED | (s->argv.missing ? ATR_F_NO_ARGV : 0);
		}
		if (err || exec_fill(s, p, flags, task, bprm))
			loss__count(ATR_KIND_EXEC, ATR_CAUSE_RING_FULL);
		scratch__put(s);
	}
	pending__free(p);
	if (old_pid != task->pid)
		pending__free(pending__find(task->pid, (__u64)task));
	return 0;
}
