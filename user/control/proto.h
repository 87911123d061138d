/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes over a daemon's control socket, one request and one reply a connection:
 *
 *	autrail 1 VERB LENGTH\n		and so many bytes
 *	autrail 1 CODE OUT ERR\n	and so many bytes for the standard output, then those for the error output
 *
 * CODE is an exit code. Both sides come from outside: all is checked before it is used.
 */
#ifndef ATR_CONTROL_PROTO_H
#define ATR_CONTROL_PROTO_H

#include <stdbool.h>
#include <stddef.h>

enum {
	CONTROL_HEAD_MAX = 64,
	CONTROL_BODY_MAX = 1 << 20,   /* of a request */
	CONTROL_REPLY_MAX = 64 << 20, /* of a reply, both parts */
	CONTROL_NAME_MAX = 255,
	CONTROL_MESSAGE_MAX = 2048,
	CONTROL_MEASURE_MAX = 60, /* s */
};

enum control_verb {
	CONTROL_STATUS,	 /* body: seconds to measure, or nothing */
	CONTROL_BRIEF,	 /* no body: as auditctl -s */
	CONTROL_METRICS, /* no body */
	CONTROL_LIST,	 /* body: a key, or nothing */
	CONTROL_RULES, /* body: what the lines come from, a newline, lines as in a file of rules */
	CONTROL_MESSAGE, /* body: the text */
	CONTROL_VERBS,
};

extern const char *const control_verbs[CONTROL_VERBS];

/* body has no NUL behind it, and may have some in it. */
struct control_request {
	enum control_verb verb;
	const char *body; /* of the caller's bytes */
	size_t len;
};

struct control_reply {
	int code;
	const char *out, *err; /* of the caller's bytes */
	size_t out_len, err_len;
};

/*
 * Takes what has come so far. -EAGAIN: more has to come; -EBADMSG: it is no request; -EPROTONOSUPPORT: one of
 * another version; -EMSGSIZE: it is too long. ret->verb is told as soon as it is known, CONTROL_VERBS before.
 */
int control_request_parse(const char *data, size_t len, struct control_request *ret);

/* The same of a reply: the daemon's side is checked as well, for the socket may be anybody's. */
int control_reply_parse(const char *data, size_t len, struct control_reply *ret);

/* The line before the body or bodies; its length. */
size_t control_request_head(char head[CONTROL_HEAD_MAX], enum control_verb verb, size_t len);
size_t control_reply_head(char head[CONTROL_HEAD_MAX], int code, size_t out_len, size_t err_len);

/*
 * The body of CONTROL_RULES: a name of printable ASCII, and the lines. -EBADMSG.
 */
int control_rules_split(const struct control_request *request, char ret_name[CONTROL_NAME_MAX + 1],
			const char **ret_text, size_t *ret_len);

/* The seconds that the body of CONTROL_STATUS asks for, 0 none. -EBADMSG. */
int control_measure(const struct control_request *request);

/*
 * One word for a line of rules, as user/rules/words.h splits it: blanks and backslashes are escaped, a blank
 * follows. How long it is, at most 2 * strlen(word) + 1; -EINVAL for a word that no line can hold.
 */
int control_word(char *out, const char *word);

#endif /* ATR_CONTROL_PROTO_H */
