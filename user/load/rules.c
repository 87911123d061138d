// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/rules.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "user/rules/index.h"

/* The rules of a list, one behind the other from `at` on; how many, or -errno. */
static int list_write(const struct rules_target *target, const struct compiled *c,
		      enum atr_list list, __u32 at)
{
	int n = 0;
	size_t i;

	for (i = 0; i < c->n; i++) {
		__u32 key = at + n;

		if (c->rules[i].rule.list != list)
			continue;
		if (bpf_map_update_elem(target->map, &key, &c->rules[i].rule, BPF_ANY))
			return -errno;
		n++;
	}
	return n;
}

int rules_swap(const struct rules_target *target, const struct compiled *c)
{
	/* Of an empty exit list nothing is recorded. */
	struct atr_rules_head head = { .more = !c->off && (c->all || c->n > ATR_RULES_MAX) };
	__u32 set = c->generation & 1, first = 0, list, needs;
	int n;

	for (list = 0; list < ATR_LIST_MAX && !head.more && !c->off; list++) {
		n = list_write(target, c, list, set * ATR_RULES_MAX + first);
		if (n < 0)
			return n;
		head.first[list] = first;
		head.n[list] = n;
		first += n;
	}
	head.words = (first + 63) / 64;
	rules_index(&target->indexes[set], &head, c);
	needs = (c->needs_groups ? ATR_NEEDS_GROUPS : 0) | (c->needs_exe ? ATR_NEEDS_EXE : 0);
	head.needs = needs;
	target->heads[set] = head;
	/* What either set needs: some are still judged by the one before, in user space too. */
	__atomic_store_n(target->needs, needs | target->heads[!set].needs, __ATOMIC_SEQ_CST);
	__atomic_store_n(target->generation, c->generation, __ATOMIC_SEQ_CST);
	return 0;
}
