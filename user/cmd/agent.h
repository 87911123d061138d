/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What trace and daemon have in common: the kernel side and its events, rules, signals, the account of it
 * all. Where the records go is the command's.
 */
#ifndef ATR_CMD_AGENT_H
#define ATR_CMD_AGENT_H

#include "user/cmd/pipeline.h"
#include "user/cmd/rulefiles.h"

struct agent;

struct agent_opts {
	struct atr_record_opts record;
	struct atr_probe_opts probe;
	struct rule_paths rules; /* none: everything is recorded */
	bool strict;
	bool kernel_audit;
	const struct output *output;
	struct sink *capture; /* NULL: none */
	int watch; /* a descriptor whose error ends it: the output's reader has gone; -1: none */
	/* SIGUSR1, SIGUSR2, SIGHUP; NULL: SIGHUP reads the rules anew, the others do nothing. */
	void (*signalled)(void *ctx, int signal, __u32 pid);
	void (*tick)(void *ctx); /* once in tick_ms, and behind each drain; NULL: none */
	int tick_ms;		 /* 0: as seldom as may be */
	void *ctx;
};

/*
 * Loads, attaches and hooks up: from here on events wait. Returns an exit code, ATR_EXIT_OK if all is well;
 * everything else is logged. opts stays the caller's, and has to last.
 */
int agent__start(const struct agent_opts *opts, struct agent **ret);

/* A descriptor that is readable once the agent is to stop: no write is to wait any longer. */
int agent__stop_fd(const struct agent *a);

/* Until a signal, or until nobody reads any more. Then detaches, drains, tells the ledger. An exit code. */
int agent__run(struct agent *a);
/* The signal that has ended it, and who has sent it; 0: none has. */
int agent__signal(const struct agent *a, __u32 *ret_pid);

/* New rules from the same files: 0, or -errno and those before go on. */
int agent__reload(struct agent *a);

/* A record of our own, DAEMON_…: its body. */
void agent__record(struct agent *a, __u32 type, const char *body);

void agent__free(struct agent *a);

#endif /* ATR_CMD_AGENT_H */
