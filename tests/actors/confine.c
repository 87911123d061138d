// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * confine NUMBERS COMMAND...: runs it with no_new_privs and those system calls alone whose numbers are in the
 * file, a line each; any other is EPERM, as with a unit's SystemCallFilter= and SystemCallErrorNumber=EPERM.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#endif

enum {
	CALLS_MAX = 1000,
};

#define STMT(code, k)	       ((struct sock_filter)BPF_STMT(code, k))
#define JUMP(code, k, yes, no) ((struct sock_filter)BPF_JUMP(code, k, yes, no))
#define REFUSE		       (SECCOMP_RET_ERRNO | EPERM)

static struct sock_filter filter[2 * CALLS_MAX + 8];

int main(int argc, char **argv)
{
	struct sock_fprog program = { .filter = filter };
	FILE *file = argc > 2 ? fopen(argv[1], "re") : NULL;
	unsigned int call;
	size_t n = 0;

	if (!file)
		return 2;
	filter[n++] = STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	filter[n++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0);
	filter[n++] = STMT(BPF_RET | BPF_K, REFUSE);
	filter[n++] = STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	while (n < 2 * CALLS_MAX && fscanf(file, "%u", &call) == 1) {
		filter[n++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
		filter[n++] = STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	}
	fclose(file);
	filter[n++] = STMT(BPF_RET | BPF_K, REFUSE);
	program.len = n;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) {
		perror("confine");
		return 1;
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
