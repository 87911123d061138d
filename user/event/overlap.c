/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/event/overlap.h"

#include <errno.h>
#include <stdlib.h>

struct told {
	__u32 tid;
	__u16 kind;
	__u16 used;
	__u64 time;
};

struct overlap {
	struct told *all;
	size_t n;
	size_t room;
	bool sorted;
	__u64 until;
};

struct overlap *overlap__new(__u64 until)
{
	struct overlap *o = calloc(1, sizeof(*o));

	if (o)
		o->until = until;
	return o;
}

void overlap__free(struct overlap *o)
{
	if (!o)
		return;
	free(o->all);
	free(o);
}

int overlap__add(struct overlap *o, const struct atr_view *view)
{
	size_t room = o->room ? o->room * 2 : 256;
	struct told *all;

	if (!view->task)
		return 0;
	if (o->n == o->room) {
		all = realloc(o->all, room * sizeof(*all));
		if (!all)
			return -ENOMEM;
		o->all = all;
		o->room = room;
	}
	o->all[o->n++] = (struct told){
		.tid = view->task->tid,
		.kind = view->hdr->kind,
		.time = view->hdr->time,
	};
	o->sorted = false;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct told *x = a, *y = b;

	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	return (x->time > y->time) - (x->time < y->time);
}

/* The first one of that thread. */
static size_t first_of(const struct overlap *o, __u32 tid)
{
	size_t low = 0, high = o->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (o->all[middle].tid < tid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static __u64 distance(__u64 a, __u64 b)
{
	return a > b ? a - b : b - a;
}

/* Was the beginning of the call missed? So much earlier it may have been; 0: it was not. */
static __u64 late_by(const struct atr_hdr *hdr)
{
	if (!(hdr->flags & (ATR_F_NO_ENTRY | ATR_F_LATE_TIME)))
		return 0;
	if (hdr->kind == ATR_KIND_EXEC || hdr->kind == ATR_KIND_EXECFAIL)
		return ATR_OVERLAP_LATE;
	return hdr->kind == ATR_KIND_TTY ? ~0ULL : 0;
}

bool overlap__had(struct overlap *o, const struct atr_view *view)
{
	const __u64 time = view->hdr->time;
	const __u64 late = late_by(view->hdr), before = late ? late : ATR_OVERLAP_NEAR;
	struct told *best = NULL, *told;
	size_t i;

	if (!view->task || !o->n || (late && time > o->until))
		return false;
	if (!o->sorted)
		qsort(o->all, o->n, sizeof(*o->all), compare);
	o->sorted = true;
	for (i = first_of(o, view->task->tid); i < o->n; i++) {
		told = &o->all[i];
		if (told->tid != view->task->tid)
			break;
		if (told->used || told->kind != view->hdr->kind ||
		    distance(told->time, time) > (told->time < time ? before : ATR_OVERLAP_NEAR))
			continue;
		if (!best || distance(told->time, time) < distance(best->time, time))
			best = told;
	}
	if (best)
		best->used = true;
	return best;
}
