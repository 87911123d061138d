// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/sink/log_rotate.h"

static bool there(const struct log_place *place, unsigned int n)
{
	char name[NAME_MAX + 1];
	struct stat st;

	log_place__name(place, n, name, sizeof(name));
	return !fstatat(place->fd, name, &st, AT_SYMLINK_NOFOLLOW);
}

/* The number up to which there is a file of each: of those behind a gap nothing has to move. */
static unsigned int last(const struct log_place *place, unsigned int keep)
{
	unsigned int n = 0;

	while (n < keep && there(place, n + 1))
		n++;
	return n;
}

int log_place__shift(const struct log_place *place, unsigned int keep)
{
	char from[NAME_MAX + 1], to[NAME_MAX + 1];
	unsigned int n = last(place, keep);

	if (n < keep)
		n++;
	/* Not on after a failure: the next one would go over a file that could not move. */
	for (; n; n--) {
		log_place__name(place, n - 1, from, sizeof(from));
		log_place__name(place, n, to, sizeof(to));
		if (renameat(place->fd, from, place->fd, to) && (errno != ENOENT || n == 1))
			return -errno;
	}
	return 0;
}

unsigned int log_place__trim(const struct log_place *place, unsigned int first)
{
	char name[NAME_MAX + 1];
	unsigned int n = first;

	do {
		log_place__name(place, n, name, sizeof(name));
	} while (!unlinkat(place->fd, name, 0) && n++ < LOG_KEEP_ALL);
	return n - first;
}

int log_place__drop_oldest(const struct log_place *place, unsigned int keep, unsigned int *ret)
{
	char name[NAME_MAX + 1];
	unsigned int n = last(place, keep);

	if (!n)
		return -ENOENT;
	log_place__name(place, n, name, sizeof(name));
	if (unlinkat(place->fd, name, 0))
		return -errno;
	*ret = n;
	return 0;
}

void log_place__fix(const struct log_place *place)
{
	char name[NAME_MAX + 1];
	unsigned int n;
	struct stat st;
	int fd;

	for (n = 1; n < LOG_KEEP_ALL; n++) {
		log_place__name(place, n, name, sizeof(name));
		fd = openat(place->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			return;
		if (fd < 0)
			continue;
		if (!fstat(fd, &st) && S_ISREG(st.st_mode))
			log_place__done(place, fd);
		close(fd);
	}
}
