/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts of labels that the kernel has numbers for, as LABEL events told them. */
#ifndef ATR_RECORD_LABELS_H
#define ATR_RECORD_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

struct labels;

/* NULL and errno when there is no memory. */
struct labels *labels__new(void);
void labels__free(struct labels *l);

/*
 * text NULL: it could not be had this time; a text that is known is kept. It is copied. 0 or
 * -ENOMEM.
 */
int labels__put(struct labels *l, __u32 sid, const char *text, size_t len);

/* NULL: not known. Valid until the next put. */
const char *labels__get(struct labels *l, __u32 sid, size_t *ret_len);

/*
 * Should it be looked up? A text that cannot be had is asked for again at the next 63 events that
 * need it, then at the 128th, 256th, 512th…: those who have the label come and go, and each look goes
 * through all tasks.
 */
bool labels__wanted(struct labels *l, __u32 sid);

/* The event is done. */
void labels__next(struct labels *l);

#endif /* ATR_RECORD_LABELS_H */
