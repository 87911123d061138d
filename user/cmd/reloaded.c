// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of what SIGHUP has made of the rules: as if the changes had been given one by one. */
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>

#include "user/cmd/control_impl.h"
#include "user/log.h"
#include "user/rules/ruleset.h"

struct record {
	struct control *c;
	struct who who;
	struct text body;
};

static void record_rule(struct record *r, bool add, const struct rule *rule)
{
	change_rule(&r->body, &r->who, add, rule->key, rule->list, true);
	control__record(r->c, AUDIT_CONFIG_CHANGE, &r->body);
}

/*
 * Rules that are in both, in the same order, have stayed; the others have gone, or come. An order that has changed
 * is told like that, too.
 */
static void record_difference(struct record *r, const struct ruleset *from,
			      const struct ruleset *to)
{
	bool *stayed = calloc(to->n + 1, sizeof(*stayed));
	size_t i, j, next = 0;

	if (!stayed) {
		log_error("records of changed rules cannot be made: there is no memory");
		return;
	}
	for (i = 0; i < from->n; i++) {
		for (j = next; j < to->n && !rule_same(&from->rules[i], &to->rules[j]); j++)
			;
		if (j == to->n) {
			record_rule(r, false, &from->rules[i]);
			continue;
		}
		stayed[j] = true;
		next = j + 1;
	}
	for (j = 0; j < to->n; j++)
		if (!stayed[j])
			record_rule(r, true, &to->rules[j]);
	free(stayed);
}

void control__reloaded(struct control *c, __u32 pid)
{
	static const struct ruleset none;
	const struct compiled *now, *before;
	struct record r = { .c = c };

	if (!c)
		return;
	now = agent__rules(c->agent, 0);
	before = agent__rules(c->agent, 1);
	who_of_pid(&r.who, pid);
	text_init(&r.body, CHANGE_BODY_MAX);
	if (now && now->generation != c->generation) {
		record_difference(&r, before ? &before->source : &none, &now->source);
		c->generation = now->generation;
	} else if (c->enabled == 2) {
		change_locked(&r.body, &r.who, "reload_rules");
		control__record(c, AUDIT_CONFIG_CHANGE, &r.body);
	}
	if (agent__enabled(c->agent) != c->enabled) {
		change_set(&r.body, &r.who, "audit_enabled", agent__enabled(c->agent), c->enabled,
			   true);
		control__record(c, AUDIT_CONFIG_CHANGE, &r.body);
		c->enabled = agent__enabled(c->agent);
	}
	text_free(&r.body);
}
