// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "user/compare/tally.h"

/* So much of what both have alike is shown before the place where they do not. */
#define CONTEXT 24

/*
 * A walk through the rows: there are few, for they are by field and reason. A name that is too long
 * is cut, as in the row.
 */
struct diff *tally__diff(struct tally *t, unsigned int type, struct piece field, const char *reason,
			 enum grade grade)
{
	struct diff *row;
	unsigned int i;

	if (field.len > NAME_ROOM - 1)
		field.len = NAME_ROOM - 1;
	t->fields[grade]++;
	for (i = 0; i < t->ndiffs; i++) {
		row = &t->diffs[i];
		if (row->type == type && row->reason == reason && row->grade == grade &&
		    !row->field[field.len] && !memcmp(row->field, field.text, field.len)) {
			row->count++;
			return row;
		}
	}
	if (t->ndiffs == DIFFS_MAX) {
		t->more_diffs++;
		return NULL;
	}
	row = &t->diffs[t->ndiffs++];
	memset(row, 0, sizeof(*row));
	row->type = type;
	row->reason = reason;
	row->grade = grade;
	memcpy(row->field, field.text, field.len);
	row->count = 1;
	return row;
}

struct only *tally__only(struct tally *t, enum log_side side, unsigned int class, unsigned int key,
			 enum cause cause)
{
	struct only *row;
	unsigned int i;

	for (i = 0; i < t->nonlys; i++) {
		row = &t->onlys[i];
		if (row->side == side && row->class == class && row->key == key &&
		    row->cause == cause) {
			row->count++;
			return row;
		}
	}
	if (t->nonlys == ONLYS_MAX) {
		t->more_onlys++;
		return NULL;
	}
	row = &t->onlys[t->nonlys++];
	memset(row, 0, sizeof(*row));
	row->side = side;
	row->class = class;
	row->key = key;
	row->cause = cause;
	row->count = 1;
	return row;
}

void excerpt_make(struct excerpt *ret, struct piece value, struct piece other)
{
	size_t from = 0, len = value.len;

	memset(ret, 0, sizeof(*ret));
	if (!value.text) {
		ret->none = true;
		return;
	}
	if (len > EXCERPT) {
		while (from < len && from < other.len && value.text[from] == other.text[from])
			from++;
		from = from < CONTEXT || !other.text ? 0 : from - CONTEXT;
		len -= from;
	}
	ret->before = from > 0;
	ret->after = len > EXCERPT;
	ret->len = len < EXCERPT ? len : EXCERPT;
	memcpy(ret->text, value.text + from, ret->len);
}
