// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/compare/types.h"

#include <libaudit.h>
#include <string.h>

#include "user/compare/hash.h"

/* What libaudit knows of a name, if it is that of a type. */
static void describe(struct name *name)
{
	__s64 number;
	struct piece rest = { name->text, strlen(name->text) };
	const char *known;

	name->number = audit_name_to_msg_type(name->text);
	/* libaudit takes execve for EXECVE. */
	known = name->number < 0 ? NULL : audit_msg_type_to_name(name->number);
	if (known && strcmp(known, name->text))
		name->number = -1;
	/* auditd writes UNKNOWN[1199] for a type that it has no name for. */
	if (name->number < 0 && rest.len > 9 && !memcmp(rest.text, "UNKNOWN[", 8)) {
		rest = (struct piece){ rest.text + 8, rest.len - 9 };
		if (piece_number(rest, &number) && number > 0 && number < 10000)
			name->number = number;
	}
	name->daemon = name->number >= AUDIT_FIRST_DAEMON && name->number <= AUDIT_LAST_DAEMON;
	/* The kernel's come in groups, those of programs and daemons do not. LOGIN is the kernel's. */
	name->alone = name->number == AUDIT_USER || name->number == AUDIT_KERNEL ||
		      (name->number >= AUDIT_FIRST_USER_MSG && name->number < AUDIT_FIRST_EVENT) ||
		      name->number >= AUDIT_FIRST_USER_MSG2;
}

void names_init(struct names *names, __u64 seed)
{
	memset(names, 0, sizeof(*names));
	names->n = 1;
	strcpy(names->of[NAME_OTHERS].text, "(others)");
	names->of[NAME_OTHERS].number = -1;
	names->of[NAME_OTHERS].hash = seed;
}

unsigned int names_find(struct names *names, struct piece name)
{
	__u64 hash = hash_bytes(names->of[NAME_OTHERS].hash, name.text, name.len);
	unsigned int slot = hash % (4 * NAMES_MAX), i;
	struct name *new;
	size_t len;

	while ((i = names->slots[slot])) {
		if (names->of[i - 1].hash == hash)
			return i - 1;
		slot = (slot + 1) % (4 * NAMES_MAX);
	}
	if (names->n == NAMES_MAX)
		return NAME_OTHERS;
	new = &names->of[names->n];
	len = name.len < NAME_ROOM - 1 ? name.len : NAME_ROOM - 1;
	memcpy(new->text, name.text, len);
	new->hash = hash;
	describe(new);
	names->slots[slot] = ++names->n;
	return names->n - 1;
}
