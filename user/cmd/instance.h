/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One daemon at a time has one kernel side and one log: a lock in /run says which process that is. Another one
 * that is started takes its place: it has the first one end, and wait until it has.
 */
#ifndef ATR_CMD_INSTANCE_H
#define ATR_CMD_INSTANCE_H

#include <stdbool.h>
#include <sys/types.h>

struct conf;

#define INSTANCE_PATH 160

struct instance {
	int lock;
	char journal[INSTANCE_PATH]; /* what the log notes of its last event, for the next process */
};

/* All zero but lock, which is -1: none. */
#define INSTANCE_NONE ((struct instance){ .lock = -1 })

/*
 * Asks a daemon that runs to hand over (SIGQUIT), which is blocked here from now on, and waits for its end. 0, and who it
 * was in ret_before, 0 if there was none; or -errno, logged. With wait false: -EBUSY if there is one, not logged.
 */
int instance__take(const struct conf *conf, bool wait, struct instance *ret, pid_t *ret_before);
void instance__release(struct instance *instance);

#endif /* ATR_CMD_INSTANCE_H */
