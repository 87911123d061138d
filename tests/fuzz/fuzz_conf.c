// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration files. Whatever the bytes: what is told has a place in the text, an error means
 * that the structure is untouched and the other way around, and what was taken is written and read
 * again to the same.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/conf.h"
#include "user/conf/plugin.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct heard {
	const char *text;
	size_t len;
	unsigned int errors, warnings;
};

static void fail(const char *what)
{
	fprintf(stderr, "%s\n", what);
	abort();
}

static void hear(void *ctx, const struct conf_message *m)
{
	struct heard *h = ctx;
	const char *at = h->text, *end = h->text + h->len, *newline;
	unsigned int line;

	for (line = 1; line < m->line; line++) {
		newline = at < end ? memchr(at, '\n', end - at) : NULL;
		if (!newline)
			fail("a line that is not there");
		at = newline + 1;
	}
	newline = at < end ? memchr(at, '\n', end - at) : NULL;
	if (!newline)
		newline = end;
	if (!m->line || !m->column || m->column - 1 > (size_t)(newline - at))
		fail("a column that is not there");
	for (at = m->text; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			fail("a control character in a message");
	if (m->error)
		h->errors++;
	else
		h->warnings++;
}

/* Zero, as conf_read() leaves it after a mistake. */
static void check_untouched(const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size--)
		if (*at++)
			fail("touched in spite of an error");
}

static int read_one(const struct conf_schema *schema, void *ret, struct heard *h)
{
	int err = conf_read(schema, ret, "fuzz", h->text, h->len, hear, h);

	if (err && err != -EINVAL && err != -ENOMEM)
		fail("another error");
	if (!err != !h->errors)
		fail("an error that was not told, or was none");
	if (err)
		check_untouched(ret, schema->size);
	return err;
}

/* Everything that the text came to, as a text of its own. The caller frees. */
static char *write_again(const struct conf_schema *schema, const void *c, size_t *ret_len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, ret_len);
	const struct conf_list *list;
	const struct conf_key *key;
	size_t i, j;

	for (i = 0; f && i < schema->n; i++) {
		key = &schema->keys[i];
		if (key->offset == CONF_NOWHERE)
			continue;
		list = (const void *)((const char *)c + key->offset);
		if (key->type == CONF_PATHS)
			for (j = 0; j < list->n; j++)
				fprintf(f, "%s = %s\n", key->name, list->items[j]);
		else if (has_value(key, c))
			fprintf(f, "%s = %s\n", key->name, value_of(key, c));
	}
	if (f)
		fclose(f);
	return text;
}

static void check(const struct conf_schema *schema, const char *text, size_t len)
{
	struct heard first = { .text = text, .len = len }, second = { 0 };
	char *once = NULL, *twice = NULL;
	void *c = calloc(1, schema->size), *d = calloc(1, schema->size);

	if (!c || !d || read_one(schema, c, &first))
		goto out;
	once = write_again(schema, c, &second.len);
	second.text = once;
	if (!once || read_one(schema, d, &second))
		fail("what was taken is refused");
	twice = write_again(schema, d, &second.len);
	if (!twice || strcmp(once, twice) != 0)
		fail("what was taken comes to something else");
	conf_release(schema, d);
	conf_release(schema, c);
out:
	free(once);
	free(twice);
	free(c);
	free(d);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	/* Memory of exactly this size, so that a look behind it is caught. */
	char *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	check(&conf_schema, copy, size);
	check(&plugin_schema, copy, size);
	free(copy);
	return 0;
}
