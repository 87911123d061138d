/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random files for random acts: programs, scripts, links and what is none of these. */
#ifndef ATR_TESTS_ACT_POOL_H
#define ATR_TESTS_ACT_POOL_H

#include "tests/actors/act.h"
#include "tests/actors/act_random.h"

enum { POOL_FILES = 320, POOL_NAME = 256, POOL_DIRS = 24 };

struct pool {
	char files[POOL_FILES][POOL_NAME]; /* in pool/, relative to the scratch tree */
	char dirs[POOL_DIRS][POOL_NAME];   /* two levels deep, so "../../" leads back */
};

/* All files follow from the seed. 0 or -errno. */
int pool__make(struct pool *pool, struct rnd *rnd, struct scene *scene);

/* Makes some of them anew, of another kind perhaps, under their old names. */
int pool__change(struct pool *pool, struct rnd *rnd, struct scene *scene);

#endif /* ATR_TESTS_ACT_POOL_H */
