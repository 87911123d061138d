/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a daemon, as text for people and as OpenMetrics. */
#ifndef ATR_CONTROL_FIGURES_H
#define ATR_CONTROL_FIGURES_H

#include <stdbool.h>

#include "bpf/event.h"
#include "user/record/text.h"
#include "user/rules/parse.h"

/* Of one kind of event, since the start: seen = written + filtered + left_out + lost. */
struct figures_kind {
	__u64 seen;
	__u64 written;
	__u64 filtered; /* by rules, in user space */
	__u64 left_out; /* by rules, in the kernel */
	__u64 lost[ATR_CAUSE_MAX];
};

struct figures_fact {
	const char *name, *way; /* way NULL: it is not had */
};

struct figures_rule {
	const struct rule *rule;
	__u64 hits;
	bool counted; /* else the kernel leaves out what it matches, and nobody counts that by rule */
};

/* Of one plugin, in records: seen = written + dropped + waiting. */
struct figures_plugin {
	const char *name;
	__u64 seen, written, dropped, waiting, starts;
	bool given_up, suspended;
};

enum figures_recording { RECORDING_ALL, RECORDING_RULES, RECORDING_NOTHING };

/* What was measured while somebody waited for it. */
struct figures_cost {
	unsigned int seconds;  /* 0: nothing was */
	int err;	       /* -errno: it could not be */
	__u64 kernel_ns, runs; /* of all programs */
	__u64 agent_ns;	       /* CPU time of the daemon */
	__u64 events;	       /* seen */
};

/* All that it points to is the caller's. */
struct figures {
	const char *version;
	__u32 pid;
	__u64 start;	      /* s since 1970 */
	__u64 uptime;	      /* s */
	unsigned int enabled; /* 0, 1, 2 as with auditctl -e */
	enum figures_recording recording;
	struct figures_kind kinds[ATR_KIND_USER];
	__u64 lost_before;		       /* what was lost before it was reset */
	__u64 ring_size, ring_used, ring_high; /* bytes */
	__u64 agent_ns;			       /* CPU time of the daemon, since it was ready */
	struct figures_cost cost;
	const struct figures_fact *facts;
	size_t nfacts;
	const struct figures_rule *rules; /* in the order of `ctl -l` */
	size_t nrules;
	struct {
		__u64 written, bytes, dropped, held, held_bytes, rotations, errors;
		bool suspended;
	} log;
	const struct figures_plugin *plugins;
	size_t nplugins;
	__u64 done, failed, refused; /* requests */
};

/* Of all kinds and causes, since the start. */
__u64 figures_lost(const struct figures *f);

/* The lines of auditctl -s, as auditctl prints them behind -e, too. */
void figures_audit(struct text *t, const struct figures *f);
/* These and all the others. */
void figures_status(struct text *t, const struct figures *f);
/* OpenMetrics 1.0, with its end. */
void figures_metrics(struct text *t, const struct figures *f);

#endif /* ATR_CONTROL_FIGURES_H */
