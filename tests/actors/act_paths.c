/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acts that differ in the program's path, its name, or the current directory. */
#include "tests/actors/act.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/actors/act_elf.h"
#include "tests/actors/act_fs.h"

/* Names of programs in odd/; the directory of the same name in cwd/ is a current directory. */
#define ODD_BLANK     "a b"
#define ODD_QUOTE     "q\"x"
#define ODD_TAB	      "tab\tx"
#define ODD_LINE      "nl\ntype=SYSCALL msg=audit(1.000:1): arch=c000003e"
#define ODD_UTF8      "\xc3\xa9t\xc3\xa9"
#define ODD_ONE	      "one\x01"
#define ODD_DEL	      "del\x7f"
#define ODD_GS	      "gs\x1dUID=\"x\""
#define ODD_HIGH      "hi\xff\x80"
#define ODD_DELETED   "x (deleted)"
#define ODD_NULL      "(null)"
#define ODD_QUERY     "?"
#define ODD_BACKSLASH "b\\x41'"
#define ODD_15	      "fifteen-letters"
#define ODD_16	      "sixteen--letters"

/* clang-format off */
#define ODD_NAMES(X)                                                                           \
	X(blank, ODD_BLANK) X(quote, ODD_QUOTE) X(tab, ODD_TAB) X(line, ODD_LINE)               \
	X(utf8, ODD_UTF8) X(one, ODD_ONE) X(del, ODD_DEL) X(gs, ODD_GS) X(high, ODD_HIGH)       \
	X(deleted, ODD_DELETED) X(null, ODD_NULL) X(query, ODD_QUERY)                           \
	X(backslash, ODD_BACKSLASH) X(15, ODD_15) X(16, ODD_16)
/* clang-format on */

enum { DEEP_NAME = 200, DEEP_LEVELS = 30, LONG_NAME = 255 };

static int make_deep(void)
{
	char name[DEEP_NAME + 1];
	int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	if (back < 0)
		return -errno;
	memset(name, 'd', DEEP_NAME);
	name[DEEP_NAME] = '\0';
	for (int i = 0; i < DEEP_LEVELS && !err; i++)
		if (mkdir(name, 0755) < 0 || chdir(name) < 0)
			err = -errno;
	if (fchdir(back) < 0 && !err)
		err = -errno;
	close(back);
	return err;
}

static int make_odd(void)
{
	const struct elf_shape plain = { 0 };
	char name[LONG_NAME + 8];
	int err = 0;

#define MAKE_ODD(id, text)                                  \
	if (!err)                                           \
		err = elf_write("odd/" text, &plain, 0755); \
	if (!err)                                           \
		err = fs_mkdirs("cwd/" text, 0755);
	ODD_NAMES(MAKE_ODD)
#undef MAKE_ODD
	memcpy(name, "odd/", 4);
	memset(name + 4, 'n', LONG_NAME);
	name[4 + LONG_NAME] = '\0';
	return err ?: elf_write(name, &plain, 0755);
}

static int setup(struct scene *scene)
{
	const struct elf_shape plain = { 0 };
	const struct elf_shape machine32 = { .bits32 = true };
	char nap[PATH_MAX * 2];
	int err;

	err = fs_mkdirs("bin", 0755) ?: fs_mkdirs("odd", 0755) ?: fs_mkdirs("cwd", 0755);
	err = err ?: elf_write("bin/st", &plain, 0755);
	err = err ?: elf_write("bin/st32", &machine32, 0755);
	err = err ?: fs_copy("/bin/true", "bin/dyn", 0755);
	err = err ?: fs_copy(scene__path(scene, "%/nap.static", nap, sizeof(nap)), "bin/nap", 0755);
	err = err ?: fs_symlink("bin/st", "link");
	err = err ?: fs_symlink("link", "link2");
	err = err ?: fs_symlink("link2", "link3");
	err = err ?: fs_symlink("bin", "dirlink");
	err = err ?: fs_symlink("/bin/true", "abslink");
	if (!err && link("bin/st", "hardlink") < 0)
		err = -errno;
	err = err ?: make_odd();
	return err ?: make_deep();
}

static int prep_deep(struct scene *scene)
{
	char name[DEEP_NAME + 1];

	memset(name, 'd', DEEP_NAME);
	name[DEEP_NAME] = '\0';
	for (int i = 0; i < DEEP_LEVELS; i++)
		if (chdir(name) < 0)
			return -errno;
	return 0;
}

/* As deep as d_path() can still tell: the whole is shorter than 4096. */
static int prep_half_deep(struct scene *scene)
{
	char name[DEEP_NAME + 1];

	memset(name, 'd', DEEP_NAME);
	name[DEEP_NAME] = '\0';
	for (int i = 0; i < 19; i++)
		if (chdir(name) < 0)
			return -errno;
	return 0;
}

static int prep_deleted_cwd(struct scene *scene)
{
	if (mkdir("gone", 0755) < 0 || chdir("gone") < 0 || rmdir("../gone") < 0)
		return -errno;
	return 0;
}

/* The parent is gone as well: the walk up leads through two unlinked directories. */
static int prep_deleted_parent(struct scene *scene)
{
	if (mkdir("gone2", 0755) < 0 || mkdir("gone2/in", 0755) < 0 || chdir("gone2/in") < 0 ||
	    rmdir("../in") < 0 || rmdir("../../gone2") < 0)
		return errno == ENOENT ? 0 : -errno;
	return 0;
}

/* A path of exactly len bytes that leads to bin/st, the filling being "./" and slashes. */
static int call_long(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	static char buf[PATH_MAX + 8];
	size_t len = (size_t)act->at_flags;
	size_t tail = strlen("bin/st");
	size_t at = 0;

	while (at + tail + 2 <= len) {
		memcpy(buf + at, "./", 2);
		at += 2;
	}
	while (at + tail < len)
		buf[at++] = '/';
	memcpy(buf + at, "bin/st", tail + 1);
	/* One blank, in "bin/ /../st" fashion, would need a directory: the name's own byte does. */
	return act__exec(scene, act, buf, argv);
}

static int call_long_name(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	char name[LONG_NAME + 8];

	memcpy(name, "odd/", 4);
	memset(name + 4, 'n', LONG_NAME);
	name[4 + LONG_NAME] = '\0';
	return act__exec(scene, act, name, argv);
}

/* clang-format off */
static const struct act acts[] = {
	{ "plain", .path = "bin/st", .argv = ACT_ARGV("st", "one", "two") },
	{ "absolute", .path = "@/bin/st" },
	{ "dynamic", .path = "bin/dyn", .argv = ACT_ARGV("dyn", "-x") },
	{ "system-dynamic", .path = "/bin/true", .argv = ACT_ARGV("true") },
	{ "system-usr", .path = "/usr/bin/test", .argv = ACT_ARGV("test", "x") },
	{ "static", .path = "%/nap.static", .argv = ACT_ARGV("nap") },
	{ "dot", .path = "./bin/st" },
	{ "dotdot", .path = "bin/../bin/./st" },
	{ "dotdot-absolute", .path = "@/bin/../odd/../bin/st" },
	{ "dotdot-above-root", .path = "/../../bin/true" },
	{ "slashes", .path = "@//bin///st" },
	{ "slashes-start", .path = "//bin///true" },
	{ "symlink", .path = "link", .argv = ACT_ARGV("link") },
	{ "symlink-chain", .path = "@/link3" },
	{ "symlink-absolute", .path = "abslink" },
	{ "symlink-directory", .path = "dirlink/st" },
	{ "symlink-dotdot", .path = "dirlink/../link2" },
	{ "hardlink", .path = "hardlink" },
	{ "proc-cwd", .path = "/proc/self/cwd/bin/st" },
	{ "proc-root", .path = "/proc/self/root/bin/true" },
	{ "machine32", .path = "bin/st32", .argv = ACT_ARGV("st32", "x") },
	{ "machine32-dynamic", ACT_ANY, .path = "%/exec32.m32",
	  .argv = ACT_ARGV("exec32", "/nope") },

#define ODD_ACT(id, text)                                                                       \
	{ "odd-" #id, .path = "odd/" text, .argv = ACT_ARGV(text, "x") },                       \
	{ "odd-" #id "-absolute", .path = "@/odd/" text, .argv = ACT_ARGV(text) },              \
	{ "cwd-" #id, .path = "@/bin/st", .cwd = "@/cwd/" text },
	ODD_NAMES(ODD_ACT)
#undef ODD_ACT

	{ "long-name", .path = "", .argv = ACT_ARGV("n"), .call = call_long_name },
	{ "long-path-1000", .path = "", .call = call_long, .at_flags = 1000 },
	{ "long-path-4000", .path = "", .call = call_long, .at_flags = 4000 },
	{ "long-path-4095", .path = "", .call = call_long, .at_flags = 4095 },

	{ "cwd-root", .path = "bin/true", .cwd = "/" },
	{ "cwd-proc", .path = "@/bin/st", .cwd = "/proc/self" },
	{ "cwd-dev-shm", .path = "@/bin/st", .cwd = "/dev/shm" },
	{ "cwd-symlink", .path = "st", .cwd = "@/dirlink" },
	{ "cwd-half-deep", .path = "@/bin/st", .prep = prep_half_deep },
	{ "cwd-deep", .path = "@/bin/st", .prep = prep_deep },
	{ "cwd-deep-relative", ENOENT, .path = "st", .prep = prep_deep },
	{ "cwd-deleted", .path = "@/bin/st", .prep = prep_deleted_cwd },
	{ "cwd-deleted-relative", .path = "../bin/st", .prep = prep_deleted_cwd },
	{ "cwd-deleted-parent", .path = "@/bin/st", .prep = prep_deleted_parent },
};
/* clang-format on */

ACT_GROUP(act_paths, acts, setup);
