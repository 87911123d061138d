/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Terminal input: what its ways have in common, see tty.bpf.c. */
#ifndef ATR_TTY_BPF_H
#define ATR_TTY_BPF_H

#include "bpf/task.bpf.h"
#include "bpf/mark.h"

/* Is anybody's terminal input to be recorded? */
extern const volatile bool cfg_tty;

/* So many bytes of one call are gathered before they are sent, and so many more can be. */
#define HELD_MAX 256

struct tty_call {
	__u64 task;
	__u64 time;
	__u64 tai;
	__u64 total; /* bytes that it got */
	__u64 args[6];
	__u32 arch;
	__u32 nr;
	__u32 dev;
	__u32 how;
	__u32 flags;
	__u32 len;
	char data[2 * HELD_MAX];
};

/* What of the current task's terminal input is recorded: enum atr_mark_flag, 0 for nothing. */
__u32 tty__mark(struct task_struct *task);

/* Is the current task marked? Global, as walk_steps() is: what comes after it is looked at once. */
int tty_marked(void);

/* An event of this moment, of the call that the current task is in; NULL, counted: no memory. */
struct atr_scratch *tty__begin(__u32 how);
/* Sends the next of what is left, as s->tty says; returns how much is left then. */
int tty_send(__u32 slot);
/* There was something, and it cannot be told. */
void tty__lost(void);

/* What is sent leaves something to wait for in user space, or ends that. */
void tty__note(__u32 how);
/* Does something of that process wait? */
bool tty__waits(__u32 pid);

/* Something is put into a terminal: a byte, or the address in the task's memory that it is at. */
int tty__inject(struct tty_struct *tty, __u64 from, bool user);

/* The read that the task is in, or its last one; NULL: there is none. */
struct tty_call *tty__call(struct task_struct *task);
struct tty_call *tty__call_new(struct task_struct *task, __u32 flags);
void tty__call_end(void);

static __always_inline __u32 tty_dev(struct tty_struct *tty)
{
	struct tty_driver *driver = BPF_CORE_READ(tty, driver);

	return (__u32)BPF_CORE_READ(driver, major) << 20 |
	       (__u32)(BPF_CORE_READ(driver, minor_start) + BPF_CORE_READ(tty, index));
}

static __always_inline bool tty_is_master(struct tty_struct *tty)
{
	struct tty_driver *driver = BPF_CORE_READ(tty, driver);
	struct tty_driver___short *old = (void *)driver;

	if (bpf_core_field_exists(driver->type))
		return BPF_CORE_READ(driver, type) ==
			       bpf_core_enum_value(enum tty_driver_type, TTY_DRIVER_TYPE_PTY) &&
		       BPF_CORE_READ(driver, subtype) ==
			       bpf_core_enum_value(enum tty_driver_subtype, PTY_TYPE_MASTER);
	return BPF_CORE_READ(old, type) == TTY_TYPE_PTY_OLD &&
	       BPF_CORE_READ(old, subtype) == PTY_TYPE_MASTER_OLD;
}

/* A password is read line by line, and nothing is echoed. */
static __always_inline bool tty_is_secret(__u32 lflag, __u32 mark)
{
	return lflag & ICANON && !(lflag & ECHO) && !(mark & ATR_MARK_PASSWORDS);
}

#endif /* ATR_TTY_BPF_H */
