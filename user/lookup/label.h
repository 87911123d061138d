/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOOKUP_LABEL_H
#define ATR_LOOKUP_LABEL_H

#include "user/record/record.h"

/* Room for a label's text: /proc/PID/attr and xattrs have a page at most. */
enum { LABEL_SIZE = ATR_NAME_MAX };

/*
 * The text of need's label: of its file, where that is still the same one, or of need->pid; length, 0:
 * not to be had. The caller sees to it that need->pid has the label before and after.
 */
size_t label_look(const struct atr_view *view, const struct atr_need *need, char *text);

/* The same of a file that is open (O_PATH will do). */
size_t label_of_fd(int fd, enum atr_lsm lsm, char *text);

#endif /* ATR_LOOKUP_LABEL_H */
