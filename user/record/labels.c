/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/labels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/record/cache.h"

enum {
	LABELS_MAX = 4096, /* a container has one or two of its own */
	TRIES_MAX = 64,
};

struct entry {
	__u32 sid;
	__u32 tries; /* events that wanted it while it was not known */
	__u32 turn;  /* the last of them that has its answer */
	char *text;  /* NULL: not known */
	size_t len;
};

struct labels {
	struct cache cache;
	__u32 turn;
	struct entry entries[LABELS_MAX];
};

struct labels *labels__new(void)
{
	struct labels *l = calloc(1, sizeof(*l));

	if (l && cache_init(&l->cache, LABELS_MAX)) {
		free(l);
		l = NULL;
	}
	if (!l)
		errno = ENOMEM;
	return l;
}

void labels__free(struct labels *l)
{
	unsigned int i;

	if (!l)
		return;
	for (i = 0; i < l->cache.touched; i++)
		free(l->entries[i].text);
	cache_free(&l->cache);
	free(l);
}

static __u32 label_hash(__u32 sid)
{
	return sid * 0x9e3779b1U >> 16;
}

static struct entry *find(struct labels *l, __u32 sid)
{
	int slot = cache_first(&l->cache, label_hash(sid));

	for (; slot >= 0; slot = cache_next(&l->cache, slot)) {
		if (l->entries[slot].sid == sid) {
			l->cache.slots[slot].seen = true;
			return &l->entries[slot];
		}
	}
	return NULL;
}

int labels__put(struct labels *l, __u32 sid, const char *text, size_t len)
{
	struct entry *e = find(l, sid);
	char *copy = NULL;
	bool evict;
	int slot;

	if (e && !text) {
		e->turn = l->turn;
		return 0;
	}
	if (text) {
		copy = malloc(len + 1);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	if (!e) {
		slot = cache_take(&l->cache, label_hash(sid), CACHE_NO_TURN, &evict);
		if (slot < 0) {
			free(copy);
			return slot;
		}
		e = &l->entries[slot];
		e->sid = sid;
		e->tries = 1;
		e->turn = l->turn;
	}
	free(e->text);
	e->text = copy;
	e->len = len;
	return 0;
}

const char *labels__get(struct labels *l, __u32 sid, size_t *ret_len)
{
	const struct entry *e = find(l, sid);

	*ret_len = e && e->text ? e->len : 0;
	return e ? e->text : NULL;
}

bool labels__wanted(struct labels *l, __u32 sid)
{
	struct entry *e = find(l, sid);

	if (!e)
		return true;
	if (e->text || e->turn == l->turn)
		return false;
	e->turn = l->turn;
	e->tries++;
	return e->tries <= TRIES_MAX || !(e->tries & (e->tries - 1));
}

void labels__next(struct labels *l)
{
	l->turn++;
}
