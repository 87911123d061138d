/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/actors/act_random.h"

#include <stdlib.h>

/* Pointers count as well; in all it is less than a quarter of 8 MiB, the usual stack limit. */
enum { ARGS_BYTES = 1800000, ARG_MAX_LEN = 131071 };

struct random_args random_args(struct rnd *rnd)
{
	size_t count = rnd__chance(rnd, 92) ? 1 + rnd__below(rnd, 8) : rnd__size(rnd, 3000);
	size_t each = rnd__chance(rnd, 90) ? 64 : rnd__chance(rnd, 80) ? 8000 : ARG_MAX_LEN;
	size_t left = ARGS_BYTES;
	struct random_args args;
	size_t at = 0;

	if (rnd__chance(rnd, 1))
		count = 0;
	if (rnd__chance(rnd, 2) && rnd__chance(rnd, 10)) {
		count = 20000;
		each = 4;
	}
	args.argv = calloc(count + 1, sizeof(*args.argv));
	args.bytes = malloc(left + ARG_MAX_LEN + 2);
	if (!args.argv || !args.bytes)
		abort();
	for (size_t i = 0; i < count; i++) {
		size_t len = rnd__size(rnd, each);

		/* Around the length where the record's form changes. */
		if (rnd__chance(rnd, 1) && each > 64)
			len = 7300 + rnd__below(rnd, 300);
		if (left < len + 1 + sizeof(char *))
			len = 0;
		if (left < 1 + sizeof(char *))
			break;
		args.argv[i] = args.bytes + at;
		rnd__text(rnd, args.argv[i], len, "");
		/* One byte can change the form of the whole. */
		if (len && rnd__chance(rnd, 20))
			memset(args.argv[i], 'z', len - 1);
		at += len + 1;
		left -= len + 1 + sizeof(char *);
	}
	return args;
}

void random_args_free(struct random_args *args)
{
	free(args->argv);
	free(args->bytes);
	args->argv = NULL;
	args->bytes = NULL;
}
