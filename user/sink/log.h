/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of the daemon: a file that is rotated, with auditd's names, modes and actions. An event is
 * written with one write(2), whole, into one file. What cannot be written waits in memory, in order,
 * up to a bound; beyond that it is counted as dropped. Nothing here retries by itself: log__tick()
 * is to be called once a second or so.
 *
 * The file is watched: renamed, deleted, truncated, replaced or with its directory gone, it is made
 * again where it belongs.
 */
#ifndef ATR_SINK_LOG_H
#define ATR_SINK_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct log;

enum atr_act {
	ATR_ACT_IGNORE,
	ATR_ACT_SYSLOG,
	ATR_ACT_EMAIL, /* as syslog, and says that no mail is sent */
	ATR_ACT_ROTATE,
	ATR_ACT_KEEP_LOGS,
	ATR_ACT_EXEC,	 /* closes the file and suspends: the program is to have it resumed */
	ATR_ACT_SUSPEND, /* events wait until log__resume() */
	ATR_ACT_SINGLE,
	ATR_ACT_HALT,
	ATR_ACT_MAX,
};

/* What auditd.conf has an action for. */
enum atr_when {
	ATR_WHEN_SIZE,	/* max_log_file_action */
	ATR_WHEN_SPACE, /* space_left_action */
	ATR_WHEN_ADMIN, /* admin_space_left_action */
	ATR_WHEN_FULL,	/* disk_full_action */
	ATR_WHEN_ERROR, /* disk_error_action */
	ATR_WHEN_MAX,
};

enum atr_flush {
	ATR_FLUSH_NONE,
	ATR_FLUSH_INCREMENTAL,	     /* fdatasync() every freq events */
	ATR_FLUSH_INCREMENTAL_ASYNC, /* the same in a thread */
	ATR_FLUSH_DATA,		     /* O_DSYNC */
	ATR_FLUSH_SYNC,		     /* O_SYNC */
};

struct log_action {
	enum atr_act act;
	const char
		*exe; /* for ATR_ACT_EXEC: an absolute path; run without arguments or environment */
};

struct log_space {
	unsigned long value; /* 0: no limit */
	bool percent;	     /* of the file system, else MiB */
};

/*
 * What whoever writes an event wants to know of it after a SIGKILL, if it was the last one that got into the
 * log whole. The log does not look at it. All zero: nothing.
 */
struct log_tag {
	unsigned long long words[12];
};

/* The strings are copied. All zero but log_file is auditd's idea of a minimum: nothing rotated. */
struct log_opts {
	const char *log_file;
	gid_t log_group; /* 0: root; then only root reads the log */
	enum atr_flush flush;
	unsigned int freq;	   /* 0: no explicit flush */
	unsigned int num_logs;	   /* with rotate: files in all; below 2 nothing is rotated */
	unsigned int max_log_file; /* MiB; 0: no limit */
	const char *node;	   /* `node=NAME ` before each line; NULL: none */
	struct log_space space_left;
	struct log_space admin_space_left;
	struct log_action actions[ATR_WHEN_MAX];
	size_t hold_max;     /* bytes that may wait in memory */
	const char *journal; /* where to note what is being written; NULL: nowhere; see log__open() */
};

enum atr_tell {
	ATR_TELL_ALERT, /* an action that ends in syslog */
	ATR_TELL_ERROR,
	ATR_TELL_WARN,
	ATR_TELL_INFO,
};

/* Called from within the functions below, never from a thread of the log's own. */
struct log_calls {
	void *ctx;
	void (*tell)(void *ctx, enum atr_tell level, const char *text);
	/* ATR_ACT_SINGLE or ATR_ACT_HALT. */
	void (*runlevel)(void *ctx, enum atr_act act);
};

struct log_counters {
	unsigned long long written; /* events that are in a file */
	unsigned long long bytes;   /* of them */
	unsigned long long dropped; /* events that will never be */
	unsigned long long held;    /* events that wait at this moment */
	unsigned long long held_bytes;
	unsigned long long held_most; /* bytes, since the start */
	unsigned long long rotations;
	unsigned long long errors; /* writes, flushes, renames and opens that failed */
	bool suspended;
	bool failing; /* the last write failed: events wait for a tick */
};

/* Whether auditd.conf may have this action there; for whoever reads the configuration, too. */
bool log_action_valid(enum atr_when when, enum atr_act act);

/* -EINVAL for options that cannot be. */
int log_opts__check(const struct log_opts *opts);

/*
 * Makes the directory (not its parents) and the file if need be, removes surplus files. Returns 0 or
 * -errno with nothing to free: -EINVAL for options that cannot be, -ELOOP for a symbolic link,
 * -EISDIR and the like for what is no regular file.
 *
 * With a journal, a file that should outlive the process but not the machine (/run), half an event
 * that a SIGKILL in the middle of a write left behind is taken out of the log again; *ret_tag, if not
 * NULL, is the tag of the last event that is in there whole, all zero if that is not known.
 */
int log__open(const struct log_opts *opts, const struct log_calls *calls, struct log **ret,
	      struct log_tag *ret_tag);

/*
 * Before the end: a last try at what waits, suspended or not, for memory will be gone. What then still
 * waits is dropped, and counted. Nothing is to be written any more.
 */
void log__finish(struct log *log);

/* With log__finish(), if that has not been called. */
void log__free(struct log *log);

/*
 * One event: lines, each with its newline. 0: it is in the file, or waits; -ENOBUFS or -ENOMEM: it is
 * dropped, and counted. The tag is what a journal says of it (see log__open()).
 */
int log__write(struct log *log, const char *text, size_t len, const struct log_tag *tag);

/*
 * Looks after the file, the space, what waits and what was run (ATR_ACT_EXEC), which it reaps unless
 * the caller has.
 */
void log__tick(struct log *log);

/* SIGUSR1. 0; -EINVAL: num_logs says not to; -errno: nothing was rotated, and it was told why. */
int log__rotate(struct log *log);

/* SIGUSR2: ends a suspension. 0, or -errno: it cannot be written yet; ticks go on trying. */
int log__resume(struct log *log);

/*
 * SIGHUP. 0, or -errno with everything as it was. What waits stays; a suspension that has to do with
 * what changed ends.
 */
int log__reconfigure(struct log *log, const struct log_opts *opts);

void log__counters(const struct log *log, struct log_counters *ret);

#endif /* ATR_SINK_LOG_H */
