/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose terminal input is recorded: decided once for a session, when the first event of it comes; without a login
 * uid, for the process that opens one by libpam, and what it starts.
 */
#ifndef ATR_CMD_MARKER_H
#define ATR_CMD_MARKER_H

#include "user/conf/tty.h"
#include "user/load/probe.h"
#include "user/lookup/worker.h"

struct marker;

/* All of them stay the caller's; what patterns hold may change. NULL with errno on lack of memory. */
struct marker *marker__new(const struct tty_patterns *patterns, struct probe *probe,
			   struct worker *worker, struct recorder *recorder);
void marker__free(struct marker *m);

/* Sessions that there are already. */
void marker__begin(struct marker *m);

/* An event that is about to be recorded. */
void marker__see(struct marker *m, const struct atr_view *view);

#endif /* ATR_CMD_MARKER_H */
