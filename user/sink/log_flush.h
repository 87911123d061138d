/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fdatasync() in a thread, so that a slow disk does not hold up who writes. */
#ifndef ATR_SINK_LOG_FLUSH_H
#define ATR_SINK_LOG_FLUSH_H

struct log_flush;

/* 0 or -errno. */
int log_flush__new(struct log_flush **ret);

/* Waits until all that was asked for is on disk. */
void log_flush__free(struct log_flush *flush);

/*
 * Asks for what is in the file now; fd may be closed meanwhile. A wish that has not begun to be
 * fulfilled serves for the next one to the same fd, unless last: fd will be another file's.
 */
int log_flush__ask(struct log_flush *flush, int fd, int last);

/* The first failure since this was asked, or 0. */
int log_flush__error(struct log_flush *flush);

#endif /* ATR_SINK_LOG_FLUSH_H */
