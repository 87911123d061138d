/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a probe, for the files that it is made of: probe.c, marks.c. */
#ifndef ATR_LOAD_PROBE_IMPL_H
#define ATR_LOAD_PROBE_IMPL_H

#include "user/load/probe.h"

/* It has types of ours. */
#include "autrail.skel.h"
#include "user/load/tracefs.h"

struct probe {
	struct atr_probe_opts opts;
	struct atr_features features;
	struct autrail_bpf *skel;
	struct ring_buffer *ring;
	enum atr_mode mode[ATR_FACT_MAX]; /* chosen; ATR_MODE_MAX: none */
	enum hook_state state[ATR_HOOKS_MAX];
	int error[ATR_HOOKS_MAX];
	struct bpf_link *link[ATR_HOOKS_MAX];
	char event[ATR_HOOKS_MAX][TRACEFS_NAME_MAX]; /* made for the hook, in tracefs */
	__u64 missed[ATR_HOOKS_MAX];		     /* returns that it did not see */
	struct libraries *libraries[ATR_FACT_MAX];   /* where its hooks are; NULL: there are none */
	int cpus;
	bool marks_live;    /* hooks that are attached on demand are */
	__u64 marks_looked; /* when marks were last looked after: CLOCK_BOOTTIME */
};

/* NULL, with errno. */
struct bpf_link *probe_attach(struct probe *probe, size_t hook);

/* Marks: memory for them, before the load. */
void marks_configure(struct probe *probe);
/* Without anybody who is marked, their hooks are not attached. */
void marks_detach(struct probe *probe);
/* Those whose session, or process, is gone are taken away, now and then. */
void marks_tick(struct probe *probe);

#endif /* ATR_LOAD_PROBE_IMPL_H */
