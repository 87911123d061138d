/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads of a task, its credentials and files. Each function is compiled for two kinds of caller:
 * typed, where the verifier knows the pointers (tp_btf) and a plain load does, and not, where
 * bpf_probe_read_kernel() is needed (tracepoints).
 */
#ifndef ATR_TASK_BPF_H
#define ATR_TASK_BPF_H

#include "bpf/core.bpf.h"
#include "vmlinux/flavors.h"
#include "vmlinux/missing.h"

/* typed is a constant wherever this is inlined, so one side goes. */
#define RD(typed, ptr, field) ((typed) ? (ptr)->field : BPF_CORE_READ(ptr, field))

/* cap_inheritable, permitted, effective, bset and ambient lie one behind the other since 4.3. */
struct cred_caps {
	__u64 inheritable, permitted, effective, bset, ambient;
};

static __always_inline int caps_read(struct atr_caps *ret, const struct cred *cred)
{
	struct cred_caps caps;
	int err;

	err = bpf_probe_read_kernel(&caps, sizeof(caps),
				    __builtin_preserve_access_index(&cred->cap_inheritable));
	if (err)
		return err;
	ret->permitted = caps.permitted;
	ret->inheritable = caps.inheritable;
	ret->effective = caps.effective;
	ret->ambient = caps.ambient;
	return 0;
}

/*
 * What uid 0 of a user namespace is outside. With more than five extents the map is elsewhere, sorted
 * by first, so that 0 can only be in its first one.
 */
static __always_inline __u32 ns_root_uid(const struct user_namespace *ns)
{
	const struct uid_gid_map *map = __builtin_preserve_access_index(&ns->uid_map);
	struct uid_gid_extent extent = {};
	__u32 n = BPF_CORE_READ(map, nr_extents);
	const void *from = n <= 5 ? (const void *)__builtin_preserve_access_index(&map->extent[0]) :
				    (const void *)BPF_CORE_READ(map, forward);
	int i;

	for (i = 0; i < 5 && i < (int)n; i++) {
		if (bpf_probe_read_kernel(&extent, sizeof(extent), from + i * sizeof(extent)))
			break;
		if (!extent.first && extent.count)
			return extent.lower_first;
	}
	return ATR_UNSET;
}

static __always_inline void inode_ctime(struct atr_file *ret, struct inode *inode, bool typed)
{
	if (bpf_core_field_exists(inode->i_ctime_sec)) {
		ret->ctime_sec = RD(typed, inode, i_ctime_sec);
		ret->ctime_nsec = RD(typed, inode, i_ctime_nsec) & ~I_CTIME_QUERIED;
		return;
	}
	if (bpf_core_field_exists(((struct inode___ctime_hidden *)0)->__i_ctime)) {
		struct inode___ctime_hidden *old = (void *)inode;

		ret->ctime_sec = BPF_CORE_READ(old, __i_ctime.tv_sec);
		ret->ctime_nsec = BPF_CORE_READ(old, __i_ctime.tv_nsec);
	} else {
		struct inode___ctime_plain *old = (void *)inode;

		ret->ctime_sec = BPF_CORE_READ(old, i_ctime.tv_sec);
		ret->ctime_nsec = BPF_CORE_READ(old, i_ctime.tv_nsec);
	}
}

/* The number of an inode's label: SELinux has it at its place, Smack in the label that is there. */
static __always_inline __u32 inode_sid(struct inode *inode, bool typed)
{
	const void *security = RD(typed, inode, i_security);
	struct smack_known *known = NULL;
	__u32 sid = 0;

	if (cfg_labels.inode & 1 << ATR_LSM_SELINUX)
		return bpf_probe_read_kernel(&sid, sizeof(sid),
					     security + cfg_labels.inode_at[ATR_LSM_SELINUX]) ?
			       0 :
			       sid;
	if (bpf_probe_read_kernel(&known, sizeof(known),
				  security + cfg_labels.inode_at[ATR_LSM_SMACK]))
		return 0;
	return BPF_CORE_READ(known, smk_secid);
}

/* As audit_copy_inode(): the file system's own device and ids, no id-mapped mount in between. */
static __always_inline void inode_read(struct atr_file *ret, struct inode *inode, bool typed)
{
	struct super_block *sb;

	if (!inode)
		return;
	sb = RD(typed, inode, i_sb);
	ret->ino = RD(typed, inode, i_ino);
	ret->dev = sb ? RD(typed, sb, s_dev) : 0;
	ret->rdev = RD(typed, inode, i_rdev);
	ret->uid = RD(typed, inode, i_uid.val);
	ret->gid = RD(typed, inode, i_gid.val);
	ret->mode = RD(typed, inode, i_mode);
	ret->generation = RD(typed, inode, i_generation);
	ret->size = RD(typed, inode, i_size);
	inode_ctime(ret, inode, typed);
	if (cfg_labels.inode)
		ret->sid = inode_sid(inode, typed);
	ret->flags = ATR_FILE_VALID;
	if (RD(typed, inode, i_flags) & S_NOSEC)
		ret->flags |= ATR_FILE_NOSEC;
}

static __always_inline void file_read(struct atr_file *ret, struct file *file, bool typed)
{
	inode_read(ret, RD(typed, file, f_inode), typed);
}

/*
 * Is the file part of a struct backing_file? The flag has moved, upstream in 6.14 and in stable kernels,
 * and nothing in BTF says so. But such files alone are not accounted and have the one bit or the other.
 */
static __always_inline bool file_is_backing(struct file *file)
{
	__u32 mode = BPF_CORE_READ(file, f_mode);

	return bpf_core_field_exists(((struct backing_file *)0)->user_path) &&
	       mode & FMODE_NOACCOUNT && mode & (FMODE_BACKING | FMODE_BACKING_OLD);
}

/*
 * The file behind a mapping. A stacked file system (overlayfs) maps the file below it; whose name was
 * used stands in its path, and since 6.5 beside it.
 */
static __always_inline void mapped_file_read(struct atr_file *ret, struct file *file)
{
	struct dentry *dentry = file_is_backing(file) ? BPF_CORE_READ((struct backing_file *)file,
								      user_path.dentry) :
							BPF_CORE_READ(file, f_path.dentry);

	inode_read(ret, BPF_CORE_READ(dentry, d_inode), false);
}

static __always_inline void task_ids(struct atr_task *t, struct task_struct *task, bool typed)
{
	struct task_struct *parent = RD(typed, task, real_parent);

	t->tid = RD(typed, task, pid);
	t->pid = RD(typed, task, tgid);
	t->ppid = RD(typed, parent, tgid);
	t->personality = RD(typed, task, personality);
	/* Not there without CONFIG_AUDIT: nobody has a login uid then. */
	t->auid = ATR_UNSET;
	t->ses = ATR_UNSET;
	if (bpf_core_field_exists(task->loginuid)) {
		t->auid = RD(typed, task, loginuid.val);
		t->ses = RD(typed, task, sessionid);
	}
}

static __always_inline int task_cred(struct atr_task *t, struct task_struct *task, bool typed)
{
	const struct cred *cred = RD(typed, task, cred);
	struct user_namespace *ns = RD(typed, cred, user_ns);

	t->uid = RD(typed, cred, uid.val);
	t->gid = RD(typed, cred, gid.val);
	t->euid = RD(typed, cred, euid.val);
	t->suid = RD(typed, cred, suid.val);
	t->fsuid = RD(typed, cred, fsuid.val);
	t->egid = RD(typed, cred, egid.val);
	t->sgid = RD(typed, cred, sgid.val);
	t->fsgid = RD(typed, cred, fsgid.val);
	t->securebits = RD(typed, cred, securebits);
	t->userns = RD(typed, ns, ns.inum);
	/* Level 0 is the initial namespace, where 0 is 0. */
	t->root_uid = RD(typed, ns, level) ? ns_root_uid(ns) : 0;
	return caps_read(&t->caps, cred);
}

static __always_inline __u32 task_mntns(struct task_struct *task, bool typed)
{
	struct nsproxy *nsproxy = RD(typed, task, nsproxy);
	struct mnt_namespace *ns;

	if (!nsproxy)
		return 0;
	ns = RD(typed, nsproxy, mnt_ns);
	return ns ? RD(typed, ns, ns.inum) : 0;
}

#endif /* ATR_TASK_BPF_H */
