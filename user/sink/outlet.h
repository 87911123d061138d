/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One plugin: its process or its socket, from the start to the end, and its queue. */
#ifndef ATR_SINK_OUTLET_H
#define ATR_SINK_OUTLET_H

#include <stdarg.h>
#include <sys/types.h>

#include "user/sink/plugins.h"
#include "user/sink/program.h"
#include "user/sink/server.h"

enum outlet_state {
	OUTLET_DOWN, /* to be started, when that is due */
	OUTLET_UP,
	OUTLET_GIVEN_UP,   /* it has ended too often */
	OUTLET_DRAINING,   /* gets no more events, but may read those that wait */
	OUTLET_ENDING,	   /* its input has ended */
	OUTLET_TERMINATED, /* SIGTERM was sent */
	OUTLET_KILLED,
	OUTLET_GONE,
};

/* What all of them share. */
struct outlet_env {
	struct plugins_calls calls;
	int epoll;
	unsigned int q_depth, max_restarts;
	enum conf_act overflow;
};

struct outlet {
	struct outlet *next;
	char *name; /* of its file */
	struct plugin_conf conf;
	struct program program;
	enum outlet_state state;
	unsigned long long since; /* ms: when the state began */
	unsigned long long due;	  /* DOWN: when it is to be started */
	unsigned int starts, restarts;
	bool listed; /* the files have it still */

	/* A process. */
	pid_t pid;	 /* 0: none */
	int pidfd, peer; /* peer: its end of the socket */
	struct feed feed;

	struct server *server; /* builtin_af_unix; NULL: it does not listen */

	/* Losses. */
	bool suspended, overflowed; /* overflowed: since it was looked at */
	bool acted;		    /* overflow_action was single or halt, and was taken */
	unsigned long long reported[FEED_CAUSES];
	unsigned long long report_due; /* ms; not before */
};

/* Takes what is in conf, and leaves it empty. NULL: no memory, and conf is as it was. */
struct outlet *outlet__new(const char *name, struct plugin_conf *conf,
			   const struct program *program);
void outlet__free(struct outlet *o);

bool outlet__is_active(const struct outlet *o);

/* Whether it took it. Those that are not active are not asked. */
bool outlet__offer(struct outlet *o, const struct outlet_env *env, struct frames *frames);

/* What has come about: it ended, it can be started, it reads. now in ms. */
void outlet__tick(struct outlet *o, const struct outlet_env *env, unsigned long long now);

/* Tells what was lost since it was told last; not too often, unless it is the last time. */
void outlet__report(struct outlet *o, const struct outlet_env *env, unsigned long long now,
		    bool last);

/* Nothing more is for it: it is GONE some ticks later. */
void outlet__end(struct outlet *o, unsigned long long now);

/* The same at once for one that has not read what waits. Whether it was one. */
bool outlet__cut_off(struct outlet *o, unsigned long long now);

/* Its files are as they were: it is told to read its own again. */
void outlet__hang_up(struct outlet *o);

void outlet__counters(const struct outlet *o, struct feed_counters *ret);

void outlet__say(const struct outlet *o, const struct outlet_env *env, enum atr_tell level,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif /* ATR_SINK_OUTLET_H */
