// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The entry of execve() and execveat(): which call it is, with what arguments, and when. Three ways to
 * the same, of which one is attached:
 *
 *   fentry, kprobe          on the functions that these system calls are, native and 32-bit: they cost
 *                           nobody else anything. A call that seccomp or a debugger has refused does
 *                           not get there, and kernel audit does not tell of it either.
 *   sys_enter_execve(at)    where functions cannot be hooked. Not for 32-bit tasks: perf's system-call
 *                           tracepoints leave them out. They cost every system call of the machine some
 *                           40 ns, so they are attached for failed execs only, or where the kernel
 *                           lacks sched_prepare_exec.
 */
#include "bpf/calls.h"
#include "bpf/exec.bpf.h"
#include "bpf/rules.bpf.h"
#include <bpf/bpf_tracing.h>

/*
 * By thread id: pids are given out in a row, so that two calls meet in one slot only if one takes as
 * long as it takes to start so many tasks. The one that came first then finds that its slot has
 * another owner, and says in its event what it does not know. An array needs no lock, no memory at
 * the time and no clearing up after tasks that are killed in between; a hash costs four times this.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ATR_PENDINGS);
	__type(key, __u32);
	__type(value, struct atr_pending);
} atr_pendings SEC(".maps");

__hidden struct atr_pending *pending__slot(__u32 tid)
{
	__u32 slot = tid % ATR_PENDINGS;

	return bpf_map_lookup_elem(&atr_pendings, &slot);
}

struct atr_entries atr_entries SEC(".maps");

/* The owner is written last, so that nobody takes half of it for his own. */
static __always_inline struct atr_entry *entry__begin(__u32 tid, struct task_struct *task, __u32 nr,
						      __u32 state, bool typed)
{
	struct atr_entry *e = entry__slot(tid);
	__u64 key = (__u64)task, owner;

	if (!e)
		return NULL;
	owner = e->task;
	e->contested = owner > SLOT_CONTESTED && owner != key;
	e->tid = tid;
	e->nr = nr;
	e->state = state;
	e->jiffies = bpf_jiffies64();
	/* Nobody asks for that of a call that is refused. */
	if (state != ENTRY_REFUSED)
		e->mm = (__u64)RD(typed, task, mm);
	barrier();
	*(volatile __u64 *)&e->task = key;
	return e;
}

/*
 * When the call began. That is asked of calls alone that are to be told of: reading the clock would be most of what an
 * entry takes. A call has come to its point of no return, or failed, in less than a tick as a rule, and then its time
 * is that moment, some 0.1 ms late; of one that has taken longer it is less than two ticks late. It is not before the
 * entry, nor so before what the thread did last, while jiffies go on: they stop when the cpu that counts them is held
 * up, and kernel audit's clock, which is that of the last tick, with them. Jiffies come first: what interrupts the
 * two makes it later.
 */
static __always_inline __u64 entry_time(const struct atr_entry *e)
{
	__u64 ticks = bpf_jiffies64() - e->jiffies, now;

	barrier();
	now = bpf_ktime_get_boot_ns();
	return ticks > 1 ? now - (ticks - 1) * cfg_tick : now;
}

__hidden struct atr_entry *entry__new(__u32 tid, struct task_struct *task, __u32 state)
{
	return entry__begin(tid, task, 0, state, false);
}

/* The same. */
__hidden struct atr_pending *pending__new(__u32 tid, struct task_struct *task,
					  const struct atr_entry *e)
{
	struct atr_pending *p = pending__slot(tid);
	__u64 key = (__u64)task, owner;

	if (!p)
		return NULL;
	owner = p->task;
	__builtin_memset(p, 0, offsetof(struct atr_pending, opened));
	p->contested = owner > SLOT_CONTESTED && owner != key;
	p->tid = tid;
	p->mm = e && e->state == ENTRY_CALL ? e->mm : (__u64)BPF_CORE_READ(task, mm);
	p->time = e ? entry_time(e) : bpf_ktime_get_boot_ns();
	p->has_names = cfg_has_opens;
	p->opened.n = 0;
	barrier();
	*(volatile __u64 *)&p->task = key;
	return p;
}

__hidden struct atr_pending *pending__from(struct atr_entry *e, __u32 tid, struct task_struct *task)
{
	struct atr_pending *p;
	bool late = !e;

	if (!e)
		e = entry__new(tid, task, ENTRY_CALL);
	p = e ? pending__new(tid, task, e) : NULL;
	if (!p)
		return NULL;
	p->flags = late ? ATR_F_LATE_TIME : 0;
	p->arch = ATR_ARCH_NATIVE;
	p->nr = e->nr;
	e->state = ENTRY_PENDING;
	return p;
}

/* --- hooks on the functions ---------------------------------------------------------------- */

/* By the rules: see rules_refuse_early(). */
static __always_inline bool call_refused(__u32 tid, struct task_struct *task)
{
	__u32 arch, nr;

	if (!atr_generation)
		return false;
	arch = regs_arch(task, false);
	nr = current_nr(task);
	if (!rules_refuse_early(task, arch, nr, false))
		return false;
	entry__new(tid, task, ENTRY_REFUSED);
	return true;
}

/*
 * Their argument, the registers, is not made use of: in some kernels (5.10) the type of it is told for one
 * of these functions and not for another.
 */
static __always_inline int call(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tid = bpf_get_current_pid_tgid();
	struct atr_pending *p;

	/* Where an earlier call was not seen to its end. */
	pending__free(tid, task);
	if (call_refused(tid, task))
		return 0;
	p = pending__new(tid, task, NULL);
	if (p)
		current_call(task, &p->arch, &p->nr, p->args);
	return 0;
}

SEC("?fentry/" ATR_CALL("execve"))
int atr_call(void *ctx)
{
	return call();
}

SEC("?fentry/" ATR_CALL("execveat"))
int atr_callat(void *ctx)
{
	return call();
}

SEC("?fentry/" ATR_CALL_COMPAT("execve"))
int atr_call32(void *ctx)
{
	return call();
}

SEC("?fentry/" ATR_CALL_COMPAT("execveat"))
int atr_callat32(void *ctx)
{
	return call();
}

/* One for all four. */
SEC("?kprobe")
int atr_kcall(void *ctx)
{
	return call();
}

/* --- tracepoints --------------------------------------------------------------------------- */

/* What comes later can tell the rest, from the same registers. */
static __always_inline int enter_short(__u32 nr)
{
	struct task_struct *task = bpf_get_current_task_btf();
	bool refused = rules_refuse_early(task, ATR_ARCH_NATIVE, nr, true);

	entry__begin(task->pid, task, nr, refused ? ENTRY_REFUSED : ENTRY_CALL, true);
	return 0;
}

static __always_inline int enter(struct syscall_trace_enter *ctx)
{
	struct task_struct *task;
	struct atr_pending *p;
	const struct cred *cred;
	__u32 tid;

	if (cfg_has_entries)
		return enter_short(ctx->nr);
	task = (void *)bpf_get_current_task();
	tid = bpf_get_current_pid_tgid();
	pending__free(tid, task);
	if (call_refused(tid, task))
		return 0;
	p = pending__new(tid, task, NULL);
	if (!p)
		return 0;
	/* Not from the context: that holds what the call takes, and audit writes a3 of execve() too. */
	current_call(task, &p->arch, &p->nr, p->args);
	cred = BPF_CORE_READ(task, cred);
	p->old_uid = BPF_CORE_READ(cred, uid.val);
	p->old_euid = BPF_CORE_READ(cred, euid.val);
	if (caps_read(&p->old_caps, cred))
		p->flags |= ATR_F_FAULT;
	return 0;
}

SEC("?tp/syscalls/sys_enter_execve")
int atr_enter(struct syscall_trace_enter *ctx)
{
	return enter(ctx);
}

SEC("?tp/syscalls/sys_enter_execveat")
int atr_enterat(struct syscall_trace_enter *ctx)
{
	return enter(ctx);
}
