// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is typed into terminals (tty.bpf.c), where functions of the kernel cannot be hooked: at the exit of read()
 * and readv(), what the call has put into the task's memory, where another thread may have changed it, and the
 * mode that the terminal has by then. Not for 32-bit tasks, nor for io_uring, preadv2() and splice().
 *
 * Of a line no more is seen than its bytes: what just fills a buffer and is no end of a line by its last byte is
 * taken for a part of one.
 */
#include "bpf/regs.bpf.h"
#include "bpf/tty.bpf.h"

/* The address of tty_read(): whose files it reads are terminals. */
const volatile __u64 cfg_tty_read;

/* Events of one call, and pieces of its buffer. */
#define EVENTS_MAX 32
#define PIECES_MAX 8

/* The terminal behind a descriptor of the task; NULL if it is none, or not one that edits lines. */
static __always_inline struct tty_struct *tty_of(struct task_struct *task, __u32 fd)
{
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(fdt, fd), *file = NULL;
	const struct file_operations *ops;
	struct tty_file_private *private;
	struct tty_struct *tty;

	if (fd >= BPF_CORE_READ(fdt, max_fds) ||
	    bpf_probe_read_kernel(&file, sizeof(file), files + fd) || !file)
		return NULL;
	ops = BPF_CORE_READ(file, f_op);
	if ((__u64)BPF_CORE_READ(ops, read_iter) != cfg_tty_read &&
	    (__u64)BPF_CORE_READ(ops, read) != cfg_tty_read)
		return NULL;
	private = BPF_CORE_READ(file, private_data);
	tty = BPF_CORE_READ(private, tty);
	return tty && BPF_CORE_READ(tty, ldisc, ops, num) == N_TTY ? tty : NULL;
}

static __always_inline int enter(unsigned long fd)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (tty__mark(task) && tty_of(task, fd))
		tty__call_new(task, 0);
	return 0;
}

/* Of read() and of readv(), whose first argument is the descriptor. */
SEC("?tp/syscalls/sys_enter_read")
int atr_tty_enter(struct syscall_trace_enter *ctx)
{
	return enter(ctx->args[0]);
}

/*
 * Is what a read ended with the end of a line? The terminal edits lines, and either the last byte is one that
 * ends them, or there was room for more and yet no more came: ^D.
 */
static __always_inline bool is_line(struct tty_struct *tty, __u64 last_at, bool full)
{
	unsigned char last = 0, eol, eol2;

	if (!full)
		return true;
	if (bpf_probe_read_user(&last, 1, (void *)last_at))
		return true;
	eol = BPF_CORE_READ(tty, termios.c_cc[VEOL]);
	eol2 = BPF_CORE_READ(tty, termios.c_cc[VEOL2]);
	return last == '\n' || (last && (last == eol || last == eol2));
}

/* Takes what s->tty says of the task's memory, until all is sent. */
static __always_inline void pieces_send(struct atr_scratch *s)
{
	int i;

	for (i = 0; i < EVENTS_MAX; i++) {
		if (!tty_send(s->slot))
			return;
	}
	tty__lost();
}

static __always_inline struct atr_scratch *read_fill(struct task_struct *task,
						     struct tty_struct *tty, __u32 lflag, __s64 ret)
{
	struct tty_call *call = tty__call(task);
	struct atr_scratch *s = tty__begin(lflag & ICANON ? ATR_TTY_ICANON : 0);

	if (!s)
		return NULL;
	if (call) {
		s->tty.time = call->time;
		s->tty.tai = call->tai;
	} else {
		s->tty.flags = ATR_F_LATE_TIME;
	}
	s->tty.user = 1;
	s->tty.dev = tty_dev(tty);
	s->tty.exit = ret;
	return s;
}

/* So much has been read, into one buffer or (n > 0) into so many that iov tells. */
static __always_inline void buffer_tell(struct atr_scratch *s, struct tty_struct *tty, __u32 lflag,
					__u64 buf, __u64 room, __u64 ret)
{
	const bool line = lflag & ICANON && !(lflag & EXTPROC);

	s->tty.from = buf;
	s->tty.left = ret;
	s->tty.how |= ATR_TTY_END;
	if (line && is_line(tty, buf + ret - 1, ret >= room))
		s->tty.how |= ATR_TTY_PUSH;
	tty__note(s->tty.how);
	pieces_send(s);
}

static __always_inline void vector_tell(struct atr_scratch *s, struct tty_struct *tty, __u32 lflag,
					__u64 iov, __u64 n, __u64 ret)
{
	__u32 how = s->tty.how;
	__u64 pair[2], left = ret;
	__u32 i;

	for (i = 0; i < PIECES_MAX && i < n && left; i++) {
		if (bpf_probe_read_user(pair, sizeof(pair), (void *)(iov + i * sizeof(pair))))
			break;
		s->tty.how = how;
		if (pair[1] >= left) {
			buffer_tell(s, tty, lflag, pair[0], i + 1 < n ? left + 1 : pair[1], left);
			return;
		}
		if (!pair[1])
			continue;
		s->tty.from = pair[0];
		s->tty.left = pair[1];
		left -= pair[1];
		tty__note(how);
		pieces_send(s);
	}
	if (left)
		tty__lost();
}

/* What is secret is left out, but that its line ends is told: ^D alone, with nothing in it, does so as well. */
static __always_inline void read_tell(struct task_struct *task, struct tty_struct *tty, __u32 lflag,
				      __s64 ret, bool secret, bool vector)
{
	const bool nothing = secret || !ret;
	struct atr_scratch *s;

	if (nothing && !(lflag & ICANON && tty__waits(bpf_get_current_pid_tgid() >> 32)))
		return;
	s = read_fill(task, tty, lflag, ret);
	if (!s)
		return;
	if (nothing)
		buffer_tell(s, tty, lflag, 0, 1, 0);
	else if (vector)
		vector_tell(s, tty, lflag, s->args[1], s->args[2], ret);
	else
		buffer_tell(s, tty, lflag, s->args[1], s->args[2], ret);
	scratch__put(s);
}

static __always_inline int leave(long ret, bool vector)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	__u32 mark = tty__mark(task), arch, nr, lflag;
	struct tty_struct *tty;
	__u64 args[6];

	if (!mark)
		return 0;
	current_call(task, &arch, &nr, args);
	tty = tty_of(task, args[0]);
	if (!tty)
		return 0;
	lflag = BPF_CORE_READ(tty, termios.c_lflag);
	if (ret >= 0 && !tty_is_master(tty))
		read_tell(task, tty, lflag, ret, tty_is_secret(lflag, mark), vector);
	tty__call_end();
	return 0;
}

SEC("?tp/syscalls/sys_exit_read")
int atr_tty_left(struct syscall_trace_exit *ctx)
{
	return leave(ctx->ret, false);
}

SEC("?tp/syscalls/sys_exit_readv")
int atr_tty_leftv(struct syscall_trace_exit *ctx)
{
	return leave(ctx->ret, true);
}

SEC("?tp/syscalls/sys_exit_ioctl")
int atr_tty_ioctl(struct syscall_trace_exit *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct tty_struct *tty;
	__u32 arch, nr;
	__u64 args[6];

	if (ctx->ret || !tty__mark(task))
		return 0;
	current_call(task, &arch, &nr, args);
	if ((__u32)args[1] != TIOCSTI)
		return 0;
	tty = tty_of(task, args[0]);
	return tty ? tty__inject(tty, args[2], true) : 0;
}
