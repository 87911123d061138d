/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rotated files: NAME.1 is the newest. */
#ifndef ATR_SINK_LOG_ROTATE_H
#define ATR_SINK_LOG_ROTATE_H

#include "user/sink/log_file.h"

enum {
	LOG_KEEP_ALL = 1000000, /* keep_logs */
};

/*
 * NAME becomes NAME.1 and so on, up to NAME.keep, whose old content goes. 0, or -errno; then NAME is
 * still there, and no file has gone but that of NAME.keep.
 */
int log_place__shift(const struct log_place *place, unsigned int keep);

/* Removes NAME.first and all that follow without a gap. Returns how many. */
unsigned int log_place__trim(const struct log_place *place, unsigned int first);

/* Removes the oldest of at most keep, whose number is in *ret. 0; -ENOENT: there is none; -errno. */
int log_place__drop_oldest(const struct log_place *place, unsigned int keep, unsigned int *ret);

/* Gives those that there are the mode and group of files that are done with. */
void log_place__fix(const struct log_place *place);

#endif /* ATR_SINK_LOG_ROTATE_H */
