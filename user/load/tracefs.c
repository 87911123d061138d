// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

static int read_id(int dir, const char *path)
{
	char text[32];
	ssize_t n;
	int fd;

	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n <= 0)
		return n ? (int)n : -EIO;
	text[n] = '\0';
	return atoi(text);
}

/* Containers and small systems have no tracefs mounted; a detached mount changes nothing there. */
static int mount_detached(void)
{
	int fs, mnt = -1, err = 0;

	fs = fsopen("tracefs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -errno;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) ||
	    (mnt = fsmount(fs, FSMOUNT_CLOEXEC, 0)) < 0)
		err = -errno;
	close(fs);
	return err ? err : mnt;
}

int tracefs_event_id(const char *category, const char *name)
{
	static const char *const mounts[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	char path[256];
	size_t i;
	int dir, id;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		snprintf(path, sizeof(path), "%s/events/%s/%s/id", mounts[i], category, name);
		id = read_id(AT_FDCWD, path);
		if (id > 0)
			return id;
	}
	dir = mount_detached();
	if (dir < 0)
		return dir;
	snprintf(path, sizeof(path), "events/%s/%s/id", category, name);
	id = read_id(dir, path);
	close(dir);
	return id;
}
