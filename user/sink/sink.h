/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where records go: a file or standard output. Events whole, or not at all. */
#ifndef ATR_SINK_SINK_H
#define ATR_SINK_SINK_H

#include <stddef.h>

struct sink;

/*
 * path NULL: standard output. A file is made with mode 0600 if need be, and appended to. Returns 0,
 * or -errno with nothing to free.
 */
int sink__open(const char *path, struct sink **ret);
void sink__free(struct sink *sink);

/*
 * Writes all of text in one go. On failure nothing of it stays in a regular file: the next event
 * begins where this one did. -EPIPE: nobody reads any more.
 */
int sink__write(struct sink *sink, const char *text, size_t len);

/*
 * Once fd is readable a reader that takes nothing is not waited for any longer: -ETIMEDOUT.
 */
void sink__set_stop(struct sink *sink, int fd);

/* To be watched for an error that says that the reader has gone; valid until free. */
int sink__fd(const struct sink *sink);

#endif /* ATR_SINK_SINK_H */
