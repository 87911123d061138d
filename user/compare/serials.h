/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serials of a log. Who writes it counts its events: so where numbers are missing, events are. Two that
 * write into one file count apart: tracks.
 */
#ifndef ATR_COMPARE_SERIALS_H
#define ATR_COMPARE_SERIALS_H

#include <linux/types.h>
#include <stdbool.h>

enum { TRACKS_MAX = 8, HOLES_MAX = 1024 };

struct track {
	__u64 first, last; /* the highest */
	__u64 last_ms;
	__u64 events;
	__u64 paired;
	__u64 returns; /* how often another track had its turn before */
};

/* Serials that are missing, and between which times. */
struct hole {
	__u64 from, to;
	__u64 from_ms, to_ms;
	__u32 track;
};

/* Holes are in a ring, one behind the other; one that was filled up has from above to. */
struct serials {
	struct track tracks[TRACKS_MAX];
	unsigned int n, current;
	struct hole holes[HOLES_MAX]; /* the last ones */
	__u64 nholes;		      /* ever; the ring's next place is nholes % HOLES_MAX */
};

/* An event's serial, in the order of the log; the number of its track. */
unsigned int serials__take(struct serials *s, __u64 serial, __u64 ms);

/* The hole that an event of this time may be in; NULL: none. */
const struct hole *serials_hole(const struct serials *s, __u64 ms, __u64 slack);
/* Serials that are missing, of all holes that are kept. */
__u64 serials_missing(const struct serials *s);
/* Do events of more than one source take turns? Then how many sources there are, else 1. */
unsigned int serials_sources(const struct serials *s);

#endif /* ATR_COMPARE_SERIALS_H */
