/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log as files, or standard input: line by line, whatever their length. */
#ifndef ATR_COMPARE_SOURCE_H
#define ATR_COMPARE_SOURCE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/* Reads ahead by a buffer, which grows up to the longest line that is taken. */
struct source;

/*
 * A file; `-`, standard input; a directory: its audit.log and those that it was rotated to, the oldest first,
 * as ausearch takes one. rotated: a file is taken with its FILE.1, FILE.2, … as well. Says itself what is
 * wrong. 0, or -errno with nothing to free.
 */
int source__open(const char *path, bool rotated, struct source **ret);
void source__free(struct source *s);

/*
 * The next line, without its newline, valid until the next call: 1. Of one that is longer than max the text is
 * NULL and the length is told. ret_cut: it has no newline. 0: there are no more. -errno: logged.
 */
int source__line(struct source *s, size_t max, const char **ret_text, size_t *ret_len,
		 bool *ret_cut);

/* Bytes read, and how many there are in all; 0: that is not known. */
__u64 source_done(const struct source *s);
__u64 source_size(const struct source *s);

#endif /* ATR_COMPARE_SOURCE_H */
