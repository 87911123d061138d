/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's types as far as autrail reads them. Offsets, sizes and the presence of a field are
 * relocated at load time against the running kernel's BTF, so one file serves every architecture
 * and version, and the order of the fields here means nothing. What differs between versions is in
 * flavors.h, what BTF cannot carry in missing.h, registers are in regs.h. See README.md for how a
 * type gets in.
 */
#ifndef __VMLINUX_H__
#define __VMLINUX_H__

typedef signed char __s8;
typedef unsigned char __u8;
typedef short int __s16;
typedef short unsigned int __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long int __s64;
typedef long long unsigned int __u64;

/* bpf_helper_defs.h wants these three. */
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

typedef _Bool bool;
enum { false = 0, true = 1 };
typedef int pid_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* Values are the ABI's; names of helpers are looked up in the kernel's own enum. */
enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum {
	BPF_ANY = 0,
};

enum {
	BPF_F_MMAPABLE = 1 << 10,
};

enum {
	BPF_RB_FORCE_WAKEUP = 2,
};

enum {
	BPF_RB_AVAIL_DATA = 0,
};

enum bpf_func_id {
	BPF_FUNC_ktime_get_boot_ns = 125,
	BPF_FUNC_task_pt_regs = 175,
	BPF_FUNC_find_vma = 180,
	BPF_FUNC_ktime_get_tai_ns = 208,
};

typedef struct {
	__u32 val;
} kuid_t;

typedef struct {
	__u32 val;
} kgid_t;

struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *);
};

struct hlist_bl_node {
	struct hlist_bl_node **pprev;
};

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct super_block {
	__u32 s_dev;
	unsigned long s_magic;
};

struct inode {
	__u16 i_mode;
	kuid_t i_uid;
	kgid_t i_gid;
	unsigned int i_flags;
	struct super_block *i_sb;
	unsigned long i_ino;
	__u32 i_rdev;
	__s64 i_size;
	__u32 i_generation;
	/* 6.11, 3aa63a569c64 ("fs: switch timespec64 fields in inode to discrete integers") */
	__s64 i_ctime_sec;
	__u32 i_ctime_nsec;
	/* with CONFIG_SECURITY */
	void *i_security;
};

union shortname_store {
	unsigned char string[40];
};

struct dentry {
	struct hlist_bl_node d_hash;
	struct dentry *d_parent;
	struct qstr d_name;
	struct inode *d_inode;
	/* 6.14, 58cf9c383c5c ("dcache: back inline names with a struct-wrapped array"); before: d_iname */
	union shortname_store d_shortname;
};

struct mnt_namespace;

struct vfsmount {
	struct dentry *mnt_root;
	int mnt_flags;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

/* read_iter is what reads terminals since 5.11, read before (dd78b0c483e3) */
struct file_operations {
	void *read;
	void *read_iter;
};

struct file {
	const struct file_operations *f_op;
	unsigned int f_mode;
	unsigned int f_flags;
	void *private_data;
	const struct cred *f_cred;
	struct inode *f_inode;
	struct path f_path;
	/* since 6.7; before: flavors.h */
	struct callback_head f_task_work;
};

/* 6.5, 62d53c4a1dfe ("fs: use backing_file container for internal files with fake f_path") */
struct backing_file {
	struct file file;
	struct path user_path;
};

struct fs_struct {
	struct path root;
	struct path pwd;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
	unsigned long *close_on_exec;
};

struct sock_common {
	unsigned short skc_family;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_protocol;
	struct socket *sk_socket;
};

struct socket {
	struct file *file;
	struct sock *sk;
};

struct netlink_sock {
	struct sock sk;
	__u32 dst_portid;
};

struct sk_buff {
	unsigned int len;
	unsigned char *data;
};

struct files_struct {
	struct fdtable *fdt;
};

struct vm_area_struct {
	struct file *vm_file;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
	unsigned long env_start;
	unsigned long env_end;
	unsigned long saved_auxv[44];
	struct file *exe_file;
};

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct new_utsname {
	char nodename[65];
};

struct uts_namespace {
	struct new_utsname name;
};

struct nsproxy {
	struct uts_namespace *uts_ns;
	struct mnt_namespace *mnt_ns;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct kernfs_node {
	const char *name;
	struct kernfs_node *__parent; /* before 6.15: flavors.h */
};

struct cgroup {
	struct kernfs_node *kn;
};

struct cgroup_subsys_state {
	struct cgroup *cgroup;
};

/* The value is the kernel's own. */
enum cgroup_subsys_id {
	pids_cgrp_id = 11,
};

struct css_set {
	struct cgroup_subsys_state *subsys[14];
	struct cgroup *dfl_cgrp;
};

struct uid_gid_extent {
	__u32 first;
	__u32 lower_first;
	__u32 count;
};

struct uid_gid_map {
	__u32 nr_extents;
	struct uid_gid_extent extent[5];
	struct uid_gid_extent *forward;
};

struct user_namespace {
	struct uid_gid_map uid_map;
	int level;
	struct ns_common ns;
};

/*
 * 64 bits in every version: u64 since 6.3 (f122a08b197d), before that u32[2], low half first. The
 * member is never named, so that both match.
 */
typedef struct {
	__u64 bits;
} kernel_cap_t;

struct group_info {
	int ngroups;
	kgid_t gid[];
};

struct cred {
	kuid_t uid;
	kgid_t gid;
	kuid_t suid;
	kgid_t sgid;
	kuid_t euid;
	kgid_t egid;
	kuid_t fsuid;
	kgid_t fsgid;
	unsigned int securebits;
	kernel_cap_t cap_inheritable;
	kernel_cap_t cap_permitted;
	kernel_cap_t cap_effective;
	kernel_cap_t cap_ambient;
	struct user_namespace *user_ns;
	struct group_info *group_info;
	/* with CONFIG_SECURITY */
	void *security;
};

struct ktermios {
	unsigned int c_lflag;
	unsigned char c_cc[19];
};

/* As newer kernels have it, with other values than the macros before: flavors.h. */
enum tty_driver_type {
	TTY_DRIVER_TYPE_PTY = 4,
};

enum tty_driver_subtype {
	PTY_TYPE_MASTER = 1,
};

struct tty_driver {
	int major;
	int minor_start;
	enum tty_driver_type type;
	enum tty_driver_subtype subtype;
};

struct tty_ldisc_ops {
	int num;
};

struct tty_ldisc {
	struct tty_ldisc_ops *ops;
};

struct tty_struct {
	int index;
	struct tty_driver *driver;
	struct tty_ldisc *ldisc;
	struct ktermios termios;
	char name[64];
};

struct tty_file_private {
	struct tty_struct *tty;
};

struct signal_struct {
	struct pid *pids[4];
	struct tty_struct *tty;
	unsigned int flags;
	struct {
		int counter;
	} live;
	/* with CONFIG_AUDIT */
	unsigned int audit_tty;
};

struct thread_info {
	unsigned long flags;
	__u32 status; /* x86 */
};

struct task_struct {
	struct thread_info thread_info;
	void *stack;
	unsigned int flags;
	struct mm_struct *mm;
	unsigned int personality;
	pid_t pid;
	pid_t tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	__u64 start_boottime;
	const struct cred *real_cred;
	const struct cred *cred;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct css_set *cgroups;
	struct callback_head *task_works;
	/* with CONFIG_PREEMPT_RCU */
	int rcu_read_lock_nesting;
	/* 5.11, af449901b84c ("sched: Add migrate_disable()"); not without CONFIG_SMP */
	unsigned short migration_disabled;
	/* with CONFIG_AUDIT */
	kuid_t loginuid;
	unsigned int sessionid;
};

struct filename {
	const char *name;
};

struct linux_binprm {
	struct file *executable;
	struct file *file;
	struct cred *cred;
	int argc;
	const char *filename;
	const char *interp;
	const char *fdpath;
	char buf[256];
};

/* What each security module needs in those of others, and from the boot on where it has its place. */
struct lsm_blob_sizes {
	__u32 lbs_cred;
	__u32 lbs_inode;
};

/* Of SELinux: until 6.19 it is called task_security_struct, see flavors.h. */
struct cred_security_struct {
	__u32 sid;
};

struct inode_security_struct {
	__u32 sid;
};

struct smack_known {
	char *smk_known;
	__u32 smk_secid;
};

struct task_smack {
	struct smack_known *smk_task;
};

struct inode_smack {
	struct smack_known *smk_inode;
};

/* AppArmor: a label is the profiles that a task is under. */
struct aa_policy {
	char *hname;
};

struct aa_profile;

struct aa_ns {
	struct aa_policy base;
	struct aa_ns *parent;
	struct aa_profile *unconfined;
};

enum label_flags {
	FLAG_STALE = 2048,
};

struct aa_proxy;

struct aa_label {
	struct aa_proxy *proxy;
	long flags;
	int size;
	struct aa_profile *vec[0];
};

struct aa_proxy {
	struct aa_label *label;
};

struct aa_profile {
	struct aa_policy base;
	struct aa_ns *ns;
	long mode;
	struct aa_label label;
};

struct sigaction {
	void *sa_handler;
};

struct k_sigaction {
	struct sigaction sa;
};

struct kernel_siginfo;

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct trace_entry {
	short unsigned int type;
	unsigned char flags;
	unsigned char preempt_count;
	int pid;
};

/* Context of the system-call tracepoints. */
struct syscall_trace_enter {
	struct trace_entry ent;
	int nr;
	unsigned long args[];
};

struct syscall_trace_exit {
	struct trace_entry ent;
	int nr;
	long ret;
};

#pragma clang attribute pop

#endif /* __VMLINUX_H__ */
