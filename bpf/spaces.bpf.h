/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A task as its events tell of it, and where it is: the namespaces, what it is called in there, and the
 * cgroup that a container has. Most tasks are in the initial ones, and cost four reads.
 */
#ifndef ATR_SPACES_BPF_H
#define ATR_SPACES_BPF_H

#include "bpf/label.bpf.h"

/* The cgroup of a task by its names, leaf first, up to the root, as walks of paths are; see spaces.bpf.c. */
int cgroup_append(__u32 slot);

/* from_kuid() of the task's own namespace, where its map has no more than five extents. */
static __always_inline __u32 uid_inside(const struct user_namespace *ns, __u32 uid)
{
	const struct uid_gid_map *map = __builtin_preserve_access_index(&ns->uid_map);
	struct uid_gid_extent extent = {};
	__u32 n = BPF_CORE_READ(map, nr_extents);
	int i;

	if (n > 5)
		return ATR_UNSET;
	for (i = 0; i < 5 && i < (int)n; i++) {
		if (bpf_probe_read_kernel(&extent, sizeof(extent),
					  (void *)__builtin_preserve_access_index(&map->extent[0]) +
						  i * sizeof(extent)))
			break;
		if (uid - extent.lower_first < extent.count)
			return extent.first + (uid - extent.lower_first);
	}
	return ATR_UNSET;
}

/*
 * The pid namespace that the task is in, whatever it has its children be in: task_active_pid_ns(). True
 * if it is not the initial one.
 */
static __always_inline bool task_pidns(struct atr_task *t, struct task_struct *task, bool typed)
{
	struct signal_struct *signal = RD(typed, task, signal);
	struct pid *pid = BPF_CORE_READ(signal, pids[PIDTYPE_TGID]);
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid *upid;

	if (!level) {
		t->pidns = PID_NS_INIT_INO;
		t->in_pid = t->pid;
		return false;
	}
	upid = (void *)__builtin_preserve_access_index(&pid->numbers[0]) +
	       level * bpf_core_type_size(struct upid);
	t->in_pid = BPF_CORE_READ(upid, nr);
	t->pidns = BPF_CORE_READ(upid, ns, ns.inum);
	return true;
}

static __always_inline void task_spaces(struct atr_scratch *s, struct atr_task *t,
					struct task_struct *task, bool typed)
{
	const struct cred *cred = RD(typed, task, cred);
	struct user_namespace *ns = RD(typed, cred, user_ns);
	bool inside;

	t->mntns = task_mntns(task, typed);
	inside = task_pidns(t, task, typed) || t->mntns != cfg_mntns;
	t->in_uid = t->uid;
	if (RD(typed, ns, level)) {
		t->in_uid = uid_inside(ns, t->uid);
		inside = true;
	}
	t->cgroup.flags = ATR_S_NULL;
	if (!inside)
		return;
	str_begin(s, &t->cgroup);
	t->cgroup.flags = cgroup_append(s->slot);
	t->cgroup.len = s->pos - (t->cgroup.off - s->fixed);
}

/* Who it is. */
static __always_inline void ev_ids(struct atr_scratch *s, struct atr_hdr *hdr, struct atr_task *t,
				   struct task_struct *task, bool typed)
{
	struct signal_struct *signal = RD(typed, task, signal);
	struct tty_struct *tty = RD(typed, signal, tty);

	task_ids(t, task, typed);
	if (task_cred(t, task, typed) || bpf_core_read(t->comm, sizeof(t->comm), &task->comm))
		hdr->flags |= ATR_F_FAULT;
	task_spaces(s, t, task, typed);
	if (tty)
		str_append(s, &t->tty, ATR_TTY_MAX, __builtin_preserve_access_index(&tty->name),
			   false);
	else
		t->tty.flags = ATR_S_NULL;
}

/* And what security modules say of it. */
static __always_inline void ev_task(struct atr_scratch *s, struct atr_hdr *hdr, struct atr_task *t,
				    struct task_struct *task, bool typed)
{
	ev_ids(s, hdr, t, task, typed);
	ev_label(s, hdr, t, task, typed);
}

/* The current task in whole, where it is not that of an exec: with the program that it runs. */
static __always_inline void ev_current(struct atr_scratch *s, struct atr_hdr *hdr,
				       struct atr_task *t)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	s->walk.root = (__u64)BPF_CORE_READ(fs, root.dentry);
	s->walk.root_mnt = (__u64)BPF_CORE_READ(fs, root.mnt);
	walk_file(s, &t->exe, BPF_CORE_READ(task, mm, exe_file));
	ev_task(s, hdr, t, task, false);
}

#endif /* ATR_SPACES_BPF_H */
