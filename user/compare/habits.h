/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Differences whose reason is known: how kernel audit, auditd and autrail are. */
#ifndef ATR_COMPARE_HABITS_H
#define ATR_COMPARE_HABITS_H

#include "user/compare/compare.h"

struct reason {
	enum grade grade;
	const char *text; /* for people */
};

/* Two events that are being judged, and the records of them that are. */
struct pairing {
	struct compare *c;
	const struct log_event *ev_a, *ev_b;
	const struct log_record *a, *b; /* NULL: the event as a whole is */
	unsigned int found[GRADES];
	bool doubts;  /* one of them says that it does not know something */
	bool derived; /* one was inferred */
	const struct log_record
		*second_look; /* a PATH that one has of a second look at the program */
};

/* Before the first difference is looked for. */
void habit_begin(struct pairing *p);
/* Why a field differs, NULL where nothing is known of it. */
const struct reason *habit_find(struct pairing *p, struct piece field, struct piece a,
				struct piece b);

#endif /* ATR_COMPARE_HABITS_H */
