/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOAD_TRACEFS_H
#define ATR_LOAD_TRACEFS_H

/*
 * The number of tracepoint events/<category>/<name>, from tracefs where it is mounted, else from a
 * mount of our own that no one else sees. Returns it, or -errno: -ENOENT when this kernel does not
 * have the tracepoint.
 */
int tracefs_event_id(const char *category, const char *name);

#endif /* ATR_LOAD_TRACEFS_H */
