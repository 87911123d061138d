// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/lookup/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "user/lookup/elf.h"
#include "user/lookup/label.h"
#include "user/record/text.h"

/* A path in a task's root: symbolic links and .. stay inside it, as they would for the task. */
static int open_in_root(int root, const char *path, int flags)
{
	struct open_how how = {
		.flags = flags | O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static int open_proc(__u32 pid, const char *what, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, what);
	fd = open(path, flags | O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * The device number too, where stat() tells the file system's own: an inode number alone is easily had
 * on another one.
 */
static bool same_dev(int fd, const struct stat *st, const struct atr_file *file)
{
	struct statfs fs;

	if ((major(st->st_dev) << 20 | minor(st->st_dev)) == file->dev)
		return true;
	return !fstatfs(fd, &fs) &&
	       (fs.f_type == OVERLAYFS_SUPER_MAGIC || fs.f_type == BTRFS_SUPER_MAGIC);
}

static bool same_file(int fd, const struct atr_file *file)
{
	struct stat st;

	if (fstat(fd, &st) || st.st_ino != file->ino || st.st_mode != file->mode ||
	    !same_dev(fd, &st, file))
		return false;
	/* Both change with what comes and goes in it, and an overlayfs tells those of another inode. */
	if (S_ISDIR(st.st_mode))
		return true;
	return (__u64)st.st_ctim.tv_sec == file->ctime_sec &&
	       st.st_ctim.tv_nsec == file->ctime_nsec && (__u32)st.st_size == file->size;
}

/* Keeps fd if it is the file, else closes it. */
static int only_same(int fd, const struct atr_file *file)
{
	if (fd < 0)
		return fd;
	if (same_file(fd, file))
		return fd;
	close(fd);
	return -ESTALE;
}

static int open_under(int root, const char *path, const struct atr_file *file)
{
	int fd;

	if (root < 0)
		return root;
	fd = only_same(open_in_root(root, path, S_ISLNK(file->mode) ? O_NOFOLLOW : 0), file);
	close(root);
	return fd;
}

/*
 * Our root or, where the task has another one in the same mount namespace (a chroot), that by the
 * way from ours. A path that is too long for the buffer is "", which is no file.
 */
static int open_own_root(const struct atr_view *view)
{
	const struct atr_exec *e = view->exec;
	char path[ATR_WALK_MAX + 512];
	const char *walk;
	struct stat st;
	size_t len;
	int root, fd, n;

	root = open("/", O_PATH | O_CLOEXEC);
	if (root < 0 || e->root.flags || stat("/proc/self/ns/mnt", &st) ||
	    st.st_ino != e->task.mntns)
		return root < 0 ? -errno : root;
	walk = event_str(view, &e->root, &len);
	if (!len)
		return root;
	n = walk_path(walk, len, path, sizeof(path) - 1);
	path[n < 0 ? 0 : n] = '\0';
	fd = open_in_root(root, path, O_DIRECTORY);
	close(root);
	return fd;
}

/*
 * The task may be gone, and with it /proc/PID. Its parent is most often in the same root, and so are
 * we; what is found there by the same path is looked at only if it is the same inode.
 */
int file_open(const struct atr_view *view, const struct atr_need *need)
{
	const struct atr_task *task = &view->exec->task;
	int fd = -ENOENT;

	if (need->exe)
		fd = only_same(open_proc(task->pid, "exe", 0), need->file);
	if (fd >= 0 || !need->path[0])
		return fd;
	fd = open_under(open_proc(task->pid, "root", 0), need->path, need->file);
	if (fd < 0)
		fd = open_under(open_proc(task->ppid, "root", 0), need->path, need->file);
	if (fd < 0)
		fd = open_under(open_own_root(view), need->path, need->file);
	return fd;
}

/*
 * get_vfs_caps_from_disk(): what the record shows of the xattr. One that is shorter than its
 * revision has zeros behind it; one that is longer than any is an error, and nothing is known.
 */
static void caps_look(const char *path, struct file_facts *ret)
{
	struct vfs_ns_cap_data data = {};
	ssize_t n = getxattr(path, "security.capability", &data, sizeof(data));
	__u32 magic = le32toh(data.magic_etc);

	if (n < 0) {
		/* None, or a file system without any. */
		ret->cap_known = errno == ENODATA || errno == ENOTSUP;
		return;
	}
	ret->cap_known = true;
	ret->cap_fver = (magic & VFS_CAP_REVISION_MASK) >> VFS_CAP_REVISION_SHIFT;
	ret->cap_fe = magic & VFS_CAP_FLAGS_EFFECTIVE ? 1 : 0;
	ret->cap_fp = le32toh(data.data[0].permitted);
	ret->cap_fi = le32toh(data.data[0].inheritable);
	if ((magic & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_1)
		return;
	ret->cap_fp |= (__u64)le32toh(data.data[1].permitted) << 32;
	ret->cap_fi |= (__u64)le32toh(data.data[1].inheritable) << 32;
	if ((magic & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_3)
		ret->cap_rootid = le32toh(data.rootid);
}

/* Is it the same use of the inode number? A file system that cannot tell is taken at its ctime's word. */
static bool same_generation(int fd, const struct atr_file *file)
{
	long generation = 0; /* as the request is defined; file systems write 32 bits of it */

	return !file->generation || ioctl(fd, FS_IOC_GETVERSION, &generation) ||
	       (__u32)generation == file->generation;
}

/* Others' access times are left alone by who may (CAP_FOWNER). */
static int data_open(const char *path)
{
	const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = open(path, flags | O_NOATIME);

	return fd < 0 && errno == EPERM ? open(path, flags) : fd;
}

void file_look(const struct atr_view *view, const struct atr_need *need, struct file_facts *ret)
{
	char path[32];
	int fd, data;

	/* The long strings are only read where has_interp and has_arg say so. */
	memset(ret, 0, offsetof(struct file_facts, interp));
	ret->interp[0] = ret->arg[0] = '\0';
	ret->type = ATR_ANSWER_NONE;
	fd = file_open(view, need);
	if (fd < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	caps_look(path, ret);
	/*
	 * What is not a regular file is not opened: that can block, or do something. Nor is a lease that
	 * somebody took on the file waited for.
	 */
	data = S_ISREG(need->file->mode) ? data_open(path) : -1;
	if (!S_ISREG(need->file->mode))
		ret->type = ATR_ANSWER_OTHER;
	else if (data >= 0 && !same_generation(data, need->file))
		ret->cap_known = false;
	else if (data >= 0)
		program_look(data, ret);
	if (data >= 0)
		close(data);
	close(fd);
}

size_t file_place(const struct atr_view *view, const struct atr_need *need, char path[ATR_NAME_MAX])
{
	char link[32];
	int fd = file_open(view, need);
	ssize_t n;

	if (fd < 0)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, ATR_NAME_MAX);
	close(fd);
	return n > 0 && n < ATR_NAME_MAX ? n : 0;
}

/* --- a path as a task would walk it --------------------------------------------------------- */

/* Keeps fd if it is the task's root. */
static int only_root(int fd, const struct atr_task *task)
{
	struct stat st;

	if (fd < 0)
		return fd;
	if (!fstat(fd, &st) && st.st_ino == task->root_ino &&
	    (major(st.st_dev) << 20 | minor(st.st_dev)) == task->root_dev)
		return fd;
	close(fd);
	return -ESRCH;
}

static bool same_mntns(__u32 pid, const struct atr_task *task)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%u/ns/mnt", pid);
	return !stat(path, &st) && st.st_ino == task->mntns;
}

/* Somebody is in it yet: until now its mounts were there. */
static bool mntns_alive(const struct atr_task *task)
{
	return same_mntns(task->pid, task) || same_mntns(task->ppid, task) ||
	       same_mntns(getpid(), task);
}

/* The task's root: its own, or its parent's or one of ours if it is the same directory. */
static int task_root(const struct atr_view *view)
{
	const struct atr_task *task = &view->exec->task;
	int fd = -ESRCH;

	if (same_mntns(task->pid, task))
		fd = open_proc(task->pid, "root", 0);
	if (fd < 0 && same_mntns(task->ppid, task))
		fd = only_root(open_proc(task->ppid, "root", 0), task);
	if (fd < 0 && same_mntns(getpid(), task))
		fd = only_root(open_own_root(view), task);
	return fd;
}

/*
 * The file system's own device, which stat() does not always tell (btrfs, overlayfs): by the mount's
 * line in mountinfo.
 */
static __u32 mount_dev(const struct atr_task *task, int fd, const struct stat *st)
{
	__u32 dev = major(st->st_dev) << 20 | minor(st->st_dev);
	unsigned int id, parent, dev_major, dev_minor;
	char path[64], *line = NULL;
	struct statx stx;
	size_t size = 0;
	FILE *f;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) || !(stx.stx_mask & STATX_MNT_ID))
		return dev;
	snprintf(path, sizeof(path), "/proc/%u/mountinfo", task->pid);
	/* A disk has one number only. */
	f = major(st->st_dev) ? NULL : fopen(path, "re");
	if (!f && !major(st->st_dev))
		f = fopen("/proc/self/mountinfo", "re");
	while (f && getline(&line, &size, f) > 0) {
		if (sscanf(line, "%u %u %u:%u", &id, &parent, &dev_major, &dev_minor) == 4 &&
		    id == stx.stx_mnt_id)
			dev = dev_major << 20 | dev_minor;
	}
	free(line);
	if (f)
		fclose(f);
	return dev;
}

static void stat_file(const struct atr_task *task, int fd, const struct stat *st,
		      struct atr_file *ret)
{
	*ret = (struct atr_file){
		.ino = st->st_ino,
		.ctime_sec = st->st_ctim.tv_sec,
		.ctime_nsec = st->st_ctim.tv_nsec,
		.dev = mount_dev(task, fd, st),
		.rdev = major(st->st_rdev) << 20 | minor(st->st_rdev),
		.uid = st->st_uid,
		.gid = st->st_gid,
		.mode = st->st_mode,
		.flags = ATR_FILE_VALID,
		.size = st->st_size,
	};
}

/* A walk in the task's place: in its root, from its working directory, with its rights. */
struct walk {
	const struct atr_exec *exec;
	const char *path;
	int flags;
	int root;
	int base;
	int result; /* an O_PATH descriptor, or -errno */
};

/* The user namespace that the machine began with: PROC_USER_INIT_INO. */
#define INITIAL_USERNS 0xeffffffdU

/*
 * Takes on the task's rights to files, for this thread alone: by the bare system calls. With a
 * file-system uid other than 0 the kernel takes away the capabilities that override permissions. (A
 * task of uid 0 that gave them up keeps ours here.) What the task may in a user namespace of its own
 * it may not here.
 */
static int rights_take(const struct atr_exec *e)
{
	const __u64 override = 1ULL << CAP_DAC_OVERRIDE | 1ULL << CAP_DAC_READ_SEARCH;
	const struct atr_task *task = &e->task;

	if (task->userns == INITIAL_USERNS && task->caps.effective & override)
		return 0;
	if (e->ngroups > ATR_GROUPS_MAX || syscall(SYS_setgroups, e->ngroups, e->groups))
		return -ESRCH;
	setfsgid(task->fsgid);
	setfsuid(task->fsuid);
	return 0;
}

/*
 * Opens a path, but not what /proc shows to each process in its own way (/proc/self, /dev/fd): that
 * would be ours. -ESRCH then: not known.
 */
static int open_as_told(const char *path, int flags)
{
	struct open_how how = { .flags = flags, .resolve = RESOLVE_NO_MAGICLINKS };
	int fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)), magic;
	struct statfs fs;

	if (fd < 0 && errno == ELOOP) {
		/* A loop of links, or one of those. */
		magic = open(path, flags);
		if (magic < 0)
			return -errno;
		close(magic);
		return -ESRCH;
	}
	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) || fs.f_type == PROC_SUPER_MAGIC) {
		close(fd);
		return -ESRCH;
	}
	return fd;
}

/* A thread of its own, for what it changes of itself dies with it. */
static void *walk_thread(void *arg)
{
	struct walk *w = arg;
	int err;

	/* What fails here is ours, not what the task met: not known. */
	if (unshare(CLONE_FS) || fchdir(w->root) || chroot(".") || fchdir(w->base))
		return NULL;
	err = rights_take(w->exec);
	if (err) {
		w->result = err;
		return NULL;
	}
	w->result = open_as_told(w->path, w->flags | O_PATH | O_CLOEXEC);
	return NULL;
}

/* Where a relative path begins: behind a descriptor, or in the working directory. */
static int walk_base(const struct atr_view *view, const struct atr_need *need, int root)
{
	const struct atr_task *task = &view->exec->task;
	char path[2 * ATR_NAME_MAX];
	int fd;

	if (!need->base_len)
		return dup(root);
	snprintf(path, sizeof(path), "%.*s", (int)need->base_len, need->path);
	fd = open_in_root(root, path, O_DIRECTORY);
	/* A working directory that was removed has no path any more. */
	if (fd < 0 && !(view->hdr->flags & ATR_F_DIRFD))
		fd = open_proc(task->pid, "cwd", O_DIRECTORY);
	return fd;
}

int item_look(const struct atr_view *view, const struct atr_need *need, struct item_facts *ret)
{
	struct walk walk = {
		.exec = view->exec,
		.path = need->path + need->base_len,
		.flags = need->nofollow ? O_NOFOLLOW : 0,
		.root = task_root(view),
		.base = -1,
		.result = -ESRCH,
	};
	pthread_t thread;
	struct stat st;

	if (walk.root < 0)
		return -ESRCH;
	walk.base = walk_base(view, need, walk.root);
	/* What is behind the descriptor is no directory: so the task was told, too. */
	if (walk.base == -ENOTDIR)
		walk.result = -ENOTDIR;
	if (walk.base >= 0 && !pthread_create(&thread, NULL, walk_thread, &walk))
		pthread_join(thread, NULL);
	if (walk.base >= 0)
		close(walk.base);
	close(walk.root);
	if (walk.result < 0)
		return mntns_alive(&view->exec->task) ? walk.result : -ESRCH;
	/* Else what it met may be what was below the mounts. */
	if (!mntns_alive(&view->exec->task)) {
		close(walk.result);
		return -ESRCH;
	}
	if (fstat(walk.result, &st)) {
		close(walk.result);
		return -EIO;
	}
	stat_file(&view->exec->task, walk.result, &st, &ret->file);
	ret->label_len = label_of_fd(walk.result, need->lsm, ret->label);
	close(walk.result);
	return 0;
}
