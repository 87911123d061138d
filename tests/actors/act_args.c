/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acts that differ in their arguments: bytes, lengths and numbers. */
#include "tests/actors/act.h"

#include <stdlib.h>
#include <string.h>

#include "tests/actors/act_elf.h"
#include "tests/actors/act_fs.h"

static int setup(struct scene *scene)
{
	const struct elf_shape plain = { 0 };
	int err = fs_mkdirs("args", 0755);

	err = err ?: elf_write("args/st", &plain, 0755);
	return err ?: fs_text("args/sh", "#!args/st -a\n", 0755);
}

static void *want(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static char *filled(size_t len, char byte)
{
	char *text = want(malloc(len + 1));

	memset(text, byte, len);
	text[len] = '\0';
	return text;
}

/* {"true", text, "z"}: the vectors of the record's splitting are for this shape. */
static char **around(char *text)
{
	char **argv = want(calloc(4, sizeof(*argv)));

	argv[0] = (char *)"true";
	argv[1] = text;
	argv[2] = (char *)"z";
	return argv;
}

static char **many(size_t count, const char *text)
{
	char **argv = want(calloc(count + 1, sizeof(*argv)));

	for (size_t i = 0; i < count; i++)
		argv[i] = (char *)text;
	return argv;
}

/* Around each length where the kernel begins a new record or another form of the argument. */
/* clang-format off */
#define PLAIN_LENGTHS(X)                                                                       \
	X(7300) X(7379) X(7380) X(7381) X(7392) X(7393) X(7396) X(7397) X(7406) X(7407)         \
	X(7468) X(7469) X(7470) X(7471) X(7497) X(7498) X(7499) X(7500) X(7501) X(8191)         \
	X(8192) X(8193) X(14999) X(15000) X(15001) X(20000) X(24576) X(49152) X(131070) X(131071)
#define HEX_LENGTHS(X)                                                                         \
	X(3600) X(3689) X(3690) X(3691) X(3696) X(3697) X(3734) X(3735) X(3736) X(3748) X(3749) \
	X(3750) X(3751) X(7468) X(7469) X(7470) X(7499) X(7500) X(7501) X(15000) X(20000) X(131071)
/* clang-format on */

#define ARGS_PLAIN(len)                          \
	static char **args_plain_##len(void)     \
	{                                        \
		return around(filled(len, 'A')); \
	}
#define ARGS_HEX(len)                            \
	static char **args_hex_##len(void)       \
	{                                        \
		return around(filled(len, ' ')); \
	}
PLAIN_LENGTHS(ARGS_PLAIN)
HEX_LENGTHS(ARGS_HEX)

/* Only the last byte needs hex: what was printed before it is quoted. */
static char **args_late_hex(size_t len)
{
	char *text = filled(len, 'A');

	text[len - 1] = ' ';
	return around(text);
}

static char **args_late_hex_7499(void)
{
	return args_late_hex(7499);
}

static char **args_late_hex_7501(void)
{
	return args_late_hex(7501);
}

static char **args_late_hex_20000(void)
{
	return args_late_hex(20000);
}

static char **args_null(void)
{
	return NULL;
}

static char **args_none(void)
{
	return many(0, NULL);
}

static char **args_all_bytes(void)
{
	char **argv = want(calloc(257, sizeof(*argv)));

	argv[0] = (char *)"bytes";
	for (int i = 1; i < 256; i++) {
		argv[i] = filled(3, 'm');
		argv[i][1] = (char)i;
	}
	return argv;
}

static char **args_3000(void)
{
	return many(3000, "argument-number");
}

static char **args_2000_of_10(void)
{
	return many(2000, "bbbbbbbbbb");
}

static char **args_2000_hex(void)
{
	return many(2000, "b b");
}

static char **args_20000_empty(void)
{
	return many(20000, "");
}

/* 1.4 MB in few strings, and in very many: the kernel allows a quarter of the stack's limit. */
static char **args_1400k_long(void)
{
	return many(11, filled(127000, 'M'));
}

static char **args_1400k_short(void)
{
	return many(100000, "0123456");
}

static char **args_1400k_mixed(void)
{
	static const size_t sizes[] = { 1, 0, 131071, 7499, 7500, 3750, 12, 4095, 4096, 65536 };
	char **argv = want(calloc(400, sizeof(*argv)));
	size_t total = 0;
	size_t count = 0;

	while (total < 1400000) {
		size_t len = sizes[count % (sizeof(sizes) / sizeof(sizes[0]))];

		argv[count] = filled(len, count % 3 ? 'q' : '\t');
		total += len + 1;
		count++;
	}
	return argv;
}

static char **args_four_big(void)
{
	char **argv = many(6, NULL);

	argv[0] = (char *)"true";
	argv[1] = filled(4000, ' ');
	argv[2] = (char *)"b";
	argv[3] = filled(4000, 'B');
	argv[4] = (char *)"c d";
	return argv;
}

/* The title is the first 128 bytes, less what cannot be printed at its end. */
#define TITLE_ACT(len)	 { "title-" #len, .path = "args/st", .args = args_title_##len },
#define TITLE_LENGTHS(X) X(125) X(126) X(127) X(128) X(129) X(130) X(200)
#define ARGS_TITLE(len)                           \
	static char **args_title_##len(void)      \
	{                                         \
		return many(1, filled(len, 't')); \
	}
TITLE_LENGTHS(ARGS_TITLE)

#define ARGS(...) .path = "args/st", .argv = ACT_ARGV(__VA_ARGS__)

static const char *const env_none[] = { NULL };
static const char *const env_long[] = { "A=b c", "LONG=\xc3\xa9\x01", "X", "", NULL };

/* clang-format off */
static const struct act acts[] = {
	{ "argv-null", .path = "args/st", .args = args_null },
	{ "argv-none", .path = "args/st", .args = args_none },
	{ "argv-none-no-env", .path = "args/st", .args = args_none, .envp = env_none },
	{ "argv-null-dynamic", .path = "/bin/true", .args = args_null },
	{ "argv-empty", ARGS("") },
	{ "argv-empties", ARGS("", "", "") },
	{ "argv-empty-last", ARGS("a", "") },
	{ "argv-other-name", ARGS("not-the-name", "x") },
	{ "argv-dash", ARGS("-sh") },
	{ "argv-quotes", ARGS("st", "q\"x", "'s'", "\"", "\"\"", "`id`", "$(id)") },
	{ "argv-blanks", ARGS("st", "a b", " ", "  lead", "trail ", "a\tb") },
	{ "argv-lines", ARGS("st", "a\nb", "\n", "\r\n", "x\n") },
	{ "argv-control", ARGS("st", "\x01", "\x7f", "\x1b[31m", "a\x01" "b") },
	{ "argv-utf8", ARGS("st", "\xc3\xa9", "\xe6\x97\xa5\xe6\x9c\xac", "\xff\xfe", "\xc3") },
	{ "argv-1d", ARGS("st", "\x1d", "a\x1dUID=\"root\"", "AUID=\"root\"") },
	{ "argv-forged", ARGS("st", "\ntype=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=59",
			      "x\n----\ntype=EXECVE msg=audit(1.000:1): argc=1 a0=\"id\"") },
	{ "argv-fields", ARGS("st", "key=value", "a1=\"x\"", "(null)", "=", "argc=7", "a0") },
	{ "argv-backslash", ARGS("st", "back\\slash", "\\x41", "%s%n", "#", "~!@#$%^&*()") },
	{ "argv-hex-alike", ARGS("st", "4142", "DEADBEEF", "00") },
	{ "argv-all-bytes", .path = "args/st", .args = args_all_bytes },
	{ "argv-vector", ARGS("true", "", "a b", "q\"x", "tab\tx", "\xc3\xa9", "plain-_./:@", "'s'",
			      "back\\slash") },
	{ "env-none", ARGS("st", "x"), .envp = env_none },
	{ "env-odd", ARGS("st", "x"), .envp = env_long },

#define PLAIN_ACT(len) { "plain-" #len, .path = "args/st", .args = args_plain_##len },
#define HEX_ACT(len) { "hex-" #len, .path = "args/st", .args = args_hex_##len },
	PLAIN_LENGTHS(PLAIN_ACT)
	HEX_LENGTHS(HEX_ACT)
	{ "late-hex-7499", .path = "args/st", .args = args_late_hex_7499 },
	{ "late-hex-7501", .path = "args/st", .args = args_late_hex_7501 },
	{ "late-hex-20000", .path = "args/st", .args = args_late_hex_20000 },
	{ "args-3000", .path = "args/st", .args = args_3000 },
	{ "args-2000-of-10", .path = "args/st", .args = args_2000_of_10 },
	{ "args-2000-hex", .path = "args/st", .args = args_2000_hex },
	{ "args-20000-empty", .path = "args/st", .args = args_20000_empty },
	{ "args-1400k-long", .path = "args/st", .args = args_1400k_long },
	{ "args-1400k-short", .path = "args/st", .args = args_1400k_short },
	{ "args-1400k-mixed", .path = "args/st", .args = args_1400k_mixed },
	{ "args-four-big", .path = "args/st", .args = args_four_big },
	{ "args-script-20000", .path = "args/sh", .args = args_plain_20000 },
	{ "args-dynamic-20000", .path = "/bin/true", .args = args_hex_20000 },

	TITLE_LENGTHS(TITLE_ACT)
	{ "title-trailing-blanks", ARGS("st", "a  ", "   ") },
	{ "title-trailing-control", ARGS("st", "a\x01\x02\n") },
	{ "title-trailing-7f", ARGS("st", "a\x7f") },
	{ "title-trailing-9f", ARGS("st", "a\x9f") },
	{ "title-trailing-a0", ARGS("st", "a\xa0") },
	{ "title-trailing-ff", ARGS("st", "a\xff") },
	{ "title-trailing-empty", ARGS("st", "", "", "") },
	{ "title-only-control", ARGS("\x01\x02") },
};
/* clang-format on */

ACT_GROUP(act_args, acts, setup);
