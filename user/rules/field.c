/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -F and -C. Values are libaudit's business, but for the few fields where it would ask the running
 * kernel's audit whether it has them (exe, sessionid, fstype, all of the exclude list): that may be off,
 * and its answer is none about us. Then what the kernel would refuse.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "user/rules/line.h"
#include "user/rules/refuse.h"
#include "user/rules/ruleset.h"

/* In the order in which libaudit looks for them, anywhere in the pair. */
static const struct {
	const char *text;
	__u32 op;
} operators[] = {
	{ "!=", AUDIT_NOT_EQUAL },
	{ ">=", AUDIT_GREATER_THAN_OR_EQUAL },
	{ "<=", AUDIT_LESS_THAN_OR_EQUAL },
	{ "&=", AUDIT_BIT_TEST },
	{ "=", AUDIT_EQUAL },
	{ ">", AUDIT_GREATER_THAN },
	{ "<", AUDIT_LESS_THAN },
	{ "&", AUDIT_BIT_MASK },
};

/*
 * Not the first operator, but the first of the table, wherever it is: of `path=/a>=b` libaudit
 * makes the field `path=/a`.
 */
static bool split_pair(struct pair *pair)
{
	size_t i;

	for (i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
		char *at = strstr(pair->text, operators[i].text);

		if (!at)
			continue;
		pair->op = operators[i].op;
		pair->op_at = at - pair->text;
		pair->value_at = pair->op_at + strlen(operators[i].text);
		pair->name = strndup(pair->text, pair->op_at);
		pair->value = at + strlen(operators[i].text);
		return true;
	}
	return false;
}

/* --- fields that libaudit is not asked about ------------------------------------------------- */

/* The lengths that audit_data_to_entry() takes: PATH_MAX for exe, AUDIT_MAX_KEY_LEN for a key. */
static int add_string(struct line *l, const struct pair *pair)
{
	if (strlen(pair->value) > PATH_MAX)
		return pair_error(l, pair, EAU_STRTOOLONG);
	if (pair->field == AUDIT_FILTERKEY && strlen(pair->value) > AUDIT_MAX_KEY_LEN)
		return pair_error(l, pair, EAU_STRTOOLONG);
	if (pair->field == AUDIT_FILTERKEY && !may_have_key(l))
		return pair_error(l, pair, EAU_KEYDEP);
	return rule_append(&l->rule, pair->field, pair->op, 0, pair->value);
}

static int add_session(struct line *l, const struct pair *pair)
{
	const char *value = pair->value;
	__u32 number = -1;

	if (l->rule.list == AUDIT_FILTER_TASK)
		return pair_error(l, pair, EAU_FIELDNOFILTER);
	if (isdigit((unsigned char)value[0]))
		number = strtoul(value, NULL, 0);
	else if (value[0] == '-' && isdigit((unsigned char)value[1]))
		number = strtol(value, NULL, 0);
	else if (strcmp(value, "unset")) /* libaudit takes any word for 0 */
		return pair_error(l, pair, EAU_FIELDVALNUM);
	return rule_append(&l->rule, pair->field, pair->op, number, NULL);
}

/* By its number, or by one of the few names that libaudit has. */
static int add_fstype(struct line *l, const struct pair *pair)
{
	__u32 type;

	if (l->rule.list != AUDIT_FILTER_FS)
		return pair_error(l, pair, EAU_FIELDUNAVAIL);
	type = isdigit((unsigned char)pair->value[0]) ? strtoul(pair->value, NULL, 0) :
							(__u32)audit_name_to_fstype(pair->value);
	if (type == (__u32)-1)
		return pair_error(l, pair, EAU_FSTYPEUNKNOWN);
	return rule_append(&l->rule, pair->field, pair->op, type, NULL);
}

/* libaudit's own reasons for a bad arch end in one number. */
static int check_arch(struct line *l, const struct pair *pair)
{
	int machine;

	if (l->syscalls)
		return pair_error(l, pair, EAU_ARCHMISPLACED);
	if (isdigit((unsigned char)pair->value[0]))
		return 0;
	machine = audit_determine_machine(pair->value);
	return machine < 0 ? pair_error(l, pair, -machine) : 0;
}

/* --- the others ------------------------------------------------------------------------------ */

/* The list as which libaudit has to see it, so that it does not ask the kernel. */
static unsigned int stand_in(unsigned int list)
{
	if (list == AUDIT_FILTER_EXCLUDE)
		return AUDIT_FILTER_USER;
	return list == RULE_LIST_IO_URING ? AUDIT_FILTER_EXIT : list;
}

/* add moves l->rule.data when it has a string to put there. */
static int ask_libaudit(struct line *l, const struct pair *pair,
			int (*add)(struct audit_rule_data **, const char *, int))
{
	char *copy = strdup(pair->text); /* it writes to that */
	int err = -ENOMEM;

	if (!copy)
		return -ENOMEM;
	err = add(&l->rule.data, copy, stand_in(l->rule.list));
	free(copy);
	if (!err)
		return 0;
	/* Without memory the rule is gone as well. */
	return l->rule.data ? pair_error(l, pair, -err) : -ENOMEM;
}

static int add_field(struct line *l, const struct pair *pair)
{
	static const struct {
		int field;
		int (*add)(struct line *l, const struct pair *pair);
	} own[] = {
		{ AUDIT_EXE, add_string },
		{ AUDIT_FILTERKEY, add_string },
		{ AUDIT_SESSIONID, add_session },
		{ AUDIT_FSTYPE, add_fstype },
	};
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (own[i].field == pair->field)
			return own[i].add(l, pair);
	if (pair->field == AUDIT_ARCH)
		err = check_arch(l, pair);
	return err ? err : ask_libaudit(l, pair, audit_rule_fieldpair_data);
}

/* A number with something behind it, or too large for its 32 bits: libaudit takes what it can. */
static void warn_number(struct line *l, const struct pair *pair)
{
	const struct audit_rule_data *data = l->rule.data;
	__u32 value = data->values[data->field_count - 1];
	const char *text = pair->value;
	long long number;
	char *end;
	size_t len;

	if (!(isdigit((unsigned char)text[0]) || text[0] == '-') ||
	    rule_string(data, data->field_count - 1, &len) || pair->field == AUDIT_ARCH)
		return;
	errno = 0;
	number = strtoll(text, &end, 0);
	if (end == text)
		return;
	if (*end || errno || number > UINT32_MAX || number < INT32_MIN)
		line_warn(l, pair->arg->word, pair->arg->offset + pair->value_at,
			  "'%s' is taken as %u, as auditctl does", text, value);
}

/* What the field means for the rest of the line. */
static void note_field(struct line *l, const struct pair *pair)
{
	const struct audit_rule_data *data = l->rule.data;

	switch (pair->field) {
	case AUDIT_ARCH:
		l->rule.arch = data->values[data->field_count - 1];
		l->rule.arch_op = pair->op;
		break;
	case AUDIT_EXE:
		l->exe = true;
		break;
	case AUDIT_FSTYPE:
		l->fstype = true;
		break;
	case AUDIT_PERM:
	case AUDIT_WATCH:
	case AUDIT_DIR:
		l->perms = true;
		break;
	default:
		break;
	}
	if (pair->field == AUDIT_WATCH || pair->field == AUDIT_DIR || pair->field == AUDIT_EXE) {
		struct arg path = *pair->arg;

		path.text = pair->value;
		path.offset += pair->value_at;
		path_warn(l, &path);
	} else {
		warn_number(l, pair);
	}
}

/* Ours: which container, by its name or number. Nothing of it reaches libaudit. */
static int add_container(struct line *l, const struct pair *pair)
{
	if (pair->op != AUDIT_EQUAL && pair->op != AUDIT_NOT_EQUAL)
		return pair_error(l, pair, EAU_OPEQNOTEQ);
	if (l->rule.list == AUDIT_FILTER_FS || l->rule.list == RULE_LIST_IO_URING)
		return pair_error(l, pair, EAU_FIELDUNAVAIL);
	if (l->rule.container)
		return pair_error(l, pair, RULE_TWICE);
	l->rule.container = strdup(pair->value);
	l->rule.container_op = pair->op;
	return l->rule.container ? 0 : -ENOMEM;
}

static int take_pair(struct line *l, struct pair *pair)
{
	int err;

	if (!split_pair(pair))
		return pair_error(l, pair, EAU_OPMISSING);
	if (!pair->name)
		return -ENOMEM;
	if (!pair->name[0])
		return pair_error(l, pair, EAU_FIELDNAME);
	if (!pair->value[0])
		return pair_error(l, pair, EAU_FIELDVALMISSING);
	if (!strcasecmp(pair->name, "container"))
		return add_container(l, pair);
	if (l->rule.data->field_count >= AUDIT_MAX_FIELDS - 1)
		return pair_error(l, pair, EAU_FIELDTOOMANY);
	pair->field = audit_name_to_field(pair->name);
	if (pair->field < 0)
		return pair_error(l, pair, EAU_FIELDUNKNOWN);
	err = refuse_list(l, pair);
	if (!err)
		err = add_field(l, pair);
	if (!err)
		err = refuse_field(l, pair);
	if (!err)
		note_field(l, pair);
	return err;
}

int take_field(struct line *l, const struct arg *arg)
{
	struct pair pair = { .arg = arg, .text = arg->text };
	int err;

	if (l->verb == VERB_NONE)
		return line_error(l, l->option.word, l->option.offset,
				  "stands behind -a, -A, -d or -w");
	/* The words behind it are a key, whatever they are. */
	if (!strncmp(arg->text, "key=", 4)) {
		struct arg key = { arg->text + 4, arg->word, arg->offset + 4 };

		return key_add(l, &key);
	}
	err = take_pair(l, &pair);
	free(pair.name);
	return err;
}

/* Of the operators libaudit looks for two here. */
static int take_comparison(struct line *l, struct pair *pair)
{
	bool found = split_pair(pair);

	if (found && !pair->name)
		return -ENOMEM;
	if (!found || (pair->op != AUDIT_EQUAL && pair->op != AUDIT_NOT_EQUAL))
		return pair_error(l, pair, EAU_OPEQNOTEQ);
	if (l->verb == VERB_NONE || (l->rule.list != AUDIT_FILTER_EXIT))
		return line_error(l, l->option.word, l->option.offset,
				  "is only for the exit list, and stands behind -a, -A, -d or -w");
	return ask_libaudit(l, pair, audit_rule_interfield_comp_data);
}

int take_compare(struct line *l, const struct arg *arg)
{
	struct pair pair = { .arg = arg, .text = arg->text };
	int err = take_comparison(l, &pair);

	free(pair.name);
	return err;
}
