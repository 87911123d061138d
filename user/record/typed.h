/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was typed and is not written yet, by process: drivers/tty/tty_audit.c has such a buffer for each, and
 * lets go of it when a line is complete, the terminal or its mode is another one, it is full, or the process
 * ends.
 */
#ifndef ATR_RECORD_TYPED_H
#define ATR_RECORD_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "user/event/event.h"

struct typed;

/* NULL and errno when there is no memory. */
struct typed *typed__new(void);
void typed__free(struct typed *t);

/* Let go of: the data of one record. */
struct typed_piece {
	struct typed_piece *next;
	__u32 dev;
	__u32 len;
	bool faulty; /* some of it could not be read, and is 0 */
	char data[];
};

/*
 * Takes what the event has. When it is one that ends a call (ATR_TTY_END), *ret_pieces is what was let go of
 * since the last such event, the oldest first, for the caller to give to typed_pieces_free(). 0, or -ENOMEM.
 */
int typed__add(struct typed *t, const struct atr_view *view, struct typed_piece **ret_pieces);

/*
 * All that there is of a process, and then it is forgotten; the caller frees it. NULL: nothing, or
 * no memory: then it is kept.
 */
struct typed_piece *typed__take(struct typed *t, __u32 pid);

/*
 * All that there is of any process, for want of room or because nothing more comes: the last event of it, for the
 * caller to free, and the pieces. NULL: nothing.
 */
struct typed_piece *typed__evict(struct typed *t, bool all, void **ret_event);

/* What they held is wiped out. */
void typed_pieces_free(struct typed_piece *pieces);

#endif /* ATR_RECORD_TYPED_H */
