/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel time to real time. An event is stamped in CLOCK_BOOTTIME (and CLOCK_TAI where the kernel
 * can read it); CLOCK events say how far real time is from those, each from its hdr.time on.
 */
#ifndef ATR_EVENT_CLOCK_H
#define ATR_EVENT_CLOCK_H

#include "bpf/event.h"

/* Events that wait in the ring may be older than the last CLOCK: so some of them are kept. */
enum { ATR_CLOCKS_KEPT = 8 };

struct atr_clock_state {
	struct {
		__u64 from;
		__s64 real_boot;
		__s64 tai_real;
	} kept[ATR_CLOCKS_KEPT]; /* oldest first */
	unsigned int n;
};

/*
 * All zero is a valid state: no CLOCK seen, and times stay as the kernel gave them. CLOCK events
 * have to come in the order of their times; of more than are kept the oldest goes.
 */
void clock_add(struct atr_clock_state *state, const struct atr_clock *clock);

/* The moment of hdr, ms truncated as kernel audit does. */
void clock_real(const struct atr_clock_state *state, const struct atr_hdr *hdr, __u64 *ret_sec,
		unsigned int *ret_ms);

/* The moment of a bare CLOCK_BOOTTIME. */
void clock_real_boot(const struct atr_clock_state *state, __u64 boot, __u64 *ret_sec,
		     unsigned int *ret_ms);

#endif /* ATR_EVENT_CLOCK_H */
