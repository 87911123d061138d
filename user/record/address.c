/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * addr= of user messages: libaudit looks the host up when a message is sent (_resolve_addr() in
 * lib/audit_logging.c), and takes the first address that getaddrinfo() gives, or "?".
 */
#include "user/record/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/event.h"

enum {
	/* A look-up is good for the logins of a while; names change their addresses. */
	ADDRESSES_MAX = 64,
};

struct entry {
	char name[ATR_PAM_TEXT_MAX];
	char address[INET6_ADDRSTRLEN];
};

/* A place that was never used has the name "", which no host has: addresses__put() refuses it. */
struct addresses {
	unsigned int next; /* is overwritten next */
	struct entry entries[ADDRESSES_MAX];
	char numeric[INET6_ADDRSTRLEN];
};

struct addresses *addresses__new(void)
{
	struct addresses *a = calloc(1, sizeof(*a));

	if (!a)
		errno = ENOMEM;
	return a;
}

void addresses__free(struct addresses *a)
{
	free(a);
}

/*
 * len has to be below the room for a name, so that the byte behind it is inside. A walk through
 * all.
 */
static struct entry *find(struct addresses *a, const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < ADDRESSES_MAX; i++)
		if (!strncmp(a->entries[i].name, name, len) && !a->entries[i].name[len] && len)
			return &a->entries[i];
	return NULL;
}

int addresses__put(struct addresses *a, const char *name, size_t len, const char *address,
		   size_t address_len)
{
	struct entry *e;

	if (!len || len >= sizeof(e->name) || memchr(name, '\0', len) ||
	    address_len >= sizeof(e->address))
		return -EBADMSG;
	e = find(a, name, len);
	if (!e)
		e = &a->entries[a->next++ % ADDRESSES_MAX];
	memcpy(e->name, name, len);
	e->name[len] = '\0';
	memcpy(e->address, address ? address : "?", address ? address_len : 1);
	e->address[address ? address_len : 1] = '\0';
	return 0;
}

const char *addresses__get(struct addresses *a, const char *name, size_t len)
{
	static const int families[] = { AF_INET, AF_INET6 };
	unsigned char binary[sizeof(struct in6_addr)];
	char text[INET6_ADDRSTRLEN];
	const struct entry *e;
	unsigned int i;

	if (len < sizeof(text)) {
		memcpy(text, name, len);
		text[len] = '\0';
		/* As getaddrinfo() and inet_ntop() would write it. */
		for (i = 0; i < 2; i++)
			if (inet_pton(families[i], text, binary) == 1)
				return inet_ntop(families[i], binary, a->numeric,
						 sizeof(a->numeric));
	}
	e = len < ATR_PAM_TEXT_MAX ? find(a, name, len) : NULL;
	return e ? e->address : NULL;
}
