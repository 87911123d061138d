/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What execs that work and execs that fail have in common. */
#ifndef ATR_EXEC_BPF_H
#define ATR_EXEC_BPF_H

#include "bpf/spaces.bpf.h"
#include "bpf/regs.bpf.h"

/* Calls that can be under way at a time; see atr_pendings. */
#define ATR_PENDINGS   4096

#define SLOT_FREE      1
#define SLOT_CONTESTED 2 /* free, but somebody lost it while his call was under way */

/* Names of files that a slot has room for itself, and how long each may be with its NUL. */
#define NAMES_INLINE 4
#define NAME_INLINE  64

/*
 * A call that is under way, in as few bytes as may be: what all the execs of a machine go through is to stay in
 * the cache, and of most of them no more is ever wanted where there are rules.
 */
enum entry_state {
	ENTRY_CALL,	      /* it has begun */
	ENTRY_REFUSED,	      /* no rule can match it */
	ENTRY_REFUSED_UNLESS, /* none can, unless it fails after all */
	ENTRY_PENDING,	      /* it has a slot in atr_pendings */
};

struct atr_entry {
	__u64 task;    /* as that of a pending call */
	__u64 jiffies; /* when it began */
	union {
		__u64 mm;
		/* Of one that is refused unless it fails: then the registers are gone. */
		__u64 args[4];
	};
	__u32 tid;
	__u32 nr;
	__u32 arch; /* with the arguments, as the flags of execveat(): the half that leads to an exec */
	__u16 at_flags;
	__u8 state;
	__u8 contested;
};

_Static_assert(sizeof(struct atr_entry) == 64, "a line of the cache");

/* Mapped by nobody; but then it begins with a page, and no entry lies in two lines of the cache. */
struct atr_entries {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, ATR_PENDINGS);
	__type(key, __u32);
	__type(value, struct atr_entry);
};

extern struct atr_entries atr_entries SEC(".maps");

/* The slot of a thread id, whoever's it is. NULL: never. */
static __always_inline struct atr_entry *entry__slot(__u32 tid)
{
	__u32 slot = tid % ATR_PENDINGS;

	return bpf_map_lookup_elem(&atr_entries, &slot);
}

/* Takes the slot, from whoever has it, for a call that begins now. NULL: never. */
struct atr_entry *entry__new(__u32 tid, struct task_struct *task, __u32 state);

/* What is known of a call before it has succeeded or failed. */
struct atr_pending {
	__u64 task; /* whose it is; SLOT_*, or 0 if it never was anybody's */
	__u64 mm;   /* of the task at the entry */
	__u64 time;
	__u64 args[6];
	__u32 arch;
	__u32 nr;
	__u32 old_uid;
	__u32 old_euid;
	__u32 new_uid;
	__u32 new_euid;
	struct atr_caps old_caps;
	struct atr_caps new_caps;
	__u32 tid;
	__u32 leader_of; /* the slot is that of a thread that took its leader's place; 0: it is not */
	__u32 flags;
	__u32 prepared; /* the point of no return has been reached, the new credentials are known */
	__u32 contested;
	__u32 running;		/* which of the opened files is the one that runs */
	__u32 has_names;	/* files are all that were opened, each with its name */
	__u64 opening;		/* struct filename of the open that is under way (kprobes) */
	__u64 bprm;		/* of the credentials that are being computed (kprobes) */
	struct atr_file denied; /* what the open under way has come to, before it is decided */
	struct atr_opened opened;
	__u32 long_name[ATR_FILES_MAX];
	char names[NAMES_INLINE][NAME_INLINE];
};

/* The slot of a thread id, whoever's it is. */
struct atr_pending *pending__slot(__u32 tid);

/* Takes the slot, from whoever has it, for a call that began with e, or (NULL) begins now. NULL: never. */
struct atr_pending *pending__new(__u32 tid, struct task_struct *task, const struct atr_entry *e);
/* The same for the call of an entry, which from now on has it; e NULL: the entry was not seen. */
struct atr_pending *pending__from(struct atr_entry *e, __u32 tid, struct task_struct *task);

/* A name for each of the files of the pending call of a thread, into the event; see open.bpf.c. */
int names_append(__u32 slot, __u32 tid);

/*
 * The files that the current call has let go of, into what is opened of the scratch memory, or (slot
 * ATR_SLOTS) of the pending call of the thread; see works.bpf.c. Negative: they cannot be told.
 */
int works_read(__u32 slot, __u32 tid);

/* Told by user space before the load: what other hooks have left for one that is about to run. */
extern const volatile bool cfg_has_calls; /* every call's entry, those of 32-bit code too */
/*
 * A call begins with its entry alone, if at all, and sched_prepare_exec tells the rest from its registers: there is
 * no pending call without an entry.
 */
extern const volatile bool cfg_has_entries;
extern const volatile bool cfg_has_prepare; /* credentials and files, before the point of no return */
extern const volatile bool cfg_has_opens;   /* each file as it was opened, and its name */
extern const volatile bool cfg_has_denied; /* and one that may not be opened */
extern const volatile __u32 cfg_tick;	   /* ns that a jiffy lasts */

/* The root that most tasks have, whose own walk is empty; found once, so that others need not walk. */
extern __u64 atr_common_root, atr_common_root_mnt;

/* NULL if the slot is another's. */
static __always_inline struct atr_entry *entry__find(__u32 tid, __u64 task)
{
	struct atr_entry *e = entry__slot(tid);

	return e && e->task == task && e->tid == tid ? e : NULL;
}

static __always_inline void entry__free(struct atr_entry *e)
{
	e->task = e->contested ? SLOT_CONTESTED : SLOT_FREE;
}

/* A call that was refused has come to its end: it was seen, and a rule has left it out. */
static __always_inline void entry__refused(struct atr_entry *e, enum atr_kind kind)
{
	scratch__refused(kind);
	entry__free(e);
}

static __always_inline struct atr_pending *pending__find(__u32 tid, __u64 task)
{
	struct atr_pending *p;

	if (cfg_has_entries) {
		struct atr_entry *e = entry__find(tid, task);

		if (!e || e->state != ENTRY_PENDING)
			return NULL;
	}
	p = pending__slot(tid);
	if (!p || p->task != task || p->tid != tid)
		return NULL;
	if (!p->leader_of)
		return p;
	tid = p->leader_of;
	p = pending__slot(tid);
	return p && p->task == task && p->tid == tid ? p : NULL;
}

/* The slots of a thread id, as far as they are this task's. */
static __always_inline void pending__free(__u32 tid, struct task_struct *task)
{
	struct atr_entry *e = entry__find(tid, (__u64)task);
	struct atr_pending *p;

	if (e)
		entry__free(e);
	if (cfg_has_entries && (!e || e->state != ENTRY_PENDING))
		return;
	p = pending__slot(tid);
	if (p && p->task == (__u64)task && p->tid == tid)
		p->task = p->contested ? SLOT_CONTESTED : SLOT_FREE;
}

static __always_inline void ev_opened(struct atr_scratch *s, const struct atr_opened *opened,
				      __u32 running)
{
	struct atr_exec *ev = &s->ev;
	__u32 i;

	ev->nfiles = opened->n;
	ev->running = running;
	for (i = 0; i < ATR_FILES_MAX; i++) {
		if (i >= opened->n)
			break;
		ev->files[i] = opened->files[i];
	}
}

/* What a pending call knows goes into the event; without one the event says that it does not. */
static __always_inline void ev_begin(struct atr_scratch *s, const struct atr_pending *p,
				     __u32 flags)
{
	struct atr_exec *ev = &s->ev;
	__u64 now = bpf_ktime_get_boot_ns(), tai = tai_now();

	scratch_clear(s->slot);
	ev->hdr.flags = flags;
	ev->dir.flags = ATR_S_NULL;
	ev->hdr.time = p ? p->time : now;
	/* They are set apart seldom. */
	ev->hdr.tai = tai ? tai - (now - ev->hdr.time) : 0;
	if (!p) {
		ev->hdr.flags |= ATR_F_NO_ENTRY | ATR_F_LATE_TIME;
		return;
	}
	ev->hdr.flags |= p->flags;
	__builtin_memcpy(ev->args, p->args, sizeof(ev->args));
	ev->arch = p->arch;
	ev->nr = p->nr;
	ev->old_uid = p->old_uid;
	ev->old_euid = p->old_euid;
	ev->new_uid = p->new_uid;
	ev->new_euid = p->new_euid;
	ev->old_caps = p->old_caps;
	ev->new_caps = p->new_caps;
	if (p->has_names)
		ev->hdr.flags |= ATR_F_OPENS;
	ev_opened(s, &p->opened, p->running);
}

/*
 * Behind all that was copied of the pending call: was it this call's all the time? If not, what is told
 * of it may be another's: none of that can be believed.
 */
static __always_inline bool ev_still_ours(const struct atr_pending *p, struct task_struct *task)
{
	barrier();
	return *(volatile __u64 *)&p->task == (__u64)task;
}

/* Where the task is; relative to what all its paths are told, and where that is. */
static __always_inline void ev_cwd(struct atr_scratch *s, struct task_struct *task, bool typed)
{
	struct fs_struct *fs = RD(typed, task, fs);
	struct dentry *root = RD(typed, fs, root.dentry);
	struct vfsmount *root_mnt = RD(typed, fs, root.mnt);

	s->ev.task.root_ino = BPF_CORE_READ(root, d_inode, i_ino);
	s->ev.task.root_dev = BPF_CORE_READ(root, d_inode, i_sb, s_dev);
	s->walk.root = (__u64)root;
	s->walk.root_mnt = (__u64)root_mnt;
	walk_append(s, &s->ev.cwd, RD(typed, fs, pwd.mnt), RD(typed, fs, pwd.dentry));
}

/* What a look-up needs to walk in the task's place, and what rules may ask for. */
static __always_inline void ev_groups(struct atr_exec *ev, struct task_struct *task)
{
	struct group_info *groups = BPF_CORE_READ(task, cred, group_info);
	__u32 n = BPF_CORE_READ(groups, ngroups);

	ev->ngroups = n;
	if (n > ATR_GROUPS_MAX)
		n = ATR_GROUPS_MAX;
	if (bpf_probe_read_kernel(ev->groups, n * sizeof(ev->groups[0]),
				  __builtin_preserve_access_index(&groups->gid)))
		ev->hdr.flags |= ATR_F_FAULT;
}

/* Last of all strings: where there is not room for all, this is what can be done without. */
static __always_inline void ev_root(struct atr_scratch *s)
{
	__u64 root = s->walk.root, root_mnt = s->walk.root_mnt;

	if (root == atr_common_root && root_mnt == atr_common_root_mnt) {
		s->ev.root.flags = ATR_S_NULL;
		return;
	}
	s->walk.root = 0;
	s->walk.root_mnt = 0;
	walk_append(s, &s->ev.root, (void *)root_mnt, (void *)root);
	if (!s->ev.root.len && !s->ev.root.flags) {
		atr_common_root = root;
		atr_common_root_mnt = root_mnt;
	}
}

#endif /* ATR_EXEC_BPF_H */
