/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules in order: added, deleted, copied. */
#ifndef ATR_RULES_RULESET_H
#define ATR_RULES_RULESET_H

#include "user/rules/parse.h"

/* All that the rule has, not the structure, which is all zero afterwards. */
void rule_free(struct rule *rule);

/*
 * Add a field to a rule; text is what a string field has, else NULL. The caller has seen to it that
 * there are fewer than AUDIT_MAX_FIELDS. rule->data may move. Returns -ENOMEM.
 */
int rule_append(struct rule *rule, __u32 field, __u32 op, __u32 value, const char *text);

/* Are they the same to the kernel, wherever they were written? */
bool rule_same(const struct rule *a, const struct rule *b);

/* The rule that is the same, wherever it was written; -1 none. */
ssize_t ruleset_find(const struct ruleset *rs, const struct rule *rule);

/*
 * Takes the rule over, at the end, or in front of all others if it is prepended; *rule is all zero
 * afterwards. Returns -ENOMEM, and it is the caller's still.
 */
int ruleset_add(struct ruleset *rs, struct rule *rule);
void ruleset_remove(struct ruleset *rs, size_t i);

/* Is the key in one of the rule's? NULL is in all, as with auditctl -D. */
bool rule_has_key(const struct rule *rule, const char *key);

/* All rules, or those in whose keys this is. */
void ruleset_clear(struct ruleset *rs, const char *key);

/* What rs had is not freed. Returns -ENOMEM, and rs is untouched. */
int ruleset_copy(struct ruleset *rs, const struct ruleset *from);

#endif /* ATR_RULES_RULESET_H */
