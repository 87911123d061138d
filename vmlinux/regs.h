/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers at the entry of a system call. One block an architecture, here and in bpf/regs.bpf.h. */
#ifndef ATR_VMLINUX_REGS_H
#define ATR_VMLINUX_REGS_H

#include "vmlinux/vmlinux.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
	unsigned long ax; /* of a function hooked by kprobe: what it returns */
	unsigned long r10;
	unsigned long r9;
	unsigned long r8;
	unsigned long bx;
	unsigned long bp;
	unsigned long cx;
	unsigned long dx;
	unsigned long si;
	unsigned long di;
	unsigned long orig_ax;
	unsigned long sp;
};

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
	__u64 regs[31];
	__u64 orig_x0;
	int syscallno;
};

/* What a kprobe is handed: the beginning of pt_regs, and the ABI's. */
struct user_pt_regs {
	__u64 regs[31];
	__u64 sp;
};

#else
#error "no registers for this architecture: add a block"
#endif

#pragma clang attribute pop

#endif /* ATR_VMLINUX_REGS_H */
