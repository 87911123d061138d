/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the pipeline share. */
#ifndef ATR_CMD_PIPELINE_IMPL_H
#define ATR_CMD_PIPELINE_IMPL_H

#include "user/cmd/pipeline.h"
#include "user/event/overlap.h"
#include "user/load/reader.h"
#include "user/lookup/worker.h"

#define NEEDS_MAX 16

struct pipeline {
	struct recorder *recorder;
	struct worker *worker;
	struct probe *probe;
	struct marker *marker; /* NULL: nobody's terminal input is recorded */
	const struct output *output;
	struct sink *capture;
	struct pipeline_counts counts;
	struct overlap *overlap;     /* with the kernel side before; NULL: none */
	__u64 before[ATR_KIND_USER]; /* what processes before us have dealt with */
	/* What has been told, and perhaps waits in memory: see settle.c. */
	__u64 reported[ATR_KIND_USER][ATR_CAUSE_MAX];
	__u64 sessions[ATR_KEPT_SESSIONS];
	bool sessions_wait;
	struct atr_clock clock;
	__u64 *seq;   /* the last of each cpu and slot */
	bool resumed; /* others have read before us */
	bool later;   /* all of this kernel side was told, and something of the one behind it */
	__u64 told;   /* position before which all is known already */
	__u32 cpus;
	__u64 missed; /* how often programs were left out, as it was last counted */
	__u64 late;   /* look-ups that were given up */
	__u64 ticks;
	bool closed;  /* nobody reads any more */
	bool failing; /* the last write failed, and that has been said */
	bool capture_failing;
	struct atr_need needs[NEEDS_MAX];
	union atr_answer answer;
};

/* Into the capture and the recorder, and what comes of it to the output. */
int pipeline__feed(struct pipeline *p, const void *data, size_t size);

/* Where all stands at this moment. */
struct atr_kept_mark pipeline__mark_now(const struct pipeline *p);
/* A session was told of, or so many losses: the next process is not to tell that again. */
void pipeline__session(struct pipeline *p, __u32 auid, __u32 ses);
void pipeline__reported(struct pipeline *p, unsigned int kind, unsigned int cause, __u64 count);

/* Has a clock been set? */
int pipeline__clock(struct pipeline *p);

#endif /* ATR_CMD_PIPELINE_IMPL_H */
