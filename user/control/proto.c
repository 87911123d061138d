/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/control/proto.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAGIC "autrail "

const char *const control_verbs[CONTROL_VERBS] = {
	[CONTROL_STATUS] = "status", [CONTROL_BRIEF] = "brief", [CONTROL_METRICS] = "metrics",
	[CONTROL_LIST] = "list",     [CONTROL_RULES] = "rules", [CONTROL_MESSAGE] = "message",
};

/* A head as its words: at is behind the last one that was taken. */
struct head {
	const char *at, *end;
};

/*
 * The line, without its newline, behind the magic word and the version. What has come so far has to
 * be its beginning: who says something else is told at once, and need not be waited for. No more
 * than CONTROL_HEAD_MAX bytes are searched for its end.
 */
static int head_begin(const char *data, size_t len, struct head *ret, size_t *ret_size)
{
	size_t known = len < strlen(MAGIC) ? len : strlen(MAGIC);
	const char *newline;

	if (memcmp(data, MAGIC, known) != 0)
		return -EBADMSG;
	newline = memchr(data, '\n', len < CONTROL_HEAD_MAX ? len : CONTROL_HEAD_MAX);
	if (!newline)
		return len < CONTROL_HEAD_MAX ? -EAGAIN : -EBADMSG;
	ret->at = data + strlen(MAGIC);
	ret->end = newline;
	*ret_size = newline + 1 - data;
	if (newline - data < (ptrdiff_t)strlen(MAGIC) + 2)
		return -EBADMSG;
	if (ret->at[0] != '1' || ret->at[1] != ' ')
		return -EPROTONOSUPPORT;
	ret->at++;
	return 0;
}

/* The next word, behind one blank; its length, 0 if there is none. */
static size_t head_word(struct head *h, const char **ret_word)
{
	const char *blank;

	if (h->at == h->end || *h->at != ' ')
		return 0;
	*ret_word = h->at + 1;
	blank = memchr(*ret_word, ' ', h->end - *ret_word);
	h->at = blank ? blank : h->end;
	return h->at - *ret_word;
}

/*
 * The next word as a number; -1 if it is none, or has more than nine digits: two of these can be
 * added up without a look.
 */
static long head_number(struct head *h)
{
	const char *word;
	size_t len = head_word(h, &word), i;
	long number = 0;

	if (!len || len > 9)
		return -1;
	for (i = 0; i < len; i++) {
		if (word[i] < '0' || word[i] > '9')
			return -1;
		number = 10 * number + word[i] - '0';
	}
	return number;
}

/* CONTROL_VERBS: there is none of that name. */
static enum control_verb verb_of(const char *word, size_t len)
{
	unsigned int verb;

	for (verb = 0; verb < CONTROL_VERBS; verb++)
		if (strlen(control_verbs[verb]) == len && !memcmp(control_verbs[verb], word, len))
			break;
	return verb;
}

int control_request_parse(const char *data, size_t len, struct control_request *ret)
{
	const char *word;
	struct head h;
	size_t size, n;
	long body;
	int err;

	ret->verb = CONTROL_VERBS;
	err = head_begin(data, len, &h, &size);
	if (err)
		return err;
	n = head_word(&h, &word);
	if (n)
		ret->verb = verb_of(word, n);
	body = head_number(&h);
	if (ret->verb == CONTROL_VERBS || body < 0 || h.at != h.end)
		return -EBADMSG;
	if (body > CONTROL_BODY_MAX)
		return -EMSGSIZE;
	if (len - size < (size_t)body)
		return -EAGAIN;
	/* One request a connection. */
	if (len - size > (size_t)body)
		return -EBADMSG;
	ret->body = data + size;
	ret->len = body;
	return 0;
}

int control_reply_parse(const char *data, size_t len, struct control_reply *ret)
{
	long code, out, err_len;
	struct head h;
	size_t size;
	int err;

	err = head_begin(data, len, &h, &size);
	if (err)
		return err;
	code = head_number(&h);
	out = head_number(&h);
	err_len = head_number(&h);
	if (code < 0 || code > 255 || out < 0 || err_len < 0 || h.at != h.end)
		return -EBADMSG;
	if (out + err_len > CONTROL_REPLY_MAX)
		return -EMSGSIZE;
	if (len - size < (size_t)(out + err_len))
		return -EAGAIN;
	if (len - size > (size_t)(out + err_len))
		return -EBADMSG;
	ret->code = code;
	ret->out = data + size;
	ret->out_len = out;
	ret->err = ret->out + out;
	ret->err_len = err_len;
	return 0;
}

size_t control_request_head(char head[CONTROL_HEAD_MAX], enum control_verb verb, size_t len)
{
	return snprintf(head, CONTROL_HEAD_MAX, MAGIC "1 %s %zu\n", control_verbs[verb], len);
}

size_t control_reply_head(char head[CONTROL_HEAD_MAX], int code, size_t out_len, size_t err_len)
{
	return snprintf(head, CONTROL_HEAD_MAX, MAGIC "1 %d %zu %zu\n", code, out_len, err_len);
}

int control_rules_split(const struct control_request *request, char ret_name[CONTROL_NAME_MAX + 1],
			const char **ret_text, size_t *ret_len)
{
	const char *newline = memchr(request->body, '\n', request->len);
	size_t len, i;

	if (!newline)
		return -EBADMSG;
	len = newline - request->body;
	if (!len || len > CONTROL_NAME_MAX)
		return -EBADMSG;
	for (i = 0; i < len; i++)
		if (request->body[i] < ' ' || request->body[i] > '~')
			return -EBADMSG;
	memcpy(ret_name, request->body, len);
	ret_name[len] = '\0';
	*ret_text = newline + 1;
	*ret_len = request->len - len - 1;
	return 0;
}

int control_measure(const struct control_request *request)
{
	size_t i;
	int seconds = 0;

	for (i = 0; i < request->len; i++) {
		if (request->body[i] < '0' || request->body[i] > '9')
			return -EBADMSG;
		seconds = 10 * seconds + request->body[i] - '0';
		/* With each digit, so that no number of them can overflow it. */
		if (seconds > CONTROL_MEASURE_MAX)
			return -EBADMSG;
	}
	return request->len && !seconds ? -EBADMSG : seconds;
}

/* What words_split() takes apart again. A newline would end the line, and with it the rule. */
int control_word(char *out, const char *word)
{
	char *at = out;

	if (!*word || strchr(word, '\n'))
		return -EINVAL;
	for (; *word; word++) {
		if (*word == ' ' || *word == '\\')
			*at++ = '\\';
		*at++ = *word;
	}
	*at++ = ' ';
	return at - out;
}
