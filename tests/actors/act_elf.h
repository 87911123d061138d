/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tiny ELF programs, written byte by byte: they exit at once, so an exec costs as little as it can,
 * and every header field can be made wrong.
 */
#ifndef ATR_TESTS_ACT_ELF_H
#define ATR_TESTS_ACT_ELF_H

#include <stdbool.h>
#include <sys/types.h>

struct elf_shape {
	const char *interp; /* PT_INTERP, NULL: static */
	bool bits32;	    /* of i386, on arm64 of arm */
	bool dyn;	    /* ET_DYN, as an ELF interpreter must be */
	bool other_machine; /* of a machine that this is not */
	bool bad_address;   /* to be mapped where nothing can be: fails past no return */
	unsigned int cut;   /* only so many bytes of it, 0: all */
};

int elf_write(const char *path, const struct elf_shape *shape, mode_t mode);

#endif /* ATR_TESTS_ACT_ELF_H */
