/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of an event as auditd hands them to a plugin (audispd.c of audit-userspace 3.0.9, which
 * 4.0 has kept): `string` is a line each, `binary` libaudit's struct audit_dispatcher_header and always
 * MAX_AUDIT_MESSAGE_LENGTH bytes, of which size count; behind them auditd has what was in memory, here
 * are zeros. With log_format = RAW and no node a binary record is what the kernel sent ("audit(…): …",
 * version 0), else the line of the log (version 1).
 *
 * An event that has a SYSCALL ends with an EOE record, as the kernel's does; the log has none.
 */
#ifndef ATR_SINK_FRAMES_H
#define ATR_SINK_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "user/conf/plugin.h"

/* Bytes for any number of readers; belongs to all who have a reference. */
struct frames {
	unsigned int refs;
	unsigned int records;
	unsigned int cut; /* records that are longer than auditd's readers take */
	size_t len;
	char data[];
};

struct frames_opts {
	bool enriched;
	const char *node; /* `node=NAME ` before each line; NULL: none */
};

/* text: lines, each with its newline, events whole. 0 and one reference, or -ENOMEM. */
int frames_make(struct frames **ret, enum plugin_format format, const struct frames_opts *opts,
		const char *text, size_t len);

struct frames *frames_get(struct frames *frames);
void frames_put(struct frames *frames);

#endif /* ATR_SINK_FRAMES_H */
