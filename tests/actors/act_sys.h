/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls as they are, without what the C library adds: an act is exactly one call. The exec
 * functions return the errno, since they return only when they fail.
 */
#ifndef ATR_TESTS_ACT_SYS_H
#define ATR_TESTS_ACT_SYS_H

#include <stdbool.h>
#include <sys/types.h>

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000 /* Added in: 6.14 */
#endif

int sys_execve(const char *path, char **argv, char **envp);
int sys_execveat(int dirfd, const char *path, char **argv, char **envp, int flags);

/* Through int $0x80, as a 32-bit program does it: only on x86-64 can any program do that. */
bool sys_has_execve32(void);
int sys_execve32(const char *path, char **argv, char **envp);
int sys_execveat32(int dirfd, const char *path, char **argv, char **envp, int flags);

/* By a second thread of this process, named "other". */
int sys_execve_thread(const char *path, char **argv, char **envp);

/* These change this thread alone; 0 or -errno. (uid_t)-1 leaves an id as it is. */
int sys_setuids(uid_t ruid, uid_t euid, uid_t suid);
int sys_setgids(gid_t rgid, gid_t egid, gid_t sgid);
int sys_setcaps(unsigned long long permitted, unsigned long long effective,
		unsigned long long inheritable);
int sys_getcaps(unsigned long long *ret_permitted);

#endif /* ATR_TESTS_ACT_SYS_H */
