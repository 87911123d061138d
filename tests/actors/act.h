/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An act: one process that execs, or tries to, in one particular way. Acts are rows of tables, one
 * table for each act_*.c; act.c runs them in turn and says what each did.
 */
#ifndef ATR_TESTS_ACT_H
#define ATR_TESTS_ACT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What act.expect and act_result.outcome hold besides an errno. */
enum {
	ACT_OK = 0,
	ACT_ANY = -1,	 /* kernels differ, or it is a race: the record says which */
	ACT_KILLED = -2, /* by a signal: failed past the point of no return, or shot */
	ACT_SKIP = -3,	 /* this machine cannot do it */
	ACT_BROKEN = -4, /* the preparation failed: a bug of the test */
};

enum { ACT_FD = 9 }; /* where act.fd_path is opened */

/* Shared between the process that runs the acts and the one that acts. */
struct act_state {
	volatile int go;
	volatile int stage;
	volatile int err;
	volatile unsigned int calls; /* how many execs were tried; never set back */
};

struct scene {
	char dir[PATH_MAX];   /* the scratch tree, also the current directory */
	char build[PATH_MAX]; /* where the programs of the tests are */
	char *title;	      /* the argument area of this process */
	size_t title_len;
	struct act_state *state;
	const void *plan; /* of a generated act */
};

enum act_via {
	ACT_EXECVE,
	ACT_EXECVEAT, /* with dirfd and at_flags */
	ACT_INT80,    /* execve of the 32-bit table */
	ACT_INT80_AT,
	ACT_THREAD, /* execve by a thread that is not the leader */
};

/* In paths a leading '@' stands for the scratch tree, a leading '%' for the build directory. */
struct act {
	const char *name;
	int expect;
	const char *path;	 /* NULL is passed as it is */
	const char *const *argv; /* NULL: the path alone; see also args */
	char **(*args)(void);	 /* instead: made when the act runs; NULL is passed as it is */
	const char *const *envp; /* NULL: a small one */
	const char *cwd;
	enum act_via via;
	int dirfd; /* used as it is; ACT_FD with fd_path */
	int at_flags;
	const char *fd_path;
	int fd_flags;
	int clone_flags;
	bool silent;		     /* never gets as far as to be recorded */
	int (*outside)(pid_t pid);   /* in the parent, before prep; 0 or -errno */
	int (*prep)(struct scene *); /* in the child, before the exec; 0 or -errno */
	int (*call)(struct scene *, const struct act *, const char *path, char **argv);
	int (*meanwhile)(struct scene *, pid_t pid); /* in the parent, while the child runs */
};

struct act_group {
	const char *name;
	const struct act *acts;
	size_t count;
	int (*setup)(struct scene *); /* makes what the acts need in the scratch tree */
};

struct act_result {
	pid_t pid;
	int outcome;
};

#define ACT_ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define ACT_GROUP(group_name, table, setup_fn)               \
	const struct act_group group_name = {                \
		.name = #group_name,                         \
		.acts = (table),                             \
		.count = sizeof(table) / sizeof((table)[0]), \
		.setup = (setup_fn),                         \
	}

extern const struct act_group act_paths;
extern const struct act_group act_fds;
extern const struct act_group act_scripts;
extern const struct act_group act_args;
extern const struct act_group act_creds;
extern const struct act_group act_spaces;
extern const struct act_group act_fails;
extern const struct act_group act_tasks;

/* Runs one act to its end. 0, or -errno when no process could be made. */
int act__run(const struct act *act, struct scene *scene, struct act_result *ret_result);

/* The plain call of an act, for .call functions that do something around it. Returns the errno. */
int act__exec(struct scene *scene, const struct act *act, const char *path, char **argv);

/* Where the acts are done, in a new scratch tree. programs NULL: where this program is. */
int scene__init(struct scene *scene, const char *programs, const char *scratch);

/* Says who acts and waits for a line, so that a rule on ppid can be set meanwhile. */
void scene__ready(void);

/* A signal said that it is enough. */
bool scene__stopped(void);

/* Waits for those who look at the files afterwards, then removes the scratch tree. */
void scene__end(struct scene *scene, unsigned int settle_ms);

const char *outcome_name(int outcome, char *buf, size_t size);

struct act_opts {
	bool wait;
	bool show;
	unsigned int settle_ms;
	const char *programs;
	const char *scratch;
	const char *out;
	unsigned long long seed;
	unsigned long count;
	unsigned long from;
	char **names;
};

/* Execs of a program that writes down its arguments to the file. Returns the exit status. */
int act_tell(struct scene *scene, const struct act_opts *opts);

/* Random acts. Returns the exit status. */
int act_gen(struct scene *scene, const struct act_opts *opts);

/* Puts the scratch tree or the build directory in front of a path. */
const char *scene__path(struct scene *scene, const char *path, char *buf, size_t size);

#endif /* ATR_TESTS_ACT_H */
