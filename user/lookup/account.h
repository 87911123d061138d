/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Users as a process finds them: those of its container, where it is in one. */
#ifndef ATR_LOOKUP_ACCOUNT_H
#define ATR_LOOKUP_ACCOUNT_H

#include "user/lookup/lookup.h"

struct account {
	__u32 uid; /* inside */
	char name[ATR_NAME_MAX];
};

/*
 * By name; or, with name "", by the uid that it has outside. 0; -ENOENT: there is none; -ESRCH: the
 * process has gone. It may take as long as the name service does: see worker.h.
 */
int account_find(__u32 pid, const char *name, __u32 uid, struct account *ret);

#endif /* ATR_LOOKUP_ACCOUNT_H */
