// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this kernel has, told before the rest is loaded: loaded and run once, it fills these in. Each
 * says what it detects and since when that is there.
 */
#include "vmlinux/vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

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

/* bpf_core_type_exists() of a tracepoint's typedef tells whether the kernel has the tracepoint. */
typedef void (*btf_trace_sched_prepare_exec)(void *, struct task_struct *, struct linux_binprm *);

extern const void ____fput __ksym __weak;

SEC("raw_tp/sys_enter")
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
