// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/lookup/account.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* So much of a container's list is read: it is a stranger's file. */
#define LIST_MAX (1 << 20)

/* user is NULL where there is none; a name that is too long is none either. */
static int account_set(struct account *ret, const struct passwd *user)
{
	if (!user || strlen(user->pw_name) >= sizeof(ret->name))
		return -ENOENT;
	ret->uid = user->pw_uid;
	strcpy(ret->name, user->pw_name);
	return 0;
}

/* In the mount namespace of this program, which asks whomever the machine asks. */
static int find_here(const char *name, __u32 uid, struct account *ret)
{
	struct passwd buf, *user = NULL;
	char text[16384];

	if (*name)
		getpwnam_r(name, &buf, text, sizeof(text), &user);
	else
		getpwuid_r(uid, &buf, text, sizeof(text), &user);
	return account_set(ret, user);
}

/* Is the process where this program is? -ESRCH: it has gone. */
static int same_root(__u32 pid)
{
	char path[64];
	struct stat theirs, ours;

	snprintf(path, sizeof(path), "/proc/%u/ns/mnt", pid);
	if (stat(path, &theirs) || stat("/proc/self/ns/mnt", &ours))
		return -ESRCH;
	return theirs.st_ino == ours.st_ino;
}

/*
 * /etc/passwd below its root, and nothing outside: whoever made the container may have put a link,
 * a pipe or something without end there. NULL: it has none that may be read.
 */
static FILE *list_open(__u32 pid)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	char path[64];
	struct stat st;
	FILE *file = NULL;
	int root, fd;

	snprintf(path, sizeof(path), "/proc/%u/root", pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return NULL;
	fd = syscall(SYS_openat2, root, "etc/passwd", &how, sizeof(how));
	close(root);
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size <= LIST_MAX)
		file = fdopen(fd, "r");
	if (!file && fd >= 0)
		close(fd);
	return file;
}

/* What a uid is in the user namespace of the process; itself, if that has all of them. */
static __u32 uid_inside(__u32 pid, __u32 uid)
{
	unsigned int inside, outside, count;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%u/uid_map", pid);
	file = fopen(path, "re");
	if (!file)
		return uid;
	while (fscanf(file, "%u %u %u", &inside, &outside, &count) == 3) {
		/* Of a uid below the range the difference wraps, and is larger than any count. */
		if (uid - outside < count) {
			uid = inside + (uid - outside);
			break;
		}
	}
	fclose(file);
	return uid;
}

int account_find(__u32 pid, const char *name, __u32 uid, struct account *ret)
{
	struct passwd buf, *user = NULL;
	char text[16384];
	FILE *list;
	int err;

	err = same_root(pid);
	if (err)
		return err < 0 ? err : find_here(name, uid, ret);
	list = list_open(pid);
	if (!list)
		return same_root(pid) < 0 ? -ESRCH : -ENOENT;
	uid = *name ? 0 : uid_inside(pid, uid);
	while (!(err = fgetpwent_r(list, &buf, text, sizeof(text), &user))) {
		if (*name ? !strcmp(user->pw_name, name) : user->pw_uid == uid)
			break;
	}
	err = account_set(ret, err ? NULL : user);
	fclose(list);
	return err;
}
