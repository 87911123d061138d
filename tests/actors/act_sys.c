/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/actors/act_sys.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int sys_execve(const char *path, char **argv, char **envp)
{
	syscall(SYS_execve, path, argv, envp);
	return errno;
}

int sys_execveat(int dirfd, const char *path, char **argv, char **envp, int flags)
{
	if (syscall(SYS_execveat, dirfd, path, argv, envp, flags) == 0)
		return 0; /* AT_EXECVE_CHECK */
	return errno;
}

#ifdef __x86_64__
enum { LOW_SIZE = 4 << 20, I386_EXECVE = 11, I386_EXECVEAT = 358 };

/* Copies what a 32-bit program would have below 4 GiB. */
struct low {
	char *at;
	size_t used;
};

static uint32_t low__string(struct low *low, const char *text)
{
	size_t len = strlen(text) + 1;
	char *at = low->at + low->used;

	if (low->used + len > LOW_SIZE)
		abort();
	memcpy(at, text, len);
	low->used += (len + 7) & ~7UL;
	return (uint32_t)(uintptr_t)at;
}

static uint32_t low__strings(struct low *low, char **strings)
{
	uint32_t *at;
	size_t count = 0;

	if (!strings)
		return 0;
	while (strings[count])
		count++;
	at = (uint32_t *)(low->at + low->used);
	low->used += ((count + 1) * sizeof(*at) + 7) & ~7UL;
	if (low->used > LOW_SIZE)
		abort();
	for (size_t i = 0; i < count; i++)
		at[i] = low__string(low, strings[i]);
	at[count] = 0;
	return (uint32_t)(uintptr_t)at;
}

/* Mapped once: after vfork() it is our parent's memory, too, and there is little of it. */
static int low__init(struct low *low)
{
	static char *at;

	if (!at || at == MAP_FAILED)
		at = mmap(NULL, LOW_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	low->at = at;
	low->used = 0;
	return at == MAP_FAILED ? errno : 0;
}

/* The kernel takes the low halves alone, and yet the others are there to be told. */
static long int80(long nr, const uint32_t args[5])
{
	const long high = 0x1234567800000000;
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(high | args[0]), "c"(high | args[1]), "d"(high | args[2]),
			   "S"(high | args[3]), "D"(high | args[4])
			 : "memory", "cc", "r8", "r9", "r10", "r11");
	return ret;
}

bool sys_has_execve32(void)
{
	return true;
}

int sys_execve32(const char *path, char **argv, char **envp)
{
	struct low low;
	uint32_t args[5] = { 0 };
	int err = low__init(&low);

	if (err)
		return err;
	args[0] = path ? low__string(&low, path) : 0;
	args[1] = low__strings(&low, argv);
	args[2] = low__strings(&low, envp);
	return (int)-int80(I386_EXECVE, args);
}

int sys_execveat32(int dirfd, const char *path, char **argv, char **envp, int flags)
{
	struct low low;
	uint32_t args[5] = { (uint32_t)dirfd };
	int err = low__init(&low);

	if (err)
		return err;
	args[1] = path ? low__string(&low, path) : 0;
	args[2] = low__strings(&low, argv);
	args[3] = low__strings(&low, envp);
	args[4] = (uint32_t)flags;
	return (int)-int80(I386_EXECVEAT, args);
}
#else
bool sys_has_execve32(void)
{
	return false;
}

int sys_execve32(const char *path, char **argv, char **envp)
{
	return ENOSYS;
}

int sys_execveat32(int dirfd, const char *path, char **argv, char **envp, int flags)
{
	return ENOSYS;
}
#endif

struct thread_exec {
	const char *path;
	char **argv;
	char **envp;
	volatile int err;
	volatile int done;
};

static int thread_main(void *arg)
{
	struct thread_exec *thread = arg;

	syscall(SYS_prctl, PR_SET_NAME, "other", 0, 0, 0);
	thread->err = sys_execve(thread->path, thread->argv, thread->envp);
	thread->done = 1;
	/* Not _exit(), which would end the leader too before it has told the outcome. */
	for (;;)
		syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
	return 0;
}

int sys_execve_thread(const char *path, char **argv, char **envp)
{
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			  CLONE_SYSVSEM;
	struct thread_exec thread = { .path = path, .argv = argv, .envp = envp };
	const size_t size = 256 * 1024;
	char *stack = malloc(size);

	if (!stack || clone(thread_main, stack + size, flags, &thread) < 0)
		return errno;
	while (!thread.done)
		usleep(200);
	return thread.err;
}

int sys_setuids(uid_t ruid, uid_t euid, uid_t suid)
{
	return syscall(SYS_setresuid, ruid, euid, suid) < 0 ? -errno : 0;
}

int sys_setgids(gid_t rgid, gid_t egid, gid_t sgid)
{
	return syscall(SYS_setresgid, rgid, egid, sgid) < 0 ? -errno : 0;
}

int sys_setcaps(unsigned long long permitted, unsigned long long effective,
		unsigned long long inheritable)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ (__u32)effective, (__u32)permitted, (__u32)inheritable },
		{ (__u32)(effective >> 32), (__u32)(permitted >> 32), (__u32)(inheritable >> 32) },
	};

	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

int sys_getcaps(unsigned long long *ret_permitted)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	*ret_permitted = (unsigned long long)data[1].permitted << 32 | data[0].permitted;
	return 0;
}
