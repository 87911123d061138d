/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acts that differ in the task: 32-bit calls, threads, vfork, login, terminal, several execs. */
#include "tests/actors/act.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/actors/act_elf.h"
#include "tests/actors/act_fs.h"
#include "tests/actors/act_sys.h"

static int setup(struct scene *scene)
{
	const struct elf_shape plain = { 0 };
	const struct elf_shape machine32 = { .bits32 = true };
	char nap[PATH_MAX * 2];
	int err = fs_mkdirs("task", 0755);

	err = err ?: elf_write("task/st", &plain, 0755);
	err = err ?: elf_write("task/st32", &machine32, 0755);
	err = err ?: elf_write("task/suid", &plain, 04755);
	err = err ?: elf_write("task/plain", &plain, 0644);
	err = err ?: elf_write("task/slow", &plain, 0755);
	err = err ?: fs_text("task/text", "text\n", 0755);
	err = err ?: fs_text("task/slow-text", "text\n", 0755);
	err = err ?: fs_text("task/sh", "#!task/st -t\n", 0755);
	err = err ?: fs_text("task/sh32", "#!task/st32 -t\n", 0755);
	return err   ?:
		       fs_copy(scene__path(scene, "%/nap.static", nap, sizeof(nap)), "task/nap",
			       0755);
}

/* The rest of the acts does without what this machine's system call table lacks. */
static int prep_int80(struct scene *scene)
{
	return sys_execve32("/", NULL, NULL) == ENOSYS ? -ENOTSUP : 0;
}

static int prep_personality(struct scene *scene)
{
	return personality(ADDR_NO_RANDOMIZE) < 0 ? -errno : 0;
}

static int prep_personality_32(struct scene *scene)
{
	return personality(PER_LINUX32 | ADDR_NO_RANDOMIZE | UNAME26) < 0 ? -errno : 0;
}

/* These bits are taken away from a set-uid program. */
static int prep_personality_suid(struct scene *scene)
{
	if (personality(READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE | MMAP_PAGE_ZERO) < 0)
		return -errno;
	return sys_setuids(65534, 65534, 65534);
}

static int prep_comm(struct scene *scene)
{
	return prctl(PR_SET_NAME, "odd \"\xc3\xa9\n", 0, 0, 0) < 0 ? -errno : 0;
}

static int prep_comm_empty(struct scene *scene)
{
	return prctl(PR_SET_NAME, "", 0, 0, 0) < 0 ? -errno : 0;
}

#define PREP_LOGINUID(name, text)                           \
	static int name(struct scene *scene)                \
	{                                                   \
		return fs_put("/proc/self/loginuid", text); \
	}
PREP_LOGINUID(prep_login, "1000")
PREP_LOGINUID(prep_login_root, "0")
PREP_LOGINUID(prep_login_odd, "4294967294")

static int prep_login_user(struct scene *scene)
{
	return prep_login(scene) ?: sys_setgids(1000, 1000, 1000) ?: sys_setuids(1000, 1000, 1000);
}

/* Once unset again the session is unset, too. */
static int prep_login_unset(struct scene *scene)
{
	return prep_login(scene) ?: fs_put("/proc/self/loginuid", "4294967295");
}

static int prep_setsid(struct scene *scene)
{
	return setsid() < 0 ? -errno : 0;
}

/* A terminal of its own; the master stays open in this process, or it would be hung up. */
static int prep_tty(struct scene *scene)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	int slave;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
		return errno == ENOENT ? -ENOTSUP : -errno;
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	if (slave < 0 || setsid() < 0 || ioctl(slave, TIOCSCTTY, 0) < 0)
		return -errno;
	return 0;
}

static int prep_tty_login(struct scene *scene)
{
	return prep_tty(scene) ?: prep_login(scene);
}

static int prep_tty_hangup(struct scene *scene)
{
	int err;

	signal(SIGHUP, SIG_IGN);
	err = prep_tty(scene);
	/* The lowest descriptors that a pty takes are the master's and the slave's. */
	for (int fd = 3; fd < 16 && !err; fd++)
		close(fd);
	return err;
}

/* Leaves it to a filter: then the call is never made, and no exec is to be recorded. */
static int prep_seccomp(struct scene *scene)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = code };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		return errno == EINVAL ? -ENOTSUP : -errno;
	return 0;
}

/* Stops at each exec; the parent lets it go on. */
static int prep_traced(struct scene *scene)
{
	return ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? -errno : 0;
}

static int meanwhile_trace(struct scene *scene, pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		return 0;
	return ptrace(PTRACE_DETACH, pid, 0, 0) < 0 ? -errno : 0;
}

static int lease_fd;

/* Who opens the file waits until this process gives up what it has of it. */
static int lease(const char *path)
{
	int err;

	signal(SIGIO, SIG_IGN);
	lease_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (lease_fd < 0)
		return -errno;
	if (!fcntl(lease_fd, F_SETLEASE, F_WRLCK))
		return 0;
	err = errno == EINVAL ? -ENOTSUP : -errno;
	close(lease_fd);
	return err;
}

static int outside_slow(pid_t pid)
{
	return lease("task/slow");
}

static int outside_slow_text(pid_t pid)
{
	return lease("task/slow-text");
}

/* Longer than times may differ. */
static int meanwhile_lease(struct scene *scene, pid_t pid)
{
	usleep(200 * 1000);
	return close(lease_fd) < 0 ? -errno : 0;
}

static int meanwhile_kill(struct scene *scene, pid_t pid)
{
	usleep(50 * 1000);
	return kill(pid, SIGKILL) < 0 ? -errno : 0;
}

/* No pause at all: it dies before, in or after its exec. */
static int meanwhile_kill_now(struct scene *scene, pid_t pid)
{
	while (!scene->state->stage)
		;
	kill(pid, SIGKILL);
	return 0;
}

static int call_two(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	act__exec(scene, act, "task/nope", argv);
	return act__exec(scene, act, path, argv);
}

/* As a shell does it that looks through PATH. */
static int call_search(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	char buf[128];

	for (int i = 0; i < 20; i++) {
		snprintf(buf, sizeof(buf), "/usr/none%d/bin/st", i);
		act__exec(scene, act, buf, argv);
	}
	act__exec(scene, act, "task/plain", argv);
	act__exec(scene, act, "task/text", argv);
	return act__exec(scene, act, path, argv);
}

static int call_thread_fails(struct scene *scene, const struct act *act, const char *path,
			     char **argv)
{
	int err = act__exec(scene, act, path, argv);

	/* The leader itself once more. */
	act__exec(scene, &(struct act){ .envp = act->envp }, path, argv);
	return err;
}

static int call_exec32(struct scene *scene, const struct act *act, const char *path, char **argv)
{
	char buf[PATH_MAX * 2];

	return act__exec(scene, act, scene__path(scene, "%/exec32.m32", buf, sizeof(buf)), argv);
}

static char **args_many_threads(void)
{
	static char *argv[] = { (char *)"st", (char *)"thread", NULL };

	return argv;
}

#define INT80		.via = ACT_INT80
#define CHAIN32(target) .path = "", .call = call_exec32, .argv = ACT_ARGV("exec32", target, "x")

/* clang-format off */
static const struct act acts[] = {
	{ "int80", ACT_OK, .path = "task/st", INT80, .argv = ACT_ARGV("st", "a b") },
	{ "int80-to-32", ACT_OK, .path = "task/st32", INT80 },
	{ "int80-script", ACT_OK, .path = "task/sh", INT80, .argv = ACT_ARGV("x", "y") },
	{ "int80-script-32", ACT_OK, .path = "task/sh32", INT80 },
	{ "int80-dynamic", ACT_OK, .path = "/bin/true", INT80 },
	{ "int80-enoent", ENOENT, .path = "task/nope", INT80 },
	{ "int80-eacces", EACCES, .path = "task/plain", INT80 },
	{ "int80-enoexec", ENOEXEC, .path = "task/text", INT80 },
	{ "int80-after-native", ACT_OK, .path = "task/st", INT80, .prep = prep_int80 },
	{ "int80-at", ACT_OK, .path = "st", .via = ACT_INT80_AT, .dirfd = ACT_FD,
	  .fd_path = "task" },
	{ "int80-at-empty", ACT_OK, .path = "", .via = ACT_INT80_AT, .dirfd = ACT_FD,
	  .fd_path = "task/st", .at_flags = AT_EMPTY_PATH },
	{ "int80-at-enoent", ENOENT, .path = "nope", .via = ACT_INT80_AT, .dirfd = ACT_FD,
	  .fd_path = "task" },
	{ "program32-to-64", ACT_ANY, CHAIN32("task/st") },
	{ "program32-to-32", ACT_ANY, CHAIN32("task/st32") },
	{ "program32-dynamic", ACT_ANY, CHAIN32("/bin/true") },
	{ "program32-fails", ACT_ANY, CHAIN32("task/nope") },

	{ "thread", .path = "task/st", .via = ACT_THREAD, .args = args_many_threads },
	{ "thread-dynamic", .path = "/bin/true", .via = ACT_THREAD },
	{ "thread-script", .path = "task/sh", .via = ACT_THREAD, .argv = ACT_ARGV("x") },
	{ "thread-fails", ENOENT, .path = "task/nope", .via = ACT_THREAD,
	  .call = call_thread_fails },
	{ "vfork", .path = "task/st", .clone_flags = CLONE_VM | CLONE_VFORK },
	{ "vfork-script", .path = "task/sh", .clone_flags = CLONE_VM | CLONE_VFORK },
	{ "vfork-fails", ENOENT, .path = "task/nope", .clone_flags = CLONE_VM | CLONE_VFORK },
	{ "vfork-two", .path = "task/st", .clone_flags = CLONE_VM | CLONE_VFORK,
	  .call = call_two },
	{ "fails-then-not", .path = "task/st", .call = call_two },
	{ "path-search", .path = "task/st", .call = call_search },

	{ "personality", .path = "task/st", .prep = prep_personality },
	{ "personality-dynamic", .path = "/bin/true", .prep = prep_personality },
	{ "personality-32", .path = "task/st", .prep = prep_personality_32 },
	{ "personality-suid", .path = "task/suid", .prep = prep_personality_suid },
	{ "personality-fails", ENOENT, .path = "task/nope", .prep = prep_personality },
	{ "comm-odd-fails", ENOENT, .path = "task/nope", .prep = prep_comm },
	{ "comm-empty-fails", ENOENT, .path = "task/nope", .prep = prep_comm_empty },

	{ "loginuid", .path = "task/st", .prep = prep_login },
	{ "loginuid-root", .path = "task/st", .prep = prep_login_root },
	{ "loginuid-odd", .path = "task/st", .prep = prep_login_odd },
	{ "loginuid-user", .path = "task/st", .prep = prep_login_user },
	{ "loginuid-unset", .path = "task/st", .prep = prep_login_unset },
	{ "loginuid-suid", .path = "task/suid", .prep = prep_login_user },
	{ "loginuid-fails", ENOENT, .path = "task/nope", .prep = prep_login },
	{ "setsid", .path = "task/st", .prep = prep_setsid },
	{ "tty", .path = "task/st", .prep = prep_tty },
	{ "tty-login", .path = "task/st", .prep = prep_tty_login },
	{ "tty-fails", ENOENT, .path = "task/nope", .prep = prep_tty },
	{ "tty-hangup", .path = "task/st", .prep = prep_tty_hangup },

	{ "seccomp", EPERM, .path = "task/st", .prep = prep_seccomp, .silent = true },
	{ "traced", .path = "task/st", .prep = prep_traced, .meanwhile = meanwhile_trace },
	{ "traced-fails", ENOENT, .path = "task/nope", .prep = prep_traced,
	  .meanwhile = meanwhile_trace },
	{ "slow-open", .path = "task/slow", .outside = outside_slow, .meanwhile = meanwhile_lease },
	{ "slow-open-fails", ENOEXEC, .path = "task/slow-text", .outside = outside_slow_text,
	  .meanwhile = meanwhile_lease },
	{ "killed", ACT_KILLED, .path = "task/nap", .meanwhile = meanwhile_kill },
	{ "killed-at-once", ACT_ANY, .path = "task/nap", .meanwhile = meanwhile_kill_now },
};
/* clang-format on */

ACT_GROUP(act_tasks, acts, setup);
