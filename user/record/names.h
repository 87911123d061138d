/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of users and groups, as NAME events told them, ready for the enriched tail. */
#ifndef ATR_RECORD_NAMES_H
#define ATR_RECORD_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

struct names;

enum name_group { NAME_USER, NAME_GROUP };

/*
 * As auditd's tail has it: encoded, with its quotes; plain is the name itself, NULL for none.
 * Neither has a NUL behind it.
 */
struct name {
	const char *encoded;
	size_t encoded_len;
	const char *plain;
	size_t plain_len;
};

/* NULL and errno when there is no memory. */
struct names *names__new(void);
void names__free(struct names *n);

/*
 * plain NULL: the id has no name. It is copied. 0, -ENOMEM, or -EBADMSG: longer than any name can
 * be.
 */
int names__put(struct names *n, __u32 id, enum name_group group, const char *plain, size_t len);

/* It could not be looked up in time: a name that it had stands until the next doubt. False: it had none. */
bool names__keep(struct names *n, __u32 id, enum name_group group);

/* It was looked up, and nothing has been doubted since; or it is ATR_UNSET, which has no name. */
bool names__known(struct names *n, __u32 id, enum name_group group);

/* Users or groups have changed: each name is to be looked up again before it is used. */
void names__doubt(struct names *n);

/* Always fills ret_name; "?" for an id that nobody looked up. Valid until the next put. */
void names__get(struct names *n, __u32 id, enum name_group group, struct name *ret_name);

#endif /* ATR_RECORD_NAMES_H */
