/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of functions in programs: what the entry knows, found again at the return. */
#ifndef ATR_UPROBE_BPF_H
#define ATR_UPROBE_BPF_H

#include "bpf/core.bpf.h"
#include "vmlinux/regs.h"
#include <bpf/bpf_tracing.h>

/* The stack at the return of a function as it was at its entry: x86 has taken the address off it. */
#if defined(__TARGET_ARCH_x86)
#define RETURN_ADDRESS 8
#else
#define RETURN_ADDRESS 0
#endif

/* One call, by thread and stack: what a function calls may call it again. */
struct frame {
	__u32 tid;
	__u32 pad;
	__u64 stack;
};

static __always_inline struct frame frame_entry(struct pt_regs *ctx)
{
	struct frame frame = {
		.tid = bpf_get_current_pid_tgid(),
		.stack = PT_REGS_SP(ctx),
	};

	return frame;
}

static __always_inline struct frame frame_return(struct pt_regs *ctx)
{
	struct frame frame = frame_entry(ctx);

	frame.stack -= RETURN_ADDRESS;
	return frame;
}

#endif /* ATR_UPROBE_BPF_H */
