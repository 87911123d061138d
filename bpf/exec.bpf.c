// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * execve() and execveat(), in the order in which the kernel comes by (fs/exec.c):
 *
 *   the system call         as it was made, and its time: call.bpf.c.
 *   do_open_execat()        opens the file; each script's interpreter is opened in turn, and the script
 *                           let go of; then the interpreter that an ELF file names: open.bpf.c.
 *   begin_new_exec()        computes the new credentials (security_bprm_creds_from_file()) and passes
 *                           the point of no return: the registers and the credentials are still the old
 *                           ones. Since 6.10 (5c5fad46e48c) sched_prepare_exec is there.
 *   sched_process_exec      at the end of exec_binprm(), right behind audit_bprm(): it has worked;
 *                           the arguments lie in the new mm, copied by the kernel, so nobody can
 *                           have changed them and no page is missing.
 *   its return              of a call that failed: execfail.bpf.c.
 *
 * A script is let go of by fput(), which queues the file on current->task_works until the way out
 * to user space. So where opens cannot be hooked the files of the scripts, and all those that a failed
 * call had opened, can still be read there, exactly and without looking a path up.
 */
#include "bpf/calls.h"
#include "bpf/exec.bpf.h"
#include "bpf/rules.bpf.h"
#include <bpf/bpf_tracing.h>

const volatile bool cfg_has_calls;
const volatile bool cfg_has_entries;
const volatile bool cfg_has_prepare;
const volatile bool cfg_has_opens;
const volatile bool cfg_has_denied;
const volatile __u32 cfg_tick;

__u64 atr_common_root, atr_common_root_mnt;

/* --- the point of no return ------------------------------------------------------------------ */

/* Which of the files runs? It is the last but for an ELF interpreter. */
static __always_inline bool running_find(struct atr_pending *p, __u64 file)
{
	__u32 i;

	for (i = 0; i < ATR_FILES_MAX; i++) {
		if (i >= p->opened.n)
			break;
		if (p->opened.link[i] == file) {
			p->running = i;
			return true;
		}
	}
	return false;
}

/*
 * Behind the point of no return an ELF interpreter has been let go of, too. Its mapping still holds it,
 * unless it is of an overlayfs, which maps the file below: then it is the last on the list.
 */
static __always_inline void drop_ld(struct atr_opened *opened)
{
	__u32 last = (opened->n - 1) & (ATR_FILES_MAX - 1);
	struct file *file;

	if (opened->n < 2)
		return;
	file = (struct file *)opened->link[last];
	if (BPF_CORE_READ(file, f_inode, i_sb, s_magic) == OVERLAYFS_SUPER_MAGIC)
		opened->n = last;
}

/*
 * Without hooks on the opens: the scripts, and behind them the file that runs. What binfmt_misc has an
 * interpreter for is kept open, perhaps. False: what runs is known, the scripts are not.
 */
static __always_inline bool files_take(struct atr_opened *opened, __u32 slot, __u32 tid,
				       struct linux_binprm *bprm, bool has_ld, bool typed)
{
	struct file *executable = RD(typed, bprm, executable), *file = RD(typed, bprm, file);
	bool known = true;
	__u32 n;

	opened->n = 0;
	if (RD(typed, bprm, interp) != RD(typed, bprm, filename)) {
		known = !works_read(slot, tid);
		if (known && has_ld)
			drop_ld(opened);
		if (known && !opened->n && executable) {
			file_read(&opened->files[0], executable, typed);
			opened->link[0] = (__u64)executable;
			opened->n = 1;
		}
		known = known && opened->n && opened->n < ATR_FILES_MAX;
		if (!known)
			opened->n = 0;
	}
	n = opened->n;
	/* Else the compiler leaves the bound out, which 6.1 has not seen proved. */
	barrier_var(n);
	n &= ATR_FILES_MAX - 1;
	opened->link[n] = (__u64)file;
	file_read(&opened->files[n], file, typed);
	opened->n = n + 1;
	return known;
}

/*
 * A thread that is not the leader takes its place, and its thread id, behind the point of no return: this
 * is where it is looked for if it fails there.
 */
static __always_inline void pending__leader(__u32 tid, __u32 tgid, struct task_struct *task)
{
	struct atr_pending *leader;

	entry__new(tgid, task, ENTRY_PENDING);
	leader = pending__new(tgid, task, NULL);
	if (leader)
		leader->leader_of = tid;
}

/* mnt_may_suid(), but for file systems that were mounted in another user namespace. */
static __always_inline bool may_suid(struct task_struct *task, struct file *file, bool typed)
{
	struct vfsmount *vfsmnt = RD(typed, file, f_path.mnt);
	struct mount *mnt = (void *)vfsmnt - bpf_core_field_offset(struct mount, mnt);

	return !(RD(typed, vfsmnt, mnt_flags) & MNT_NOSUID) &&
	       BPF_CORE_READ(mnt, mnt_ns) == BPF_CORE_READ(task, nsproxy, mnt_ns);
}

/*
 * Fills in what the entry could not know. From here on the call can only succeed, or kill the task.
 */
static __always_inline int prepare(struct atr_pending *p, struct task_struct *task,
				   struct linux_binprm *bprm, bool typed)
{
	const struct cred *old = RD(typed, task, cred), *new = RD(typed, bprm, cred);
	struct file *file = RD(typed, bprm, file);
	__u32 tid = RD(typed, task, pid), tgid = RD(typed, task, tgid);
	bool known;

	p->prepared = 1;
	p->old_uid = RD(typed, old, uid.val);
	p->old_euid = RD(typed, old, euid.val);
	p->new_uid = RD(typed, new, uid.val);
	p->new_euid = RD(typed, new, euid.val);
	if (caps_read(&p->old_caps, old) || caps_read(&p->new_caps, new))
		p->flags |= ATR_F_FAULT;
	if (cfg_has_opens)
		known = running_find(p, (__u64)file);
	else
		known = files_take(&p->opened, ATR_SLOTS, p->tid, bprm, false, typed);
	if (!known)
		p->flags |= ATR_F_NO_FILES;
	if (!cfg_has_opens)
		p->running = (p->opened.n - 1) & (ATR_FILES_MAX - 1);
	if (known && !may_suid(task, file, typed))
		p->opened.files[p->running & (ATR_FILES_MAX - 1)].flags |= ATR_FILE_NOSUID;
	if (tid != tgid)
		pending__leader(tid, tgid, task);
	return 0;
}

/* Nobody else's: what another call has in this slot by now is to be told of, perhaps. */
static __always_inline void refuse_entry(struct atr_entry *e, struct task_struct *task,
					 const struct pt_regs *regs, __u32 arch, __u32 nr)
{
	__u64 args[6];

	if (!e || *(volatile __u64 *)&e->task != (__u64)task)
		return;
	regs_args(regs, arch, args, true);
	__builtin_memcpy(e->args, args, sizeof(e->args));
	e->at_flags = args[4];
	e->arch = arch;
	e->nr = nr;
	e->state = ENTRY_REFUSED_UNLESS;
}

/* No rule wants the call that the task is in if it succeeds: it does not get a slot of its own. */
static __always_inline void refuse(struct atr_entry *e, struct task_struct *task,
				   const struct pt_regs *regs, __u32 arch, __u32 nr)
{
	struct atr_entry *leader;

	if (!e)
		e = entry__new(task->pid, task, ENTRY_CALL);
	refuse_entry(e, task, regs, arch, nr);
	if (task->pid == task->tgid)
		return;
	/* See pending__leader(). */
	leader = entry__new(task->tgid, task, ENTRY_CALL);
	if (leader && e)
		leader->jiffies = e->jiffies;
	refuse_entry(leader, task, regs, arch, nr);
}

/*
 * The call that the task is in, by its registers: they are the truth of this moment also where its entry was
 * not seen (32-bit tasks, --no-failed). NULL if it is none of ours, or if no rule wants it.
 */
static __always_inline struct atr_pending *call_now(struct task_struct *task,
						    struct linux_binprm *bprm)
{
	struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
	struct atr_entry *e = entry__find(task->pid, (__u64)task);
	__u32 arch = regs_arch(task, true), nr = regs_nr(regs, true);
	struct atr_pending *p;

	/* The kernel itself runs a program (modprobe, what takes a core dump): not a system call. */
	if (!is_execve(arch, nr) && !is_execveat(arch, nr))
		return NULL;
	/* One that is not of this call: nobody took it away. */
	if (e && (arch != ATR_ARCH_NATIVE || e->nr != nr || e->state > ENTRY_REFUSED))
		e = NULL;
	if (e && e->state == ENTRY_REFUSED)
		return NULL;
	if (rules_refuse_late(task, bprm, arch, nr)) {
		refuse(e, task, regs, arch, nr);
		return NULL;
	}
	p = pending__from(e, task->pid, task);
	if (!p)
		return NULL;
	p->arch = arch;
	p->nr = nr;
	regs_args(regs, arch, p->args, true);
	return p;
}

SEC("?tp_btf/sched_prepare_exec")
int BPF_PROG(atr_prepare, struct task_struct *task, struct linux_binprm *bprm)
{
	struct atr_pending *p = cfg_has_entries ? call_now(task, bprm) :
						  pending__find(task->pid, (__u64)task);

	return p ? prepare(p, task, bprm, true) : 0;
}

SEC("?fexit/" ATR_FUNC_CREDS)
int BPF_PROG(atr_creds, struct linux_binprm *bprm, struct file *file, int ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct atr_pending *p = pending__find(bpf_get_current_pid_tgid(), (__u64)task);

	return p && !ret ? prepare(p, task, bprm, false) : 0;
}

/* The return has no arguments: the entry keeps the one that counts. */
SEC("?kprobe/" ATR_FUNC_CREDS)
int BPF_KPROBE(atr_kcreds, struct linux_binprm *bprm)
{
	struct atr_pending *p = pending__find(bpf_get_current_pid_tgid(), bpf_get_current_task());

	if (p)
		p->bprm = (__u64)bprm;
	return 0;
}

SEC("?kretprobe/" ATR_FUNC_CREDS)
int BPF_KRETPROBE(atr_kcredsed, int ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct atr_pending *p = pending__find(bpf_get_current_pid_tgid(), (__u64)task);

	return p && p->bprm && !ret ? prepare(p, task, (struct linux_binprm *)p->bprm, false) : 0;
}

/* --- the ELF interpreter ------------------------------------------------------------------- */

/* A callback can be handed nothing but what lies on the stack. */
static long ld_found(struct task_struct *task, struct vm_area_struct *vma, __u32 *slot)
{
	struct atr_scratch *s = scratch__slot(*slot);
	struct file *file = vma->vm_file;

	if (s && file)
		mapped_file_read(&s->ev.ld, file);
	return 0;
}

/* AT_BASE comes tenth or so in create_elf_tables() of each architecture. */
union auxv {
	__u64 native[32];
	__u32 compat[64];
};

/* Where it was loaded, as the auxiliary vector tells the new program; 0: nowhere. */
static __always_inline __u64 at_base(struct task_struct *task, const char *elf, union auxv *auxv)
{
	int i;

	if (bpf_core_read(auxv, sizeof(*auxv), &task->mm->saved_auxv))
		return 0;
	for (i = 0; i < 32; i += 2) {
		if (elf[EI_CLASS] == ELFCLASS32) {
			if (auxv->compat[i] == AT_BASE)
				return auxv->compat[i + 1];
		} else if (auxv->native[i] == AT_BASE) {
			return auxv->native[i + 1];
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
 * Was an ELF interpreter loaded? If find, which file is mapped there; if it cannot be told (somebody holds the lock
 * of the maps), it is looked up. The end of the scratch memory serves, for the stack is full.
 */
static __always_inline void exec_ld(struct atr_scratch *s, struct task_struct *task,
				    struct linux_binprm *bprm, bool find)
{
	void *auxv = &s->data[ATR_DATA_MAX - sizeof(union auxv)];
	__u64 base = at_base(task, bprm->buf, auxv);
	__u32 slot = s->slot;

	s->ev.has_ld = base || has_interp(bprm);
	if (find && base)
		bpf_find_vma(task, base, ld_found, &slot, 0);
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

static __always_inline void exec_names(struct atr_scratch *s, struct atr_pending *p,
				       struct linux_binprm *bprm)
{
	struct atr_exec *ev = &s->ev;
	const char *name = bprm_name(bprm, &ev->hdr.flags);

	ev->interp.flags = ATR_S_NULL;
	if (p && p->has_names) {
		names_append(s->slot, p->tid);
		return;
	}
	str_append(s, &ev->name, ATR_NAME_READ, name, false);
	if (bprm->interp != bprm->filename)
		str_append(s, &ev->interp, ATR_NAME_READ, bprm->interp, false);
}

/* What the pending call knows, or as much as can be known without it. */
static __always_inline void exec_call(struct atr_scratch *s, struct atr_pending *p, __u32 flags,
				      struct task_struct *task, struct linux_binprm *bprm,
				      bool find_ld)
{
	struct atr_exec *ev = &s->ev;
	__u64 script = 0;

	ev_begin(s, p, flags);
	ev_cwd(s, task, true);
	exec_names(s, p, bprm);
	/* Else it is one of the files that were opened. */
	if (!p || !p->has_names)
		exec_ld(s, task, bprm, find_ld);
	if (p && p->prepared) {
		script = p->opened.link[0];
	} else if (p && p->has_names) {
		if (!running_find(p, (__u64)bprm->file))
			ev->hdr.flags |= ATR_F_NO_FILES;
		ev->running = p->running;
		script = p->opened.link[0];
	} else {
		if (!files_take(&s->opened, s->slot, 0, bprm, ev->has_ld, true))
			ev->hdr.flags |= ATR_F_NO_FILES;
		ev_opened(s, &s->opened, s->opened.n - 1);
		script = s->opened.link[0];
	}
	ev->script.flags = ATR_S_NULL;
	if (ev->running)
		walk_file(s, &ev->script, (struct file *)script);
}

static __always_inline int exec_fill(struct atr_scratch *s, struct atr_pending *p, __u32 flags,
				     struct task_struct *task, struct linux_binprm *bprm,
				     bool find_ld)
{
	struct atr_exec *ev = &s->ev;
	int i;

	/* Once more without the pending call, if somebody took that away meanwhile. */
#pragma clang loop unroll(disable)
	for (i = 0; i < 2; i++) {
		exec_call(s, p, flags, task, bprm, find_ld);
		if (!p || ev_still_ours(p, task))
			break;
		p = NULL;
	}
	ev->argc = bprm->argc;
	ev->argv_len = task->mm->arg_end - task->mm->arg_start;
	ev->title.flags = ATR_S_NULL;
	walk_append(s, &ev->task.exe, bprm->file->f_path.mnt, bprm->file->f_path.dentry);
	ev_task(s, &ev->hdr, &ev->task, task, true);
	if (atr_rules_needs & ATR_NEEDS_GROUPS)
		ev_groups(ev, task);
	if (ev->hdr.flags & ATR_F_CHUNKED) {
		ev->argv.flags = ATR_S_NULL;
	} else if (!ev->argc) {
		/* Before 5.18: audit prints what lies there, the first string of the environment. */
		str_append(s, &ev->argv, ATR_ARGV_INLINE, (void *)task->mm->env_start, true);
	} else {
		bytes_append(s, &ev->argv, ATR_ARGV_INLINE, (void *)task->mm->arg_start,
			     ev->argv_len);
		if (ev->argv.flags & (ATR_S_FAULT | ATR_S_CUT))
			ev->hdr.flags |= ATR_F_NO_ARGV;
	}
	ev_root(s);
	return scratch__send(s, &ev->hdr, sizeof(*ev), ATR_KIND_EXEC);
}

/*
 * An exec without a pending call. One in a slot that was never used had begun before this program was
 * attached: it is not its to report. In a slot that was used it may have lost it to another. And the
 * kernel runs programs itself (modprobe, what takes a core dump), children of its own threads: those are
 * not system calls, and kernel audit does not tell of them.
 */
static __always_inline bool exec_is_ours(struct task_struct *task, __u32 tid)
{
	struct atr_pending *slot = pending__slot(tid);
	struct atr_entry *entry = entry__slot(tid);

	if (task->real_parent->flags & PF_KTHREAD)
		return false;
	/* The system-call tracepoints leave 32-bit tasks out. */
	return (!cfg_has_calls && !cfg_has_prepare) || (slot && slot->task) ||
	       (entry && entry->task);
}

/* By its entry; counted. */
static __always_inline bool exec_refused(struct task_struct *task, __u32 tid)
{
	struct atr_entry *e = entry__find(tid, (__u64)task);

	if (!e || (e->state != ENTRY_REFUSED && e->state != ENTRY_REFUSED_UNLESS))
		return false;
	entry__refused(e, ATR_KIND_EXEC);
	if (tid != (__u32)task->pid)
		pending__free(task->pid, task);
	return true;
}

/* Before anything is read of its files and arguments. */
static __always_inline bool exec_unwanted(struct atr_scratch *s, struct atr_pending *p,
					  struct task_struct *task, struct linux_binprm *bprm)
{
	facts_exec(&s->facts, task, p ? p->arch : 0, p ? p->nr : 0, p ? p->args : s->args, 0, true);
	facts_exe(s, bprm->file);
	return rules_unwanted(s->slot);
}

static __always_inline int exec(struct atr_pending *p, struct task_struct *task, pid_t old_pid,
				struct linux_binprm *bprm, bool find_ld)
{
	__u64 from = task->mm->arg_start;
	__u32 total = task->mm->arg_end - from;
	struct atr_scratch *s;
	__u32 flags = 0;
	int err = 0;

	s = scratch__get(ATR_KIND_EXEC);
	if (s && s->generation && exec_unwanted(s, p, task, bprm)) {
		scratch__filtered(ATR_KIND_EXEC);
		scratch__put(s);
	} else if (s) {
		if (total > ATR_ARGV_INLINE) {
			err = argv_send(s, from, total);
			flags = ATR_F_CHUNKED | (s->argv.missing ? ATR_F_NO_ARGV : 0);
		}
		if (err || exec_fill(s, p, flags, task, bprm, find_ld))
			loss__count(ATR_KIND_EXEC, ATR_CAUSE_RING_FULL);
		scratch__put(s);
	}
	pending__free(old_pid, task);
	if (old_pid != task->pid)
		pending__free(task->pid, task);
	return 0;
}

static __always_inline int executed(struct task_struct *task, pid_t old_pid,
				    struct linux_binprm *bprm, bool find_ld)
{
	struct atr_pending *p;

	if (exec_refused(task, old_pid))
		return 0;
	p = pending__find(old_pid, (__u64)task);
	return p || exec_is_ours(task, old_pid) ? exec(p, task, old_pid, bprm, find_ld) : 0;
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(atr_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	return executed(task, old_pid, bprm, false);
}

/* Another one where there is bpf_find_vma() (5.17): kernels without callbacks refuse all the program, not the call. */
SEC("?tp_btf/sched_process_exec")
int BPF_PROG(atr_exec_ld, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	return executed(task, old_pid, bprm, true);
}

/*
 * Where programs can be preempted, the kernel leaves one out for all that come by on that cpu until it
 * goes on: it does not run within itself. This is the same program once more, so that two have to be
 * interrupted on one cpu at a time for an exec to be missed. A call that is still pending here was left
 * out there; its ELF interpreter is looked up.
 */
SEC("?tp_btf/sched_process_exec")
int BPF_PROG(atr_exec_again, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	struct atr_pending *p;

	if (exec_refused(task, old_pid))
		return 0;
	p = pending__find(old_pid, (__u64)task);
	return p ? exec(p, task, old_pid, bprm, false) : 0;
}
