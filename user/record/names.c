/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/record/cache.h"
#include "user/record/text.h"

enum {
	NAMES_MAX = 1024,
	PLAIN_MAX = 256, /* LOGIN_NAME_MAX */
	SHOWN_MAX = 63,	 /* libauparse, which auditd asks, has a buffer of 64 */
};

struct entry {
	__u32 id;
	enum name_group group;
	char *bytes; /* encoded, then plain */
	size_t encoded_len;
	size_t plain_len;
	bool has_plain;
	__u32 age; /* names.age when it was looked up */
};

/* An entry of an older age is still told by names__get(), until somebody has looked anew. */
struct names {
	struct cache cache;
	__u32 age; /* rises whenever names may have changed */
	struct entry entries[NAMES_MAX];
};

struct names *names__new(void)
{
	struct names *n = calloc(1, sizeof(*n));

	if (n && cache_init(&n->cache, NAMES_MAX)) {
		free(n);
		n = NULL;
	}
	if (!n)
		errno = ENOMEM;
	return n;
}

void names__free(struct names *n)
{
	unsigned int i;

	if (!n)
		return;
	for (i = 0; i < n->cache.touched; i++)
		free(n->entries[i].bytes);
	cache_free(&n->cache);
	free(n);
}

static __u32 name_hash(__u32 id, enum name_group group)
{
	return (id * 2 + group) * 0x9e3779b1U >> 16;
}

/* Marks it as in use, so that it is among the last to go. */
static struct entry *find(struct names *n, __u32 id, enum name_group group)
{
	int slot = cache_first(&n->cache, name_hash(id, group));

	for (; slot >= 0; slot = cache_next(&n->cache, slot)) {
		struct entry *e = &n->entries[slot];

		if (e->id == id && e->group == group) {
			n->cache.slots[slot].seen = true;
			return e;
		}
	}
	return NULL;
}

/* What auditd writes for the name: it comes through libauparse, which has %d where ids are %u. */
static int encode(struct text *t, __u32 id, const char *plain, size_t len)
{
	char unknown[32] = "unknown(";
	struct text u;

	if (plain) {
		text_untrusted(t, plain, len < SHOWN_MAX ? len : SHOWN_MAX);
		return t->err;
	}
	text_init(&u, sizeof(unknown));
	text_i64(&u, "unknown(", (__s32)id);
	text_char(&u, ')');
	if (!u.err)
		text_untrusted(t, u.buf, u.len);
	text_free(&u);
	return u.err ? u.err : t->err;
}

int names__put(struct names *n, __u32 id, enum name_group group, const char *plain, size_t len)
{
	struct entry *e = find(n, id, group);
	bool evict = false;
	struct text t;
	int slot, err;

	if (plain && len > PLAIN_MAX)
		return -EBADMSG;
	text_init(&t, 4 * PLAIN_MAX);
	err = encode(&t, id, plain, len);
	if (err)
		goto out;
	if (!e) {
		slot = cache_take(&n->cache, name_hash(id, group), CACHE_NO_TURN, &evict);
		if (slot < 0) {
			err = slot;
			goto out;
		}
		e = &n->entries[slot];
	}
	/* Of the slot's last owner, or of this id. */
	free(e->bytes);
	e->id = id;
	e->group = group;
	e->encoded_len = t.len;
	e->plain_len = plain ? len : 0;
	e->has_plain = plain;
	e->age = n->age;
	text_bytes(&t, plain, e->plain_len);
	e->bytes = t.buf;
	return 0;
out:
	text_free(&t);
	return err;
}

bool names__keep(struct names *n, __u32 id, enum name_group group)
{
	struct entry *e = find(n, id, group);

	if (!e || !e->has_plain)
		return false;
	e->age = n->age;
	return true;
}

bool names__known(struct names *n, __u32 id, enum name_group group)
{
	const struct entry *e = find(n, id, group);

	return id == ATR_UNSET || (e && e->age == n->age);
}

void names__doubt(struct names *n)
{
	n->age++;
}

void names__get(struct names *n, __u32 id, enum name_group group, struct name *ret_name)
{
	static const struct name unset = { "\"unset\"", 7, NULL, 0 };
	static const struct name unknown = { "\"?\"", 3, NULL, 0 };
	const struct entry *e;

	if (id == ATR_UNSET) {
		*ret_name = unset;
		return;
	}
	e = find(n, id, group);
	if (!e) {
		*ret_name = unknown;
		return;
	}
	ret_name->encoded = e->bytes;
	ret_name->encoded_len = e->encoded_len;
	ret_name->plain = e->has_plain ? e->bytes + e->encoded_len : NULL;
	ret_name->plain_len = e->plain_len;
}
