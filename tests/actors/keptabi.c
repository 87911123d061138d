/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keptabi PATH: makes the kernel side whose pinned map_atr_kept that is one of another version: its ABI, the
 * 32-bit number behind the first eight bytes of the map, becomes one more (bpf/kept.h).
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ABI_AT = 8 };

int main(int argc, char **argv)
{
	union bpf_attr attr = { 0 };
	char *map = MAP_FAILED;
	int fd;

	if (argc != 2) {
		fputs("usage: keptabi PATH\n", stderr);
		return 2;
	}
	attr.pathname = (unsigned long)argv[1];
	fd = (int)syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
	if (fd >= 0)
		map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		fprintf(stderr, "keptabi: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	++*(unsigned int *)(void *)(map + ABI_AT);
	return 0;
}
