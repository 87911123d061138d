/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of libpam's handles, and of the messages that it has sent itself. */
#ifndef ATR_RECORD_PAM_H
#define ATR_RECORD_PAM_H

#include <stdbool.h>
#include <stddef.h>

#include "user/event/event.h"

struct pam;

/* NULL and errno when there is no memory. */
struct pam *pam__new(void);
void pam__free(struct pam *p);

/* A message of a thread: if libpam has sent it, its own word stands. */
void pam__message(struct pam *p, const struct atr_view *view, const char *text, size_t len);

/* The host whose address a record of the call will tell: its name, NULL for none. */
const char *pam__host(struct pam *p, const struct atr_view *view, size_t *ret_len);

#endif /* ATR_RECORD_PAM_H */
