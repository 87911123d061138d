// SPDX-License-Identifier: GPL-2.0-or-later
/* The cgroup of a task: containers are told by its name. */
#include "bpf/spaces.bpf.h"

/* Containers of pods lie some six deep. */
#define CGROUP_DEPTH 16

/* NAME_MAX and a NUL. */
#define COMPONENT_MAX 256

/* Names are under RCU, which programs hold; parent was renamed in 6.15 (633488947ef6). */
static __always_inline struct kernfs_node *kernfs_parent(struct kernfs_node *kn)
{
	if (bpf_core_field_exists(kn->__parent))
		return BPF_CORE_READ(kn, __parent);
	return BPF_CORE_READ((struct kernfs_node___parent *)kn, parent);
}

/*
 * In the one hierarchy of version 2; where it is not made use of, in that of the pids controller, which
 * every container manager has.
 */
static __always_inline struct kernfs_node *cgroup_node(struct task_struct *task)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct kernfs_node *kn = BPF_CORE_READ(set, dfl_cgrp, kn);

	if (kernfs_parent(kn) || !bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id))
		return kn;
	return BPF_CORE_READ(set, subsys[bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id)],
			     cgroup, kn);
}

/* Of the current task, into the scratch memory; enum atr_str_flag. Global, as walk_steps() is. */
__noinline int cgroup_append(__u32 slot)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct kernfs_node *kn, *parent;
	__u32 pos, start;
	long n;
	int i;

	if (!s)
		return ATR_S_NULL;
	kn = cgroup_node((void *)bpf_get_current_task());
	start = s->pos;
	for (i = 0; i < CGROUP_DEPTH && kn; i++) {
		parent = kernfs_parent(kn);
		/* The root has no name. */
		if (!parent)
			return 0;
		pos = s->pos;
		if (pos - start > ATR_CGROUP_MAX - COMPONENT_MAX ||
		    pos > ATR_DATA_MAX - COMPONENT_MAX)
			return ATR_S_CUT;
		n = bpf_probe_read_kernel_str(&s->data[pos], COMPONENT_MAX,
					      BPF_CORE_READ(kn, name));
		if (n <= 0)
			return ATR_S_FAULT;
		s->pos = pos + n;
		kn = parent;
	}
	return ATR_S_CUT;
}
