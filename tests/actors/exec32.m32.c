/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec32 PATH [ARG...]: a 32-bit program that becomes another one. Returns the errno. */
#ifdef __arm__
/* Without a C library: one for 64-bit programs is all that there need be. */
enum { SYS_EXIT = 1, SYS_EXECVE = 11 };

static long call(long nr, const void *a, const void *b, const void *c)
{
	register long r7 __asm__("r7") = nr;
	register long r0 __asm__("r0") = (long)a;
	register const void *r1 __asm__("r1") = b;
	register const void *r2 __asm__("r2") = c;

	__asm__ volatile("svc #0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2) : "memory");
	return r0;
}

/* The stack as the kernel leaves it: argc, argv, NULL, envp. */
__attribute__((used)) static void begin(const long *stack)
{
	const long *argv = stack + 1;
	long err = 2;

	if (stack[0] >= 2)
		err = -call(SYS_EXECVE, (const void *)argv[1], argv + 1, argv + stack[0] + 1);
	call(SYS_EXIT, (const void *)err, 0, 0);
}

__asm__(".globl _start\n_start: mov r0, sp\n bl begin\n");
#else
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: exec32 PATH [ARG...]\n", stderr);
		return 2;
	}
	execv(argv[1], argv + 1);
	return errno;
}
#endif
