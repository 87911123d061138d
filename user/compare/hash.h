/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hashes of the comparison. They only find candidates: what is said to be equal was compared. */
#ifndef ATR_COMPARE_HASH_H
#define ATR_COMPARE_HASH_H

#include <linux/types.h>
#include <stddef.h>
#include <string.h>

/* Keys of events begin with a seed that the authors of logs do not know: they cannot make all meet. */
static inline __u64 hash_number(__u64 hash, __u64 number)
{
	hash = (hash ^ number) * 0x9E3779B97F4A7C15ULL;
	return hash ^ hash >> 29;
}

static inline __u64 hash_bytes(__u64 hash, const void *data, size_t len)
{
	const unsigned char *at = data;
	__u64 word;

	hash = hash_number(hash, len);
	for (; len >= 8; len -= 8, at += 8) {
		memcpy(&word, at, 8);
		hash = hash_number(hash, word);
	}
	word = 0;
	memcpy(&word, at, len);
	return len ? hash_number(hash, word) : hash;
}

#endif /* ATR_COMPARE_HASH_H */
