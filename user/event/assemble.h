/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long arguments come as chunk events ahead of their exec event; here they become one block again.
 */
#ifndef ATR_EVENT_ASSEMBLE_H
#define ATR_EVENT_ASSEMBLE_H

#include "user/event/event.h"

enum {
	/* The kernel admits 6 MiB of arguments and environment together (3/4 of _STK_LIM). */
	ATR_ASSEMBLE_MAX = (6 << 20) + 65536,
	/* All unfinished blocks together. */
	ATR_ASSEMBLE_TOTAL = 32 << 20,
};

/* All that waits, by cpu and slot; one for each recorder. */
struct assembler;

/* NULL and errno when there is no memory. */
struct assembler *assembler__new(void);
void assembler__free(struct assembler *a);

/*
 * Keep a copy of a piece. Returns -ENODATA when it does not continue what came before (the block is
 * then dropped), -EMSGSIZE beyond the limits above, -ENOMEM.
 */
int assembler__add(struct assembler *a, const struct atr_view *chunk);

/*
 * All argument bytes of an exec event: those of its chunks, then its own. The bytes are valid until
 * the next call on a. Returns -ENODATA when a piece is missing. Without ATR_F_CHUNKED it is the
 * event's own argv.
 */
int assembler__take(struct assembler *a, const struct atr_view *exec, const char **ret_bytes,
		    size_t *ret_len);

/* Another event of the same cpu and slot came: what waits there will never be complete. */
void assembler__forget(struct assembler *a, const struct atr_hdr *hdr);

/* The first argument bytes of an exec event, as many as are at hand; takes nothing away. */
size_t assembler__peek(struct assembler *a, const struct atr_view *exec, const char **ret_bytes);

#endif /* ATR_EVENT_ASSEMBLE_H */
