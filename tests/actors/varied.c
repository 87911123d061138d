/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * varied DIR: execs that differ in what audit rules ask for, and messages of users, again and again.
 *
 * DIR is where its files are made. It says "ready PID"; then it does what each line of stdin says:
 *
 *   fork      a child that waits; "fork PID". It is who does the act "waited" of the next round
 *   go NAME   a round: for each act "NAME\tACT\tPID", then "done NAME"
 *
 * What acts is a child of PID, but for "grandchild".
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libaudit.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SOMEBODY = 1000,
	GROUP = 1001,  /* of the one who is setgid, and a supplementary one */
	OTHERS = 1002, /* a supplementary group */
	NOBODY = 65534,
	DIR_FD = 9,
};

static const char *dir, *build;
static int wait_pipe[2];
static pid_t waiting;
static volatile pid_t *grandchild; /* shared with who has it */

struct act {
	const char *name;
	const char *path; /* '@' in front: below DIR, '%': a program of the tests; NULL: bad memory */
	void (*prep)(void);
	long (*call)(const char *path, char **argv); /* NULL: execve() */
};

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "varied: %s: %s\n", what, strerror(errno));
	_exit(99);
}

static const char *path_of(const char *path, char *buf)
{
	if (!path)
		return (const char *)8;
	if (*path != '@' && *path != '%')
		return path;
	snprintf(buf, PATH_MAX, "%s/%s", *path == '@' ? dir : build, path + 1);
	return buf;
}

/* --- files ------------------------------------------------------------------------------------ */

/* A script by an interpreter that is below DIR, or what is none (NULL). */
static void file_text(const char *name, const char *interpreter, mode_t mode)
{
	char path[PATH_MAX], text[PATH_MAX];
	int fd;

	snprintf(text, sizeof(text), "%s%s%s\n", interpreter ? "#!" : "nothing",
		 interpreter ? dir : "", interpreter ? interpreter : "");
	fd = open(path_of(name, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	need(fd >= 0 && write(fd, text, strlen(text)) >= 0, path);
	fchmod(fd, mode);
	close(fd);
}

static void file_copy(const char *from, const char *name, uid_t uid, gid_t gid, mode_t mode)
{
	char path[PATH_MAX], buf[65536];
	int in = open(from, O_RDONLY), out;
	ssize_t n;

	out = open(path_of(name, path), O_WRONLY | O_CREAT | O_TRUNC, 0600);
	need(in >= 0 && out >= 0, path);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		need(write(out, buf, n) == n, path);
	need(!fchown(out, uid, gid) && !fchmod(out, mode), path);
	close(in);
	close(out);
}

static void files_make(void)
{
	char path[PATH_MAX], other[PATH_MAX];

	file_copy("/bin/true", "@prog", 0, 0, 0755);
	file_copy("/bin/true", "@theirs", SOMEBODY, GROUP, 0755);
	file_copy("/bin/true", "@suid-root", 0, 0, 04755);
	file_copy("/bin/true", "@suid", SOMEBODY, GROUP, 04755);
	file_copy("/bin/true", "@sgid", 0, GROUP, 02755);
	need(!link(path_of("@prog", path), path_of("@hard", other)), "hard");
	need(!symlink("prog", path_of("@soft", path)), "soft");
	need(!symlink("/bin/true", path_of("@outside", path)), "outside");
	need(!symlink("loop", path_of("@loop", path)), "loop");
	need(!mkdir(path_of("@sub", path), 0755), "sub");
	need(!mkdir(path_of("@locked", path), 0700), "locked");
	need(!symlink("sub", path_of("@subway", path)), "subway");
	file_copy("/bin/true", "@sub/below", 0, 0, 0755);
	file_copy("/bin/true", "@locked/away", 0, 0, 0755);
	file_text("@script", "/prog", 0755);
	file_text("@script-arg", "/sub/below -x", 0755);
	file_text("@script-2", "/script", 0755);
	file_text("@script-lost", "/nowhere", 0755);
	file_text("@plain", NULL, 0644);
	file_text("@noise", NULL, 0755);
	need(!mkfifo(path_of("@fifo", path), 0755), "fifo");
}

/* --- who -------------------------------------------------------------------------------------- */

static void become(uid_t uid, gid_t gid, size_t n, const gid_t *groups)
{
	need(!setgroups(n, groups) && !setresgid(gid, gid, gid) && !setresuid(uid, uid, uid),
	     "become");
}

static void nobody(void)
{
	become(NOBODY, NOBODY, 0, NULL);
}

static void somebody(void)
{
	const gid_t groups[] = { OTHERS, GROUP };

	become(SOMEBODY, SOMEBODY, 2, groups);
}

static void in_groups(void)
{
	const gid_t groups[] = { OTHERS, 7, GROUP };

	need(!setgroups(3, groups), "groups");
}

/* Of these exec leaves the real ones alone; effective, saved and file-system ids become one. */
static void effective(void)
{
	need(!setresuid(0, SOMEBODY, 0), "effective");
}

static void effective_group(void)
{
	need(!setresgid(0, GROUP, OTHERS), "effective group");
}

static void saved(void)
{
	need(!setresuid(SOMEBODY, 0, 0), "saved");
}

static void login_as(const char *id)
{
	int fd = open("/proc/self/loginuid", O_WRONLY);

	/* Not everywhere may it be set again: then it is as it was, for both. */
	if (fd >= 0 && write(fd, id, strlen(id)) < 0)
		errno = 0;
	if (fd >= 0)
		close(fd);
}

static void login(void)
{
	login_as("1000");
}

static void login_nobody(void)
{
	login_as("65534");
	nobody();
}

static void in_sub(void)
{
	char path[PATH_MAX];

	need(!chdir(path_of("@sub", path)), "sub");
}

static void not_random(void)
{
	personality(ADDR_NO_RANDOMIZE);
}

static void descriptor(void)
{
	need(dup2(open(dir, O_PATH | O_DIRECTORY), DIR_FD) == DIR_FD, dir);
}

static void descriptor_prog(void)
{
	char path[PATH_MAX];

	need(dup2(open(path_of("@prog", path), O_RDONLY), DIR_FD) == DIR_FD, dir);
}

/* --- how -------------------------------------------------------------------------------------- */

static long call_numbers(const char *path, char **argv)
{
	return syscall(SYS_execve, path, argv, NULL, 0x75, 0, 0);
}

static long call_no_argv(const char *path, char **argv)
{
	return syscall(SYS_execve, path, NULL, NULL, 0, 0, 0);
}

static long call_at(const char *path, char **argv)
{
	return syscall(SYS_execveat, AT_FDCWD, path, argv, environ, 0, 0);
}

static long call_at_fd(const char *path, char **argv)
{
	return syscall(SYS_execveat, DIR_FD, path, argv, environ, 0, 0);
}

static long call_at_file(const char *path, char **argv)
{
	return syscall(SYS_execveat, DIR_FD, "", argv, environ, AT_EMPTY_PATH, 0);
}

static long call_at_flags(const char *path, char **argv)
{
	return syscall(SYS_execveat, AT_FDCWD, path, argv, environ, 0x40000000, 0);
}

static long call_deep(const char *path, char **argv)
{
	pid_t pid = fork();

	need(pid >= 0, "fork");
	if (!pid)
		return execv(path, argv);
	*grandchild = pid;
	waitpid(pid, NULL, 0);
	_exit(0);
}

#ifdef __x86_64__
/* In memory below 4 GB, where that call can reach them. */
static long call_int80(const char *path, char **argv)
{
	char *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	__u32 *pointers = (__u32 *)(low + PATH_MAX);
	long ret;

	need(low != MAP_FAILED, "memory");
	strcpy(low, path);
	pointers[0] = (__u32)(unsigned long)low;
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(11), "b"(low), "c"(pointers), "d"(pointers + 1)
			 : "memory");
	return ret;
}
#endif

/* --- messages --------------------------------------------------------------------------------- */

static void tell(int type, const char *text)
{
	int fd = audit_open();

	need(fd >= 0, "audit");
	audit_log_user_message(fd, type, text, NULL, NULL, NULL, 1);
	close(fd);
}

static long call_tell(const char *path, char **argv)
{
	tell(AUDIT_TEST, "op=one");
	tell(AUDIT_TRUSTED_APP, "op=two");
	tell(AUDIT_USER_LOGIN, "op=three");
	tell(AUDIT_USER, "op=four");
	_exit(0);
}

/* As somebody, who may all the same. */
static long call_tell_as(const char *path, char **argv)
{
	const gid_t groups[] = { OTHERS };
	const cap_value_t may = CAP_AUDIT_WRITE;
	cap_t caps = cap_init();

	need(!prctl(PR_SET_KEEPCAPS, 1), "keep");
	become(SOMEBODY, SOMEBODY, 1, groups);
	need(!cap_set_flag(caps, CAP_PERMITTED, 1, &may, CAP_SET) &&
		     !cap_set_flag(caps, CAP_EFFECTIVE, 1, &may, CAP_SET) && !cap_set_proc(caps),
	     "capability");
	return call_tell(path, argv);
}

/* --- acts ------------------------------------------------------------------------------------- */

static const struct act acts[] = {
	{ .name = "true", .path = "/bin/true" },
	{ .name = "false", .path = "/bin/false" },
	{ .name = "prog", .path = "@prog" },
	{ .name = "soft", .path = "@soft" },
	{ .name = "hard", .path = "@hard" },
	{ .name = "outside", .path = "@outside" },
	{ .name = "theirs", .path = "@theirs" },
	{ .name = "relative", .path = "below", .prep = in_sub },
	{ .name = "dots", .path = "../prog", .prep = in_sub },
	{ .name = "way", .path = "@subway/below" },
	{ .name = "nobody", .path = "@prog", .prep = nobody },
	{ .name = "somebody", .path = "@prog", .prep = somebody },
	{ .name = "somebodys", .path = "@theirs", .prep = somebody },
	{ .name = "groups", .path = "@prog", .prep = in_groups },
	{ .name = "effective", .path = "@prog", .prep = effective },
	{ .name = "effective-group", .path = "@prog", .prep = effective_group },
	{ .name = "saved", .path = "@prog", .prep = saved },
	{ .name = "suid-root", .path = "@suid-root", .prep = nobody },
	{ .name = "suid", .path = "@suid" },
	{ .name = "sgid", .path = "@sgid", .prep = somebody },
	{ .name = "login", .path = "@prog", .prep = login },
	{ .name = "login-nobody", .path = "/bin/true", .prep = login_nobody },
	{ .name = "login-fails", .path = "@nowhere", .prep = login },
	{ .name = "enoent", .path = "@nowhere" },
	{ .name = "enoent-nobody", .path = "@nowhere", .prep = nobody },
	{ .name = "enoent-relative", .path = "nowhere", .prep = in_sub },
	{ .name = "eacces", .path = "@plain" },
	{ .name = "eacces-somebody", .path = "@plain", .prep = somebody },
	{ .name = "eacces-locked", .path = "@locked/away", .prep = nobody },
	{ .name = "eacces-directory", .path = "@sub" },
	{ .name = "eacces-device", .path = "/dev/null" },
	{ .name = "eacces-fifo", .path = "@fifo" },
	{ .name = "enoexec", .path = "@noise" },
	{ .name = "enotdir", .path = "@prog/x" },
	{ .name = "eloop", .path = "@loop" },
	{ .name = "efault", .path = NULL },
	{ .name = "script", .path = "@script" },
	{ .name = "script-arg", .path = "@script-arg" },
	{ .name = "script-2", .path = "@script-2", .prep = somebody },
	{ .name = "script-lost", .path = "@script-lost" },
	{ .name = "at", .path = "@prog", .call = call_at },
	{ .name = "at-fd", .path = "sub/below", .prep = descriptor, .call = call_at_fd },
	{ .name = "at-file", .path = "@prog", .prep = descriptor_prog, .call = call_at_file },
	{ .name = "at-flags", .path = "@prog", .call = call_at_flags },
	{ .name = "at-enoent", .path = "nowhere", .prep = descriptor, .call = call_at_fd },
	{ .name = "personality", .path = "@prog", .prep = not_random },
	{ .name = "numbers", .path = "@prog", .call = call_numbers },
	{ .name = "no-argv", .path = "@prog", .call = call_no_argv },
	{ .name = "32", .path = "%exec32.m32" },
	{ .name = "32-nobody", .path = "%exec32.m32", .prep = nobody },
#ifdef __x86_64__
	{ .name = "int80", .path = "@prog", .call = call_int80 },
#endif
	{ .name = "grandchild", .path = "@prog", .prep = nobody, .call = call_deep },
	{ .name = "tell", .path = "", .call = call_tell },
	{ .name = "tell-as", .path = "", .call = call_tell_as },
};

static void act_do(const struct act *act)
{
	char path[PATH_MAX], target[PATH_MAX];
	char *argv[] = { (char *)act->name, (char *)path_of("@prog", target), NULL };
	const char *what = path_of(act->path, path);

	/* What it is by its name is all that it is for. */
	if (!strncmp(act->name, "32", 2))
		argv[0] = path;
	if (act->prep)
		act->prep();
	if (act->call)
		act->call(what, argv);
	else
		execve(what, argv, environ);
	_exit(1);
}

static void act_run(const char *round, const struct act *act)
{
	pid_t pid = fork();
	int status;

	need(pid >= 0, "fork");
	if (!pid)
		act_do(act);
	printf("%s\t%s\t%d\n", round, act->name, pid);
	need(waitpid(pid, &status, 0) == pid, "wait");
	need(!WIFEXITED(status) || WEXITSTATUS(status) != 99, act->name);
	if (act->call == call_deep)
		printf("%s\t%s\t%d\n", round, act->name, *grandchild);
}

static void waiting_fork(void)
{
	char byte;

	need(!pipe2(wait_pipe, O_CLOEXEC), "pipe");
	waiting = fork();
	need(waiting >= 0, "fork");
	if (!waiting) {
		need(read(wait_pipe[0], &byte, 1) == 1, "pipe");
		act_do(&(const struct act){ .name = "waited", .path = "@prog" });
	}
	printf("fork %d\n", waiting);
}

static void waiting_run(const char *round)
{
	if (!waiting)
		return;
	printf("%s\twaited\t%d\n", round, waiting);
	need(write(wait_pipe[1], "", 1) == 1, "pipe");
	need(waitpid(waiting, NULL, 0) == waiting, "wait");
	close(wait_pipe[0]);
	close(wait_pipe[1]);
	waiting = 0;
}

int main(int argc, char **argv)
{
	static char self[PATH_MAX];
	char line[256];
	unsigned int i;
	ssize_t n;

	need(argc == 2 && *argv[1] == '/', "usage: varied DIR");
	dir = argv[1];
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	need(n > 0, "itself");
	*strrchr(self, '/') = '\0';
	build = self;
	grandchild = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(grandchild != MAP_FAILED, "memory");
	umask(022);
	files_make();
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("ready %d\n", getpid());
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strcmp(line, "fork"))
			waiting_fork();
		if (strncmp(line, "go ", 3))
			continue;
		for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
			act_run(line + 3, &acts[i]);
		waiting_run(line + 3);
		printf("done %s\n", line + 3);
	}
	return 0;
}
