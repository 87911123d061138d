/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/actors/act_pool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/actors/act_elf.h"
#include "tests/actors/act_fs.h"

enum { POOL_LDS = 12 }; /* the first files are ELF interpreters */

static const uid_t owners[] = { 0, 0, 0, 1, 1000, 1001, 65534, 100000, 4294967293U };

static uid_t owner(struct rnd *rnd)
{
	return owners[rnd__below(rnd, sizeof(owners) / sizeof(owners[0]))];
}

/* A name of its own in pool/, with odd bytes behind the number. */
static void name_file(struct pool *pool, struct rnd *rnd, int i)
{
	size_t len = rnd__chance(rnd, 40) ? rnd__size(rnd, 200) : 0;
	int at;

	at = snprintf(pool->files[i], POOL_NAME, "pool/%d", i);
	/* Names of #! lines and of PT_INTERP should often be found: no blank in most. */
	rnd__text(rnd, pool->files[i] + at, len, rnd__chance(rnd, 80) ? "/ \t\r\n" : "/");
}

/* A way to write the path of a file: as it is, absolute, or with detours. */
static void way_to(struct pool *pool, struct rnd *rnd, struct scene *scene, char *to, size_t size)
{
	const char *file = pool->files[rnd__below(rnd, POOL_FILES)];

	if (rnd__chance(rnd, 30))
		snprintf(to, size, "%s/%s", scene->dir, file);
	else if (rnd__chance(rnd, 10))
		snprintf(to, size, ".//pool/../%s", file);
	else if (rnd__chance(rnd, 5))
		snprintf(to, size, "/nope/%s", file);
	else
		snprintf(to, size, "%s", file);
}

static int make_elf(struct pool *pool, struct rnd *rnd, struct scene *scene, int i)
{
	char interp[PATH_MAX + POOL_NAME] = "";
	struct elf_shape shape = { 0 };

	shape.bits32 = rnd__chance(rnd, 10);
	if (i < POOL_LDS) {
		shape.bits32 = i % 4 == 3;
		shape.dyn = true;
	} else if (rnd__chance(rnd, 45)) {
		shape.interp = interp;
		/* Every fourth is a 32-bit one; the others suit the others. */
		if (rnd__chance(rnd, 80))
			snprintf(interp, sizeof(interp), "%s",
				 pool->files[rnd__below(rnd, POOL_LDS / 4) * 4 +
					     (shape.bits32 ? 3 : rnd__below(rnd, 3))]);
		else
			way_to(pool, rnd, scene, interp, sizeof(interp));
	}
	if (i >= POOL_LDS && rnd__chance(rnd, 6)) {
		if (rnd__chance(rnd, 40))
			shape.cut = 1 + rnd__below(rnd, 200);
		else if (rnd__chance(rnd, 50))
			shape.other_machine = true;
		else
			shape.bad_address = !shape.bits32;
	}
	return elf_write(pool->files[i], &shape, 0755);
}

static int make_script(struct pool *pool, struct rnd *rnd, struct scene *scene, int i)
{
	char interp[PATH_MAX + POOL_NAME];
	char text[PATH_MAX + 3 * POOL_NAME];
	char arg[POOL_NAME];
	char blanks[4];
	size_t len;

	rnd__text(rnd, arg, rnd__size(rnd, rnd__chance(rnd, 90) ? 30 : 250), "\n");
	way_to(pool, rnd, scene, interp, sizeof(interp));
	memset(blanks, rnd__chance(rnd, 50) ? ' ' : '\t', sizeof(blanks));
	blanks[rnd__below(rnd, sizeof(blanks))] = '\0';
	snprintf(text, sizeof(text), "#!%s%s%s%s%s", blanks, interp,
		 rnd__chance(rnd, 50) ? " " : "", rnd__chance(rnd, 50) ? arg : "",
		 rnd__chance(rnd, 90) ? "\n" : "");
	len = strlen(text);
	/* A NUL ends a line, too. */
	if (rnd__chance(rnd, 3))
		text[rnd__below(rnd, (unsigned int)len)] = '\0';
	return fs_write(pool->files[i], text, len, 0755);
}

static int make_other(struct pool *pool, struct rnd *rnd, struct scene *scene, int i)
{
	char text[POOL_NAME];

	switch (rnd__below(rnd, 4)) {
	case 0:
		return fs_mkdirs(pool->files[i], 0755);
	case 1:
		return mkfifo(pool->files[i], 0755) < 0 ? -errno : 0;
	case 2:
		return fs_text(pool->files[i], "", 0755);
	default:
		rnd__text(rnd, text, rnd__size(rnd, 200), "");
		return fs_text(pool->files[i], text, 0755);
	}
}

static int make_link(struct pool *pool, struct rnd *rnd, struct scene *scene, int i)
{
	char target[PATH_MAX + POOL_NAME];
	int of = (int)rnd__below(rnd, POOL_FILES);

	if (rnd__chance(rnd, 50))
		snprintf(target, sizeof(target), "%s", strchr(pool->files[of], '/') + 1);
	else
		snprintf(target, sizeof(target), "%s/%s", scene->dir, pool->files[of]);
	return symlink(target, pool->files[i]) < 0 ? -errno : 0;
}

/* Owner, mode, capabilities: what changes credentials, or keeps an exec from happening. */
static int decorate(struct pool *pool, struct rnd *rnd, int i)
{
	static const mode_t modes[] = {
		04755, 02755, 06755, 02745, 0755, 0711, 0700, 0750, 0644, 0
	};
	const char *file = pool->files[i];

	if (rnd__chance(rnd, 40) && chown(file, owner(rnd), owner(rnd)) < 0)
		return -errno;
	if (rnd__chance(rnd, 40) &&
	    chmod(file, modes[rnd__below(rnd, sizeof(modes) / sizeof(modes[0]))]) < 0)
		return -errno;
	if (rnd__chance(rnd, 20)) {
		unsigned long long permitted = rnd__next(rnd) & rnd__next(rnd) & 0x1ffffffffffULL;
		unsigned long long inheritable = rnd__next(rnd) & rnd__next(rnd) & 0x1ffffffffffULL;

		/* What nobody holds here would be refused at every exec. */
		if (rnd__chance(rnd, 80))
			permitted &= ~(1ULL << 24);
		return fs_caps(file, permitted, rnd__chance(rnd, 50) ? inheritable : 0,
			       rnd__chance(rnd, 60), rnd__chance(rnd, 20) ? 100000 : 0);
	}
	return 0;
}

static int make_file(struct pool *pool, struct rnd *rnd, struct scene *scene, int i)
{
	unsigned int kind = rnd__below(rnd, 100);
	int err;

	if (i < POOL_LDS || kind < 44)
		err = make_elf(pool, rnd, scene, i);
	else if (kind < 88)
		err = make_script(pool, rnd, scene, i);
	else if (kind < 95)
		return make_link(pool, rnd, scene, i);
	else
		err = make_other(pool, rnd, scene, i);
	if (!err && i >= POOL_LDS && rnd__chance(rnd, 35))
		err = decorate(pool, rnd, i);
	return err;
}

int pool__make(struct pool *pool, struct rnd *rnd, struct scene *scene)
{
	int err = fs_mkdirs("pool", 0755) ?: fs_mkdirs("dirs", 0755);
	char name[POOL_NAME - 16];

	for (int i = 0; i < POOL_DIRS && !err; i++) {
		rnd__text(rnd, name, rnd__size(rnd, 200), "/");
		snprintf(pool->dirs[i], POOL_NAME, "dirs/%d%s", i, name);
		err = fs_mkdirs(pool->dirs[i], 0755);
	}
	for (int i = 0; i < POOL_FILES; i++)
		name_file(pool, rnd, i);
	for (int i = 0; i < POOL_FILES && !err; i++)
		err = make_file(pool, rnd, scene, i);
	return err;
}

int pool__change(struct pool *pool, struct rnd *rnd, struct scene *scene)
{
	int err = 0;

	for (int n = 0; n < POOL_FILES / 10 && !err; n++) {
		int i = POOL_LDS + (int)rnd__below(rnd, POOL_FILES - POOL_LDS);

		struct stat st;

		/* Where it stays the same file, its contents are others; else its inode is. */
		if (rnd__chance(rnd, 70) || lstat(pool->files[i], &st) < 0 || !S_ISREG(st.st_mode))
			err = fs_remove_tree(pool->files[i]);
		err = err ?: make_file(pool, rnd, scene, i);
		/* What was to be a link, a pipe or a directory, and stayed a file. */
		if (err == -EEXIST)
			err = 0;
	}
	return err;
}
