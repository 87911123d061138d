/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Acts in other roots, namespaces and mounts. The namespaces end with the process: where nap runs
 * instead of st, they are still there for a tracer that looks them up afterwards.
 */
#include "tests/actors/act.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/actors/act_elf.h"
#include "tests/actors/act_fs.h"
#include "tests/actors/act_sys.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/* What each root holds: a tree that programs can be run in. */
static int make_root(const char *dir, const char *nap)
{
	const struct elf_shape plain = { 0 };
	const struct elf_shape ld = { .dyn = true };
	const struct elf_shape dynamic = { .interp = "/ld" };
	char path[256];
	int err = fs_mkdirs(dir, 0755);

#define IN(name) (snprintf(path, sizeof(path), "%s/" name, dir), path)
	err = err ?: fs_mkdirs(IN("sub/dir"), 0755);
	err = err ?: elf_write(IN("st"), &plain, 0755);
	err = err ?: elf_write(IN("sub/st"), &plain, 0755);
	err = err ?: elf_write(IN("suid"), &plain, 04755);
	err = err ?: elf_write(IN("ld"), &ld, 0755);
	err = err ?: elf_write(IN("dyn"), &dynamic, 0755);
	err = err ?: elf_write(IN("plain"), &plain, 0644);
	err = err ?: fs_copy(nap, IN("nap"), 0755);
	err = err ?: fs_text(IN("sh"), "#!/st -j\n", 0755);
	err = err ?: fs_text(IN("shnap"), "#!/nap\n", 0755);
	err = err ?: fs_text(IN("relsh"), "#!./st -r\n", 0755);
	err = err ?: fs_text(IN("relshnap"), "#!./nap\n", 0755);
	err = err ?: fs_text(IN("lost"), "#!/nope\n", 0755);
	err = err ?: elf_write(IN("capns"), &plain, 0755);
	err = err ?: elf_write(IN("cap"), &plain, 0755);
	err = err ?: fs_caps(IN("cap"), 1ULL << CAP_NET_RAW, 0, 1, 0);
	if (err)
		return err;
	/* In a user namespace this id is none. */
	err = fs_caps(IN("capns"), 1ULL << CAP_NET_RAW, 0, 1, 100000);
#undef IN
	return err == -EINVAL ? 0 : err;
}

static int setup(struct scene *scene)
{
	char nap[PATH_MAX * 2];
	int err;

	scene__path(scene, "%/nap.static", nap, sizeof(nap));
	err = fs_mkdirs("sp/mnt", 0755) ?: make_root("sp/jail", nap);
	err = err ?: fs_mkdirs("sp/jail/put_old", 0755);
	err = err ?: fs_mkdirs("sp/bind", 0755) ?: fs_mkdirs("sp/ov", 0755);
	return err ?: fs_text("sp/file", "", 0755);
}

static int own_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	return 0;
}

static int mounted(const char *from, const char *to, const char *type, unsigned long flags,
		   const char *data)
{
	return mount(from, to, type, flags, data) < 0 ? -errno : 0;
}

static int enter(const char *dir)
{
	return chdir(dir) < 0 ? -errno : 0;
}

static int prep_chroot(struct scene *scene)
{
	return chroot("sp/jail") < 0 ? -errno : enter("/");
}

static int prep_chroot_sub(struct scene *scene)
{
	return chroot("sp/jail") < 0 ? -errno : enter("/sub/dir");
}

/* The current directory stays outside. */
static int prep_chroot_outside(struct scene *scene)
{
	return chroot("sp/jail") < 0 ? -errno : 0;
}

static int prep_pivot(struct scene *scene)
{
	int err = own_mounts() ?: mounted("sp/jail", "sp/jail", NULL, MS_BIND, NULL);

	if (err)
		return err;
	if (chdir("sp/jail") < 0 || syscall(SYS_pivot_root, ".", "put_old") < 0 || chdir("/") < 0 ||
	    umount2("/put_old", MNT_DETACH) < 0)
		return -errno;
	return 0;
}

static int prep_tmpfs(struct scene *scene)
{
	char nap[PATH_MAX * 2];

	scene__path(scene, "%/nap.static", nap, sizeof(nap));
	return own_mounts()					       ?:
		       mounted("t", "sp/mnt", "tmpfs", 0, "mode=0755") ?:
		       make_root("sp/mnt", nap)			       ?:
									 enter("sp/mnt");
}

static int prep_tmpfs_chroot(struct scene *scene)
{
	return prep_tmpfs(scene) ?: chroot(".") < 0 ? -errno : 0;
}

static int prep_noexec(struct scene *scene)
{
	return prep_tmpfs(scene) ?: mounted("none", ".", NULL, MS_REMOUNT | MS_NOEXEC, NULL);
}

static int prep_nosuid(struct scene *scene)
{
	int err = prep_tmpfs(scene) ?: mounted("none", ".", NULL, MS_REMOUNT | MS_NOSUID, NULL);

	return err ?: sys_setuids(1000, 1000, 1000);
}

static int prep_bind(struct scene *scene)
{
	return own_mounts()						  ?:
		       mounted("sp/jail", "sp/bind", NULL, MS_BIND, NULL) ?:
									    enter("sp/bind/sub");
}

static int prep_bind_noexec(struct scene *scene)
{
	return own_mounts()						  ?:
		       mounted("sp/jail", "sp/bind", NULL, MS_BIND, NULL) ?:
		       mounted("none", "sp/bind", NULL, MS_BIND | MS_REMOUNT | MS_NOEXEC, NULL);
}

static int prep_bind_file(struct scene *scene)
{
	return own_mounts() ?: mounted("sp/jail/st", "sp/file", NULL, MS_BIND, NULL);
}

/* Mounted over the directory that is current: it is still the old one. */
static int prep_covered(struct scene *scene)
{
	return own_mounts() ?: enter("sp/jail/sub") ?: mounted("t", ".", "tmpfs", 0, NULL);
}

/* Nothing leads to the current directory any more. */
static int prep_detached(struct scene *scene)
{
	int err = prep_tmpfs(scene) ?: enter("sub");

	if (err)
		return err;
	return umount2("..", MNT_DETACH) < 0 ? -errno : 0;
}

static int prep_overlay(struct scene *scene)
{
	char nap[PATH_MAX * 2];
	int err;

	scene__path(scene, "%/nap.static", nap, sizeof(nap));
	err = own_mounts()					     ?:
		      mounted("t", "sp/ov", "tmpfs", 0, "mode=0755") ?:
		      make_root("sp/ov/lower", nap)		     ?:
		      fs_mkdirs("sp/ov/upper", 0755)		     ?:
		      fs_mkdirs("sp/ov/work", 0755)		     ?:
								       fs_mkdirs("sp/ov/m", 0755);
	err = err   ?:
		      mounted("o", "sp/ov/m", "overlay", 0,
			      "lowerdir=sp/ov/lower,upperdir=sp/ov/upper,workdir=sp/ov/work");
	return err ?: enter("sp/ov/m");
}

/* Copied up, so that the file is now the upper one. */
static int prep_overlay_upper(struct scene *scene)
{
	int err = prep_overlay(scene);

	if (err)
		return err;
	return chmod("st", 0751) < 0 || chmod("nap", 0751) < 0 || chmod("sh", 0751) < 0 ? -errno :
											  0;
}

static int prep_overlay_chroot(struct scene *scene)
{
	return prep_overlay(scene) ?: chroot(".") < 0 ? -errno : 0;
}

static int prep_new_proc(struct scene *scene)
{
	return own_mounts() ?: mounted("p", "/proc", "proc", 0, NULL);
}

static int prep_timens(struct scene *scene)
{
	if (unshare(CLONE_NEWTIME) < 0)
		return errno == EINVAL ? -ENOTSUP : -errno;
	return fs_put("/proc/self/timens_offsets", "boottime 100000 0\nmonotonic 50000 0\n");
}

static int write_maps(pid_t pid, const char *map)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	err = fs_put(path, map);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	return err ?: fs_put(path, map);
}

static int outside_root(pid_t pid)
{
	return write_maps(pid, "0 0 65536");
}

static int outside_100000(pid_t pid)
{
	return write_maps(pid, "0 100000 65536");
}

static int outside_no_root(pid_t pid)
{
	return write_maps(pid, "1000 1000 10");
}

/* Root of the user namespace. */
static int prep_ns_root(struct scene *scene)
{
	return sys_setgids(0, 0, 0) ?: sys_setuids(0, 0, 0);
}

static int prep_ns_nobody(struct scene *scene)
{
	return sys_setgids(65534, 65534, 65534) ?: sys_setuids(65534, 65534, 65534);
}

static int prep_ns_alice(struct scene *scene)
{
	return sys_setgids(1000, 1000, 1000) ?: sys_setuids(1000, 1000, 1000);
}

static int prep_ns_tmpfs(struct scene *scene)
{
	return prep_ns_root(scene) ?: prep_tmpfs(scene);
}

static int prep_nested_userns(struct scene *scene)
{
	int err = prep_ns_root(scene);

	if (err)
		return err;
	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	return 0;
}

#define USERNS .clone_flags = CLONE_NEWUSER

/* clang-format off */
static const struct act acts[] = {
	{ "chroot", .path = "/st", .prep = prep_chroot },
	{ "chroot-dotdot", .path = "../../st", .prep = prep_chroot },
	{ "chroot-sub", .path = "../st", .prep = prep_chroot_sub },
	{ "chroot-dynamic", .path = "/dyn", .prep = prep_chroot },
	{ "chroot-script", .path = "/sh", .prep = prep_chroot },
	{ "chroot-script-nap", .path = "/shnap", .prep = prep_chroot },
	{ "chroot-script-missing", ENOENT, .path = "/lost", .prep = prep_chroot },
	{ "chroot-missing", ENOENT, .path = "/bin/true", .prep = prep_chroot },
	{ "chroot-plain", EACCES, .path = "/plain", .prep = prep_chroot },
	{ "chroot-cap", .path = "/cap", .prep = prep_chroot },
	{ "chroot-cwd-outside", .path = "/st", .prep = prep_chroot_outside },
	{ "chroot-exe-outside", .path = "bin/st", .prep = prep_chroot_outside },
	{ "chroot-fd-outside", .via = ACT_EXECVEAT, .dirfd = ACT_FD, .fd_path = "bin/st",
	  .path = "", .at_flags = AT_EMPTY_PATH, .prep = prep_chroot },
	{ "chroot-fd-dynamic", ENOENT, .via = ACT_EXECVEAT, .dirfd = ACT_FD,
	  .fd_path = "/bin/true", .path = "", .at_flags = AT_EMPTY_PATH, .prep = prep_chroot },
	{ "chroot-dirfd-outside", .via = ACT_EXECVEAT, .dirfd = ACT_FD, .fd_path = "bin",
	  .path = "st", .prep = prep_chroot },
	{ "pivot-root", .path = "/st", .prep = prep_pivot },
	{ "pivot-root-script-nap", .path = "/shnap", .prep = prep_pivot },
	{ "pivot-root-script", .path = "/sh", .prep = prep_pivot },

	{ "mntns-tmpfs", .path = "./st", .prep = prep_tmpfs },
	{ "mntns-tmpfs-nap", .path = "./nap", .prep = prep_tmpfs },
	{ "mntns-tmpfs-absolute", .path = "@/sp/mnt/st", .prep = prep_tmpfs },
	{ "mntns-tmpfs-script", .path = "./relsh", .prep = prep_tmpfs },
	{ "mntns-tmpfs-script-nap", .path = "./relshnap", .prep = prep_tmpfs },
	{ "mntns-tmpfs-cap", .path = "./cap", .prep = prep_tmpfs },
	{ "mntns-tmpfs-plain", EACCES, .path = "./plain", .prep = prep_tmpfs },
	{ "mntns-tmpfs-missing", ENOENT, .path = "./nope", .prep = prep_tmpfs },
	{ "mntns-tmpfs-script-missing", ENOENT, .path = "./lost", .prep = prep_tmpfs },
	{ "mntns-tmpfs-chroot", .path = "/dyn", .prep = prep_tmpfs_chroot },
	{ "mntns-tmpfs-chroot-script", .path = "/sh", .prep = prep_tmpfs_chroot },
	{ "mntns-tmpfs-chroot-script-nap", .path = "/shnap", .prep = prep_tmpfs_chroot },
	{ "mntns-noexec", EACCES, .path = "./st", .prep = prep_noexec },
	{ "mntns-noexec-script", EACCES, .path = "@/sp/mnt/relsh", .prep = prep_noexec },
	{ "mntns-nosuid", .path = "./suid", .prep = prep_nosuid },
	{ "mntns-nosuid-cap", .path = "./cap", .prep = prep_nosuid },
	{ "bind", .path = "../st", .prep = prep_bind },
	{ "bind-absolute", .path = "@/sp/bind/st", .prep = prep_bind },
	{ "bind-fd", .via = ACT_EXECVEAT, .dirfd = ACT_FD, .fd_path = "sp/jail", .path = "st",
	  .prep = prep_bind },
	{ "bind-noexec", EACCES, .path = "sp/bind/st", .prep = prep_bind_noexec },
	{ "bind-file", .path = "sp/file", .prep = prep_bind_file },
	{ "covered-cwd", .path = "./st", .prep = prep_covered },
	{ "detached-cwd", .path = "./st", .prep = prep_detached },
	{ "detached-cwd-absolute", .path = "@/bin/st", .prep = prep_detached },
	{ "overlay", .path = "./st", .prep = prep_overlay },
	{ "overlay-nap", .path = "./nap", .prep = prep_overlay },
	{ "overlay-script", .path = "./relsh", .prep = prep_overlay },
	{ "overlay-script-nap", .path = "./relshnap", .prep = prep_overlay },
	{ "overlay-cap", .path = "./cap", .prep = prep_overlay },
	{ "overlay-plain", EACCES, .path = "./plain", .prep = prep_overlay },
	{ "overlay-upper", .path = "./st", .prep = prep_overlay_upper },
	{ "overlay-upper-nap", .path = "./nap", .prep = prep_overlay_upper },
	{ "overlay-chroot", .path = "/dyn", .prep = prep_overlay_chroot },
	{ "overlay-chroot-script", .path = "/sh", .prep = prep_overlay_chroot },
	{ "overlay-chroot-script-nap", .path = "/shnap", .prep = prep_overlay_chroot },

	{ "pidns", .path = "bin/st", .clone_flags = CLONE_NEWPID },
	{ "pidns-fails", ENOENT, .path = "bin/nope", .clone_flags = CLONE_NEWPID },
	{ "pidns-proc", .path = "/proc/self/fd/9", .fd_path = "bin/st", .prep = prep_new_proc,
	  .clone_flags = CLONE_NEWPID },
	{ "utsns-ipcns-netns", .path = "bin/st",
	  .clone_flags = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET },
	{ "cgroupns", .path = "bin/st", .clone_flags = CLONE_NEWCGROUP },
	{ "timens", .path = "bin/st", .prep = prep_timens },
	{ "userns-unmapped", .path = "bin/st", USERNS },
	{ "userns-root", .path = "bin/st", USERNS, .outside = outside_root, .prep = prep_ns_root },
	{ "userns-100000", .path = "bin/st", USERNS, .outside = outside_100000,
	  .prep = prep_ns_root },
	{ "userns-nobody", .path = "bin/st", USERNS, .outside = outside_100000,
	  .prep = prep_ns_nobody },
	{ "userns-no-root", .path = "bin/st", USERNS, .outside = outside_no_root,
	  .prep = prep_ns_alice },
	{ "userns-suid", .path = "sp/jail/suid", USERNS, .outside = outside_root,
	  .prep = prep_ns_nobody },
	{ "userns-suid-foreign", .path = "sp/jail/suid", USERNS, .outside = outside_100000,
	  .prep = prep_ns_nobody },
	{ "userns-cap", .path = "sp/jail/cap", USERNS, .outside = outside_100000,
	  .prep = prep_ns_nobody },
	{ "userns-capns", .path = "sp/jail/capns", USERNS, .outside = outside_100000,
	  .prep = prep_ns_nobody },
	{ "userns-capns-root", .path = "sp/jail/capns", USERNS, .outside = outside_100000,
	  .prep = prep_ns_root },
	{ "userns-fails", EACCES, .path = "sp/jail/plain", USERNS, .outside = outside_100000,
	  .prep = prep_ns_root },
	{ "userns-nested", .path = "bin/st", USERNS, .outside = outside_100000,
	  .prep = prep_nested_userns },
	{ "userns-tmpfs", .path = "./st", USERNS, .outside = outside_100000,
	  .prep = prep_ns_tmpfs },
	{ "userns-tmpfs-script-nap", .path = "./relshnap", USERNS, .outside = outside_100000,
	  .prep = prep_ns_tmpfs },
	{ "userns-pidns", .path = "bin/st", .outside = outside_100000, .prep = prep_ns_root,
	  .clone_flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS },
};
/* clang-format on */

ACT_GROUP(act_spaces, acts, setup);
