/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes in a shared library, in each file that it is on this machine. A uprobe belongs to an inode, and
 * each mount namespace may have its own: those that there are at the start are found by one look through
 * /proc, those that begin later when a program is executed in them.
 */
#ifndef ATR_LOAD_LIBRARIES_H
#define ATR_LOAD_LIBRARIES_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "user/load/uprobes.h"

struct libraries;

/* A file that has been found. */
struct library_info {
	const char *path; /* as in its mount namespace */
	__u64 ino;
	__u32 major;
	__u32 minor;
	int error; /* errno: why it is not probed; 0: it is */
};

/*
 * The library is a name as ld.so has it; without are the words for what is lost where it is not probed. With a
 * pin_path (NULL: none) probes in files of our own mount namespace are kept there, and those that are there already
 * are gone on with. Probes in files of other namespaces are not: they would keep its file system busy, and nobody
 * would be there to let go of it. What cannot be probed is said once, and done without. All strings must outlive it.
 * NULL with errno on lack of memory.
 */
struct libraries *libraries__new(const char *name, const char *without,
				 const struct library_probe *probes, size_t count,
				 const char *pin_path);

/* Takes all probes away. */
void libraries__free(struct libraries *l);

/* Takes away those that are not kept. */
void libraries__leave(struct libraries *l);

/* A program has been executed there; cheap where the namespace is known. */
void libraries__seen(struct libraries *l, __u32 mntns, __u32 pid);

/*
 * As often as one likes: every 10 s it looks which namespaces have ended, whose files are let go of then (a
 * probe keeps the file system busy), and whether there are new files in the others.
 */
void libraries__tick(struct libraries *l);

/* The files found so far, by number; false: no more. */
bool libraries__info(const struct libraries *l, size_t number, struct library_info *ret);

/* How many namespaces have a file that is not probed because there were too many. */
unsigned int libraries__left_out(const struct libraries *l);

#endif /* ATR_LOAD_LIBRARIES_H */
