/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What time it is by the clock that events have. */
#ifndef ATR_NOW_H
#define ATR_NOW_H

#include <linux/types.h>
#include <time.h>

/* CLOCK_BOOTTIME, in ns: bpf_ktime_get_boot_ns(). */
static inline __u64 boot_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

#endif /* ATR_NOW_H */
