/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which system call a task is in, with which arguments, and whose ABI it was. */
#ifndef ATR_REGS_BPF_H
#define ATR_REGS_BPF_H

#include "bpf/task.bpf.h"
#include "vmlinux/regs.h"

/* How something was sent by a socket. */
enum send_call {
	SEND_NONE,
	SEND_TO,
	SEND_MSG,
	SEND_WRITE,
	SEND_WRITEV,
};

#if defined(__TARGET_ARCH_x86)

#define NR_SENDTO	     44
#define NR_SENDMSG	     46
#define NR_WRITE	     1
#define NR_WRITEV	     20
#define NR_EXIT		     60
#define NR_EXIT_GROUP	     231
#define NR_COMPAT_SENDTO     369
#define NR_COMPAT_SENDMSG    370
#define NR_COMPAT_EXIT_GROUP 252

#define ATR_ARCH_NATIVE	     AUDIT_ARCH_X86_64

static __always_inline bool is_execve(__u32 arch, __u32 nr)
{
	return arch == AUDIT_ARCH_I386 ? nr == 11 : nr == 59 || nr == (X32_SYSCALL_BIT | 520);
}

static __always_inline bool is_execveat(__u32 arch, __u32 nr)
{
	return arch == AUDIT_ARCH_I386 ? nr == 358 : nr == 322 || nr == (X32_SYSCALL_BIT | 545);
}

/* THREAD_SIZE without KASAN; only for kernels before 5.15, see stack_regs(). */
#define ATR_STACK_SIZE 16384

static __always_inline __u32 regs_arch(struct task_struct *task, bool typed)
{
	return RD(typed, task, thread_info.status) & TS_COMPAT ? AUDIT_ARCH_I386 :
								 AUDIT_ARCH_X86_64;
}

static __always_inline __u32 regs_nr(const struct pt_regs *regs, bool typed)
{
	return RD(typed, regs, orig_ax);
}

/*
 * 32-bit code passes its arguments in other registers. Of these only the low halves count, and yet audit
 * tells the whole: 64-bit code may call so as well (int $0x80), and have anything in the rest.
 */
static __always_inline void regs_args(const struct pt_regs *regs, __u32 arch, __u64 args[6],
				      bool typed)
{
	if (arch == AUDIT_ARCH_I386) {
		args[0] = RD(typed, regs, bx);
		args[1] = RD(typed, regs, cx);
		args[2] = RD(typed, regs, dx);
		args[3] = RD(typed, regs, si);
		args[4] = RD(typed, regs, di);
		args[5] = RD(typed, regs, bp);
		return;
	}
	args[0] = RD(typed, regs, di);
	args[1] = RD(typed, regs, si);
	args[2] = RD(typed, regs, dx);
	args[3] = RD(typed, regs, r10);
	args[4] = RD(typed, regs, r8);
	args[5] = RD(typed, regs, r9);
}

#elif defined(__TARGET_ARCH_arm64)

#define NR_SENDTO	     206
#define NR_SENDMSG	     211
#define NR_WRITE	     64
#define NR_WRITEV	     66
#define NR_EXIT		     93
#define NR_EXIT_GROUP	     94
#define NR_COMPAT_SENDTO     290
#define NR_COMPAT_SENDMSG    296
#define NR_COMPAT_EXIT_GROUP 248

#define ATR_ARCH_NATIVE	     AUDIT_ARCH_AARCH64

static __always_inline bool is_execve(__u32 arch, __u32 nr)
{
	return nr == (arch == AUDIT_ARCH_ARM ? 11 : 221);
}

static __always_inline bool is_execveat(__u32 arch, __u32 nr)
{
	return nr == (arch == AUDIT_ARCH_ARM ? 387 : 281);
}

/* THREAD_SIZE with pages of 4 or 16 kB; only for kernels before 5.15, see stack_regs(). */
#define ATR_STACK_SIZE	     16384

static __always_inline __u32 regs_arch(struct task_struct *task, bool typed)
{
	return RD(typed, task, thread_info.flags) & 1UL << TIF_32BIT_ARM64 ? AUDIT_ARCH_ARM :
									     AUDIT_ARCH_AARCH64;
}

static __always_inline __u32 regs_nr(const struct pt_regs *regs, bool typed)
{
	return RD(typed, regs, syscallno);
}

static __always_inline void regs_args(const struct pt_regs *regs, __u32 arch, __u64 args[6],
				      bool typed)
{
	args[0] = RD(typed, regs, orig_x0);
	args[1] = RD(typed, regs, regs[1]);
	args[2] = RD(typed, regs, regs[2]);
	args[3] = RD(typed, regs, regs[3]);
	args[4] = RD(typed, regs, regs[4]);
	args[5] = RD(typed, regs, regs[5]);
}

#endif

/* What an argument leads to, or how much it is. */
static __always_inline __u64 arg_value(__u32 arch, __u64 arg)
{
	return arch == ATR_ARCH_NATIVE ? arg : (__u32)arg;
}

/* The same for 32-bit code of both. */
#define NR_COMPAT_EXIT	 1
#define NR_COMPAT_WRITE	 4
#define NR_COMPAT_WRITEV 146

static __always_inline enum send_call send_call(__u32 arch, __u32 nr)
{
	const bool native = arch == ATR_ARCH_NATIVE;

	if (nr == (native ? NR_SENDTO : NR_COMPAT_SENDTO))
		return SEND_TO;
	if (nr == (native ? NR_SENDMSG : NR_COMPAT_SENDMSG))
		return SEND_MSG;
	if (nr == (native ? NR_WRITE : NR_COMPAT_WRITE))
		return SEND_WRITE;
	return nr == (native ? NR_WRITEV : NR_COMPAT_WRITEV) ? SEND_WRITEV : SEND_NONE;
}

/*
 * The registers of the current task's call, for callers without types. They lie at the end of the
 * kernel's stack; newer kernels leave room behind them and have a helper (5.15, dd6e10fbd9fb) that
 * knows, and whose result has a type.
 */
static __always_inline const struct pt_regs *stack_regs(struct task_struct *task)
{
	return (void *)BPF_CORE_READ(task, stack) + ATR_STACK_SIZE -
	       bpf_core_type_size(struct pt_regs);
}

static __always_inline void regs_call(const struct pt_regs *regs, __u32 arch, __u32 *nr,
				      __u64 args[6], bool typed)
{
	*nr = regs_nr(regs, typed);
	regs_args(regs, arch, args, typed);
}

static __always_inline __u32 current_nr(struct task_struct *task)
{
	if (cfg_has_task_regs)
		return regs_nr((void *)bpf_task_pt_regs(bpf_get_current_task_btf()), true);
	return regs_nr(stack_regs(task), false);
}

/* Which call the current task is in, as it was made. */
static __always_inline void current_call(struct task_struct *task, __u32 *arch, __u32 *nr,
					 __u64 args[6])
{
	*arch = regs_arch(task, false);
	if (cfg_has_task_regs)
		regs_call((void *)bpf_task_pt_regs(bpf_get_current_task_btf()), *arch, nr, args,
			  true);
	else
		regs_call(stack_regs(task), *arch, nr, args, false);
}

#endif /* ATR_REGS_BPF_H */
