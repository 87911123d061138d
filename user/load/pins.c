// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/pins.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define BPFFS "/sys/fs/bpf"

enum {
	NAME_LEN = 128,
	LINKS_MAX = 256,
	GONE_MS = 2000, /* so long links that are let go of may take to end */
	STILL_MS = 20,	/* and their last run behind that */
};

/* --- the directory ---------------------------------------------------------------------------- */

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == BPF_FS_MAGIC;
}

/* Nobody else can have put there what we would take for ours. */
static bool is_own(const char *dir)
{
	struct stat st;

	return !stat(dir, &st) && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH));
}

/* What is there is anybody's. (A bind mount of a directory in it is none: its number is another.) */
static bool is_root(const char *dir)
{
	char path[PATH_MAX];
	struct stat st, above;

	snprintf(path, sizeof(path), "%s/..", dir);
	return !stat(dir, &st) && !stat(path, &above) && st.st_dev != above.st_dev &&
	       st.st_ino == 1;
}

int pins_check(const char *dir)
{
	struct stat st;

	if (stat(dir, &st))
		return -errno;
	if (!is_bpffs(dir))
		return -ENOTSUP;
	if (is_root(dir))
		return -EXDEV;
	return is_own(dir) ? 0 : -EPERM;
}

const char *pins_error(int err)
{
	return err == -ENOTSUP ? "is not in a file system of type bpf, and none could be mounted "
				 "(mount -t bpf bpf /sys/fs/bpf)" :
	       err == -EPERM   ? "must be root's, and nobody else may write to it" :
	       err == -EXDEV   ? "must be a directory of its own in that file system" :
				 strerror(-err);
}

int pins_prepare(const char *dir)
{
	bool made;

	/* As systemd mounts it. */
	if (!strncmp(dir, BPFFS "/", sizeof(BPFFS)) && !is_bpffs(BPFFS) &&
	    mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
		return -ENOTSUP;
	made = !mkdir(dir, 0700);
	if (!made && errno != EEXIST)
		return -errno;
	if (!is_bpffs(dir)) {
		if (made)
			rmdir(dir);
		return -ENOTSUP;
	}
	return pins_check(dir);
}

static int path_make(char path[PATH_MAX], const char *dir, const char *name)
{
	int n = snprintf(path, PATH_MAX, "%s/%s", dir, name);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int side_path(char path[PATH_MAX], const char *dir, __u64 id)
{
	char name[NAME_LEN];

	snprintf(name, sizeof(name), "%llu", id);
	return path_make(path, dir, name);
}

static int object_get(const char *dir, const char *name)
{
	char path[PATH_MAX];
	int err = path_make(path, dir, name), fd;

	if (err)
		return err;
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

/* --- what is there ---------------------------------------------------------------------------- */

/* What every build has of it is in the first page, whatever that is to the one that made it. */
static int kept_map(struct side *side)
{
	int fd = object_get(side->path, "map_atr_kept"), err = 0;
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	void *map;

	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		err = -errno;
	else if (info.type != BPF_MAP_TYPE_ARRAY ||
		 info.value_size < offsetof(struct atr_kept, links))
		err = -EBADMSG;
	if (!err) {
		map = mmap(NULL, info.value_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		err = map == MAP_FAILED ? -errno : 0;
	}
	close(fd);
	if (err)
		return err;
	side->source.kept = map;
	side->kept_size = info.value_size;
	if (side->source.kept->magic != ATR_KEPT_MAGIC)
		return -EBADMSG;
	side->foreign = side->source.kept->abi != ATR_ABI ||
			info.value_size != sizeof(struct atr_kept);
	return 0;
}

static int side_open(struct side *side)
{
	int err = kept_map(side);

	if (err)
		return err;
	side->ring_fd = object_get(side->path, "map_atr_ring");
	side->source.seen = object_get(side->path, "map_atr_seen");
	return side->ring_fd < 0 ? side->ring_fd :
				   reader__open(side->ring_fd, &side->source.reader);
}

void side_close(struct side *side)
{
	reader__free(side->source.reader);
	side->source.reader = NULL;
	if (side->source.kept)
		munmap(side->source.kept, side->kept_size);
	side->source.kept = NULL;
	if (side->ring_fd >= 0)
		close(side->ring_fd);
	if (side->source.seen >= 0)
		close(side->source.seen);
	side->ring_fd = side->source.seen = -1;
}

static int compare_ids(const void *a, const void *b)
{
	const struct side *x = a, *y = b;

	return (x->source.id > y->source.id) - (x->source.id < y->source.id);
}

void sides_sort(struct side *sides, size_t n)
{
	qsort(sides, n, sizeof(*sides), compare_ids);
}

/* A directory, not something that leads to one, and by the name that we would give it. */
static bool is_side(int dir, const char *name, __u64 *ret_id)
{
	char same[NAME_LEN];
	struct stat st;

	*ret_id = strtoull(name, NULL, 10);
	snprintf(same, sizeof(same), "%llu", *ret_id);
	return !strcmp(name, same) && !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISDIR(st.st_mode);
}

int sides_open(const char *dir, bool alone, struct side *ret_sides, size_t max)
{
	DIR *entries = opendir(dir);
	struct dirent *entry;
	struct side *side;
	size_t n = 0;
	int err = 0;

	if (!entries)
		return -errno;
	while (n < max && (entry = readdir(entries))) {
		side = &ret_sides[n];
		memset(side, 0, sizeof(*side));
		side->ring_fd = side->source.seen = -1;
		if (!is_side(dirfd(entries), entry->d_name, &side->source.id) ||
		    side_path(side->path, dir, side->source.id))
			continue;
		n++;
	}
	closedir(entries);
	sides_sort(ret_sides, n);
	for (side = ret_sides; side < ret_sides + n;) {
		err = side_open(side);
		if (!err) {
			side++;
			continue;
		}
		if (err != -ENOENT && err != -EBADMSG)
			break;
		if (alone)
			side_remove(side);
		else
			side_close(side);
		n--;
		memmove(side, side + 1, (ret_sides + n - side) * sizeof(*side));
		err = 0;
	}
	for (side = ret_sides; err && side < ret_sides + n; side++)
		side_close(side);
	return err ? err : (int)n;
}

/* The names that we give: nobody else's. */
static bool is_pin(const char *name)
{
	static const char *const prefixes[] = { "map_atr_", "map_autrail", "hook_",
						"prog_",    "lib",	   NULL };
	size_t i;

	for (i = 0; prefixes[i]; i++) {
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	}
	return false;
}

typedef int pin_fn(const struct side *side, int dir, const char *name, void *ctx);

/* Calls fn with each name of the side that begins so, until it returns something. */
static int each_pin(const struct side *side, const char *prefix, pin_fn *fn, void *ctx)
{
	int fd = open(side->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), err = 0;
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (entries && !err && (entry = readdir(entries))) {
		if (is_pin(entry->d_name) && !strncmp(entry->d_name, prefix, strlen(prefix)))
			err = fn(side, fd, entry->d_name, ctx);
	}
	if (entries)
		closedir(entries);
	else if (fd >= 0)
		close(fd);
	return err;
}

static int count_one(const struct side *side, int dir, const char *name, void *ctx)
{
	++*(unsigned int *)ctx;
	return 0;
}

unsigned int side_links(const struct side *side)
{
	unsigned int n = 0;

	each_pin(side, "hook_", count_one, &n);
	return n;
}

static int count_event(void *ctx, void *data, size_t size)
{
	++*(unsigned long long *)ctx;
	return 0;
}

unsigned long long side_waiting(const struct side *side)
{
	return side_waiting_to(side, ~0ULL);
}

unsigned long long side_waiting_to(const struct side *side, __u64 to)
{
	unsigned long long n = 0;

	reader__scan(side->source.reader, reader__position(side->source.reader), to, count_event,
		     &n);
	return n;
}

/* --- removing --------------------------------------------------------------------------------- */

struct links {
	__u32 ids[LINKS_MAX];
	size_t n;
};

static int remove_pin(const struct side *side, int dir, const char *name, void *ctx)
{
	unlinkat(dir, name, 0);
	return 0;
}

/* The link lives until its last reference goes, and it goes a moment after that. */
static int remove_link(const struct side *side, int dir, const char *name, void *ctx)
{
	int fd = object_get(side->path, name);
	struct links *links = ctx;
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);

	if (fd >= 0 && links->n < LINKS_MAX && !bpf_obj_get_info_by_fd(fd, &info, &len))
		links->ids[links->n++] = info.id;
	remove_pin(side, dir, name, NULL);
	if (fd >= 0)
		close(fd);
	return 0;
}

static void sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* To ask takes CAP_SYS_ADMIN: without, it is as if it were there until the time is up. */
static bool link_gone(__u32 id)
{
	int fd = bpf_link_get_fd_by_id(id);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == ENOENT;
}

void side_detach(const struct side *side)
{
	struct links links = { .n = 0 };
	int left = GONE_MS;
	size_t i;

	each_pin(side, "hook_", remove_link, &links);
	each_pin(side, "lib", remove_link, &links);
	for (i = 0; i < links.n && left > 0; i++) {
		for (; left > 0 && !link_gone(links.ids[i]); left -= 5)
			sleep_ms(5);
	}
	if (links.n)
		sleep_ms(STILL_MS);
}

void side_let_go(const struct side *side)
{
	each_pin(side, "hook_", remove_pin, NULL);
	each_pin(side, "lib", remove_pin, NULL);
}

void side_unpin(const struct side *side)
{
	each_pin(side, "", remove_pin, NULL);
	rmdir(side->path);
}

void side_remove(struct side *side)
{
	side_detach(side);
	side_unpin(side);
	side_close(side);
}

/* --- pinning ---------------------------------------------------------------------------------- */

/* A file system of type bpf has no dots. */
static void map_pin_name(char name[NAME_LEN], const struct bpf_map *map)
{
	char *dot;

	snprintf(name, NAME_LEN, "map_%s", bpf_map__name(map));
	while ((dot = strchr(name, '.')))
		*dot = '_';
}

/* Not by its row in the table, which another build may have elsewhere. What is a link, or a program. */
static void hook_pin_name(char name[NAME_LEN], const char *what, const struct hook *hook)
{
	snprintf(name, NAME_LEN, "%s_%s_%s", what, hook->point, hook->program);
}

int side_reuse(const struct side *side, struct bpf_object *object)
{
	struct bpf_map *map;
	char name[NAME_LEN];
	int fd, err;

	bpf_object__for_each_map(map, object) {
		map_pin_name(name, map);
		fd = object_get(side->path, name);
		if (fd < 0)
			return fd;
		err = bpf_map__reuse_fd(map, fd);
		close(fd);
		if (err)
			return err;
	}
	return 0;
}

struct bpf_link *side_link(const struct side *side, const struct hook *hook)
{
	char path[PATH_MAX], name[NAME_LEN];

	hook_pin_name(name, "hook", hook);
	if (path_make(path, side->path, name) || access(path, F_OK))
		return NULL;
	return bpf_link__open(path);
}

int side_program(const struct side *side, const struct hook *hook)
{
	char name[NAME_LEN];

	hook_pin_name(name, "prog", hook);
	return object_get(side->path, name);
}

static int pin(const char *dir, __u64 id, const char *name, int fd)
{
	char side[PATH_MAX], path[PATH_MAX];
	int err = side_path(side, dir, id);

	if (!err)
		err = path_make(path, side, name);
	if (!err && mkdir(side, 0700) && errno != EEXIST)
		err = -errno;
	if (!err && bpf_obj_pin(fd, path))
		err = -errno;
	return err;
}

int pins_maps(const char *dir, __u64 id, const struct bpf_object *object)
{
	struct bpf_map *map;
	char name[NAME_LEN];
	int err = 0;

	bpf_object__for_each_map(map, object) {
		map_pin_name(name, map);
		err = pin(dir, id, name, bpf_map__fd(map));
		if (err)
			break;
	}
	return err;
}

int pins_hook(const char *dir, __u64 id, const struct hook *hook, int link, int program)
{
	char name[NAME_LEN];

	int err;

	hook_pin_name(name, "prog", hook);
	err = pin(dir, id, name, program);
	if (err)
		return err;
	hook_pin_name(name, "hook", hook);
	return pin(dir, id, name, link);
}
