/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What execs that work and execs that fail have in common. */
#ifndef ATR_EXEC_BPF_H
#define ATR_EXEC_BPF_H

#include "bpf/path.bpf.h"
#include "bpf/regs.bpf.h"

/* Calls that can be under way at a time; see atr_pendings. */
#define ATR_PENDINGS   8192

#define SLOT_FREE      1
#define SLOT_CONTESTED 2 /* free, but somebody lost it while his call was under way */

/* What is known of a call before it has succeeded or failed. */
struct atr_pending {
	__u64 task; /* whose it is; SLOT_*, or 0 if it never was anybody's */
	__u64 mm;   /* of the task at the entry */
	__u64 time;
	__u64 tai;
	__u64 args[6];
	__u32 arch;
	__u32 nr;
	__u32 old_uid;
	__u32 old_euid;
	__u32 new_uid;
	__u32 new_euid;
	struct atr_caps old_caps;
	struct atr_caps new_caps;
	__u32 tid;
	__u32 flags;
	__u32 prepared; /* sched_prepare_exec has been here */
	__u32 contested;
	__u32 scripts; /* and there is an entry in atr_scripts */
	__u32 pad;
	__u64 at_base;
	struct atr_file main;
	struct atr_file ld;
};

/* The slot of a thread id, whoever's it is. */
struct atr_pending *pending__slot(__u32 tid);

/*
 * Address of the function that fput() queues, 0 where kallsyms has another name for it. (One object
 * alone may name it: the linker of BPF objects cannot merge such externs.)
 */
__u64 fput_address(void);

/* What sched_prepare_exec found of the scripts of this task's call, or NULL. */
struct atr_opened *scripts__find(__u64 task);

/* The root that most tasks have, whose own walk is empty; found once, so that others need not walk. */
extern __u64 atr_common_root, atr_common_root_mnt;

static __always_inline __u64 tai_now(void)
{
	return cfg_has_tai ? bpf_ktime_get_tai_ns() : 0;
}

static __always_inline struct atr_pending *pending__find(__u32 tid, __u64 task)
{
	struct atr_pending *p = pending__slot(tid);

	return p && p->task == task && p->tid == tid ? p : NULL;
}

static __always_inline void pending__free(struct atr_pending *p)
{
	if (p)
		p->task = p->contested ? SLOT_CONTESTED : SLOT_FREE;
}

static __always_inline struct file *work_file(struct callback_head *work)
{
	if (bpf_core_field_exists(((struct file *)0)->f_task_work))
		return (void *)work - bpf_core_field_offset(struct file, f_task_work);
	if (bpf_core_field_exists(((struct file___rcuhead *)0)->f_rcuhead))
		return (void *)work - bpf_core_field_offset(struct file___rcuhead, f_rcuhead);
	return (void *)work - bpf_core_field_offset(struct file___union, f_u);
}

/*
 * The files that wait on task_works for their last fput(), oldest first, into opened. The list is
 * newest first, and is empty when a task enters a system call, so they are all of this call; but only
 * before the point of no return, behind which files are closed on exec.
 */
static __always_inline void works_read(struct task_struct *task, struct atr_opened *opened)
{
	struct callback_head *work = BPF_CORE_READ(task, task_works);
	__u64 queued = fput_address();
	__u32 n = 0, i;

	for (i = 0; i < 2 * ATR_FILES_MAX && work; i++) {
		/* Up to 6.1 a file that could not be opened is queued as well: it has no inode. */
		if ((__u64)BPF_CORE_READ(work, func) == queued &&
		    BPF_CORE_READ(work_file(work), f_inode)) {
			if (n == ATR_FILES_MAX)
				break;
			opened->link[n & (ATR_FILES_MAX - 1)] = (__u64)work_file(work);
			n++;
		}
		work = BPF_CORE_READ(work, next);
	}
	for (i = 0; i < ATR_FILES_MAX; i++) {
		if (i >= n)
			break;
		file_read(&opened->files[i],
			  (struct file *)opened->link[(n - 1 - i) & (ATR_FILES_MAX - 1)], false);
	}
	opened->n = n;
}

/* The first file, which was asked for by name. */
static __always_inline struct file *opened_first(const struct atr_opened *opened)
{
	return (struct file *)opened->link[(opened->n - 1) & (ATR_FILES_MAX - 1)];
}

/*
 * What a pending call knows goes into the event; without one the event says that it does not. False if
 * another call took the slot while it was copied.
 */
static __always_inline bool ev_begin(struct atr_exec *ev, const struct atr_pending *p, __u64 task,
				     __u32 flags)
{
	/* The whole fixed part leaves the kernel: nothing of an earlier event may be in it. */
	__builtin_memset(ev, 0, sizeof(*ev));
	ev->hdr.flags = flags;
	ev->dir.flags = ATR_S_NULL;
	if (!p) {
		ev->hdr.time = bpf_ktime_get_boot_ns();
		ev->hdr.tai = tai_now();
		ev->hdr.flags |= ATR_F_NO_ENTRY | ATR_F_LATE_TIME | ATR_F_NO_FILES;
		return true;
	}
	ev->hdr.time = p->time;
	ev->hdr.tai = p->tai;
	ev->hdr.flags |= p->flags;
	__builtin_memcpy(ev->args, p->args, sizeof(ev->args));
	ev->arch = p->arch;
	ev->nr = p->nr;
	ev->old_uid = p->old_uid;
	ev->old_euid = p->old_euid;
	ev->new_uid = p->new_uid;
	ev->new_euid = p->new_euid;
	ev->old_caps = p->old_caps;
	ev->new_caps = p->new_caps;
	ev->ld = p->ld;
	return *(volatile __u64 *)&p->task == task;
}

/* What is read of the task at the end of either outcome. */
static __always_inline void ev_task(struct atr_scratch *s, struct task_struct *task, bool typed)
{
	struct atr_exec *ev = &s->ev;
	struct signal_struct *signal = RD(typed, task, signal);
	struct tty_struct *tty = RD(typed, signal, tty);

	task_ids(&ev->task, task, typed);
	if (task_cred(&ev->task, task, typed) ||
	    bpf_core_read(ev->task.comm, sizeof(ev->task.comm), &task->comm))
		ev->hdr.flags |= ATR_F_FAULT;
	ev->task.mntns = task_mntns(task, typed);
	if (tty)
		str_append(s, &ev->tty, ATR_TTY_MAX, __builtin_preserve_access_index(&tty->name),
			   false);
	else
		ev->tty.flags = ATR_S_NULL;
}

static __always_inline void walk_file(struct atr_scratch *s, struct atr_str *str, struct file *file)
{
	walk_append(s, str, BPF_CORE_READ(file, f_path.mnt), BPF_CORE_READ(file, f_path.dentry));
}

/* Files that were opened before the one that runs, or failed to: the scripts. */
static __always_inline void ev_opened(struct atr_scratch *s, const struct atr_opened *opened)
{
	struct atr_exec *ev = &s->ev;

	if (!opened || !opened->n) {
		ev->script.flags = ATR_S_NULL;
		return;
	}
	ev->nfiles = opened->n;
	__builtin_memcpy(ev->files, opened->files, sizeof(ev->files));
	walk_file(s, &ev->script, opened_first(opened));
}

/* Where the task is; relative to what all its paths are told, and where that is. */
static __always_inline void ev_cwd(struct atr_scratch *s, struct task_struct *task, bool typed)
{
	struct fs_struct *fs = RD(typed, task, fs);
	struct dentry *root = RD(typed, fs, root.dentry);
	struct vfsmount *root_mnt = RD(typed, fs, root.mnt);

	s->ev.task.root_ino = BPF_CORE_READ(root, d_inode, i_ino);
	s->ev.task.root_dev = BPF_CORE_READ(root, d_inode, i_sb, s_dev);
	s->walk.root = (__u64)root;
	s->walk.root_mnt = (__u64)root_mnt;
	walk_append(s, &s->ev.cwd, RD(typed, fs, pwd.mnt), RD(typed, fs, pwd.dentry));
}

/* Last of all strings: where there is not room for all, this is what can be done without. */
static __always_inline void ev_root(struct atr_scratch *s)
{
	__u64 root = s->walk.root, root_mnt = s->walk.root_mnt;

	if (root == atr_common_root && root_mnt == atr_common_root_mnt) {
		s->ev.root.flags = ATR_S_NULL;
		return;
	}
	s->walk.root = 0;
	s->walk.root_mnt = 0;
	walk_append(s, &s->ev.root, (void *)root_mnt, (void *)root);
	if (!s->ev.root.len && !s->ev.root.flags) {
		atr_common_root = root;
		atr_common_root_mnt = root_mnt;
	}
}

#endif /* ATR_EXEC_BPF_H */
