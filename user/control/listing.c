/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -a always,exit -F arch=b64 -S execve,execveat -F uid=0 -F auid!=-1 -F key=one -F key=two
 * -w /etc/shadow -p wa -k shadow
 */
#include "user/control/listing.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The numbers of libaudit.h from 1 on, each with its two sides. */
static const struct {
	const char *left, *right;
} compares[] = {
	[AUDIT_COMPARE_UID_TO_OBJ_UID] = { "uid", "obj_uid" },
	[AUDIT_COMPARE_GID_TO_OBJ_GID] = { "gid", "obj_gid" },
	[AUDIT_COMPARE_EUID_TO_OBJ_UID] = { "euid", "obj_uid" },
	[AUDIT_COMPARE_EGID_TO_OBJ_GID] = { "egid", "obj_gid" },
	[AUDIT_COMPARE_AUID_TO_OBJ_UID] = { "auid", "obj_uid" },
	[AUDIT_COMPARE_SUID_TO_OBJ_UID] = { "suid", "obj_uid" },
	[AUDIT_COMPARE_SGID_TO_OBJ_GID] = { "sgid", "obj_gid" },
	[AUDIT_COMPARE_FSUID_TO_OBJ_UID] = { "fsuid", "obj_uid" },
	[AUDIT_COMPARE_FSGID_TO_OBJ_GID] = { "fsgid", "obj_gid" },
	[AUDIT_COMPARE_UID_TO_AUID] = { "uid", "auid" },
	[AUDIT_COMPARE_UID_TO_EUID] = { "uid", "euid" },
	[AUDIT_COMPARE_UID_TO_FSUID] = { "uid", "fsuid" },
	[AUDIT_COMPARE_UID_TO_SUID] = { "uid", "suid" },
	[AUDIT_COMPARE_AUID_TO_FSUID] = { "auid", "fsuid" },
	[AUDIT_COMPARE_AUID_TO_SUID] = { "auid", "suid" },
	[AUDIT_COMPARE_AUID_TO_EUID] = { "auid", "euid" },
	[AUDIT_COMPARE_EUID_TO_SUID] = { "euid", "suid" },
	[AUDIT_COMPARE_EUID_TO_FSUID] = { "euid", "fsuid" },
	[AUDIT_COMPARE_SUID_TO_FSUID] = { "suid", "fsuid" },
	[AUDIT_COMPARE_GID_TO_EGID] = { "gid", "egid" },
	[AUDIT_COMPARE_GID_TO_FSGID] = { "gid", "fsgid" },
	[AUDIT_COMPARE_GID_TO_SGID] = { "gid", "sgid" },
	[AUDIT_COMPARE_EGID_TO_FSGID] = { "egid", "fsgid" },
	[AUDIT_COMPARE_EGID_TO_SGID] = { "egid", "sgid" },
	[AUDIT_COMPARE_SGID_TO_FSGID] = { "sgid", "fsgid" },
};

static void write_string(struct text *t, const char *text)
{
	text_bytes(t, text, strlen(text));
}

/* Bytes of a rule's: paths may hold any. */
static void write_own(struct text *t, const char *bytes, size_t n)
{
	text_label(t, bytes, n);
}

static void write_op(struct text *t, __u32 op)
{
	const char *symbol = audit_operator_to_symbol(op & AUDIT_OPERATORS);

	write_string(t, symbol ? symbol : "?");
}

/* " -F NAME OP". */
static void write_field(struct text *t, const char *name, __u32 op)
{
	text_lit(t, " -F ");
	write_string(t, name);
	write_op(t, op);
}

/*
 * The last word of the mask does not count: its highest bits stand for classes of calls, which
 * audit_to_entry_common() clears, so a mask of all has not all of its bits when it comes back.
 */
static bool mask_is_all(const struct audit_rule_data *data)
{
	unsigned int i;

	for (i = 0; i < AUDIT_BITMASK_SIZE - 1; i++)
		if (data->mask[i] != ~0U)
			return false;
	return true;
}

static bool list_has_calls(unsigned int list)
{
	return list == AUDIT_FILTER_EXIT || list == RULE_LIST_IO_URING;
}

/* is_watch() of auditctl: whatever it was written as, it says no more than -w can. */
static bool is_watch(const struct rule *rule)
{
	const struct audit_rule_data *data = rule->data;
	bool perm = false;
	unsigned int i;

	for (i = 0; i < data->field_count; i++) {
		switch (data->fields[i]) {
		case AUDIT_PERM:
			perm = true;
			break;
		case AUDIT_WATCH:
		case AUDIT_DIR:
		case AUDIT_FILTERKEY:
			break;
		default:
			return false;
		}
	}
	return perm && !rule->container && (!list_has_calls(rule->list) || mask_is_all(data));
}

/* --- before the fields ------------------------------------------------------------------------ */

/* The architecture by which calls have their names, 0 where none is said. */
static __u32 write_archs(struct text *t, const struct audit_rule_data *data)
{
	__u32 elf = 0;
	unsigned int i;

	for (i = 0; i < data->field_count; i++) {
		if (data->fields[i] != AUDIT_ARCH)
			continue;
		elf = data->values[i];
		write_field(t, "arch", data->fieldflags[i]);
		if (audit_elf_to_machine(elf) < 0)
			text_hex(t, "0x", elf);
		else
			write_string(t, elf & __AUDIT_ARCH_64BIT ? "b64" : "b32");
	}
	return elf;
}

static void write_calls(struct text *t, const struct rule *rule, __u32 elf)
{
	int machine = elf ? audit_elf_to_machine(elf) : audit_detect_machine();
	const char *name;
	bool first = true;
	unsigned int i;

	if (!list_has_calls(rule->list))
		return;
	if (mask_is_all(rule->data)) {
		text_lit(t, " -S all");
		return;
	}
	for (i = 0; i < AUDIT_BITMASK_SIZE * 32; i++) {
		if (!(rule->data->mask[AUDIT_WORD(i)] & AUDIT_BIT(i)))
			continue;
		write_string(t, first ? " -S " : ",");
		first = false;
		name = machine < 0 || rule->list == RULE_LIST_IO_URING ?
			       NULL :
			       audit_syscall_to_name(i, machine);
		if (name)
			write_string(t, name);
		else
			text_u64(t, "", i);
	}
}

static void write_head(struct text *t, const struct rule *rule)
{
	const char *action = audit_action_to_name(rule->action);
	const char *list = audit_flag_to_name(rule->list);

	text_lit(t, "-a ");
	write_string(t, action ? action : "?");
	text_char(t, ',');
	write_string(t, list ? list : "io_uring");
	write_calls(t, rule, write_archs(t, rule->data));
}

/* --- fields ----------------------------------------------------------------------------------- */

/* One by one, as each was given. strtok() does not see empty ones, and so there are none here. */
static void write_keys(struct text *t, const char *keys, size_t len, bool watch)
{
	const char *end = keys + len, *separator;

	for (; keys < end; keys = separator + 1) {
		separator = memchr(keys, AUDIT_KEY_SEPARATOR, end - keys);
		if (!separator)
			separator = end;
		if (separator == keys)
			continue;
		write_string(t, watch ? " -k " : " -F key=");
		write_own(t, keys, separator - keys);
	}
}

static void write_text(struct text *t, const struct audit_rule_data *data, unsigned int i,
		       const char *name, bool watch)
{
	size_t len;
	const char *text = rule_string(data, i, &len);

	if (data->fields[i] == AUDIT_FILTERKEY) {
		write_keys(t, text, len, watch);
		return;
	}
	if (watch)
		text_lit(t, "-w ");
	else
		write_field(t, name, data->fieldflags[i]);
	write_own(t, text, len);
}

static void write_perm(struct text *t, __u32 perm, bool watch)
{
	static const struct {
		__u32 perm;
		char letter;
	} perms[] = {
		{ AUDIT_PERM_READ, 'r' },
		{ AUDIT_PERM_WRITE, 'w' },
		{ AUDIT_PERM_EXEC, 'x' },
		{ AUDIT_PERM_ATTR, 'a' },
	};
	unsigned int i;

	write_string(t, watch ? " -p " : " -F perm=");
	for (i = 0; i < COUNT(perms); i++)
		if (perm & perms[i].perm)
			text_char(t, perms[i].letter);
}

static void write_compare(struct text *t, __u32 compare, __u32 op)
{
	if (compare >= COUNT(compares) || !compares[compare].left)
		return;
	text_lit(t, " -C ");
	write_string(t, compares[compare].left);
	write_op(t, op);
	write_string(t, compares[compare].right);
}

/* What libaudit calls a value; NULL where that is a number. */
static const char *value_name(__u32 field, __u32 value)
{
	switch (field) {
	case AUDIT_MSGTYPE:
		return audit_msg_type_to_name(value);
	case AUDIT_FSTYPE:
		return audit_fstype_to_name(value);
	case AUDIT_EXIT:
		return (int)value < 0 ? audit_errno_to_name(-(int)value) : NULL;
	default:
		return NULL;
	}
}

/*
 * print_rule(): a0 to a3 are %X behind 0x, an inode is unsigned, all else is %d: auid=4294967295 is
 * auid=-1.
 */
static void write_value(struct text *t, const char *name, __u32 field, __u32 value, __u32 op)
{
	const char *word = value_name(field, value);

	write_field(t, name, op);
	if (word) {
		if (field == AUDIT_EXIT)
			text_char(t, '-');
		write_string(t, word);
	} else if (field >= AUDIT_ARG0 && field <= AUDIT_ARG3) {
		char hex[16];
		size_t n = sizeof(hex);

		do {
			hex[--n] = "0123456789ABCDEF"[value & 15];
			value >>= 4;
		} while (value);
		text_lit(t, "0x");
		text_bytes(t, hex + n, sizeof(hex) - n);
	} else if (field == AUDIT_INODE) {
		text_u64(t, "", value);
	} else {
		text_i64(t, "", (int)value);
	}
}

/* The architecture stands before the calls, and was written there. */
static void write_one(struct text *t, const struct audit_rule_data *data, unsigned int i,
		      bool watch)
{
	__u32 field = data->fields[i], op = data->fieldflags[i];
	const char *name = audit_field_to_name(field);
	size_t len;

	if (field == AUDIT_ARCH)
		return;
	if (rule_string(data, i, &len))
		write_text(t, data, i, name ? name : "?", watch);
	else if (field == AUDIT_PERM)
		write_perm(t, data->values[i], watch);
	else if (field == AUDIT_FIELD_COMPARE)
		write_compare(t, data->values[i], op);
	else
		write_value(t, name ? name : "?", field, data->values[i], op);
}

void listing_rule(struct text *t, const struct rule *rule)
{
	bool watch = is_watch(rule);
	unsigned int i;

	if (!watch)
		write_head(t, rule);
	for (i = 0; i < rule->data->field_count; i++)
		write_one(t, rule->data, i, watch);
	if (!rule->container)
		return;
	write_field(t, "container", rule->container_op);
	write_own(t, rule->container, strlen(rule->container));
}

/* --- all of them ------------------------------------------------------------------------------ */

void listing_each(const struct ruleset *rs, listing_fn *fn, void *ctx)
{
	unsigned int list;
	size_t i;

	for (list = 0; list <= RULE_LIST_IO_URING; list++)
		for (i = 0; i < rs->n; i++)
			if (rs->rules[i].list == list)
				fn(ctx, &rs->rules[i]);
}

struct lister {
	struct text *t;
	const char *key;
};

static void list_one(void *ctx, const struct rule *rule)
{
	const struct lister *l = ctx;

	if (*l->key && (!rule->key || !strstr(rule->key, l->key)))
		return;
	listing_rule(l->t, rule);
	text_char(l->t, '\n');
}

void listing(struct text *t, const struct ruleset *rs, const char *key)
{
	struct lister l = { t, key };

	if (!rs || !rs->n)
		text_lit(t, "No rules\n");
	else
		listing_each(rs, list_one, &l);
}
