/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules as `auditctl -l` prints them (src/auditctl-listing.c of 3.0.9), which is not always as they were written. */
#ifndef ATR_CONTROL_LISTING_H
#define ATR_CONTROL_LISTING_H

#include "user/record/text.h"
#include "user/rules/parse.h"

/*
 * Appends one line, without a newline. What is not auditctl's: -F container=, and control
 * characters, which could act on a terminal, are '?'.
 */
void listing_rule(struct text *t, const struct rule *rule);

/*
 * All of them, a line each, in the order of the kernel's lists; those in whose keys key is, "" all. "No rules"
 * where there are none at all.
 */
void listing(struct text *t, const struct ruleset *rs, const char *key);

/* Calls fn for each of the rules, in that order. */
typedef void listing_fn(void *ctx, const struct rule *rule);
void listing_each(const struct ruleset *rs, listing_fn *fn, void *ctx);

#endif /* ATR_CONTROL_LISTING_H */
