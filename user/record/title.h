/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PROCTITLE: proctitle=6C73002F */
#ifndef ATR_RECORD_TITLE_H
#define ATR_RECORD_TITLE_H

#include "user/event/event.h"
#include "user/record/text.h"

struct recorder;

/* The value for a program whose argument area begins with bytes[n]. */
void title_write(struct text *t, const char *bytes, size_t n);

/*
 * The whole record, a line. The kernel tells the title that it had at the first event of a task
 * again (context->proctitle); this is the one of now.
 */
void title_record(struct recorder *r, const char *bytes, size_t n);

/*
 * The title of a program that goes on, as get_cmdline() cuts it: where the NUL at the end of its argument
 * area (of that many bytes) is overwritten, it has put a title of its own there, which may go on in the
 * environment behind it, and ends at the first NUL.
 */
const char *title_old(const struct atr_view *view, const struct atr_str *title, size_t area,
		      size_t *ret_len);

#endif /* ATR_RECORD_TITLE_H */
