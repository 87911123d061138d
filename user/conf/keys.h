/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files in auditd.conf's syntax, read by a table of their keys: `key = value`, a line each.
 *
 * Pure: text in, a structure out, what is wrong by callback.
 */
#ifndef ATR_CONF_KEYS_H
#define ATR_CONF_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum {
	CONF_LINE_MAX = 8191, /* bytes of a line that is no comment; auditd skips those over 159 */
	CONF_WORDS_MAX = 64,  /* of a value */
	CONF_PATH_MAX = 4095,
};

/* Text and file are valid during the call. */
struct conf_message {
	const char *file;
	unsigned int line, column; /* from 1, in bytes; line 0: it is about the whole file */
	bool error;		   /* else a warning */
	const char *text;
};

typedef void conf_report_fn(void *ctx, const struct conf_message *message);

/* What a value is, and what it becomes in the structure. */
enum conf_type {
	CONF_YESNO,  /* bool */
	CONF_NUMBER, /* unsigned int from min to max */
	CONF_SIZE,   /* unsigned int from min to max, bytes: a power of two, as 64K or 8M */
	CONF_SPACE,  /* struct conf_space; MiB from 0 to max, or percent */
	CONF_WORD,   /* an enum: one of words */
	CONF_ACTION, /* struct conf_action: one of those of words that mask has a bit for */
	CONF_FILE,   /* char *: absolute path of at most max bytes */
	CONF_DIR,    /* the same, and a slash may end it */
	CONF_PATHS,  /* struct conf_list: an absolute path, each line adds one */
	CONF_GROUP,  /* char *: name or number of a group */
	CONF_TEXT,   /* char *: one word of at most max bytes */
	CONF_ARGS,   /* struct conf_list: all words of the line */
	CONF_TTY,    /* struct tty_patterns: all words of the line */
	CONF_PORTS,  /* a port, or two with '-' between; not kept */
	CONF_TYPES,
};

/* What to do, and where words[act] is exec which program. */
struct conf_action {
	unsigned int act;
	char *exe;
};

struct conf_space {
	unsigned int value; /* MiB, or percent of the file system */
	bool percent;
};

/* In the order in which they were given. */
struct conf_list {
	char **items;
	size_t n;
};

#define CONF_NOWHERE ((size_t)-1)

/* A row of a table: what the reader makes of a key, and what tests hold the manual page against. */
struct conf_key {
	const char *name; /* lower case */
	enum conf_type type;
	size_t offset; /* in the structure; CONF_NOWHERE: the value is checked and not kept */
	const char *const *words;
	unsigned int mask; /* bits of words that are allowed; 0: all */
	unsigned int min, max;
	const char *fallback; /* the default, as it would be written; NULL: none */
	const char *example;  /* a value for examples where there is no default */
	const char *help;     /* one line */
	const char *unused;   /* why it has no effect here; NULL: it has one */
	const char *heading;  /* of the keys from here on */
};

struct conf_reader;

/* A kind of file. */
struct conf_schema {
	const struct conf_key *keys;
	size_t n;
	size_t size; /* of the structure */
	/* What values mean together: reports mistakes itself, returns -ENOMEM or 0. */
	int (*check)(struct conf_reader *r, void *dest);
	const char *manual; /* where keys are described, for messages */
};

/*
 * Reads text into ret (schema->size bytes), which is not looked at before. Every mistake is
 * reported; after any, or without memory, the result is -EINVAL or -ENOMEM and ret untouched.
 */
int conf_read(const struct conf_schema *schema, void *ret, const char *file, const char *text,
	      size_t len, conf_report_fn *report, void *ctx);

/*
 * Frees what is in a structure, not the structure; it is all zero afterwards, and may have been
 * before.
 */
void conf_release(const struct conf_schema *schema, void *dest);

/*
 * "a number from 0 to 999": what a key takes. Cut where buf is too small; CONF_ALLOWED_MAX is
 * enough.
 */
void conf_allowed(const struct conf_key *key, char *buf, size_t size);

/* --- for checks of a schema ------------------------------------------------------------------- */

/* Where a key was set; line 0: it has its default. */
struct conf_place {
	unsigned int line, column;
	bool bad; /* and an error was told */
};

/* key has to be one of the schema's. */
const struct conf_place *conf_place(const struct conf_reader *r, const char *key);

/* Neither of them had an error: what they mean together can be judged. */
bool conf_good(const struct conf_reader *r, const char *key, const char *other);

/* The error, or warning, is told where key stands, or other if that is further down. */
void conf_wrong(struct conf_reader *r, const char *key, const char *other, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void conf_warn(struct conf_reader *r, const char *key, const char *other, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif /* ATR_CONF_KEYS_H */
