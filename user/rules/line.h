/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line of a rule file while its options are taken, one after the other. */
#ifndef ATR_RULES_LINE_H
#define ATR_RULES_LINE_H

#include "user/rules/parse.h"
#include "user/rules/words.h"

enum verb { VERB_NONE, VERB_ADD, VERB_DELETE };

/* The value of an option: a word, or the end of one. text is that word's own, and may be cut up. */
struct arg {
	char *text;
	size_t word, offset;
};

/* A line of a file, without its newline; text is the caller's. */
struct source {
	const char *file;
	unsigned int number;
	const char *text;
	size_t len;
};

struct line {
	const struct source *source;
	const struct parse_opts *opts;
	rule_message_fn *report;
	void *ctx;
	bool lenient; /* -i was there before: errors are told as warnings */

	struct words words;
	size_t next;	    /* the next word */
	size_t rest;	    /* where in it options go on; 0: it is not begun */
	struct arg option;  /* the one that is taken: its text is "-F" */
	char letter[3];	    /* where that text is if it is a letter */
	struct arg syscall; /* the first -S */
	struct arg keyed;   /* the first key */

	/* What the line says. */
	enum verb verb;
	struct rule rule;
	struct rule_controls controls;
	const char *delete_key; /* of -D -k; NULL: all */
	bool delete_all;
	bool end; /* what follows has no meaning to auditctl */
	bool skip;
	bool touches_controls;

	/* For what may stand behind what. */
	bool syscalls, perms, exe, fstype, place;
	char key[AUDIT_MAX_KEY_LEN + 1];
};

/* Tell of an error at a byte of a word; returns -EINVAL. */
int line_error(struct line *l, size_t word, size_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void line_warn(struct line *l, size_t word, size_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same at the value of an option. */
#define arg_error(l, arg, ...) line_error(l, (arg)->word, (arg)->offset, __VA_ARGS__)
#define arg_warn(l, arg, ...)  line_warn(l, (arg)->word, (arg)->offset, __VA_ARGS__)

/*
 * Takes all options; -EINVAL when an error was told, -ENOMEM. What came of it is in rule and below,
 * for the caller to use or not. line_free() has to follow in any case.
 */
int line_parse(struct line *l);
void line_free(struct line *l);

/* The options of a rule, in syscall.c, watch.c, field.c and key.c. */
int take_list(struct line *l, const struct arg *arg);
int take_syscall(struct line *l, const struct arg *arg);
int take_watch(struct line *l, const struct arg *arg);
int take_perm(struct line *l, const struct arg *arg);
int take_field(struct line *l, const struct arg *arg);
int take_compare(struct line *l, const struct arg *arg);
int take_key(struct line *l, const struct arg *arg);

/* Whether there is something already that a key can be of. */
bool may_have_key(const struct line *l);

/* -F key=, where it need not stand behind what it is the key of. */
int key_add(struct line *l, const struct arg *arg);
/* The keys become a field, the last one. */
int key_finish(struct line *l);

/* Warnings about a path that cannot mean what was meant. */
void path_warn(struct line *l, const struct arg *arg);

#endif /* ATR_RULES_LINE_H */
