/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events that wait in memory, first in first out, up to a bound. All zero is empty. */
#ifndef ATR_SINK_LOG_HOLD_H
#define ATR_SINK_LOG_HOLD_H

#include <stddef.h>

#include "user/sink/log.h"

struct held {
	struct held *next;
	struct log_tag tag;
	size_t len;
	char text[];
};

struct log_hold {
	struct held *first;
	struct held *last;
	unsigned long long count;
	size_t bytes; /* with what keeping them takes */
	size_t most;  /* that there ever were */
};

/* 0; -ENOBUFS: there would be more than max bytes; -ENOMEM. */
int log_hold__push(struct log_hold *hold, size_t max, const char *text, size_t len,
		   const struct log_tag *tag);

/* Frees the first one. */
void log_hold__pop(struct log_hold *hold);

/* Returns how many there were. */
unsigned long long log_hold__clear(struct log_hold *hold);

#endif /* ATR_SINK_LOG_HOLD_H */
