// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/uprobes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
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

/* --- pins --------------------------------------------------------------------------------------- */

#define PIN_FILE "_%x_%x_%lx"
#define PIN_LINK "_%zu_of_%zu"

static void pin_path(char path[PATH_MAX], const struct uprobe_pins *pins, dev_t dev, ino_t ino,
		     size_t i, size_t count)
{
	snprintf(path, PATH_MAX, "%s/%s" PIN_FILE PIN_LINK, pins->dir, pins->library, major(dev),
		 minor(dev), ino, i, count);
}

static void unpin(const struct uprobe_pins *pins, dev_t dev, ino_t ino, size_t count)
{
	char path[PATH_MAX];
	size_t i;

	for (i = 0; i < count; i++) {
		pin_path(path, pins, dev, ino, i, count);
		unlink(path);
	}
}

int uprobes_pin(struct uprobes *u, const struct uprobe_pins *pins, dev_t dev, ino_t ino)
{
	size_t count = u->multi_count + u->links_count, i;
	char path[PATH_MAX];
	int err = 0, fd;

	for (i = 0; !err && i < count; i++) {
		fd = i < u->multi_count ? u->multi[i] : bpf_link__fd(u->links[i - u->multi_count]);
		pin_path(path, pins, dev, ino, i, count);
		if (bpf_obj_pin(fd, path))
			err = -errno;
	}
	if (err)
		unpin(pins, dev, ino, count);
	u->pinned = !err;
	return err;
}

int uprobes_open(struct uprobes *u, const struct uprobe_pins *pins, dev_t dev, ino_t ino,
		 size_t count)
{
	char path[PATH_MAX];
	size_t i;
	int fd;

	if (!count || count > UPROBES_MAX)
		return -ENOENT;
	for (i = 0; i < count; i++) {
		pin_path(path, pins, dev, ino, i, count);
		fd = bpf_obj_get(path);
		if (fd < 0)
			break;
		u->multi[u->multi_count++] = fd;
	}
	u->pinned = i == count;
	if (u->pinned)
		return 0;
	unpin(pins, dev, ino, count);
	uprobes_detach(&u, 1);
	return -ENOENT;
}

bool uprobes_next(DIR *dir, const struct uprobe_pins *pins, dev_t *ret_dev, ino_t *ret_ino,
		  size_t *ret_count)
{
	const size_t prefix = strlen(pins->library);
	unsigned int dev_major, dev_minor;
	struct dirent *entry;
	unsigned long ino;
	size_t i, count;

	while ((entry = readdir(dir))) {
		/* There is always a first one: else not all of them are there. */
		if (strncmp(entry->d_name, pins->library, prefix) ||
		    sscanf(entry->d_name + prefix, PIN_FILE PIN_LINK, &dev_major, &dev_minor, &ino,
			   &i, &count) != 5 ||
		    i)
			continue;
		*ret_dev = makedev(dev_major, dev_minor);
		*ret_ino = ino;
		*ret_count = count;
		return true;
	}
	return false;
}

void uprobes_leave(struct uprobes *u)
{
	size_t i;

	for (i = 0; i < u->multi_count; i++)
		close(u->multi[i]);
	for (i = 0; i < u->links_count; i++) {
		bpf_link__disconnect(u->links[i]);
		bpf_link__destroy(u->links[i]);
	}
	memset(u, 0, sizeof(*u));
}

/* --- letting go without waiting ----------------------------------------------------------------- */

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
