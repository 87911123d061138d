/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One daemon at a time has one log, and one kernel side: two locks in /run say which process that is. Another one
 * that is started takes its place: it has the first one end, and waits until it has.
 *
 * The lock of a log says as well where the kernel side is kept, for whoever is told to keep it somewhere else.
 */
#ifndef ATR_CMD_INSTANCE_H
#define ATR_CMD_INSTANCE_H

#include <limits.h>
#include <sys/types.h>

#include "user/load/probe.h"

struct conf;

#define INSTANCE_PATH 160

struct instance {
	int log, pins;		     /* locks; -1: not held */
	char journal[INSTANCE_PATH]; /* what the log notes of its last event, for the next process */
	/* That of the log whose daemon had the same kernel side the last time; "": it was this one. */
	char other_journal[INSTANCE_PATH];
	char pin_dir[PATH_MAX];	    /* "": the kernel side is not kept */
	struct atr_pin_dirs before; /* where it was kept by those before, if anywhere else */
	int before_locks[ATR_PIN_DIRS_MAX];
};

/* All zero but the locks, which are -1: none. */
#define INSTANCE_NONE ((struct instance){ .log = -1, .pins = -1 })

/* What is done again and again while it waits; tick NULL: nothing. */
struct instance_wait {
	void (*tick)(void *ctx);
	void *ctx;
};

/*
 * Asks the daemons that have this log, or this pin_dir, to hand over (SIGQUIT), which is blocked here from now on, and
 * waits for their end. 0, and who it was in ret_before, 0 if there was none; or -errno, logged.
 */
int instance__take(const struct conf *conf, const struct instance_wait *wait, struct instance *ret,
		   pid_t *ret_before);
/* What is kept there alone, and without asking: -EBUSY and by whom if somebody has it, not logged. */
int instance__take_pins(const char *pin_dir, struct instance *ret, pid_t *ret_holder);

/* The log is another file from now on. 0 or -errno, logged: -EBUSY: it is another daemon's. */
int instance__move(struct instance *instance, const char *log_file);

/* What those before have kept anywhere else is gone. */
void instance__settled(struct instance *instance);
void instance__release(struct instance *instance);

#endif /* ATR_CMD_INSTANCE_H */
