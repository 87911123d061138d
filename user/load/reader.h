/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reader of the ring. libbpf has one, too; this one knows where in the ring an event stood, so that after
 * a SIGKILL the next process goes on with the right one, and it does not give the kernel back what is still
 * needed: the pieces of the arguments of an exec that has not come yet.
 *
 * A position is the number of bytes that were ever sent before it.
 */
#ifndef ATR_LOAD_READER_H
#define ATR_LOAD_READER_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct reader;

/* Bytes of one event; valid during the call. Not 0: stop. */
typedef int (*reader_event_fn)(void *ctx, void *data, size_t size);

/* The ring of that descriptor, which stays the caller's; 0 or -errno. */
int reader__open(int fd, struct reader **ret);
void reader__free(struct reader *ring);

/* Hands every waiting event to fn. Returns how many, or what fn returned if it was negative. */
int reader__drain(struct reader *ring, reader_event_fn fn, void *ctx);

/* Behind the event that is handed out, or was the last one. */
__u64 reader__position(const struct reader *ring);
/* From where on there are pieces of arguments whose exec is behind it; else the position. */
__u64 reader__needed(const struct reader *ring);
/* Where the kernel has got to. */
__u64 reader__end(const struct reader *ring);
/* How much of the ring is in use: bytes that wait, or are needed still. */
__u64 reader__used(const struct reader *ring);

/*
 * What is before position has been dealt with, but for pieces from needed on. -ERANGE: the kernel has
 * overwritten what was there; then what it has left is read, as far as it is behind position. -EINVAL: there is no such
 * position, and nothing has changed.
 */
int reader__seek(struct reader *ring, __u64 position, __u64 needed);

/*
 * Hands out what is between two positions, or the first and the end, and leaves it there: what was read is intact until
 * it is written over. 0, what fn returned, -ERANGE if it has been, or -EAGAIN: the next one is not finished yet.
 */
int reader__scan(const struct reader *ring, __u64 from, __u64 to, reader_event_fn fn, void *ctx);

#endif /* ATR_LOAD_READER_H */
