// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes over the control socket, from either side. Whatever the bytes: what is taken lies within them, and
 * is not taken before it has come whole; what becomes of it in records, in lists of rules and in figures is one
 * line each, forges no field, and does nothing to a terminal.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/control/change.h"
#include "user/control/figures.h"
#include "user/control/listing.h"
#include "user/control/proto.h"
#include "user/rules/ruleset.h"
#include "user/rules/words.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { TEXT_MAX = 64 << 20 };

static void fail(const char *what, const char *text)
{
	fprintf(stderr, "%s: %.400s\n", what, text);
	abort();
}

static const char *terminated(struct text *t)
{
	text_char(t, '\0');
	if (t->err)
		fail("no text", "");
	t->len--;
	return t->buf;
}

static void check_line(struct text *t)
{
	const char *line = terminated(t), *c;

	if (!t->len || strlen(line) != t->len)
		fail("no line", line);
	for (c = line; *c; c++)
		if (iscntrl((unsigned char)*c))
			fail("a control character", line);
}

static unsigned int count(const char *line, const char *what)
{
	unsigned int n = 0;

	for (; (line = strstr(line, what)); line += strlen(what))
		n++;
	return n;
}

/* --- records ---------------------------------------------------------------------------------- */

static void check_record(struct text *t, const char *last)
{
	check_line(t);
	if (count(t->buf, " auid=") != 1 || count(t->buf, " res=") != 1 || !strstr(t->buf, last))
		fail("a field was forged", t->buf);
	text_reset(t);
}

static void check_records(const char *bytes, size_t len)
{
	struct who who = { .pid = 1, .auid = ATR_UNSET, .ses = ATR_UNSET };
	struct text t;
	char *key = strndup(bytes, len < 4096 ? len : 4096);

	text_init(&t, TEXT_MAX);
	snprintf(who.exe, sizeof(who.exe), "%s", key);
	change_rule(&t, &who, len & 1, key, 4, true);
	check_record(&t, " list=4 res=1");
	change_refused(&t, &who, "rules", bytes, len, len & 1);
	check_record(&t, " res=0");
	change_message(&t, &who, bytes, len < CONTROL_MESSAGE_MAX ? len : CONTROL_MESSAGE_MAX);
	if (count(terminated(&t), "'") != 2 || count(t.buf, "\"") % 2)
		fail("quotes were forged", t.buf);
	check_record(&t, " res=success'");
	text_free(&t);
	free(key);
}

/* --- rules ------------------------------------------------------------------------------------ */

static bool is_directory(void *ctx, const char *path)
{
	return strlen(path) % 2;
}

struct changes {
	size_t now;
	bool bad;
};

static void changed(void *ctx, bool add, const struct rule *rule, bool good)
{
	struct changes *changes = ctx;

	if (!good)
		changes->bad = true;
	else if (rule && !add && !changes->now--)
		fail("more were deleted than there were", rule->text);
	else if (rule)
		changes->now += add;
}

static void report(void *ctx, const struct rule_message *message)
{
}

static void check_figures(const struct ruleset *rs)
{
	struct figures_rule *rules = calloc(rs->n + 1, sizeof(*rules));
	struct figures f = { .version = "1", .rules = rules, .nrules = rs->n };
	struct text t, line;
	const char *at, *newline;
	size_t i;

	text_init(&t, TEXT_MAX);
	text_init(&line, TEXT_MAX);
	for (i = 0; i < rs->n; i++) {
		rules[i] = (struct figures_rule){ &rs->rules[i], i, true };
		listing_rule(&line, &rs->rules[i]);
		check_line(&line);
		text_reset(&line);
	}
	figures_metrics(&t, &f);
	for (at = terminated(&t); *at; at = newline + 1) {
		newline = strchr(at, '\n');
		if (!newline)
			fail("no end of a line", at);
		if (strncmp(at, "# ", 2) != 0 && strncmp(at, "autrail_", 8) != 0)
			fail("a line was forged", at);
	}
	if (count(t.buf, "\nautrail_rule_hits_total{number=") != rs->n)
		fail("another number of rules", t.buf);
	text_reset(&t);
	figures_status(&t, &f);
	for (at = terminated(&t); *at; at++)
		if (iscntrl((unsigned char)*at) && *at != '\n')
			fail("a control character", at);
	text_free(&t);
	text_free(&line);
	free(rules);
}

static void check_rules(const char *text, size_t len)
{
	struct changes changes = { 0 };
	const struct parse_opts opts = {
		.is_directory = is_directory,
		.changed = changed,
		.ctx = &changes,
	};
	struct ruleset rs;
	int err;

	ruleset_init(&rs);
	err = ruleset_parse(&rs, "name", text, len, &opts, report, NULL);
	if (!err && changes.now != rs.n)
		fail("changes do not come to what there is", "");
	if (!err && changes.bad && !rs.controls.ignore)
		fail("what could not be done was passed over", "");
	check_figures(&rs);
	ruleset_free(&rs);
}

/* --- requests and replies --------------------------------------------------------------------- */

static void check_request(const char *data, size_t size)
{
	struct control_request request, part;
	char name[CONTROL_NAME_MAX + 1], head[CONTROL_HEAD_MAX];
	const char *text = "", *c;
	size_t len, n;

	if (control_request_parse(data, size, &request))
		return;
	if (request.verb >= CONTROL_VERBS || request.len > CONTROL_BODY_MAX ||
	    request.body + request.len != data + size)
		fail("a body that is not within the bytes", "");
	if (control_request_parse(data, size - 1, &part) != -EAGAIN)
		fail("taken before it was whole", "");
	n = control_request_head(head, request.verb, request.len);
	if (n > (size_t)(request.body - data))
		fail("another head", head);
	if (request.verb == CONTROL_STATUS && control_measure(&request) > CONTROL_MEASURE_MAX)
		fail("too long a time", request.body);
	if (request.verb != CONTROL_RULES || control_rules_split(&request, name, &text, &len))
		return;
	for (c = name; *c; c++)
		if (!isprint((unsigned char)*c))
			fail("a name that is none", name);
	if (text < data || text + len != data + size)
		fail("lines that are not within the bytes", name);
	check_rules(text, len);
}

static void check_reply(const char *data, size_t size)
{
	struct control_reply reply, part;

	if (control_reply_parse(data, size, &reply))
		return;
	if (reply.out < data || reply.out + reply.out_len != reply.err ||
	    reply.err + reply.err_len != data + size || reply.code < 0 || reply.code > 255)
		fail("parts that are not within the bytes", "");
	if (control_reply_parse(data, size - 1, &part) != -EAGAIN)
		fail("taken before it was whole", "");
}

/* A word of the command line is one word to the daemon. */
static void check_word(const char *bytes, size_t len)
{
	char *word = strndup(bytes, len), *line;
	struct words words;
	int n;

	line = malloc(2 * strlen(word) + 1);
	n = control_word(line, word);
	if (n > (int)(2 * strlen(word) + 1))
		fail("too long a word", word);
	if (n > 0) {
		if (words_split(&words, line, n) || words.n != 1 ||
		    strcmp(words.word[0].text, word) != 0)
			fail("another word", word);
		words_free(&words);
	}
	free(line);
	free(word);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	/* Memory of exactly this size, so that a look behind it is caught. */
	char *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	check_request(copy, size);
	check_reply(copy, size);
	check_records(copy, size);
	check_word(copy, size);
	free(copy);
	return 0;
}
