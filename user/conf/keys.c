// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file is read line by line into a structure of its own, by the type of each key (value.c); what
 * the file does not say gets its default at the end, by the same way. Then the schema's check looks
 * at what values mean together. Every mistake is told, so one does not end it; but a structure that
 * any was told of is thrown away, and the caller's is only written when all is well.
 */
#include "user/conf/keys.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "user/conf/value.h"

enum {
	MESSAGE_MAX = 1024,
	NAME_MAX_BYTES = 32, /* of keys that are compared with an unknown one */
	NEAR = 2,	     /* mistakes in a key that is still recognized */
};

/* --- messages --------------------------------------------------------------------------------- */

__attribute__((format(printf, 4, 0))) static void tell(struct conf_reader *r,
						       const struct conf_place *at, bool error,
						       const char *format, va_list args)
{
	char text[MESSAGE_MAX];
	struct conf_message message = {
		.file = r->file,
		.line = at->line,
		.column = at->column,
		.error = error,
		.text = text,
	};

	if (error)
		r->errors++;
	if (!r->report)
		return;
	vsnprintf(text, sizeof(text), format, args);
	r->report(r->ctx, &message);
}

int reader_error(struct conf_reader *r, unsigned int column, const char *format, ...)
{
	struct conf_place at = { .line = r->line, .column = column };
	va_list args;

	va_start(args, format);
	tell(r, &at, true, format, args);
	va_end(args);
	return -EINVAL;
}

void reader_warn(struct conf_reader *r, unsigned int column, const char *format, ...)
{
	struct conf_place at = { .line = r->line, .column = column };
	va_list args;

	va_start(args, format);
	tell(r, &at, false, format, args);
	va_end(args);
}

/* Keys are constants of the schema's own check: the loop needs no other end. */
const struct conf_place *conf_place(const struct conf_reader *r, const char *key)
{
	size_t i;

	for (i = 0; strcmp(r->schema->keys[i].name, key) != 0;)
		i++;
	return &r->places[i];
}

/* A line that could not be told may have been about a key that seems to have its default. */
static bool good(const struct conf_reader *r, const struct conf_place *place)
{
	return !place->bad && (place->line || !r->lost);
}

bool conf_good(const struct conf_reader *r, const char *key, const char *other)
{
	return good(r, conf_place(r, key)) && good(r, conf_place(r, other));
}

/* Who reads from above finds a mistake where the second of two lines stands. */
static const struct conf_place *lower(const struct conf_reader *r, const char *key,
				      const char *other)
{
	const struct conf_place *a = conf_place(r, key), *b = conf_place(r, other);

	return b->line > a->line ? b : a;
}

void conf_wrong(struct conf_reader *r, const char *key, const char *other, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(r, lower(r, key, other), true, format, args);
	va_end(args);
}

void conf_warn(struct conf_reader *r, const char *key, const char *other, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(r, lower(r, key, other), false, format, args);
	va_end(args);
}

/* --- keys ------------------------------------------------------------------------------------- */

static const struct conf_key *find_key(const struct conf_schema *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!strcasecmp(s->keys[i].name, name))
			return &s->keys[i];
	return NULL;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/*
 * How many letters have to be put in, left out or changed to make a of b (Levenshtein's), or NEAR +
 * 1 if that is too many anyway. One row of the table is kept: row[j] is for the letters of a so far
 * and j of b's.
 */
static unsigned int distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), i, j;
	unsigned int row[NAME_MAX_BYTES + 1], diagonal, above;

	if (n > NAME_MAX_BYTES || m > NAME_MAX_BYTES || n > m + NEAR || m > n + NEAR)
		return NEAR + 1;
	for (j = 0; j <= m; j++)
		row[j] = j;
	for (i = 1; i <= n; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= m; j++) {
			above = row[j];
			row[j] = min3(above + 1, row[j - 1] + 1,
				      diagonal + !!strncasecmp(a + i - 1, b + j - 1, 1));
			diagonal = above;
		}
	}
	return row[m];
}

/* A name of few letters is near to many: no more than half of it may be wrong. */
static int unknown_key(struct conf_reader *r)
{
	const struct conf_schema *s = r->schema;
	unsigned int best = NEAR + 1, d;
	const char *name = NULL;
	size_t i;

	for (i = 0; i < s->n; i++) {
		d = distance(r->key.text, s->keys[i].name);
		if (d < best && 2 * d <= strlen(s->keys[i].name)) {
			best = d;
			name = s->keys[i].name;
		}
	}
	if (name)
		return reader_error(r, r->key.column, "unknown key `%.200s`: is %s meant?",
				    r->key.text, name);
	return reader_error(r, r->key.column, "unknown key `%.200s`: %s lists those there are",
			    r->key.text, s->manual);
}

static int no_value(struct conf_reader *r, const struct conf_key *key)
{
	char allowed[CONF_ALLOWED_MAX];

	conf_allowed(key, allowed, sizeof(allowed));
	return reader_error(r, r->end, "no value: %s takes %s", key->name, allowed);
}

/* Where it stands is remembered even if its value is bad: its default would be wrong, too. */
static int take_key(struct conf_reader *r)
{
	const struct conf_key *key = find_key(r->schema, r->key.text);
	struct conf_place *place;
	int err;

	if (!key)
		return unknown_key(r);
	place = &r->places[key - r->schema->keys];
	if (place->line && key->type != CONF_PATHS)
		reader_warn(r, r->key.column, "%s is set in line %u already: this one counts",
			    key->name, place->line);
	else if (!place->line && key->unused)
		reader_warn(r, r->key.column, "%s has no effect: %s", key->name, key->unused);
	r->known = true;
	place->line = r->line;
	place->column = r->key.column;
	err = r->n ? value_take(r, key) : no_value(r, key);
	place->bad |= err == -EINVAL;
	return err;
}

/* --- lines ------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Finds a word of the line; at is behind it afterwards. NULL at the end, or where one of ends
 * stands.
 */
static char *next_word(char **at, const char *ends)
{
	char *word;

	while (is_blank(**at))
		(*at)++;
	word = *at;
	*at += strcspn(word, ends);
	return *at == word ? NULL : word;
}

/*
 * Each with a NUL behind it, and its column from 1 on. auditd's values have no quotes and no
 * escapes.
 */
static int take_words(struct conf_reader *r, char *at)
{
	char *word;

	r->n = 0;
	while ((word = next_word(&at, " \t"))) {
		if (r->n == CONF_WORDS_MAX)
			return reader_error(r, word - r->bytes + 1, "more than %d words",
					    CONF_WORDS_MAX);
		r->words[r->n].text = word;
		r->words[r->n++].column = word - r->bytes + 1;
		if (*at)
			*at++ = '\0';
	}
	return 0;
}

/* The line is in r->bytes, and holds no control character. */
static int take_line(struct conf_reader *r)
{
	char *at = r->bytes, *word = next_word(&at, " \t="), *key_end = at;

	if (!word)
		return reader_error(r, at - r->bytes + 1, "no key before the `=`");
	while (is_blank(*at))
		at++;
	if (*at != '=') {
		*key_end = '\0';
		return reader_error(r, key_end - r->bytes + 1, "no `=` behind `%.200s`", word);
	}
	at++;
	*key_end = '\0';
	r->key = (struct conf_word){ word, word - r->bytes + 1 };
	return take_words(r, at) ? -EINVAL : take_key(r);
}

/*
 * The control character that a line must not hold; len if there is none. It would end a string in
 * the middle or act on the terminal that a message is shown on.
 */
static size_t find_control(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
			break;
	return i;
}

static int read_line(struct conf_reader *r, const char *line, size_t len)
{
	size_t first = 0, control;

	while (first < len && is_blank(line[first]))
		first++;
	if (first == len || line[first] == '#')
		return 0;
	if (len > CONF_LINE_MAX)
		return reader_error(r, CONF_LINE_MAX + 1,
				    "a line of %zu bytes: at most %d are taken", len,
				    CONF_LINE_MAX);
	control = find_control(line, len);
	if (control < len)
		return reader_error(r, control + 1, "a control character (0x%02x)%s",
				    (unsigned char)line[control],
				    line[control] == '\r' ? ": lines end with a newline alone" :
							    "");
	/* One more than CONF_LINE_MAX has room, for the NUL. */
	memcpy(r->bytes, line, len);
	r->bytes[len] = '\0';
	r->end = len + 1;
	return take_line(r);
}

/* Defaults come after the file, so that they need not be taken back. */
static int take_defaults(struct conf_reader *r)
{
	const struct conf_key *key;
	size_t i, len;
	int err = 0;

	r->line = 0;
	for (i = 0; i < r->schema->n && !err; i++) {
		key = &r->schema->keys[i];
		if (r->places[i].line || !key->fallback)
			continue;
		len = strlen(key->fallback);
		if (len > CONF_LINE_MAX)
			return -EINVAL;
		memcpy(r->bytes, key->fallback, len + 1);
		err = take_words(r, r->bytes);
		if (!err)
			err = value_take(r, key);
	}
	return err;
}

static int read_lines(struct conf_reader *r, const char *text, size_t len)
{
	const char *end = text + len, *newline;
	int err;

	for (; text < end; text = newline + 1) {
		newline = memchr(text, '\n', end - text);
		if (!newline)
			newline = end;
		r->line++;
		r->known = false;
		err = read_line(r, text, newline - text);
		if (err == -ENOMEM)
			return err;
		/* It was not told of which key it is. */
		r->lost |= err && !r->known;
	}
	return 0;
}

int conf_read(const struct conf_schema *schema, void *ret, const char *file, const char *text,
	      size_t len, conf_report_fn *report, void *ctx)
{
	struct conf_reader *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (!r)
		return -ENOMEM;
	r->schema = schema;
	r->file = file;
	r->report = report;
	r->ctx = ctx;
	r->dest = calloc(1, schema->size);
	r->places = calloc(schema->n, sizeof(*r->places));
	if (!r->dest || !r->places)
		goto out;
	err = read_lines(r, text, len);
	if (!err)
		err = take_defaults(r);
	if (!err)
		err = schema->check(r, r->dest);
	if (!err && r->errors)
		err = -EINVAL;
	if (err)
		goto out;
	memcpy(ret, r->dest, schema->size);
	memset(r->dest, 0, schema->size);
out:
	if (r->dest)
		conf_release(schema, r->dest);
	free(r->dest);
	free(r->places);
	free(r);
	return err;
}

void conf_release(const struct conf_schema *schema, void *dest)
{
	size_t i;

	if (!dest)
		return;
	for (i = 0; i < schema->n; i++)
		value_free(&schema->keys[i], dest);
	memset(dest, 0, schema->size);
}
