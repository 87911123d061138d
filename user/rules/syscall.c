/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -a, -A, -d: which list, which action; -S: which system calls. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/rules/line.h"

struct named {
	const char *name;
	int value;
};

/* Words that auditctl knows and no kernel does; no list and no action is negative. */
enum { GONE = -1, POSSIBLE = -2, UNKNOWN = -3 };

static const struct named lists[] = {
	{ "exit", AUDIT_FILTER_EXIT },
	{ "task", AUDIT_FILTER_TASK },
	{ "user", AUDIT_FILTER_USER },
	{ "exclude", AUDIT_FILTER_EXCLUDE },
	{ "filesystem", AUDIT_FILTER_FS },
	{ "io_uring", RULE_LIST_IO_URING },
	{ "entry", GONE },
	{ "watch", GONE },
	{ NULL, UNKNOWN },
};

static const struct named actions[] = {
	{ "always", AUDIT_ALWAYS },
	{ "never", AUDIT_NEVER },
	{ "possible", POSSIBLE },
	{ NULL, UNKNOWN },
};

/* The last row has no name, and what it says is that there is none. */
static int named_value(const struct named *table, const char *name, size_t len)
{
	while (table->name && (strncmp(table->name, name, len) || table->name[len]))
		table++;
	return table->value;
}

static int part_error(struct line *l, const struct arg *arg, size_t at, const char *text)
{
	const char *part = arg->text + at;

	return line_error(l, arg->word, arg->offset + at, "'%.*s' %s", (int)strcspn(part, ","),
			  part, text);
}

/* Either may come first. */
static int split_list(struct line *l, const struct arg *arg)
{
	const char *first = arg->text, *comma = strchr(first, ','), *second;
	size_t first_len, second_len, at;
	int list, action;

	if (!comma || strchr(comma + 1, ','))
		return arg_error(l, arg, "'%s' is not LIST,ACTION", first);
	second = comma + 1;
	first_len = comma - first;
	second_len = strlen(second);
	action = named_value(actions, second, second_len);
	list = named_value(lists, first, first_len);
	at = 0;
	if (named_value(actions, first, first_len) != UNKNOWN) {
		action = named_value(actions, first, first_len);
		list = named_value(lists, second, second_len);
		at = second - first;
	}
	if (list == GONE)
		return part_error(l, arg, at, "is a list that no kernel has any more");
	if (list == UNKNOWN)
		return part_error(l, arg, at,
				  "is no list: exit, task, user, exclude, filesystem, io_uring");
	at = at ? 0 : second - first;
	if (action == UNKNOWN || (action == POSSIBLE && !at))
		return part_error(l, arg, at, "is no action: always, never");
	if (action == POSSIBLE) {
		/* auditctl tells so, and goes on with the next line. */
		line_warn(l, arg->word, arg->offset + at, "'possible' never did anything");
		l->skip = true;
		l->end = true;
	}
	l->rule.list = list;
	l->rule.action = action;
	return 0;
}

int take_list(struct line *l, const struct arg *arg)
{
	int err;

	if (l->verb != VERB_NONE)
		return line_error(l, l->option.word, l->option.offset,
				  "there is one of -a, -A, -d, -w, -W in a line");
	err = split_list(l, arg);
	if (err || l->skip)
		return err;
	l->verb = l->option.text[1] == 'd' ? VERB_DELETE : VERB_ADD;
	l->rule.prepend = l->option.text[1] == 'A';
	return 0;
}

/* A name, else a number in any base; -1: neither. */
static int syscall_number(const char *name, int machine)
{
	int nr = audit_name_to_syscall(name, machine);

	if (nr < 0 && isdigit((unsigned char)name[0]))
		nr = strtol(name, NULL, 0);
	return nr;
}

/* nr is from 0 to below 2048 where the mask is written: AUDIT_WORD() would lead out of it. */
static int add_syscall(struct line *l, const char *name, int machine, size_t word, size_t offset)
{
	__u32 *mask = l->rule.data->mask;
	int nr;

	if (!strcmp(name, "all")) {
		memset(mask, 0xff, sizeof(l->rule.data->mask));
		return 0;
	}
	nr = syscall_number(name, machine);
	/* Operations have names, too, but not in the libaudit of Debian 12. */
	if (nr < 0 && l->rule.list == RULE_LIST_IO_URING && l->verb != VERB_NONE)
		return 0;
	if (nr < 0)
		return line_error(l, word, offset, "'%s' is no system call of %s", name,
				  audit_machine_to_name(machine));
	if (nr >= 32 * AUDIT_BITMASK_SIZE)
		return line_error(l, word, offset, "'%s' is too large", name);
	mask[AUDIT_WORD(nr)] |= AUDIT_BIT(nr);
	return 0;
}

/* As check_rule_mismatch() of auditctl: without an arch a name is a number, for all programs. */
static void check_mismatch(struct line *l, const char *name, int machine, size_t word,
			   size_t offset)
{
	if (l->rule.arch || l->rule.watch || machine != MACH_86_64 || l->verb != VERB_ADD ||
	    !strcmp(name, "all") || l->rule.list != AUDIT_FILTER_EXIT)
		return;
	if (syscall_number(name, MACH_X86) != syscall_number(name, machine))
		line_warn(l, word, offset,
			  "'%s' has another number in 32-bit programs: say -F arch=", name);
}

/* The machine whose system calls are meant. */
static int line_machine(struct line *l)
{
	int machine = l->rule.arch ? audit_elf_to_machine(l->rule.arch) : audit_detect_machine();

	if (machine < 0)
		return line_error(l, l->option.word, l->option.offset,
				  "libaudit does not know this machine");
	return machine;
}

/* Several with commas between: the value is cut up, and offset goes along with it. */
int take_syscall(struct line *l, const struct arg *arg)
{
	char *name, *comma;
	size_t offset = arg->offset;
	int machine = line_machine(l), err = 0;

	if (machine < 0)
		return machine;
	if (l->rule.watch)
		arg_warn(l, arg, "a watch is for every system call");
	if (!l->syscalls)
		l->syscall = *arg;
	l->syscalls = true;
	for (name = arg->text; name && !err; name = comma) {
		comma = strchr(name, ',');
		if (comma)
			*comma++ = '\0';
		/* strtok() does not see empty ones. */
		if (name[0])
			err = add_syscall(l, name, machine, arg->word, offset);
		if (name[0] && !err)
			check_mismatch(l, name, machine, arg->word, offset);
		offset += strlen(name) + 1;
	}
	return err;
}
