/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every hook family needs: configuration, scratch memory, the ring, losses. */
#ifndef ATR_CORE_BPF_H
#define ATR_CORE_BPF_H

#include "vmlinux/vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "bpf/event.h"
#include "bpf/label.h"
#include "bpf/match.h"

/*
 * Room for the strings of one event, as much as the 32 kB of a per-cpu value leave. All together at their
 * limits: name and interp 2 * 4097, exe, cwd and script 3 * (4112 + 256), arguments 8192, title and tty
 * 192, labels 1024: 30 706. A container's cgroup (1024) and the walks of a chroot's root and of a
 * descriptor take what is left; where all the others are at their limits something is cut, and says so.
 */
#define ATR_DATA_MAX 30672

/* Where a walk up a path stands, and where it ends: addresses of the kernel's objects. */
struct atr_walk {
	__u64 dentry;
	__u64 vfsmnt;
	__u64 mnt_root;
	__u64 root;
	__u64 root_mnt;
	__u32 start;
	__u32 flags;
};

/* Files that a call has opened, in that order. */
struct atr_opened {
	__u64 link[ATR_FILES_MAX]; /* struct file; alive until the call returns to user space */
	struct atr_file files[ATR_FILES_MAX];
	__u32 n;
	__u32 pad;
};

/* What is left to send of a block of the task's memory. */
struct atr_block {
	__u64 from;
	__u32 off;
	__u32 total;
	__u32 missing; /* pages that could not be read */
	__u32 pad;
};

/* A smaller event in the place of an exec: its end is the same. */
#define ATR_BEHIND(type)                                                    \
	struct {                                                            \
		char before[sizeof(struct atr_exec) - sizeof(struct type)]; \
		struct type ev;                                             \
	}

/*
 * An event under construction. The offset of the next free byte stands here and not in a register:
 * the verifier knows nothing of memory, so it need not follow each value that the offset can take.
 */
struct atr_scratch {
	__u64 busy;
	__u64 seq;
	__u32 pos;
	__u32 slot;
	__u32 fixed;	  /* size of the event without its strings */
	__u32 generation; /* of the rules that it is judged by */
	struct atr_facts facts;
	__u64 args[6]; /* of the call */
	struct atr_walk walk;
	struct atr_block argv;
	struct {
		__u32 at;
		__u32 len;   /* of what is there */
		__u32 total; /* of what was sent */
		__u32 trust;
	} raw; /* messages: see usermsg.bpf.c */
	struct {
		__u64 time;
		__u64 tai;
		__u64 from; /* what is left to send */
		__u32 left;
		__u32 user; /* it lies in the task's memory, not in the kernel's */
		__u32 dev;
		__u32 how;
		__u32 flags;
		__u32 arch;
		__s64 exit;
		__u32 nr;
		char byte[4];
	} tty;	     /* see tty.bpf.c */
	__u64 label; /* of AppArmor: address of the kernel's object */
	struct atr_opened opened;
	/* The event that is being made ends where its strings begin. */
	union {
		struct atr_exec ev;
		ATR_BEHIND(atr_message) message;
		ATR_BEHIND(atr_login) login;
		ATR_BEHIND(atr_pam) pam;
		ATR_BEHIND(atr_abend) abend;
		ATR_BEHIND(atr_tty) tty_input;
	};
	char data[ATR_DATA_MAX];
};

/* A slot that nobody on this cpu uses, for an event of that kind; NULL, counted, if there is none. */
struct atr_scratch *scratch__take(__u32 kind);
/* The same, and the event is counted as seen. */
struct atr_scratch *scratch__get(__u32 kind);
void scratch__seen(__u32 kind);
/* A rule leaves the event out: one that was counted as seen, or (in one go) was not. */
void scratch__filtered(__u32 kind);
void scratch__refused(__u32 kind);
int scratch_clear(__u32 slot);
void scratch__put(struct atr_scratch *s);
/* The event, of that fixed size, whose header that is, with its strings; not 0: the ring is full. */
int scratch__send(struct atr_scratch *s, struct atr_hdr *hdr, __u32 fixed, __u32 kind);
int walk_steps(__u32 slot);
int walk_all(__u32 slot);
int chunk_send(__u32 slot);
struct atr_scratch *scratch__slot(__u32 slot);
void loss__count(__u32 kind, __u32 cause);

extern __u32 atr_generation;
extern const volatile bool cfg_has_tai;
extern const volatile bool cfg_has_task_regs;
extern const volatile __u32 cfg_mntns; /* the initial one */
extern const volatile struct atr_label_sources cfg_labels;

static __always_inline __u64 tai_now(void)
{
	return cfg_has_tai ? bpf_ktime_get_tai_ns() : 0;
}

#endif /* ATR_CORE_BPF_H */
