/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How kernel audit was before we took it, in memory and in a file. */
#ifndef ATR_LOAD_HOLD_STATE_H
#define ATR_LOAD_HOLD_STATE_H

#include <libaudit.h>
#include <stdbool.h>
#include <stddef.h>

struct hold_rules {
	struct audit_rule_data **of;
	size_t n;
};

struct hold_state {
	int pid;		  /* who has it */
	unsigned long long start; /* when that was started, as /proc has it: a pid is used again */
	struct audit_status was, set;
	struct hold_rules saved, ours;
};

/* A copy. -ENOMEM. */
int hold_rules__add(struct hold_rules *rules, const struct audit_rule_data *rule);

/* Of this process, to HOLD_FILE, which must not be there: -EBUSY. On disk when it returns. Or -errno. */
int hold_state__store(struct hold_state *state);
/* -ENOENT: there is none. -EBADMSG: it is none of ours, or not whole. The caller frees. */
int hold_state__load(struct hold_state *state);
void hold_state__free(struct hold_state *state);
/* Does the process that stored it still run? */
bool hold_state_runs(const struct hold_state *state);

#endif /* ATR_LOAD_HOLD_STATE_H */
