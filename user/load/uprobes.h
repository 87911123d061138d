/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOAD_UPROBES_H
#define ATR_LOAD_UPROBES_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct bpf_program;
struct bpf_link;

/* One program, and what of the library it is to be run by. */
struct library_probe {
	struct bpf_program *program;
	const char *function;
	bool at_return;
};

#define UPROBES_MAX 32

/* What lies on one file; all zero: nothing. */
struct uprobes {
	size_t multi_count;
	int multi[UPROBES_MAX];
	size_t links_count;
	struct bpf_link *links[UPROBES_MAX];
};

/* Before a program is loaded: that it is meant for uprobes. */
void uprobes_prepare(struct bpf_program *program);

/* All of them or none, at these offsets in an open file; 0 or -errno. */
int uprobes_attach(struct uprobes *u, int fd, const struct library_probe *probes,
		   const __u64 *offsets, size_t count);

/*
 * The kernel takes some 50 ms for each until it runs no more. Waits for that, for those of several files at
 * the same time.
 */
void uprobes_detach(struct uprobes *const *all, size_t count);

/* Does not wait: a thread does. */
void uprobes_release(struct uprobes *u);

#endif /* ATR_LOAD_UPROBES_H */
