/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOAD_TRACEFS_H
#define ATR_LOAD_TRACEFS_H

#include <linux/types.h>

/*
 * The number of tracepoint events/<category>/<name>, from tracefs where it is mounted, else from a
 * mount of our own that no one else sees. Returns it, or -errno: -ENOENT when this kernel does not
 * have the tracepoint.
 */
int tracefs_event_id(const char *category, const char *name);

enum { TRACEFS_NAME_MAX = 64 };

/*
 * Makes an event of the return of a function of the kernel: its name into ret_name, its number returned,
 * or -errno. So many calls at a time are seen as a busy machine has; of a perf kretprobe it is hardly
 * more than one a cpu, up to 5.19 no more. The event stays until it is removed: those of processes that
 * are gone, tracefs_returns_clean() removes.
 */
int tracefs_return_create(const char *function, char ret_name[TRACEFS_NAME_MAX]);
void tracefs_return_remove(const char *name);
void tracefs_returns_clean(void);

/* How many returns of it were not seen, for there were too many calls at a time. */
__u64 tracefs_return_missed(const char *name);

/*
 * A file system of the kernel's that containers and small systems have not mounted: a descriptor of its
 * root, nothing changes there. Negative: -errno.
 */
int mount_detached(const char *type);

#endif /* ATR_LOAD_TRACEFS_H */
