/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plugins of a daemon: each file of a directory is about one, as auditd has them. All of them get each
 * event; nothing here waits for any of them but the end. What one does not take in time waits in a queue of
 * its own, then is counted.
 */
#ifndef ATR_SINK_PLUGINS_H
#define ATR_SINK_PLUGINS_H

#include "user/conf/conf.h"
#include "user/sink/feed.h"
#include "user/sink/log.h"

struct plugins;

struct plugins_opts {
	const char *dir;
	unsigned int q_depth; /* records */
	unsigned int max_restarts;
	enum conf_act overflow;
	struct frames_opts frames;
};

/* Called from within the functions below, but never from plugins__write(). */
struct plugins_calls {
	void *ctx;
	void (*tell)(void *ctx, enum atr_tell level, const char *text);
	/* The body of a DAEMON_ERR record: it comes back by plugins__write(). */
	void (*record)(void *ctx, const char *body);
	/* ATR_ACT_SINGLE or ATR_ACT_HALT. */
	void (*runlevel)(void *ctx, enum atr_act act);
};

struct plugin_status {
	const char *name; /* of its file; valid until the next tick */
	unsigned int starts;
	bool given_up, suspended;
	struct feed_counters counters;
};

/*
 * Reads the files, and starts those that are active. One with a mistake is told of and left out, as is a
 * directory that nobody but root could not write to. opts need not last. 0 or -errno: nothing can be started.
 */
int plugins__open(const struct plugins_opts *opts, const struct plugins_calls *calls,
		  struct plugins **ret);

/* SIGHUP: reads them again: new ones are started, those that are gone are ended, the others told. */
void plugins__reload(struct plugins *p, const struct plugins_opts *opts);

/* SIGUSR2: ends the suspension of overflow_action = suspend. */
void plugins__resume(struct plugins *p);

/* How many there are that take events: running, or to be started again. */
size_t plugins__active(const struct plugins *p);

/* An event: lines, each with its newline. 0: one of them has it, or will; -ENOTCONN, -ENOBUFS: none. */
int plugins__write(struct plugins *p, const char *text, size_t len);

/* Readable when plugins__tick() has something to do; it has also once a second. */
int plugins__fd(const struct plugins *p);
void plugins__tick(struct plugins *p);

/*
 * The end has two parts, so that what was lost can be told before the last record: first they get a while to
 * read what there is, and those that do not are cut off. Then all others are ended, too, by the end of
 * their input, SIGTERM, SIGKILL.
 */
void plugins__settle(struct plugins *p);
void plugins__finish(struct plugins *p);

/* With plugins__finish(), if that has not been called. */
void plugins__free(struct plugins *p);

/* Of the i-th; false: there are no more. */
bool plugins__status(const struct plugins *p, size_t i, struct plugin_status *ret);

#endif /* ATR_SINK_PLUGINS_H */
