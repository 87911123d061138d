/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Index of a cache of fixed size: hash to slot number, with second-chance replacement. What is in a
 * slot belongs to the owner, who keeps an array of the same size.
 *
 * Who finds an entry marks it seen. To make room a hand goes round the slots: it takes the mark off
 * those that have one and gives up the first that has none, so what is in use stays. On average all
 * of it takes constant time, and memory is taken once, at the beginning.
 */
#ifndef ATR_RECORD_CACHE_H
#define ATR_RECORD_CACHE_H

#include <stdbool.h>

#include <linux/types.h>

/* Of an owner who holds nothing for an event: one entry is asked for at a time. */
enum { CACHE_NO_TURN = 0 };

struct cache_slot {
	int next; /* in the chain of its bucket or of free ones, -1 ends */
	__u32 hash;
	__u32 turn; /* the turn that asked for it: held until that is over */
	bool used;
	bool seen; /* since the hand last came by */
};

/*
 * A used slot is in the chain of its hash; one below touched that is not used is in the list of
 * free ones; one from touched on is in neither.
 */
struct cache {
	unsigned int cap; /* a power of two */
	unsigned int used;
	unsigned int touched; /* slots beyond were never used */
	unsigned int hand;
	int free;     /* the first slot that is free again, -1: none */
	int *buckets; /* the first slot + 1 of each chain, so that zeroed memory is empty */
	struct cache_slot *slots;
};

/* cap is a power of two. 0, or -ENOMEM with nothing to free. */
int cache_init(struct cache *c, unsigned int cap);
/* The index alone: the owner frees what its slots hold before, those below touched. */
void cache_free(struct cache *c);

/* The next slot of this hash at or behind slot, -1 if there is none. */
static inline int cache_match(const struct cache *c, int slot, __u32 hash)
{
	while (slot >= 0 && c->slots[slot].hash != hash)
		slot = c->slots[slot].next;
	return slot;
}

/* Candidates: another key may have the same hash, so the owner compares. */
static inline int cache_first(const struct cache *c, __u32 hash)
{
	return cache_match(c, c->buckets[hash & (c->cap - 1)] - 1, hash);
}

static inline int cache_next(const struct cache *c, int slot)
{
	return cache_match(c, c->slots[slot].next, c->slots[slot].hash);
}

/*
 * A slot for a new entry. *ret_evict: it held another one, which the owner must release first.
 * Slots of this turn are passed over, unless all are; those of CACHE_NO_TURN are held by none.
 * -ENOSPC only if cap is 0.
 */
int cache_take(struct cache *c, __u32 hash, __u32 turn, bool *ret_evict);

/* The slot that would go next, -1 if there is none in use; it is out of the index then. */
int cache_evict(struct cache *c, __u32 turn);

#endif /* ATR_RECORD_CACHE_H */
