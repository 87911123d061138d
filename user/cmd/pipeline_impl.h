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
	struct atr_clock clock;
	__u64 *seq;   /* the last of each cpu and slot */
	bool resumed; /* others have read before us */
	__u64 told;   /* position before which all is known already */
	__u32 cpus;
	__u64 late; /* look-ups that were given up */
	__u64 ticks;
	bool closed;  /* nobody reads any more */
	bool failing; /* the last write failed, and that has been said */
	bool capture_failing;
	struct atr_need needs[NEEDS_MAX];
	union atr_answer answer;
};

/* Into the capture and the recorder, and what comes of it to the output. */
int pipeline__feed(struct pipeline *p, const void *data, size_t size);

/* Has a clock been set? */
int pipeline__clock(struct pipeline *p);

#endif /* ATR_CMD_PIPELINE_IMPL_H */
