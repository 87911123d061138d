/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What waits for one reader at the other end of a socket: a bounded queue that never blocks, and the
 * account of it in records: seen = written + dropped + waiting.
 *
 * Written is what was read, where that can be told: whoever has the reader's end of the socket, too, knows
 * how much is unread in it. So a reader that dies loses only what it had taken.
 */
#ifndef ATR_SINK_FEED_H
#define ATR_SINK_FEED_H

#include <stdbool.h>
#include <stddef.h>

#include "user/sink/frames.h"

/* Why a record is not handed over. */
enum feed_cause {
	FEED_FULL,	/* the queue was, or memory */
	FEED_SUSPENDED, /* overflow_action = suspend */
	FEED_ENDED,	/* the reader has ended, or was ended, and what waited is left */
	FEED_CAUSES,
};

struct feed_counters {
	unsigned long long seen; /* records that were to be handed over */
	unsigned long long written;
	unsigned long long dropped[FEED_CAUSES];
	unsigned long long waiting;
	unsigned long long
		cut; /* of seen: longer than a reader takes, and written without their end */
};

struct feed_item;

/* All zero and fd -1: nobody reads at the moment. */
struct feed {
	int fd; /* the caller's */
	struct feed_item *first, *last;
	struct feed_item *unsent; /* those before it are in the socket */
	size_t pos;		  /* bytes of unsent that are there as well */
	unsigned long long sent;  /* bytes, into this socket */
	size_t unsent_records, unsent_bytes;
	bool blocked; /* the socket takes no more until it is writable */
	struct feed_counters counters;
};

enum {
	FEED_BYTES_MAX = 64 << 20, /* that may wait, whatever is said of records */
	FEED_BATCH = 64 << 10,	   /* so many bytes are worth a system call of their own */
};

/* A new reader, or -1: none. What the one before has not read whole is for this one. */
void feed__attach(struct feed *feed, int fd);

/* An event, if not more than depth records wait then. 0; -ENOBUFS or -ENOMEM: it is dropped, and counted. */
int feed__offer(struct feed *feed, struct frames *frames, size_t depth);

/* Counted as one that is not even to wait. */
void feed__refuse(struct feed *feed, const struct frames *frames, enum feed_cause cause);

/* As much as the socket takes: 0: all; -EAGAIN; -errno: the reader has gone. */
int feed__flush(struct feed *feed);

/* So many bytes of those that were sent are still unread. */
void feed__settle(struct feed *feed, size_t unread);

/* All that waits is dropped. */
void feed__clear(struct feed *feed, enum feed_cause cause);

unsigned long long feed_dropped(const struct feed_counters *counters);

#endif /* ATR_SINK_FEED_H */
