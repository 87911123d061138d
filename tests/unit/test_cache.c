// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/tap.h"
#include "user/record/cache.h"

enum { CAP = 8 };

static void fill(struct cache *c, __u32 turn)
{
	bool evict;
	__u32 i;

	cache_init(c, CAP);
	for (i = 0; i < CAP; i++)
		cache_take(c, i, turn, &evict);
}

/* Of those that hold nothing the first that nobody asked for goes, and no other is even looked at. */
static void test_no_turn(void)
{
	struct cache c;
	bool evict;

	fill(&c, CACHE_NO_TURN);
	is_int(cache_take(&c, 100, CACHE_NO_TURN, &evict), 0, "the first one goes");
	ok(evict, "and is told to");
	is_int(c.hand, 1, "without a look at the others");
	c.slots[1].seen = true;
	is_int(cache_take(&c, 101, CACHE_NO_TURN, &evict), 2, "one that was asked for stays");
	ok(!c.slots[1].seen, "for this time");
	is_int(cache_first(&c, 1), 1, "it is found");
	is_int(cache_first(&c, 2), -1, "what went is not");
	cache_free(&c);
}

static void test_turns(void)
{
	struct cache c;
	bool evict;

	fill(&c, 1);
	c.slots[3].turn = 2;
	is_int(cache_take(&c, 100, 1, &evict), 3, "of a turn what belongs to another goes first");
	is_int(cache_take(&c, 101, 1, &evict), 4, "where all are of this turn one of them goes");
	is_int(cache_evict(&c, 2), 5, "another turn takes the next");
	is_int(c.used, CAP - 1, "which leaves room");
	is_int(cache_take(&c, 102, 2, &evict), 5, "that is used");
	ok(!evict, "with nothing in it");
	cache_free(&c);
}

int main(void)
{
	test_no_turn();
	test_turns();
	return tap_done();
}
