/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the log share. */
#ifndef ATR_SINK_LOG_IMPL_H
#define ATR_SINK_LOG_IMPL_H

#include <stdbool.h>
#include <sys/types.h>

#include "user/sink/log.h"
#include "user/sink/log_file.h"
#include "user/sink/log_flush.h"
#include "user/sink/log_hold.h"
#include "user/sink/log_journal.h"

struct log {
	struct log_opts opts; /* with strings of its own */
	struct log_calls calls;
	struct log_place place;
	struct log_file file;
	struct log_hold hold;
	struct log_flush *flush;
	struct log_journal *journal;
	struct log_counters counters;
	char *line; /* room for an event with its node */
	size_t room;
	unsigned int unflushed; /* events */
	size_t unchecked;	/* bytes written since the free space was looked at */
	bool suspended;
	bool failing;
	bool full;		     /* the last failure was for lack of space */
	bool said[ATR_WHEN_MAX];     /* the action was taken, the reason is still there */
	bool rotate_failed;	     /* not again before the next tick */
	unsigned int error_warnings; /* to syslog, without a good write between them */
	bool dropping;
	enum log_fate fate; /* the last one that was told of */
	int open_error;	    /* the last one that was told of */
	bool strangers;	    /* of the file: told */
	off_t truncated;
	unsigned int aside;
	pid_t child; /* runs what ATR_ACT_EXEC says; 0: none */
};

/* log_opts.c */
int log_opts__copy(const struct log_opts *opts, struct log_opts *ret);
void log_opts__clear(struct log_opts *opts);

/* log_act.c */
void log__say(struct log *log, enum atr_tell level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Counts a failure, and does what is configured for it. */
void log__problem(struct log *log, const char *what, int err);
/* A write has worked. */
void log__no_problem(struct log *log);
void log__check_size(struct log *log);
void log__check_space(struct log *log);
/* For disk_full_action=rotate: old events make room for new ones, a file at a time. */
void log__make_room(struct log *log);
void log__reap(struct log *log);

/* log_watch.c */
/* Opens or reopens the file at its place; the one that is open stays on failure. */
int log__reopen(struct log *log);
/* Ends with the open file: what is in it goes to the disk as configured. */
void log__release(struct log *log);
void log__watch(struct log *log);
/* Tells what others did to the file, as far as that is news. */
void log__tell_news(struct log *log);
/* The highest number of a rotated file; 0: nothing is rotated. */
unsigned int log__keep(const struct log *log);
/* Rotates, and tells whom by. 0 or -errno, which has been told of. */
int log__turn(struct log *log, const char *why);

#endif /* ATR_SINK_LOG_IMPL_H */
