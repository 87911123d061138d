/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/typed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	BUCKETS = 256,
	/* That have something to wait for, at a time: shells at their prompt, mostly. */
	PROCESSES_MAX = 1024,
};

/*
 * What was typed is in data or in gone, and nowhere else: not in event, and wiped where it leaves.
 */
struct process {
	struct process *next;
	__u32 pid;
	__u32 dev;
	bool icanon;
	bool faulty;
	struct typed_piece *gone; /* let go of, in the middle of a call */
	void *event;		  /* a copy of the last one, without what was typed */
	size_t len;
	char data[ATR_TYPED_MAX];
};

struct typed {
	unsigned int n;
	struct process *buckets[BUCKETS];
};

struct typed *typed__new(void)
{
	return calloc(1, sizeof(struct typed));
}

void typed_pieces_free(struct typed_piece *pieces)
{
	struct typed_piece *next;

	for (; pieces; pieces = next) {
		next = pieces->next;
		explicit_bzero(pieces->data, pieces->len);
		free(pieces);
	}
}

static void process_free(struct process *p)
{
	typed_pieces_free(p->gone);
	free(p->event);
	explicit_bzero(p->data, p->len);
	free(p);
}

/* Where the pointer to it is, or would be. */
static struct process **find(struct typed *t, __u32 pid)
{
	struct process **at = &t->buckets[pid % BUCKETS];

	while (*at && (*at)->pid != pid)
		at = &(*at)->next;
	return at;
}

static void forget(struct typed *t, struct process **at)
{
	struct process *p = *at;

	*at = p->next;
	process_free(p);
	t->n--;
}

void typed__free(struct typed *t)
{
	unsigned int i;

	if (!t)
		return;
	for (i = 0; i < BUCKETS; i++) {
		while (t->buckets[i])
			forget(t, &t->buckets[i]);
	}
	free(t);
}

static int let_go(struct process *p)
{
	struct typed_piece **end = &p->gone, *piece;

	if (!p->len)
		return 0;
	piece = malloc(sizeof(*piece) + p->len);
	if (!piece)
		return -ENOMEM;
	piece->next = NULL;
	piece->dev = p->dev;
	piece->len = p->len;
	piece->faulty = p->faulty;
	memcpy(piece->data, p->data, p->len);
	explicit_bzero(p->data, p->len);
	p->len = 0;
	p->faulty = false;
	while (*end)
		end = &(*end)->next;
	*end = piece;
	return 0;
}

static struct typed_piece *pieces_of(struct process *p)
{
	struct typed_piece *pieces = p->gone;

	p->gone = NULL;
	return pieces;
}

/*
 * tty_audit_add_data(), with its buffer of N_TTY_BUF_SIZE: another terminal, another mode and a
 * full buffer let go of what there is. run is 0 only if that has failed before, and is tried again
 * then.
 */
static int append(struct process *p, const struct atr_tty *ev, const char *data, size_t n)
{
	const bool icanon = ev->how & ATR_TTY_ICANON;
	size_t run;
	int err = 0;

	if (p->dev != ev->dev || p->icanon != icanon)
		err = let_go(p);
	p->dev = ev->dev;
	p->icanon = icanon;
	for (; n && !err; data += run, n -= run) {
		run = ATR_TYPED_MAX - p->len;
		if (run > n)
			run = n;
		memcpy(p->data + p->len, data, run);
		p->len += run;
		p->faulty |= ev->data.flags & ATR_S_FAULT;
		if (p->len == ATR_TYPED_MAX)
			err = let_go(p);
	}
	return err;
}

static int event_keep(struct process *p, const struct atr_view *view)
{
	const struct atr_str *data = &view->tty->data;
	void *copy = malloc(view->hdr->size);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, view->payload, view->hdr->size);
	if (data->len)
		explicit_bzero((char *)copy + data->off, data->len);
	free(p->event);
	p->event = copy;
	return 0;
}

static struct process *process_new(__u32 pid)
{
	struct process *p = malloc(sizeof(*p));

	if (!p)
		return NULL;
	memset(p, 0, offsetof(struct process, data));
	p->pid = pid;
	return p;
}

int typed__add(struct typed *t, const struct atr_view *view, struct typed_piece **ret_pieces)
{
	const struct atr_tty *ev = view->tty;
	struct process **at = find(t, view->task->pid), *p = *at;
	const char *data;
	size_t n;
	int err = 0;

	*ret_pieces = NULL;
	data = event_str(view, &ev->data, &n);
	/* What is put into a terminal is no input, and has a record of its own. */
	if (ev->how & ATR_TTY_INJECT)
		n = 0;
	if (!p && !n)
		return 0;
	if (!p) {
		p = process_new(view->task->pid);
		if (!p)
			return -ENOMEM;
		*at = p;
		t->n++;
	}
	if (n)
		err = append(p, ev, data, n);
	if (!err && ev->how & (ATR_TTY_PUSH | ATR_TTY_INJECT | ATR_TTY_EXIT))
		err = let_go(p);
	if (!err && ev->how & ATR_TTY_END)
		*ret_pieces = pieces_of(p);
	if (!p->len && !p->gone)
		forget(t, at);
	else if (!err)
		err = event_keep(p, view);
	return err;
}

struct typed_piece *typed__take(struct typed *t, __u32 pid)
{
	struct process **at = find(t, pid);
	struct typed_piece *pieces;

	if (!*at || let_go(*at))
		return NULL;
	pieces = pieces_of(*at);
	forget(t, at);
	return pieces;
}

/*
 * Whose last event is the oldest; NULL: there is none. A walk through all, which only those pay who
 * are more than PROCESSES_MAX.
 */
static struct process **oldest(struct typed *t)
{
	struct process **at, **found = NULL;
	__u64 first = ~0ULL, time;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		for (at = &t->buckets[i]; *at; at = &(*at)->next) {
			time = (*at)->event ? ((struct atr_hdr *)(*at)->event)->time : 0;
			if (time >= first)
				continue;
			first = time;
			found = at;
		}
	}
	return found;
}

struct typed_piece *typed__evict(struct typed *t, bool all, void **ret_event)
{
	struct typed_piece *pieces = NULL;
	struct process **at;

	while (!pieces && (all || t->n > PROCESSES_MAX)) {
		at = oldest(t);
		if (!at)
			return NULL;
		if (!let_go(*at) && (*at)->event) {
			pieces = pieces_of(*at);
			*ret_event = (*at)->event;
			(*at)->event = NULL;
		}
		forget(t, at);
	}
	return pieces;
}
