// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of keys, conf/autrail.conf and the manual page tell the same.
 *
 * conf/autrail.conf is made of the table: `build/san/test_conf_table --write`.
 */
#include <limits.h>
#include <stdlib.h>

#include "tests/unit/conf.h"
#include "user/conf/plugin.h"

#define EXAMPLE "conf/autrail.conf"
#define MANUAL	"user/autrail.conf.5"

static void test_table(void)
{
	const struct conf_key *key;
	struct said said;
	char line[512];
	struct conf c;
	size_t i;

	for (i = 0; i < conf_schema.n; i++) {
		key = &conf_schema.keys[i];
		ok(key->help && (key->fallback || key->example), "%s is explained", key->name);
		ok(key_of(key->name) == key, "%s is there once", key->name);
		ok(!key->unused == (key->offset != CONF_NOWHERE), "%s has an effect, or none",
		   key->name);
		snprintf(line, sizeof(line), "%s = %s\n", key->name,
			 key->fallback ? key->fallback : key->example);
		if (ok(!parse(&c, line, &said), "%s may be set to its own value", key->name))
			conf_free(&c);
	}
}

static void put_example(FILE *f)
{
	const struct conf_key *key;
	char allowed[256];
	size_t i;

	fputs("# The configuration of `autrail daemon`; autrail.conf(5) tells more. A line is\n"
	      "# `key = value`, or a comment. All keys are here with the values that they have\n"
	      "# anyway; those in comments have none.\n",
	      f);
	for (i = 0; i < conf_schema.n; i++) {
		key = &conf_schema.keys[i];
		if (key->heading)
			fprintf(f, "\n# --- %s ---\n", key->heading);
		fprintf(f, "\n# %s", key->help);
		if (key->words || key->type == CONF_NUMBER || key->type == CONF_SIZE) {
			conf_allowed(key, allowed, sizeof(allowed));
			fprintf(f, ":\n# %s", allowed);
		}
		fprintf(f, "\n%s%s = %s\n", key->fallback ? "" : "#", key->name,
			key->fallback ? key->fallback : key->example);
	}
}

static char *file_text(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	long len = -1;

	if (f && !fseek(f, 0, SEEK_END))
		len = ftell(f);
	if (len >= 0) {
		rewind(f);
		text = calloc(1, len + 1);
		if (text)
			*ret_len = fread(text, 1, len, f);
	}
	if (f)
		fclose(f);
	return text;
}

static void test_example(void)
{
	char *want = NULL, *got;
	size_t want_len = 0, got_len = 0;
	FILE *f = open_memstream(&want, &want_len);
	struct said said;
	struct conf c;

	put_example(f);
	fclose(f);
	got = file_text(EXAMPLE, &got_len);
	if (ok(got != NULL, EXAMPLE " can be read")) {
		is_bytes(got, got_len, want, want_len, EXAMPLE " is that of the table");
		is_int(parse_bytes(&c, got, got_len, &said), 0, "and is right");
		is_str(said.text, "", "without a word");
		conf_free(&c);
	}
	free(got);
	free(want);
}

/* An item of the manual: from `.It Cm NAME` to the next, or to the list's end. */
static bool find_item(const char *manual, const char *name, char *item, size_t size)
{
	char head[64];
	const char *at, *end, *list;

	snprintf(head, sizeof(head), "\n.It Cm %s No = ", name);
	at = strstr(manual, head);
	if (!at)
		return false;
	end = strstr(at + 1, "\n.It Cm ");
	list = strstr(at + 1, "\n.El\n.Ss ");
	if (!list)
		list = strstr(at + 1, "\n.El\n.Sh ");
	if (!end || (list && list < end))
		end = list;
	snprintf(item, size, "%.*s", end ? (int)(end - at) + 1 : 0, at);
	return true;
}

static bool item_has_words(const char *item, const struct conf_key *key)
{
	char line[64];
	unsigned int i;

	for (i = 0; key->words && key->words[i]; i++) {
		if (key->mask && !(key->mask & 1U << i))
			continue;
		snprintf(line, sizeof(line), "\n.Cm %s", key->words[i]);
		if (!strstr(item, line)) {
			tap_note("%s: no %s", key->name, key->words[i]);
			return false;
		}
	}
	return true;
}

static void check_item(const char *manual, const struct conf_key *key)
{
	char item[8192], want[512], allowed[256];

	if (!ok(find_item(manual, key->name, item, sizeof(item)), "%s is in the manual", key->name))
		return;
	if (key->unused)
		return;
	if (key->fallback)
		snprintf(want, sizeof(want), "\nThe default is\n.%s %s .\n",
			 key->fallback[0] == '/' ? "Pa" : "Cm", key->fallback);
	else
		snprintf(want, sizeof(want), "\nThere is no default.\n");
	if (!ok(strstr(item, want) != NULL, "%s: and its default", key->name))
		tap_note("%s", item);
	ok(item_has_words(item, key), "%s: and its words", key->name);
	if (key->type == CONF_NUMBER && key->max < INT_MAX) {
		conf_allowed(key, allowed, sizeof(allowed));
		if (!ok(strstr(item, allowed) != NULL, "%s: and its range", key->name))
			tap_note("no: %s", allowed);
	}
}

static void test_manual(void)
{
	size_t len = 0, i, items = 0;
	char *manual = file_text(MANUAL, &len);
	const char *at;

	if (!ok(manual != NULL, MANUAL " can be read"))
		return;
	for (i = 0; i < conf_schema.n; i++)
		check_item(manual, &conf_schema.keys[i]);
	for (i = 0; i < plugin_schema.n; i++)
		check_item(manual, &plugin_schema.keys[i]);
	for (at = strstr(manual, "\n.Sh KEYS"); at && (at = strstr(at, "\n.It Cm ")); at++)
		items += memmem(at, strcspn(at + 1, "\n") + 1, " No = ", 6) != NULL;
	is_int(items, conf_schema.n + plugin_schema.n, "the manual has no other keys");
	free(manual);
}

int main(int argc, char **argv)
{
	FILE *f;

	if (argc > 1 && !strcmp(argv[1], "--write")) {
		f = fopen(EXAMPLE, "w");
		if (!f)
			return 1;
		put_example(f);
		return fclose(f) ? 1 : 0;
	}
	test_table();
	test_example();
	test_manual();
	return tap_done();
}
