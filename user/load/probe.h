/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel side, loaded: the only code that knows the skeleton. Life cycle: new, start,
 * drain as often as its descriptor says, detach, drain once more, free.
 */
#ifndef ATR_LOAD_PROBE_H
#define ATR_LOAD_PROBE_H

#include <limits.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "bpf/event.h"
#include "bpf/kept.h"
#include "bpf/mark.h"
#include "bpf/match.h"
#include "user/load/hooks.h"

struct probe;
struct libraries;
struct reader;

enum { ATR_PIN_DIRS_MAX = 4 };

struct atr_pin_dirs {
	size_t n;
	char dirs[ATR_PIN_DIRS_MAX][PATH_MAX];
};

struct atr_probe_opts {
	bool failed;	     /* failed execs too */
	bool logins;	     /* user messages, logins, libpam, ends by signal */
	bool tty;	     /* terminal input, of whom probe__mark_…() says */
	bool exact;	     /* also by hooks that others pay for: every open() of the machine */
	const char *pin_dir; /* where the kernel side is kept when we die; NULL: it is not */
	/* Where else one may be kept that is not to go on: looked at once take() has returned. NULL: nowhere. */
	const struct atr_pin_dirs *pin_before;
	/* Called when nobody else may be at work there any more, before anything is attached; 0 or -errno. NULL: none. */
	int (*take)(void *ctx);
	void *ctx;
	enum atr_mode hooks;	/* this way or none; ATR_MODE_BTF (0): the best for each fact */
	struct compiled *rules; /* in force with the first event; NULL: none */
	__u32 ring_bytes;	/* a power of two, at least a page */
};

/* How a hook of the table stands. */
enum hook_state {
	ATR_HOOK_OFF,	  /* not asked for, or another one serves */
	ATR_HOOK_MISSING, /* this kernel has not what it needs */
	ATR_HOOK_REFUSED, /* the kernel would not load or attach it */
	ATR_HOOK_WAITING, /* there is no library yet that has it */
	ATR_HOOK_LIVE,
};

/* Bytes of one event; valid during the call. Not 0: stop draining. */
typedef int (*probe_event_fn)(void *ctx, void *data, size_t size);

/* Returns NULL with errno on lack of memory. */
struct probe *probe__new(const struct atr_probe_opts *opts, const struct atr_features *features);
void probe__free(struct probe *probe);

/*
 * Loads and attaches: from now on events come. A program that the kernel refuses is left out, with a
 * warning that says what takes its place or is missing then. 0, or -errno when a required one is refused
 * or nothing can be loaded at all, logged.
 */
int probe__start(struct probe *probe, probe_event_fn fn, void *ctx);
void probe__detach(struct probe *probe);

/* Readable, by edge, when there is something to drain. */
int probe__fd(const struct probe *probe);

/* Hands every waiting event to fn. Returns how many, or what fn returned if it was negative. */
int probe__drain(struct probe *probe);

enum hook_state probe__hook_state(const struct probe *probe, size_t hook);
/* errno of a refused hook. */
int probe__hook_error(const struct probe *probe, size_t hook);
/* How a fact is had; ATR_MODE_MAX: not at all, or another makes it superfluous. */
enum atr_mode probe__mode(const struct probe *probe, enum atr_fact fact);

/* The program of a hook; -1: it has none, or one that counts with an earlier hook. */
int probe__program(const struct probe *probe, size_t hook);

/* The security modules that label tasks, as struct atr_host has them. */
__u32 probe__lsms(const struct probe *probe);

/* Are logins asked for, and can they be told? */
bool probe__logins(const struct probe *probe);

/* A program has been executed in this mount namespace: it may have libraries that are to be hooked. */
void probe__mntns_seen(struct probe *probe, __u32 mntns, __u32 pid);
/* As often as one likes: what there is to look after now and then. */
void probe__tick(struct probe *probe);
/* The files of the fact's library that are hooked; NULL: none is looked for. */
const struct libraries *probe__libraries(const struct probe *probe, enum atr_fact fact);

/* Can terminal input be recorded, if it is asked for? */
bool probe__tty(const struct probe *probe);
/* Do kernel audit's records of it go into the same log? What it records itself is not recorded here then. */
void probe__tty_passed(struct probe *probe, bool passed);

/*
 * From now on terminal input of a session is recorded (flags: enum atr_mark_flag), or with 0 is not, whatever
 * mark its processes have. 0 or -errno, logged.
 */
int probe__mark_session(struct probe *probe, __u32 ses, __u32 flags);
/* Its processes are recorded as their own marks say. */
void probe__unmark_session(struct probe *probe, __u32 ses);
/* The same of a process and all that it has started, and will; not of those that are in a session. */
int probe__mark_task(struct probe *probe, __u32 pid, __u32 flags);
void probe__unmark_task(struct probe *probe, __u32 pid);
void probe__unmark_tasks(struct probe *probe);
/* Is the process marked itself? */
bool probe__task_marked(struct probe *probe, __u32 pid);

/* The initial mount, pid and user namespaces. */
const __u32 *probe__spaces(const struct probe *probe);

/* A task that has the SELinux label sid at this moment: like if it is one, 0 if there is none. */
__u32 probe__label_holder(struct probe *probe, __u32 sid, __u32 like);

/* Events of a kind that the hooks meant to report so far, and those of them that a rule left out there. */
__u64 probe__seen(const struct probe *probe, enum atr_kind kind);
__u64 probe__filtered(const struct probe *probe, enum atr_kind kind);

/*
 * From now on the kernel side leaves out what these rules do not want; NULL: nothing. Gives them their generation.
 * See rules_swap().
 */
int probe__rules(struct probe *probe, struct compiled *c);
/*
 * How often the kernel did not run one of the programs, and no other did its work: it was running already
 * (5.12), or too many calls were under way (kretprobes). With kept only of those that outlive us.
 */
__u64 probe__missed(const struct probe *probe, bool kept);

/*
 * Losses: those that the kernel side counted, and those that are counted in here. They are kept where it is. How many
 * have been reported stands with them.
 */
void probe__losses(const struct probe *probe, enum atr_kind kind, unsigned int cause,
		   struct atr_loss *ret);
void probe__lose(struct probe *probe, enum atr_kind kind, unsigned int cause, __u64 count,
		 __u64 time);
void probe__losses_set(struct probe *probe, enum atr_kind kind, unsigned int cause, __u64 count);
void probe__losses_reported(struct probe *probe, enum atr_kind kind, unsigned int cause,
			    __u64 count);

/*
 * Of a kernel side that is kept (pin_dir) an older one may be there that was not exactly ours. The oldest is drained
 * first, and so on; whatever else is asked here is about the one that is drained. See user/load/keep.c.
 */

/* Turns to the next older one, whose hooks are gone by then; false: there is none, and our own is next. */
bool probe__before(struct probe *probe);
/* Can its events be read, or only counted? */
bool probe__readable(const struct probe *probe);
__u64 probe__unread(const struct probe *probe);
/* Hands out what it has told that the one behind it may tell as well. */
int probe__overlap(const struct probe *probe, probe_event_fn fn, void *ctx);
/* So long its hooks were live: CLOCK_BOOTTIME. */
__u64 probe__until(const struct probe *probe);
/* All of it is told: on to the next one. */
void probe__before_done(struct probe *probe);
/* And nobody needs them any more: all older ones are removed. */
void probe__before_gone(struct probe *probe);

/* Which one it is: rising with time, and never 0. */
__u64 probe__id(const struct probe *probe);
/* Where it is read: see user/load/reader.h. */
const struct reader *probe__reader(const struct probe *probe);
/* Bytes of our own ring that are in use, whichever is drained. */
__u64 probe__ring_used(const struct probe *probe);
int probe__seek(struct probe *probe, __u64 position, __u64 needed);
/* Is it one that another process has begun? */
bool probe__resumed(const struct probe *probe);

/* What our own keeps for the one after us. */
struct atr_kept *probe__kept(struct probe *probe);
/* And the one that is drained. */
struct atr_kept *probe__kept_now(struct probe *probe);

/* Where our own is kept; NULL: it is not. */
const char *probe__pin_path(const struct probe *probe);
/* Is the hook there while nobody has it open? */
bool probe__hook_kept(const struct probe *probe, size_t hook);
/* In place of detaching, at the end: the hooks stay, and the next process goes on with them. */
void probe__leave(struct probe *probe);

#endif /* ATR_LOAD_PROBE_H */
