// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Symbols of a library that may be anybody's: who has a mount namespace puts there what he likes. So it is
 * read, not mapped (it may be cut meanwhile: SIGBUS), with bounds on all that it says of itself.
 */
#include "user/load/symbols.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	SECTIONS_MAX = 512,
	SEGMENTS_MAX = 64,
	TABLE_MAX = 4 << 20, /* bytes: glibc's are 150 kB */
};

#ifdef __aarch64__
#define MACHINE EM_AARCH64
#else
#define MACHINE EM_X86_64
#endif

struct image {
	int fd;
	Elf64_Ehdr head;
	Elf64_Shdr *sections;
	Elf64_Phdr *segments;
	Elf64_Sym *symbols;
	char *strings;
	size_t symbols_count;
	size_t strings_size;
};

static void *read_at(int fd, __u64 offset, size_t size, int *ret_err)
{
	char *bytes = size <= TABLE_MAX ? malloc(size + 1) : NULL;
	ssize_t n;

	*ret_err = bytes ? 0 : -ENOMEM;
	if (!bytes)
		return NULL;
	n = pread(fd, bytes, size, offset);
	if (n != (ssize_t)size) {
		*ret_err = n < 0 ? -errno : -EBADMSG;
		free(bytes);
		return NULL;
	}
	/* Whatever its last string is, it ends. */
	bytes[size] = '\0';
	return bytes;
}

static int read_head(struct image *image)
{
	const Elf64_Ehdr *head = &image->head;
	ssize_t n = pread(image->fd, &image->head, sizeof(image->head), 0);
	int err;

	if (n < 0)
		return -errno;
	if (n != sizeof(*head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
	    head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_machine != MACHINE)
		return -ENOEXEC;
	if (head->e_shentsize != sizeof(Elf64_Shdr) || head->e_shnum > SECTIONS_MAX ||
	    head->e_phentsize != sizeof(Elf64_Phdr) || head->e_phnum > SEGMENTS_MAX)
		return -EBADMSG;
	image->sections =
		read_at(image->fd, head->e_shoff, head->e_shnum * sizeof(Elf64_Shdr), &err);
	if (image->sections)
		image->segments =
			read_at(image->fd, head->e_phoff, head->e_phnum * sizeof(Elf64_Phdr), &err);
	return err;
}

static int read_symbols(struct image *image)
{
	const Elf64_Shdr *section, *strings;
	int i, err = -ENOENT;

	for (i = 0; i < image->head.e_shnum; i++) {
		section = &image->sections[i];
		if (section->sh_type != SHT_DYNSYM || section->sh_link >= image->head.e_shnum)
			continue;
		strings = &image->sections[section->sh_link];
		if (section->sh_size > TABLE_MAX || strings->sh_size > TABLE_MAX)
			return -EFBIG;
		image->symbols_count = section->sh_size / sizeof(Elf64_Sym);
		image->strings_size = strings->sh_size;
		image->symbols = read_at(image->fd, section->sh_offset,
					 image->symbols_count * sizeof(Elf64_Sym), &err);
		if (image->symbols)
			image->strings =
				read_at(image->fd, strings->sh_offset, strings->sh_size, &err);
		return err;
	}
	return err;
}

/* Of an address as the library has it: where in the file. */
static int offset_of(const struct image *image, __u64 address, __u64 *ret)
{
	const Elf64_Phdr *segment;
	int i;

	for (i = 0; i < image->head.e_phnum; i++) {
		segment = &image->segments[i];
		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X) ||
		    address < segment->p_vaddr || address - segment->p_vaddr >= segment->p_filesz)
			continue;
		*ret = address - segment->p_vaddr + segment->p_offset;
		return 0;
	}
	return -EBADMSG;
}

static int find_one(const struct image *image, const char *name, size_t len, __u64 *ret)
{
	const Elf64_Sym *symbol;
	const char *is;
	size_t i;

	for (i = 0; i < image->symbols_count; i++) {
		symbol = &image->symbols[i];
		if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_shndx == SHN_UNDEF ||
		    symbol->st_name >= image->strings_size)
			continue;
		is = image->strings + symbol->st_name;
		if (!strncmp(is, name, len) && !is[len])
			return offset_of(image, symbol->st_value, ret);
	}
	return -ENOENT;
}

static int find(const struct image *image, const char *names, __u64 *ret)
{
	int err = -ENOENT;
	size_t len;

	for (; err == -ENOENT && *names; names += len + (names[len] == '|')) {
		len = strcspn(names, "|");
		err = find_one(image, names, len, ret);
	}
	return err;
}

int symbols_find(int fd, const char *const *names, size_t count, __u64 *ret_offsets)
{
	struct image image = { .fd = fd };
	size_t i;
	int err;

	err = read_head(&image);
	if (!err)
		err = read_symbols(&image);
	for (i = 0; !err && i < count; i++)
		err = find(&image, names[i], &ret_offsets[i]);
	free(image.sections);
	free(image.segments);
	free(image.symbols);
	free(image.strings);
	return err;
}
