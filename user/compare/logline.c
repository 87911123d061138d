// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * type=CWD msg=audit(1795221667.525:4): cwd="/root"
 * node=web1 type=USER_START msg=audit(1795221667.525:5): pid=787 uid=0 msg='op=PAM:session_open res=success'
 *
 * libauparse is not used for this: what it cannot parse it leaves out without a word, it keeps a file in
 * memory, and takes a time that grows with the square of the events that are open at a time.
 */
#include "user/compare/logline.h"

#include <errno.h>
#include <string.h>

#define SEPARATOR 0x1d

bool piece_is(struct piece piece, const char *text)
{
	return piece.text && piece.len == strlen(text) && !memcmp(piece.text, text, piece.len);
}

bool piece_equal(struct piece a, struct piece b)
{
	return a.len == b.len && (!a.len || !memcmp(a.text, b.text, a.len));
}

bool piece_has(struct piece piece, const char *text)
{
	return piece.len && memmem(piece.text, piece.len, text, strlen(text));
}

bool piece_number(struct piece piece, __s64 *ret)
{
	bool minus = piece.len && piece.text[0] == '-';
	size_t i = minus;
	__s64 n = 0;

	if (i == piece.len || piece.len - i > 18)
		return false;
	for (; i < piece.len; i++) {
		if (piece.text[i] < '0' || piece.text[i] > '9')
			return false;
		n = n * 10 + (piece.text[i] - '0');
	}
	*ret = minus ? -n : n;
	return true;
}

/* Takes a word off the beginning of rest. */
static bool take(struct piece *rest, const char *word)
{
	size_t len = strlen(word);

	if (rest->len < len || memcmp(rest->text, word, len))
		return false;
	rest->text += len;
	rest->len -= len;
	return true;
}

/* What stands before end, one byte at least; end is taken as well. */
static bool take_until(struct piece *rest, char end, struct piece *ret)
{
	const char *at = rest->len ? memchr(rest->text, end, rest->len) : NULL;

	if (!at || at == rest->text)
		return false;
	*ret = (struct piece){ rest->text, at - rest->text };
	rest->len -= at + 1 - rest->text;
	rest->text = at + 1;
	return true;
}

/* Digits, at least one and at most max of them, which is 18 or less: no sum of them overflows. */
static bool take_digits(struct piece *rest, size_t max, __u64 *ret)
{
	size_t i;

	*ret = 0;
	for (i = 0; i < rest->len && rest->text[i] >= '0' && rest->text[i] <= '9'; i++) {
		if (i == max)
			return false;
		*ret = *ret * 10 + (rest->text[i] - '0');
	}
	rest->text += i;
	rest->len -= i;
	return i > 0;
}

int logline_parse(const char *text, size_t len, struct log_line *ret)
{
	struct piece rest = { text, len };
	struct log_line line = { 0 };
	const char *separator;
	__u64 sec, ms;

	if (take(&rest, "node=") && !take_until(&rest, ' ', &line.node))
		return -EBADMSG;
	if (!take(&rest, "type=") || !take_until(&rest, ' ', &line.type) ||
	    !take(&rest, "msg=audit(") || !take_digits(&rest, 11, &sec) || !take(&rest, ".") ||
	    !take_digits(&rest, 3, &ms) || !take(&rest, ":") ||
	    !take_digits(&rest, 18, &line.serial) || !take(&rest, "):"))
		return -EBADMSG;
	/* A body that begins with a blank of its own has two: one is the frame's. */
	take(&rest, " ");
	line.ms = sec * 1000 + ms;
	line.body = rest;
	separator = rest.len ? memrchr(rest.text, SEPARATOR, rest.len) : NULL;
	if (separator) {
		line.body.len = separator - rest.text;
		line.tail = (struct piece){ separator + 1, rest.len - line.body.len - 1 };
	}
	*ret = line;
	return 0;
}

static size_t word_end(struct piece rest)
{
	const char *blank = rest.len ? memchr(rest.text, ' ', rest.len) : NULL;

	return blank ? (size_t)(blank - rest.text) : rest.len;
}

bool field_next(struct piece *rest, struct field *ret)
{
	struct field field = { .name = { "", 0 } };
	const char *equals;
	size_t end;

	while (take(rest, " "))
		;
	take(rest, "msg='");
	if (!rest->len)
		return false;
	end = word_end(*rest);
	equals = memchr(rest->text, '=', end);
	if (equals)
		field.name = (struct piece){ rest->text, equals - rest->text };
	field.value.text = equals ? equals + 1 : rest->text;
	/* What has no name belongs to what stands before it: `op=change password id=0`. */
	for (;;) {
		field.value.len = rest->text + end - field.value.text;
		rest->text += end;
		rest->len -= end;
		if (!rest->len)
			break;
		end = 1 + word_end((struct piece){ rest->text + 1, rest->len - 1 });
		if (end == 1 || memchr(rest->text, '=', end))
			break;
	}
	*ret = field;
	return true;
}

struct piece field_get(struct piece body, const char *name)
{
	struct field field;

	while (field_next(&body, &field)) {
		if (piece_is(field.name, name))
			return field.value;
	}
	return (struct piece){ 0 };
}
