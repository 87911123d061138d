/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program of a plugin: whether it may be run, and running it. */
#ifndef ATR_SINK_PROGRAM_H
#define ATR_SINK_PROGRAM_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "user/conf/keys.h"

/* What makes it the same file as before. */
struct program {
	dev_t dev;
	ino_t ino;
	struct timespec changed;
};

/*
 * As auditd looks at it: a regular file of root's that can be executed; and nobody else may write to it.
 * NULL and what it is, or why not (static text).
 */
const char *program_check(const char *path, struct program *ret);

bool program_same(const struct program *a, const struct program *b);

/*
 * Runs it with in as standard input: nothing else is open but standard output (nowhere) and error (ours),
 * there is no environment, and no signal is blocked or ignored. 0 and its pid, for the caller to reap, or
 * -errno.
 */
int program_run(const char *path, const struct conf_list *args, int in, pid_t *ret);

#endif /* ATR_SINK_PROGRAM_H */
