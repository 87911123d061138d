/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/actors/act_elf.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "tests/actors/act_fs.h"

enum { ELF_MAX = 8192, ELF_BASE = 0x400000, ELF_INTERP_MAX = 4096 };

#ifdef __aarch64__
#define ELF_MACHINE   EM_AARCH64
#define ELF_MACHINE32 EM_ARM
#define ELF_FLAGS32   EF_ARM_EABI_VER5
#define ELF_OTHER     EM_X86_64
/* mov x8,#93; mov x0,#0; svc #0 */
static const unsigned char exit_code[] = {
	0xa8, 0x0b, 0x80, 0xd2, 0, 0, 0x80, 0xd2, 1, 0, 0, 0xd4,
};
/* mov r7,#1; mov r0,#0; svc #0 */
static const unsigned char exit_code32[] = {
	1, 0x70, 0xa0, 0xe3, 0, 0, 0xa0, 0xe3, 0, 0, 0, 0xef,
};
#else
#define ELF_MACHINE   EM_X86_64
#define ELF_MACHINE32 EM_386
#define ELF_FLAGS32   0
#define ELF_OTHER     EM_AARCH64
/* mov $60,%eax; xor %edi,%edi; syscall */
static const unsigned char exit_code[] = { 0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05 };
/* mov $1,%eax; xor %ebx,%ebx; int $0x80 */
static const unsigned char exit_code32[] = { 0xb8, 1, 0, 0, 0, 0x31, 0xdb, 0xcd, 0x80 };
#endif

/*
 * Linux 6.1 still fills up the last page of an ELF interpreter with zeros even where it has no .bss,
 * and kills the program when it cannot.
 */
static unsigned int load_flags(const struct elf_shape *shape)
{
	return PF_R | PF_X | (shape->dyn ? PF_W : 0);
}

static size_t build64(unsigned char *buf, const struct elf_shape *shape)
{
	size_t interp_len = shape->interp ? strlen(shape->interp) + 1 : 0;
	unsigned int phnum = shape->interp ? 2 : 1;
	size_t interp_off = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
	size_t code_off = (interp_off + interp_len + 15) & ~15UL;
	size_t size = code_off + sizeof(exit_code);
	Elf64_Addr base = shape->dyn ? 0 : ELF_BASE;
	Elf64_Ehdr *eh = (Elf64_Ehdr *)buf;
	Elf64_Phdr *ph = (Elf64_Phdr *)(buf + sizeof(*eh));

	memcpy(eh->e_ident, ELFMAG, SELFMAG);
	eh->e_ident[EI_CLASS] = ELFCLASS64;
	eh->e_ident[EI_DATA] = ELFDATA2LSB;
	eh->e_ident[EI_VERSION] = EV_CURRENT;
	eh->e_type = shape->dyn ? ET_DYN : ET_EXEC;
	eh->e_machine = shape->other_machine ? ELF_OTHER : ELF_MACHINE;
	eh->e_version = EV_CURRENT;
	eh->e_entry = base + code_off;
	eh->e_phoff = sizeof(*eh);
	eh->e_ehsize = sizeof(*eh);
	eh->e_phentsize = sizeof(*ph);
	eh->e_phnum = (Elf64_Half)phnum;
	if (shape->interp) {
		ph->p_type = PT_INTERP;
		ph->p_flags = PF_R;
		ph->p_offset = interp_off;
		ph->p_vaddr = base + interp_off;
		ph->p_filesz = interp_len;
		ph->p_memsz = interp_len;
		memcpy(buf + interp_off, shape->interp, interp_len);
		ph++;
	}
	ph->p_type = PT_LOAD;
	ph->p_flags = load_flags(shape);
	ph->p_vaddr = shape->bad_address ? 0xffff800000000000ULL : base;
	ph->p_filesz = size;
	ph->p_memsz = size;
	ph->p_align = 4096;
	memcpy(buf + code_off, exit_code, sizeof(exit_code));
	return size;
}

static size_t build32(unsigned char *buf, const struct elf_shape *shape)
{
	size_t interp_len = shape->interp ? strlen(shape->interp) + 1 : 0;
	size_t interp_off = sizeof(Elf32_Ehdr) + 2 * sizeof(Elf32_Phdr);
	size_t code_off = (interp_off + interp_len + 15) & ~15UL;
	size_t size = code_off + sizeof(exit_code32);
	Elf32_Addr base = shape->dyn ? 0 : ELF_BASE;
	Elf32_Ehdr *eh = (Elf32_Ehdr *)buf;
	Elf32_Phdr *ph = (Elf32_Phdr *)(buf + sizeof(*eh));

	memcpy(eh->e_ident, ELFMAG, SELFMAG);
	eh->e_ident[EI_CLASS] = ELFCLASS32;
	eh->e_ident[EI_DATA] = ELFDATA2LSB;
	eh->e_ident[EI_VERSION] = EV_CURRENT;
	eh->e_type = shape->dyn ? ET_DYN : ET_EXEC;
	eh->e_machine = ELF_MACHINE32;
	eh->e_flags = ELF_FLAGS32;
	eh->e_version = EV_CURRENT;
	eh->e_entry = base + (Elf32_Addr)code_off;
	eh->e_phoff = sizeof(*eh);
	eh->e_ehsize = sizeof(*eh);
	eh->e_phentsize = sizeof(*ph);
	eh->e_phnum = shape->interp ? 2 : 1;
	if (shape->interp) {
		ph->p_type = PT_INTERP;
		ph->p_flags = PF_R;
		ph->p_offset = (Elf32_Off)interp_off;
		ph->p_vaddr = base + (Elf32_Addr)interp_off;
		ph->p_filesz = (Elf32_Word)interp_len;
		ph->p_memsz = (Elf32_Word)interp_len;
		memcpy(buf + interp_off, shape->interp, interp_len);
		ph++;
	}
	ph->p_type = PT_LOAD;
	ph->p_flags = load_flags(shape);
	ph->p_vaddr = base;
	ph->p_filesz = (Elf32_Word)size;
	ph->p_memsz = (Elf32_Word)size;
	ph->p_align = 4096;
	memcpy(buf + code_off, exit_code32, sizeof(exit_code32));
	return size;
}

int elf_write(const char *path, const struct elf_shape *shape, mode_t mode)
{
	_Alignas(16) unsigned char buf[ELF_MAX] = { 0 };
	size_t size;

	if (shape->interp && strlen(shape->interp) >= ELF_INTERP_MAX)
		return -ENAMETOOLONG;
	size = shape->bits32 ? build32(buf, shape) : build64(buf, shape);
	if (shape->cut && shape->cut < size)
		size = shape->cut;
	return fs_write(path, buf, size, mode);
}
