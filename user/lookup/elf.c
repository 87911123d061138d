// SPDX-License-Identifier: GPL-2.0-or-later
/* As fs/binfmt_script.c and fs/binfmt_elf.c read a file; the file is whatever someone made it. */
#include "user/lookup/elf.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

/* BINPRM_BUF_SIZE: what the kernel reads of a file to tell what it is, since 5.1. */
#define PROGRAM_HEAD 256

/* load_elf_phdrs() takes no more than this. */
#define PHDRS_MAX 65536

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_end(char c)
{
	return is_blank(c) || !c;
}

/*
 * load_script(): the first line without blanks at its ends is a path and at most one argument. A NUL
 * ends what stands before it, as the kernel goes on with strings.
 */
static void script_look(const char *head, struct file_facts *ret)
{
	const char *last = &head[PROGRAM_HEAD - 1], *end, *name, *word, *arg;

	end = memchr(head, '\n', strnlen(head, PROGRAM_HEAD));
	if (!end) {
		/* Without an end of line the path counts if it is whole: if something follows it. */
		for (name = head + 2; name <= last && is_blank(*name); name++)
			;
		for (word = name; word <= last && !is_end(*word); word++)
			;
		if (word > last)
			return;
		end = last;
	}
	while (end > head + 2 && is_blank(end[-1]))
		end--;
	for (name = head + 2; name < end && is_blank(*name); name++)
		;
	if (name == end)
		return;
	for (word = name; word < end && !is_end(*word); word++)
		;
	/* Less than PROGRAM_HEAD bytes, as all of it comes from head; so is arg. */
	memcpy(ret->interp, name, word - name);
	ret->interp[word - name] = '\0';
	ret->has_interp = true;
	for (arg = word; arg < end && is_blank(*arg); arg++)
		;
	if (arg == word || arg == end)
		return;
	memcpy(ret->arg, arg, end - arg);
	ret->arg[end - arg] = '\0';
	ret->has_arg = true;
}

/* The first PT_INTERP, as load_elf_binary() takes it: 2 to PATH_MAX bytes, the last one NUL. */
static void elf_interp(int fd, __u64 off, __u64 size, struct file_facts *ret)
{
	char interp[ATR_NAME_MAX];

	if (size < 2 || size > sizeof(interp) ||
	    pread(fd, interp, size, (off_t)off) != (ssize_t)size || interp[size - 1])
		return;
	memcpy(ret->interp, interp, size);
	ret->has_interp = true;
}

/* Where the program headers are, in either class. */
struct phdrs {
	bool is_64;
	__u64 off;
	__u32 size; /* of one */
	__u32 n;
};

static bool phdrs_find(const char *head, struct phdrs *ret)
{
	Elf32_Ehdr e32;
	Elf64_Ehdr e64;

	switch (head[EI_CLASS]) {
	case ELFCLASS32:
		memcpy(&e32, head, sizeof(e32));
		*ret = (struct phdrs){ false, e32.e_phoff, sizeof(Elf32_Phdr), e32.e_phnum };
		return e32.e_phentsize == ret->size;
	case ELFCLASS64:
		memcpy(&e64, head, sizeof(e64));
		*ret = (struct phdrs){ true, e64.e_phoff, sizeof(Elf64_Phdr), e64.e_phnum };
		return e64.e_phentsize == ret->size;
	default:
		return false;
	}
}

/*
 * n and size are 16 bits of the file and a constant, so their product does not wrap; an offset may
 * be any number, and pread() refuses what is none.
 */
static void elf_look(int fd, const char *head, struct file_facts *ret)
{
	struct phdrs phdrs;
	Elf32_Phdr p32;
	Elf64_Phdr p64;
	__u32 i;

	if (!phdrs_find(head, &phdrs) || phdrs.n * phdrs.size > PHDRS_MAX)
		return;
	for (i = 0; i < phdrs.n; i++) {
		void *to = phdrs.is_64 ? (void *)&p64 : (void *)&p32;

		if (pread(fd, to, phdrs.size, (off_t)(phdrs.off + i * phdrs.size)) !=
		    (ssize_t)phdrs.size)
			return;
		if ((phdrs.is_64 ? p64.p_type : p32.p_type) != PT_INTERP)
			continue;
		elf_interp(fd, phdrs.is_64 ? p64.p_offset : p32.p_offset,
			   phdrs.is_64 ? p64.p_filesz : p32.p_filesz, ret);
		return;
	}
}

void program_look(int fd, struct file_facts *ret)
{
	char head[PROGRAM_HEAD] = {};

	ret->type = ATR_ANSWER_OTHER;
	/* A short file has zeros behind it, as in the kernel's buffer. */
	if (pread(fd, head, sizeof(head), 0) < 2)
		return;
	if (head[0] == '#' && head[1] == '!') {
		ret->type = ATR_ANSWER_SCRIPT;
		script_look(head, ret);
	} else if (!memcmp(head, ELFMAG, SELFMAG)) {
		ret->type = ATR_ANSWER_ELF;
		elf_look(fd, head, ret);
	}
}
