/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the agent share. */
#ifndef ATR_CMD_AGENT_IMPL_H
#define ATR_CMD_AGENT_IMPL_H

#include "user/cmd/agent.h"
#include "user/load/kaudit.h"

struct agent {
	const struct agent_opts *opts;
	struct atr_features features;
	struct pipeline *pipeline;
	struct probe *probe;
	struct kaudit *kaudit;	   /* NULL: not asked for */
	struct compiled *rules[2]; /* in force, and those before */
	unsigned int enabled;	   /* as auditctl -e */
	bool busy;		   /* see agent__busy() */
	__u64 ring_high;	   /* bytes that have been in use at a time */
	int also;		   /* see agent__watch(); -1: none */
	void (*also_fn)(void *ctx);
	void *also_ctx;
	int epoll;
	int ends;    /* signals that end it */
	int signals; /* others: of these a write that waits is not to be cut short */
	int signal;  /* that has ended it */
	__u32 signal_pid;
	bool before_stays; /* the kernel side before us, of which something may wait in memory */
	struct agent_found found;
};

/* Takes what waits, up to a batch. 0 or -errno; -EAGAIN: there may be more. */
int agent__drain(struct agent *a);

/* Takes what waits at this moment. 0 or -errno. */
int agent__drain_all(struct agent *a);

/* Where the rules say -e, that counts. */
void agent__controls(struct agent *a, struct compiled *c);

#endif /* ATR_CMD_AGENT_IMPL_H */
