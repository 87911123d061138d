/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/session.h"

#include <errno.h>
#include <stdlib.h>

#include "bpf/event.h"
#include "user/record/cache.h"

enum {
	SESSIONS_MAX =
		8192, /* at a time; of one that has been silent for so long LOGIN may come again */
	PIDS_MAX = 4096,
};

struct pair {
	__u32 key; /* session, pid */
	__u32 value;
};

/* Numbers by numbers, as many as the cache has slots; what has been asked for least lately goes. */
struct table {
	struct cache cache;
	struct pair *pairs;
};

struct sessions {
	struct table sessions; /* auid of each */
	struct table pids;     /* session of each */
};

static int table_init(struct table *t, unsigned int size)
{
	t->pairs = calloc(size, sizeof(*t->pairs));
	return t->pairs ? cache_init(&t->cache, size) : -ENOMEM;
}

static void table_free(struct table *t)
{
	cache_free(&t->cache);
	free(t->pairs);
}

static __u32 key_hash(__u32 key)
{
	return key * 0x9e3779b1U >> 16;
}

static struct pair *find(struct table *t, __u32 key)
{
	int slot = cache_first(&t->cache, key_hash(key));

	for (; slot >= 0; slot = cache_next(&t->cache, slot)) {
		if (t->pairs[slot].key == key) {
			t->cache.slots[slot].seen = true;
			return &t->pairs[slot];
		}
	}
	return NULL;
}

static int put(struct table *t, __u32 key, __u32 value)
{
	struct pair *p = find(t, key);
	bool evict;
	int slot;

	if (!p) {
		slot = cache_take(&t->cache, key_hash(key), CACHE_NO_TURN, &evict);
		if (slot < 0)
			return slot;
		p = &t->pairs[slot];
		p->key = key;
	}
	p->value = value;
	return 0;
}

struct sessions *sessions__new(void)
{
	struct sessions *s = calloc(1, sizeof(*s));

	if (s && (table_init(&s->sessions, SESSIONS_MAX) || table_init(&s->pids, PIDS_MAX))) {
		sessions__free(s);
		s = NULL;
	}
	if (!s)
		errno = ENOMEM;
	return s;
}

void sessions__free(struct sessions *s)
{
	if (!s)
		return;
	table_free(&s->sessions);
	table_free(&s->pids);
	free(s);
}

int sessions__add(struct sessions *s, __u32 auid, __u32 ses)
{
	return ses == ATR_UNSET ? 0 : put(&s->sessions, ses, auid);
}

bool sessions__was_unset(struct sessions *s, __u32 pid)
{
	const struct pair *was = find(&s->pids, pid);

	return was && was->value == ATR_UNSET;
}

bool sessions__is_new(struct sessions *s, __u32 auid, __u32 ses)
{
	const struct pair *known = ses == ATR_UNSET ? NULL : find(&s->sessions, ses);

	return ses != ATR_UNSET && !(known && known->value == auid);
}

void sessions__see(struct sessions *s, __u32 pid, __u32 auid, __u32 ses)
{
	const struct pair *was = find(&s->pids, pid);

	/* Without memory for it, it is told again with the next event: once too often, not never. */
	if (!was || was->value != ses)
		put(&s->pids, pid, ses);
	if (sessions__is_new(s, auid, ses))
		put(&s->sessions, ses, auid);
}
