// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/libraries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "user/load/libbpf_log.h"
#include "user/load/symbols.h"
#include "user/log.h"

enum {
	FILES_MAX = 64, /* bits of struct space.files */
	SPACES_MAX = 512,
	WARNINGS_MAX = 16,
	TICK_SECONDS = 10,
	PATH_LEN = 256,
};

/* Where ld.so looks, and in which of it: a library of this machine's own programs. */
static const char *const places[] = { "lib",	   "usr/lib",	    "lib64",
				      "usr/lib64", "usr/local/lib", "usr/local/lib64" };
#ifdef __aarch64__
static const char *const parts[] = { "", "aarch64-linux-gnu/", "aarch64-linux-musl/" };
#else
static const char *const parts[] = { "", "x86_64-linux-gnu/", "x86_64-linux-musl/" };
#endif

/*
 * Anybody can have a user namespace, and in that as many mount namespaces as he likes with files of his own:
 * those get no more than a half of the places, so that he does not take those of others.
 */
#define FOREIGN_SHARE(max) ((max) / 2)

/* One inode. What could not be probed is kept, too: so that it is tried and told of once. */
struct file {
	bool used;
	bool foreign;
	int error;
	dev_t dev;
	ino_t ino;
	struct timespec ctime;
	char path[PATH_LEN];
	struct uprobes uprobes;
};

/* A mount namespace, and what was found in it. */
struct space {
	__u32 member;  /* a process that was in it at the last look; 0: none is known */
	__u32 latest;  /* who executed a program in it since */
	bool left_out; /* it has a file that there was no room for */
	bool foreign;  /* of another user namespace than ours */
	__u64 files;
};

/* The first space is our own: it lives as long as we do, and its root is ours. */
struct libraries {
	const char *name;
	const char *without;
	struct library_probe probes[UPROBES_MAX];
	size_t probes_count;
	struct uprobe_pins pins; /* dir NULL: probes end with us */
	struct file files[FILES_MAX];
	size_t spaces_count;
	__u32 ids[SPACES_MAX]; /* by themselves, so that to find one is quick */
	struct space spaces[SPACES_MAX];
	time_t looked;
	unsigned int warnings;
	unsigned int left_out;
	bool spaces_full;
};

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec;
}

/* --- files ------------------------------------------------------------------------------------ */

static int file_attach(struct libraries *l, struct file *file, int fd)
{
	const char *names[UPROBES_MAX];
	__u64 offsets[UPROBES_MAX];
	size_t i;
	int err;

	for (i = 0; i < l->probes_count; i++)
		names[i] = l->probes[i].function;
	err = symbols_find(fd, names, l->probes_count, offsets);
	if (err)
		return err;
	libbpf_log_reset();
	return uprobes_attach(&file->uprobes, fd, l->probes, offsets, l->probes_count);
}

static void file_say(struct libraries *l, const struct file *file, __u32 mntns)
{
	/* A log is no place for all that a user can come up with. */
	enum atr_log_level bad = l->warnings < WARNINGS_MAX ? ATR_LOG_WARN : ATR_LOG_DEBUG;

	if (!file->error)
		log_debug("%s of mount namespace %u is probed (dev %02x:%02x inode %lu)",
			  file->path, mntns, major(file->dev), minor(file->dev), file->ino);
	else if (file->error == ENOEXEC)
		log_debug("%s of mount namespace %u is for other programs than this machine's own",
			  file->path, mntns);
	else
		log_message(bad,
			    "%s of mount namespace %u (dev %02x:%02x inode %lu) cannot be probed: "
			    "%s; with it, %s%s%s",
			    file->path, mntns, major(file->dev), minor(file->dev), file->ino,
			    file->error == ENOENT ? "it has not the functions of that library" :
						    strerror(file->error),
			    l->without,
			    ++l->warnings == WARNINGS_MAX ? " (of more such nothing is said)" : "",
			    libbpf_log_tail());
}

static struct file *file_find(struct libraries *l, const struct stat *st)
{
	struct file *file;

	for (file = l->files; file < l->files + FILES_MAX; file++) {
		if (file->used && file->dev == st->st_dev && file->ino == st->st_ino)
			return file;
	}
	return NULL;
}

static struct file *file_new(struct libraries *l, const struct stat *st, bool foreign)
{
	struct file *file, *room = NULL;
	unsigned int foreigners = 0;

	for (file = l->files; file < l->files + FILES_MAX; file++) {
		foreigners += file->used && file->foreign;
		if (!file->used)
			room = file;
	}
	if (!room || (foreign && foreigners >= FOREIGN_SHARE(FILES_MAX)))
		return NULL;
	file = room;
	memset(file, 0, sizeof(*file));
	file->used = true;
	file->foreign = foreign;
	file->dev = st->st_dev;
	file->ino = st->st_ino;
	return file;
}

/* For people, and named by anybody. */
static void path_of(int handle, char path[PATH_LEN])
{
	char self[64];
	ssize_t n, i;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", handle);
	n = readlink(self, path, PATH_LEN - 1);

	if (n < 0)
		n = 0;
	for (i = 0; i < n; i++) {
		if (path[i] < 0x20 || path[i] == 0x7f)
			path[i] = '?';
	}
	path[n] = '\0';
}

/* Opened to be read only now: to open what is no file (a FIFO, a device) does something. */
static void file_try(struct libraries *l, struct file *file, int handle, __u32 mntns)
{
	char self[64];
	struct stat st;
	int fd, err;

	path_of(handle, file->path);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", handle);
	fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	err = fd < 0 ? -errno : file_attach(l, file, fd);
	/* Taken before it was read, it would miss what changed it meanwhile. */
	if (fd >= 0 && !fstat(fd, &st))
		file->ctime = st.st_ctim;
	if (fd >= 0)
		close(fd);
	file->error = -err;
	file_say(l, file, mntns);
}

static void file_pin(struct libraries *l, struct file *file)
{
	int err = uprobes_pin(&file->uprobes, &l->pins, file->dev, file->ino);

	if (err)
		log_debug("the probes in %s are not kept: %s", file->path, strerror(-err));
}

/* What the process before us has left there. */
static void files_open(struct libraries *l)
{
	DIR *pins = opendir(l->pins.dir);
	struct file *file;
	struct stat st;
	size_t count;

	while (pins && uprobes_next(pins, &l->pins, &st.st_dev, &st.st_ino, &count)) {
		file = file_new(l, &st, false);
		if (!file)
			break;
		file->used = !uprobes_open(&file->uprobes, &l->pins, st.st_dev, st.st_ino, count);
		if (file->used)
			l->spaces[0].files |= 1ULL << (file - l->files);
	}
	if (pins)
		closedir(pins);
}

/* There is no room for one more. */
static void left_out(struct libraries *l, struct space *space, __u32 mntns)
{
	if (space->left_out)
		return;
	space->left_out = true;
	if (!l->left_out++)
		log_warn("more than %d files are %s: that of mount namespace %u, and others, are "
			 "not probed; there, %s",
			 FILES_MAX, l->name, mntns, l->without);
}

static bool changed(const struct file *file, const struct stat *st)
{
	return file->ctime.tv_sec != st->st_ctim.tv_sec ||
	       file->ctime.tv_nsec != st->st_ctim.tv_nsec;
}

static void file_look(struct libraries *l, size_t i, int handle)
{
	struct file *file;
	struct stat st;

	if (fstat(handle, &st) || !S_ISREG(st.st_mode))
		return;
	file = file_find(l, &st);
	if (!file) {
		file = file_new(l, &st, l->spaces[i].foreign);
		if (file)
			file_try(l, file, handle, l->ids[i]);
		else
			left_out(l, &l->spaces[i], l->ids[i]);
	} else if (!*file->path) {
		path_of(handle, file->path);
	} else if (file->error && changed(file, &st)) {
		/* Perhaps it was not whole yet. */
		file_try(l, file, handle, l->ids[i]);
	}
	/* Whoever was the first to be found with it: here it is our own. */
	if (file && !i && l->pins.dir && !file->error && !file->uprobes.pinned)
		file_pin(l, file);
	if (file)
		l->spaces[i].files |= 1ULL << (file - l->files);
}

/* --- namespaces --------------------------------------------------------------------------------- */

/* The namespace of a process, 0 if it is gone. */
static __u32 space_of(int proc)
{
	struct stat st;

	return fstatat(proc, "ns/mnt", &st, 0) ? 0 : (__u32)st.st_ino;
}

static int process_open(__u32 pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%u", pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool is_member(__u32 pid, __u32 mntns)
{
	int proc = pid ? process_open(pid) : -1;
	bool is = proc >= 0 && space_of(proc) == mntns;

	if (proc >= 0)
		close(proc);
	return is;
}

/* Does its mount namespace belong to another user namespace than ours? */
static bool is_foreign(__u32 pid)
{
	char path[48];
	struct stat st, ours;
	int mnt, user = -1;
	bool same;

	snprintf(path, sizeof(path), "/proc/%u/ns/mnt", pid);
	mnt = open(path, O_RDONLY | O_CLOEXEC);
	if (mnt >= 0)
		user = ioctl(mnt, NS_GET_USERNS);
	same = user >= 0 && !fstat(user, &st) && !stat("/proc/self/ns/user", &ours) &&
	       st.st_ino == ours.st_ino;
	if (mnt >= 0)
		close(mnt);
	if (user >= 0)
		close(user);
	return !same;
}

/* The root directory of a process in that namespace; proc is that process, whoever has its number later. */
static int root_open(__u32 pid, __u32 mntns)
{
	int proc, root;

	if (!pid)
		return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	proc = process_open(pid);
	if (proc < 0)
		return -1;
	root = openat(proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root >= 0 && space_of(proc) != mntns) {
		close(root);
		root = -1;
	}
	close(proc);
	return root;
}

/* Never out of that root, wherever its symbolic links lead to. */
static int open_within(int root, const char *path)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return syscall(SYS_openat2, root, path, &how, sizeof(how));
}

/* Finds its files. What was found before stays: programs that began with it run with it on. */
static bool space_look(struct libraries *l, size_t i)
{
	int root = root_open(l->spaces[i].member, l->ids[i]), handle;
	char path[128];
	size_t place, part;

	if (root < 0)
		return false;
	for (place = 0; place < sizeof(places) / sizeof(places[0]); place++) {
		for (part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
			snprintf(path, sizeof(path), "%s/%s%s", places[place], parts[part],
				 l->name);
			handle = open_within(root, path);
			if (handle < 0)
				continue;
			file_look(l, i, handle);
			close(handle);
		}
	}
	close(root);
	return true;
}

static int space_find(const struct libraries *l, __u32 mntns)
{
	size_t i;

	for (i = 0; i < l->spaces_count; i++) {
		if (l->ids[i] == mntns)
			return i;
	}
	return -1;
}

static bool spaces_full(const struct libraries *l, bool foreign)
{
	size_t i, foreigners = 0;

	for (i = 0; foreign && i < l->spaces_count; i++)
		foreigners += l->spaces[i].foreign;
	return l->spaces_count == SPACES_MAX || foreigners >= FOREIGN_SHARE(SPACES_MAX);
}

/* Known from now on, if it could be looked at: its process can be gone. */
static void space_add(struct libraries *l, __u32 mntns, __u32 pid)
{
	size_t i = l->spaces_count;
	bool foreign = i < SPACES_MAX && pid && is_foreign(pid);

	if (spaces_full(l, foreign)) {
		if (!l->spaces_full)
			log_warn("more than %d mount namespaces: %s of others is not looked for; "
				 "there, %s",
				 SPACES_MAX, l->name, l->without);
		l->spaces_full = true;
		return;
	}
	l->ids[i] = mntns;
	/* The first one may have files already, that were kept. */
	l->spaces[i] = (struct space){ .member = pid,
				       .foreign = foreign,
				       .files = i ? 0 : l->spaces[0].files };
	if (space_look(l, i))
		l->spaces_count++;
}

/* Its files are let go of, unless others have them as well. */
static void space_drop(struct libraries *l, size_t i)
{
	__u64 files = 0;
	size_t f;

	log_debug("mount namespace %u is gone", l->ids[i]);
	l->spaces_count--;
	l->ids[i] = l->ids[l->spaces_count];
	l->spaces[i] = l->spaces[l->spaces_count];
	for (i = 0; i < l->spaces_count; i++)
		files |= l->spaces[i].files;
	for (f = 0; f < FILES_MAX; f++) {
		if (!l->files[f].used || files >> f & 1)
			continue;
		uprobes_release(&l->files[f].uprobes);
		l->files[f].used = false;
	}
}

/* All processes: of each unknown namespace one, and one for those that have lost theirs. */
static void sweep(struct libraries *l)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	__u32 pid, mntns;
	int process, i;

	while (proc && (entry = readdir(proc))) {
		pid = strtoul(entry->d_name, NULL, 10);
		process = pid ? process_open(pid) : -1;
		if (process < 0)
			continue;
		mntns = space_of(process);
		close(process);
		if (!mntns)
			continue;
		i = space_find(l, mntns);
		if (i < 0)
			space_add(l, mntns, pid);
		else if (i > 0 && !l->spaces[i].member)
			l->spaces[i].member = pid;
	}
	if (proc)
		closedir(proc);
}

/* --- life --------------------------------------------------------------------------------------- */

/* A file takes two descriptors for each probe. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

struct libraries *libraries__new(const char *name, const char *without,
				 const struct library_probe *probes, size_t count,
				 const char *pin_path)
{
	struct libraries *l = calloc(1, sizeof(*l));
	struct stat st = {};

	if (!l || count > UPROBES_MAX) {
		free(l);
		errno = ENOMEM;
		return NULL;
	}
	l->name = name;
	l->without = without;
	memcpy(l->probes, probes, count * sizeof(*probes));
	l->probes_count = count;
	l->pins.dir = pin_path;
	snprintf(l->pins.library, sizeof(l->pins.library), "%.*s", (int)strcspn(name, "."), name);
	raise_limit();
	if (pin_path)
		files_open(l);
	stat("/proc/self/ns/mnt", &st);
	space_add(l, st.st_ino, 0);
	sweep(l);
	l->looked = now();
	return l;
}

void libraries__free(struct libraries *l)
{
	struct uprobes *all[FILES_MAX];
	size_t i;

	if (!l)
		return;
	for (i = 0; i < FILES_MAX; i++)
		all[i] = &l->files[i].uprobes;
	uprobes_detach(all, FILES_MAX);
	free(l);
}

void libraries__leave(struct libraries *l)
{
	size_t i;

	for (i = 0; l && i < FILES_MAX; i++) {
		if (l->files[i].used && l->files[i].uprobes.pinned)
			uprobes_leave(&l->files[i].uprobes);
	}
	libraries__free(l);
}

void libraries__seen(struct libraries *l, __u32 mntns, __u32 pid)
{
	int i = space_find(l, mntns);

	if (i >= 0)
		l->spaces[i].latest = pid;
	else if (mntns)
		space_add(l, mntns, pid);
}

/* Whoever was a member: is he still? False: one has to be looked for. */
static bool has_member(struct space *space, __u32 mntns)
{
	if (!is_member(space->member, mntns))
		space->member = is_member(space->latest, mntns) ? space->latest : 0;
	return space->member;
}

void libraries__tick(struct libraries *l)
{
	bool lost = false;
	size_t i;

	if (now() - l->looked < TICK_SECONDS)
		return;
	l->looked = now();
	for (i = 1; i < l->spaces_count; i++)
		lost |= !has_member(&l->spaces[i], l->ids[i]);
	if (lost)
		sweep(l);
	for (i = l->spaces_count; i-- > 1;) {
		if (!l->spaces[i].member)
			space_drop(l, i);
	}
	for (i = 0; i < l->spaces_count; i++)
		space_look(l, i);
}

bool libraries__info(const struct libraries *l, size_t number, struct library_info *ret)
{
	const struct file *file;

	for (file = l->files; file < l->files + FILES_MAX; file++) {
		if (!file->used || number--)
			continue;
		*ret = (struct library_info){
			.path = file->path,
			.ino = file->ino,
			.major = major(file->dev),
			.minor = minor(file->dev),
			.error = file->error,
		};
		return true;
	}
	return false;
}

unsigned int libraries__left_out(const struct libraries *l)
{
	return l->left_out;
}
