/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the probe share: probe.c loads and attaches, keep.c has it outlive us, account.c has what was
 * lost, marks.c whose terminal input is recorded.
 */
#ifndef ATR_LOAD_PROBE_IMPL_H
#define ATR_LOAD_PROBE_IMPL_H

#include "user/load/pins.h"
#include "user/load/probe.h"

/* It has types of ours. */
#include "autrail.skel.h"
#include "user/load/tracefs.h"

struct probe {
	struct atr_probe_opts opts;
	struct atr_features features;
	struct autrail_bpf *skel;
	enum atr_mode mode[ATR_FACT_MAX]; /* chosen; ATR_MODE_MAX: none */
	enum hook_state state[ATR_HOOKS_MAX];
	int error[ATR_HOOKS_MAX];
	struct bpf_link *link[ATR_HOOKS_MAX];
	int link_program[ATR_HOOKS_MAX]; /* of links that were there before us; 0: it is in skel */
	probe_event_fn fn;
	void *ctx;
	char event[ATR_HOOKS_MAX][TRACEFS_NAME_MAX]; /* made for the hook, in tracefs */
	__u64 missed[ATR_HOOKS_MAX];		     /* what it had when it was let go of */
	struct libraries *libraries[ATR_FACT_MAX];   /* where its hooks are; NULL: there are none */
	int cpus;
	bool marks_live;    /* hooks that are attached on demand are */
	__u64 marks_looked; /* when marks were last looked after: CLOCK_BOOTTIME */
	struct side own;
	struct source *now;	  /* the one that is drained: our own, or one of a side */
	bool kept[ATR_HOOKS_MAX]; /* the link is pinned */
	/* What there was before, the oldest first. */
	struct side sides[SIDES_MAX];
	size_t sides_n;
	size_t side_next;
	const struct side *adopted; /* of them the one that goes on, as our own; NULL: none */
	bool taken;		    /* nobody else is at work */
	bool pinned;
	bool detached;
	bool left; /* as it is, for the next one */
};

struct bpf_program *probe_program(const struct probe *probe, size_t hook);
/* Is it one of the hooks that were chosen? */
bool probe_wanted(const struct probe *probe, size_t hook);
/* NULL, with errno. */
struct bpf_link *probe_attach(struct probe *probe, size_t hook);

/* Marks: memory for them, before the load. */
void marks_configure(struct probe *probe);
/* All hooks are attached: without anybody who is marked already, theirs are detached again. */
void marks_begin(struct probe *probe);
/* Those whose session, or process, is gone are taken away, now and then. */
void marks_tick(struct probe *probe);

/* How often the kernel left out what the hook runs. */
__u64 hook_missed(const struct probe *probe, size_t hook);

/* Looks what there is in pin_dir, to know whether that goes on. That it cannot be used is said, and done without. */
void keep_look(struct probe *probe);
/*
 * Takes the place of the process before us, if that has not been done yet, and looks again. As late as can be: until then
 * it drains its ring. 0, 1 if all is to be begun anew, or -errno.
 */
int keep_take(struct probe *probe);
/* What the side that goes on has hooked. */
void keep_modes(struct probe *probe);
/* It cannot be gone on with after all: 1, to do it all anew. */
int keep_give_up(struct probe *probe, int err);
/* Of the side that goes on, the link of a hook; NULL: it is to be attached. And the end of any link here. */
struct bpf_link *keep_link(struct probe *probe, size_t hook);
/* Are these all that are pinned? Of one that is not ours the events would come beside those of ours. */
bool keep_links_all(const struct probe *probe);
void keep_link_end(struct probe *probe, size_t hook);
/* All is live: from here on it outlives us. Makes own what is drained in the end. 0 or -errno. */
int keep_begin(struct probe *probe);
/* Calls under way have had the time to end: those before see nothing more. It takes capabilities of the start. */
void keep_before_end(struct probe *probe);
/* Before hooks are let go of, and at the very end. */
void keep_detach(struct probe *probe);
void keep_end(struct probe *probe);

#endif /* ATR_LOAD_PROBE_IMPL_H */
