// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each habit is a row: of which record and field, a question to ask, and the reason that is told
 * for it. What no row fits is a difference without a reason.
 */
#include "user/compare/habits.h"

#include <libaudit.h>
#include <stdlib.h>

/* What a row of the table asks; a and b are the values. */
typedef bool holds_fn(const struct pairing *p, struct piece a, struct piece b);

static bool is_cached(const struct pairing *p, struct piece a, struct piece b)
{
	return p->ev_a->cached || p->ev_b->cached;
}

/* Kernel audit writes the title "(null)" where it cannot read it any more. */
static bool is_killed(const struct pairing *p, struct piece a, struct piece b)
{
	return piece_is(a, "\"(null)\"") || piece_is(b, "\"(null)\"");
}

static bool is_unknown(const struct pairing *p, struct piece a, struct piece b)
{
	return piece_is(a, "?") || piece_is(b, "?");
}

static bool is_doubtful(const struct pairing *p, struct piece a, struct piece b)
{
	return p->doubts;
}

static bool is_derived(const struct pairing *p, struct piece a, struct piece b)
{
	return p->derived;
}

static bool is_second_look(const struct pairing *p, struct piece a, struct piece b)
{
	return p->second_look;
}

/* Without rules there are no keys, and kernel audit has no other way to be told of execs. */
static bool is_without_rules(const struct pairing *p, struct piece a, struct piece b)
{
	return (piece_is(a, "(null)") && !p->c->sides[LOG_A].keyed) ||
	       (piece_is(b, "(null)") && !p->c->sides[LOG_B].keyed);
}

static bool is_always(const struct pairing *p, struct piece a, struct piece b)
{
	return true;
}

static const struct reason
	keyless = { GRADE_EXPLAINED,
		    "one log knows no keys: it was recorded without rules, or with others" },
	cached = { GRADE_HABIT, "kernel audit repeats the title of a process's first event" },
	killed = { GRADE_HABIT, "the title of a task that was being killed could not be read" },
	looked_up = { GRADE_HABIT,
		      "a security module (TOMOYO) looks each program up a second time" },
	renamed = { GRADE_HABIT, "the name was looked up before or after it changed" },
	derived = { GRADE_EXPLAINED, "inferred from the first event of the session" },
	unknown = { GRADE_EXPLAINED, "one log says that it does not know (?)" },
	doubtful = { GRADE_EXPLAINED, "one log says that it does not know everything (AUTRAIL=)" };

enum { ANY_RECORD = 0, WHOLE_EVENT = -1 };

/* The first that holds. */
static const struct {
	int type;	   /* of the record */
	const char *field; /* NULL: any */
	holds_fn *holds;
	const struct reason *reason;
} table[] = {
	{ AUDIT_SYSCALL, "key", is_without_rules, &keyless },
	{ AUDIT_PROCTITLE, "proctitle", is_cached, &cached },
	{ AUDIT_PROCTITLE, "proctitle", is_killed, &killed },
	{ AUDIT_SYSCALL, "items", is_second_look, &looked_up },
	{ AUDIT_PATH, "item", is_second_look, &looked_up },
	{ WHOLE_EVENT, "records", is_second_look, &looked_up },
	{ AUDIT_ADD_USER, "UID", is_always, &renamed },
	{ AUDIT_ADD_USER, "ID", is_always, &renamed },
	{ AUDIT_DEL_USER, "ID", is_always, &renamed },
	{ AUDIT_DEL_GROUP, "ID", is_always, &renamed },
	{ ANY_RECORD, NULL, is_derived, &derived },
	{ ANY_RECORD, NULL, is_unknown, &unknown },
	{ ANY_RECORD, NULL, is_doubtful, &doubtful },
	{ WHOLE_EVENT, "records", is_derived, &derived },
	{ WHOLE_EVENT, "time", is_derived, &derived },
	{ WHOLE_EVENT, "records", is_doubtful, &doubtful },
};

const struct reason *habit_find(struct pairing *p, struct piece field, struct piece a,
				struct piece b)
{
	int type = p->a ? p->c->types.of[p->a->type].number : WHOLE_EVENT;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if ((table[i].type && table[i].type != type) || (!table[i].type && !p->a))
			continue;
		if ((!table[i].field || piece_is(field, table[i].field)) && table[i].holds(p, a, b))
			return table[i].reason;
	}
	return NULL;
}

/* What autrail itself says of an event, in the tails of its records. */
static void look_for_words(struct pairing *p, const struct log_event *ev)
{
	struct piece tail;
	__u32 i;

	for (i = 0; i < ev->n; i++) {
		tail = record_tail(ev, &ev->records[i]);
		p->doubts |= piece_has(tail, "AUTRAIL=\"");
		p->derived |= piece_has(tail, "DERIVED=\"session\"");
	}
	/* A raw log does not say so; but the kernel's LOGIN never comes alone. */
	p->derived |= p->c->sides[ev->side].ours && ev->n == 1 &&
		      p->c->types.of[ev->records[0].type].number == AUDIT_LOGIN;
}

/* How many PATH records, and the first two. */
static unsigned int paths_of(const struct compare *c, const struct log_event *ev,
			     const struct log_record *ret[2])
{
	unsigned int n = 0;
	__u32 i;

	for (i = 0; i < ev->n; i++) {
		if (c->types.of[ev->records[i].type].number != AUDIT_PATH)
			continue;
		if (n < 2)
			ret[n] = &ev->records[i];
		n++;
	}
	return n;
}

/* tomoyo_find_next_domain() resolves the name once more, so kernel audit has it twice. */
static const struct log_record *second_look(const struct pairing *p)
{
	const struct log_record *of_a[2], *of_b[2], *const *of;
	unsigned int a = paths_of(p->c, p->ev_a, of_a), b = paths_of(p->c, p->ev_b, of_b);
	const struct log_event *ev = a > b ? p->ev_a : p->ev_b;
	struct piece first, second;

	if ((a != b + 1 && b != a + 1) || !a || !b)
		return NULL;
	of = a > b ? of_a : of_b;
	first = field_get(record_body(ev, of[0]), "name");
	second = field_get(record_body(ev, of[1]), "name");
	return piece_equal(first, second) || piece_has(second, "\"/dev/fd/") ? of[1] : NULL;
}

void habit_begin(struct pairing *p)
{
	look_for_words(p, p->ev_a);
	look_for_words(p, p->ev_b);
	p->second_look = second_look(p);
}
