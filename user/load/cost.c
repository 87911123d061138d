// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/cost.h"

#include <bpf/bpf.h>
#include <errno.h>

int cost_begin(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return fd < 0 ? -errno : fd;
}

void cost_read(const struct probe *probe, __u64 *ret_ns, __u64 *ret_runs)
{
	__u64 ns = 0, runs = 0;
	size_t i;

	for (i = 0; i < atr_hooks_count; i++) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);
		int fd = probe__program(probe, i);

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
			continue;
		ns += info.run_time_ns;
		runs += info.run_cnt;
	}
	*ret_ns = ns;
	*ret_runs = runs;
}
