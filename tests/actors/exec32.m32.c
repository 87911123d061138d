/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exec32 PATH [ARG...]: a 32-bit program that becomes another one. Returns the errno. */
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
