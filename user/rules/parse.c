/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file is cut into lines, each line taken by itself (line.c) and then applied to the set: in the
 * order of the file, as auditctl hands rules to the kernel one by one. All this happens to a copy,
 * so that a file with a mistake changes nothing.
 */
#include "user/rules/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/rules/line.h"
#include "user/rules/ruleset.h"

struct lines {
	struct source *line;
	size_t n, cap;
};

struct parser {
	struct ruleset rs; /* becomes the caller's if all goes well */
	const struct parse_opts *opts;
	rule_message_fn *report;
	void *ctx;
	size_t errors;
};

/* --- lines ----------------------------------------------------------------------------------- */

static int lines_add(struct lines *lines, const struct source *line)
{
	if (lines->n == lines->cap) {
		size_t cap = lines->cap ? 2 * lines->cap : 64;
		struct source *grown = reallocarray(lines->line, cap, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		lines->line = grown;
		lines->cap = cap;
	}
	lines->line[lines->n++] = *line;
	return 0;
}

/* Whether there is more in it than blanks and a comment. */
static bool line_says(const struct source *line)
{
	size_t i = 0;

	while (i < line->len && isspace((unsigned char)line->text[i]))
		i++;
	return i < line->len && line->text[i] != '#';
}

/* Numbers count all lines, those that say nothing, too. A CR before a newline is no part of one. */
static int lines_split(struct lines *lines, const char *file, const char *text, size_t len)
{
	const char *end = text + len, *newline;
	struct source line = { .file = file };
	int err = 0;

	for (; text < end && !err; text = newline + 1) {
		newline = memchr(text, '\n', end - text);
		if (!newline)
			newline = end;
		line.number++;
		line.text = text;
		line.len = newline - text;
		while (line.len && text[line.len - 1] == '\r')
			line.len--;
		if (line_says(&line))
			err = lines_add(lines, &line);
	}
	return err;
}

/* --- one line -------------------------------------------------------------------------------- */

/*
 * Lines that cannot be looked at. Of words there are none yet: the column of the error is made to
 * be the place where such a line stops to be one.
 */
static int refuse_line(struct line *l)
{
	const struct source *source = l->source;
	const char *nul = memchr(source->text, '\0', source->len);

	l->words = (struct words){ .line = source->text, .len = RULE_LINE_MAX };
	if (source->len > RULE_LINE_MAX)
		return line_error(l, 0, 0, "a line has no more than %d bytes", RULE_LINE_MAX);
	if (!nul)
		return 0;
	l->words.len = nul - source->text;
	return line_error(l, 0, 0, "a byte 0");
}

static void changed(struct parser *p, bool add, const struct rule *rule, bool good)
{
	if (p->opts && p->opts->changed)
		p->opts->changed(p->opts->ctx, add, rule, good);
}

/*
 * audit_add_rule(): a rule that is there already is -EEXIST. Each is looked for among all before
 * it.
 */
static int apply_add(struct parser *p, struct line *l)
{
	/* The kernel compares before it forgets how a rule was added: -A may add one again. */
	ssize_t same = l->rule.prepend ? -1 : ruleset_find(&p->rs, &l->rule);

	changed(p, true, &l->rule, same < 0);
	if (same >= 0)
		return line_error(l, 0, 0, "Rule exists: it is there already, by %s:%u",
				  p->rs.rules[same].file, p->rs.rules[same].line);
	return ruleset_add(&p->rs, &l->rule);
}

static int apply_delete(struct parser *p, struct line *l)
{
	ssize_t same = ruleset_find(&p->rs, &l->rule);

	changed(p, false, &l->rule, same >= 0);
	if (same >= 0)
		ruleset_remove(&p->rs, same);
	else if (!p->errors) /* else it may be one that was refused */
		return line_error(l, 0, 0, "there is no such rule to delete");
	return 0;
}

/* The kernel lists its rules list by list, and auditctl deletes them in that order. */
static void apply_clear(struct parser *p, const char *key)
{
	unsigned int list;
	size_t i;

	changed(p, false, NULL, true);
	for (list = 0; list <= RULE_LIST_IO_URING; list++)
		for (i = 0; i < p->rs.n; i++)
			if (p->rs.rules[i].list == list && rule_has_key(&p->rs.rules[i], key))
				changed(p, false, &p->rs.rules[i], true);
	ruleset_clear(&p->rs, key);
}

/* audit_receive_msg(): while it is locked (AUDIT_LOCKED) nothing of it can be changed. */
static int apply(struct parser *p, struct line *l)
{
	l->option.text = NULL;
	if (p->rs.controls.enabled == 2 &&
	    (l->verb != VERB_NONE || l->delete_all || l->touches_controls))
		return line_error(l, 0, 0, "-e 2 was before, which locks the rules");
	if (l->delete_all)
		apply_clear(p, l->delete_key);
	p->rs.controls = l->controls;
	if (l->verb == VERB_ADD)
		return apply_add(p, l);
	return l->verb == VERB_DELETE ? apply_delete(p, l) : 0;
}

static int parse_line(struct parser *p, const struct source *source)
{
	struct line l = {
		.source = source,
		.opts = p->opts,
		.report = p->report,
		.ctx = p->ctx,
		.lenient = p->rs.controls.ignore,
		.controls = p->rs.controls,
	};
	int err = refuse_line(&l);

	if (!err)
		err = line_parse(&l);
	if (!err && !l.skip)
		err = apply(p, &l);
	/* -i and -c count even where something is wrong with the line. */
	p->rs.controls.ignore = l.controls.ignore;
	p->rs.controls.keep_going = l.controls.keep_going;
	if (err == -EINVAL && l.lenient)
		p->rs.skipped++;
	else if (err == -EINVAL)
		p->errors++;
	line_free(&l);
	return err == -EINVAL ? 0 : err;
}

static int parse_lines(struct ruleset *rs, const struct lines *lines, const struct parse_opts *opts,
		       rule_message_fn *report, void *ctx)
{
	struct parser p = { .opts = opts, .report = report, .ctx = ctx };
	size_t i;
	int err;

	/* libaudit has a word of its own for some mistakes. */
	set_aumessage_mode(MSG_QUIET, DBG_NO);
	err = ruleset_copy(&p.rs, rs);
	if (err)
		return err;
	for (i = 0; i < lines->n && !err; i++)
		err = parse_line(&p, &lines->line[i]);
	if (!err && p.errors)
		err = -EINVAL;
	if (err) {
		ruleset_free(&p.rs);
		return err;
	}
	ruleset_free(rs);
	*rs = p.rs;
	return 0;
}

/* --- files ----------------------------------------------------------------------------------- */

int ruleset_parse(struct ruleset *rs, const char *file, const char *text, size_t len,
		  const struct parse_opts *opts, rule_message_fn *report, void *ctx)
{
	struct lines lines = { 0 };
	int err = lines_split(&lines, file, text, len);

	if (!err)
		err = parse_lines(rs, &lines, opts, report, ctx);
	free(lines.line);
	return err;
}

/* Those of which augenrules takes the last one, in the order in which it writes them. */
enum single { SINGLE_D, SINGLE_b, SINGLE_f, SINGLE_e, NO_SINGLE };

/*
 * augenrules has ^\s*-D\s*$ for the first, and ^\s*-b and so on for the others, whatever follows.
 */
static enum single single_of(const struct source *line)
{
	static const char letters[] = "Dbfe";
	const char *at = line->text, *end = at + line->len, *letter;

	while (at < end && isspace((unsigned char)*at))
		at++;
	if (end - at < 2 || *at++ != '-' || !*at)
		return NO_SINGLE;
	letter = strchr(letters, *at++);
	if (!letter)
		return NO_SINGLE;
	if (letter == letters)
		while (at < end)
			if (!isspace((unsigned char)*at++))
				return NO_SINGLE;
	return letter - letters;
}

/*
 * A line keeps its file and its number wherever it comes to stand: errors are told where it was
 * written.
 */
static int arrange(struct lines *to, const struct lines *from)
{
	const struct source *last[NO_SINGLE] = { NULL };
	size_t i;
	int err = 0;

	for (i = 0; i < from->n; i++) {
		enum single single = single_of(&from->line[i]);

		if (single != NO_SINGLE)
			last[single] = &from->line[i];
	}
	for (i = SINGLE_D; i < SINGLE_e && !err; i++)
		err = last[i] ? lines_add(to, last[i]) : 0;
	for (i = 0; i < from->n && !err; i++)
		if (single_of(&from->line[i]) == NO_SINGLE)
			err = lines_add(to, &from->line[i]);
	if (!err && last[SINGLE_e])
		err = lines_add(to, last[SINGLE_e]);
	return err;
}

int ruleset_gather(struct ruleset *rs, const struct rule_text *texts, size_t n,
		   const struct parse_opts *opts, rule_message_fn *report, void *ctx)
{
	struct lines found = { 0 }, lines = { 0 };
	size_t i;
	int err = 0;

	for (i = 0; i < n && !err; i++)
		err = lines_split(&found, texts[i].name, texts[i].text, texts[i].len);
	if (!err)
		err = arrange(&lines, &found);
	if (!err)
		err = parse_lines(rs, &lines, opts, report, ctx);
	free(found.line);
	free(lines.line);
	return err;
}
