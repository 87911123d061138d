/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the log and its directory: opened with care, appended to by whole events, watched. */
#ifndef ATR_SINK_LOG_FILE_H
#define ATR_SINK_LOG_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "user/sink/log_journal.h"

/* Where the log belongs. */
struct log_place {
	char *dir;
	char *name;
	int fd;		    /* of the directory, or -1 */
	bool linked;	    /* it was a symbolic link from the start: then it is meant to be */
	gid_t group;	    /* 0: nobody but the owner reads */
	int sync;	    /* 0, O_DSYNC or O_SYNC */
	unsigned int aside; /* what was in the way was moved to NAME.aside0 and so on, so many */
};

/* All zero but fd, -1, is no file. */
struct log_file {
	int fd;
	dev_t dev;
	ino_t ino;
	off_t size;	  /* as it should be */
	off_t cut;	  /* part of an event lies behind this, and could not be removed; or -1 */
	bool broken_line; /* it ends in somebody's half line */
	bool strangers;	  /* somebody else writes into it */
	off_t truncated;  /* how often it got shorter */
	bool linkless;	  /* its file system counts no links: then 0 says nothing */
	int own_error;	  /* its mode or group could not be set: only its owner reads it */
};

/* What became of the file at its place. */
enum log_fate {
	LOG_FATE_THERE,
	LOG_FATE_DELETED,
	LOG_FATE_RENAMED,
	LOG_FATE_REPLACED, /* by another regular file */
	LOG_FATE_ODD,	   /* by something that must not be written to */
	LOG_FATE_DIR,	   /* its directory is not where it was */
};

/* 0 or -errno: -ENOMEM, -EINVAL for a path that is not absolute or has no name. */
int log_place__set(struct log_place *place, const char *path);
void log_place__clear(struct log_place *place);

/*
 * (Re)opens the directory, which is made if it is gone. An already open one stays in place on failure.
 * again: not the first time, then it must not be what somebody could have put there.
 */
int log_place__open(struct log_place *place, bool again);

/* NAME, or NAME.n. */
void log_place__name(const struct log_place *place, unsigned int n, char *buf, size_t size);

/*
 * Opens or makes the file, with its mode and group. again: what is odd there is moved aside, and that
 * the mode or group cannot be set is no failure. 0 or -errno.
 */
int log_file__open(struct log_place *place, bool again, struct log_file *ret);
void log_file__close(struct log_file *file);

/*
 * 0: the event is in the file, whole. -ESTALE: the file is deleted, the event with it. Other -errno:
 * it is not in the file, or what is left of it will be cut off before the next one is written.
 */
int log_file__append(struct log_file *file, struct log_journal *journal, const char *text,
		     size_t len, const struct log_tag *tag);

/* Takes note of what others did to it since. */
void log_file__look(struct log_file *file);

/* No directory has it any more. */
bool log_file__deleted(const struct log_file *file);

enum log_fate log_file__fate(const struct log_file *file, const struct log_place *place);

/* The mode and group of a file that is done with. 0 or -errno. */
int log_place__done(const struct log_place *place, int fd);

#endif /* ATR_SINK_LOG_FILE_H */
