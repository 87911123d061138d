/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Look-ups with a deadline. A path can lead to a file system that does not answer (a dead server, a
 * FUSE program that will not), and names come from wherever the system asks; none of it may keep the
 * ring from being drained.
 */
#ifndef ATR_LOOKUP_WORKER_H
#define ATR_LOOKUP_WORKER_H

#include "user/lookup/lookup.h"

struct worker;

/* NULL with errno on lack of memory. */
struct worker *worker__new(void);
/*
 * The thread ends when it is done with what it does; the structure stays, as it may be used until
 * then.
 */
void worker__free(struct worker *worker);

/*
 * lookup_answer() in another thread. One that waits longer than 200 ms, once it has begun, is left behind, and
 * the answer is that nothing was found; false then. After 16 of those nothing is looked up until one
 * has come back. One caller at a time.
 */
bool worker__answer(struct worker *worker, const struct atr_view *view, const struct atr_need *need,
		    union atr_answer *ret);

#endif /* ATR_LOOKUP_WORKER_H */
