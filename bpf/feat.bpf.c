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
/* task_struct.loginuid: not without CONFIG_AUDIT */
bool has_loginuid;
/* the function that fput() queues is in kallsyms by its own name */
bool has_fput;

/*
 * Functions of the kernel can be hooked by fentry and fexit (x86-64: 5.5; arm64: 6.4 or so, which is
 * when it got direct calls from ftrace; not where it is locked down), or by kprobes. Not only loaded:
 * attached, and seen to run in the task that asks.
 */
__u32 trial_pid;
bool fentry_ran, fexit_ran, kprobe_ran, kretprobe_ran;

/* bpf_core_type_exists() of a tracepoint's typedef tells whether the kernel has the tracepoint. */
typedef void (*btf_trace_sched_prepare_exec)(void *, struct task_struct *, struct linux_binprm *);

extern const void ____fput __ksym __weak;

SEC("?raw_tp/sys_enter")
int atr_feat(void *ctx)
{
	has_tai = bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_ktime_get_tai_ns);
	has_find_vma = bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma);
	has_task_regs = bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs);
	has_prepare_exec = bpf_core_type_exists(btf_trace_sched_prepare_exec);
	has_loginuid = bpf_core_field_exists(struct task_struct, loginuid);
	has_fput = &____fput != 0;
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
