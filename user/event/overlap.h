/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two kernel sides that were live at the same time have both told some events. Of those this knows what the
 * first one has told: what the second one tells as well is left out.
 *
 * Both run at the same point of the same thread, one behind the other, so an event is the same if kind and
 * thread are, and the times hardly differ. Where an event of the second one lacks the entry of its call, because
 * that was before it was attached, its time is later, by up to as long as the call took: a read of a terminal waits for
 * hours. Such a time is that of a moment when the event was told; if the first one was not live any more, it has not told
 * it, whatever else it has of that thread.
 */
#ifndef ATR_EVENT_OVERLAP_H
#define ATR_EVENT_OVERLAP_H

#include <stdbool.h>

#include "user/event/event.h"

/*
 * By so much they differ at most, ns: a preemption between two programs, and two ticks. Less than both are live at
 * least.
 */
#define ATR_OVERLAP_NEAR 100000000ULL
/* And with execs whose entry was not seen. */
#define ATR_OVERLAP_LATE 1000000000ULL

struct overlap;

/* The first one was live until then. NULL: no memory. */
struct overlap *overlap__new(__u64 until);
void overlap__free(struct overlap *o);

/* Of the first one, in any order, and all before the first question. 0 or -ENOMEM. */
int overlap__add(struct overlap *o, const struct atr_view *view);

/* Of the second one: has the first one told it? Each of its events is the answer once. */
bool overlap__had(struct overlap *o, const struct atr_view *view);

#endif /* ATR_EVENT_OVERLAP_H */
