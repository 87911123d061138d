/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which rules there can be events for: execs, logins, messages of users, and what is told of them. */
#include "user/rules/parse.h"

#if defined(__x86_64__)
static const __u32 machine[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_I386 };
#elif defined(__aarch64__)
static const __u32 machine[] = { AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM };
#endif

enum { ARCHES = sizeof(machine) / sizeof(*machine) };

static bool arch_meant(const struct rule *rule, __u32 arch)
{
	if (!rule->arch)
		return true;
	return (rule->arch == arch) == (rule->arch_op == AUDIT_EQUAL);
}

/* The mask has 2048 bits, and an unknown name is -1. */
static bool has_call(const struct rule *rule, __u32 arch, const char *name)
{
	int nr = audit_name_to_syscall(name, audit_elf_to_machine(arch));

	return nr >= 0 && nr < 32 * AUDIT_BITMASK_SIZE &&
	       rule->data->mask[AUDIT_WORD(nr)] & AUDIT_BIT(nr);
}

/* The calls of the mask that are execs in any of the programs that are meant. */
static unsigned int count_execs(const struct rule *rule)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARCHES; i++)
		if (arch_meant(rule, machine[i]))
			n += has_call(rule, machine[i], "execve") +
			     has_call(rule, machine[i], "execveat");
	return n;
}

static unsigned int count_calls(const struct rule *rule)
{
	unsigned int i, n = 0;

	for (i = 0; i < AUDIT_BITMASK_SIZE; i++)
		n += __builtin_popcount(rule->data->mask[i]);
	return n;
}

/*
 * The permissions that it watches for, all of them if it does not say. All fields of a rule have to
 * hold: of several perm= what they have in common.
 */
static __u32 perms_of(const struct audit_rule_data *data, bool *ret_said)
{
	__u32 perms = AUDIT_PERM_READ | AUDIT_PERM_WRITE | AUDIT_PERM_EXEC | AUDIT_PERM_ATTR;
	unsigned int i;

	*ret_said = false;
	for (i = 0; i < data->field_count; i++) {
		if (data->fields[i] != AUDIT_PERM)
			continue;
		perms &= data->values[i];
		*ret_said = true;
	}
	return perms;
}

static bool has_field(const struct rule *rule, __u32 field)
{
	unsigned int i;

	for (i = 0; i < rule->data->field_count; i++)
		if (rule->data->fields[i] == field)
			return true;
	return false;
}

static bool machine_meant(const struct rule *rule)
{
	bool meant = false;
	unsigned int i;

	for (i = 0; i < ARCHES; i++)
		meant |= arch_meant(rule, machine[i]);
	return meant;
}

/* Why there is nothing to be seen; NULL if there is. */
static const char *exit_hidden(const struct rule *rule, __u32 perms, unsigned int execs)
{
	if (!machine_meant(rule))
		return "no program of this machine is of that architecture";
	if (!(perms & AUDIT_PERM_EXEC))
		return "reads, writes and changes of attributes are not observed";
	if (!execs)
		return "of system calls only execve and execveat are observed";
	if (has_field(rule, AUDIT_SADDR_FAM))
		return "saddr_fam is about sockets, which are not observed";
	return NULL;
}

static int exit_observable(const struct rule *rule, const char **ret_why)
{
	unsigned int execs = count_execs(rule);
	bool perms_said;
	__u32 perms = perms_of(rule->data, &perms_said);

	*ret_why = exit_hidden(rule, perms, execs);
	if (*ret_why)
		return 0;
	if (perms_said && perms != AUDIT_PERM_EXEC)
		*ret_why = "reads, writes and changes of attributes are not observed, execs are";
	else if (!perms_said && count_calls(rule) > execs)
		*ret_why = "of these system calls only execve and execveat are observed";
	return 1;
}

int rule_observable(const struct rule *rule, const char **ret_why)
{
	*ret_why = NULL;
	switch (rule->list) {
	case AUDIT_FILTER_EXIT:
		return exit_observable(rule, ret_why);
	case AUDIT_FILTER_FS:
		*ret_why = "which names are collected on a file system is no event";
		return 0;
	case RULE_LIST_IO_URING:
		*ret_why = "operations of io_uring are not observed";
		return 0;
	default:
		return 1;
	}
}
