/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What outlives the daemon beside the ring: a page of memory that it maps and that is pinned with the rest.
 * Who comes after it may be another build: it reads no more than the first five fields unless abi is its own,
 * so they stay where they are, and any other change is a change of ATR_ABI.
 */
#ifndef ATR_KEPT_H
#define ATR_KEPT_H

#include "bpf/event.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

#define ATR_KEPT_MAGIC 0x746b65707472746fULL

enum {
	ATR_KEPT_HOOKS = 96,
	ATR_KEPT_NAME = 64,	  /* of an event in tracefs */
	ATR_KEPT_SESSIONS = 8192, /* a power of two */
	ATR_KEPT_FACTS = 32,
	ATR_KEPT_OPENED = 256,
};

/* A process that has opened a session without a login uid, and is marked for it: see user/cmd/marker.c. */
struct atr_kept_opened {
	__u32 pid; /* 0: none */
	__u32 pad;
	__u64 handle; /* of libpam; 0: not known */
};

/*
 * Where all stands behind an event that has been written: in here, and in the log's journal, whose magic number
 * changes with it. All zero: not known.
 */
struct atr_kept_mark {
	__u64 ring;	/* the id of the kernel side */
	__u64 position; /* all before it is dealt with */
	__u64 needed;	/* but for pieces of arguments from here on */
	__u64 serial;	/* the next one */
	__u64 written;	/* and the other counts, with this event */
	__u64 filtered;
	__u64 passed;
	__u64 lost;
	__u64 session;	  /* that it shows, as in sessions; 0: none */
	__u64 loss;	  /* that it reports: 1 << 32 | kind << 16 | cause; 0: none */
	__u64 loss_count; /* so many of it are reported now */
};

struct atr_kept {
	__u64 magic; /* when all the rest is there */
	__u32 abi;
	__u32 pad;
	__u64 identity; /* of the build, the kernel's features and the options: see keep.c */
	__u64 id;	/* CLOCK_BOOTTIME of its beginning */
	/* It began beside this one, which was read and written up to there: what both have, that one tells. 0: none. */
	__u64 after;
	__u64 after_from;
	__u64 after_to;
	__u64 until; /* CLOCK_BOOTTIME when its hooks were let go of; 0: they have not been */
	__u32 links; /* pinned ones, but for those on libraries */
	__u32 has_sessions;
	/* What its reader knew when all was in the log the last time, twice: the one that mark says is whole. */
	struct atr_kept_mark marks[2];
	__u64 mark;
	__u64 tty; /* of the words that its marks (bpf/mark.h) were made by: a hash; 0: none */
	struct atr_kept_opened opened[ATR_KEPT_OPENED];
	__u64 missed; /* how often programs that are pinned were left out, as it was last counted */
	struct atr_clock clock; /* the last one that was told */
	__u8 mode[ATR_KEPT_FACTS];
	char event[ATR_KEPT_HOOKS][ATR_KEPT_NAME];
	struct atr_loss losses[ATR_KIND_USER][ATR_CAUSE_MAX];
	/* Session number n is at n % ATR_KEPT_SESSIONS: its login uid in the upper half, n below. 0: none. */
	__u64 sessions[ATR_KEPT_SESSIONS];
};

#pragma GCC diagnostic pop

#endif /* ATR_KEPT_H */
