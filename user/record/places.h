/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where files are, as it was looked up: for rules that name paths. */
#ifndef ATR_RECORD_PLACES_H
#define ATR_RECORD_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/event.h"

struct places;

/* NULL and errno when there is no memory. */
struct places *places__new(void);
void places__free(struct places *p);

/* path NULL: it could not be found. Returns 0, -ENOMEM, or -EBADMSG: too long. */
int places__put(struct places *p, const struct atr_file *file, const char *path, size_t len);

/*
 * Has anybody looked? The path is then *ret_path, NULL where that came to nothing, until the next
 * put. A walk through all of them: only where a rule has path= or dir=.
 */
bool places__get(const struct places *p, const struct atr_file *file, const char **ret_path,
		 size_t *ret_len);

#endif /* ATR_RECORD_PLACES_H */
