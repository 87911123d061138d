/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format_enrich() of src/auditd-event.c: the raw line, the byte 0x1D, and a pair for each field
 * that libauparse has a type for, in the order of the fields. The byte comes with the first pair,
 * so a record that has none ends without it.
 *
 * type=PATH … ouid=0 ogid=0 … cap_frootid=0^]OUID="root" OGID="root"
 */
#include "user/record/enrich.h"

#include <string.h>

#define SEPARATOR '\x1d'
#define FLAG_KEY  "AUTRAIL="

void tail_begin(struct tail *tail, struct text *t, struct names *names, size_t start,
		const char *flag)
{
	tail->t = t;
	tail->names = names;
	tail->start = start;
	tail->open = false;
	tail->reserve = flag ? 1 + sizeof(FLAG_KEY) - 1 + strlen(flag) + 2 : 0;
}

/*
 * One pair; value is written as it is. As in add_simple_field() one that does not fit is left out,
 * and the next one, which may be shorter, is tried.
 */
static void pair(struct tail *tail, const char *key, size_t key_len, const char *value,
		 size_t value_len)
{
	struct text *t = tail->t;
	size_t need = 1 + key_len + value_len;
	char *out;

	if (t->len - tail->start + need + tail->reserve > ATR_LINE_MAX)
		return;
	out = text_room(t, need);
	if (!out)
		return;
	*out++ = tail->open ? ' ' : SEPARATOR;
	memcpy(out, key, key_len);
	memcpy(out + key_len, value, value_len);
	t->len += need;
	tail->open = true;
}

void tail_word(struct tail *tail, const char *key, const char *word)
{
	pair(tail, key, strlen(key), word, strlen(word));
}

void tail_id(struct tail *tail, const char *key, size_t key_len, __u32 id, enum name_group group)
{
	struct name name;

	names__get(tail->names, id, group, &name);
	pair(tail, key, key_len, name.encoded, name.encoded_len);
}

void tail_text(struct tail *tail, const char *key, const char *bytes, size_t len)
{
	struct text value;

	text_init(&value, ATR_LINE_MAX);
	text_untrusted(&value, bytes, len);
	if (!value.err)
		pair(tail, key, strlen(key), value.buf, value.len);
	text_free(&value);
}

void tail_number(struct tail *tail, const char *key, __u32 number)
{
	char digits[20];

	tail_text(tail, key, digits, format_u64(digits, number));
}

void text_tail_flag(struct tail *tail, const char *flag)
{
	struct text *t = tail->t;

	tail->reserve = 0;
	/* sizeof counts a NUL where the byte before the pair will be; 2 are the quotes. */
	if (t->len - tail->start + strlen(flag) + sizeof(FLAG_KEY) + 2 > ATR_LINE_MAX)
		return;
	text_char(t, tail->open ? ' ' : SEPARATOR);
	text_lit(t, FLAG_KEY);
	text_quoted(t, flag, strlen(flag));
	tail->open = true;
}
