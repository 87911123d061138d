/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acts with #! lines: their shapes, how deep they are nested, and interpreters that fail. */
#include "tests/actors/act.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/actors/act_elf.h"
#include "tests/actors/act_fs.h"

/* One line each, written to sc/NAME; '@' is the scratch tree. */
/* clang-format off */
static const struct {
	const char *name;
	const char *text;
	mode_t mode;
} scripts[] = {
	{ "sh", "#!/bin/true\n", 0755 },
	{ "arg", "#!/bin/true -e foo\n", 0755 },
	{ "tiny", "#!@/sc/st\n", 0755 },
	{ "tiny-arg", "#!@/sc/st -x\n", 0755 },
	{ "blank-before", "#! /bin/true\n", 0755 },
	{ "blanks", "#! \t /bin/true \t a  b\t \n", 0755 },
	{ "tab", "#!/bin/true\targ\n", 0755 },
	{ "trailing", "#!/bin/true   \n", 0755 },
	{ "cr", "#!/bin/true\r\n", 0755 },
	{ "cr-arg", "#!/bin/true -e\r\n", 0755 },
	{ "no-newline", "#!/bin/true", 0755 },
	{ "no-newline-arg", "#!/bin/true -e", 0755 },
	{ "relative", "#!sc/st\n", 0755 },
	{ "relative-dot", "#!./sc/st -q\n", 0755 },
	{ "slashes", "#!//bin///true a\n", 0755 },
	{ "dotdot", "#!/bin/../bin/true\n", 0755 },
	{ "symlink", "#!sc/ln\n", 0755 },
	{ "odd", "#!sc/\xc3\xa9\"x\x01 \xc3\xa9 \"a\" \x7f\n", 0755 },
	{ "forged", "#!/bin/true \x1dUID=\"root\" key=(null)\n", 0755 },
	{ "env", "#!/usr/bin/env true\n", 0755 },
	{ "dash", "#!/bin/sh -e\nexit 0\n", 0755 },
	{ "of-nap", "#!@/sc/nap\n", 0755 },
	{ "suid", "#!/bin/true\n", 04755 },
	{ "loop", "#!sc/loop\n", 0755 },
	{ "missing", "#!/nope/interp\n", 0755 },
	{ "missing-relative", "#!nope -x\n", 0755 },
	{ "of-missing", "#!sc/missing\n", 0755 },
	{ "of-directory", "#!/bin\n", 0755 },
	{ "of-device", "#!/dev/null\n", 0755 },
	{ "of-plain", "#!sc/plain\n", 0755 },
	{ "of-text", "#!sc/text\n", 0755 },
	{ "of-empty", "#!sc/empty\n", 0755 },
	{ "of-not-elf", "#!sc/no-ld\n", 0755 },
	{ "of-elf-missing-ld", "#!sc/lost-ld\n", 0755 },
	{ "of-eloop", "#!sc/lnloop\n", 0755 },
	{ "of-notdir", "#!/bin/true/x\n", 0755 },
	{ "only", "#!\n", 0755 },
	{ "only-blanks", "#!  \t \n", 0755 },
	{ "only-mark", "#!", 0755 },
	{ "text", "just text\n", 0755 },
	{ "plain", "#!/bin/true\n", 0644 },
	{ "empty", "", 0755 },
	{ "only-x", "#!@/sc/st\n", 0711 },
};
/* clang-format on */

/*
 * Chains n-DEPTH-ARGS: DEPTH scripts, the last run by sc/st. In ARGS the letter of each level, from
 * the outermost, is 1 where its line has an argument.
 */
/* clang-format off */
#define CHAINS(X)                                                                              \
	X(2, 00) X(2, 01) X(2, 10) X(2, 11)                                                    \
	X(3, 000) X(3, 001) X(3, 010) X(3, 011) X(3, 100) X(3, 101) X(3, 110) X(3, 111)        \
	X(4, 0000) X(4, 0101) X(4, 1010) X(4, 1111) X(4, 0011) X(4, 1100) X(4, 0110)           \
	X(5, 00000) X(5, 11111) X(5, 01010)
/* clang-format on */

static int make_chain(int depth, const char *args)
{
	char name[64];
	char text[256];
	int err = 0;

	for (int i = 0; i < depth && !err; i++) {
		const char *arg = args[i] == '1' ? " -l" : "";

		if (i + 1 < depth)
			snprintf(text, sizeof(text), "#!sc/n-%d-%s-%d%s\n", depth, args, i + 1,
				 arg);
		else
			snprintf(text, sizeof(text), "#!sc/st%s\n", arg);
		snprintf(name, sizeof(name), "sc/n-%d-%s-%d", depth, args, i);
		err = fs_text(name, text, 0755);
	}
	return err;
}

/* A line of exactly len bytes and what a program may do with it: 256 bytes are looked at. */
static int make_long(const char *name, const char *head, size_t len)
{
	char text[1024];
	size_t at = strlen(head);

	memcpy(text, head, at);
	memset(text + at, 'L', len - at - 1);
	text[len - 1] = '\n';
	return fs_write(name, text, len, 0755);
}

static int make_interpreters(void)
{
	const struct elf_shape plain = { 0 };
	const struct elf_shape lost = { .interp = "/nope/ld.so" };
	const struct elf_shape no_ld = { .interp = "sc/text" };
	int err;

	err = fs_mkdirs("sc", 0755);
	err = err ?: elf_write("sc/st", &plain, 0755);
	err = err ?: elf_write("sc/\xc3\xa9\"x\x01", &plain, 0755);
	err = err ?: elf_write("sc/lost-ld", &lost, 0755);
	err = err ?: elf_write("sc/no-ld", &no_ld, 0755);
	err = err ?: fs_symlink("st", "sc/ln");
	err = err ?: fs_symlink("arg", "sc/script-ln");
	err = err ?: fs_symlink("lnloop", "sc/lnloop");
	return err;
}

static int setup(struct scene *scene)
{
	char nap[PATH_MAX * 2];
	int err = make_interpreters();

	err = err ?: fs_copy(scene__path(scene, "%/nap.static", nap, sizeof(nap)), "sc/nap", 0755);
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]) && !err; i++) {
		const char *at = strchr(scripts[i].text, '@');
		char name[128];
		char text[PATH_MAX + 128];

		snprintf(name, sizeof(name), "sc/%s", scripts[i].name);
		if (at)
			snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - scripts[i].text),
				 scripts[i].text, scene->dir, at + 1);
		else
			snprintf(text, sizeof(text), "%s", scripts[i].text);
		err = fs_text(name, text, scripts[i].mode);
	}
#define MAKE_CHAIN(depth, args) \
	if (!err)               \
		err = make_chain(depth, #args);
	CHAINS(MAKE_CHAIN)
#undef MAKE_CHAIN
	/* Six levels: one more than the kernel goes. */
	err = err ?: make_chain(6, "000000");
	err = err ?: fs_write("sc/nul", "#!/bin/true\0x\n", 14, 0755);
	err = err ?: fs_write("sc/nul-arg", "#!/bin/true a\0b c\n", 18, 0755);
	err = err ?: make_long("sc/long-arg-200", "#!/bin/true ", 200);
	err = err ?: make_long("sc/long-arg-255", "#!/bin/true ", 255);
	err = err ?: make_long("sc/long-arg-256", "#!/bin/true ", 256);
	err = err ?: make_long("sc/long-arg-257", "#!/bin/true ", 257);
	err = err ?: make_long("sc/long-arg-700", "#!/bin/true ", 700);
	return err ?: make_long("sc/long-interp", "#!/bin/true", 300);
}

static int prep_nobody(struct scene *scene)
{
	return setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0 ? -errno :
											  0;
}

static char **args_null(void)
{
	return NULL;
}

#define SCRIPT(name) .path = "sc/" name, .argv = ACT_ARGV("x", "y z")

/* clang-format off */
static const struct act acts[] = {
	{ "script", SCRIPT("sh") },
	{ "script-alone", .path = "sc/sh" },
	{ "script-arg", SCRIPT("arg") },
	{ "script-absolute", .path = "@/sc/arg", .argv = ACT_ARGV("x", "y") },
	{ "script-slashes-path", .path = "./sc//../sc/arg", .argv = ACT_ARGV("x", "y") },
	{ "script-tiny", SCRIPT("tiny") },
	{ "script-tiny-arg", SCRIPT("tiny-arg") },
	{ "script-blank-before", SCRIPT("blank-before") },
	{ "script-blanks", SCRIPT("blanks") },
	{ "script-tab", SCRIPT("tab") },
	{ "script-trailing", SCRIPT("trailing") },
	{ "script-cr", ENOENT, SCRIPT("cr") },
	{ "script-cr-arg", SCRIPT("cr-arg") },
	{ "script-no-newline", SCRIPT("no-newline") },
	{ "script-no-newline-arg", SCRIPT("no-newline-arg") },
	{ "script-relative", SCRIPT("relative") },
	{ "script-relative-dot", SCRIPT("relative-dot") },
	{ "script-relative-elsewhere", ENOENT, .path = "@/sc/relative", .cwd = "/" },
	{ "script-slashes", SCRIPT("slashes") },
	{ "script-dotdot", SCRIPT("dotdot") },
	{ "script-symlink-interpreter", SCRIPT("symlink") },
	{ "script-by-symlink", SCRIPT("script-ln") },
	{ "script-odd", SCRIPT("odd") },
	{ "script-forged", SCRIPT("forged") },
	{ "script-env", SCRIPT("env") },
	{ "script-dash", SCRIPT("dash") },
	{ "script-nap", SCRIPT("of-nap") },
	{ "script-suid", SCRIPT("suid"), .prep = prep_nobody },
	{ "script-unreadable", SCRIPT("only-x"), .prep = prep_nobody },
	{ "script-argv-null", .path = "sc/arg", .args = args_null },
	{ "script-argv-empty", .path = "sc/tiny", .argv = ACT_ARGV("") },
	{ "script-nul", SCRIPT("nul") },
	{ "script-nul-arg", SCRIPT("nul-arg") },
	{ "script-long-200", SCRIPT("long-arg-200") },
	{ "script-long-255", SCRIPT("long-arg-255") },
	{ "script-long-256", SCRIPT("long-arg-256") },
	{ "script-long-257", SCRIPT("long-arg-257") },
	{ "script-long-700", SCRIPT("long-arg-700") },
	{ "script-long-interpreter", ACT_ANY, SCRIPT("long-interp") },

#define CHAIN_ACT(depth, args)                                                                  \
	{ "script-" #depth "-" #args, SCRIPT("n-" #depth "-" #args "-0") },
	CHAINS(CHAIN_ACT)
#undef CHAIN_ACT
	{ "script-4-1010-absolute", .path = "@/sc/n-4-1010-0", .argv = ACT_ARGV("x") },
	{ "script-3-010-null", .path = "sc/n-3-010-0", .args = args_null },
	{ "script-3-101-alike", .path = "sc/n-3-101-0",
	  .argv = ACT_ARGV("x", "sc/n-3-101-0", "sc/n-3-101-1", "-l", "sc/st") },
	{ "script-recursion", ELOOP, SCRIPT("n-6-000000-0") },
	{ "script-loop", ELOOP, SCRIPT("loop") },

	{ "script-missing", ENOENT, SCRIPT("missing") },
	{ "script-missing-relative", ENOENT, SCRIPT("missing-relative") },
	{ "script-missing-nested", ENOENT, SCRIPT("of-missing") },
	{ "script-of-directory", EACCES, SCRIPT("of-directory") },
	{ "script-of-device", EACCES, SCRIPT("of-device") },
	{ "script-of-plain", EACCES, SCRIPT("of-plain") },
	{ "script-of-text", ENOEXEC, SCRIPT("of-text") },
	{ "script-of-empty", ENOEXEC, SCRIPT("of-empty") },
	{ "script-of-not-elf", ACT_ANY, SCRIPT("of-not-elf") },
	{ "script-of-elf-missing-ld", ENOENT, SCRIPT("of-elf-missing-ld") },
	{ "script-of-eloop", ELOOP, SCRIPT("of-eloop") },
	{ "script-of-notdir", ENOTDIR, SCRIPT("of-notdir") },
	{ "script-only", ENOEXEC, SCRIPT("only") },
	{ "script-only-blanks", ENOEXEC, SCRIPT("only-blanks") },
	{ "script-only-mark", ACT_ANY, SCRIPT("only-mark") },
	{ "script-plain", EACCES, SCRIPT("plain") },
};
/* clang-format on */

ACT_GROUP(act_scripts, acts, setup);
