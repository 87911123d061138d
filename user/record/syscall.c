/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/syscall.h"

#include <libaudit.h>
#include <stdio.h>

#include <linux/audit.h>

/* libaudit's elf.h may be older than the machines we know. */
#ifndef AUDIT_ARCH_RISCV64
#define AUDIT_ARCH_RISCV64 0xc00000f3
#endif

/*
 * From the kernel's tables of system calls. x32 has the arch of x86_64 and bit 30 in its numbers.
 */
static const struct {
	__u32 arch;
	__u32 execve;
	__u32 execveat;
} abis[] = {
	{ AUDIT_ARCH_X86_64, 59, 322 },
	{ AUDIT_ARCH_X86_64, 0x40000000 + 520, 0x40000000 + 545 }, /* x32 */
	{ AUDIT_ARCH_I386, 11, 358 },
	{ AUDIT_ARCH_AARCH64, 221, 281 },
	{ AUDIT_ARCH_ARM, 11, 387 },
	{ AUDIT_ARCH_RISCV64, 221, 281 },
	{ AUDIT_ARCH_PPC64LE, 11, 362 },
	{ AUDIT_ARCH_S390X, 11, 354 },
};

#define N_ABIS (sizeof(abis) / sizeof(abis[0]))

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#elif defined(__riscv)
#define NATIVE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__)
#define NATIVE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define NATIVE AUDIT_ARCH_S390X
#else
#error "no audit architecture known for this machine"
#endif

bool syscall_is_execveat(__u32 arch, __u32 nr)
{
	unsigned int i;

	for (i = 0; i < N_ABIS; i++)
		if (abis[i].arch == arch && abis[i].execveat == nr)
			return true;
	return false;
}

void syscall_native_execve(__u32 *ret_arch, __u32 *ret_nr)
{
	unsigned int i;

	*ret_arch = NATIVE;
	*ret_nr = 0;
	for (i = 0; i < N_ABIS && !*ret_nr; i++)
		if (abis[i].arch == NATIVE)
			*ret_nr = abis[i].execve;
}

/*
 * Looked for among the last few, as libaudit searches its tables each time. The words for what it does
 * not know are libauparse's (auparse/interpret.c).
 */
void syscalls_names(struct syscalls *s, __u32 arch, __u32 nr, const char **ret_arch,
		    const char **ret_name)
{
	const char *name = NULL;
	unsigned int i;
	int machine;

	for (i = 0; i < s->n; i++)
		if (s->kept[i].nr == nr && s->kept[i].arch == arch)
			goto out;
	i = s->next;
	s->next = (i + 1) % SYSCALLS_KEPT;
	if (s->n < SYSCALLS_KEPT)
		s->n++;
	s->kept[i].arch = arch;
	s->kept[i].nr = nr;
	machine = audit_elf_to_machine(arch);
	if (machine >= 0)
		name = audit_machine_to_name(machine);
	if (name)
		snprintf(s->kept[i].arch_name, SYSCALL_NAME_MAX, "%s", name);
	else
		snprintf(s->kept[i].arch_name, SYSCALL_NAME_MAX, "unknown-elf-type(%x)", arch);
	name = machine >= 0 ? audit_syscall_to_name(nr, machine) : NULL;
	if (name)
		snprintf(s->kept[i].name, SYSCALL_NAME_MAX, "%s", name);
	else
		snprintf(s->kept[i].name, SYSCALL_NAME_MAX, "unknown-syscall(%d)", (int)nr);
out:
	*ret_arch = s->kept[i].arch_name;
	*ret_name = s->kept[i].name;
}
