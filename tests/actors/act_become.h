/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a random act makes of itself before it execs: ids, capabilities, namespaces and more. */
#ifndef ATR_TESTS_ACT_BECOME_H
#define ATR_TESTS_ACT_BECOME_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/actors/act_random.h"

struct become {
	bool ids;
	bool fsids;
	bool caps;
	bool comm;
	bool root;  /* the scratch tree becomes the root */
	bool login; /* loginuid is set */
	bool no_new_privs;
	bool keep_caps;
	bool proc; /* a /proc of its own */
	uid_t uid[3], fsuid;
	gid_t gid[3], fsgid;
	unsigned long long permitted, effective, inheritable;
	unsigned long long unbound; /* capabilities that leave the bounding set */
	unsigned long long ambient;
	unsigned long securebits;
	unsigned long personality;
	uid_t loginuid;
	unsigned int namespaces; /* CLONE_NEW* for clone() */
	bool unshare_mounts;
	unsigned long mount_flags; /* of a bind mount of the pool over itself, 0: none */
	char comm_text[16];
};

void become__plan(struct become *become, struct rnd *rnd);

/* In the child. Some steps may fail, when an earlier one took the right to do them away. */
int become__do(const struct become *become);

/* In the parent: maps the ids of a new user namespace. */
int become__outside(pid_t pid);

void become__show(const struct become *become);

#endif /* ATR_TESTS_ACT_BECOME_H */
