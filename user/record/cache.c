/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int cache_init(struct cache *c, unsigned int cap)
{
	memset(c, 0, sizeof(*c));
	c->buckets = calloc(cap, sizeof(*c->buckets));
	c->slots = calloc(cap, sizeof(*c->slots));
	if (!c->buckets || !c->slots) {
		cache_free(c);
		return -ENOMEM;
	}
	c->free = -1;
	c->cap = cap;
	return 0;
}

void cache_free(struct cache *c)
{
	free(c->buckets);
	free(c->slots);
	memset(c, 0, sizeof(*c));
}

/*
 * Chains have no way back: the one before it is found from the beginning. They are short, as there
 * are as many buckets as slots.
 */
static void unlink_slot(struct cache *c, int slot)
{
	int *first = &c->buckets[c->slots[slot].hash & (c->cap - 1)], at;

	if (*first - 1 == slot) {
		*first = c->slots[slot].next + 1;
	} else {
		for (at = *first - 1; c->slots[at].next != slot;)
			at = c->slots[at].next;
		c->slots[at].next = c->slots[slot].next;
	}
	c->slots[slot].used = false;
	c->slots[slot].next = c->free;
	c->free = slot;
	c->used--;
}

int cache_evict(struct cache *c, __u32 turn)
{
	struct cache_slot *s;
	unsigned int i;
	int slot;

	if (!c->used)
		return -1;
	/* Once round clears every mark, twice finds one; only where this turn holds all, four times. */
	for (i = 0; i < 4 * c->cap; i++) {
		slot = c->hand;
		s = &c->slots[slot];
		c->hand = (c->hand + 1) & (c->cap - 1);
		if (!s->used)
			continue;
		if (turn != CACHE_NO_TURN && s->turn == turn && i < 2 * c->cap)
			continue;
		if (s->seen) {
			s->seen = false;
			continue;
		}
		unlink_slot(c, slot);
		return slot;
	}
	return -1;
}

int cache_take(struct cache *c, __u32 hash, __u32 turn, bool *ret_evict)
{
	bool evict = c->used == c->cap;
	struct cache_slot *s;
	int slot;

	if (evict && cache_evict(c, turn) < 0)
		return -ENOSPC;
	if (c->free >= 0) {
		slot = c->free;
		c->free = c->slots[slot].next;
	} else {
		/* In order, so that the owner's memory is only touched as far as it is needed. */
		slot = c->touched++;
	}
	s = &c->slots[slot];
	s->hash = hash;
	s->turn = turn;
	s->used = true;
	/* Only a second look marks it: what is never seen again goes before what is in use. */
	s->seen = false;
	s->next = c->buckets[hash & (c->cap - 1)] - 1;
	c->buckets[hash & (c->cap - 1)] = slot + 1;
	c->used++;
	*ret_evict = evict;
	return slot;
}
