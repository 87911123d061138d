/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What trace and daemon have in common: the kernel side and its events, rules, signals, the account of it
 * all. Where the records go is the command's.
 */
#ifndef ATR_CMD_AGENT_H
#define ATR_CMD_AGENT_H

#include "user/cmd/pipeline.h"
#include "user/cmd/rulefiles.h"
#include "user/conf/tty.h"

struct agent;

struct agent_opts {
	struct atr_record_opts record;
	struct atr_probe_opts probe;
	struct rule_paths rules; /* none: everything is recorded */
	bool strict;
	bool controls; /* -e in files of rules counts */
	bool kernel_audit;
	const struct tty_patterns *tty; /* whose terminal input is recorded; NULL: nobody's */
	const struct output *output;
	struct sink *capture; /* NULL: none */
	/* Of the last event that the output has from the process before; NULL: not known. See pipeline__resume(). */
	const struct atr_kept_mark *mark;
	int watch; /* a descriptor whose error ends it: the output's reader has gone; -1: none */
	/* Before anything is attached: takes the place of the process before; 0 or -errno, logged. NULL: nothing. */
	int (*take)(void *ctx);
	/* All that was kept before is in the log, and removed. NULL: nothing. */
	void (*before_gone)(void *ctx);
	bool hands_over; /* SIGQUIT ends it, too, and leaves the kernel side as it is where that is kept */
	/* SIGUSR1, SIGUSR2, SIGHUP; NULL: SIGHUP reads the rules anew, the others do nothing. */
	void (*signalled)(void *ctx, int signal, __u32 pid);
	void (*tick)(void *ctx); /* once in tick_ms, and behind each drain; NULL: none */
	int tick_ms;		 /* 0: as seldom as may be */
	int wake; /* a descriptor that is readable when tick is to come sooner; -1: none */
	void *ctx;
};

/* What a start has found of the one before. */
struct agent_found {
	__u64 events;  /* that waited in its ring */
	__u64 unread;  /* of another version: counted, and lost */
	bool replaced; /* it was not exactly ours */
	bool goes_on;  /* it was */
};

/*
 * Loads, attaches and hooks up: from here on events wait. Returns an exit code, ATR_EXIT_OK if all is well; everything
 * else is logged. opts stays the caller's, and has to last.
 */
int agent__start(const struct agent_opts *opts, struct agent **ret);

/*
 * Where a process before may have kept a kernel side: tells what waits there, in the log before anything that we have
 * to say. It ticks, as running does. An exit code, as above.
 */
int agent__catch_up(struct agent *a);

/* Who hands over has said its last word: nothing of it is to be told again. */
void agent__settle(struct agent *a);

/* A descriptor that is readable once the agent is to stop: no write is to wait any longer. */
int agent__stop_fd(const struct agent *a);

/* Until a signal, or until nobody reads any more. Then detaches, drains, tells the ledger. An exit code. */
int agent__run(struct agent *a);
/* The signal that has ended it, and who has sent it; 0: none has. */
int agent__signal(const struct agent *a, __u32 *ret_pid);

/* What there was when it started. */
const struct agent_found *agent__found(const struct agent *a);

/*
 * New rules from the same files, and those that were put in force since are gone: 0, or -errno and all is as it
 * was; -EPERM: they are locked, -EBUSY: a change is under way.
 */
int agent__reload(struct agent *a);

/*
 * These rules from now on, with hits of those that were there before; c is taken over. 0, or -errno and those
 * before go on.
 */
int agent__put(struct agent *a, struct compiled *c, unsigned int enabled);

/* In force, and those before (before: 1). NULL: there have been none, and everything is recorded. */
const struct compiled *agent__rules(const struct agent *a, int before);
/* 0: nothing is recorded, 1, 2: and that is locked. */
unsigned int agent__enabled(const struct agent *a);

/* Somebody is about to put rules in force, and reads some meanwhile: nobody else does. */
void agent__busy(struct agent *a, bool busy);

/* fn is called when fd is readable, behind a drain. One for an agent. */
int agent__watch(struct agent *a, int fd, void (*fn)(void *ctx), void *ctx);

const struct probe *agent__probe(const struct agent *a);
const struct pipeline *agent__pipeline(const struct agent *a);
/* Bytes of the ring that are in use at this moment, and the most that anybody has looked at. */
__u64 agent__ring_used(struct agent *a);
__u64 agent__ring_high(const struct agent *a);
__u32 agent__ring_bytes(const struct agent *a);

/* A record of our own, DAEMON_…: its body. */
void agent__record(struct agent *a, __u32 type, const char *body);

void agent__free(struct agent *a);

#endif /* ATR_CMD_AGENT_H */
