/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times as ausearch takes them after -ts and -te. */
#ifndef ATR_COMPARE_WHEN_H
#define ATR_COMPARE_WHEN_H

#include <linux/types.h>
#include <time.h>

/*
 * now, recent (10 minutes ago), this-hour, boot, today, yesterday, this-week (from Sunday on), week-ago,
 * this-month, this-year; a date as 2026-11-25, 11/25/2026 or as the locale has it (%x), a time as 10:00 or
 * 10:00:00, or both with a blank between; @SECONDS since the epoch. A date alone is its first second, a time
 * alone is of today. now is the present, and boot when the machine began, in seconds. What is wrong, or NULL.
 */
const char *when_parse(const char *text, time_t now, time_t boot, __u64 *ret_ms);

#endif /* ATR_COMPARE_WHEN_H */
