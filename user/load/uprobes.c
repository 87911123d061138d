// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/uprobes.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * uprobe.multi (6.6, 89ae89f53d20): one link for all functions that a program lies on. Older headers and
 * libbpf before 1.3 do not know it, so this is its part of union bpf_attr.
 */
#define LINK_CREATE  28
#define UPROBE_MULTI 48
#define AT_RETURN    1

/* To wait for the kernel at a time. */
#define THREADS_MAX 31

struct link_create {
	__u32 prog_fd;
	__u32 target_fd;
	__u32 attach_type;
	__u32 flags;
	__u64 path;
	__u64 offsets;
	__u64 ref_ctr_offsets;
	__u64 cookies;
	__u32 cnt;
	__u32 multi_flags;
	__u32 pid;
	__u32 pad;
};

/* Where the kernel has it not, it takes the program for a uprobe of perf all the same. */
void uprobes_prepare(struct bpf_program *program)
{
	bpf_program__set_expected_attach_type(program, UPROBE_MULTI);
}

static int attach_multi(const struct bpf_program *program, bool at_return, const char *path,
			const __u64 *offsets, size_t count)
{
	struct link_create attr = {
		.prog_fd = bpf_program__fd(program),
		.attach_type = UPROBE_MULTI,
		.path = (__u64)(unsigned long)path,
		.offsets = (__u64)(unsigned long)offsets,
		.cnt = count,
		.multi_flags = at_return ? AT_RETURN : 0,
	};
	int fd = syscall(SYS_bpf, LINK_CREATE, &attr, sizeof(attr));

	return fd < 0 ? -errno : fd;
}

/* Of each program all functions that it lies on. */
static int attach_multis(struct uprobes *u, const char *path, const struct library_probe *probes,
			 const __u64 *offsets, size_t count)
{
	__u64 places[UPROBES_MAX];
	size_t i, j, n;
	int fd;

	for (i = 0; i < count; i++) {
		for (j = 0; j < i && probes[j].program != probes[i].program; j++)
			;
		if (j < i)
			continue;
		for (n = 0; j < count; j++) {
			if (probes[j].program == probes[i].program)
				places[n++] = offsets[j];
		}
		fd = attach_multi(probes[i].program, probes[i].at_return, path, places, n);
		if (fd < 0)
			return fd;
		u->multi[u->multi_count++] = fd;
	}
	return 0;
}

static int attach_links(struct uprobes *u, const char *path, const struct library_probe *probes,
			const __u64 *offsets, size_t count)
{
	struct bpf_link *link;
	size_t i;

	for (i = 0; i < count; i++) {
		link = bpf_program__attach_uprobe(probes[i].program, probes[i].at_return, -1, path,
						  offsets[i]);
		if (!link)
			return -errno;
		u->links[u->links_count++] = link;
	}
	return 0;
}

int uprobes_attach(struct uprobes *u, int fd, const struct library_probe *probes,
		   const __u64 *offsets, size_t count)
{
	char path[64];
	int err;

	if (count > UPROBES_MAX)
		return -E2BIG;
	/* By descriptor: its name means something else, or nothing, where we are. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = attach_multis(u, path, probes, offsets, count);
	if (err && !u->multi_count)
		err = attach_links(u, path, probes, offsets, count);
	if (err)
		uprobes_detach(&u, 1);
	return err;
}

/* --- detach ------------------------------------------------------------------------------------- */

static void let_go(struct uprobes *u, size_t i)
{
	if (i < u->multi_count)
		close(u->multi[i]);
	if (i < u->links_count)
		bpf_link__destroy(u->links[i]);
}

struct work {
	struct uprobes *const *all;
	size_t count;
	atomic_size_t next;
};

static void *work_on(void *arg)
{
	struct work *work = arg;
	size_t i;

	while ((i = atomic_fetch_add(&work->next, 1)) < work->count * UPROBES_MAX)
		let_go(work->all[i / UPROBES_MAX], i % UPROBES_MAX);
	return NULL;
}

void uprobes_detach(struct uprobes *const *all, size_t count)
{
	struct work work = { .all = all, .count = count };
	pthread_t threads[THREADS_MAX];
	size_t i, n;

	for (n = 0; n < THREADS_MAX && count; n++) {
		if (pthread_create(&threads[n], NULL, work_on, &work))
			break;
	}
	work_on(&work);
	while (n-- > 0)
		pthread_join(threads[n], NULL);
	for (i = 0; i < count; i++)
		memset(all[i], 0, sizeof(*all[i]));
}

static void *release(void *arg)
{
	struct uprobes *u = arg;
	size_t i;

	for (i = 0; i < UPROBES_MAX; i++)
		let_go(u, i);
	free(u);
	return NULL;
}

void uprobes_release(struct uprobes *u)
{
	struct uprobes *copy = malloc(sizeof(*copy));
	pthread_t thread;

	if (copy)
		*copy = *u;
	if (!copy || pthread_create(&thread, NULL, release, copy)) {
		free(copy);
		uprobes_detach(&u, 1);
		return;
	}
	pthread_detach(thread);
	memset(u, 0, sizeof(*u));
}
