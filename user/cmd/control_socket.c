// SPDX-License-Identifier: GPL-2.0-or-later
/* The socket's place in the file system. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "user/cmd/control_impl.h"
#include "user/log.h"

enum { BACKLOG = 16 };

/* Whoever has listened there is not heard of any more; a file of another kind is left alone. */
static int place_check(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	int fd;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		log_warn("%s: another daemon has listened there, and cannot be reached any more",
			 path);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* The directory that path is in, made if it is not there. */
static int dir_open(const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char *dir = strndup(path, slash == path ? 1 : slash - path);
	int fd = -1, err;

	if (!dir)
		return -ENOMEM;
	if (!mkdir(dir, 0755) || errno == EEXIST)
		fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	err = errno;
	free(dir);
	*ret_name = slash + 1;
	return fd < 0 ? -err : fd;
}

/*
 * Anybody may connect: who has no right is told so, and recorded. It gets its name when it is all it is to be,
 * in the place of one that was there.
 */
static int name_it(int fd, const char *path, struct file_id *ret_id)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *name, *slash;
	struct stat st;
	int dir, err = 0;

	dir = dir_open(path, &name);
	if (dir < 0)
		return dir;
	/* By the directory's descriptor: path may be as long as an address can be. */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/.autrail.%d", dir,
		 getpid());
	slash = strrchr(address.sun_path, '/') + 1;
	unlinkat(dir, slash, 0);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, BACKLOG) ||
	    fchmodat(dir, slash, 0666, 0) || fstatat(dir, slash, &st, AT_SYMLINK_NOFOLLOW) ||
	    renameat(dir, slash, dir, name)) {
		err = -errno;
		unlinkat(dir, slash, 0);
	}
	if (!err)
		*ret_id = (struct file_id){ st.st_dev, st.st_ino };
	close(dir);
	return err;
}

void control_remove(const char *path, const struct file_id *id)
{
	struct stat st;

	if (!lstat(path, &st) && st.st_dev == id->dev && st.st_ino == id->ino)
		unlink(path);
}

int control_listen(const char *path, struct file_id *ret_id)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;

	if (fd < 0)
		return -errno;
	err = place_check(path);
	if (!err)
		err = name_it(fd, path, ret_id);
	if (!err)
		return fd;
	close(fd);
	return err;
}
