/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events that wait for their like of the other log, in the order in which they came, found by their keys. */
#ifndef ATR_COMPARE_WINDOW_H
#define ATR_COMPARE_WINDOW_H

#include "user/compare/event.h"

enum { WINDOW_BUCKETS = 1 << 14 };

/*
 * An event is in the list, and in one ring of each key; two hashes may share a bucket, so a ring
 * has others in it.
 */
struct window {
	struct log_event *oldest, *newest;
	/* Each a ring of events by their hash: the first is the oldest. */
	struct log_event **buckets[KEYS];
	size_t n, bytes;
};

/* -ENOMEM, with nothing to free. */
int window__init(struct window *w);
/* With all that waits. */
void window__free(struct window *w);

/* It is the window's until it is removed; the event itself is freed by neither. */
void window__add(struct window *w, struct log_event *ev);
void window__remove(struct window *w, struct log_event *ev);

/*
 * Of the events that have this key of like, the one next to it in time: |its time - like's - shift| is the
 * least, and at most apart. NULL: none. Of many only some of both ends are looked at.
 */
struct log_event *window__find(const struct window *w, enum event_key key,
			       const struct log_event *like, __s64 shift, __u64 apart);

#endif /* ATR_COMPARE_WINDOW_H */
