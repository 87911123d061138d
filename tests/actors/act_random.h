/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and bytes that follow from a seed alone, the same on every machine. */
#ifndef ATR_TESTS_ACT_RANDOM_H
#define ATR_TESTS_ACT_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rnd {
	uint64_t state;
};

/* splitmix64: good enough, and any state is a good one, so seed and index can simply be mixed. */
static inline uint64_t rnd__next(struct rnd *rnd)
{
	uint64_t z = rnd->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline void rnd__init(struct rnd *rnd, uint64_t seed, uint64_t index)
{
	rnd->state = seed * 0xd1342543de82ef95ULL + index;
	rnd->state = rnd__next(rnd);
}

/* 0 .. limit - 1 */
static inline unsigned int rnd__below(struct rnd *rnd, unsigned int limit)
{
	return (unsigned int)((rnd__next(rnd) >> 32) * limit >> 32);
}

static inline bool rnd__chance(struct rnd *rnd, unsigned int percent)
{
	return rnd__below(rnd, 100) < percent;
}

/* Mostly small, sometimes near the limit: each factor of two is as likely as the others. */
static inline size_t rnd__size(struct rnd *rnd, size_t limit)
{
	size_t bits = 0;

	while (limit >> bits)
		bits++;
	bits = rnd__below(rnd, (unsigned int)bits + 1);
	return rnd__next(rnd) % ((1ULL << bits) < limit ? (1ULL << bits) : limit + 1);
}

/* len bytes of one of several kinds, none of them NUL or of those in without, and a NUL. */
static inline void rnd__text(struct rnd *rnd, char *to, size_t len, const char *without)
{
	static const char *const kinds[] = {
		"abcdefghijklmnopqrstuvwxyz0123456789-_./",
		"abc \"'\\=(),:$`;|&<>*?[]{}~#!%",
		"0123456789ABCDEF",
		" \t\r\n\v\f",
		"\x1d\x01\x7f\x1b\xc3\xa9\xff\x80\xa0\x9f",
	};
	const unsigned int count = sizeof(kinds) / sizeof(kinds[0]);
	unsigned int kind = rnd__below(rnd, count + 2);

	for (size_t i = 0; i < len; i++) {
		char byte;

		if (kind < count)
			byte = kinds[kind][rnd__below(rnd, (unsigned int)strlen(kinds[kind]))];
		else
			byte = (char)(1 + rnd__below(rnd, 255));
		to[i] = strchr(without, byte) ? '_' : byte;
	}
	to[len] = '\0';
}

/* Arguments of an exec: from none to many, from short to as long as can be. */
struct random_args {
	char **argv;
	char *bytes; /* what argv points into */
};

struct random_args random_args(struct rnd *rnd);
void random_args_free(struct random_args *args);

#endif /* ATR_TESTS_ACT_RANDOM_H */
