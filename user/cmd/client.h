/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other side of the control socket: what asks a daemon. */
#ifndef ATR_CMD_CLIENT_H
#define ATR_CMD_CLIENT_H

#include "user/control/proto.h"

#define CONTROL_SOCKET "/run/autrail/control"

/*
 * One request and its answer: that goes to standard output and, a line each, as messages. wait_s: how long the
 * daemon may take. The exit code that the daemon has sent, or one of its own, logged.
 */
int client_ask(const char *path, enum control_verb verb, const char *body, size_t len,
	       unsigned int wait_s);

#endif /* ATR_CMD_CLIENT_H */
