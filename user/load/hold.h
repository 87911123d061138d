/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel audit in our hands for a while: with our rules, its records to us. Everything is put back as it was
 * at the end. How it was stands in a file before anything is changed, and a process of its own waits for our
 * end: so it is put back as well if we are killed, and by the next run (hold__mend()) if both are.
 */
#ifndef ATR_LOAD_HOLD_H
#define ATR_LOAD_HOLD_H

#include <stdbool.h>

#include "user/load/kaudit.h"
#include "user/rules/parse.h"

#define HOLD_FILE "/run/autrail/compare.state"

struct hold;

/*
 * Takes kernel audit over, and puts these rules in force in place of those that it has. rules stays the
 * caller's. 0; -EBUSY: it has a daemon, or another process of ours; -EPERM: it is locked, or we may not; other
 * -errno. All but -EBUSY and -EPERM are logged. Nothing is changed then.
 */
int hold__begin(const struct ruleset *rules, struct hold **ret);
/* Its records; NULL behind hold__release(). */
struct kaudit *hold_reader(struct hold *h);
/* The rules are taken out again, and the records end. */
void hold__release(struct hold *h);
/* With hold__release(). 0, or -errno, logged: what could not be put back. */
int hold__end(struct hold *h);

/* Puts back what a run has left that was killed. 1: done; 0: there was nothing; -EBUSY: it runs; -errno, logged. */
int hold__mend(void);

#endif /* ATR_LOAD_HOLD_H */
