// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An event is over with PROCTITLE or EOE, as audit_is_last_record() of audit-userspace has it; what
 * is an event of its own at once. Others are ended when they are too old: a record that comes later
 * makes another event of it, as it does with ausearch.
 */
#include "user/compare/gather.h"

#include <errno.h>
#include <libaudit.h>

#include "user/compare/hash.h"

/* 0 is for none, so no name has that. */
static __u64 node_hash(const struct log_line *line)
{
	return line->node.text ? hash_bytes(1, line->node.text, line->node.len) | 1 : 0;
}

/* Takes the event at a place out, and hands it on. */
static int finish(struct gatherer *a, unsigned int at, event_fn *fn, void *ctx)
{
	struct log_event *ev = a->open[at];

	a->n--;
	memmove(&a->open[at], &a->open[at + 1], (a->n - at) * sizeof(a->open[0]));
	a->bytes -= event_size(ev);
	return fn(ctx, ev);
}

/*
 * The first to have come is looked at, which need not be the one with the oldest time: others wait
 * behind it.
 */
int gatherer__expire(struct gatherer *a, __u64 now, event_fn *fn, void *ctx)
{
	int err = 0;

	while (!err && a->n && (now == ~0ULL || a->open[0]->ms + OPEN_MS < now))
		err = finish(a, 0, fn, ctx);
	return err;
}

/* The newest first: most often it is the one. */
static unsigned int find(const struct gatherer *a, const struct log_line *line, __u64 node)
{
	unsigned int i;

	for (i = a->n; i-- > 0;) {
		if (a->open[i]->serial == line->serial && a->open[i]->ms == line->ms &&
		    a->open[i]->node == node)
			return i;
	}
	return OPEN_MAX;
}

int gatherer__take(struct gatherer *a, unsigned int type, const struct name *name,
		   const struct log_line *line, __u64 number, event_fn *fn, void *ctx)
{
	__u64 node = node_hash(line);
	unsigned int at = name->alone ? OPEN_MAX : find(a, line, node);
	struct log_event *ev;
	int err;

	if (name->number == AUDIT_EOE)
		return at < OPEN_MAX ? finish(a, at, fn, ctx) : 0;
	if (at == OPEN_MAX) {
		err = a->n == OPEN_MAX ? finish(a, 0, fn, ctx) : 0;
		if (err)
			return err;
		ev = event__new();
		if (!ev)
			return -ENOMEM;
		ev->ms = line->ms;
		ev->serial = line->serial;
		ev->line = number;
		ev->node = node;
		at = a->n;
		a->open[a->n++] = ev;
	} else {
		ev = a->open[at];
		a->bytes -= event_size(ev);
	}
	err = event__add(ev, type, line);
	a->bytes += event_size(ev);
	if (!err && (name->alone || name->number == AUDIT_PROCTITLE))
		err = finish(a, at, fn, ctx);
	return err;
}

void gatherer__free(struct gatherer *a)
{
	while (a->n)
		event__free(a->open[--a->n]);
	a->bytes = 0;
}
