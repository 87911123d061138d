// SPDX-License-Identifier: GPL-2.0-or-later
/* The walk from a file up to the task's root. */
#include "bpf/path.bpf.h"

/* A component has at most 255 bytes and a NUL. */
#define COMPONENT_MAX 256

/*
 * Steps of one call, and calls of one walk: enough for the components that PATH_MAX bytes can hold. The
 * verifier follows every branch of every step, but what it has looked at as a function of its own it
 * does not look at again where that is called.
 */
#define STEPS 16
#define CALLS 160

/* The middle of struct dentry, where it lies as all kernels so far have it. */
struct dentry_middle {
	__u64 parent;
	__u32 hash;
	__u32 len;
	__u64 name;
	__u64 inode;
	__u64 inline_name[5];
};

static __always_inline __u64 inline_name_offset(void)
{
	if (bpf_core_field_exists(((struct dentry *)0)->d_shortname))
		return bpf_core_field_offset(struct dentry, d_shortname);
	return bpf_core_field_offset(struct dentry___iname, d_iname);
}

/* Constant when the program is loaded. */
static __always_inline bool middle_as_expected(void)
{
	__u64 base = bpf_core_field_offset(struct dentry, d_parent);

	return bpf_core_field_offset(struct dentry, d_name) == base + 8 &&
	       bpf_core_field_offset(struct dentry, d_inode) == base + 24 &&
	       inline_name_offset() == base + 32;
}

/*
 * Appends the name of a dentry to s->data and tells its parent. Every helper call costs, and a short
 * name lies in the dentry itself: one read is enough for most. Returns bytes with the NUL, or
 * negative.
 */
static __always_inline long component(struct atr_scratch *s, __u32 pos, __u64 dentry, __u64 *parent)
{
	struct dentry_middle m;
	__u64 *to;

	if (!middle_as_expected()) {
		*parent = (__u64)BPF_CORE_READ((struct dentry *)dentry, d_parent);
		return bpf_probe_read_kernel_str(&s->data[pos], COMPONENT_MAX,
						 BPF_CORE_READ((struct dentry *)dentry,
							       d_name.name));
	}
	if (bpf_probe_read_kernel(&m, sizeof(m),
				  (void *)dentry + bpf_core_field_offset(struct dentry, d_parent)))
		return -1;
	*parent = m.parent;
	if (m.name != dentry + inline_name_offset() || m.len >= sizeof(m.inline_name))
		return bpf_probe_read_kernel_str(&s->data[pos], COMPONENT_MAX, (void *)m.name);
	to = (void *)&s->data[pos];
	to[0] = m.inline_name[0];
	to[1] = m.inline_name[1];
	to[2] = m.inline_name[2];
	to[3] = m.inline_name[3];
	to[4] = m.inline_name[4];
	/* A rename at this moment may have put a longer name there. */
	s->data[pos + m.len] = 0;
	return m.len + 1;
}

/*
 * Goes on with s->walk: 0 when the walk is at its end, 1 when there is more. Not static and not
 * hidden: the verifier then looks at it once and alone, instead of once for each call. That is also
 * why it takes no pointer, which 5.10 does not allow then.
 */
__noinline int walk_steps(__u32 slot)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct mount *mnt, *mnt_parent;
	struct vfsmount *vfsmnt;
	struct atr_walk *w;
	__u64 dentry, parent;
	__u32 pos;
	long n;
	int i;

	if (!s)
		return 0;
	w = &s->walk;
	for (i = 0; i < STEPS; i++) {
		dentry = w->dentry;
		if (dentry == w->root && w->vfsmnt == w->root_mnt)
			return 0;
		if (dentry == w->mnt_root) {
			mnt = (void *)w->vfsmnt - bpf_core_field_offset(struct mount, mnt);
			mnt_parent = BPF_CORE_READ(mnt, mnt_parent);
			if (mnt_parent == mnt)
				return 0;
			w->dentry = (__u64)BPF_CORE_READ(mnt, mnt_mountpoint);
			vfsmnt = (void *)mnt_parent + bpf_core_field_offset(struct mount, mnt);
			w->vfsmnt = (__u64)vfsmnt;
			w->mnt_root = (__u64)BPF_CORE_READ(vfsmnt, mnt_root);
			continue;
		}
		pos = s->pos;
		if (pos - w->start > ATR_WALK_MAX || pos > ATR_DATA_MAX - COMPONENT_MAX - 8) {
			w->flags |= ATR_S_CUT;
			return 0;
		}
		n = component(s, pos, dentry, &parent);
		if (n <= 0) {
			w->flags |= ATR_S_FAULT;
			return 0;
		}
		/* The root of a tree that is not mounted; only a pseudo file has a name there. */
		if (dentry != parent || pos == w->start)
			s->pos = pos + n;
		if (dentry == parent)
			return 0;
		w->dentry = parent;
	}
	return 1;
}

/* All of it; 1: longer than any path can be. */
__noinline int walk_all(__u32 slot)
{
	int i;

	for (i = 0; i < CALLS; i++) {
		if (!walk_steps(slot))
			return 0;
	}
	return 1;
}
