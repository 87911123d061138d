/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs cost in the kernel, by its own statistics (kernel.bpf_stats_enabled). */
#ifndef ATR_LOAD_COST_H
#define ATR_LOAD_COST_H

#include "user/load/probe.h"

/*
 * Until the descriptor that it returns is closed the kernel takes the time of each run of a program, of all programs
 * of the machine, and each of them pays for it. -errno: it needs CAP_SYS_ADMIN.
 */
int cost_begin(void);

/* How often the programs of the hooks have run and how long, of runs that were timed. */
void cost_read(const struct probe *probe, __u64 *ret_ns, __u64 *ret_runs);

#endif /* ATR_LOAD_COST_H */
