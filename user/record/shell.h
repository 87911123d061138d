/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strangers' strings for people: as a shell word, so that a command can be pasted, and without
 * anything that a terminal would act on.
 */
#ifndef ATR_RECORD_SHELL_H
#define ATR_RECORD_SHELL_H

#include "user/record/text.h"

/*
 * Appends one word: as it is if no shell would change it, in quotes if a terminal can show it, else
 * in $'...'. first: it is the command, where a shell takes more words for its own.
 */
void shell_word(struct text *t, const char *bytes, size_t n, bool first);

#endif /* ATR_RECORD_SHELL_H */
