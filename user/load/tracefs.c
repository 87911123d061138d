// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* Our events are autrail/return_PID_NUMBER. */
#define GROUP "autrail"

/* Calls under way at a time whose return is seen. */
#define RETURNS_MAX 512

int mount_detached(const char *type)
{
	int fs, mnt = -1, err = 0;

	fs = fsopen(type, FSOPEN_CLOEXEC);
	if (fs < 0)
		return -errno;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) ||
	    (mnt = fsmount(fs, FSMOUNT_CLOEXEC, 0)) < 0)
		err = -errno;
	close(fs);
	return err ? err : mnt;
}

/* A descriptor of its root, or -errno. */
static int tracefs_open(void)
{
	static const char *const mounts[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	size_t i;
	int dir;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		dir = open(mounts[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		/* The directory is there without it, too. */
		if (dir >= 0 && !faccessat(dir, "events", F_OK, 0))
			return dir;
		if (dir >= 0)
			close(dir);
	}
	return mount_detached("tracefs");
}

static int read_id(int dir, const char *category, const char *name)
{
	char path[256], text[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "events/%s/%s/id", category, name);
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

int tracefs_event_id(const char *category, const char *name)
{
	int dir = tracefs_open(), id;

	if (dir < 0)
		return dir;
	id = read_id(dir, category, name);
	close(dir);
	return id;
}

/* --- returns of functions ----------------------------------------------------------------------- */

/* One definition, as Documentation/trace/kprobetrace.rst has them. */
static int define(int dir, const char *text)
{
	int fd = openat(dir, "kprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static void undefine(int dir, const char *name)
{
	char text[128];

	snprintf(text, sizeof(text), "-:" GROUP "/%s\n", name);
	define(dir, text);
}

int tracefs_return_create(const char *function, char ret_name[TRACEFS_NAME_MAX])
{
	static unsigned int number;
	char text[256], name[TRACEFS_NAME_MAX];
	int dir, id;

	dir = tracefs_open();
	if (dir < 0)
		return dir;
	snprintf(name, sizeof(name), "return_%d_%u", getpid(), number++);
	snprintf(text, sizeof(text), "r%d:" GROUP "/%s %s\n", RETURNS_MAX, name, function);
	id = define(dir, text);
	if (!id) {
		id = read_id(dir, GROUP, name);
		if (id < 0)
			undefine(dir, name);
		else
			strcpy(ret_name, name);
	}
	close(dir);
	return id;
}

void tracefs_return_remove(const char *name)
{
	int dir = tracefs_open();

	if (dir < 0)
		return;
	undefine(dir, name);
	close(dir);
}

static FILE *open_lines(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? NULL : fdopen(fd, "r");
}

/* Only the process that made an event uses it: what is in use cannot be removed anyway. */
void tracefs_returns_clean(void)
{
	char line[512], name[TRACEFS_NAME_MAX];
	int dir = tracefs_open(), pid;
	FILE *file;

	if (dir < 0)
		return;
	file = open_lines(dir, "kprobe_events");
	while (file && fgets(line, sizeof(line), file)) {
		/* "r512:autrail/return_1234_0 function" */
		if (sscanf(line, "r%*[0-9]:" GROUP "/return_%d_%*u", &pid) == 1 &&
		    sscanf(line, "%*[^/]/%63s", name) == 1 && kill(pid, 0) && errno == ESRCH)
			undefine(dir, name);
	}
	if (file)
		fclose(file);
	close(dir);
}

__u64 tracefs_return_missed(const char *name)
{
	unsigned long long hits, missed, sum = 0;
	char line[256], at[128];
	int dir = tracefs_open();
	FILE *file;

	if (dir < 0)
		return 0;
	file = open_lines(dir, "kprobe_profile");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%127s %llu %llu", at, &hits, &missed) == 3 && !strcmp(at, name))
			sum = missed;
	}
	if (file)
		fclose(file);
	close(dir);
	return sum;
}
