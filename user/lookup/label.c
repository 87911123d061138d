// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/lookup/label.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "user/lookup/file.h"

/* The kernel ends them with a NUL or with a newline, or not at all. */
static size_t label_end(char *text, ssize_t n)
{
	while (n > 0 && (!text[n - 1] || text[n - 1] == '\n'))
		n--;
	return n > 0 ? n : 0;
}

/* A page is all that the kernel gives of an attribute. */
static size_t attr_read(const char *path, char *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, LABEL_SIZE - 1);
	close(fd);
	return label_end(text, n);
}

/*
 * Until SELinux has a policy it knows no contexts, only the names of the numbers that it begins with,
 * and has all tasks say kernel. Then xattrs are not what it goes by either.
 */
static bool selinux_no_policy(void)
{
	char text[LABEL_SIZE];
	size_t n = attr_read("/proc/self/attr/current", text);

	return n && !memchr(text, ':', n);
}

/* security_sid_to_context_core() before a policy is loaded; tasks are 7 since 6.8, and shown as 1. */
static size_t initial_text(__u32 sid, char *text)
{
	static const char *const names[] = { [1] = "kernel", [3] = "unlabeled", [7] = "kernel" };

	if (sid >= sizeof(names) / sizeof(names[0]) || !names[sid])
		return 0;
	strcpy(text, names[sid]);
	return strlen(text);
}

size_t label_of_fd(int fd, enum atr_lsm lsm, char *text)
{
	static const char *const xattrs[ATR_LSM_MAX] = {
		[ATR_LSM_SELINUX] = "security.selinux",
		[ATR_LSM_SMACK] = "security.SMACK64",
	};
	char path[32];

	if (lsm >= ATR_LSM_MAX || !xattrs[lsm])
		return 0;
	if (lsm == ATR_LSM_SELINUX && selinux_no_policy())
		return initial_text(3, text);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return label_end(text, getxattr(path, xattrs[lsm], text, LABEL_SIZE - 1));
}

size_t label_look(const struct atr_view *view, const struct atr_need *need, char *text)
{
	char path[64];
	size_t n;
	int fd;

	if (need->lsm == ATR_LSM_SELINUX && selinux_no_policy())
		return initial_text(need->id, text);
	if (need->file) {
		fd = file_open(view, need);
		if (fd < 0)
			return 0;
		n = label_of_fd(fd, need->lsm, text);
		close(fd);
		return n;
	}
	if (!need->pid)
		return 0;
	snprintf(path, sizeof(path), "/proc/%u/attr/current", need->pid);
	return attr_read(path, text);
}
