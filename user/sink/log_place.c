// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/sink/log_file.h"

enum {
	ASIDE_MAX = 100, /* names for what was in the way */
};

int log_place__set(struct log_place *place, const char *path)
{
	const char *name = path && *path == '/' ? strrchr(path, '/') : NULL;
	size_t len = name ? strlen(name + 1) : 0;
	char *dir, *base;

	/* A number or a word is put behind it. */
	if (!len || len > NAME_MAX - 16 || !strcmp(name, "/.") || !strcmp(name, "/.."))
		return -EINVAL;
	dir = name == path ? strdup("/") : strndup(path, name - path);
	base = strdup(name + 1);
	if (!dir || !base) {
		free(dir);
		free(base);
		return -ENOMEM;
	}
	memset(place, 0, sizeof(*place));
	place->dir = dir;
	place->name = base;
	place->fd = -1;
	return 0;
}

void log_place__clear(struct log_place *place)
{
	if (place->fd >= 0)
		close(place->fd);
	free(place->dir);
	free(place->name);
	memset(place, 0, sizeof(*place));
	place->fd = -1;
}

void log_place__name(const struct log_place *place, unsigned int n, char *buf, size_t size)
{
	if (n)
		snprintf(buf, size, "%s.%u", place->name, n);
	else
		snprintf(buf, size, "%s", place->name);
}

/*
 * To us and the group, which root's own is for root alone. The group first: nobody else's may read
 * meanwhile, nor if it fails.
 */
static int own(int fd, gid_t group, mode_t mode, mode_t without)
{
	const uid_t uid = geteuid();
	const bool regroup = group || !uid;
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	if ((st.st_uid != uid || (regroup && st.st_gid != group)) &&
	    fchown(fd, uid, regroup ? group : (gid_t)-1)) {
		err = -errno;
		return fchmod(fd, without) ? -errno : err;
	}
	return (st.st_mode & 07777) != mode && fchmod(fd, mode) ? -errno : 0;
}

int log_place__done(const struct log_place *place, int fd)
{
	return own(fd, place->group, place->group ? 0440 : 0400, 0400);
}

static int make_dir(const struct log_place *place)
{
	int fd, err;

	if (mkdir(place->dir, 0700))
		return -errno;
	fd = open(place->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = own(fd, place->group, place->group ? 0750 : 0700, 0700);
	close(fd);
	return err;
}

/* Nobody but its owner, who is root or us, can put anything there. */
static bool safe_dir(int fd)
{
	struct stat st;

	if (fstat(fd, &st) || (st.st_uid && st.st_uid != geteuid()))
		return false;
	return !(st.st_mode & 0022) || (st.st_mode & S_ISVTX);
}

int log_place__open(struct log_place *place, bool again)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	struct stat st;
	int fd, err;

	if (lstat(place->dir, &st)) {
		err = errno == ENOENT ? make_dir(place) : -errno;
		if (err && err != -EEXIST)
			return err;
	} else if (!again) {
		place->linked = S_ISLNK(st.st_mode);
	}
	if (!place->linked)
		flags |= O_NOFOLLOW;
	fd = open(place->dir, flags);
	if (fd < 0)
		return -errno;
	if (again && !safe_dir(fd)) {
		close(fd);
		return -EPERM;
	}
	if (place->fd >= 0)
		close(place->fd);
	place->fd = fd;
	return 0;
}

/* Renamed, not removed: whoever put it there may have to be found. */
static int move_aside(struct log_place *place)
{
	char to[NAME_MAX + 1];
	int i;

	for (i = 0; i < ASIDE_MAX; i++) {
		snprintf(to, sizeof(to), "%s.aside%d", place->name, i);
		if (!renameat2(place->fd, place->name, place->fd, to, RENAME_NOREPLACE)) {
			place->aside = i + 1;
			return 0;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* As little as can be is done to what may not be ours: no blocking, no terminal, no link followed. */
static int open_once(const struct log_place *place, struct stat *st)
{
	int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	int fd = openat(place->fd, place->name, flags | place->sync, 0600);
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, st) ? -errno : S_ISREG(st->st_mode) ? 0 : -EMEDIUMTYPE;
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* Errors of open() that say what stands there, not that it cannot be had at the moment. */
static bool says_odd(int err)
{
	return err == -ELOOP || err == -EISDIR || err == -ENXIO || err == -ENODEV ||
	       err == -EMEDIUMTYPE;
}

/* What may have been put there by somebody else. */
static bool is_odd(const struct stat *st)
{
	return st->st_nlink > 1 || (st->st_uid && st->st_uid != geteuid());
}

int log_file__open(struct log_place *place, bool again, struct log_file *ret)
{
	struct stat st = { 0 };
	char last = '\n';
	int fd, err;

	fd = open_once(place, &st);
	/* At the start that is for a person to decide. */
	if (again && (says_odd(fd) || (fd >= 0 && is_odd(&st)))) {
		if (fd >= 0)
			close(fd);
		err = move_aside(place);
		if (err)
			return err;
		fd = open_once(place, &st);
	}
	if (fd < 0)
		return fd;
	err = own(fd, place->group, place->group ? 0640 : 0600, 0600);
	if (err && !again) {
		close(fd);
		return err;
	}
	memset(ret, 0, sizeof(*ret));
	ret->fd = fd;
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	ret->size = st.st_size;
	ret->cut = -1;
	ret->linkless = !st.st_nlink;
	ret->own_error = err;
	/* Whoever was here before may have been cut short. */
	ret->broken_line = st.st_size && pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
	return 0;
}
