// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/conf/value.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/conf/tty.h"

enum { PORT_MAX = 65535 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * The digits that text begins with; ret_end is behind them. What is too large for an unsigned long
 * is some number that is larger than any key's maximum, which has 32 bits.
 */
static unsigned long digits(const char *text, const char **ret_end)
{
	unsigned long value = 0;

	for (; is_digit(*text); text++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *text - '0', &value))
			value = ULONG_MAX / 10;
	*ret_end = text;
	return value;
}

/* A list that a mask is for has fewer than 32 words. */
static bool word_allowed(const struct conf_key *key, unsigned int i)
{
	return !key->mask || key->mask & (1U << i);
}

static bool is_exec(const struct conf_key *key, unsigned int i)
{
	return key->type == CONF_ACTION && !strcmp(key->words[i], "exec");
}

/* --- what a key takes ------------------------------------------------------------------------- */

/* "a, b or c". Ends with a whole word where there is no more room. */
static void list_words(const struct conf_key *key, char *buf, size_t size)
{
	unsigned int i, last = 0;
	size_t len = 0;
	int n;

	for (i = 0; key->words[i]; i++)
		if (word_allowed(key, i))
			last = i;
	buf[0] = '\0';
	for (i = 0; key->words[i]; i++) {
		if (!word_allowed(key, i))
			continue;
		n = snprintf(buf + len, size - len, "%s%s%s",
			     !len      ? "" :
			     i == last ? " or " :
					 ", ",
			     key->words[i], is_exec(key, i) ? " PATH" : "");
		if (n < 0 || (size_t)n >= size - len)
			return;
		len += n;
	}
}

static void bytes_text(unsigned int bytes, char *buf, size_t size)
{
	if (bytes >= 1 << 20)
		snprintf(buf, size, "%uM", bytes >> 20);
	else
		snprintf(buf, size, "%uK", bytes >> 10);
}

static void describe_number(const struct conf_key *key, char *buf, size_t size)
{
	snprintf(buf, size, "a number from %u to %u", key->min, key->max);
}

static void describe_size(const struct conf_key *key, char *buf, size_t size)
{
	char min[16], max[16];

	bytes_text(key->min, min, sizeof(min));
	bytes_text(key->max, max, sizeof(max));
	snprintf(buf, size, "a power of two from %s to %s", min, max);
}

/* --- one type each ---------------------------------------------------------------------------- */

/* No more than 200 bytes of a value are told: it may be as long as a line. */
static int refuse(struct conf_reader *r, const struct conf_key *key, const char *wrong)
{
	char allowed[CONF_ALLOWED_MAX];

	conf_allowed(key, allowed, sizeof(allowed));
	return reader_error(r, r->words[0].column, "`%.200s` %s: %s takes %s", r->words[0].text,
			    wrong, key->name, allowed);
}

/* field NULL: the value is only checked. On failure what was there stays. */
static int set_string(char **field, const char *text)
{
	char *copy;

	if (!field)
		return 0;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	free(*field);
	*field = copy;
	return 0;
}

static int set_yesno(struct conf_reader *r, const struct conf_key *key, void *field)
{
	bool yes = !strcasecmp(r->words[0].text, "yes");

	if (!yes && strcasecmp(r->words[0].text, "no") != 0)
		return refuse(r, key, "is not possible");
	if (field)
		*(bool *)field = yes;
	return 0;
}

static int set_number(struct conf_reader *r, const struct conf_key *key, void *field)
{
	const char *text = r->words[0].text, *end;
	unsigned long value = digits(text, &end);

	if (*end || end == text)
		return refuse(r, key, "is not a number");
	if (value < key->min || value > key->max)
		return refuse(r, key, "is out of range");
	if (field)
		*(unsigned int *)field = value;
	return 0;
}

static int set_size(struct conf_reader *r, const struct conf_key *key, void *field)
{
	const char *text = r->words[0].text, *end;
	unsigned long value = digits(text, &end);
	unsigned int shift = 0;

	if (end == text)
		return refuse(r, key, "is not a number");
	if (*end == 'K' || *end == 'k')
		shift = 10;
	else if (*end == 'M' || *end == 'm')
		shift = 20;
	if (*(end + !!shift))
		return refuse(r, key, "has something else than K or M behind the number");
	/* At most 1 GiB before it is shifted, by 20 at most. */
	if (value > key->max || value << shift < key->min || value << shift > key->max)
		return refuse(r, key, "is out of range");
	value <<= shift;
	if (value & (value - 1))
		return refuse(r, key, "is not a power of two");
	if (field)
		*(unsigned int *)field = value;
	return 0;
}

static int set_space(struct conf_reader *r, const struct conf_key *key, void *field)
{
	const char *text = r->words[0].text, *end;
	struct conf_space space = { 0 };
	unsigned long value = digits(text, &end);

	space.percent = *end == '%';
	if (end == text || *(end + space.percent))
		return refuse(r, key, "is not a number, with or without %");
	if (space.percent ? value < 1 || value > 99 : value > key->max)
		return refuse(r, key, "is out of range");
	space.value = value;
	if (field)
		*(struct conf_space *)field = space;
	return 0;
}

/* The word's number, or -1. */
static int find_word(const struct conf_key *key, const char *text)
{
	int i;

	for (i = 0; key->words[i]; i++)
		if (word_allowed(key, i) && !strcasecmp(key->words[i], text))
			return i;
	return -1;
}

static int set_word(struct conf_reader *r, const struct conf_key *key, void *field)
{
	int i = find_word(key, r->words[0].text);

	if (i < 0)
		return refuse(r, key, "is not possible");
	if (field)
		*(unsigned int *)field = i;
	return 0;
}

/* Whether it is there is for the caller of conf_parse() to see. */
static int check_path(struct conf_reader *r, const struct conf_key *key, size_t word, bool dir)
{
	const char *text = r->words[word].text;
	unsigned int column = r->words[word].column;
	size_t len = strlen(text), max = key->max ? key->max : CONF_PATH_MAX;

	if (text[0] != '/')
		return reader_error(r, column,
				    "`%.200s` is a relative path: %s takes an absolute one", text,
				    key->name);
	if (len > max)
		return reader_error(r, column, "a path of %zu bytes: %s takes one of at most %zu",
				    len, key->name, max);
	if (!dir && text[len - 1] == '/')
		return reader_error(r, column,
				    "`%.200s` is a directory: %s takes the path of a file", text,
				    key->name);
	return 0;
}

static int set_action(struct conf_reader *r, const struct conf_key *key, void *field)
{
	struct conf_action *action = field;
	int i = find_word(key, r->words[0].text), err;

	if (i < 0)
		return refuse(r, key, "is not possible");
	if (is_exec(key, i)) {
		if (r->n < 2)
			return reader_error(r, r->words[0].column,
					    "exec of what? The path of a program has to follow");
		err = check_path(r, key, 1, false);
		if (err)
			return err;
	} else if (r->n > 1) {
		/* auditd takes it without a word. */
		reader_warn(r, r->words[1].column,
			    "`%.200s` has no meaning behind %s: only exec takes more",
			    r->words[1].text, key->words[i]);
	}
	if (!action)
		return 0;
	free(action->exe);
	action->exe = NULL;
	action->act = i;
	return is_exec(key, i) ? set_string(&action->exe, r->words[1].text) : 0;
}

static int set_file(struct conf_reader *r, const struct conf_key *key, void *field)
{
	int err = check_path(r, key, 0, false);

	return err ? err : set_string(field, r->words[0].text);
}

static int set_dir(struct conf_reader *r, const struct conf_key *key, void *field)
{
	int err = check_path(r, key, 0, true);

	return err ? err : set_string(field, r->words[0].text);
}

/* The count rises last: what is counted is there to be freed. */
static int list_add(struct conf_list *list, const char *text)
{
	char **items = reallocarray(list->items, list->n + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->n] = strdup(text);
	if (!items[list->n])
		return -ENOMEM;
	list->n++;
	return 0;
}

static void free_list(void *field)
{
	struct conf_list *list = field;

	while (list->n)
		free(list->items[--list->n]);
	free(list->items);
	list->items = NULL;
}

/* Added to those of lines before, unlike all other types. */
static int set_paths(struct conf_reader *r, const struct conf_key *key, void *field)
{
	int err = check_path(r, key, 0, true);

	return err ? err : list_add(field, r->words[0].text);
}

/* A line takes the place of one before. */
static int set_args(struct conf_reader *r, const struct conf_key *key, void *field)
{
	size_t i;
	int err = 0;

	free_list(field);
	for (i = 0; i < r->n && !err; i++)
		err = list_add(field, r->words[i].text);
	return err;
}

static void free_tty(void *field)
{
	tty_patterns_free(field);
}

/* Into patterns of its own first: one word that is wrong spoils the line. */
static int set_tty(struct conf_reader *r, const struct conf_key *key, void *field)
{
	struct tty_patterns patterns = { 0 };
	struct tty_wrong wrong;
	size_t i;
	int err = 0;

	for (i = 0; i < r->n && !err; i++)
		err = tty_patterns_word(&patterns, r->words[i].text, &wrong);
	if (err == -EINVAL)
		err = reader_error(r, r->words[i - 1].column + wrong.at, "%s", wrong.text);
	if (err) {
		tty_patterns_free(&patterns);
		return err;
	}
	tty_patterns_free(field);
	*(struct tty_patterns *)field = patterns;
	return 0;
}

static int set_group(struct conf_reader *r, const struct conf_key *key, void *field)
{
	const char *text = r->words[0].text, *end;
	unsigned long value = digits(text, &end);

	/* As auditd has it: what begins with a digit is a number. The last one means none. */
	if (is_digit(text[0])) {
		if (*end)
			return refuse(r, key, "is not a number");
		if (value >= UINT_MAX)
			return refuse(r, key, "is out of range");
	}
	return set_string(field, text);
}

static int set_text(struct conf_reader *r, const struct conf_key *key, void *field)
{
	if (key->max && strlen(r->words[0].text) > key->max)
		return reader_error(r, r->words[0].column,
				    "%zu bytes: %s takes a word of at most %u",
				    strlen(r->words[0].text), key->name, key->max);
	return set_string(field, r->words[0].text);
}

/*
 * For keys of auditd's that have no effect: a port or a range is checked as auditd does, and
 * forgotten.
 */
static int set_ports(struct conf_reader *r, const struct conf_key *key, void *field)
{
	const char *text = r->words[0].text, *end;
	unsigned long from = digits(text, &end), to = from;
	bool good = end != text;

	if (good && *end == '-') {
		text = end + 1;
		to = digits(text, &end);
		good = end != text;
	}
	if (!good || *end)
		return refuse(r, key, "is not a port");
	if (from > PORT_MAX || to > PORT_MAX)
		return refuse(r, key, "is out of range");
	if (from > to)
		return refuse(r, key, "is the wrong way around");
	return 0;
}

static void free_string(void *field)
{
	free(*(char **)field);
	*(char **)field = NULL;
}

static void free_action(void *field)
{
	free_string(&((struct conf_action *)field)->exe);
}

/*
 * One row a type: how it is taken, freed and described, and how many words it has. free NULL: there
 * is nothing to free.
 */
static const struct type {
	int (*set)(struct conf_reader *r, const struct conf_key *key, void *field);
	void (*free)(void *field);
	const char *allowed; /* NULL: describe tells */
	void (*describe)(const struct conf_key *key, char *buf, size_t size);
	unsigned int words; /* at most */
} types[CONF_TYPES] = {
	[CONF_YESNO] = { set_yesno, NULL, "yes or no", NULL, 1 },
	[CONF_NUMBER] = { set_number, NULL, NULL, describe_number, 1 },
	[CONF_SIZE] = { set_size, NULL, NULL, describe_size, 1 },
	[CONF_SPACE] = { set_space, NULL, "a number of MiB, or 1% to 99%", NULL, 1 },
	[CONF_WORD] = { set_word, NULL, NULL, list_words, 1 },
	[CONF_ACTION] = { set_action, free_action, NULL, list_words, 2 },
	[CONF_FILE] = { set_file, free_string, "the absolute path of a file", NULL, 1 },
	[CONF_DIR] = { set_dir, free_string, "the absolute path of a directory", NULL, 1 },
	[CONF_PATHS] = { set_paths, free_list, "an absolute path", NULL, 1 },
	[CONF_GROUP] = { set_group, free_string, "the name of a group, or its number", NULL, 1 },
	[CONF_TEXT] = { set_text, free_string, "one word", NULL, 1 },
	[CONF_ARGS] = { set_args, free_list, "words", NULL, CONF_WORDS_MAX },
	[CONF_TTY] = { set_tty, free_tty,
		       "enable=PATTERNS, disable=PATTERNS, open_only, log_passwd", NULL,
		       CONF_WORDS_MAX },
	[CONF_PORTS] = { set_ports, NULL, "a port up to 65535, or two with - between", NULL, 1 },
};

void conf_allowed(const struct conf_key *key, char *buf, size_t size)
{
	const struct type *type = &types[key->type];

	if (type->allowed)
		snprintf(buf, size, "%s", type->allowed);
	else
		type->describe(key, buf, size);
}

int value_take(struct conf_reader *r, const struct conf_key *key)
{
	const struct type *type = &types[key->type];
	const struct conf_word *extra;

	if (r->n > type->words) {
		extra = &r->words[type->words];
		if (extra->text[0] == '#')
			return reader_error(r, extra->column,
					    "a comment has to stand on a line of its own");
		return reader_error(r, extra->column, "`%.200s` is one word too many for %s",
				    extra->text, key->name);
	}
	return type->set(r, key,
			 key->offset == CONF_NOWHERE ? NULL : (char *)r->dest + key->offset);
}

void value_free(const struct conf_key *key, void *dest)
{
	const struct type *type = &types[key->type];

	if (type->free && key->offset != CONF_NOWHERE)
		type->free((char *)dest + key->offset);
}
