/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two audit logs, line by line, to what is different in them and why. Both are read in step by their
 * clocks, and what has found its like is dropped: memory does not grow with the logs.
 *
 * Who reads asks compare__next() which log's line it is, and hands that over; at the end of a log
 * compare__end(), when both have ended compare__finish(). Then everything is in struct compare.
 */
#ifndef ATR_COMPARE_COMPARE_H
#define ATR_COMPARE_COMPARE_H

#include "user/compare/gather.h"
#include "user/compare/offset.h"
#include "user/compare/serials.h"
#include "user/compare/tally.h"
#include "user/compare/window.h"

enum {
	LINE_MAX_BYTES = 1 << 20, /* a record has 9 kB in the kernel, 70 kB in ours */
	LOSSES_MAX = 256,
	BAD_MAX = 256,
	HOSTS_MAX = 8,
	TITLES = 1 << 14, /* processes whose last title is known */
	BINS = 240,	  /* of the time line */
	LIMBO_MAX = 1 << 14,
};

/* How a line cannot be read. */
enum bad { BAD_SHAPE, BAD_LONG, BAD_END, BADS };
extern const char *const bad_names[BADS];

struct compare_opts {
	__u64 since_ms, until_ms; /* of an event's time; until 0: no end */
	__u32 tolerance_ms;	  /* how far times may be apart */
	__u32 window_ms;	  /* how long an event waits for its like, by the clocks of both */
	__s64 offset_ms;	  /* B - A, to begin with */
	size_t memory;		  /* bytes that what waits may take */
	bool strict;		  /* habits are differences, too */
	struct ignores ignores;
	const char *types; /* names with commas between: no others are compared; NULL: all are */
	__u64 seed;	   /* a number that the authors of the logs do not know */
};

/* A report of the log's own writer that something was lost; times are of that log's clock. */
struct loss {
	__u64 from_ms, to_ms, count;
	char kind[24];
};

struct bad_line {
	enum bad how;
	__u64 number, ms; /* of the log's clock */
	struct excerpt text;
};

/* A `node=` that occurs; paired are events of it that the other log has as well. */
struct host {
	char name[NAME_ROOM];
	__u64 hash, records, events, paired;
};

/* One log, as far as it was read. */
struct side {
	const char *name; /* of the log, for messages */
	struct gatherer gatherer;
	struct window window;
	struct serials serials;
	__u64 lines, records, events, bytes;
	__u64 first_ms, last_ms; /* 0: no event yet */
	__u64 clock;		 /* the highest time so far, if it has not been set back */
	unsigned int late;	 /* events in a row that are far behind it */
	__u64 set_back;		 /* how often that was */
	bool ended;
	__u64 bad[BADS];
	struct bad_line bad_lines[BAD_MAX]; /* the last ones, a ring by the sum of bad */
	struct loss losses[LOSSES_MAX];
	unsigned int nlosses;
	__u64 lost;
	struct host hosts[HOSTS_MAX];
	unsigned int nhosts;
	bool tailed; /* some have what an enriched log has behind 0x1D */
	bool ours;   /* autrail has written it */
	bool keyed;  /* some of its events have the key of a rule */
	/* When kernel audit was given its first rule, and lost its last one; 0: never. */
	__u64 rules_from_ms, rules_to_ms;
	__u64 extras;	 /* records that have pairs of autrail's own in the tail */
	char writer[64]; /* "auditd 3.0.9", "" unknown */
	__u64 cut;	 /* events that left the window before their time, for want of memory */
	struct {
		__s32 pid;
		__u64 hash;
	} * titles;
};

/* An event that is in one log only, until all causes are known. It is no longer held in full. */
struct missing {
	__u64 ms, serial, line, node;
	__u32 track;
	__u16 class, key;
	enum log_side side;
	bool refused;
	struct excerpt *text; /* NULL: there was no memory */
};

/* A stretch of the time line, bin_ms long. */
struct bin {
	__u32 equal, different, only[LOG_SIDES];
};

/*
 * Of a fixed size, but for the events that wait: what is found goes into tables that no log can
 * make grow.
 */
struct compare {
	struct compare_opts opts;
	struct event_opts event;
	struct side sides[LOG_SIDES];
	struct names types, classes, keys;
	struct offset offset;
	struct tally tally;
	__u64 paired, equal, differing; /* events in both; differing: beyond habits */
	__u64 only[LOG_SIDES];
	__u64 left_out; /* events that --since, --until, --types left out */
	struct missing *limbo;
	unsigned int nlimbo;
	struct bin bins[BINS];
	__u64 bin_start, bin_ms;
	enum log_side reading; /* whose line is at hand */
};

/* opts is copied, its strings and the names are not. NULL: no memory. */
struct compare *compare__new(const struct compare_opts *opts, const char *name_a,
			     const char *name_b);
void compare__free(struct compare *c);

/* Whose line is next: the side that is behind by its clock. Of one that has ended none is. */
enum log_side compare__next(const struct compare *c);

/* One line, without its newline. text NULL: it was too long, len is its length. -ENOMEM. */
int compare__line(struct compare *c, enum log_side side, const char *text, size_t len);
/* The last line had no newline, where its file ends. */
void compare__cut(struct compare *c, enum log_side side);
/* No more of this log comes. -ENOMEM. */
int compare__end(struct compare *c, enum log_side side);
/* Live: nothing older than this is to come from a side any more. */
int compare__advance(struct compare *c, enum log_side side, __u64 ms);
/* Both have ended: pairs what is left, finds the causes. */
int compare__finish(struct compare *c);

/*
 * After compare__finish(). EXPLAINED: they differ, and for each difference the logs themselves tell
 * why.
 */
enum verdict { VERDICT_EQUAL, VERDICT_EXPLAINED, VERDICT_DIFFERENT };
enum verdict compare_verdict(const struct compare *c);
/* Is one clock ahead of the other by more than the tolerance? */
bool compare_shifted(const struct compare *c);
/* Lines that could not be read, of all kinds. */
__u64 side_bad(const struct side *s);

/* --- between the files of this folder --------------------------------------------------------- */

/*
 * Compares two events field by field, and counts. apart: by how many ms more than the clocks they
 * are.
 */
void judge_pair(struct compare *c, const struct log_event *a, const struct log_event *b,
		__s64 apart);

/* The key of the rule that an event is recorded for, a name of keys. */
unsigned int event_rule_key(struct compare *c, const struct log_event *ev);

/* The cause is looked for later. -ENOMEM never: what there is no room for is counted now. */
void cause__missing(struct compare *c, const struct log_event *ev);
void cause__resolve(struct compare *c);
/* In words, for a report. */
const char *cause_text(const struct compare *c, const struct only *only, char *text, size_t size);

/* What a daemon tells of itself: losses, who it is. */
void side__daemon(struct side *s, const struct name *type, const struct log_line *line);
/* CONFIG_CHANGE: are there rules? */
void side__config(struct side *s, const struct log_line *line);

/* An act at this time, of A's clock, in the time line. */
void bins__count(struct compare *c, __u64 ms, __u32 *(*of)(struct bin *bin));

#endif /* ATR_COMPARE_COMPARE_H */
