/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which program tells which fact, what it needs of the kernel, and what is lost without it. One
 * table: the loader chooses from it, `autrail check` prints it.
 */
#ifndef ATR_LOAD_HOOKS_H
#define ATR_LOAD_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

/* What a kernel may or may not have; see bpf/feat.bpf.c for since when. */
struct atr_features {
	bool tai;
	bool find_vma;
	bool task_regs;
	bool prepare_exec;
	bool loginuid;
	bool fput;
	bool compat; /* runs 32-bit programs */
};

enum atr_fact {
	ATR_FACT_EXEC,	 /* successful execs */
	ATR_FACT_ENTRY,	 /* arguments, system call and old credentials */
	ATR_FACT_LD,	 /* file of the ELF interpreter */
	ATR_FACT_FAILED, /* failed execs */
	ATR_FACT_MAX,
};

struct hook {
	const char *program;
	enum atr_fact fact;
	size_t feature;	   /* offset of a bool in struct atr_features, or ATR_NO_FEATURE */
	const char *point; /* where in the kernel, for people */
	const char *event; /* the tracepoint to attach to by perf; NULL: libbpf knows */
};

#define ATR_NO_FEATURE ((size_t)-1)

/* A fact: is it required, and what the records lack without any of its hooks. */
struct fact {
	const char *name;
	bool must;
	bool all; /* its hooks see different calls: none takes another's place */
	const char *without;
};

extern const struct hook atr_hooks[];
extern const size_t atr_hooks_count;
extern const struct fact atr_facts[ATR_FACT_MAX];

/* Does this kernel have what the hook needs? */
bool hook_possible(const struct hook *hook, const struct atr_features *features);

/* Is it wanted: is its fact asked for, and is no better one possible? */
bool hook_wanted(const struct hook *hook, const struct atr_features *features, bool failed);

#endif /* ATR_LOAD_HOOKS_H */
