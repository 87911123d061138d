/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The options of a line, as getopt_long() gives them to auditctl: letters may be put together, a value may
 * follow at once or as the next word, long names may be cut short.
 */
#include "user/rules/line.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/rules/ruleset.h"

struct option {
	const char *name; /* one letter, or a long name */
	bool arg;
	int (*take)(struct line *l, const struct arg *arg);
};

/* Of the option there are 66 bytes at most, and the message is cut where there is no more room. */
__attribute__((format(printf, 5, 0))) static void
line_tell(struct line *l, bool error, size_t word, size_t offset, const char *format, va_list args)
{
	char text[512];
	struct rule_message message = {
		.file = l->source->file,
		.line = l->source->number,
		.column = words_column(&l->words, word, offset),
		.error = error,
		.text = text,
	};
	size_t at = 0;
	char *c;

	if (l->option.text)
		at = snprintf(text, sizeof(text), "%.64s: ", l->option.text);
	vsnprintf(text + at, sizeof(text) - at, format, args);
	/* It goes to a terminal. */
	for (c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	l->report(l->ctx, &message);
}

int line_error(struct line *l, size_t word, size_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_tell(l, !l->lenient, word, offset, format, args);
	va_end(args);
	return -EINVAL;
}

void line_warn(struct line *l, size_t word, size_t offset, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_tell(l, false, word, offset, format, args);
	va_end(args);
}

/* --- options that are no part of a rule ------------------------------------------------------ */

/* One digit: -e takes three, and so does -f. */
static int take_small(struct line *l, const struct arg *arg, int *ret_value)
{
	if (arg->text[0] < '0' || arg->text[0] > '2' || arg->text[1])
		return arg_error(l, arg, "'%s' is none of 0, 1, 2", arg->text);
	*ret_value = arg->text[0] - '0';
	l->touches_controls = true;
	return 0;
}

static int take_enabled(struct line *l, const struct arg *arg)
{
	return take_small(l, arg, &l->controls.enabled);
}

static int take_failure(struct line *l, const struct arg *arg)
{
	return take_small(l, arg, &l->controls.failure);
}

/* struct audit_status has 32 bits for each of these. */
static int take_number(struct line *l, const struct arg *arg, long long *ret_value)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)arg->text[0]))
		return arg_error(l, arg, "'%s' is no number", arg->text);
	errno = 0;
	value = strtoul(arg->text, &end, 0);
	if (errno || value > UINT32_MAX)
		return arg_error(l, arg, "'%s' is too large", arg->text);
	if (*end)
		line_warn(l, arg->word, arg->offset + (end - arg->text),
			  "'%s' is taken as %lu, as auditctl does", arg->text, value);
	*ret_value = value;
	l->touches_controls = true;
	return 0;
}

static int take_rate(struct line *l, const struct arg *arg)
{
	return take_number(l, arg, &l->controls.rate);
}

static int take_backlog(struct line *l, const struct arg *arg)
{
	return take_number(l, arg, &l->controls.backlog);
}

static int take_backlog_wait(struct line *l, const struct arg *arg)
{
	return take_number(l, arg, &l->controls.backlog_wait);
}

/* auditctl does these at once, and nothing else that is in the line. */
static int take_whole_line(struct line *l)
{
	if (l->verb != VERB_NONE || l->syscalls)
		line_warn(l, l->option.word, 0, "what stands before it is lost, as with auditctl");
	l->verb = VERB_NONE;
	l->syscalls = false;
	l->end = true;
	return 0;
}

static int take_immutable(struct line *l, const struct arg *arg)
{
	l->controls.loginuid_immutable = true;
	l->touches_controls = true;
	return take_whole_line(l);
}

static int take_reset_lost(struct line *l, const struct arg *arg)
{
	l->controls.reset_lost = true;
	l->touches_controls = true;
	return take_whole_line(l);
}

/* auditctl wants nothing else on the lines of these. */
static int take_alone(struct line *l)
{
	if (l->words.n > 1 || strlen(l->words.word[0].text) > 2)
		return arg_error(l, &l->option, "stands on a line of its own");
	return 0;
}

static int take_ignore(struct line *l, const struct arg *arg)
{
	l->controls.ignore = true;
	return take_alone(l);
}

static int take_continue(struct line *l, const struct arg *arg)
{
	l->controls.ignore = true;
	l->controls.keep_going = true;
	return take_alone(l);
}

static int take_delete_all(struct line *l, const struct arg *arg)
{
	const struct word *word = l->words.word;

	if (l->words.n == 3 && !strcmp(word[0].text, "-D") && !strcmp(word[1].text, "-k")) {
		/* An empty key cannot be written. */
		l->delete_key = word[2].text;
		l->end = true;
	} else if (l->words.n > 1 || strcmp(word[0].text, "-D")) {
		return arg_error(l, &l->option, "takes -k KEY and nothing else");
	}
	l->delete_all = true;
	return 0;
}

static int take_nested(struct line *l, const struct arg *arg)
{
	return arg_error(l, arg, "a file of rules cannot name another");
}

static int take_help(struct line *l, const struct arg *arg)
{
	return arg_error(l, arg, "no option for a file of rules");
}

/* What auditctl does at once and the rules do not depend on. */
static int take_nothing(struct line *l, const struct arg *arg)
{
	arg_warn(l, &l->option, "means nothing here");
	return take_whole_line(l);
}

/* --- the options ----------------------------------------------------------------------------- */

/* Those of auditctl; of each whether a value belongs to it. */
static const struct option options[] = {
	{ "a", true, take_list },
	{ "A", true, take_list },
	{ "d", true, take_list },
	{ "S", true, take_syscall },
	{ "F", true, take_field },
	{ "C", true, take_compare },
	{ "k", true, take_key },
	{ "w", true, take_watch },
	{ "W", true, take_watch },
	{ "p", true, take_perm },
	{ "D", false, take_delete_all },
	{ "e", true, take_enabled },
	{ "f", true, take_failure },
	{ "r", true, take_rate },
	{ "b", true, take_backlog },
	{ "i", false, take_ignore },
	{ "c", false, take_continue },
	{ "R", true, take_nested },
	{ "h", false, take_help },
	{ "s", false, take_nothing },
	{ "l", false, take_nothing },
	{ "v", false, take_nothing },
	{ "t", false, take_nothing },
	{ "q", true, take_nothing },
	{ "m", true, take_nothing },
	{ "loginuid-immutable", false, take_immutable },
	{ "backlog_wait_time", true, take_backlog_wait },
	{ "reset-lost", false, take_reset_lost },
	{ "reset_backlog_wait_time_actual", false, take_nothing },
	{ "signal", true, take_nothing },
};

enum { OPTIONS = sizeof(options) / sizeof(*options) };

static const struct option *letter_option(char letter)
{
	size_t i;

	for (i = 0; i < OPTIONS; i++)
		if (options[i].name[0] == letter && !options[i].name[1])
			return &options[i];
	return NULL;
}

/* The only one that begins like this; a name in full is one even where others begin with it. */
static const struct option *long_option(const char *name, size_t len)
{
	const struct option *found = NULL;
	size_t i;

	for (i = 0; i < OPTIONS; i++) {
		if (!options[i].name[1] || strncmp(options[i].name, name, len))
			continue;
		if (!options[i].name[len])
			return &options[i];
		if (found)
			return NULL;
		found = &options[i];
	}
	return found;
}

/* The value in the next word. */
static int next_arg(struct line *l, struct arg *arg)
{
	*arg = (struct arg){ .word = l->next };
	if (l->next == l->words.n)
		return arg_error(l, arg, "its value is missing");
	arg->text = l->words.word[l->next++].text;
	return 0;
}

/* --NAME=VALUE, or the value in the next word. The word is cut in two at the first `=`. */
static int take_long(struct line *l)
{
	struct arg *option = &l->option;
	char *name = l->words.word[l->next].text + 2, *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);
	const struct option *opt = len ? long_option(name, len) : NULL;
	struct arg arg = *option;

	*option = (struct arg){ .text = name - 2, .word = l->next };
	if (!opt || (value && !opt->arg)) {
		option->text = NULL;
		return arg_error(l, option, "'%s' is no option", name - 2);
	}
	l->next++;
	if (value) {
		*value = '\0';
		arg = (struct arg){ .text = value + 1, option->word, 2 + len + 1 };
	} else if (opt->arg) {
		int err = next_arg(l, &arg);

		if (err)
			return err;
	} else {
		arg = *option;
	}
	return opt->take(l, &arg);
}

/*
 * The letter at l->rest of the word that is next: -eVALUE, -e VALUE, and -sl for -s -l. rest is 0
 * again when the word is done.
 */
static int take_letter(struct line *l)
{
	char *text = l->words.word[l->next].text;
	const struct option *opt = letter_option(text[l->rest]);
	struct arg arg = { .word = l->next, .offset = l->rest };
	int err;

	if (l->rest == 1)
		arg.offset = 0; /* the dash in front of it */
	l->option = arg;
	if (!opt)
		return arg_error(l, &arg, "'-%c' is no option", text[l->rest]);
	l->letter[0] = '-';
	l->letter[1] = text[l->rest++];
	l->option.text = l->letter;
	if (opt->arg && text[l->rest]) {
		arg = (struct arg){ .text = text + l->rest, .word = l->next, .offset = l->rest };
		l->next++;
		l->rest = 0;
		return opt->take(l, &arg);
	}
	if (!text[l->rest]) {
		l->next++;
		l->rest = 0;
	}
	if (opt->arg) {
		err = next_arg(l, &arg);
		if (err)
			return err;
	}
	return opt->take(l, &arg);
}

static int skip_word(struct line *l)
{
	l->next++;
	return 0;
}

static int take_word(struct line *l)
{
	const char *text = l->words.word[l->next].text;

	if (!l->rest) {
		l->option = (struct arg){ .word = l->next };
		/* Options end here, and nothing else may follow. */
		if (!strcmp(text, "--") && l->next + 1 == l->words.n)
			return skip_word(l);
		if (text[0] != '-' || !text[1] || !strcmp(text, "--"))
			return arg_error(l, &l->option, "'%s' belongs to no option", text);
		if (text[1] == '-')
			return take_long(l);
		l->rest = 1;
	}
	return take_letter(l);
}

/* --- a line ---------------------------------------------------------------------------------- */

/* Without blanks around it; one at the end may be escaped. */
static char *line_text(const struct line *l)
{
	const char *text = l->words.word[0].raw;
	size_t len = l->source->text + l->source->len - text;

	while (len > 2 && text[len - 1] == ' ' && text[len - 2] != '\\')
		len--;
	return strndup(text, len);
}

/*
 * What auditctl does when all options are taken: the keys, and all system calls where none was
 * named.
 */
static int finish_rule(struct line *l)
{
	struct rule *rule = &l->rule;
	struct audit_rule_data *data = rule->data;
	unsigned int i;
	int err;

	if (l->syscalls && rule->list != AUDIT_FILTER_EXIT && rule->list != RULE_LIST_IO_URING) {
		l->option = (struct arg){ .text = "-S" };
		return arg_error(l, &l->syscall,
				 "only rules of the exit list are for system calls");
	}
	err = key_finish(l);
	if (err)
		return err;
	data = rule->data; /* it may have moved */
	if (!l->syscalls && rule->list != AUDIT_FILTER_TASK)
		memset(data->mask, 0xff, sizeof(data->mask));
	rule->all = true;
	for (i = 0; i < AUDIT_BITMASK_SIZE; i++)
		rule->all &= data->mask[i] == ~0U;
	data->flags = rule->list | (rule->prepend ? AUDIT_FILTER_PREPEND : 0);
	data->action = rule->action;
	rule->file = strdup(l->source->file);
	rule->text = line_text(l);
	rule->line = l->source->number;
	return rule->file && rule->text ? 0 : -ENOMEM;
}

/* What often is behind a mistake. */
static void hint(struct line *l)
{
	static const struct {
		char c;
		const char *text;
	} hints[] = {
		{ '\t', "a tab is part of a word, only blanks are between words" },
		{ '"', "there are no quotes, a blank in a word is written with \\ before it" },
		{ '\'', "there are no quotes, a blank in a word is written with \\ before it" },
	};
	size_t i;

	l->option.text = NULL;
	for (i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		const char *at = memchr(l->source->text, hints[i].c, l->source->len);

		if (!at || !l->words.n)
			continue;
		l->words.word[0].raw = at;
		line_warn(l, 0, 0, "%s", hints[i].text);
	}
}

int line_parse(struct line *l)
{
	int err = words_split(&l->words, l->source->text, l->source->len);

	if (err)
		return err;
	l->rule.data = audit_rule_create_data();
	if (!l->rule.data)
		return -ENOMEM;
	while (!err && !l->end && l->next < l->words.n)
		err = take_word(l);
	if (!err && l->verb != VERB_NONE)
		err = finish_rule(l);
	else if (!err && l->syscalls)
		err = arg_error(l, &l->syscall, "-a, -A or -d is missing");
	if (!err && l->next < l->words.n && !l->delete_all)
		line_warn(l, l->next, 0, "nothing behind this option counts");
	if (err == -EINVAL)
		hint(l);
	return err;
}

void line_free(struct line *l)
{
	words_free(&l->words);
	rule_free(&l->rule);
}
