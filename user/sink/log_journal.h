/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is being written, noted in a page that outlives the process. A SIGKILL may stop write(2) at
 * any page of a long event; nothing in the log itself tells half an event from a whole one.
 */
#ifndef ATR_SINK_LOG_JOURNAL_H
#define ATR_SINK_LOG_JOURNAL_H

#include <stddef.h>
#include <sys/types.h>

#include "user/sink/log.h"

struct log_journal;

/* 0 or -errno. */
int log_journal__open(const char *path, struct log_journal **ret);
void log_journal__free(struct log_journal *journal);

/* Around each write; journal may be NULL. */
void log_journal__begin(struct log_journal *journal, const ino_t *ino, off_t begin, size_t len,
			const struct log_tag *tag);
void log_journal__end(struct log_journal *journal);
/* Nothing of it is in the file. */
void log_journal__undone(struct log_journal *journal);

/*
 * After a start: what is left of the event that was being written into the file of this number and
 * size is cut off. Returns the number of bytes, or -errno.
 */
off_t log_journal__mend(struct log_journal *journal, int fd, ino_t ino, off_t size);

/* Of the last event that is in the log whole; all zero: none is known, or there is no journal. */
void log_journal__tag(const struct log_journal *journal, struct log_tag *ret);

#endif /* ATR_SINK_LOG_JOURNAL_H */
