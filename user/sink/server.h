/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin that is built in, builtin_af_unix: a socket that any number of readers connect to, up to a bound. */
#ifndef ATR_SINK_SERVER_H
#define ATR_SINK_SERVER_H

#include <sys/types.h>

#include "user/sink/feed.h"

struct server;

enum { SERVER_CLIENTS_MAX = 32 };

/* What the arguments of such a plugin say, in either order. NULL, or what is wrong with them (static text). */
const char *server_args(const struct conf_list *args, const char **ret_path, mode_t *ret_mode);

/*
 * Listens; who connects gets the events that are offered from then on. A socket that was left there is
 * replaced, anything else is not. epoll becomes readable when server__tick() has something to do. 0 or -errno.
 */
int server__open(const char *path, mode_t mode, int epoll, struct server **ret);

/* Lets go of all clients and removes the socket, if it is still its own; what is left are the counters. */
void server__end(struct server *server);
void server__free(struct server *server);

/* How many clients took it. */
unsigned int server__offer(struct server *server, struct frames *frames, size_t depth);
void server__refuse(struct server *server, const struct frames *frames, enum feed_cause cause);

/* Takes and lets go of clients, and writes what they take. */
void server__tick(struct server *server);

/* Nobody is taken any more; those that have read all are let go. How many are left. */
unsigned int server__drain(struct server *server);

unsigned int server__clients(const struct server *server);

/* All that have ever been there, together. */
void server__counters(const struct server *server, struct feed_counters *ret);

#endif /* ATR_SINK_SERVER_H */
