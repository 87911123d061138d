/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/actors/act_become.h"

#include <errno.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/actors/act_fs.h"
#include "tests/actors/act_sys.h"

#define CAPS_ALL 0x1ffffffffffULL

enum { CAPS_COUNT = 41 };

static uid_t any_id(struct rnd *rnd)
{
	static const uid_t ids[] = {
		0, 0, 0, 1, 1000, 1001, 65534, 100000, 2147483648U, 4294967294U
	};

	return ids[rnd__below(rnd, sizeof(ids) / sizeof(ids[0]))];
}

static unsigned long long any_caps(struct rnd *rnd)
{
	switch (rnd__below(rnd, 4)) {
	case 0:
		return 0;
	case 1:
		return CAPS_ALL;
	case 2:
		return 1ULL << rnd__below(rnd, CAPS_COUNT);
	default:
		return rnd__next(rnd) & CAPS_ALL;
	}
}

static void plan_ids(struct become *become, struct rnd *rnd)
{
	uid_t uid = any_id(rnd);
	gid_t gid = any_id(rnd);

	become->ids = true;
	for (int i = 0; i < 3; i++) {
		become->uid[i] = rnd__chance(rnd, 70) ? uid : any_id(rnd);
		become->gid[i] = rnd__chance(rnd, 70) ? gid : any_id(rnd);
	}
	become->keep_caps = rnd__chance(rnd, 30);
	become->fsids = rnd__chance(rnd, 10);
	become->fsuid = any_id(rnd);
	become->fsgid = any_id(rnd);
}

static void plan_caps(struct become *become, struct rnd *rnd)
{
	become->caps = true;
	become->permitted = any_caps(rnd);
	become->effective = become->permitted & any_caps(rnd);
	become->inheritable = rnd__chance(rnd, 50) ? become->permitted & any_caps(rnd) : 0;
	become->ambient = rnd__chance(rnd, 50) ? become->inheritable & any_caps(rnd) : 0;
	become->unbound = rnd__chance(rnd, 30) ? any_caps(rnd) : 0;
	if (rnd__chance(rnd, 20))
		become->securebits = rnd__next(rnd) & (SECBIT_NOROOT | SECBIT_NO_SETUID_FIXUP |
						       SECBIT_NO_CAP_AMBIENT_RAISE);
}

static void plan_spaces(struct become *become, struct rnd *rnd)
{
	static const unsigned int spaces[] = { CLONE_NEWUSER, CLONE_NEWUSER, CLONE_NEWPID,
					       CLONE_NEWUTS,  CLONE_NEWIPC,  CLONE_NEWCGROUP };

	become->namespaces = spaces[rnd__below(rnd, 6)];
	if (rnd__chance(rnd, 40))
		become->namespaces |= spaces[rnd__below(rnd, 6)];
	/* Ids above these are not mapped in the user namespace. */
	for (int i = 0; i < 3 && become->namespaces & CLONE_NEWUSER; i++) {
		become->uid[i] &= 65535;
		become->gid[i] &= 65535;
	}
}

void become__plan(struct become *become, struct rnd *rnd)
{
	static const unsigned long personalities[] = { ADDR_NO_RANDOMIZE,  READ_IMPLIES_EXEC,
						       ADDR_COMPAT_LAYOUT, UNAME26,
						       PER_LINUX32,	   MMAP_PAGE_ZERO,
						       STICKY_TIMEOUTS };
	static const unsigned long mounts[] = { MS_NOEXEC, MS_NOSUID, MS_RDONLY, MS_NODEV };

	memset(become, 0, sizeof(*become));
	if (rnd__chance(rnd, 60))
		plan_ids(become, rnd);
	if (rnd__chance(rnd, 40))
		plan_caps(become, rnd);
	become->no_new_privs = rnd__chance(rnd, 8);
	become->root = rnd__chance(rnd, 6);
	if (rnd__chance(rnd, 12))
		become->personality =
			personalities[rnd__below(rnd, 7)] |
			(rnd__chance(rnd, 30) ? personalities[rnd__below(rnd, 7)] : 0);
	become->login = rnd__chance(rnd, 6);
	become->loginuid = any_id(rnd);
	if (rnd__chance(rnd, 15)) {
		become->comm = true;
		rnd__text(rnd, become->comm_text, rnd__size(rnd, 15), "");
	}
	if (rnd__chance(rnd, 8))
		plan_spaces(become, rnd);
	/* Slow to take down again, hence rare. */
	if (rnd__chance(rnd, 2)) {
		become->unshare_mounts = true;
		become->mount_flags = mounts[rnd__below(rnd, 4)];
		become->proc = rnd__chance(rnd, 30);
	}
}

static int do_mounts(const struct become *become)
{
	char dir[4096];

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    !getcwd(dir, sizeof(dir)))
		return -errno;
	/* Where this process is, and not where it would come to by the same path. */
	if (mount(".", ".", NULL, MS_BIND | MS_REC, NULL) < 0 || chdir(dir) < 0 ||
	    mount(NULL, ".", NULL, MS_BIND | MS_REMOUNT | become->mount_flags, NULL) < 0)
		return -errno;
	if (become->proc)
		mount("p", "/proc", "proc", 0, NULL);
	return 0;
}

static void do_bounding(unsigned long long caps)
{
	for (unsigned long cap = 0; cap < CAPS_COUNT; cap++)
		if (caps >> cap & 1)
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

static void do_caps(const struct become *become)
{
	unsigned long long held = 0;

	sys_getcaps(&held);
	sys_setcaps(become->permitted & held, become->effective & held, become->inheritable & held);
	for (unsigned long cap = 0; cap < CAPS_COUNT; cap++)
		if (become->ambient >> cap & 1)
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}

int become__do(const struct become *become)
{
	char text[32];
	int err = 0;

	if (become->personality)
		personality(become->personality);
	if (become->comm)
		prctl(PR_SET_NAME, become->comm_text, 0, 0, 0);
	if (become->login) {
		snprintf(text, sizeof(text), "%u", become->loginuid);
		err = fs_put("/proc/self/loginuid", text);
	}
	if (!err && become->unshare_mounts)
		err = do_mounts(become);
	if (!err && become->root && chroot(".") < 0)
		err = -errno;
	if (become->keep_caps)
		prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	do_bounding(become->unbound);
	if (become->securebits)
		prctl(PR_SET_SECUREBITS, become->securebits, 0, 0, 0);
	if (!err && become->ids)
		err = sys_setgids(become->gid[0], become->gid[1], become->gid[2]) ?:
			      sys_setuids(become->uid[0], become->uid[1], become->uid[2]);
	if (become->fsids) {
		syscall(SYS_setfsgid, become->fsgid);
		syscall(SYS_setfsuid, become->fsuid);
	}
	if (become->caps)
		do_caps(become);
	if (become->no_new_privs)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* What an earlier step made impossible is left out: it is an act all the same. */
	return err == -EPERM || err == -EINVAL ? 0 : err;
}

int become__outside(pid_t pid)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	err = fs_put(path, pid % 2 ? "0 100000 65536" : "0 0 65536");
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	return err ?: fs_put(path, pid % 2 ? "0 100000 65536" : "0 0 65536");
}

void become__show(const struct become *become)
{
	if (become->ids)
		printf(" uid=%u,%u,%u gid=%u,%u,%u", become->uid[0], become->uid[1], become->uid[2],
		       become->gid[0], become->gid[1], become->gid[2]);
	if (become->caps)
		printf(" caps=%llx,%llx,%llx,%llx,-%llx", become->permitted, become->effective,
		       become->inheritable, become->ambient, become->unbound);
	printf("%s%s%s%s", become->root ? " chroot" : "", become->no_new_privs ? " nnp" : "",
	       become->unshare_mounts ? " mounts" : "", become->keep_caps ? " keep" : "");
	if (become->login)
		printf(" loginuid=%u", become->loginuid);
	if (become->namespaces)
		printf(" ns=%x", become->namespaces);
	if (become->securebits)
		printf(" securebits=%lx", become->securebits);
	if (become->personality)
		printf(" per=%lx", become->personality);
}
