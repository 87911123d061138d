/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PROCTITLE: proctitle=6C73002F */
#ifndef ATR_RECORD_TITLE_H
#define ATR_RECORD_TITLE_H

#include "user/record/text.h"

/* The value for a program whose argument area begins with bytes[n]. */
void title_write(struct text *t, const char *bytes, size_t n);

#endif /* ATR_RECORD_TITLE_H */
