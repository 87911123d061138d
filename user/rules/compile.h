/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules as they are judged: what of each is for the kernel (bpf/match.h), and what is for user space. */
#ifndef ATR_RULES_COMPILE_H
#define ATR_RULES_COMPILE_H

#include "bpf/match.h"
#include "user/rules/parse.h"

/* A condition that takes more than numbers of the task. */
enum later_type {
	LATER_GROUPS, /* gid or egid, with supplementary groups: cond */
	LATER_NUMBER, /* one that there was no room for: cond */
	LATER_EXE,    /* text, and what it leads to */
	LATER_PATH,   /* from here to COMPARE_GID: of any item */
	LATER_DIR,
	LATER_INODE,
	LATER_DEVMAJOR,
	LATER_DEVMINOR,
	LATER_FILETYPE,
	LATER_OBJ_UID,
	LATER_OBJ_GID,
	LATER_COMPARE_UID, /* an id of the task (cond.field) with the item's owner */
	LATER_COMPARE_GID,
	LATER_OBJ,  /* label of an item: number is AUDIT_OBJ_* */
	LATER_SUBJ, /* label of the task: number is AUDIT_SUBJ_* */
	LATER_CONTAINER,
	LATER_NEVER, /* of what an exec never has: its rule cannot match */
};

/* text and len are of the rule that it is a condition of, real is its own. */
struct later {
	enum later_type type;
	struct atr_cond cond; /* op and value of all types */
	__u32 number;
	const char *text; /* of the ruleset, without a NUL */
	size_t len;
	char *real; /* EXE, PATH, DIR: without links on the way, as resolve_fn; NULL: nothing was there */
	__u64 ino; /* of what is there */
	__u32 dev;
};

struct compiled_rule {
	const struct rule *source;
	struct atr_rule rule;
	struct later *later;
	size_t nlater;
	/*
	 * With path= or inode= (not !=): each file of an event is judged by itself, after the other rules and if they
	 * did not come to a rule that stands before this one: audit_filter_inodes().
	 */
	bool by_file;
	__u64 hits;
};

struct compiled {
	struct ruleset source;
	struct compiled_rule *rules; /* those that can be observed, as they are in force */
	size_t n;
	__u32 generation;
	bool needs_groups; /* supplementary groups of those whose exec succeeds */
	bool needs_exe;	   /* the hash of the program's name, in the kernel */
	bool needs_paths;  /* where the files are */
	/* For the caller to say: */
	bool all; /* nobody has given any rules: everything is recorded */
	bool off; /* auditctl -e 0: nothing is */
	bool has[ATR_LIST_MAX];
};

/*
 * What is at a path: its path without symbolic links on the way (malloced), inode and device (kernel encoding);
 * -errno: nothing. A link at its end is not followed, as audit does not.
 */
typedef int resolve_fn(void *ctx, const char *path, char **ret_real, __u64 *ret_ino,
		       __u32 *ret_dev);

/*
 * rs is taken over, and empty afterwards: its rules live as long as the result. resolve is called
 * for each path while this runs, and not later. NULL and errno when there is no memory.
 */
struct compiled *compiled__new(struct ruleset *rs, resolve_fn *resolve, void *ctx);
void compiled__free(struct compiled *c);

/* Those that were in from, too, go on counting their hits. Of the same rules, each with one of them. */
void compiled__hits(struct compiled *to, const struct compiled *from);

/* Is all of the rule decided in the kernel? */
bool compiled_in_kernel(const struct compiled_rule *rule);

/* leaf_hash() of the last component of a path. */
__u32 path_leaf_hash(const char *path, size_t len);

#endif /* ATR_RULES_COMPILE_H */
