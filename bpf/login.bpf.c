// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions begin where a program sets its login uid (pam_loginuid writes /proc/self/loginuid):
 * audit_set_loginuid() gives the task a number for its session and logs LOGIN, if it let it or not. It is
 * called with audit off as well. Where functions cannot be hooked nothing of the kernel's tells of it: user
 * space infers it from the next event of a session that it has not seen.
 *
 * And programs that a signal ends: signal_deliver comes right before the kernel acts upon a signal, with the
 * action that is set for it; of the default ones some dump core, and audit_core_dumps() logs ANOM_ABEND. (Up
 * to 5.15 seccomp ends a task without a signal: those are missing.)
 */
#include "bpf/calls.h"
#include "bpf/regs.bpf.h"
#include "bpf/trust.bpf.h"
#include <bpf/bpf_tracing.h>

/* --- login uid ----------------------------------------------------------------------------- */

/* Pieces of one writev() that are looked at; an id has a dozen characters. */
#define PIECES_MAX 8

struct was {
	__u64 task;
	__u64 time;
	__u64 tai;
	__u32 old_auid;
	__u32 old_ses;
	__u32 auid;
	__u32 pad;
};

/* Calls under way, by thread id: between a function's entry and its return, with nothing to wait for. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct was);
} atr_logins SEC(".maps");

static __always_inline int login_begin(__u32 auid)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 tid = bpf_get_current_pid_tgid();
	struct was was = {
		.task = (__u64)task,
		.time = bpf_ktime_get_boot_ns(),
		.tai = tai_now(),
		.old_auid = BPF_CORE_READ(task, loginuid.val),
		.old_ses = BPF_CORE_READ(task, sessionid),
		.auid = auid,
	};

	/* The ledger counts it when it ends; that it cannot be kept shows there. */
	bpf_map_update_elem(&atr_logins, &tid, &was, BPF_ANY);
	return 0;
}

/*
 * What a writev() writes, which its arguments do not tell: musl's stdio calls it for whatever it has in its
 * buffer. 0 of another call: that has written what it was asked to.
 */
static __always_inline __s64 pieces_len(struct atr_login *ev)
{
	const bool native = ev->arch == ATR_ARCH_NATIVE;
	__u64 iov = arg_value(ev->arch, ev->args[1]), n = arg_value(ev->arch, ev->args[2]);
	__u64 len, sum = 0;
	__u32 i;

	if (send_call(ev->arch, ev->nr) != SEND_WRITEV)
		return 0;
	for (i = 0; i < PIECES_MAX && i < n; i++) {
		len = 0;
		/* Each is where it begins and how long it is, both as wide as a pointer. */
		if (native ? bpf_probe_read_user(&len, 8, (void *)(iov + i * 16 + 8)) :
			     bpf_probe_read_user(&len, 4, (void *)(iov + i * 8 + 4)))
			ev->hdr.flags |= ATR_F_FAULT;
		sum += len;
	}
	return sum;
}

static __always_inline void login_fill(struct atr_scratch *s, const struct was *was, long ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct atr_login *ev = &s->login.ev;

	scratch_clear(s->slot);
	s->fixed = sizeof(*ev);
	ev->hdr.time = was->time;
	ev->hdr.tai = was->tai;
	ev->old_auid = was->old_auid;
	ev->old_ses = was->old_ses;
	ev->auid = was->auid;
	current_call(task, &ev->arch, &ev->nr, ev->args);
	ev_current(s, &ev->hdr, &ev->task);
	ev->exit = ret ? ret : pieces_len(ev);
	ev->title_len = title_append(s, &ev->title, BPF_CORE_READ(task, mm));
}

static __always_inline int login_end(long ret)
{
	__u32 tid = bpf_get_current_pid_tgid();
	struct was *was = bpf_map_lookup_elem(&atr_logins, &tid);
	struct atr_scratch *s = scratch__get(ATR_KIND_LOGIN);

	if (!s)
		return 0;
	if (was && was->task == bpf_get_current_task()) {
		login_fill(s, was, ret);
		if (scratch__send(s, &s->login.ev.hdr, sizeof(s->login.ev), ATR_KIND_LOGIN))
			loss__count(ATR_KIND_LOGIN, ATR_CAUSE_RING_FULL);
	} else {
		loss__count(ATR_KIND_LOGIN, ATR_CAUSE_UNREAD);
	}
	scratch__put(s);
	bpf_map_delete_elem(&atr_logins, &tid);
	return 0;
}

/* The argument is a structure with one number: it is told by value, as that number. */
SEC("?fentry/" ATR_FUNC_LOGINUID)
int atr_login(__u64 *ctx)
{
	return login_begin(ctx[0]);
}

SEC("?fexit/" ATR_FUNC_LOGINUID)
int atr_logged_in(__u64 *ctx)
{
	return login_end((int)ctx[1]);
}

SEC("?kprobe/" ATR_FUNC_LOGINUID)
int atr_klogin(struct pt_regs *ctx)
{
	return login_begin(PT_REGS_PARM1(ctx));
}

SEC("?kretprobe/" ATR_FUNC_LOGINUID)
int BPF_KRETPROBE(atr_klogged_in, int ret)
{
	return login_end(ret);
}

/* --- ends by signal ------------------------------------------------------------------------ */

/* SIG_KERNEL_COREDUMP_MASK; but of SIGQUIT audit says nothing, that is a person's. */
#define CORE_DUMPS                                                                      \
	(1UL << 4 | 1UL << 5 | 1UL << 6 | 1UL << 7 | 1UL << 8 | 1UL << 11 | 1UL << 24 | \
	 1UL << 25 | 1UL << 31)

SEC("?tp_btf/signal_deliver")
int BPF_PROG(atr_abend, int sig, struct kernel_siginfo *info, struct k_sigaction *ka)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct atr_abend *ev;
	struct atr_scratch *s;

	/* SIG_DFL is 0; and who cannot be killed (init) goes on. */
	if (sig < 0 || sig > 31 || !(CORE_DUMPS >> sig & 1) || ka->sa.sa_handler ||
	    BPF_CORE_READ(task, signal, flags) & SIGNAL_UNKILLABLE)
		return 0;
	s = scratch__get(ATR_KIND_ABEND);
	if (!s)
		return 0;
	scratch_clear(s->slot);
	ev = &s->abend.ev;
	s->fixed = sizeof(*ev);
	ev->hdr.time = bpf_ktime_get_boot_ns();
	ev->hdr.tai = tai_now();
	ev->sig = sig;
	ev_current(s, &ev->hdr, &ev->task);
	if (scratch__send(s, &ev->hdr, sizeof(*ev), ATR_KIND_ABEND))
		loss__count(ATR_KIND_ABEND, ATR_CAUSE_RING_FULL);
	scratch__put(s);
	return 0;
}
