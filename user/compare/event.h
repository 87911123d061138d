/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event of a log: its records, and by what it is found again in the other log. */
#ifndef ATR_COMPARE_EVENT_H
#define ATR_COMPARE_EVENT_H

#include "user/compare/types.h"

enum {
	/* Text of one event that is kept; of what is beyond, a hash. An exec has 6 MB of arguments at most. */
	EVENT_TEXT_MAX = 16 << 20,
	EVENT_RECORDS_MAX = 65536,
};

/* off + len + tail_len is within the event's len; body and tail stand side by side. */
struct log_record {
	__u32 off; /* of the body in the event's text */
	__u32 len;
	__u32 tail_len; /* of the text behind the body */
	__u16 type;
	bool tailed; /* there was a tail, if an empty one */
};

/* By what an event is looked up. */
enum event_key {
	KEY_CONTENT,  /* all that it says, but for its title */
	KEY_IDENTITY, /* who did what, and how it came out */
	KEY_LOOSE,    /* what was done, by whomever; 0: nothing to go by */
	KEYS,
};

/*
 * older and newer chain the window it waits in, next and prev the rings of its keys there
 * (window.h).
 */
struct log_event {
	struct log_event *older, *newer;
	struct log_event *next[KEYS], *prev[KEYS];
	__u64 key[KEYS];
	__u64 ms, serial;
	__u64 position; /* of its log's clock when it was complete: not less than that of events before it */
	__u64 line;   /* of its first record */
	__u64 node;   /* hash; 0: none */
	__u64 folded; /* hash of the records that are not kept */
	char *text;
	struct log_record *records;
	__u32 len, room, n, records_room;
	__u32 track; /* of serials */
	__s32 pid;   /* -1: none is told */
	__u16 class; /* a name */
	enum log_side side;
	bool cached; /* its title is that of the last event of its process */
};

struct names;
struct event_opts {
	struct names *types;
	struct names *classes;
	const struct ignores *ignores;
	__u64 seed;
};

/* NULL: no memory. Records are added as they come; free is as free(3). */
struct log_event *event__new(void);
void event__free(struct log_event *ev);

/*
 * Adds a record, a copy. What there is no room for goes into folded. -ENOMEM, and nothing is added.
 */
int event__add(struct log_event *ev, unsigned int type, const struct log_line *line);

/* It is complete, with a record at least: finds its class, its keys. */
void event__close(struct log_event *ev, const struct event_opts *opts);

/* Point into the event, until a record is added. */
struct piece record_body(const struct log_event *ev, const struct log_record *record);
struct piece record_tail(const struct log_event *ev, const struct log_record *record);
/* The first record of a type, by libaudit's number; NULL: none. */
const struct log_record *event_record(const struct log_event *ev, const struct names *types,
				      int number);
/* So much memory it takes. */
size_t event_size(const struct log_event *ev);

/* What --ignore names. */
enum { IGNORES_MAX = 64 };
struct ignores {
	struct {
		char type[NAME_ROOM];  /* "" any */
		char field[NAME_ROOM]; /* "" any */
	} of[IGNORES_MAX];
	unsigned int n;
};

/* Adds TYPE, TYPE.FIELD, TYPE.* or *.FIELD. What is wrong with it, or NULL. */
const char *ignores_add(struct ignores *ignores, const char *arg);
bool ignored(const struct ignores *ignores, const char *type, struct piece field);

#endif /* ATR_COMPARE_EVENT_H */
