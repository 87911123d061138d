// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/ring.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The first page has the reader's position, the second one the writers'. */
struct ring_level {
	const unsigned long *read, *written;
	__u32 bytes;
	__u64 high;
};

static const unsigned long *page_map(int fd, off_t page)
{
	long size = sysconf(_SC_PAGESIZE);
	void *at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, page * size);

	return at == MAP_FAILED ? NULL : at;
}

struct ring_level *ring_level__new(int fd, __u32 bytes)
{
	struct ring_level *level = calloc(1, sizeof(*level));

	if (!level)
		return NULL;
	level->bytes = bytes;
	level->read = page_map(fd, 0);
	level->written = page_map(fd, 1);
	if (level->read && level->written)
		return level;
	ring_level__free(level);
	return NULL;
}

void ring_level__free(struct ring_level *level)
{
	long size = sysconf(_SC_PAGESIZE);

	if (!level)
		return;
	if (level->read)
		munmap((void *)level->read, size);
	if (level->written)
		munmap((void *)level->written, size);
	free(level);
}

__u64 ring_level__look(struct ring_level *level)
{
	unsigned long read, waiting;

	if (!level)
		return 0;
	/* In this order it is never less than what waits; and never more than there is room for. */
	read = __atomic_load_n(level->read, __ATOMIC_ACQUIRE);
	waiting = __atomic_load_n(level->written, __ATOMIC_ACQUIRE) - read;
	if (waiting > level->bytes)
		waiting = level->bytes;
	if (waiting > level->high)
		level->high = waiting;
	return waiting;
}

__u64 ring_level__high(const struct ring_level *level)
{
	return level ? level->high : 0;
}
