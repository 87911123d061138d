/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acts that differ in credentials: ids, set-uid and set-gid files, capabilities, securebits. */
#include "tests/actors/act.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/actors/act_elf.h"
#include "tests/actors/act_fs.h"
#include "tests/actors/act_sys.h"

#define BIT(cap) (1ULL << (cap))

enum { NOBODY = 65534, ALICE = 1000, BOB = 1001 };

/* clang-format off */
static const struct {
	const char *name;
	uid_t uid;
	gid_t gid;
	mode_t mode;
} programs[] = {
	{ "st", 0, 0, 0755 },
	{ "suid", 0, 0, 04755 },
	{ "sgid", 0, ALICE, 02755 },
	{ "sgid-no-x", 0, ALICE, 02745 },
	{ "suid-alice", ALICE, ALICE, 04755 },
	{ "sugid-alice", ALICE, BOB, 06755 },
	{ "suid-odd", 4294967293U, 100000, 06755 },
	{ "only-alice", ALICE, ALICE, 0700 },
	{ "owned-odd", 100000, 4294967294U, 0755 },
	{ "sticky", 0, 0, 01755 },
	{ "only-x", 0, 0, 0711 },
};
/* clang-format on */

/* clang-format off */
static const struct {
	const char *name;
	unsigned long long permitted;
	unsigned long long inheritable;
	int effective;
	unsigned int rootid;
	mode_t mode;
} capable[] = {
	{ "cap-ep", BIT(CAP_NET_RAW), 0, 1, 0, 0755 },
	{ "cap-p", BIT(CAP_NET_RAW) | BIT(CAP_SYSLOG), 0, 0, 0, 0755 },
	{ "cap-i", 0, BIT(CAP_NET_ADMIN), 1, 0, 0755 },
	{ "cap-all", ~BIT(CAP_SYS_RESOURCE) & 0x1ffffffffffULL, BIT(CAP_KILL), 1, 0, 0755 },
	{ "cap-none", 0, 0, 0, 0, 0755 },
	{ "cap-only-e", 0, 0, 1, 0, 0755 },
	{ "cap-ns", BIT(CAP_NET_RAW), 0, 1, 100000, 0755 },
	{ "cap-lacking", BIT(CAP_SYS_RESOURCE), 0, 1, 0, 0755 },
	{ "cap-lacking-p", BIT(CAP_SYS_RESOURCE) | BIT(CAP_CHOWN), 0, 0, 0, 0755 },
	{ "cap-suid", BIT(CAP_NET_RAW), 0, 1, 0, 04755 },
};
/* clang-format on */

static int make_capable(void)
{
	const struct elf_shape plain = { 0 };
	char path[64];
	int err = 0;

	for (size_t i = 0; i < sizeof(capable) / sizeof(capable[0]) && !err; i++) {
		snprintf(path, sizeof(path), "cred/%s", capable[i].name);
		err = elf_write(path, &plain, capable[i].mode) ?:
			      fs_caps(path, capable[i].permitted, capable[i].inheritable,
				      capable[i].effective, capable[i].rootid);
	}
	/* A capable interpreter of a script counts; a capable script does not. */
	err = err ?: fs_text("cred/sh-cap", "#!cred/cap-ep\n", 0755);
	err = err ?: fs_text("cred/cap-sh", "#!cred/st\n", 0755);
	err = err ?: fs_caps("cred/cap-sh", BIT(CAP_NET_RAW), 0, 1, 0);
	/* Dynamic, so that the interpreter was opened, too, when it is refused. */
	err = err ?: fs_copy("/bin/true", "cred/cap-lacking-dyn", 0755);
	err = err ?: fs_caps("cred/cap-lacking-dyn", BIT(CAP_SYS_RESOURCE), 0, 1, 0);
	err = err ?: fs_copy("/bin/true", "cred/cap-dyn", 0755);
	return err ?: fs_caps("cred/cap-dyn", BIT(CAP_NET_RAW), 0, 1, 0);
}

static int setup(struct scene *scene)
{
	const struct elf_shape plain = { 0 };
	char path[64];
	int err = fs_mkdirs("cred", 0755);

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) && !err; i++) {
		snprintf(path, sizeof(path), "cred/%s", programs[i].name);
		err = elf_write(path, &plain, 0755);
		/* The owner first: a change of owner takes the set-uid bit away. */
		if (!err && (chown(path, programs[i].uid, programs[i].gid) < 0 ||
			     chmod(path, programs[i].mode) < 0))
			err = -errno;
	}
	err = err ?: fs_text("cred/sh-suid", "#!cred/suid\n", 0755);
	return err ?: make_capable();
}

static int become(uid_t uid)
{
	return sys_setgids(uid, uid, uid) ?: sys_setuids(uid, uid, uid);
}

#define PREP_UID(name, uid)                  \
	static int name(struct scene *scene) \
	{                                    \
		return become(uid);          \
	}
PREP_UID(prep_nobody, NOBODY)
PREP_UID(prep_alice, ALICE)
PREP_UID(prep_100000, 100000)
PREP_UID(prep_2g, 2147483648U)
PREP_UID(prep_4g, 4294967294U)

static int prep_mixed_uids(struct scene *scene)
{
	return sys_setuids(1, 2, 3);
}

static int prep_mixed_gids(struct scene *scene)
{
	return sys_setgids(4, 5, 6);
}

static int prep_real_only(struct scene *scene)
{
	return sys_setuids(ALICE, 0, 0);
}

static int prep_effective_only(struct scene *scene)
{
	return sys_setuids(0, ALICE, 0);
}

static int prep_saved_only(struct scene *scene)
{
	return sys_setuids(ALICE, ALICE, 0);
}

static int prep_fsids(struct scene *scene)
{
	syscall(SYS_setfsuid, 12345);
	syscall(SYS_setfsgid, 54321);
	return 0;
}

static int prep_no_new_privs(struct scene *scene)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return become(NOBODY);
}

static int drop_bounding(unsigned int cap)
{
	return prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 ? -errno : 0;
}

static int prep_bounding(struct scene *scene)
{
	return drop_bounding(CAP_NET_RAW) ?: drop_bounding(CAP_SYS_ADMIN);
}

static int prep_bounding_nobody(struct scene *scene)
{
	return drop_bounding(CAP_SYS_RESOURCE) ?: become(NOBODY);
}

static int prep_bounding_raw_nobody(struct scene *scene)
{
	return drop_bounding(CAP_NET_RAW) ?: become(NOBODY);
}

static int prep_noroot(struct scene *scene)
{
	return prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0) < 0 ? -errno : 0;
}

static int prep_noroot_nobody(struct scene *scene)
{
	return prep_noroot(scene) ?: become(NOBODY);
}

static int prep_all_securebits(struct scene *scene)
{
	unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
			     SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED;

	return prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0 ? -errno : 0;
}

static int prep_no_fixup(struct scene *scene)
{
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) < 0)
		return -errno;
	return become(ALICE);
}

/* Capabilities that a user kept: they are gone after the exec. */
static int prep_keepcaps(struct scene *scene)
{
	unsigned long long held;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return -errno;
	return become(ALICE) ?: sys_getcaps(&held) ?: sys_setcaps(held, held, 0);
}

static int prep_inheritable(struct scene *scene)
{
	const unsigned long long caps = BIT(CAP_NET_ADMIN) | BIT(CAP_CHOWN);

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return -errno;
	return become(ALICE) ?: sys_setcaps(caps, caps, caps);
}

static int prep_ambient(struct scene *scene)
{
	int err = prep_inheritable(scene);

	if (err)
		return err;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0) < 0 ? -errno : 0;
}

static int prep_ambient_root(struct scene *scene)
{
	const unsigned long long caps = BIT(CAP_NET_ADMIN) | BIT(CAP_CHOWN);

	if (sys_setcaps(caps, caps, caps))
		return -EINVAL;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0) < 0 ? -errno : 0;
}

static int prep_few_caps(struct scene *scene)
{
	return sys_setcaps(BIT(CAP_CHOWN) | BIT(CAP_SYSLOG), BIT(CAP_CHOWN), 0);
}

static int prep_no_caps(struct scene *scene)
{
	return sys_setcaps(0, 0, 0);
}

static int prep_inheritable_root(struct scene *scene)
{
	unsigned long long held;

	return sys_getcaps(&held) ?: sys_setcaps(held, held, BIT(CAP_NET_ADMIN));
}

static int prep_groups(struct scene *scene)
{
	const gid_t groups[] = { 7, 8, 9 };

	return syscall(SYS_setgroups, 3, groups) < 0 ? -errno : become(BOB);
}

/* clang-format off */
static const struct act acts[] = {
	{ "uid-nobody", .path = "cred/st", .prep = prep_nobody },
	{ "uid-alice", .path = "cred/st", .prep = prep_alice },
	{ "uid-100000", .path = "cred/st", .prep = prep_100000 },
	{ "uid-2147483648", .path = "cred/st", .prep = prep_2g },
	{ "uid-4294967294", .path = "cred/st", .prep = prep_4g },
	{ "uid-mixed", .path = "cred/st", .prep = prep_mixed_uids },
	{ "gid-mixed", .path = "cred/st", .prep = prep_mixed_gids },
	{ "uid-real", .path = "cred/st", .prep = prep_real_only },
	{ "uid-effective", .path = "cred/st", .prep = prep_effective_only },
	{ "uid-saved", .path = "cred/st", .prep = prep_saved_only },
	{ "fsuid", .path = "cred/st", .prep = prep_fsids },
	{ "fsuid-suid", .path = "cred/suid-alice", .prep = prep_fsids },
	{ "groups", .path = "cred/st", .prep = prep_groups },
	{ "uid-fails", EACCES, .path = "cred/only-alice", .prep = prep_nobody },
	{ "uid-owner", .path = "cred/only-alice", .prep = prep_alice },
	{ "fsuid-fails", EACCES, .path = "cred/only-alice", .prep = prep_mixed_uids },
	{ "unreadable", .path = "cred/only-x", .prep = prep_nobody },
	{ "file-owner-odd", .path = "cred/owned-odd" },
	{ "file-sticky", .path = "cred/sticky" },

	{ "suid-root", .path = "cred/suid", .prep = prep_nobody },
	{ "suid-root-by-root", .path = "cred/suid" },
	{ "suid-root-by-script", .path = "cred/sh-suid", .prep = prep_nobody },
	{ "suid-root-real", .path = "cred/suid", .prep = prep_real_only },
	{ "suid-root-saved", .path = "cred/suid", .prep = prep_saved_only },
	{ "suid-alice", .path = "cred/suid-alice", .prep = prep_nobody },
	{ "suid-alice-by-root", .path = "cred/suid-alice" },
	{ "suid-alice-by-alice", .path = "cred/suid-alice", .prep = prep_alice },
	{ "suid-odd", .path = "cred/suid-odd", .prep = prep_nobody },
	{ "sgid", .path = "cred/sgid", .prep = prep_nobody },
	{ "sgid-no-x", .path = "cred/sgid-no-x", .prep = prep_nobody },
	{ "sugid", .path = "cred/sugid-alice", .prep = prep_nobody },
	{ "suid-no-new-privs", .path = "cred/suid", .prep = prep_no_new_privs },
	{ "cap-no-new-privs", .path = "cred/cap-ep", .prep = prep_no_new_privs },
	{ "suid-bounding", .path = "cred/suid", .prep = prep_bounding_nobody },
	{ "suid-noroot", .path = "cred/suid", .prep = prep_noroot_nobody },
	{ "suid-ambient", .path = "cred/suid-alice", .prep = prep_ambient },
	{ "suid-root-ambient", .path = "cred/suid", .prep = prep_ambient },

	{ "cap-ep", .path = "cred/cap-ep", .prep = prep_nobody },
	{ "cap-ep-by-root", .path = "cred/cap-ep" },
	{ "cap-p", .path = "cred/cap-p", .prep = prep_nobody },
	{ "cap-i", .path = "cred/cap-i", .prep = prep_nobody },
	{ "cap-i-inheritable", .path = "cred/cap-i", .prep = prep_inheritable },
	{ "cap-i-by-root", .path = "cred/cap-i", .prep = prep_inheritable_root },
	{ "cap-all", ACT_ANY, .path = "cred/cap-all", .prep = prep_nobody },
	{ "cap-none", .path = "cred/cap-none", .prep = prep_nobody },
	{ "cap-none-by-root", .path = "cred/cap-none" },
	{ "cap-only-e", .path = "cred/cap-only-e", .prep = prep_nobody },
	{ "cap-ns", .path = "cred/cap-ns", .prep = prep_nobody },
	{ "cap-ns-by-root", .path = "cred/cap-ns" },
	{ "cap-lacking", EPERM, .path = "cred/cap-lacking", .prep = prep_bounding_nobody },
	{ "cap-lacking-p", .path = "cred/cap-lacking-p", .prep = prep_bounding_nobody },
	{ "cap-lacking-dynamic", EPERM, .path = "cred/cap-lacking-dyn",
	  .prep = prep_bounding_nobody },
	{ "cap-dynamic", .path = "cred/cap-dyn", .prep = prep_nobody },
	{ "cap-suid", .path = "cred/cap-suid", .prep = prep_nobody },
	{ "cap-interpreter", .path = "cred/sh-cap", .prep = prep_nobody },
	{ "cap-script", .path = "cred/cap-sh", .prep = prep_nobody },
	{ "cap-bounding", EPERM, .path = "cred/cap-ep", .prep = prep_bounding_raw_nobody },
	{ "cap-ambient", .path = "cred/cap-ep", .prep = prep_ambient },
	{ "cap-noroot", .path = "cred/cap-ep", .prep = prep_noroot },

	{ "bounding", .path = "cred/st", .prep = prep_bounding },
	{ "noroot", .path = "cred/st", .prep = prep_noroot },
	{ "securebits", .path = "cred/st", .prep = prep_all_securebits },
	{ "no-setuid-fixup", .path = "cred/st", .prep = prep_no_fixup },
	{ "keepcaps", .path = "cred/st", .prep = prep_keepcaps },
	{ "inheritable", .path = "cred/st", .prep = prep_inheritable },
	{ "inheritable-root", .path = "cred/st", .prep = prep_inheritable_root },
	{ "ambient", .path = "cred/st", .prep = prep_ambient },
	{ "ambient-dynamic", .path = "/bin/true", .prep = prep_ambient },
	{ "ambient-root", .path = "cred/st", .prep = prep_ambient_root },
	{ "few-caps", .path = "cred/st", .prep = prep_few_caps },
	{ "no-caps", .path = "cred/st", .prep = prep_no_caps },
};
/* clang-format on */

ACT_GROUP(act_creds, acts, setup);
