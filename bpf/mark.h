/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose terminal input is recorded: marks that user space sets, by session or by process. */
#ifndef ATR_MARK_H
#define ATR_MARK_H

#include "bpf/event.h"

enum {
	ATR_MARKS_SESSIONS = 8192,
	ATR_MARKS_TASKS = 16384,
	/* of start: what /proc/PID/stat counts in */
	ATR_MARK_TICK = 10000000,
};

/* A session that has a mark of 0 is not to be recorded, whatever its processes have. */
enum atr_mark_flag {
	ATR_MARK_ENABLE = 1 << 0,
	ATR_MARK_PASSWORDS = 1 << 1, /* what is typed while nothing is echoed, too */
};

/* Of a process by its pid, and of those that it starts. */
struct atr_mark {
	__u64 start; /* the tick in which it was started: pids are given out again */
	__u32 flags;
	__u32 pad;
};

#endif /* ATR_MARK_H */
