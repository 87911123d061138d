/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel audit's own records, as it hands them to whoever listens in (AUDIT_NLGRP_READLOG, since 3.16): read
 * only, beside an auditd or without one. There are none while audit is disabled.
 */
#ifndef ATR_LOAD_KAUDIT_H
#define ATR_LOAD_KAUDIT_H

#include <stdbool.h>
#include <stddef.h>

struct kaudit;

/* Takes one KERNEL event; not 0: stop reading. */
typedef int (*kaudit_fn)(void *ctx, void *data, size_t size);

/* Joins the group. 0, or -errno, logged: -EPERM without CAP_AUDIT_READ, -EPROTONOSUPPORT without audit. */
int kaudit__open(struct kaudit **ret);

/*
 * Reads what comes to a socket that the kernel takes for the audit daemon's. On success the descriptor is the
 * reader's. -ENOMEM.
 */
int kaudit__adopt(int fd, struct kaudit **ret);
void kaudit__free(struct kaudit *k);

/* Readable when there is something to read. */
int kaudit__fd(const struct kaudit *k);

/* Hands what has come to fn. Returns 0, what fn returned, or -ENOBUFS: some were lost for want of room. */
int kaudit__read(struct kaudit *k, kaudit_fn fn, void *ctx);

/* What has come up to now is nobody's. NULL: nothing has. */
void kaudit__forget(struct kaudit *k);

/* Does kernel audit write records at this moment? */
bool kaudit_writes(void);

#endif /* ATR_LOAD_KAUDIT_H */
