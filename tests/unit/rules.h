/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules from text, and what became of them as text again. */
#ifndef ATR_TESTS_RULES_H
#define ATR_TESTS_RULES_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tap.h"
#include "user/rules/parse.h"

struct rules_log {
	char text[8192];
	size_t len;
	unsigned int errors, warnings;
};

static struct rules_log rules_log;

static inline void rules_report(void *ctx, const struct rule_message *message)
{
	struct rules_log *log = ctx;

	log->len += snprintf(log->text + log->len, sizeof(log->text) - log->len, "%s%s:%u:%u: %s\n",
			     message->error ? "" : "warning: ", message->file, message->line,
			     message->column, message->text);
	if (log->len >= sizeof(log->text))
		abort();
	if (message->error)
		log->errors++;
	else
		log->warnings++;
}

static inline bool rules_directory(void *ctx, const char *path)
{
	return !strcmp(path, "/etc") || !strcmp(path, "/");
}

static const struct parse_opts rules_opts = { .is_directory = rules_directory };

/* What is behind what is in rs already; what was said is in rules_log. */
static inline int rules_more(struct ruleset *rs, const char *file, const char *text)
{
	/* Memory of exactly this size, so that a look behind it is caught. */
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	int err;

	if (!copy)
		abort();
	memcpy(copy, text, len);
	rules_log = (struct rules_log){ 0 };
	err = ruleset_parse(rs, file, copy, len, &rules_opts, rules_report, &rules_log);
	free(copy);
	return err;
}

static inline int rules_of(struct ruleset *rs, const char *text)
{
	ruleset_init(rs);
	return rules_more(rs, "audit.rules", text);
}

__attribute__((format(printf, 3, 4))) static inline size_t rules_print(char *buf, size_t at,
								       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	at += vsnprintf(buf + at, 4096 - at, format, args);
	va_end(args);
	if (at >= 4096)
		abort();
	return at;
}

/* The mask: S for all, S- for none, else S and the numbers. */
static inline size_t rules_mask(char *buf, size_t at, const struct rule *rule)
{
	const char *comma = "";
	unsigned int nr;

	at = rules_print(buf, at, "S");
	for (nr = 0; !rule->all && nr < 32 * AUDIT_BITMASK_SIZE; nr++) {
		if (!(rule->data->mask[nr / 32] & 1U << nr % 32))
			continue;
		at = rules_print(buf, at, "%s%u", comma, nr);
		comma = ",";
	}
	return rule->all || *comma ? at : rules_print(buf, at, "-");
}

/*
 * A rule as numbers: list, + for -A, action, system calls, then field, operator and value each; strings
 * in quotes, keys with | between them.
 */
static inline const char *rules_text(const struct rule *rule)
{
	static const struct {
		__u32 op;
		const char *text;
	} ops[] = {
		{ 0x40000000, "=" },  { 0x30000000, "!=" }, { 0x10000000, "<" },
		{ 0x50000000, "<=" }, { 0x20000000, ">" },  { 0x60000000, ">=" },
		{ 0x08000000, "&" },  { 0x48000000, "&=" }, { 0, "?" },
	};
	static char buf[4096];
	const struct audit_rule_data *data = rule->data;
	unsigned int i, op;
	const char *string;
	size_t at, len;

	at = rules_print(buf, 0, "%u%s %u ", data->flags & 15,
			 data->flags & AUDIT_FILTER_PREPEND ? "+" : "", data->action);
	at = rules_mask(buf, at, rule);
	for (i = 0; i < data->field_count; i++) {
		for (op = 0; ops[op].op && ops[op].op != data->fieldflags[i];)
			op++;
		string = rule_string(data, i, &len);
		if (string)
			at = rules_print(buf, at, " %u%s'%.*s'", data->fields[i], ops[op].text,
					 (int)len, string);
		else
			at = rules_print(buf, at, " %u%s%u", data->fields[i], ops[op].text,
					 data->values[i]);
	}
	if (rule->container)
		at = rules_print(buf, at, " container%s'%s'",
				 rule->container_op == AUDIT_EQUAL ? "=" : "!=", rule->container);
	for (i = 0; i < at; i++)
		if (buf[i] == AUDIT_KEY_SEPARATOR)
			buf[i] = '|';
	return buf;
}

/* The keys of all rules, which tell their order. */
static inline const char *rules_keys(const struct ruleset *rs)
{
	static char buf[4096];
	size_t i, at = 0;

	buf[0] = '\0';
	for (i = 0; i < rs->n; i++)
		at = rules_print(buf, at, "%s%s", i ? " " : "",
				 rs->rules[i].key ? rs->rules[i].key : "-");
	return buf;
}

#endif /* ATR_TESTS_RULES_H */
