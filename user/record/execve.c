/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_log_execve_info(), turn by turn: the text is cut where that loop cuts it, and its buffer
 * and the room that it counts are kept here as well. It is the same from 5.10 to 7.2. In a record
 * behind the first one the body begins with the blank before its first field (long lines cut here):
 *
 * type=EXECVE msg=audit(1795223797.260:21): argc=3 a0="true" a1_len=15000 a1[0]=4141414141414141…
 * type=EXECVE msg=audit(1795223797.260:21):  a1[1]=41414141414141414141414141414141414141414141414…
 */
#include "user/record/execve.h"

#include <string.h>

enum {
	RECORD_ROOM = 7500, /* characters of arguments in one record: MAX_EXECVE_AUDIT_LEN */
	PREFIX_ROOM = 96,   /* what the kernel reserves for one " aN_len=… aN[0]=" */
	RECORD_LEAST = PREFIX_ROOM + 8,
};

/* One EXECVE event being written. */
struct split {
	struct text *t;
	const char *head;
	size_t head_len;
	long rem; /* characters left in this record, as the kernel counts them */
};

/* One argument on its way through the kernel's buffer of RECORD_ROOM bytes. */
struct arg {
	__u32 n;
	const char *at;	  /* the first byte that is in the buffer */
	size_t buffered;  /* bytes in it */
	size_t unfetched; /* bytes of the argument behind them */
	size_t shown_len; /* what aN_len= says */
	size_t cost;	  /* characters that the buffered bytes take */
	__u32 pieces;
	bool more; /* the end was not reached: fetch again */
	bool hex;
};

/*
 * As much of the argument as the buffer has room for. An argument that does not fit at once is hex
 * as a whole, since whether its rest needs that is not known yet; and its length is doubled each
 * time (only the first piece shows it, so no more than once).
 */
static void fetch(struct arg *a)
{
	size_t room = RECORD_ROOM - a->buffered;
	size_t n = a->unfetched;

	a->more = n >= room;
	if (a->more) {
		n = room;
		a->hex = true;
		a->shown_len *= 2;
	} else {
		if (!a->hex)
			a->hex = text_needs_hex(a->at, n);
		if (a->shown_len < RECORD_ROOM)
			a->shown_len = a->hex ? 2 * n : n;
	}
	a->buffered += n;
	a->unfetched -= n;
	a->cost = a->hex ? 2 * a->buffered : a->buffered + 2;
}

/* The stamp and argc= do not count: a record may be so much longer than RECORD_ROOM. */
static void next_record(struct split *s)
{
	text_char(s->t, '\n');
	text_bytes(s->t, s->head, s->head_len);
	s->rem = RECORD_ROOM;
}

/* At most 62 characters, with all its numbers at their largest: below PREFIX_ROOM. */
static void write_prefix(struct split *s, struct arg *a)
{
	size_t before = s->t->len;

	if (a->more || a->pieces || (long)a->cost + PREFIX_ROOM > s->rem) {
		if (!a->pieces) {
			text_u64(s->t, " a", a->n);
			text_u64(s->t, "_len=", a->shown_len);
		}
		text_u64(s->t, " a", a->n);
		text_u64(s->t, "[", a->pieces++);
		text_lit(s->t, "]=");
	} else {
		text_u64(s->t, " a", a->n);
		text_char(s->t, '=');
	}
	s->rem -= s->t->len - before;
}

/*
 * RECORD_LEAST less the longest prefix leaves more than 40 characters: each piece takes something,
 * so the loop around it ends, and rem - 2 is not negative.
 */
static void write_piece(struct split *s, struct arg *a)
{
	size_t n = a->buffered;

	if (a->hex) {
		if ((long)a->cost > s->rem)
			n = s->rem / 2;
		text_hexbytes(s->t, a->at, n);
		s->rem -= 2 * n;
		a->cost -= 2 * n;
	} else {
		if ((long)a->cost > s->rem)
			n = s->rem - 2;
		text_quoted(s->t, a->at, n);
		/* The next piece needs its own quotes, so the cost keeps them. */
		s->rem -= n + 2;
		a->cost -= n;
	}
	a->at += n;
	a->buffered -= n;
}

static void write_arg(struct split *s, __u32 n, const char *bytes, size_t len)
{
	struct arg a = {
		.n = n,
		.at = bytes,
		.unfetched = len,
		.shown_len = len,
		.more = true,
	};

	do {
		if (a.more)
			fetch(&a);
		if (s->rem < RECORD_LEAST)
			next_record(s);
		write_prefix(s, &a);
		write_piece(s, &a);
	} while ((a.buffered || a.more) && !s->t->err);
}

void execve_write(struct text *t, const char *head, size_t head_len, __u32 argc, const char *bytes,
		  size_t len)
{
	struct split s = { t, head, head_len, RECORD_ROOM };
	const char *end = bytes + len;
	__u32 n = 0;
	size_t arg;

	text_bytes(t, head, head_len);
	text_u64(t, "argc=", argc);
	/*
	 * Before 5.18 a program can run without arguments; the kernel's loop then still prints one
	 * string, the first of the environment.
	 */
	do {
		if (bytes >= end)
			break;
		arg = strnlen(bytes, end - bytes);
		write_arg(&s, n, bytes, arg);
		bytes += arg + 1;
	} while (++n < argc && !t->err);
	text_char(t, '\n');
}

__u32 execve_count(const char *bytes, size_t len, __u32 max)
{
	const char *end = bytes + len;
	__u32 n;

	for (n = 0; n < max && bytes < end; n++)
		bytes += strnlen(bytes, end - bytes) + 1;
	return n;
}
