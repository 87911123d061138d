// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files of rules. Whatever the bytes: either all is taken and nothing is called an error, or something is
 * and nothing is taken; a message has a place and nothing in it acts on a terminal; a rule holds together
 * and is the same if its line is taken alone.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/rules/parse.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct told {
	size_t errors, warnings;
};

static void fail(const char *what, const char *text)
{
	fprintf(stderr, "%s: %.400s\n", what, text);
	abort();
}

static void report(void *ctx, const struct rule_message *message)
{
	struct told *told = ctx;
	const char *c;

	if (!message->line || !message->column || message->column > RULE_LINE_MAX + 1)
		fail("no place", message->text);
	if (!message->text[0])
		fail("no text", message->file);
	for (c = message->text; *c; c++)
		if (iscntrl((unsigned char)*c))
			fail("a control character", message->text);
	if (message->error)
		told->errors++;
	else
		told->warnings++;
}

static bool is_directory(void *ctx, const char *path)
{
	return strlen(path) % 2;
}

static const struct parse_opts opts = { .is_directory = is_directory };

static void check_rule(const struct rule *rule)
{
	const struct audit_rule_data *data = rule->data;
	const char *why, *bytes;
	size_t i, len, sum = 0;

	if (data->field_count >= AUDIT_MAX_FIELDS)
		fail("too many fields", rule->text);
	for (i = 0; i < data->field_count; i++) {
		bytes = rule_string(data, i, &len);
		if (!bytes)
			continue;
		if (bytes != data->buf + sum || memchr(bytes, '\0', len))
			fail("a string that is none", rule->text);
		sum += len;
	}
	if (sum != data->buflen || !rule->line || !rule->file)
		fail("a rule that does not hold together", rule->text);
	if (rule->key && strlen(rule->key) > AUDIT_MAX_KEY_LEN)
		fail("a key too long", rule->text);
	if (!rule_observable(rule, &why) && !why)
		fail("no reason", rule->text);
}

static void check_alone(const struct rule *rule)
{
	const struct audit_rule_data *data = rule->data, *other;
	struct told told = { 0 };
	struct ruleset rs;

	/* One that is of the rule as a blank was behind it, and now is of the line's end. */
	if (rule->text[strlen(rule->text) - 1] == '\r')
		return;
	ruleset_init(&rs);
	if (ruleset_parse(&rs, "alone", rule->text, strlen(rule->text), &opts, report, &told) ||
	    rs.n != 1)
		fail("not taken alone", rule->text);
	other = rs.rules[0].data;
	if (data->buflen != other->buflen || memcmp(data, other, sizeof(*data) + data->buflen) != 0)
		fail("another rule if alone", rule->text);
	ruleset_free(&rs);
}

static void check(struct ruleset *rs, int err, const struct told *told, size_t before)
{
	size_t i;

	if (err && (err != -EINVAL || !told->errors || rs->n != before))
		fail("a failure without reason, or not a whole one", "");
	if (!err && told->errors)
		fail("an error without a failure", "");
	if (!err && rs->skipped > told->warnings)
		fail("lines left out without a word", "");
	for (i = 0; i < rs->n; i++)
		check_rule(&rs->rules[i]);
	for (i = 0; i < rs->n && i < 8; i++)
		check_alone(&rs->rules[i]);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	/* Memory of exactly this size, so that a look behind it is caught. */
	char *copy = malloc(size ? size : 1);
	const struct rule_text texts[] = {
		{ "a", copy, size / 2 },
		{ "b", copy + size / 2, size - size / 2 },
	};
	struct told told = { 0 };
	struct ruleset rs;
	size_t before;
	int err;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	ruleset_init(&rs);
	err = ruleset_parse(&rs, "file", copy, size, &opts, report, &told);
	check(&rs, err, &told, 0);
	before = rs.n;
	told = (struct told){ 0 };
	err = ruleset_gather(&rs, texts, 2, &opts, report, &told);
	/* What was left out before was told before. */
	told.warnings += rs.skipped;
	check(&rs, err, &told, before);
	ruleset_free(&rs);
	free(copy);
	return 0;
}
