// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this kernel has, told before the rest is loaded: loaded and run once, it fills these in. Each
 * says what it detects and since when that is there.
 */
#include "vmlinux/vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bpf/calls.h"
#include "bpf/label.h"
#include "vmlinux/flavors.h"
#include "vmlinux/regs.h"

char LICENSE[] SEC("license") = "GPL";

/* bpf_ktime_get_tai_ns(): 6.1, c8996c98f703 */
bool has_tai;
/* bpf_find_vma(): 5.17, 7c7e3d31e785 */
bool has_find_vma;
/* bpf_task_pt_regs(): 5.15, dd6e10fbd9fb */
bool has_task_regs;
/* tracepoint sched_prepare_exec: 6.10, 5c5fad46e48c */
bool has_prepare_exec;
/* tasks can be preempted in the kernel, and in what RCU protects: CONFIG_PREEMPT_RCU */
bool has_preemption;
/* but not in programs at tracepoints, which was so before 7.0: a46023d5616e */
bool preempt_off;
/* task_struct.loginuid: not without CONFIG_AUDIT */
bool has_loginuid;
/* tracepoint sock_send_length: 6.3, 6e6eda44b939 */
bool has_send_length;
/* trampolines of functions that take a structure by value: 6.1, 720e6a435194, as is the helper above */
bool has_struct_args;
/* the function that fput() queues is in kallsyms by its own name */
bool has_fput;
/* the mount namespace of the machine's first process */
__u32 init_mntns;
/* what reads terminals: learnt of one that user space has opened, -1: it has none */
int trial_tty = -1;
__u64 tty_read;
/* kallsyms can be read here; what 32-bit code enters execve() by is in there */
bool has_symbols, has_compat;
/* where security modules that are on keep their labels; user space says which are */
struct atr_label_sources labels;

/*
 * Functions of the kernel can be hooked by fentry and fexit (x86-64: 5.5; arm64: 6.4 or so, which is
 * when it got direct calls from ftrace; not where it is locked down), or by kprobes. Not only loaded:
 * attached, and seen to run in the task that asks.
 */
__u32 trial_pid;
bool fentry_ran, fexit_ran, kprobe_ran, kretprobe_ran;
/* of a function that only a child of ours calls */
bool uretprobe_ran;

/* bpf_core_type_exists() of a tracepoint's typedef tells whether the kernel has the tracepoint. */
typedef void (*btf_trace_sched_prepare_exec)(void *, struct task_struct *, struct linux_binprm *);

typedef void (*btf_trace_sock_send_length)(void *, struct sock *, int, int);

extern const void ____fput __ksym __weak;
extern const void ATR_SYMBOL_EXECVE __ksym __weak;
extern const void ATR_SYMBOL_EXECVE_COMPAT __ksym __weak;
extern const void selinux_blob_sizes __ksym __weak;
extern const void smack_blob_sizes __ksym __weak;
extern const void apparmor_display_secid_mode __ksym __weak;

/* How far AppArmor's word is looked for in what cred.security points to, and a namespace's ancestors. */
#define LABEL_WORDS 64
#define NS_DEPTH    64

/* A module's place among those of others; in_task and in_inode are offsets of the label in there. */
static __always_inline void label_place(__u32 lsm, const void *symbol, bool types, __u32 in_task,
					__u32 in_inode)
{
	const struct lsm_blob_sizes *sizes = symbol;
	__u32 task_at, inode_at;

	if (!symbol || !types || !bpf_core_field_exists(struct cred, security) ||
	    bpf_core_read(&task_at, sizeof(task_at), &sizes->lbs_cred) ||
	    bpf_core_read(&inode_at, sizeof(inode_at), &sizes->lbs_inode))
		return;
	labels.task |= 1 << lsm;
	labels.task_at[lsm] = task_at + in_task;
	labels.inode |= 1 << lsm;
	labels.inode_at[lsm] = inode_at + in_inode;
}

static __always_inline struct aa_profile *first_profile(struct aa_label *label)
{
	struct aa_profile *const *at = __builtin_preserve_access_index(&label->vec[0]);
	struct aa_profile *profile;

	return bpf_probe_read_kernel(&profile, sizeof(profile), at) ? NULL : profile;
}

/* The first profile of what may be a label; NULL: it is none. */
static __always_inline struct aa_profile *label_profile(struct aa_label *label)
{
	struct aa_profile *profile = first_profile(label);
	struct aa_label *own;

	if (!profile)
		return NULL;
	own = (void *)profile + bpf_core_field_offset(struct aa_profile, label);
	if (first_profile(own) != profile || BPF_CORE_READ(own, size) != 1 ||
	    (own != label && BPF_CORE_READ(label, size) < 2))
		return NULL;
	return profile;
}

/* The root namespace's label of what is not confined, which most tasks have. */
static __always_inline __u64 root_unconfined(struct aa_profile *profile)
{
	struct aa_ns *ns = BPF_CORE_READ(profile, ns), *parent;
	int i;

	for (i = 0; i < NS_DEPTH; i++) {
		parent = BPF_CORE_READ(ns, parent);
		if (!parent)
			return (__u64)BPF_CORE_READ(ns, unconfined) +
			       bpf_core_field_offset(struct aa_profile, label);
		ns = parent;
	}
	return 0;
}

/*
 * Where AppArmor has its word is in data whose symbol only CONFIG_KALLSYMS_ALL tells. It is found in the
 * task that asks: the word is the address of a label, and that shows. A label of one profile is a part of
 * that profile and points back to it; one of several points to profiles that each have such a label.
 */
static __always_inline void apparmor_find(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	const void *security;
	struct aa_profile *profile;
	struct aa_label *label;
	__u32 i;

	if (!bpf_core_type_exists(struct aa_label) || !bpf_core_field_exists(struct cred, security))
		return;
	security = BPF_CORE_READ(task, cred, security);
	for (i = 0; i < LABEL_WORDS; i++) {
		if (bpf_probe_read_kernel(&label, sizeof(label), security + i * sizeof(label)))
			return;
		profile = label_profile(label);
		if (!profile)
			continue;
		labels.task |= 1 << ATR_LSM_APPARMOR;
		labels.task_at[ATR_LSM_APPARMOR] = i * sizeof(label);
		labels.unconfined = root_unconfined(profile);
		return;
	}
}

static __always_inline void label_places(void)
{
	label_place(ATR_LSM_SELINUX, &selinux_blob_sizes,
		    bpf_core_type_exists(struct inode_security_struct),
		    bpf_core_type_exists(struct cred_security_struct) ?
			    bpf_core_field_offset(struct cred_security_struct, sid) :
			    bpf_core_field_offset(struct task_security_struct___cred, sid),
		    bpf_core_field_offset(struct inode_security_struct, sid));
	label_place(ATR_LSM_SMACK, &smack_blob_sizes, bpf_core_type_exists(struct inode_smack),
		    bpf_core_field_offset(struct task_smack, smk_task),
		    bpf_core_field_offset(struct inode_smack, smk_inode));
	labels.modes = (__u64)&apparmor_display_secid_mode;
	apparmor_find();
}

/* Ancestors that are looked at: the first process is that of the first one without others. */
#define ANCESTORS_MAX 64

static __always_inline void mntns_find(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	int i;

	for (i = 0; i < ANCESTORS_MAX; i++) {
		if (BPF_CORE_READ(task, tgid) == 1) {
			init_mntns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
			return;
		}
		task = BPF_CORE_READ(task, real_parent);
	}
}

static __always_inline void tty_find(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct file **files = BPF_CORE_READ(task, files, fdt, fd), *file = NULL;
	const struct file_operations *ops;

	if (trial_tty < 0 || bpf_probe_read_kernel(&file, sizeof(file), files + trial_tty))
		return;
	ops = BPF_CORE_READ(file, f_op);
	tty_read = (__u64)BPF_CORE_READ(ops, read_iter);
	if (!tty_read)
		tty_read = (__u64)BPF_CORE_READ(ops, read);
}

SEC("?raw_tp/sys_enter")
int atr_feat(void *ctx)
{
	has_tai = bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_ktime_get_tai_ns);
	has_find_vma = bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma);
	has_task_regs = bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs);
	has_prepare_exec = bpf_core_type_exists(btf_trace_sched_prepare_exec);
	has_preemption = bpf_core_field_exists(struct task_struct, rcu_read_lock_nesting);
	has_loginuid = bpf_core_field_exists(struct task_struct, loginuid);
	has_send_length = bpf_core_type_exists(btf_trace_sock_send_length);
	has_struct_args = has_tai;
	has_fput = &____fput != 0;
	mntns_find();
	tty_find();
	has_symbols = &ATR_SYMBOL_EXECVE != 0;
	has_compat = &ATR_SYMBOL_EXECVE_COMPAT != 0;
	label_places();
	return 0;
}

static __always_inline bool ours(void)
{
	return bpf_get_current_pid_tgid() >> 32 == trial_pid;
}

SEC("?fentry/" ATR_CALL_TRIAL)
int BPF_PROG(atr_try_fentry, const struct pt_regs *regs)
{
	fentry_ran |= ours();
	return 0;
}

SEC("?fexit/" ATR_CALL_TRIAL)
int BPF_PROG(atr_try_fexit, const struct pt_regs *regs, long ret)
{
	fexit_ran |= ours();
	return 0;
}

SEC("?kprobe/" ATR_CALL_TRIAL)
int atr_try_kprobe(void *ctx)
{
	kprobe_ran |= ours();
	return 0;
}

SEC("?kretprobe/" ATR_CALL_TRIAL)
int atr_try_kretprobe(void *ctx)
{
	kretprobe_ran |= ours();
	return 0;
}

/*
 * A program must not change its cpu. So where its task is not kept from that (migrate_disable(), 5.11), preemption
 * is off. A task's name is set: one of the few tracepoints that a task can bring about alone, and no system call's.
 * (Before 6.13 or so a lock is held there, which with PREEMPT_RT is such a keeping: then this cannot tell.)
 */
SEC("?tp_btf/task_rename")
int atr_try_preempt(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (ours() && bpf_core_field_exists(task->migration_disabled))
		preempt_off = !BPF_CORE_READ(task, migration_disabled);
	return 0;
}

SEC("?uretprobe")
int atr_try_uretprobe(void *ctx)
{
	uretprobe_ran = true;
	return 0;
}
