/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acts that name the program by a file descriptor: execveat, /proc/self/fd, memfd, deleted files. */
#include "tests/actors/act.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/actors/act_elf.h"
#include "tests/actors/act_fs.h"
#include "tests/actors/act_sys.h"

static int setup(struct scene *scene)
{
	const struct elf_shape plain = { 0 };
	int err;

	err = fs_mkdirs("fd/sub dir", 0755);
	err = err ?: elf_write("fd/st", &plain, 0755);
	err = err ?: elf_write("fd/sub dir/st", &plain, 0755);
	err = err ?: elf_write("fd/plain", &plain, 0644);
	err = err ?: fs_symlink("st", "fd/ln");
	err = err ?: fs_text("fd/sh", "#!/bin/true\n", 0755);
	err = err ?: fs_text("fd/sharg", "#!/bin/true -e foo\n", 0755);
	err = err ?: fs_text("fd/shsh", "#!fd/sharg\n", 0755);
	return err;
}

/* Puts a memory file with the bytes of from at ACT_FD. */
static int memfd(const char *name, const char *from, unsigned int flags)
{
	char buf[4096];
	ssize_t len;
	int err = 0;
	int in = -1;
	int fd;

	fd = memfd_create(name, flags);
	if (fd < 0)
		return -errno;
	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0) {
		err = -errno;
		goto out;
	}
	len = read(in, buf, sizeof(buf));
	if (len < 0 || write(fd, buf, (size_t)len) != len) {
		err = -EIO;
		goto out;
	}
	/* A file that is open for writing cannot be executed; for a memfd that is not so. */
	if (fd != ACT_FD && dup3(fd, ACT_FD, flags & MFD_CLOEXEC ? O_CLOEXEC : 0) < 0)
		err = -errno;
out:
	if (in >= 0)
		close(in);
	if (fd != ACT_FD)
		close(fd);
	return err;
}

static int prep_memfd(struct scene *scene)
{
	return memfd("plain", "fd/st", 0);
}

static int prep_memfd_blank(struct scene *scene)
{
	return memfd("my fd", "fd/st", MFD_CLOEXEC);
}

static int prep_memfd_odd(struct scene *scene)
{
	return memfd("\xc3\xa9\n\"", "fd/st", 0);
}

static int prep_memfd_empty(struct scene *scene)
{
	return memfd("", "fd/st", 0);
}

static int prep_memfd_script(struct scene *scene)
{
	return memfd("script", "fd/sharg", 0);
}

/* A copy that is opened, then unlinked: the descriptor is all that is left of it. */
static int deleted(const char *from, const char *name, int flags)
{
	int err = 0;
	int fd;

	err = fs_copy(from, name, 0755);
	if (err)
		return err;
	fd = open(name, flags | O_CLOEXEC);
	if (fd < 0 || unlink(name) < 0 || dup2(fd, ACT_FD) < 0)
		err = -errno;
	if (fd >= 0 && fd != ACT_FD)
		close(fd);
	return err;
}

static int prep_deleted(struct scene *scene)
{
	return deleted("fd/st", "fd/gone", O_RDONLY);
}

static int prep_deleted_path(struct scene *scene)
{
	return deleted("fd/st", "fd/gone path", O_PATH);
}

static int prep_deleted_script(struct scene *scene)
{
	return deleted("fd/sharg", "fd/gone script", O_RDONLY);
}

static int prep_deleted_dir(struct scene *scene)
{
	const struct elf_shape plain = { 0 };
	int err = fs_mkdirs("fd/gonedir", 0755) ?: elf_write("fd/gonedir/st", &plain, 0755);
	int fd;

	if (err)
		return err;
	fd = open("fd/gonedir/st", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || dup2(fd, ACT_FD) < 0 || unlink("fd/gonedir/st") < 0 ||
	    rmdir("fd/gonedir") < 0)
		return -errno;
	return 0;
}

/* Never had a name at all. */
static int prep_tmpfile(struct scene *scene)
{
	char buf[4096];
	char path[64];
	ssize_t len;
	int fd = open("fd", O_TMPFILE | O_RDWR | O_CLOEXEC, 0755);
	int in = open("fd/st", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || in < 0)
		return -errno;
	len = read(in, buf, sizeof(buf));
	if (len < 0 || write(fd, buf, (size_t)len) != len)
		return -EIO;
	close(in);
	/* Reopened to read only, because what is open for writing cannot be executed. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	in = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	if (in < 0 || dup2(in, ACT_FD) < 0)
		return -errno;
	if (in != ACT_FD)
		close(in);
	return 0;
}

static int prep_high_fd(struct scene *scene)
{
	return dup2(ACT_FD, 1000) < 0 ? -errno : 0;
}

static int call_no_path(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	return act__exec(scene, act, NULL, argv);
}

#define IN_DIR(file) .via = ACT_EXECVEAT, .dirfd = ACT_FD, .fd_path = "fd", .path = (file)
#define BY_FD(file)                                                          \
	.via = ACT_EXECVEAT, .dirfd = ACT_FD, .fd_path = (file), .path = "", \
	.at_flags = AT_EMPTY_PATH

/* clang-format off */
static const struct act acts[] = {
	{ "at-cwd", .via = ACT_EXECVEAT, .dirfd = AT_FDCWD, .path = "fd/st" },
	{ "at-cwd-absolute", .via = ACT_EXECVEAT, .dirfd = AT_FDCWD, .path = "@/fd/st" },
	{ "at-dirfd", IN_DIR("st"), .argv = ACT_ARGV("st", "x") },
	{ "at-dirfd-cloexec", IN_DIR("st"), .fd_flags = O_CLOEXEC },
	{ "at-dirfd-path", IN_DIR("st"), .fd_flags = O_PATH | O_DIRECTORY },
	{ "at-dirfd-dotdot", IN_DIR("../fd/./st") },
	{ "at-dirfd-below", IN_DIR("sub dir/st") },
	{ "at-dirfd-link", IN_DIR("ln") },
	{ "at-dirfd-absolute", IN_DIR("@/fd/st") },
	{ "at-dirfd-unused", .via = ACT_EXECVEAT, .dirfd = 77, .path = "@/fd/st" },
	{ "at-dirfd-empty-flag", IN_DIR("st"), .at_flags = AT_EMPTY_PATH },
	{ "at-dirfd-1000", .via = ACT_EXECVEAT, .dirfd = 1000, .path = "st", .fd_path = "fd",
	  .prep = prep_high_fd },
	{ "at-dirfd-other-cwd", IN_DIR("st"), .cwd = "@/fd/sub dir" },
	{ "at-nofollow", IN_DIR("st"), .at_flags = AT_SYMLINK_NOFOLLOW },
	{ "at-nofollow-link", ELOOP, IN_DIR("ln"), .at_flags = AT_SYMLINK_NOFOLLOW },
	{ "at-nofollow-link-absolute", ELOOP, IN_DIR("@/fd/ln"), .at_flags = AT_SYMLINK_NOFOLLOW },
	{ "at-bad-dirfd", EBADF, .via = ACT_EXECVEAT, .dirfd = 77, .path = "st" },
	{ "at-dirfd-is-file", ENOTDIR, .via = ACT_EXECVEAT, .dirfd = ACT_FD, .fd_path = "fd/st",
	  .path = "st" },
	{ "at-dirfd-missing", ENOENT, IN_DIR("nope") },
	{ "at-bad-flags", EINVAL, IN_DIR("st"), .at_flags = 0x40000000 },
	{ "at-empty-no-flag", ENOENT, IN_DIR("") },
	{ "at-null", ACT_ANY, .via = ACT_EXECVEAT, .dirfd = ACT_FD, .fd_path = "fd/st",
	  .at_flags = AT_EMPTY_PATH, .call = call_no_path },
	{ "at-check", ACT_ANY, IN_DIR("st"), .at_flags = AT_EXECVE_CHECK },
	{ "at-check-script", ACT_ANY, IN_DIR("sh"), .at_flags = AT_EXECVE_CHECK },
	{ "at-check-fails", ACT_ANY, IN_DIR("plain"), .at_flags = AT_EXECVE_CHECK },

	{ "fd-empty", BY_FD("fd/st"), .argv = ACT_ARGV("x", "y") },
	{ "fd-empty-cloexec", BY_FD("fd/st"), .fd_flags = O_CLOEXEC },
	{ "fd-empty-path", BY_FD("fd/st"), .fd_flags = O_PATH },
	{ "fd-empty-link", BY_FD("fd/ln") },
	{ "fd-empty-dynamic", BY_FD("/bin/true") },
	{ "fd-empty-directory", EACCES, BY_FD("fd") },
	{ "fd-empty-cwd", EACCES, .via = ACT_EXECVEAT, .dirfd = AT_FDCWD, .path = "",
	  .at_flags = AT_EMPTY_PATH },
	{ "fd-empty-not-executable", EACCES, BY_FD("fd/plain") },
	{ "fd-empty-nofollow", ACT_OK, .via = ACT_EXECVEAT, .dirfd = ACT_FD, .fd_path = "fd/st",
	  .path = "", .at_flags = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW },
	{ "fd-empty-path-of-link", ELOOP, .via = ACT_EXECVEAT, .dirfd = ACT_FD, .fd_path = "fd/ln",
	  .fd_flags = O_PATH | O_NOFOLLOW, .path = "", .at_flags = AT_EMPTY_PATH },

	{ "fd-script", BY_FD("fd/sh"), .argv = ACT_ARGV("x", "y") },
	{ "fd-script-arg", BY_FD("fd/sharg"), .argv = ACT_ARGV("x", "y") },
	{ "fd-script-nested", BY_FD("fd/shsh"), .argv = ACT_ARGV("x", "y") },
	{ "fd-script-cloexec", ENOENT, BY_FD("fd/sh"), .fd_flags = O_CLOEXEC },
	{ "fd-script-dirfd", IN_DIR("sharg"), .argv = ACT_ARGV("x", "y") },
	{ "fd-script-dirfd-cloexec", ENOENT, IN_DIR("sharg"), .fd_flags = O_CLOEXEC },
	{ "fd-script-dirfd-absolute", IN_DIR("@/fd/sharg"), .fd_flags = O_CLOEXEC },
	{ "fd-script-dirfd-dot", IN_DIR("./sub dir/../sharg") },
	{ "fd-script-cwd", .via = ACT_EXECVEAT, .dirfd = AT_FDCWD, .path = "fd/sharg" },
	{ "fd-script-1000", .via = ACT_EXECVEAT, .dirfd = 1000, .path = "", .fd_path = "fd/sharg",
	  .at_flags = AT_EMPTY_PATH, .prep = prep_high_fd },

	{ "proc-fd", .path = "/proc/self/fd/9", .fd_path = "fd/st" },
	{ "proc-fd-cloexec", .path = "/proc/self/fd/9", .fd_path = "fd/st", .fd_flags = O_CLOEXEC },
	{ "proc-fd-script", .path = "/proc/self/fd/9", .fd_path = "fd/sharg" },
	{ "proc-fd-directory", .path = "/proc/self/fd/9/st", .fd_path = "fd" },
	{ "proc-thread-fd", .path = "/proc/thread-self/fd/9", .fd_path = "fd/st" },
	{ "dev-fd", .path = "/dev/fd/9", .fd_path = "fd/st" },

	{ "memfd", BY_FD(NULL), .prep = prep_memfd },
	{ "memfd-blank", BY_FD(NULL), .prep = prep_memfd_blank },
	{ "memfd-odd", BY_FD(NULL), .prep = prep_memfd_odd },
	{ "memfd-unnamed", BY_FD(NULL), .prep = prep_memfd_empty },
	{ "memfd-script", BY_FD(NULL), .prep = prep_memfd_script, .argv = ACT_ARGV("x", "y") },
	{ "memfd-proc", .path = "/proc/self/fd/9", .prep = prep_memfd },
	{ "memfd-proc-script", .path = "/proc/self/fd/9", .prep = prep_memfd_script },

	{ "deleted", BY_FD(NULL), .prep = prep_deleted },
	{ "deleted-proc", .path = "/proc/self/fd/9", .prep = prep_deleted },
	{ "deleted-opath", BY_FD(NULL), .prep = prep_deleted_path },
	{ "deleted-script", BY_FD(NULL), .prep = prep_deleted_script },
	{ "deleted-script-proc", .path = "/proc/self/fd/9", .prep = prep_deleted_script },
	{ "deleted-directory", BY_FD(NULL), .prep = prep_deleted_dir },
	{ "tmpfile", BY_FD(NULL), .prep = prep_tmpfile },
	{ "tmpfile-proc", .path = "/proc/self/fd/9", .prep = prep_tmpfile },
};
/* clang-format on */

ACT_GROUP(act_fds, acts, setup);
