/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A daemon's control socket: who may give orders, what they bring about, and the records of it. It never waits
 * for anybody: all that comes and goes is bounded in size and time.
 */
#ifndef ATR_CMD_CONTROL_H
#define ATR_CMD_CONTROL_H

#include "user/cmd/agent.h"
#include "user/conf/conf.h"
#include "user/sink/log.h"
#include "user/sink/plugins.h"

struct control;

/*
 * Listens at conf->control_socket from now on, in the agent's loop. *log (NULL: none) and plugins are for its figures.
 * 0 or -errno, logged. All of it stays the caller's.
 */
int control__new(const struct conf *conf, struct agent *agent, struct log *const *log,
		 const struct plugins *plugins, struct control **ret);
void control__free(struct control *c);

/* Another configuration: 0, or -errno, logged, and what could not be is as it was. */
int control__configure(struct control *c, const struct conf *conf);

/* SIGHUP has come from that process, and the agent has read its rules anew, or would not. */
void control__reloaded(struct control *c, __u32 pid);

/* Now and then, at least each second: deadlines, the file of figures. */
void control__tick(struct control *c);

#endif /* ATR_CMD_CONTROL_H */
