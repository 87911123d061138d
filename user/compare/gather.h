/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records to events, of one log. Those of several events may stand among each other. */
#ifndef ATR_COMPARE_GATHER_H
#define ATR_COMPARE_GATHER_H

#include "user/compare/event.h"

enum {
	OPEN_MAX = 512, /* events without an end; of more, the oldest is ended */
	OPEN_MS = 2000, /* as long after its time an event may go on, as ausearch has it */
};

/* bytes is the sum of event_size() of those that are open. */
struct gatherer {
	struct log_event *open[OPEN_MAX]; /* by age */
	unsigned int n;
	size_t bytes;
};

typedef int event_fn(void *ctx, struct log_event *ev);

/*
 * Takes one record; an event that is complete goes to fn, which owns it then. now is the log's clock.
 * -ENOMEM, or what fn says.
 */
int gatherer__take(struct gatherer *a, unsigned int type, const struct name *name,
		   const struct log_line *line, __u64 number, event_fn *fn, void *ctx);
/* Ends what is older than now by OPEN_MS, to fn as well; ~0: all. */
int gatherer__expire(struct gatherer *a, __u64 now, event_fn *fn, void *ctx);
void gatherer__free(struct gatherer *a);

#endif /* ATR_COMPARE_GATHER_H */
