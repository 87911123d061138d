/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -k and -F key=: several keys of a rule are one field, the last, with a byte 1 between them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/rules/line.h"
#include "user/rules/ruleset.h"

bool may_have_key(const struct line *l)
{
	return l->syscalls || l->perms || l->exe || l->fstype;
}

static int key_misplaced(struct line *l, const struct arg *arg)
{
	return arg_error(l, arg, "it takes -S, a watch, perm=, path=, dir= or exe= before a key");
}

int key_add(struct line *l, const struct arg *arg)
{
	size_t len = strlen(l->key), more = strlen(arg->text);

	/* With a separator between them; l->key has room for a NUL behind that. */
	if (len + !!len + more > AUDIT_MAX_KEY_LEN)
		return arg_error(l, arg, "keys have no more than %d bytes", AUDIT_MAX_KEY_LEN);
	if (strchr(arg->text, AUDIT_KEY_SEPARATOR))
		arg_warn(l, arg, "the byte 1 makes two keys of it");
	if (!l->keyed.text)
		l->keyed = *arg;
	if (len)
		l->key[len++] = AUDIT_KEY_SEPARATOR;
	memcpy(l->key + len, arg->text, more + 1);
	return 0;
}

int take_key(struct line *l, const struct arg *arg)
{
	if (l->verb == VERB_NONE || !may_have_key(l))
		return key_misplaced(l, &l->option);
	return key_add(l, arg);
}

/* A field key may be there already, by -F KEY= or -F key!=. */
static ssize_t key_field(const struct audit_rule_data *data)
{
	unsigned int i;

	for (i = 0; i < data->field_count; i++)
		if (data->fields[i] == AUDIT_FILTERKEY)
			return i;
	return -1;
}

/* The kernel takes one key, of the last field or not; auditctl puts it behind all others. */
int key_finish(struct line *l)
{
	ssize_t field = key_field(l->rule.data);
	const char *key;
	size_t len;
	int err;

	if (l->key[0]) {
		l->option.text = "-k";
		if (!may_have_key(l))
			return key_misplaced(l, &l->keyed);
		if (l->rule.list == AUDIT_FILTER_EXCLUDE)
			return arg_error(l, &l->keyed, "rules of the exclude list have no key");
		if (field >= 0)
			return arg_error(l, &l->keyed, "the rule has a key already");
		if (l->rule.data->field_count >= AUDIT_MAX_FIELDS - 1)
			return arg_error(l, &l->keyed, "a rule has no more than %d fields",
					 AUDIT_MAX_FIELDS - 1);
		err = rule_append(&l->rule, AUDIT_FILTERKEY, AUDIT_EQUAL, 0, l->key);
		if (err)
			return err;
		field = l->rule.data->field_count - 1;
	}
	if (field < 0)
		return 0;
	key = rule_string(l->rule.data, field, &len);
	l->rule.key = strndup(key, len);
	return l->rule.key ? 0 : -ENOMEM;
}
