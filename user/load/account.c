// SPDX-License-Identifier: GPL-2.0-or-later
/* What was seen, left out and lost, of the kernel side that is drained at this moment. */
#include <bpf/bpf.h>
#include <stdlib.h>

#include "user/load/probe_impl.h"

static __u64 count_read(const struct probe *probe, __u32 key)
{
	__u64 *values = calloc(probe->cpus, sizeof(*values)), sum = 0;
	int i;

	if (!values)
		return 0;
	if (!bpf_map_lookup_elem(probe->now->seen, &key, values)) {
		for (i = 0; i < probe->cpus; i++)
			sum += values[i];
	}
	free(values);
	return sum;
}

__u64 probe__seen(const struct probe *probe, enum atr_kind kind)
{
	return count_read(probe, kind) + count_read(probe, 2 * ATR_KIND_USER + kind);
}

__u64 probe__filtered(const struct probe *probe, enum atr_kind kind)
{
	return count_read(probe, ATR_KIND_USER + kind) +
	       count_read(probe, 2 * ATR_KIND_USER + kind);
}

__u64 hook_missed(const struct probe *probe, size_t i)
{
	__u64 sum = *probe->event[i] ? tracefs_return_missed(probe->event[i]) : 0;
	int fd = probe__program(probe, i);
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (fd < 0)
		return sum;
	if (!bpf_obj_get_info_by_fd(fd, &info, &size))
		sum += info.recursion_misses;
	return sum;
}

__u64 probe__missed(const struct probe *probe, bool kept)
{
	__u64 sum = 0;
	size_t i;

	if (probe->now != &probe->own.source)
		return 0;
	for (i = 0; i < atr_hooks_count; i++) {
		if (kept && !probe->kept[i])
			continue;
		/* What it was left out for, the next one has done. */
		if (hook_tells(&atr_hooks[i], ATR_FACT_EXEC) &&
		    probe->mode[ATR_FACT_AGAIN] != ATR_MODE_MAX)
			continue;
		/* Counted with the link, it is gone with it. */
		if (probe->link[i] || atr_hooks[i].mode == ATR_MODE_UPROBE)
			sum += hook_missed(probe, i);
		else
			sum += probe->missed[i];
	}
	return sum;
}

void probe__losses(const struct probe *probe, enum atr_kind kind, unsigned int cause,
		   struct atr_loss *ret)
{
	*ret = probe->now->kept->losses[kind][cause];
}

void probe__lose(struct probe *probe, enum atr_kind kind, unsigned int cause, __u64 count,
		 __u64 time)
{
	struct atr_loss *loss = &probe->now->kept->losses[kind][cause];

	if (!loss->first)
		loss->first = time;
	loss->last = time;
	loss->count += count;
}

void probe__losses_set(struct probe *probe, enum atr_kind kind, unsigned int cause, __u64 count)
{
	probe->now->kept->losses[kind][cause].count = count;
}

void probe__losses_reported(struct probe *probe, enum atr_kind kind, unsigned int cause,
			    __u64 count)
{
	struct atr_loss *loss = &probe->now->kept->losses[kind][cause];

	loss->reported = count;
	loss->first = 0;
}
