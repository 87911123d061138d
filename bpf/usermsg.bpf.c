// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What programs hand to the audit system: netlink messages to the kernel's end of NETLINK_AUDIT, which
 * answers each before the send returns (kernel/audit.c, audit_receive_msg()). Four ways to them:
 *
 *   netlink_unicast()   by fentry or kprobe: the kernel's own copy, on its way to the kernel's socket. It
 *                       is called whether or not audit is enabled, and whether or not the message will be
 *                       refused. With audit=0 there is no socket of that protocol, and no message.
 *   sock_send_length    (6.3, 6e6eda44b939) where functions cannot be hooked: at the end of each send of
 *                       the machine, whatever the system call. What was sent is read from the sender's
 *                       memory, by the registers of the call: another thread may have changed it since.
 *   sys_enter_send*     before 6.3: the same, at the entry. Not for 32-bit tasks, nor for write().
 *   __audit_send()      of libaudit, by uprobes, where every system call would pay for those tracepoints: what
 *                       its users send, and nobody else.
 */
#include "bpf/calls.h"
#include "bpf/rules.bpf.h"
#include "bpf/trust.bpf.h"
#include "bpf/uprobe.bpf.h"

/*
 * What was sent is copied once, behind where the strings of an event go: task, exe, cgroup, labels and a
 * text have 15 460 bytes at their limits. A piece of a send, and a message in it, may begin so far in and be
 * so long: the verifier adds the two up.
 */
#define RAW_AT	 15488
#define RAW_FROM 5952
#define RAW_MAX	 9216

/* Messages in one send that are looked at; libaudit sends one. */
#define MESSAGES_MAX 32

/* Pieces of one message. */
#define PIECES_MAX 8

struct nlmsghdr {
	__u32 nlmsg_len;
	__u16 nlmsg_type;
	__u16 nlmsg_flags;
	__u32 nlmsg_seq;
	__u32 nlmsg_pid;
};

struct sockaddr_nl {
	__u16 nl_family;
	__u16 nl_pad;
	__u32 nl_pid;
	__u32 nl_groups;
};

/* struct user_msghdr, of 64-bit and of 32-bit programs. */
struct msg_native {
	__u64 name;
	__u32 name_len;
	__u32 pad;
	__u64 iov;
	__u64 iov_len;
};

struct msg_compat {
	__u32 name;
	__u32 name_len;
	__u32 iov;
	__u32 iov_len;
};

struct piece {
	__u64 base;
	__u64 len;
};

/* --- one send ------------------------------------------------------------------------------ */

/* The types that audit_netlink_ok() takes from programs: 1005, 1100 to 1199, 2100 to 2999. */
static __always_inline bool is_user_type(__u32 type)
{
	return type == AUDIT_USER || type - 1100 < 100 || type - 2100 < 900;
}

static __always_inline void text_append(struct atr_scratch *s, struct atr_str *str, __u32 at,
					__u32 len)
{
	__u32 pos = s->pos;

	str_begin(s, str);
	if (len > ATR_MESSAGE_MAX) {
		len = ATR_MESSAGE_MAX;
		str->flags = ATR_S_CUT;
	}
	/* Proves to 6.1 what the limits of the strings before it add up to. */
	if (pos > RAW_AT - ATR_MESSAGE_MAX || at > RAW_FROM + sizeof(struct nlmsghdr)) {
		str->flags = ATR_S_CUT;
		return;
	}
	barrier_var(len);
	if (len && len <= ATR_MESSAGE_MAX &&
	    bpf_probe_read_kernel(&s->data[pos], len, &s->data[RAW_AT + at]))
		str->flags = ATR_S_FAULT;
	str->len = len;
	s->pos = pos + len;
}

static __always_inline bool message_unwanted(struct atr_scratch *s, __u32 type)
{
	facts_begin(&s->facts, (void *)bpf_get_current_task(), false);
	fact_set(&s->facts, ATR_FIELD_MSGTYPE, type);
	return rules_judge(s->slot, ATR_LIST_USER) == ATR_VERDICT_OUT ||
	       rules_judge(s->slot, ATR_LIST_EXCLUDE) == ATR_VERDICT_OUT;
}

/*
 * The message that lies at that place of what was sent. Of s->raw the fields are what is left to look at;
 * 1: go on, 0: that was the last. Global, as walk_steps() is.
 */
__noinline int message_send(__u32 slot)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct atr_message *ev;
	struct nlmsghdr head;
	__u32 at, left;

	if (!s)
		return 0;
	ev = &s->message.ev;
	at = s->raw.at;
	left = s->raw.len - at;
	if (at > RAW_FROM || left < sizeof(head) || left > RAW_FROM + RAW_MAX ||
	    bpf_probe_read_kernel(&head, sizeof(head), &s->data[RAW_AT + at]) ||
	    head.nlmsg_len < sizeof(head) || head.nlmsg_len > s->raw.total - at)
		goto out;
	s->raw.at = at + ((head.nlmsg_len + 3) & ~3U);
	/* The kernel refuses one without a character, and so it is nothing to tell. */
	if (!is_user_type(head.nlmsg_type) || head.nlmsg_len < sizeof(head) + 2)
		return 1;
	scratch__seen(ATR_KIND_MESSAGE);
	if (s->generation && message_unwanted(s, head.nlmsg_type)) {
		scratch__filtered(ATR_KIND_MESSAGE);
		return 1;
	}
	scratch_clear(slot);
	s->fixed = sizeof(*ev);
	ev->hdr.time = bpf_ktime_get_boot_ns();
	ev->hdr.tai = tai_now();
	ev->hdr.flags = s->raw.trust;
	ev->type = head.nlmsg_type;
	ev->len = head.nlmsg_len - sizeof(head);
	ev_current(s, &ev->hdr, &ev->task);
	left -= sizeof(head);
	text_append(s, &ev->text, at + sizeof(head), ev->len < left ? ev->len : left);
	if (ev->len > left)
		ev->text.flags |= ATR_S_CUT;
	if (scratch__send(s, &ev->hdr, sizeof(*ev), ATR_KIND_MESSAGE))
		loss__count(ATR_KIND_MESSAGE, ATR_CAUSE_RING_FULL);
	return 1;
out:
	/* What is there is no message, and so it is not to the kernel either; or it is out of reach. */
	if (at <= RAW_FROM && (left >= sizeof(head) || s->raw.len == s->raw.total))
		s->raw.at = s->raw.total;
	return 0;
}

/* Somebody has sent something, and that is all that can be told. */
static __always_inline void unread(void)
{
	scratch__seen(ATR_KIND_MESSAGE);
	loss__count(ATR_KIND_MESSAGE, ATR_CAUSE_UNREAD);
}

/* s->data[RAW_AT] has the first bytes of what was sent by a socket: all its messages. */
static __always_inline void messages_send(struct atr_scratch *s, struct sock *sk)
{
	int i;

	s->raw.at = 0;
	s->raw.trust = trust_of((void *)bpf_get_current_task(), sk);
	for (i = 0; i < MESSAGES_MAX; i++) {
		if (!message_send(s->slot))
			break;
	}
	/* There may be more, and nobody looks. */
	if (s->raw.at < s->raw.total)
		unread();
}

static __always_inline bool is_audit(struct sock *sk)
{
	return BPF_CORE_READ(sk, sk_protocol) == NETLINK_AUDIT &&
	       BPF_CORE_READ(sk, __sk_common.skc_family) == AF_NETLINK;
}

/* --- where functions can be hooked ------------------------------------------------------------ */

static __always_inline int unicast(struct sock *sk, struct sk_buff *skb, __u32 portid)
{
	struct atr_scratch *s;
	__u32 len, n;

	/* To the kernel, which never sends to itself. */
	if (portid || !is_audit(sk))
		return 0;
	s = scratch__take(ATR_KIND_MESSAGE);
	if (!s)
		return 0;
	len = BPF_CORE_READ(skb, len);
	n = len < RAW_MAX ? len : RAW_MAX;
	s->raw.total = len;
	s->raw.len = n;
	barrier_var(n);
	if (n <= RAW_MAX && !bpf_probe_read_kernel(&s->data[RAW_AT], n, BPF_CORE_READ(skb, data)))
		messages_send(s, sk);
	else
		unread();
	scratch__put(s);
	return 0;
}

SEC("?fentry/" ATR_FUNC_NETLINK)
int BPF_PROG(atr_unicast, struct sock *sk, struct sk_buff *skb, __u32 portid)
{
	return unicast(sk, skb, portid);
}

SEC("?kprobe/" ATR_FUNC_NETLINK)
int BPF_KPROBE(atr_kunicast, struct sock *sk, struct sk_buff *skb, __u32 portid)
{
	return unicast(sk, skb, portid);
}

/* --- where not ------------------------------------------------------------------------------ */

static __always_inline bool piece_read(struct piece *ret, __u64 iov, __u32 i, bool compat)
{
	__u32 pair[2];

	if (!compat)
		return !bpf_probe_read_user(ret, sizeof(*ret), (void *)(iov + i * sizeof(*ret)));
	if (bpf_probe_read_user(pair, sizeof(pair), (void *)(iov + i * sizeof(pair))))
		return false;
	ret->base = pair[0];
	ret->len = pair[1];
	return true;
}

/* Appends a piece of what was sent. */
static __always_inline bool raw_add(struct atr_scratch *s, const struct piece *piece)
{
	__u32 at = s->raw.len, n;

	s->raw.total += piece->len;
	if (at > RAW_FROM)
		return true;
	n = piece->len < RAW_MAX ? piece->len : RAW_MAX;
	s->raw.len = at + n;
	barrier_var(n);
	return n <= RAW_MAX && !bpf_probe_read_user(&s->data[RAW_AT + at], n, (void *)piece->base);
}

/* Of sendmsg() or writev(). */
static __always_inline bool raw_pieces(struct atr_scratch *s, __u64 iov, __u64 n, bool compat)
{
	struct piece piece;
	__u32 i;

	if (n > PIECES_MAX)
		return false;
	for (i = 0; i < PIECES_MAX; i++) {
		if (i >= n)
			break;
		if (!piece_read(&piece, iov, i, compat) || !raw_add(s, &piece))
			return false;
	}
	return true;
}

/* Is it for the kernel? By the address that it was sent to, or that the socket is connected to. */
static __always_inline bool to_kernel(struct sock *sk, __u64 name, __u32 name_len)
{
	struct sockaddr_nl to;

	if (!name || !name_len)
		return !BPF_CORE_READ((struct netlink_sock *)sk, dst_portid);
	return !bpf_probe_read_user(&to, sizeof(to), (void *)name) && !to.nl_pid;
}

/*
 * What a call has sent, into the scratch memory: 1, 0 if it is not for the kernel, or negative if it cannot
 * be read.
 */
static __always_inline int raw_read(struct atr_scratch *s, struct sock *sk, enum send_call call,
				    const __u64 args[6], bool compat)
{
	struct piece piece = { args[1], args[2] };
	struct msg_native msg;
	struct msg_compat small;

	s->raw.len = 0;
	s->raw.total = 0;
	if (call == SEND_TO || call == SEND_WRITE) {
		if (!to_kernel(sk, call == SEND_TO ? args[4] : 0, args[5]))
			return 0;
		return raw_add(s, &piece) ? 1 : -1;
	}
	if (call == SEND_WRITEV) {
		if (!to_kernel(sk, 0, 0))
			return 0;
		return raw_pieces(s, args[1], args[2], compat) ? 1 : -1;
	}
	if (compat) {
		if (bpf_probe_read_user(&small, sizeof(small), (void *)args[1]))
			return -1;
		msg.name = small.name;
		msg.name_len = small.name_len;
		msg.iov = small.iov;
		msg.iov_len = small.iov_len;
	} else if (bpf_probe_read_user(&msg, sizeof(msg), (void *)args[1])) {
		return -1;
	}
	if (!to_kernel(sk, msg.name, msg.name_len))
		return 0;
	return raw_pieces(s, msg.iov, msg.iov_len, compat) ? 1 : -1;
}

static __always_inline int sent(struct sock *sk, enum send_call call, const __u64 args[6],
				bool compat)
{
	struct atr_scratch *s = scratch__take(ATR_KIND_MESSAGE);
	int n;

	if (!s)
		return 0;
	n = call == SEND_NONE ? -1 : raw_read(s, sk, call, args, compat);
	if (n > 0)
		messages_send(s, sk);
	else if (n < 0)
		unread();
	scratch__put(s);
	return 0;
}

/* What the kernel has not taken for a reason of the send's own (no memory, a bad address) is no message. */
static __always_inline bool reached(int ret)
{
	return ret > 0 || ret == -ECONNREFUSED;
}

SEC("?tp_btf/sock_send_length")
int BPF_PROG(atr_sent, struct sock *sk, int ret)
{
	struct task_struct *task;
	__u32 arch, nr;
	__u64 args[6];
	int i;

	if (sk->__sk_common.skc_family != AF_NETLINK || sk->sk_protocol != NETLINK_AUDIT)
		return 0;
	/* The kernel sends on this protocol too, from a thread of its own. */
	task = (void *)bpf_get_current_task();
	if (!reached(ret) || BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return 0;
	current_call(task, &arch, &nr, args);
	for (i = 0; i < 6; i++)
		args[i] = arg_value(arch, args[i]);
	return sent(sk, send_call(arch, nr), args, arch != ATR_ARCH_NATIVE);
}

/* The socket behind a descriptor of the task; NULL if it is none, or none of ours. */
static __always_inline struct sock *audit_socket(struct task_struct *task, __u32 fd)
{
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(fdt, fd), *file = NULL;
	struct socket *socket;
	struct sock *sk;

	if (fd >= BPF_CORE_READ(fdt, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file ||
	    (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	return sk && is_audit(sk) ? sk : NULL;
}

static __always_inline int enter(struct syscall_trace_enter *ctx, enum send_call call)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct sock *sk = audit_socket(task, ctx->args[0]);
	__u64 args[6] = { ctx->args[0], ctx->args[1], ctx->args[2] };

	if (!sk)
		return 0;
	if (call == SEND_TO) {
		args[4] = ctx->args[4];
		args[5] = ctx->args[5];
	}
	return sent(sk, call, args, false);
}

SEC("?tp/syscalls/sys_enter_sendto")
int atr_sendto(struct syscall_trace_enter *ctx)
{
	return enter(ctx, SEND_TO);
}

SEC("?tp/syscalls/sys_enter_sendmsg")
int atr_sendmsg(struct syscall_trace_enter *ctx)
{
	return enter(ctx, SEND_MSG);
}

/* --- where system calls are to cost nothing ----------------------------------------------------- */

/* What libaudit sends at most, with its header: MAX_AUDIT_MESSAGE_LENGTH, to a multiple of four. */
#define LIBAUDIT_MAX (8970 & ~3)

/*
 * Calls of libaudit that are under way, and since when. Who has two probes on one library (pam.bpf.c) gets into
 * each twice at a time. What a call leaves that does not return (killed, or jumped out of) is soon none.
 */
#define AT_A_TIME 1000000000ULL

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct frame);
	__type(value, __u64);
} atr_audit_calls SEC(".maps");

static __always_inline bool call_begins(struct pt_regs *ctx)
{
	struct frame frame = frame_entry(ctx);
	__u64 now = bpf_ktime_get_boot_ns(), *since;

	since = bpf_map_lookup_elem(&atr_audit_calls, &frame);
	if (since && now - *since < AT_A_TIME)
		return false;
	/* If there is no room, one of two probes is one too many. */
	bpf_map_update_elem(&atr_audit_calls, &frame, &now, BPF_ANY);
	return true;
}

/* The message as libaudit makes it: header, text, and zeros to a multiple of four bytes. */
static __always_inline bool call_read(struct atr_scratch *s, __u32 type, const struct piece *text)
{
	struct nlmsghdr head = { .nlmsg_type = type };
	__u32 n = text->len;

	/* Proves again what the caller has looked at: 6.1 has forgotten it. */
	barrier_var(n);
	if (n > LIBAUDIT_MAX)
		return false;
	head.nlmsg_len = sizeof(head) + ((n + 3) & ~3U);
	__builtin_memcpy(&s->data[RAW_AT], &head, sizeof(head));
	__builtin_memset(&s->data[RAW_AT + sizeof(head) + n], 0, 4);
	s->raw.len = sizeof(head);
	if (!raw_add(s, text))
		return false;
	s->raw.len = head.nlmsg_len;
	s->raw.total = head.nlmsg_len;
	return true;
}

/*
 * int __audit_send(int fd, int type, const void *data, unsigned int size, int *seq): all of libaudit's senders
 * end in it, with the text that the kernel gets. Before libaudit 3 the same is audit_send(), without seq. At
 * the entry: who sends as he is about to be killed does not return.
 */
SEC("?uprobe")
int BPF_KPROBE(atr_audit_send, __u32 fd, __u32 type, __u64 data, __u32 size)
{
	struct sock *sk = is_user_type(type) ? audit_socket((void *)bpf_get_current_task(), fd) :
					       NULL;
	const struct piece text = { data, size };
	struct atr_scratch *s;

	/* What is too long it does not send. */
	if (!sk || size > LIBAUDIT_MAX - sizeof(struct nlmsghdr) || !call_begins(ctx))
		return 0;
	s = scratch__take(ATR_KIND_MESSAGE);
	if (!s)
		return 0;
	if (call_read(s, type, &text))
		messages_send(s, sk);
	else
		unread();
	scratch__put(s);
	return 0;
}

SEC("?uretprobe")
int BPF_KRETPROBE(atr_audit_sent)
{
	struct frame frame = frame_return(ctx);

	/* There is none of what is no message. */
	bpf_map_delete_elem(&atr_audit_calls, &frame);
	return 0;
}
