/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/rules/ruleset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void rule_free(struct rule *rule)
{
	if (!rule)
		return;
	free(rule->data); /* libaudit and rule_append() make it grow, it is plain memory */
	free(rule->key);
	free(rule->container);
	free(rule->file);
	free(rule->text);
	*rule = (struct rule){ 0 };
}

/* Fields of which struct audit_rule_data has the length in values[], and the bytes in buf. */
static bool has_string(__u32 field)
{
	static const __u32 fields[] = {
		AUDIT_SUBJ_USER,    AUDIT_SUBJ_ROLE, AUDIT_SUBJ_TYPE, AUDIT_SUBJ_SEN,
		AUDIT_SUBJ_CLR,	    AUDIT_OBJ_USER,  AUDIT_OBJ_ROLE,  AUDIT_OBJ_TYPE,
		AUDIT_OBJ_LEV_LOW,  AUDIT_WATCH,     AUDIT_DIR,	      AUDIT_FILTERKEY,
		AUDIT_OBJ_LEV_HIGH, AUDIT_EXE,
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (fields[i] == field)
			return true;
	return false;
}

/*
 * Strings stand in buf in the order of their fields, without NULs: the lengths before are the
 * place.
 */
const char *rule_string(const struct audit_rule_data *data, unsigned int i, size_t *ret_len)
{
	size_t at = 0;
	unsigned int j;

	if (i >= data->field_count || !has_string(data->fields[i]))
		return NULL;
	for (j = 0; j < i; j++)
		if (has_string(data->fields[j]))
			at += data->values[j];
	*ret_len = data->values[i];
	return data->buf + at;
}

int rule_append(struct rule *rule, __u32 field, __u32 op, __u32 value, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	struct audit_rule_data *data =
		realloc(rule->data, sizeof(*data) + rule->data->buflen + len);

	if (!data)
		return -ENOMEM;
	rule->data = data;
	if (text)
		memcpy(data->buf + data->buflen, text, len);
	data->buflen += len;
	data->fields[data->field_count] = field;
	data->fieldflags[data->field_count] = op;
	data->values[data->field_count] = text ? len : value;
	data->field_count++;
	return 0;
}

static bool same_container(const struct rule *a, const struct rule *b)
{
	if (!a->container || !b->container)
		return a->container == b->container;
	return a->container_op == b->container_op && !strcmp(a->container, b->container);
}

/* What audit_compare_rule() looks at. */
bool rule_same(const struct rule *a, const struct rule *b)
{
	const struct audit_rule_data *x = a->data, *y = b->data;
	size_t n = x->field_count * sizeof(*x->fields);

	return a->list == b->list && a->action == b->action && x->field_count == y->field_count &&
	       x->buflen == y->buflen && !memcmp(x->fields, y->fields, n) &&
	       !memcmp(x->values, y->values, n) && !memcmp(x->fieldflags, y->fieldflags, n) &&
	       !memcmp(x->mask, y->mask, sizeof(x->mask)) && !memcmp(x->buf, y->buf, x->buflen) &&
	       same_container(a, b);
}

/* By a walk: for a file of n rules that is n squared comparisons, most of them short. */
ssize_t ruleset_find(const struct ruleset *rs, const struct rule *rule)
{
	size_t i;

	for (i = 0; i < rs->n; i++)
		if (rule_same(&rs->rules[i], rule))
			return i;
	return -1;
}

int ruleset_add(struct ruleset *rs, struct rule *rule)
{
	struct rule *rules = rs->rules;

	/* Room grows at each power of two. */
	if (!(rs->n & (rs->n - 1))) {
		rules = reallocarray(rules, rs->n ? 2 * rs->n : 1, sizeof(*rules));
		if (!rules)
			return -ENOMEM;
		rs->rules = rules;
	}
	if (rule->prepend) {
		memmove(rules + 1, rules, rs->n * sizeof(*rules));
		rules[0] = *rule;
	} else {
		rules[rs->n] = *rule;
	}
	rs->n++;
	*rule = (struct rule){ 0 };
	return 0;
}

void ruleset_remove(struct ruleset *rs, size_t i)
{
	rule_free(&rs->rules[i]);
	rs->n--;
	memmove(rs->rules + i, rs->rules + i + 1, (rs->n - i) * sizeof(*rs->rules));
}

bool rule_has_key(const struct rule *rule, const char *key)
{
	return !key || (rule->key && strstr(rule->key, key));
}

void ruleset_clear(struct ruleset *rs, const char *key)
{
	size_t i, kept = 0;

	for (i = 0; i < rs->n; i++) {
		struct rule *rule = &rs->rules[i];

		if (rule_has_key(rule, key))
			rule_free(rule);
		else
			rs->rules[kept++] = *rule;
	}
	rs->n = kept;
}

void ruleset_init(struct ruleset *rs)
{
	*rs = (struct ruleset){
		.controls = {
			.enabled = -1,
			.failure = -1,
			.backlog = -1,
			.rate = -1,
			.backlog_wait = -1,
		},
	};
}

void ruleset_free(struct ruleset *rs)
{
	if (!rs)
		return;
	ruleset_clear(rs, NULL);
	free(rs->rules);
	ruleset_init(rs);
}

static char *copy_string(const char *text, int *err)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		*err = -ENOMEM;
	return copy;
}

static int rule_copy(struct rule *rule, const struct rule *from)
{
	size_t size = sizeof(*from->data) + from->data->buflen;
	int err = 0;

	*rule = *from;
	rule->data = malloc(size);
	if (rule->data)
		memcpy(rule->data, from->data, size);
	else
		err = -ENOMEM;
	rule->key = copy_string(from->key, &err);
	rule->container = copy_string(from->container, &err);
	rule->file = copy_string(from->file, &err);
	rule->text = copy_string(from->text, &err);
	if (err)
		rule_free(rule);
	return err;
}

int ruleset_copy(struct ruleset *rs, const struct ruleset *from)
{
	struct ruleset copy = *from;
	size_t i;
	int err = 0;

	copy.rules = NULL;
	copy.n = 0;
	for (i = 0; i < from->n && !err; i++) {
		struct rule rule;

		err = rule_copy(&rule, &from->rules[i]);
		if (err)
			break;
		rule.prepend = false; /* it has its place */
		err = ruleset_add(&copy, &rule);
		if (err)
			rule_free(&rule);
		else
			copy.rules[i].prepend = from->rules[i].prepend;
	}
	if (err)
		ruleset_free(&copy);
	else
		*rs = copy;
	return err;
}
