// SPDX-License-Identifier: GPL-2.0-or-later
/* Two events that are the same act: record by record, field by field. */
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/compare/compare.h"
#include "user/compare/habits.h"

#define FIELDS_MAX 8192

/* Taken apart once for each record that differs. Too large for the stack: one a thread. */
struct fields {
	struct field of[FIELDS_MAX];
	__u32 order[FIELDS_MAX]; /* by name, and by place where names are the same */
	unsigned int n;
};

/* --- one difference --------------------------------------------------------------------------- */

/*
 * One difference: its grade, its row in the tally, an example. text NULL of a or b: that one has no
 * such field.
 */
static void note(struct pairing *p, struct piece field, struct piece a, struct piece b)
{
	const struct reason *reason = habit_find(p, field, a, b);
	enum grade grade = reason ? reason->grade : GRADE_PLAIN;
	struct example *example;
	struct diff *row;
	unsigned int type = p->a || p->b ? (p->a ? p->a->type : p->b->type) : NAME_OTHERS;

	if (ignored(&p->c->opts.ignores, type ? p->c->types.of[type].text : "EVENT", field))
		return;
	if (grade == GRADE_HABIT && p->c->opts.strict)
		grade = GRADE_EXPLAINED;
	p->found[grade]++;
	if (p->c->types.of[type].number == AUDIT_EXECVE && field.len > 1 && field.text[0] == 'a' &&
	    field.text[1] >= '0' && field.text[1] <= '9')
		field = (struct piece){ "aN", 2 };
	row = tally__diff(&p->c->tally, type, field, reason ? reason->text : NULL, grade);
	if (!row || row->count > EXAMPLES)
		return;
	example = &row->examples[row->count - 1];
	example->ms = p->ev_a->ms;
	example->pid = p->ev_a->pid;
	example->serial[LOG_A] = p->ev_a->serial;
	example->serial[LOG_B] = p->ev_b->serial;
	excerpt_make(&example->value[LOG_A], a, b);
	excerpt_make(&example->value[LOG_B], b, a);
}

static struct piece word(const char *text)
{
	return (struct piece){ text, strlen(text) };
}

/* --- fields ----------------------------------------------------------------------------------- */

/* false: there are too many to take apart. */
static bool fields_read(struct fields *fs, struct piece text)
{
	fs->n = 0;
	while (fs->n < FIELDS_MAX && field_next(&text, &fs->of[fs->n])) {
		fs->order[fs->n] = fs->n;
		fs->n++;
	}
	return fs->n < FIELDS_MAX;
}

static int compare_names(struct piece a, struct piece b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.text, b.text, len);

	return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static int compare_order(const void *a, const void *b, void *ctx)
{
	const struct fields *fs = ctx;
	__u32 i = *(const __u32 *)a, j = *(const __u32 *)b;
	int order = compare_names(fs->of[i].name, fs->of[j].name);

	return order ? order : i < j ? -1 : 1;
}

/* Then both are in the same order already, and need not be sorted. */
static bool same_names(const struct fields *a, const struct fields *b)
{
	unsigned int i;

	for (i = 0; i < a->n && i < b->n; i++) {
		if (!piece_equal(a->of[i].name, b->of[i].name))
			return false;
	}
	return a->n == b->n;
}

/* Merges both by name; skip says which fields do not count. Returns how many were unequal. */
static unsigned int fields_judge(struct pairing *p, struct fields *a, struct fields *b,
				 bool (*skip)(struct pairing *p, struct piece name))
{
	static const struct piece none;
	unsigned int i = 0, j = 0, unequal = 0;
	const struct field *fa, *fb;
	int order;

	if (!same_names(a, b)) {
		qsort_r(a->order, a->n, sizeof(a->order[0]), compare_order, a);
		qsort_r(b->order, b->n, sizeof(b->order[0]), compare_order, b);
	}
	while (i < a->n || j < b->n) {
		fa = i < a->n ? &a->of[a->order[i]] : NULL;
		fb = j < b->n ? &b->of[b->order[j]] : NULL;
		order = !fa ? 1 : !fb ? -1 : 0;
		if (!order && !piece_equal(fa->name, fb->name))
			order = compare_names(fa->name, fb->name);
		i += order <= 0;
		j += order >= 0;
		if (!order && piece_equal(fa->value, fb->value))
			continue;
		if (skip && skip(p, order <= 0 ? fa->name : fb->name))
			continue;
		unequal++;
		note(p, order <= 0 ? fa->name : fb->name, order <= 0 ? fa->value : none,
		     order >= 0 ? fb->value : none);
	}
	return unequal;
}

/* Fields of a text, or all of it where they are the same and their order is not. */
static void text_judge(struct pairing *p, struct piece a, struct piece b)
{
	static __thread struct fields fields_a, fields_b;

	if (!fields_read(&fields_a, a) || !fields_read(&fields_b, b) ||
	    !fields_judge(p, &fields_a, &fields_b, NULL))
		note(p, word("text"), a, b);
}

/* --- tails ------------------------------------------------------------------------------------ */

/* autrail's own pairs are no difference: auditd has no such. */
static bool is_extra(struct pairing *p, struct piece name)
{
	static const char *const extras[] = { "CONTAINER", "MNTNS",   "PIDNS",	 "USERNS", "INPID",
					      "INUID",	   "DERIVED", "REFUSED", "AUTRAIL" };
	size_t i;

	for (i = 0; i < sizeof(extras) / sizeof(extras[0]); i++) {
		if (piece_is(name, extras[i]))
			return true;
	}
	return false;
}

static void tail_judge(struct pairing *p)
{
	static __thread struct fields fields_a, fields_b;
	struct piece a = record_tail(p->ev_a, p->a), b = record_tail(p->ev_b, p->b);

	/* A raw log has none. */
	if (!p->c->sides[LOG_A].tailed || !p->c->sides[LOG_B].tailed || piece_equal(a, b))
		return;
	if (fields_read(&fields_a, a) && fields_read(&fields_b, b))
		fields_judge(p, &fields_a, &fields_b, is_extra);
	else
		note(p, word("tail"), a, b);
}

/* --- records ---------------------------------------------------------------------------------- */

/* The names of an event's records, shortened where they repeat: `SYSCALL EXECVE CWD PATH*2`. */
static struct piece records_text(const struct pairing *p, const struct log_event *ev, char *text,
				 size_t size)
{
	size_t len = 0;
	__u32 i, n;

	text[0] = 0;
	for (i = 0; i < ev->n && len + NAME_ROOM + 16 < size; i += n) {
		for (n = 1; i + n < ev->n && ev->records[i + n].type == ev->records[i].type; n++)
			;
		len += snprintf(text + len, size - len, "%s%s", len ? " " : "",
				p->c->types.of[ev->records[i].type].text);
		if (n > 1)
			len += snprintf(text + len, size - len, "*%u", n);
	}
	return (struct piece){ text, strlen(text) };
}

static void record_judge(struct pairing *p)
{
	struct piece a = record_body(p->ev_a, p->a), b = record_body(p->ev_b, p->b);

	if (!p->c->types.of[p->a->type].wanted)
		return;
	if (!piece_equal(a, b))
		text_judge(p, a, b);
	if (p->a->tailed || p->b->tailed)
		tail_judge(p);
}

/* The record of this type from a place on; n: none. */
static __u32 next_of(const struct pairing *p, unsigned int type, __u32 from)
{
	const struct log_event *ev = p->ev_b;

	while (from < ev->n &&
	       (ev->records[from].type != type || &ev->records[from] == p->second_look))
		from++;
	return from;
}

/* Records by type and place among those of their type; what is too many stands in `records`. */
static void records_judge(struct pairing *p)
{
	__u32 cursor[NAMES_MAX] = { 0 }, i, j;

	for (i = 0; i < p->ev_a->n; i++) {
		p->a = &p->ev_a->records[i];
		if (p->a == p->second_look)
			continue;
		j = next_of(p, p->a->type, cursor[p->a->type]);
		cursor[p->a->type] = j + 1;
		if (j >= p->ev_b->n)
			continue;
		p->b = &p->ev_b->records[j];
		record_judge(p);
	}
}

static bool same_types(const struct log_event *a, const struct log_event *b)
{
	__u32 i;

	for (i = 0; i < a->n && i < b->n; i++) {
		if (a->records[i].type != b->records[i].type)
			return false;
	}
	return a->n == b->n;
}

static void types_judge(struct pairing *p)
{
	char text_a[1024], text_b[1024];

	if (same_types(p->ev_a, p->ev_b) || p->c->opts.types)
		return;
	p->a = p->b = NULL;
	note(p, word("records"), records_text(p, p->ev_a, text_a, sizeof(text_a)),
	     records_text(p, p->ev_b, text_b, sizeof(text_b)));
}

/* Most pairs are the same to the byte. Then nothing has to be taken apart. */
static bool is_same(const struct compare *c, const struct log_event *a, const struct log_event *b)
{
	bool tails = c->sides[LOG_A].tailed && c->sides[LOG_B].tailed;
	const struct log_record *ra, *rb;
	__u32 i;

	if (a->n != b->n || a->folded != b->folded)
		return false;
	for (i = 0; i < a->n; i++) {
		ra = &a->records[i];
		rb = &b->records[i];
		if (ra->type != rb->type || !piece_equal(record_body(a, ra), record_body(b, rb)))
			return false;
		if (tails && !piece_equal(record_tail(a, ra), record_tail(b, rb)))
			return false;
	}
	return true;
}

static __u32 *bin_equal(struct bin *bin)
{
	return &bin->equal;
}

static __u32 *bin_different(struct bin *bin)
{
	return &bin->different;
}

static void time_judge(struct pairing *p)
{
	char text_a[32], text_b[32];

	snprintf(text_a, sizeof(text_a), "%llu.%03llu", p->ev_a->ms / 1000, p->ev_a->ms % 1000);
	snprintf(text_b, sizeof(text_b), "%llu.%03llu", p->ev_b->ms / 1000, p->ev_b->ms % 1000);
	p->a = p->b = NULL;
	note(p, word("time"), word(text_a), word(text_b));
}

void judge_pair(struct compare *c, const struct log_event *a, const struct log_event *b,
		__s64 apart)
{
	struct pairing p = { .c = c, .ev_a = a, .ev_b = b };
	bool late = apart > c->opts.tolerance_ms || apart < -(__s64)c->opts.tolerance_ms, same;

	same = is_same(c, a, b);
	c->paired++;
	if (!same) {
		habit_begin(&p);
		types_judge(&p);
		records_judge(&p);
		p.a = p.b = NULL;
		if (a->folded != b->folded)
			note(&p, word("beyond-what-is-kept"), word(""), word(""));
	}
	if (late)
		time_judge(&p);
	if (p.found[GRADE_EXPLAINED] || p.found[GRADE_PLAIN])
		c->differing++;
	else
		c->equal++;
	bins__count(c, a->ms,
		    p.found[GRADE_EXPLAINED] || p.found[GRADE_PLAIN] ? bin_different : bin_equal);
}
