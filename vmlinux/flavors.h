/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Layouts of other kernel versions: libbpf ignores ___suffix when it looks a type up. Each is read
 * in one place, behind bpf_core_field_exists(), by an accessor in bpf/.
 */
#ifndef ATR_VMLINUX_FLAVORS_H
#define ATR_VMLINUX_FLAVORS_H

#include "vmlinux/vmlinux.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* before 6.14 */
struct dentry___iname {
	unsigned char d_iname[32];
};

struct timespec64 {
	__s64 tv_sec;
	long tv_nsec;
};

/* 6.6 to 6.10, 12cd44023651 ("fs: rename inode i_atime and i_mtime fields") and its sibling */
struct inode___ctime_hidden {
	struct timespec64 __i_ctime;
};

/* before 6.6 */
struct inode___ctime_plain {
	struct timespec64 i_ctime;
};

/* Mounts that map ids: 5.12 to 6.2, a6435940b62f, and since 6.2, 256c8aed2b42 */
struct vfsmount___userns {
	struct user_namespace *mnt_userns;
};

struct vfsmount___idmap {
	struct mnt_idmap *mnt_idmap;
};

/* Where the callback head that a delayed fput() queues lies in a file: 6.0 to 6.6 */
struct file___rcuhead {
	struct callback_head f_rcuhead;
};

/* before 6.0 */
struct file___union {
	union {
		struct callback_head fu_rcuhead;
	} f_u;
};

/* before 6.15, 633488947ef6 ("kernfs: Use RCU to access kernfs_node::parent") */
struct kernfs_node___parent {
	struct kernfs_node *parent;
};

/* before enum tty_driver_type, of 6.15 */
struct tty_driver___short {
	short type;
	short subtype;
};

/* before 6.19: afterwards it is something else of the same name */
struct task_security_struct___cred {
	__u32 sid;
};

#pragma clang attribute pop

#endif /* ATR_VMLINUX_FLAVORS_H */
