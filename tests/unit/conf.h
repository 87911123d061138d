/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads configurations, keeps what was said, and writes values as they would be written. */
#ifndef ATR_TESTS_CONF_H
#define ATR_TESTS_CONF_H

#include "tests/tap.h"
#include "user/conf/conf.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* What was said: "line:column: error: text\n", one behind the other. */
struct said {
	char text[8192];
	size_t len;
	unsigned int errors, warnings;
};

static inline void note(void *ctx, const struct conf_message *m)
{
	struct said *said = ctx;
	size_t room = sizeof(said->text) - said->len;
	int n = snprintf(said->text + said->len, room, "%u:%u: %s: %s\n", m->line, m->column,
			 m->error ? "error" : "warning", m->text);

	said->len += (size_t)n < room ? (size_t)n : 0;
	if (m->error)
		said->errors++;
	else
		said->warnings++;
}

static inline int parse_bytes(struct conf *c, const char *text, size_t len, struct said *said)
{
	memset(said, 0, sizeof(*said));
	return conf_parse(c, "a.conf", text, len, note, said);
}

static inline int parse(struct conf *c, const char *text, struct said *said)
{
	return parse_bytes(c, text, strlen(text), said);
}

/* --- a value as text, by the table ------------------------------------------------------------ */

static inline void put_list(char *buf, size_t size, const struct conf_list *list)
{
	size_t i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < list->n && len < size; i++)
		len += snprintf(buf + len, size - len, "%s%s", i ? " " : "", list->items[i]);
}

static inline void put_tty(char *buf, size_t size, const struct tty_patterns *patterns)
{
	const struct tty_pattern *p;
	size_t i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < patterns->n && len < size; i++) {
		p = &patterns->items[i];
		len += snprintf(buf + len, size - len, "%s%s=", i ? " " : "",
				p->verdict == TTY_ENABLE ? "enable" : "disable");
		len += p->glob ? snprintf(buf + len, size - len, "%s", p->glob) :
				 snprintf(buf + len, size - len, "%u:%u", p->min, p->max);
	}
	snprintf(buf + len, size - len, "%s%s", patterns->open_only ? " open_only" : "",
		 patterns->log_passwd ? " log_passwd" : "");
}

static inline void put_size(char *buf, size_t size, unsigned int bytes)
{
	if (bytes >= 1 << 20)
		snprintf(buf, size, "%uM", bytes >> 20);
	else
		snprintf(buf, size, "%uK", bytes >> 10);
}

/* Whether there is a value: a string, or a list with something in it. */
static inline bool has_value(const struct conf_key *key, const void *c)
{
	const void *field = (const char *)c + key->offset;

	switch (key->type) {
	case CONF_FILE:
	case CONF_DIR:
	case CONF_GROUP:
	case CONF_TEXT:
		return *(char *const *)field;
	case CONF_PATHS:
	case CONF_ARGS:
		return ((const struct conf_list *)field)->n;
	case CONF_TTY:
		return ((const struct tty_patterns *)field)->n;
	default:
		return true;
	}
}

static inline const char *value_of(const struct conf_key *key, const void *c)
{
	static char buf[2 * CONF_LINE_MAX];
	const void *field = (const char *)c + key->offset;
	const struct conf_action *action = field;
	const struct conf_space *space = field;
	unsigned int number = 0;

	if (key->type == CONF_NUMBER || key->type == CONF_SIZE || key->type == CONF_WORD)
		number = *(const unsigned int *)field;
	switch (key->type) {
	case CONF_YESNO:
		return *(const bool *)field ? "yes" : "no";
	case CONF_NUMBER:
		snprintf(buf, sizeof(buf), "%u", number);
		return buf;
	case CONF_SIZE:
		put_size(buf, sizeof(buf), number);
		return buf;
	case CONF_SPACE:
		snprintf(buf, sizeof(buf), "%u%s", space->value, space->percent ? "%" : "");
		return buf;
	case CONF_WORD:
		return key->words[number];
	case CONF_ACTION:
		snprintf(buf, sizeof(buf), "%s%s%s", key->words[action->act],
			 action->exe ? " " : "", action->exe ? action->exe : "");
		return buf;
	case CONF_PATHS:
	case CONF_ARGS:
		put_list(buf, sizeof(buf), field);
		return buf;
	case CONF_TTY:
		put_tty(buf, sizeof(buf), field);
		return buf;
	default:
		return has_value(key, c) ? *(char *const *)field : "(none)";
	}
}

static inline const struct conf_key *key_of(const char *name)
{
	size_t i;

	for (i = 0; i < conf_schema.n; i++)
		if (!strcmp(conf_schema.keys[i].name, name))
			return &conf_schema.keys[i];
	return NULL;
}

#endif /* ATR_TESTS_CONF_H */
