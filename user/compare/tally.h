/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a comparison has found, in tables of a size that no log can make grow. */
#ifndef ATR_COMPARE_TALLY_H
#define ATR_COMPARE_TALLY_H

#include "user/compare/types.h"

enum { EXAMPLES = 3, EXCERPT = 160, DIFFS_MAX = 1024, ONLYS_MAX = 1024 };

/* How grave a difference is. */
enum grade {
	GRADE_HABIT,	 /* how the two are: no difference, unless asked for (--strict) */
	GRADE_EXPLAINED, /* the logs themselves tell why */
	GRADE_PLAIN,
	GRADES,
};

/* A value, or some of it: where it differs, if it is long. */
struct excerpt {
	char text[EXCERPT];
	__u16 len;
	bool none;	    /* there is no such field */
	bool before, after; /* there is more */
};

struct example {
	__u64 ms;
	__u64 serial[LOG_SIDES];
	__s32 pid;
	struct excerpt value[LOG_SIDES];
};

/* Field of a type of records; a reason or none. */
struct diff {
	__u16 type; /* a name of types; NAME_OTHERS: of the event as a whole */
	char field[NAME_ROOM];
	const char *reason; /* a constant, compared by address; NULL: none */
	enum grade grade;
	__u64 count;
	struct example examples[EXAMPLES];
};

/* Why an event is in one log only. */
enum cause {
	CAUSE_NONE,
	CAUSE_BEFORE,  /* before the other began */
	CAUSE_AFTER,   /* after it ended */
	CAUSE_HOST,    /* of a host that the other has nothing of */
	CAUSE_SOURCE,  /* of a second source in the same file */
	CAUSE_LOST,    /* the other says that it has lost some */
	CAUSE_TORN,    /* the other has a line there that cannot be read */
	CAUSE_HOLE,    /* serials are missing there */
	CAUSE_KERNEL,  /* kernel audit alone writes it, and the other is autrail */
	CAUSE_CALL,    /* a system call that autrail does not look at */
	CAUSE_RULES,   /* the other was given its rules later, or they were taken away */
	CAUSE_REFUSED, /* kernel audit refuses messages of that namespace */
	CAUSE_CLASS,   /* the other has no such event at all */
	CAUSE_KEY,     /* the other has none with this key */
	CAUSES,
};

struct only_example {
	__u64 ms, serial, line;
	struct excerpt text;
};

struct only {
	enum log_side side;
	__u16 class;
	__u16 key; /* of a rule; NAME_OTHERS: none */
	enum cause cause;
	char detail[96]; /* "" or which loss, line, host; of the first */
	__u64 count;
	__u64 first_ms, last_ms;
	struct only_example examples[EXAMPLES];
};

struct tally {
	struct diff diffs[DIFFS_MAX];
	struct only onlys[ONLYS_MAX];
	unsigned int ndiffs, nonlys;
	/* What there was no room for in the tables. */
	__u64 more_diffs, more_onlys;
	__u64 fields[GRADES]; /* differences of fields by grade */
};

/* Where a difference goes: a row that is there, a new one, or NULL if there is no room. Counts it. */
struct diff *tally__diff(struct tally *t, unsigned int type, struct piece field, const char *reason,
			 enum grade grade);
struct only *tally__only(struct tally *t, enum log_side side, unsigned int class, unsigned int key,
			 enum cause cause);

/*
 * Of a value; other is what it is not, to show the place. A long one is cut to EXCERPT bytes from
 * shortly before the first that differs. text NULL: none.
 */
void excerpt_make(struct excerpt *ret, struct piece value, struct piece other);

#endif /* ATR_COMPARE_TALLY_H */
