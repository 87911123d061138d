/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of hosts by their names, as they were looked up. */
#ifndef ATR_RECORD_ADDRESS_H
#define ATR_RECORD_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

struct addresses;

/* NULL and errno when there is no memory. */
struct addresses *addresses__new(void);
void addresses__free(struct addresses *a);

/*
 * address NULL: it has none, which is kept as well. Both are copied. Returns 0, or -EBADMSG: the
 * name is empty, too long or has a NUL in it, or the address is too long.
 */
int addresses__put(struct addresses *a, const char *name, size_t len, const char *address,
		   size_t address_len);

/*
 * The address of a host: by itself where it is one already, else as it was looked up. "?" where that came
 * to nothing; NULL if nobody has looked. Valid until the next put or get.
 */
const char *addresses__get(struct addresses *a, const char *name, size_t len);

#endif /* ATR_RECORD_ADDRESS_H */
