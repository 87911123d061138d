/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and names of system calls on each ABI. */
#ifndef ATR_RECORD_SYSCALL_H
#define ATR_RECORD_SYSCALL_H

#include <stdbool.h>

#include <linux/types.h>

enum { SYSCALLS_KEPT = 8, SYSCALL_NAME_MAX = 40 };

/* libaudit's answers, each asked for once. All zero is a valid state. */
struct syscalls {
	struct {
		__u32 arch;
		__u32 nr;
		char arch_name[SYSCALL_NAME_MAX];
		char name[SYSCALL_NAME_MAX];
	} kept[SYSCALLS_KEPT];
	unsigned int n;
	unsigned int next;
};

/* The words that auditd writes behind ARCH= and SYSCALL=; valid until the next call. */
void syscalls_names(struct syscalls *s, __u32 arch, __u32 nr, const char **ret_arch,
		    const char **ret_name);

bool syscall_is_execveat(__u32 arch, __u32 nr);

/* execve on the machine this was built for: all that can be said when no entry was seen. */
void syscall_native_execve(__u32 *ret_arch, __u32 *ret_nr);

#endif /* ATR_RECORD_SYSCALL_H */
