/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How full a ring of the kernel's is: by its two positions, which anybody who has it may map (kernel/bpf/ringbuf.c).
 */
#ifndef ATR_LOAD_RING_H
#define ATR_LOAD_RING_H

#include <linux/types.h>

struct ring_level;

/* fd is the map's, bytes its size. NULL: it cannot be mapped. */
struct ring_level *ring_level__new(int fd, __u32 bytes);
void ring_level__free(struct ring_level *level);

/* What waits in it, in bytes with 8 for each event; 0 of NULL. Remembers the most that it has seen. */
__u64 ring_level__look(struct ring_level *level);
__u64 ring_level__high(const struct ring_level *level);

#endif /* ATR_LOAD_RING_H */
