/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where acts are done, and how what came of them is told. */
#include "tests/actors/act.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/actors/act_fs.h"

const char *outcome_name(int outcome, char *buf, size_t size)
{
	switch (outcome) {
	case ACT_OK:
		return "ok";
	case ACT_ANY:
		return "any";
	case ACT_KILLED:
		return "killed";
	case ACT_SKIP:
		return "skip";
	case ACT_BROKEN:
		return "broken";
	}
	snprintf(buf, size, "%s", strerrorname_np(outcome) ?: "?");
	return buf;
}

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	stopped = 1;
}

bool scene__stopped(void)
{
	return stopped;
}

int scene__init(struct scene *scene, const char *programs, const char *scratch)
{
	const struct sigaction action = { .sa_handler = stop };
	char template[PATH_MAX];
	ssize_t len;

	/* So that the scratch tree does not stay; the acts themselves are short. */
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	scene->state = mmap(NULL, sizeof(*scene->state), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (scene->state == MAP_FAILED)
		return -errno;
	if (programs) {
		if (!realpath(programs, scene->build))
			return -errno;
	} else {
		len = readlink("/proc/self/exe", scene->build, sizeof(scene->build) - 1);
		if (len < 0)
			return -errno;
		scene->build[len] = '\0';
		dirname(scene->build);
	}
	snprintf(template, sizeof(template), "%s/act.XXXXXX", scratch);
	/* Resolved, because it is compared with and put into paths that the kernel resolves. */
	if (!mkdtemp(template) || !realpath(template, scene->dir))
		return -errno;
	/* Other users act in it, too. */
	if (chmod(scene->dir, 0755) < 0 || chdir(scene->dir) < 0)
		return -errno;
	return 0;
}

void scene__ready(void)
{
	printf("ready %d\n", getpid());
	fflush(stdout);
	while (getchar() != '\n' && !feof(stdin) && !ferror(stdin))
		;
}

void scene__end(struct scene *scene, unsigned int settle_ms)
{
	printf("calls %u\n", scene->state->calls);
	fflush(stdout);
	usleep(settle_ms * 1000);
	if (chdir("/") < 0 || fs_remove_tree(scene->dir))
		fprintf(stderr, "act: %s could not be removed\n", scene->dir);
}
