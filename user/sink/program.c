// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/sink/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *program_check(const char *path, struct program *ret)
{
	struct stat st;

	if (stat(path, &st))
		return strerrordesc_np(errno);
	if (!S_ISREG(st.st_mode))
		return "it is no regular file";
	if (st.st_uid)
		return "it does not belong to root";
	if (st.st_mode & S_IWOTH || (st.st_mode & S_IWGRP && st.st_gid))
		return "others than root can write to it";
	if (!(st.st_mode & S_IXUSR))
		return "it is not executable";
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	ret->changed = st.st_mtim;
	return NULL;
}

bool program_same(const struct program *a, const struct program *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}

/* SIGKILL and SIGSTOP cannot be changed, and need not be. */
static void clean_signals(posix_spawnattr_t *attr)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGKILL);
	sigdelset(&set, SIGSTOP);
	posix_spawnattr_setsigdefault(attr, &set);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(attr, &set);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

int program_run(const char *path, const struct conf_list *args, int in, pid_t *ret)
{
	char *none[] = { NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char **argv;
	int err;

	argv = calloc(args->n + 2, sizeof(*argv));
	if (!argv)
		return -ENOMEM;
	argv[0] = (char *)path;
	memcpy(argv + 1, args->items, args->n * sizeof(*argv));
	posix_spawnattr_init(&attr);
	clean_signals(&attr);
	posix_spawn_file_actions_init(&files);
	err = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY,
						       0);
	if (!err)
		err = posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	if (!err)
		err = posix_spawn(ret, path, &files, &attr, argv, none);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	free(argv);
	return -err;
}
