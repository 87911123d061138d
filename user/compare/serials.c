// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/compare/serials.h"

#include <stddef.h>

/* A serial that is farther from a track's last one is none of that track. */
#define NEAR 100000
/* So often the turn has to come back for it to be no accident: a log may be cut and put together. */
#define RETURNS 4

static __u64 distance(__u64 a, __u64 b)
{
	return a > b ? a - b : b - a;
}

/*
 * The nearest track, or a new one; where there are too many, in the place of the one that is silent
 * for longest.
 */
static unsigned int track_of(struct serials *s, __u64 serial, __u64 ms)
{
	unsigned int i, found = TRACKS_MAX, oldest = 0;

	for (i = 0; i < s->n; i++) {
		if (distance(s->tracks[i].last, serial) > NEAR)
			continue;
		if (found == TRACKS_MAX ||
		    distance(s->tracks[i].last, serial) < distance(s->tracks[found].last, serial))
			found = i;
	}
	if (found < TRACKS_MAX)
		return found;
	for (i = 1; i < s->n; i++) {
		if (s->tracks[i].last_ms < s->tracks[oldest].last_ms)
			oldest = i;
	}
	found = s->n < TRACKS_MAX ? s->n++ : oldest;
	s->tracks[found] = (struct track){ .first = serial, .last = serial, .last_ms = ms };
	return found;
}

/*
 * A serial that was thought to be missing: it only came late. In the middle of a hole it makes two
 * of it. Late ones are late by little: the last 64 holes are looked at.
 */
static void hole_fill(struct serials *s, __u64 serial)
{
	__u64 n = s->nholes < HOLES_MAX ? s->nholes : HOLES_MAX, i;
	struct hole *hole, *other;

	for (i = 1; i <= n && i <= 64; i++) {
		hole = &s->holes[(s->nholes - i) % HOLES_MAX];
		if (serial < hole->from || serial > hole->to)
			continue;
		if (hole->from < serial && serial < hole->to) {
			other = &s->holes[s->nholes++ % HOLES_MAX];
			*other = *hole;
			other->from = serial + 1;
			hole->to = serial - 1;
		} else if (serial == hole->from) {
			hole->from++;
		} else {
			hole->to--;
		}
		return;
	}
}

unsigned int serials__take(struct serials *s, __u64 serial, __u64 ms)
{
	unsigned int i = track_of(s, serial, ms);
	struct track *track = &s->tracks[i];

	if (i != s->current && track->events)
		track->returns++;
	s->current = i;
	track->events++;
	if (serial > track->last + 1)
		s->holes[s->nholes++ % HOLES_MAX] = (struct hole){
			track->last + 1, serial - 1, track->last_ms, ms, i,
		};
	else if (serial < track->last)
		hole_fill(s, serial);
	if (serial >= track->last) {
		track->last = serial;
		track->last_ms = ms;
	}
	return i;
}

const struct hole *serials_hole(const struct serials *s, __u64 ms, __u64 slack)
{
	__u64 n = s->nholes < HOLES_MAX ? s->nholes : HOLES_MAX, i;
	const struct hole *hole;

	for (i = 0; i < n; i++) {
		hole = &s->holes[i];
		if (hole->from <= hole->to && ms + slack >= hole->from_ms &&
		    ms <= hole->to_ms + slack)
			return hole;
	}
	return NULL;
}

__u64 serials_missing(const struct serials *s)
{
	__u64 n = s->nholes < HOLES_MAX ? s->nholes : HOLES_MAX, i, sum = 0;

	for (i = 0; i < n; i++) {
		if (s->holes[i].from <= s->holes[i].to)
			sum += s->holes[i].to - s->holes[i].from + 1;
	}
	return sum;
}

unsigned int serials_sources(const struct serials *s)
{
	unsigned int i, sources = 0;

	for (i = 0; i < s->n; i++)
		sources += s->tracks[i].returns >= RETURNS;
	return sources > 1 ? sources : 1;
}
