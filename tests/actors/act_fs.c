/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/actors/act_fs.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

int fs_write(const char *path, const void *data, size_t len, mode_t mode)
{
	const char *from = data;
	int err = 0;
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode & 0777);
	if (fd < 0)
		return -errno;
	while (len && !err) {
		ssize_t n = write(fd, from, len);

		if (n < 0) {
			err = -errno;
		} else {
			from += n;
			len -= (size_t)n;
		}
	}
	/* The umask must not decide, and set-uid bits go away on a write. */
	if (!err && fchmod(fd, mode) < 0)
		err = -errno;
	close(fd);
	return err;
}

int fs_text(const char *path, const char *text, mode_t mode)
{
	return fs_write(path, text, strlen(text), mode);
}

int fs_put(const char *path, const char *text)
{
	int err = 0;
	int fd;

	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int fs_copy(const char *from, const char *to, mode_t mode)
{
	char buf[65536];
	int err = 0;
	int in = -1;
	int out;
	ssize_t n;

	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode & 0777);
	if (out < 0)
		return -errno;
	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0) {
		err = -errno;
		goto out;
	}
	while ((n = read(in, buf, sizeof(buf))) > 0) {
		if (write(out, buf, (size_t)n) != n) {
			err = -EIO;
			goto out;
		}
	}
	if (n < 0 || fchmod(out, mode) < 0)
		err = -errno;
out:
	if (in >= 0)
		close(in);
	close(out);
	return err;
}

int fs_mkdirs(const char *path, mode_t mode)
{
	char buf[4096];
	size_t len = strlen(path);

	if (len >= sizeof(buf))
		return -ENAMETOOLONG;
	memcpy(buf, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (buf[i] != '/' && buf[i] != '\0')
			continue;
		buf[i] = '\0';
		if (mkdir(buf, mode) < 0 && errno != EEXIST)
			return -errno;
		buf[i] = i < len ? '/' : '\0';
	}
	return chmod(path, mode) < 0 ? -errno : 0;
}

int fs_symlink(const char *target, const char *path)
{
	return symlink(target, path) < 0 && errno != EEXIST ? -errno : 0;
}

/* By descriptors, because the tree holds directories that are deeper than a path can be. */
static int remove_at(int dirfd, const char *name)
{
	struct dirent *entry;
	int err = 0;
	DIR *dir;
	int fd;

	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	fd = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	dir = fdopendir(fd);
	if (!dir) {
		err = -errno;
		close(fd);
		return err;
	}
	while (!err && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		err = remove_at(fd, entry->d_name);
	}
	closedir(dir);
	if (!err && unlinkat(dirfd, name, AT_REMOVEDIR) < 0)
		err = -errno;
	return err;
}

int fs_remove_tree(const char *path)
{
	return remove_at(AT_FDCWD, path);
}

int fs_caps(const char *path, unsigned long long permitted, unsigned long long inheritable,
	    int effective, unsigned int rootid)
{
	struct vfs_ns_cap_data data = { 0 };
	__u32 magic = rootid ? VFS_CAP_REVISION_3 : VFS_CAP_REVISION_2;

	if (effective)
		magic |= VFS_CAP_FLAGS_EFFECTIVE;
	data.magic_etc = htole32(magic);
	data.data[0].permitted = htole32((__u32)permitted);
	data.data[1].permitted = htole32((__u32)(permitted >> 32));
	data.data[0].inheritable = htole32((__u32)inheritable);
	data.data[1].inheritable = htole32((__u32)(inheritable >> 32));
	data.rootid = htole32(rootid);
	if (setxattr(path, "security.capability", &data, rootid ? XATTR_CAPS_SZ_3 : XATTR_CAPS_SZ_2,
		     0) < 0)
		return -errno;
	return 0;
}
