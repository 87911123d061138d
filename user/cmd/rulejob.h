/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of rules, read and judged in a thread: names of users are asked of whoever the system asks, and paths
 * lead to any file system. Neither may keep the daemon from its ring. One at a time: libaudit has globals.
 */
#ifndef ATR_CMD_RULEJOB_H
#define ATR_CMD_RULEJOB_H

#include "user/record/text.h"
#include "user/rules/compile.h"

struct rule_job;

/* What a line has done, or could not do; see parse_opts.changed. */
struct rule_change {
	bool add, good;
	unsigned int list;
	char *key;
};

struct rule_job_result {
	int err; /* 0; -EINVAL: there are mistakes; -E2BIG: that are too many rules; -ENOMEM */
	struct text messages; /* of mistakes and warnings, a line each */
	struct rule_change *changes;
	size_t nchanges;
	bool clears;		       /* there is -D, of whatever there was */
	struct compiled *compiled;     /* all rules as they are to be; NULL with err */
	struct rule_controls controls; /* what the lines say beside */
};

/*
 * Begins: the lines of text on top of base's rules (NULL: none). name is where they come from, for messages; all of
 * it is copied. NULL with errno.
 */
struct rule_job *rule_job__start(const char *name, const char *text, size_t len,
				 const struct ruleset *base);
/* Readable when it is done. */
int rule_job__fd(const struct rule_job *job);
/* What came of it, to be freed by the caller; not before it is done. The job is gone. */
void rule_job__take(struct rule_job *job, struct rule_job_result *ret);
void rule_job_result_free(struct rule_job_result *result);

/* Nobody waits for it any more. Returns whether it has ended: else its thread goes on until it does. */
bool rule_job__leave(struct rule_job *job);
/* Is there a thread that was left, and still at it? No other is to be begun then. */
bool rule_jobs_stuck(void);

#endif /* ATR_CMD_RULEJOB_H */
