/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checked events in, lines of text out. All that the text depends on comes in as events, so the
 * same events always give the same text.
 */
#ifndef ATR_RECORD_RECORD_H
#define ATR_RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "user/event/event.h"

enum atr_format {
	ATR_FORMAT_RAW,	     /* as auditd's log_format = RAW */
	ATR_FORMAT_ENRICHED, /* as auditd's log_format = ENRICHED */
	ATR_FORMAT_TEXT,     /* one line an event, for people */
};

struct atr_record_opts {
	enum atr_format format;
	bool colour; /* ATR_FORMAT_TEXT only */
	__u32 first_serial;
	bool eoe; /* end each event with an EOE record: for pipes and plugins, not for files */
};

struct recorder;

/* NULL and errno when there is no memory. */
struct recorder *recorder__new(const struct atr_record_opts *opts);
void recorder__free(struct recorder *r);

/*
 * Take one event. Acts and losses give complete lines; what is only knowledge, or is not to be
 * recorded, leaves *ret_len 0. The text is valid until the next call. Negative: the event cannot be recorded
 * (-ENODATA: pieces of its arguments are missing; -EBADMSG; -EMSGSIZE; -ENOMEM), no serial is used.
 */
int recorder__feed(struct recorder *r, const struct atr_view *view, const char **ret_text,
		   size_t *ret_len);

/* That of the next event. */
__u32 recorder__serial(const struct recorder *r);

/*
 * Nothing more comes: what was typed and waits for its end is written as it is, one event at a time. Call it
 * until *ret_len is 0. The text is valid until the next call.
 */
int recorder__end(struct recorder *r, const char **ret_text, size_t *ret_len);

/*
 * From now on events are judged by these rules (NULL: everything is recorded), but for those that say that
 * they were judged by the ones before. Both stay the caller's, and are counted in (hits).
 */
struct compiled;
void recorder__rules(struct recorder *r, struct compiled *rules, struct compiled *before);

enum atr_need_type {
	ATR_NEED_FILE,	  /* look at an inode; answer: FILE event */
	ATR_NEED_ITEM,	  /* resolve a path; answer: ITEM event */
	ATR_NEED_USER,	  /* answer: NAME event, group 0 */
	ATR_NEED_GROUP,	  /* answer: NAME event, group 1 */
	ATR_NEED_LABEL,	  /* the text of a label; answer: LABEL event */
	ATR_NEED_PLACE,	  /* where a file is; answer: PLACE event */
	ATR_NEED_ACCOUNT, /* of the name in path, or of id, as pid finds it; answer: NAME event */
	ATR_NEED_ADDRESS, /* of the host whose name is in path; answer: ADDRESS event */
};

/* What to look at, filled in by recorder__needs(); the answer is an event, made by user/lookup. */
struct atr_need {
	enum atr_need_type type;
	__u32 id;   /* USER, GROUP, LABEL */
	__u32 item; /* ITEM: number for the answer */
	/* LABEL, ITEM: whose; LABEL without a file: that of view's task */
	enum atr_lsm lsm;
	__u32 pid; /* LABEL: a task that has it, see probe__label_holder(); for the caller to fill in */
	/* FILE, PLACE, LABEL: the inode; points into the event or the recorder, valid until the next feed. */
	const struct atr_file *file;
	bool exe;      /* FILE, PLACE, LABEL: /proc/PID/exe is it */
	bool nofollow; /* ITEM: a symbolic link at the end of the path is itself the result */
	/* So much of path is where it began, and was already: no right is asked. */
	size_t base_len;
	/* Absolute, in the task's root; "" where no path is known. */
	char path[2 * ATR_NAME_MAX];
};

/* The user of the handle that a call of libpam (a PAM event) is about; NULL: not known. */
const char *recorder__pam_user(struct recorder *r, const struct atr_view *view, size_t *ret_len);

/*
 * What should be looked up, and fed, before view is fed; only what is not known already. An answer
 * can uncover the next need, so call again after feeding answers, until it returns 0 or for some
 * rounds. Whatever was answered for this event is not asked again, good answer or bad.
 */
int recorder__needs(struct recorder *r, const struct atr_view *view, struct atr_need *ret_needs,
		    size_t max);

#endif /* ATR_RECORD_RECORD_H */
