/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sessions there are: a login that nobody saw shows in the first event of its session. */
#ifndef ATR_RECORD_SESSION_H
#define ATR_RECORD_SESSION_H

#include <stdbool.h>

#include <linux/types.h>

struct sessions;

/* NULL and errno when there is no memory. */
struct sessions *sessions__new(void);
void sessions__free(struct sessions *s);

/* There is such a session. Returns 0 or -ENOMEM. */
int sessions__add(struct sessions *s, __u32 auid, __u32 ses);

/* Has no event and no sessions__add() shown that session? False for none (ATR_UNSET). */
bool sessions__is_new(struct sessions *s, __u32 auid, __u32 ses);

/* An event shows that the process is in that session (ATR_UNSET: in none). */
void sessions__see(struct sessions *s, __u32 pid, __u32 auid, __u32 ses);

/*
 * Was the process, by its last event, in no session? False also if it has had none, or too long
 * ago: the last 4096 processes are kept.
 */
bool sessions__was_unset(struct sessions *s, __u32 pid);

#endif /* ATR_RECORD_SESSION_H */
