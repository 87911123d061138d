/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which program tells which fact, what it needs of the kernel, and what is lost without it. One
 * table: the loader chooses from it, `autrail check` prints it.
 */
#ifndef ATR_LOAD_HOOKS_H
#define ATR_LOAD_HOOKS_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/label.h"

/* What a kernel may or may not have; see bpf/feat.bpf.c for since when. */
struct atr_features {
	bool tai;
	bool find_vma;
	bool task_regs;
	bool prepare_exec;
	bool preemption;
	bool loginuid;
	bool fput;
	bool fentry; /* functions of the kernel can be hooked by fentry and fexit */
	bool kprobe; /* by kprobe and kretprobe */
	bool compat; /* runs 32-bit programs */
	bool selinux;
	bool send_length; /* tracepoint sock_send_length */
	bool struct_args; /* fentry and fexit of functions that take a structure by value */
	bool tty;	  /* terminals are there, and what reads them is known */
	__u64 tty_read;	  /* its address */
	bool uretprobe;	  /* returns in programs can be hooked, and those under seccomp live on */
	__u32 spaces[3];  /* the initial namespaces, 0: not known: mount, pid, user */
	__u32 lsms;	  /* that label tasks, as struct atr_host has them */
	struct atr_label_sources labels;
};

enum atr_fact {
	ATR_FACT_EXEC,	  /* successful execs */
	ATR_FACT_AGAIN,	  /* those that the first program was left out for */
	ATR_FACT_CALL,	  /* arguments, system call and time */
	ATR_FACT_OPENS,	  /* the files, each with its name */
	ATR_FACT_DENIED,  /* the file that an exec may not open */
	ATR_FACT_CREDS,	  /* credentials before, and those that the exec gives */
	ATR_FACT_LD,	  /* file of the ELF interpreter */
	ATR_FACT_FAILED,  /* failed execs */
	ATR_FACT_LABEL,	  /* texts of SELinux labels */
	ATR_FACT_MESSAGE, /* what programs hand to the audit system */
	ATR_FACT_LOGIN,	  /* login uids as they are set */
	ATR_FACT_PAM,	  /* calls of libpam */
	ATR_FACT_ABEND,	  /* ends by a signal that dumps core */
	ATR_FACT_TTY,	  /* what is typed, of marked sessions */
	ATR_FACT_MARKED,  /* processes that inherit a mark, and that end */
	ATR_FACT_MAX,
};

/* Ways to hook, the best first: of a fact's the first is taken that works with all of its hooks. */
enum atr_mode {
	ATR_MODE_BTF,	 /* a tracepoint with types: in every kernel, if it has the tracepoint */
	ATR_MODE_FENTRY, /* functions, by the trampolines of fentry and fexit */
	ATR_MODE_KPROBE, /* functions, by breakpoints or by ftrace */
	ATR_MODE_AFTER,	 /* a tracepoint with types, behind many acts that are not recorded */
	ATR_MODE_TRACEPOINT, /* tracepoints of perf, which tax every system call */
	ATR_MODE_UPROBE,     /* functions of libraries, by breakpoints in their files */
	ATR_MODE_MAX,
};

struct hook {
	const char *program;
	enum atr_fact fact;
	enum atr_mode mode;
	const char *type; /* for people: tp_btf, fexit… */
	/* In the kernel: a function or a tracepoint. Of a library: as symbols_find() takes it. */
	const char *point;
	size_t feature; /* offset of a bool in struct atr_features, or ATR_NO_FEATURE */
};

#define ATR_NO_FEATURE ((size_t)-1)

/* A fact: is it required, and what the records lack without it. */
struct fact {
	const char *name;
	bool must;
	const char *without;
};

/* Rows of the table, with room to grow. */
#define ATR_HOOKS_MAX 96

extern const struct hook atr_hooks[];
extern const size_t atr_hooks_count;
extern const struct fact atr_facts[ATR_FACT_MAX];

/* For people; of these --hooks takes "fentry", "kprobe", "tracepoint" and "uprobe". */
extern const char *const atr_modes[ATR_MODE_MAX];

/* Does its program tell that fact? One tells two of them. */
bool hook_tells(const struct hook *hook, enum atr_fact fact);

/* Attached only while there is something to see. */
bool hook_on_demand(const struct hook *hook);

/* Does this kernel have what the hook needs? */
bool hook_possible(const struct hook *hook, const struct atr_features *features);

/* The library that an uprobe's function is in: a name as ld.so has it; NULL for other hooks. */
const char *hook_library(const struct hook *hook);

/* Of a function that only 32-bit programs call: not missed in a kernel that runs none. */
bool hook_compat(const struct hook *hook);

#endif /* ATR_LOAD_HOOKS_H */
