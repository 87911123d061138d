// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/who.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

/* At most size - 1 bytes of a file in /proc, as a string; its length, 0 if there is none. */
static size_t proc_read(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, text, size - 1) : -1;
	if (fd >= 0)
		close(fd);
	n = n < 0 ? 0 : n;
	text[n] = '\0';
	return n;
}

static __u32 proc_number(pid_t pid, const char *name)
{
	char text[32];

	return proc_read(pid, name, text, sizeof(text)) ? strtoul(text, NULL, 10) : ATR_UNSET;
}

/* The real uid, or (column 1) the effective one. */
static __u32 proc_uid(pid_t pid, int column)
{
	char text[2048];
	const char *line;
	unsigned int uid[2];

	proc_read(pid, "status", text, sizeof(text));
	line = strstr(text, "\nUid:");
	if (!line || sscanf(line, "\nUid: %u %u", &uid[0], &uid[1]) != 2)
		return ATR_UNSET;
	return uid[column];
}

/* A label ends with a newline, a NUL, or not at all. */
static void label_read(struct who *who, pid_t pid)
{
	size_t n = proc_read(pid, "attr/current", who->subj, sizeof(who->subj));

	while (n && (who->subj[n - 1] == '\n' || !who->subj[n - 1]))
		who->subj[--n] = '\0';
}

static void exe_read(struct who *who, pid_t pid)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	n = readlink(path, who->exe, sizeof(who->exe) - 1);
	who->exe[n > 0 ? n : 0] = '\0';
}

static void unknown(struct who *ret)
{
	ret->auid = ret->ses = ATR_UNSET;
	ret->subj[0] = ret->exe[0] = '\0';
}

void who_of_pid(struct who *ret, pid_t pid)
{
	unknown(ret);
	ret->pid = pid;
	ret->uid = pid ? proc_uid(pid, 0) : ATR_UNSET;
	if (!pid)
		return;
	ret->auid = proc_number(pid, "loginuid");
	ret->ses = proc_number(pid, "sessionid");
	label_read(ret, pid);
	exe_read(ret, pid);
}

/* Has what was read of /proc been the peer's: is it there still? */
static bool is_peer(int fd, const struct ucred *cred)
{
	socklen_t size = sizeof(int);
	bool alive;
	int pidfd;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size))
		return errno == ENOPROTOOPT && proc_uid(cred->pid, 1) == cred->uid;
	alive = !syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) || errno == EPERM;
	close(pidfd);
	return alive;
}

int who_of_socket(struct who *ret, int fd)
{
	socklen_t size = sizeof(struct ucred);
	struct ucred cred;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size))
		return -errno;
	who_of_pid(ret, cred.pid);
	if (!cred.pid || !is_peer(fd, &cred))
		unknown(ret);
	ret->pid = cred.pid;
	ret->uid = cred.uid;
	return 0;
}

static bool in_group(int fd, gid_t group)
{
	socklen_t size = sizeof(struct ucred);
	struct ucred cred;
	gid_t *groups;
	bool in = false;
	size_t i;

	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) && cred.gid == group)
		return true;
	size = 65536 * sizeof(*groups); /* NGROUPS_MAX */
	groups = malloc(size);
	if (groups && !getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size))
		for (i = 0; i < size / sizeof(*groups) && !in; i++)
			in = groups[i] == group;
	free(groups);
	return in;
}

bool who_may(int fd, const struct who *who, gid_t group)
{
	return who->uid == 0 || (group && in_group(fd, group));
}
