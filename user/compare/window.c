// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "user/compare/window.h"

#include <errno.h>
#include <stdlib.h>

/* So many of one key are looked at, from either end: a flood of the same takes no longer. */
#define LOOKS 32

int window__init(struct window *w)
{
	int i;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < KEYS; i++) {
		w->buckets[i] = calloc(WINDOW_BUCKETS, sizeof(*w->buckets[i]));
		if (!w->buckets[i]) {
			window__free(w);
			return -ENOMEM;
		}
	}
	return 0;
}

void window__free(struct window *w)
{
	struct log_event *ev, *newer;
	int i;

	for (ev = w->oldest; ev; ev = newer) {
		newer = ev->newer;
		event__free(ev);
	}
	for (i = 0; i < KEYS; i++)
		free(w->buckets[i]);
	memset(w, 0, sizeof(*w));
}

static struct log_event **bucket(const struct window *w, enum event_key key, __u64 hash)
{
	return &w->buckets[key][(hash ^ hash >> 32) % WINDOW_BUCKETS];
}

void window__add(struct window *w, struct log_event *ev)
{
	struct log_event **head;
	int i;

	ev->older = w->newest;
	ev->newer = NULL;
	*(w->newest ? &w->newest->newer : &w->oldest) = ev;
	w->newest = ev;
	for (i = 0; i < KEYS; i++) {
		head = bucket(w, i, ev->key[i]);
		ev->next[i] = ev->prev[i] = ev;
		if (*head) {
			ev->next[i] = *head;
			ev->prev[i] = (*head)->prev[i];
			ev->prev[i]->next[i] = ev->next[i]->prev[i] = ev;
		} else {
			*head = ev;
		}
	}
	w->n++;
	w->bytes += event_size(ev);
}

void window__remove(struct window *w, struct log_event *ev)
{
	struct log_event **head;
	int i;

	*(ev->older ? &ev->older->newer : &w->oldest) = ev->newer;
	*(ev->newer ? &ev->newer->older : &w->newest) = ev->older;
	for (i = 0; i < KEYS; i++) {
		head = bucket(w, i, ev->key[i]);
		if (*head == ev)
			*head = ev->next[i] == ev ? NULL : ev->next[i];
		ev->prev[i]->next[i] = ev->next[i];
		ev->next[i]->prev[i] = ev->prev[i];
	}
	w->n--;
	w->bytes -= event_size(ev);
}

/*
 * Is it one of that key, of the same host where both say, and nearer in time? Of two that are as
 * near the first counts.
 */
static bool is_nearer(const struct log_event *ev, enum event_key key, const struct log_event *like,
		      __s64 shift, bool found, __u64 *apart)
{
	__s64 d = (__s64)ev->ms - (__s64)like->ms - shift;
	__u64 distance = d < 0 ? -d : d;

	if (ev->key[key] != like->key[key] || (ev->node && like->node && ev->node != like->node) ||
	    distance > *apart || (found && distance == *apart))
		return false;
	*apart = distance;
	return true;
}

/* From both ends towards the middle: of many the oldest and the newest. A key of 0 finds nothing. */
struct log_event *window__find(const struct window *w, enum event_key key,
			       const struct log_event *like, __s64 shift, __u64 apart)
{
	struct log_event *head = *bucket(w, key, like->key[key]), *found = NULL, *first, *last;
	int looks;

	if (!head || !like->key[key])
		return NULL;
	first = head;
	last = head->prev[key];
	for (looks = 0; looks < LOOKS; looks++) {
		if (is_nearer(first, key, like, shift, found, &apart))
			found = first;
		if (first == last)
			break;
		if (is_nearer(last, key, like, shift, found, &apart))
			found = last;
		first = first->next[key];
		if (first == last)
			break;
		last = last->prev[key];
	}
	return found;
}
