/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs one act. Every acting process is a direct child of the one that runs the acts, whatever
 * namespaces it lives in: an audit rule on ppid then selects the acts and nothing else.
 */
#include "tests/actors/act.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/actors/act_sys.h"

enum { STAGE_START, STAGE_CALL, STAGE_BACK };

enum { ACT_STACK = 512 * 1024 };

struct run {
	const struct act *act;
	struct scene *scene;
};

static const char *const small_env[] = { "E=1", "HOME=/", NULL };

const char *scene__path(struct scene *scene, const char *path, char *buf, size_t size)
{
	if (path && path[0] == '@')
		snprintf(buf, size, "%s%s", scene->dir, path + 1);
	else if (path && path[0] == '%')
		snprintf(buf, size, "%s%s", scene->build, path + 1);
	else
		return path;
	return buf;
}

int act__exec(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	char **envp = (char **)(act->envp ? act->envp : small_env);

	scene->state->calls++;
	switch (act->via) {
	case ACT_EXECVEAT:
		return sys_execveat(act->dirfd, path, argv, envp, act->at_flags);
	case ACT_INT80:
		return sys_execve32(path, argv, envp);
	case ACT_INT80_AT:
		return sys_execveat32(act->dirfd, path, argv, envp, act->at_flags);
	case ACT_THREAD:
		return sys_execve_thread(path, argv, envp);
	case ACT_EXECVE:
		break;
	}
	return sys_execve(path, argv, envp);
}

static int open_fd(const struct act *act, struct scene *scene)
{
	char buf[PATH_MAX * 2];
	int err = 0;
	int fd;

	fd = open(scene__path(scene, act->fd_path, buf, sizeof(buf)), act->fd_flags, 0755);
	if (fd < 0)
		return -errno;
	if (fd == ACT_FD)
		return 0;
	if (dup3(fd, ACT_FD, act->fd_flags & O_CLOEXEC) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int prepare(const struct act *act, struct scene *scene)
{
	char buf[PATH_MAX * 2];
	int err;

	if ((act->via == ACT_INT80 || act->via == ACT_INT80_AT) && !sys_has_execve32())
		return -ENOTSUP;
	if (act->fd_path) {
		err = open_fd(act, scene);
		if (err)
			return err;
	}
	if (act->cwd && chdir(scene__path(scene, act->cwd, buf, sizeof(buf))) < 0)
		return -errno;
	return act->prep ? act->prep(scene) : 0;
}

static int child_main(void *arg)
{
	const struct run *run = arg;
	const struct act *act = run->act;
	struct act_state *state = run->scene->state;
	char buf[PATH_MAX * 2];
	const char *path = scene__path(run->scene, act->path, buf, sizeof(buf));
	const char *alone[] = { path, NULL };
	char **argv = (char **)(act->argv ? act->argv : alone);
	int err;

	while (act->outside && !state->go)
		usleep(500);
	if (act->args)
		argv = act->args();
	err = prepare(act, run->scene);
	if (err) {
		state->err = -err;
		_exit(99);
	}
	state->stage = STAGE_CALL;
	err = act->call ? act->call(run->scene, act, path, argv) :
			  act__exec(run->scene, act, path, argv);
	state->err = err;
	state->stage = STAGE_BACK;
	_exit(1);
}

static int outcome(const struct act_state *state, int status)
{
	if (state->stage == STAGE_BACK)
		return state->err;
	if (state->stage == STAGE_CALL)
		return WIFSIGNALED(status) ? ACT_KILLED : ACT_OK;
	return state->err == ENOTSUP || state->err == EPERM ? ACT_SKIP : ACT_BROKEN;
}

int act__run(const struct act *act, struct scene *scene, struct act_result *ret_result)
{
	struct run run = { .act = act, .scene = scene };
	struct act_state *state = scene->state;
	char *stack = NULL;
	int status = 0;
	int err = 0;
	pid_t pid;

	state->go = 0;
	state->stage = STAGE_START;
	state->err = 0;
	if (!act->clone_flags) {
		pid = fork();
		if (pid == 0)
			child_main(&run);
	} else {
		stack = malloc(ACT_STACK);
		if (!stack)
			return -ENOMEM;
		pid = clone(child_main, stack + ACT_STACK, act->clone_flags | SIGCHLD, &run);
	}
	if (pid < 0) {
		err = -errno;
		goto out;
	}
	if (act->outside) {
		err = act->outside(pid);
		if (err == -ENOTSUP)
			state->err = ENOTSUP;
		if (err)
			kill(pid, SIGKILL);
		state->go = 1;
	}
	if (!err && act->meanwhile)
		err = act->meanwhile(scene, pid);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	ret_result->pid = pid;
	ret_result->outcome = outcome(state, status);
	/* Only now the reason of a broken preparation is of use. */
	if (ret_result->outcome == ACT_BROKEN && !err)
		err = -state->err;
out:
	free(stack);
	return err;
}
