/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random acts. Each is planned in full from the seed and its number before its process is made, so
 * the process, which mostly shares our memory as after vfork(), has only calls to make.
 */
#include "tests/actors/act.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/actors/act_become.h"
#include "tests/actors/act_fs.h"
#include "tests/actors/act_pool.h"
#include "tests/actors/act_random.h"
#include "tests/actors/act_sys.h"

enum {
	GEN_CHANGE_EVERY = 2500,   /* after so many acts some files become others */
	GEN_CHANGE_PAUSE_MS = 700, /* and before: what was done with the old ones is to be seen */
	GEN_FIRST_MAX = 3,
};

enum odd_pointer { ODD_NOT, ODD_NAME, ODD_NAME_NULL, ODD_ARGV, ODD_ARG, ODD_ARGV_NULL };

enum fd_kind { FD_NONE, FD_FILE, FD_DIR, FD_MEM, FD_DELETED };

struct plan {
	struct act act;
	struct become become;
	char path[PATH_MAX + 64];
	char cwd[PATH_MAX + POOL_NAME];
	char fd_path[PATH_MAX + POOL_NAME];
	char first[GEN_FIRST_MAX][POOL_NAME]; /* execs that come first, and should fail */
	int tries;
	enum odd_pointer odd;
	enum fd_kind fd;
	unsigned int memfd_flags;
	char memfd_name[64];
	struct random_args args;
	char *envp[4];
	char env_text[64];
};

static struct pool pool;

/* --- in the child ----------------------------------------------------------------------------- */

/* A copy without a name at ACT_FD: in memory, or of a file that is already unlinked. */
static int open_copy(const struct plan *plan)
{
	char buf[8192];
	ssize_t len;
	int in = open(plan->fd_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int err = 0;
	int fd;

	if (in < 0)
		return -errno;
	if (plan->fd == FD_MEM)
		fd = memfd_create(plan->memfd_name, plan->memfd_flags);
	else
		fd = open("pool/gone now", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	len = read(in, buf, sizeof(buf));
	close(in);
	if (fd < 0 || len < 0 || write(fd, buf, (size_t)len) != len)
		return -EIO;
	if (plan->fd == FD_DELETED) {
		close(fd);
		fd = open("pool/gone now", O_RDONLY | O_CLOEXEC);
		if (fd < 0 || unlink("pool/gone now") < 0)
			return -errno;
	}
	if (fd != ACT_FD) {
		if (dup3(fd, ACT_FD, plan->memfd_flags & MFD_CLOEXEC ? O_CLOEXEC : 0) < 0)
			err = -errno;
		close(fd);
	}
	return err;
}

static int gen_prep(struct scene *scene)
{
	const struct plan *plan = scene->plan;

	/* Relative to the scratch tree, and so before any other current directory. */
	if (plan->fd == FD_MEM || plan->fd == FD_DELETED) {
		int err = open_copy(plan);

		if (err)
			return err;
	}
	if (plan->cwd[0] && chdir(plan->cwd) < 0)
		return -errno;
	return become__do(&plan->become);
}

static int gen_call(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	static char *bad_args[] = { (char *)"x", (char *)16, NULL };
	const struct plan *plan = scene->plan;

	for (int i = 0; i < plan->tries; i++)
		act__exec(scene, act, plan->first[i], argv);
	switch (plan->odd) {
	case ODD_NOT:
		break;
	case ODD_NAME:
		path = (const char *)16;
		break;
	case ODD_NAME_NULL:
		path = NULL;
		break;
	case ODD_ARGV:
		argv = (char **)16;
		break;
	case ODD_ARG:
		argv = bad_args;
		break;
	case ODD_ARGV_NULL:
		argv = NULL;
		break;
	}
	/* In the 32-bit table pointers are made anew, and these cannot be copied. */
	if (plan->odd != ODD_NOT && plan->odd != ODD_ARGV_NULL) {
		struct act native = *act;

		native.via = ACT_EXECVE;
		return act__exec(scene, &native, path, argv);
	}
	return act__exec(scene, act, path, argv);
}

/* --- planning --------------------------------------------------------------------------------- */

static const char *any_file(struct rnd *rnd)
{
	return pool.files[rnd__below(rnd, POOL_FILES)];
}

/* Detours that lead nowhere else: "./", doubled slashes, "pool/../". */
static void detour(struct rnd *rnd, char *path, size_t size)
{
	static const char *const ways[] = { "./", ".//", "././", "./pool/../", "pool/./../" };
	char old[PATH_MAX + 64];
	size_t times = rnd__chance(rnd, 90) ? rnd__below(rnd, 4) : rnd__size(rnd, 1500);
	size_t at = 0;

	snprintf(old, sizeof(old), "%s", path);
	while (times-- && at + strlen(old) + 16 < size) {
		const char *way = ways[rnd__below(rnd, 5)];

		memcpy(path + at, way, strlen(way));
		at += strlen(way);
	}
	snprintf(path + at, size - at, "%s", old);
}

static void plan_path(struct plan *plan, struct rnd *rnd, struct scene *scene)
{
	unsigned int shape = rnd__below(rnd, 100);
	const char *up = plan->cwd[0] ? "../../" : "";
	size_t len;

	if (shape < 55) {
		snprintf(plan->path, sizeof(plan->path), "%s%s", up, any_file(rnd));
	} else if (shape < 75) {
		snprintf(plan->path, sizeof(plan->path), "%s/%s", scene->dir, any_file(rnd));
	} else if (shape < 87) {
		snprintf(plan->path, PATH_MAX, "%s", any_file(rnd));
		if (!plan->cwd[0])
			detour(rnd, plan->path, sizeof(plan->path));
	} else if (shape < 90) {
		snprintf(plan->path, sizeof(plan->path), "%s%s/", up, any_file(rnd));
	} else if (shape < 92) {
		snprintf(plan->path, sizeof(plan->path), "%s%s/x", up, any_file(rnd));
	} else {
		len = rnd__size(rnd, rnd__chance(rnd, 80) ? 100 : PATH_MAX + 40);
		rnd__text(rnd, plan->path, len, "");
	}
}

/* A file descriptor in the path's stead, or beside it. */
static void plan_fd(struct plan *plan, struct rnd *rnd, struct scene *scene)
{
	static const int flags[] = { 0, 0, 0, 0, AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH, 0x40000 };
	struct act *act = &plan->act;

	plan->fd = FD_FILE + rnd__below(rnd, 4);
	act->via = ACT_EXECVEAT;
	act->dirfd = ACT_FD;
	act->at_flags = flags[rnd__below(rnd, 7)];
	snprintf(plan->fd_path, sizeof(plan->fd_path), "%s",
		 plan->fd == FD_DIR ? "pool" : any_file(rnd));
	if (plan->fd == FD_FILE || plan->fd == FD_DIR) {
		act->fd_path = plan->fd_path;
		/* A pipe would wait for a writer. */
		act->fd_flags = (rnd__chance(rnd, 30) ? O_PATH : O_RDONLY | O_NONBLOCK) |
				(rnd__chance(rnd, 30) ? O_CLOEXEC : 0);
	} else {
		plan->memfd_flags = rnd__chance(rnd, 30) ? MFD_CLOEXEC : 0;
		rnd__text(rnd, plan->memfd_name, rnd__size(rnd, 60), "");
	}
	if (plan->fd == FD_DIR) {
		snprintf(plan->path, sizeof(plan->path), "%s", strchr(any_file(rnd), '/') + 1);
		if (rnd__chance(rnd, 10))
			plan->act.dirfd = rnd__chance(rnd, 50) ? 500 : AT_FDCWD;
	} else if (rnd__chance(rnd, 70)) {
		plan->path[0] = '\0';
		if (rnd__chance(rnd, 95))
			act->at_flags |= AT_EMPTY_PATH;
	} else {
		act->via = ACT_EXECVE;
		snprintf(plan->path, sizeof(plan->path), "/proc/self/fd/%d", ACT_FD);
	}
	if (act->via == ACT_EXECVEAT && rnd__chance(rnd, 10))
		act->via = ACT_INT80_AT;
}

static void plan_env(struct plan *plan, struct rnd *rnd)
{
	rnd__text(rnd, plan->env_text, rnd__size(rnd, 60), "");
	plan->envp[0] = rnd__chance(rnd, 70) ? (char *)"E=1" : NULL;
	if (plan->envp[0] && rnd__chance(rnd, 50))
		plan->envp[1] = plan->env_text;
	plan->act.envp = (const char *const *)plan->envp;
}

static void plan_act(struct plan *plan, struct rnd *rnd, struct scene *scene)
{
	static const enum odd_pointer odds[] = { ODD_NAME, ODD_NAME_NULL, ODD_ARGV, ODD_ARG,
						 ODD_ARGV_NULL };
	struct act *act = &plan->act;

	act->prep = gen_prep;
	act->call = gen_call;
	act->expect = ACT_ANY;
	act->path = plan->path;
	if (rnd__chance(rnd, 30))
		snprintf(plan->cwd, sizeof(plan->cwd), "%s", pool.dirs[rnd__below(rnd, POOL_DIRS)]);
	plan_path(plan, rnd, scene);
	if (rnd__chance(rnd, 20))
		plan_fd(plan, rnd, scene);
	else if (rnd__chance(rnd, 8))
		act->via = ACT_INT80;
	else if (rnd__chance(rnd, 3))
		act->via = ACT_THREAD;
	plan->args = random_args(rnd);
	act->argv = (const char *const *)plan->args.argv;
	plan_env(plan, rnd);
	if (rnd__chance(rnd, 2))
		plan->odd = odds[rnd__below(rnd, 5)];
	if (rnd__chance(rnd, 10)) {
		plan->tries = 1 + (int)rnd__below(rnd, GEN_FIRST_MAX);
		for (int i = 0; i < plan->tries; i++)
			snprintf(plan->first[i], POOL_NAME,
				 rnd__chance(rnd, 60) ? "nope/%u" : "%u/", rnd__below(rnd, 1000));
	}
	if (rnd__chance(rnd, 35))
		become__plan(&plan->become, rnd);
	/* A process of its own memory where others are to look into it, or threads are made. */
	act->clone_flags = (int)plan->become.namespaces;
	if (!plan->become.namespaces && act->via != ACT_THREAD && rnd__chance(rnd, 85))
		act->clone_flags = CLONE_VM | CLONE_VFORK;
	if (plan->become.namespaces & CLONE_NEWUSER)
		act->outside = become__outside;
}

static void plan_free(struct plan *plan)
{
	random_args_free(&plan->args);
	memset(plan, 0, sizeof(*plan));
}

/* --- one after the other ---------------------------------------------------------------------- */

static void show_text(const char *text)
{
	for (; *text; text++) {
		if (*text > ' ' && *text < 0x7f && *text != '\\')
			putchar(*text);
		else
			printf("\\x%02x", (unsigned char)*text);
	}
}

static void show(const struct plan *plan)
{
	static const char *const vias[] = { "execve", "execveat", "int80", "int80-at", "thread" };

	printf("\t%s ", vias[plan->act.via]);
	show_text(plan->path);
	if (plan->fd) {
		printf(" fd=%d:", plan->fd);
		show_text(plan->fd_path);
		printf(" flags=%x", (unsigned int)plan->act.at_flags);
	}
	if (plan->cwd[0]) {
		printf(" cwd=");
		show_text(plan->cwd);
	}
	printf(" odd=%d tries=%d", plan->odd, plan->tries);
	become__show(&plan->become);
}

static int gen_one(struct scene *scene, const struct act_opts *opts, unsigned long index)
{
	static struct plan plan;
	struct act_result result = { 0 };
	struct rnd rnd;
	char got[32];
	int err;

	rnd__init(&rnd, opts->seed, index + 1);
	plan_act(&plan, &rnd, scene);
	scene->plan = &plan;
	err = act__run(&plan.act, scene, &result);
	/* Credentials changed in a child that shared our memory make it, too, hard to look into. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (err && result.outcome != ACT_BROKEN)
		fprintf(stderr, "act: gen %lu: %s\n", index, strerror(-err));
	printf("gen-%lu\t%d\tany\t%s\tsame", index, result.pid,
	       outcome_name(result.outcome, got, sizeof(got)));
	if (opts->show)
		show(&plan);
	putchar('\n');
	plan_free(&plan);
	return result.outcome == ACT_BROKEN ? 0 : err;
}

int act_gen(struct scene *scene, const struct act_opts *opts)
{
	struct rnd rnd;
	int err;

	rnd__init(&rnd, opts->seed, 0);
	err = pool__make(&pool, &rnd, scene);
	if (err)
		fprintf(stderr, "act: random files: %s\n", strerror(-err));
	if (!err && opts->wait)
		scene__ready();
	for (unsigned long i = 0; i < opts->from + opts->count && !err && !scene__stopped(); i++) {
		if (i && i % GEN_CHANGE_EVERY == 0) {
			if (i >= opts->from)
				usleep(GEN_CHANGE_PAUSE_MS * 1000);
			err = pool__change(&pool, &rnd, scene);
			if (err)
				fprintf(stderr, "act: changed files: %s\n", strerror(-err));
		}
		if (!err && i >= opts->from)
			err = gen_one(scene, opts, i);
	}
	scene__end(scene, opts->settle_ms);
	return err ? 1 : 0;
}
