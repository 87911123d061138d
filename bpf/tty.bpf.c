// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is typed into terminals, of those whom user space has marked: as drivers/tty/tty_audit.c has it, which
 * n_tty hands all that a read gets, audited or not. Two ways to it:
 *
 *   tty_audit_add_data()   by fentry or kprobe: the kernel's own bytes, and the mode of the terminal at that
 *   tty_audit_push()       moment; that a line is complete; and when the call began. No return is hooked:
 *   tty_read()             a read may wait for days, and up to 5.11 a trampoline may not be taken away from
 *                          under it (e21aa341785c).
 *   sys_exit_read(v)       where functions cannot be hooked: see ttyread.bpf.c.
 *
 * All of them are attached only while somebody is marked. What is typed is wiped out of all memory here that it
 * went through; it stays in the ring until that is written over.
 */
#include "bpf/calls.h"
#include "bpf/regs.bpf.h"
#include "bpf/spaces.bpf.h"
#include "bpf/tty.bpf.h"
#include <bpf/bpf_tracing.h>

const volatile bool cfg_tty;
/* Kernel audit's own records go into the same log: what it records of a task itself is not told twice. */
bool atr_tty_passed;

/* What n_tty hands over at a time, since 5.11: less is the last of a call. */
#define KERNEL_PIECE 64

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ATR_MARKS_SESSIONS);
	__type(key, __u32);
	__type(value, __u32);
} atr_tty_sessions SEC(".maps");

/* By pid, for those that are in no session. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ATR_MARKS_TASKS);
	__type(key, __u32);
	__type(value, struct atr_mark);
} atr_tty_tasks SEC(".maps");

/*
 * Reads of marked tasks, by thread id: under way, and most of them wait for a key; or the last one, until the
 * next.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct tty_call);
} atr_tty_calls SEC(".maps");

/* What a new one begins as: too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tty_call);
} atr_tty_blank SEC(".maps");

/* Processes of which something may wait in user space for the end of a line, or theirs. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, __u32);
} atr_tty_waiting SEC(".maps");

/* --- marks ------------------------------------------------------------------------------------ */

static __always_inline __u64 start_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, group_leader, start_boottime) / ATR_MARK_TICK;
}

static __always_inline bool told_by_kernel(struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	return atr_tty_passed && bpf_core_field_exists(signal->audit_tty) &&
	       BPF_CORE_READ(signal, audit_tty) & AUDIT_TTY_ENABLE;
}

__hidden __u32 tty__mark(struct task_struct *task)
{
	__u32 ses = ATR_UNSET, pid, *flags;
	struct atr_mark *mark;

	if (told_by_kernel(task))
		return 0;
	if (bpf_core_field_exists(task->sessionid))
		ses = BPF_CORE_READ(task, sessionid);
	flags = ses == ATR_UNSET ? NULL : bpf_map_lookup_elem(&atr_tty_sessions, &ses);
	if (flags)
		return *flags;
	pid = BPF_CORE_READ(task, tgid);
	mark = bpf_map_lookup_elem(&atr_tty_tasks, &pid);
	return mark && mark->start == start_of(task) ? mark->flags : 0;
}

__noinline int tty_marked(void)
{
	return cfg_tty && tty__mark((void *)bpf_get_current_task()) ? 1 : 0;
}

__hidden void tty__lost(void)
{
	scratch__seen(ATR_KIND_TTY);
	loss__count(ATR_KIND_TTY, ATR_CAUSE_UNREAD);
}

/* As tty_audit_fork(): who is started has what his parent has. */
SEC("?tp_btf/sched_process_fork")
int BPF_PROG(atr_tty_fork, struct task_struct *parent, struct task_struct *child)
{
	__u32 pid = parent->tgid, new = child->tgid;
	struct atr_mark *mark, copy;

	/* A thread. */
	if (pid == new)
		return 0;
	mark = bpf_map_lookup_elem(&atr_tty_tasks, &pid);
	if (!mark || mark->start != start_of(parent))
		return 0;
	copy = *mark;
	copy.start = start_of(child);
	if (bpf_map_update_elem(&atr_tty_tasks, &new, &copy, BPF_ANY))
		tty__lost();
	return 0;
}

/* --- one event -------------------------------------------------------------------------------- */

static __always_inline bool is_exit(__u32 arch, __u32 nr)
{
	return arch == ATR_ARCH_NATIVE ? nr == NR_EXIT || nr == NR_EXIT_GROUP :
					 nr == NR_COMPAT_EXIT || nr == NR_COMPAT_EXIT_GROUP;
}

static __always_inline void tty_call_fill(struct atr_scratch *s, struct atr_tty *ev)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	ev->arch = s->tty.arch;
	ev->nr = s->tty.nr;
	__builtin_memcpy(ev->args, s->args, sizeof(ev->args));
	ev->exit = s->tty.exit;
	/* A worker of io_uring's is in no call; a process that a signal ends is not in exit(). */
	if (BPF_CORE_READ(task, flags) & PF_IO_WORKER ||
	    (ev->how & ATR_TTY_EXIT && !is_exit(ev->arch, ev->nr)))
		ev->how |= ATR_TTY_ALONE;
	ev_current(s, &ev->hdr, &ev->task);
	if (ev->how & ATR_TTY_END)
		ev->title_len = title_append(s, &ev->title, BPF_CORE_READ(task, mm));
}

/* Global, as walk_steps() is. */
__noinline int tty_send(__u32 slot)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct atr_tty *ev;
	__u32 n;
	long err;

	if (!s)
		return 0;
	scratch__seen(ATR_KIND_TTY);
	scratch_clear(slot);
	ev = &s->tty_input.ev;
	s->fixed = sizeof(*ev);
	ev->hdr.time = s->tty.time;
	ev->hdr.tai = s->tty.tai;
	ev->hdr.flags = s->tty.flags;
	ev->dev = s->tty.dev;
	ev->how = s->tty.how;
	n = s->tty.left;
	if (n > ATR_TYPED_MAX) {
		n = ATR_TYPED_MAX;
		ev->how &= ~(ATR_TTY_PUSH | ATR_TTY_END);
	}
	str_begin(s, &ev->data);
	barrier_var(n);
	if (n && n <= ATR_TYPED_MAX) {
		err = s->tty.user ? bpf_probe_read_user(s->data, n, (void *)s->tty.from) :
				    bpf_probe_read_kernel(s->data, n, (void *)s->tty.from);
		if (err)
			ev->data.flags = ATR_S_FAULT;
		ev->data.len = n;
		s->pos = n;
	}
	s->tty.from += n;
	s->tty.left -= n;
	tty_call_fill(s, ev);
	if (scratch__send(s, &ev->hdr, sizeof(*ev), ATR_KIND_TTY))
		loss__count(ATR_KIND_TTY, ATR_CAUSE_RING_FULL);
	/* A read that fails leaves zeros. */
	barrier_var(n);
	if (n && n <= ATR_TYPED_MAX)
		bpf_probe_read_kernel(s->data, n, NULL);
	return s->tty.left;
}

__hidden void tty__note(__u32 how)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (how & ATR_TTY_PUSH)
		bpf_map_delete_elem(&atr_tty_waiting, &pid);
	else if (bpf_map_update_elem(&atr_tty_waiting, &pid, &how, BPF_ANY))
		tty__lost();
}

__hidden bool tty__waits(__u32 pid)
{
	return bpf_map_lookup_elem(&atr_tty_waiting, &pid);
}

__hidden struct atr_scratch *tty__begin(__u32 how)
{
	struct atr_scratch *s = scratch__take(ATR_KIND_TTY);

	if (!s)
		return NULL;
	s->tty.time = bpf_ktime_get_boot_ns();
	s->tty.tai = tai_now();
	s->tty.flags = 0;
	s->tty.left = 0;
	s->tty.user = 0;
	s->tty.dev = 0;
	s->tty.exit = 0;
	s->tty.how = how;
	current_call((void *)bpf_get_current_task(), &s->tty.arch, &s->tty.nr, s->args);
	return s;
}

/* --- calls ------------------------------------------------------------------------------------ */

__hidden struct tty_call *tty__call(struct task_struct *task)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct tty_call *call = bpf_map_lookup_elem(&atr_tty_calls, &tid);

	return call && call->task == (__u64)task ? call : NULL;
}

__hidden struct tty_call *tty__call_new(struct task_struct *task, __u32 flags)
{
	__u32 tid = bpf_get_current_pid_tgid(), zero = 0;
	struct tty_call *call = bpf_map_lookup_elem(&atr_tty_blank, &zero);

	if (!call || bpf_map_update_elem(&atr_tty_calls, &tid, call, BPF_ANY))
		return NULL;
	call = bpf_map_lookup_elem(&atr_tty_calls, &tid);
	if (!call)
		return NULL;
	call->task = (__u64)task;
	call->time = bpf_ktime_get_boot_ns();
	call->tai = tai_now();
	call->flags = flags;
	current_call(task, &call->arch, &call->nr, call->args);
	return call;
}

/* Sends so many bytes from there in the kernel, as a part of the call. */
static __always_inline void call_send(struct tty_call *call, __u64 from, __u32 len, __u32 how)
{
	struct atr_scratch *s = scratch__take(ATR_KIND_TTY);
	int i;

	tty__note(how);
	if (!s)
		return;
	s->tty.time = call->time;
	s->tty.tai = call->tai;
	s->tty.flags = call->flags;
	s->tty.from = from;
	s->tty.left = len;
	s->tty.user = 0;
	s->tty.dev = call->dev;
	s->tty.how = how;
	s->tty.exit = call->total;
	s->tty.arch = call->arch;
	s->tty.nr = call->nr;
	__builtin_memcpy(s->args, call->args, sizeof(s->args));
	/* Up to N_TTY_BUF_SIZE at a time. */
	for (i = 0; i < 2; i++) {
		if (!tty_send(s->slot))
			break;
	}
	scratch__put(s);
}

/* What is held of the call. */
static __always_inline void call_flush(struct tty_call *call, __u32 how)
{
	call_send(call, (__u64)call->data, call->len, how);
	__builtin_memset(call->data, 0, sizeof(call->data));
	call->len = 0;
}

/* Of the last call of a thread: it has ended, and nobody has said so. */
static __always_inline void call_last(struct task_struct *task)
{
	struct tty_call *call = tty__call(task);

	if (call && call->len)
		call_flush(call, call->how | ATR_TTY_END);
}

/* --- the end of a process --------------------------------------------------------------------- */

/* As tty_audit_exit(). */
static __always_inline int process_end(__u32 pid)
{
	struct atr_scratch *s;

	call_last((void *)bpf_get_current_task());
	if (!tty__waits(pid))
		return 0;
	bpf_map_delete_elem(&atr_tty_waiting, &pid);
	s = tty__begin(ATR_TTY_EXIT | ATR_TTY_END);
	if (!s)
		return 0;
	tty_send(s->slot);
	scratch__put(s);
	return 0;
}

/* Called by the last thread. */
SEC("?fentry/" ATR_FUNC_TTY_EXIT)
int atr_tty_exit(void *ctx)
{
	return process_end(bpf_get_current_pid_tgid() >> 32);
}

SEC("?kprobe/" ATR_FUNC_TTY_EXIT)
int atr_ktty_exit(void *ctx)
{
	return process_end(bpf_get_current_pid_tgid() >> 32);
}

/* Who is not the last thread leaves it to that one. */
SEC("?tp/syscalls/sys_enter_exit_group")
int atr_tty_leave(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (BPF_CORE_READ(task, signal, live.counter) != 1)
		return 0;
	return process_end(bpf_get_current_pid_tgid() >> 32);
}

/* And what is not to outlive a thread. Up to 6.15 its memory is gone by then. */
SEC("?tp_btf/sched_process_exit")
int BPF_PROG(atr_tty_gone, struct task_struct *task)
{
	__u32 pid = task->tgid;
	struct signal_struct *signal = task->signal;

	if (BPF_CORE_READ(signal, live.counter)) {
		call_last(task);
		tty__call_end();
		return 0;
	}
	process_end(pid);
	tty__call_end();
	bpf_map_delete_elem(&atr_tty_tasks, &pid);
	return 0;
}

__hidden void tty__call_end(void)
{
	__u32 tid = bpf_get_current_pid_tgid();

	bpf_map_delete_elem(&atr_tty_calls, &tid);
}

/* --- where functions can be hooked ------------------------------------------------------------ */

static __always_inline int read_begin(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (!tty__mark(task))
		return 0;
	call_last(task);
	/* If it cannot be kept, it is begun once more when there is something to read, and says so. */
	tty__call_new(task, 0);
	return 0;
}

static __always_inline void call_add(struct tty_call *call, const void *data, __u32 size)
{
	__u32 len = call->len;

	if (len && (len > HELD_MAX || size > HELD_MAX)) {
		call_flush(call, call->how);
		len = 0;
	}
	if (size > HELD_MAX) {
		call_send(call, (__u64)data, size,
			  call->how & ATR_TTY_ICANON ? call->how : ATR_TTY_END);
		return;
	}
	barrier_var(len);
	barrier_var(size);
	if (len <= HELD_MAX && size <= HELD_MAX &&
	    bpf_probe_read_kernel(&call->data[len], size, data))
		call->flags |= ATR_F_FAULT;
	call->len = len + size;
	/* A line ends when the kernel says so; what is no line, with what the kernel had. */
	if (!(call->how & ATR_TTY_ICANON) && size != KERNEL_PIECE)
		call_flush(call, call->how | ATR_TTY_END);
}

static __always_inline int read_data(struct tty_struct *tty, const void *data, __u32 size)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct tty_call *call = tty__call(task);
	__u32 mark, lflag, dev, how;

	mark = tty__mark(task);
	if (!mark || !size || tty_is_master(tty))
		return 0;
	/* It has waited since before there was a mark. */
	if (!call)
		call = tty__call_new(task, ATR_F_LATE_TIME);
	if (!call) {
		tty__lost();
		return 0;
	}
	call->total += size;
	lflag = BPF_CORE_READ(tty, termios.c_lflag);
	if (tty_is_secret(lflag, mark))
		return 0;
	dev = tty_dev(tty);
	how = lflag & ICANON ? ATR_TTY_ICANON : 0;
	if (call->len && (call->dev != dev || call->how != how))
		call_flush(call, call->how);
	call->dev = dev;
	call->how = how;
	call_add(call, data, size);
	return 0;
}

/* A line is complete: the read that this is a part of ends with it. */
static __always_inline int read_push(void)
{
	struct tty_call *call = tty__call((void *)bpf_get_current_task());

	if (!call)
		return 0;
	if (call->len || tty__waits(bpf_get_current_pid_tgid() >> 32))
		call_flush(call, call->how | ATR_TTY_PUSH | ATR_TTY_END);
	tty__call_end();
	return 0;
}

__hidden int tty__inject(struct tty_struct *tty, __u64 from, bool user)
{
	struct atr_scratch *s;
	__u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (!tty__mark((void *)bpf_get_current_task()))
		return 0;
	bpf_map_delete_elem(&atr_tty_waiting, &pid);
	s = tty__begin(ATR_TTY_INJECT | ATR_TTY_END);
	if (!s)
		return 0;
	s->tty.byte[0] = from;
	s->tty.from = user ? from : (__u64)s->tty.byte;
	s->tty.user = user;
	s->tty.left = 1;
	s->tty.dev = tty_dev(tty);
	tty_send(s->slot);
	s->tty.byte[0] = 0;
	scratch__put(s);
	return 0;
}

SEC("?fentry/" ATR_FUNC_TTY_READ)
int atr_tty_read(void *ctx)
{
	return read_begin();
}

/* Of a const void * the verifier does not let be asked: up to 6.15 or so it knows void * alone. */
SEC("?fentry/" ATR_FUNC_TTY_DATA)
int atr_tty_data(__u64 *ctx)
{
	struct tty_struct *tty = (void *)ctx[0];
	const void *data = NULL;
	__u64 size = ctx[2];

	if (bpf_probe_read_kernel(&data, sizeof(data), (const char *)ctx + sizeof(*ctx)))
		return 0;
	return read_data(tty, data, size);
}

SEC("?fentry/" ATR_FUNC_TTY_PUSH)
int atr_tty_push(void *ctx)
{
	return read_push();
}

SEC("?fentry/" ATR_FUNC_TTY_INJECT)
int BPF_PROG(atr_tty_inject, struct tty_struct *tty, __u64 byte)
{
	return tty__inject(tty, byte & 0xff, false);
}

SEC("?kprobe/" ATR_FUNC_TTY_READ)
int atr_ktty_read(void *ctx)
{
	return read_begin();
}

SEC("?kprobe/" ATR_FUNC_TTY_DATA)
int BPF_KPROBE(atr_ktty_data, struct tty_struct *tty, const void *data, __u64 size)
{
	return read_data(tty, data, size);
}

SEC("?kprobe/" ATR_FUNC_TTY_PUSH)
int atr_ktty_push(void *ctx)
{
	return read_push();
}

SEC("?kprobe/" ATR_FUNC_TTY_INJECT)
int BPF_KPROBE(atr_ktty_inject, struct tty_struct *tty, __u64 byte)
{
	return tty__inject(tty, byte & 0xff, false);
}
