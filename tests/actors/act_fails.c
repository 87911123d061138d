/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acts that fail: each error an exec can end in, and each place where it can come from. */
#include "tests/actors/act.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/actors/act_elf.h"
#include "tests/actors/act_fs.h"
#include "tests/actors/act_sys.h"

/* clang-format off */
static const struct {
	const char *name;
	struct elf_shape shape;
	mode_t mode;
} programs[] = {
	{ "st", { 0 }, 0755 },
	{ "plain", { 0 }, 0644 },
	{ "none", { 0 }, 0 },
	{ "no-ld", { .interp = "/nope/ld.so" }, 0755 },
	{ "no-ld-relative", { .interp = "nope.so" }, 0755 },
	{ "empty-ld", { .interp = "" }, 0755 },
	{ "text-ld", { .interp = "fail/text" }, 0755 },
	{ "empty-file-ld", { .interp = "fail/empty" }, 0755 },
	{ "plain-ld", { .interp = "fail/plain" }, 0755 },
	{ "directory-ld", { .interp = "fail" }, 0755 },
	{ "device-ld", { .interp = "/dev/null" }, 0755 },
	{ "script-ld", { .interp = "fail/sh" }, 0755 },
	{ "loop-ld", { .interp = "fail/loop" }, 0755 },
	{ "machine-ld", { .interp = "fail/machine" }, 0755 },
	{ "cut-ld", { .interp = "fail/cut-100" }, 0755 },
	{ "address-ld", { .interp = "fail/address" }, 0755 },
	{ "tiny-ld", { .interp = "fail/ld" }, 0755 },
	{ "odd-ld", { .interp = "./fail/../fail//l d\xc3\xa9" }, 0755 },
	{ "link-ld", { .interp = "fail/ln-ld" }, 0755 },
	{ "ld", { .dyn = true }, 0755 },
	{ "l d\xc3\xa9", { .dyn = true }, 0755 },
	{ "machine", { .other_machine = true }, 0755 },
	{ "cut-10", { .cut = 10 }, 0755 },
	{ "cut-63", { .cut = 63 }, 0755 },
	{ "cut-64", { .cut = 64 }, 0755 },
	{ "cut-100", { .cut = 100 }, 0755 },
	{ "cut-150", { .cut = 150 }, 0755 },
	{ "address", { .bad_address = true }, 0755 },
	{ "busy", { 0 }, 0755 },
};
/* clang-format on */

static int make_special(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "fail/socket" };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
		err = -errno;
	if (fd >= 0)
		close(fd);
	if (!err && mkfifo("fail/fifo", 0755) < 0)
		err = -errno;
	/* Not every machine lets nodes be made; /dev has some. */
	return err;
}

static int setup(struct scene *scene)
{
	char path[128];
	int err = fs_mkdirs("fail/closed", 0700);

	err = err ?: fs_mkdirs("fail", 0755);
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]) && !err; i++) {
		snprintf(path, sizeof(path), "fail/%s", programs[i].name);
		err = elf_write(path, &programs[i].shape, programs[i].mode);
	}
	err = err ?: elf_write("fail/closed/st", &programs[0].shape, 0755);
	err = err ?: fs_text("fail/text", "no program at all\n", 0755);
	err = err ?: fs_text("fail/sh", "#!/bin/true\n", 0755);
	err = err ?: fs_text("fail/closed-sh", "#!fail/closed/st\n", 0755);
	err = err ?: fs_text("fail/empty", "", 0755);
	err = err ?: fs_text("fail/one", "\x7f", 0755);
	err = err ?: fs_symlink("loop", "fail/loop");
	err = err ?: fs_symlink("nope", "fail/dangling");
	err = err ?: fs_symlink("plain", "fail/ln-plain");
	err = err ?: fs_symlink("ld", "fail/ln-ld");
	return err ?: make_special();
}

static int prep_nobody(struct scene *scene)
{
	return sys_setgids(65534, 65534, 65534) ?: sys_setuids(65534, 65534, 65534);
}

static int prep_busy(struct scene *scene)
{
	/* Left open: the exec that is to fail comes while it is. */
	return open("fail/busy", O_WRONLY) < 0 ? -errno : 0;
}

static int prep_gone_title(struct scene *scene)
{
	memset(scene->title, 0, scene->title_len);
	return 0;
}

/* What setproctitle() of a daemon does: another text where the arguments were. */
static int retitle(struct scene *scene, const char *text, bool ended)
{
	size_t len = strlen(text);

	memset(scene->title, ended ? '\0' : '.', scene->title_len);
	memcpy(scene->title, text, len < scene->title_len ? len : scene->title_len);
	return 0;
}

static int prep_short_title(struct scene *scene)
{
	return retitle(scene, "daemon: idle", true);
}

/* Without a NUL at its end the title goes on in what follows, the environment. */
static int prep_open_title(struct scene *scene)
{
	return retitle(scene, "daemon: [waiting for work]", false);
}

static int prep_open_title_nul(struct scene *scene)
{
	retitle(scene, "daemon: one", false);
	scene->title[20] = '\0';
	return 0;
}

static int prep_odd_title(struct scene *scene)
{
	return retitle(scene, "daemon \"\xc3\xa9\n\x01  ", true);
}

static int call_null(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	return act__exec(scene, act, NULL, argv);
}

static int call_bad_name(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	return act__exec(scene, act, (const char *)16, argv);
}

static int call_kernel_name(struct scene *scene, const struct act *act, const char *path,
			    char **argv)
{
	return act__exec(scene, act, (const char *)-4096L, argv);
}

static int call_bad_argv(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	return act__exec(scene, act, path, (char **)16);
}

static int call_bad_arg(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	char *args[] = { (char *)"ok", (char *)16, NULL };

	return act__exec(scene, act, path, args);
}

static int call_bad_envp(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	struct act copy = *act;

	copy.envp = (const char *const *)16;
	return act__exec(scene, &copy, path, argv);
}

/* A page that nothing is mapped behind, text at its very end. */
static char *at_edge(const char *text, size_t len)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		abort();
	munmap(page + 4096, 4096);
	return memcpy(page + 4096 - len, text, len);
}

/* No NUL before the hole. */
static int call_open_name(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	return act__exec(scene, act, at_edge("fail/st", 7), argv);
}

/* Fits, NUL and all: reads must not go a byte too far. */
static int call_edge_name(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	return act__exec(scene, act, at_edge("fail/st", 8), argv);
}

static int call_edge_fails(struct scene *scene, const struct act *act, const char *path,
			   char **argv)
{
	return act__exec(scene, act, at_edge("fail/nope", 10), argv);
}

/* In a page of a file that was never read: not there when the call begins. */
static int call_cold_name(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	int err = fs_text("fail/name", "fail/nope-cold", 0644);
	int fd = open("fail/name", O_RDONLY | O_CLOEXEC);
	char *page;

	if (err || fd < 0)
		return EIO;
	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	if (page == MAP_FAILED)
		return errno;
	return act__exec(scene, act, page, argv);
}

static int call_long(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	size_t len = (size_t)act->at_flags;
	char *name = malloc(len + 1);

	if (!name)
		return ENOMEM;
	memset(name, '/', len);
	memcpy(name + len - 4, "nope", 5);
	return act__exec(scene, act, name, argv);
}

static int call_long_component(struct scene *scene, const struct act *act, const char *path,
			       char **argv)
{
	char name[300];

	memset(name, 'c', sizeof(name));
	name[act->at_flags] = '\0';
	return act__exec(scene, act, name, argv);
}

static char **args_too_long(void)
{
	char **argv = calloc(3, sizeof(*argv));
	char *text = malloc(131073);

	if (!argv || !text)
		abort();
	memset(text, 'x', 131072);
	text[131072] = '\0';
	argv[0] = (char *)"st";
	argv[1] = text;
	return argv;
}

static char **args_too_many(void)
{
	const size_t count = 1000000;
	char **argv = calloc(count + 1, sizeof(*argv));

	if (!argv)
		abort();
	for (size_t i = 0; i < count; i++)
		argv[i] = (char *)"argument";
	return argv;
}

/* A process of this user that lasts as long as we do. */
static int keep_one(uid_t uid)
{
	char byte = 0;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sys_setuids(uid, uid, uid);
		/* A change of ids takes the signal at the parent's death back. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ends[1], &byte, 1) == 1)
			sleep(1);
		_exit(0);
	}
	close(ends[1]);
	if (pid < 0 || read(ends[0], &byte, 1) != 1)
		return -EIO;
	return 0;
}

/* A user that already runs more than it may: this shows at its next exec only. */
static int prep_nproc(struct scene *scene)
{
	const struct rlimit none = { 0, 0 };
	int err = keep_one(1234);

	if (!err && setrlimit(RLIMIT_NPROC, &none) < 0)
		err = -errno;
	return err ?: sys_setgids(1234, 1234, 1234) ?: sys_setuids(1234, 1234, 1234);
}

static int prep_no_memory(struct scene *scene)
{
	const struct rlimit little = { 8192, 8192 };

	return setrlimit(RLIMIT_AS, &little) < 0 ? -errno : 0;
}

#define FAIL(file) .path = "fail/" file, .argv = ACT_ARGV("x", "y")

/* clang-format off */
static const struct act acts[] = {
	{ "enoent", ENOENT, FAIL("nope") },
	{ "enoent-absolute", ENOENT, .path = "/nope/nope" },
	{ "enoent-odd", ENOENT, .path = "/no pe/\xc3\xa9\"\n\x01" },
	{ "enoent-dangling", ENOENT, FAIL("dangling") },
	{ "enoent-empty", ENOENT, .path = "" },
	{ "enotdir", ENOTDIR, FAIL("st/x") },
	{ "enotdir-slash", ENOTDIR, FAIL("st/") },
	{ "eacces-mode", EACCES, FAIL("plain") },
	{ "eacces-mode-0", EACCES, FAIL("none") },
	{ "eacces-link", EACCES, FAIL("ln-plain") },
	{ "eacces-slashes", EACCES, .path = "@//fail/./plain" },
	{ "eacces-directory", EACCES, .path = "fail" },
	{ "eacces-root", EACCES, .path = "/" },
	{ "eacces-dot", EACCES, .path = "." },
	{ "eacces-device", EACCES, .path = "/dev/null" },
	{ "eacces-fifo", EACCES, FAIL("fifo") },
	{ "eacces-socket", EACCES, FAIL("socket") },
	{ "eacces-proc", EACCES, .path = "/proc/self/status" },
	{ "eacces-search", EACCES, FAIL("closed/st"), .prep = prep_nobody },
	{ "eacces-search-missing", EACCES, FAIL("closed/nope"), .prep = prep_nobody },
	{ "eacces-search-script", EACCES, FAIL("closed-sh"), .prep = prep_nobody },
	{ "eacces-nobody", EACCES, FAIL("plain"), .prep = prep_nobody },
	{ "enoexec-empty", ENOEXEC, FAIL("empty") },
	{ "enoexec-text", ENOEXEC, FAIL("text") },
	{ "enoexec-one", ENOEXEC, FAIL("one") },
	{ "enoexec-machine", ENOEXEC, FAIL("machine") },
	{ "eloop-link", ELOOP, FAIL("loop") },
	{ "eloop-under", ELOOP, FAIL("loop/x") },
	{ "enametoolong-256", ENAMETOOLONG, .path = "", .call = call_long_component,
	  .at_flags = 256 },
	{ "enoent-255", ENOENT, .path = "", .call = call_long_component, .at_flags = 255 },
	{ "enametoolong-4096", ENAMETOOLONG, .path = "", .call = call_long, .at_flags = 4096 },
	{ "enametoolong-9000", ENAMETOOLONG, .path = "", .call = call_long, .at_flags = 9000 },
	{ "enoent-4095", ENOENT, .path = "", .call = call_long, .at_flags = 4095 },
	{ "efault-null", EFAULT, .path = "", .call = call_null },
	{ "efault-name", EFAULT, .path = "", .call = call_bad_name },
	{ "efault-kernel", EFAULT, .path = "", .call = call_kernel_name },
	{ "efault-open-name", EFAULT, .path = "", .call = call_open_name },
	{ "efault-argv", EFAULT, FAIL("st"), .call = call_bad_argv },
	{ "efault-arg", EFAULT, FAIL("st"), .call = call_bad_arg },
	{ "efault-envp", EFAULT, FAIL("st"), .call = call_bad_envp },
	{ "efault-argv-missing", ACT_ANY, FAIL("nope"), .call = call_bad_argv },
	{ "edge-name", ACT_OK, .path = "", .call = call_edge_name },
	{ "edge-name-fails", ENOENT, .path = "", .call = call_edge_fails },
	{ "cold-name", ENOENT, .path = "", .call = call_cold_name },
	{ "e2big-one", E2BIG, .path = "fail/st", .args = args_too_long },
	{ "e2big-many", E2BIG, .path = "fail/st", .args = args_too_many },
	{ "e2big-script", E2BIG, .path = "fail/sh", .args = args_too_long },
	{ "e2big-missing", ACT_ANY, .path = "fail/nope", .args = args_too_long },
	{ "etxtbsy", ACT_ANY, FAIL("busy"), .prep = prep_busy },
	{ "eagain-nproc", EAGAIN, FAIL("st"), .prep = prep_nproc },

	{ "ld-missing", ENOENT, FAIL("no-ld") },
	{ "ld-missing-relative", ENOENT, FAIL("no-ld-relative") },
	{ "ld-empty-name", ACT_ANY, FAIL("empty-ld") },
	{ "ld-text", ACT_ANY, FAIL("text-ld") },
	{ "ld-empty-file", ACT_ANY, FAIL("empty-file-ld") },
	{ "ld-plain", EACCES, FAIL("plain-ld") },
	{ "ld-directory", EACCES, FAIL("directory-ld") },
	{ "ld-device", EACCES, FAIL("device-ld") },
	{ "ld-script", ACT_ANY, FAIL("script-ld") },
	{ "ld-loop", ELOOP, FAIL("loop-ld") },
	{ "ld-machine", ELIBBAD, FAIL("machine-ld") },
	{ "ld-cut", ACT_ANY, FAIL("cut-ld") },
	{ "ld-address", ACT_ANY, FAIL("address-ld") },
	{ "ld-tiny", ACT_OK, FAIL("tiny-ld") },
	{ "ld-odd", ACT_OK, FAIL("odd-ld") },
	{ "ld-link", ACT_OK, FAIL("link-ld") },
	{ "cut-10", ENOEXEC, FAIL("cut-10") },
	{ "cut-63", ACT_ANY, FAIL("cut-63") },
	{ "cut-64", ACT_ANY, FAIL("cut-64") },
	{ "cut-100", ACT_ANY, FAIL("cut-100") },
	{ "cut-150", ACT_ANY, FAIL("cut-150") },
	{ "past-return-address", ACT_ANY, FAIL("address") },
	{ "past-return-memory", ACT_ANY, FAIL("st"), .prep = prep_no_memory },

	{ "title-gone", ENOENT, FAIL("nope"), .prep = prep_gone_title },
	{ "title-short", ENOENT, FAIL("nope"), .prep = prep_short_title },
	{ "title-open", ENOENT, FAIL("nope"), .prep = prep_open_title },
	{ "title-open-nul", ENOENT, FAIL("nope"), .prep = prep_open_title_nul },
	{ "title-odd", ENOENT, FAIL("nope"), .prep = prep_odd_title },
};
/* clang-format on */

ACT_GROUP(act_fails, acts, setup);
