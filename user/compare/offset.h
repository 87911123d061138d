/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far the clock of B is ahead of that of A: found out from events that say the same. */
#ifndef ATR_COMPARE_OFFSET_H
#define ATR_COMPARE_OFFSET_H

#include <linux/types.h>
#include <stdbool.h>

enum {
	SPREAD_MS = 1000, /* the histogram holds this much in either direction */
	STEPS_MAX = 16,
	SHIFT_AFTER = 8, /* as many events say the same shift before it is believed */
};

struct step {
	__u64 ms; /* A's time */
	__s64 from, to;
};

struct offset {
	__s64 ms; /* B - A, now */
	__s64 tolerance;
	__s64 first; /* the one that most events had at the beginning */
	struct {
		__s64 ms;
		unsigned int n;
	} run;
	struct step steps[STEPS_MAX];
	unsigned int nsteps; /* ever */
	__u64 pairs;
	__u64 spread[2 * SPREAD_MS + 1]; /* of what pairs have beyond the offset */
	__s64 least, most;
};

/* A pair whose times differ by ms. */
void offset__pair(struct offset *o, __s64 ms);
/*
 * One that would be a pair, were the clocks otherwise apart; true: that is now believed, and o->ms
 * is another one. at is A's time.
 */
bool offset__suspect(struct offset *o, __s64 ms, __u64 at, unsigned int believe_after);
/* The value below which percent of the pairs are, in ms beyond the offset; 0 without pairs. */
__s64 offset_percentile(const struct offset *o, double percent);

#endif /* ATR_COMPARE_OFFSET_H */
