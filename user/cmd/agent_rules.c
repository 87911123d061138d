// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of an agent that runs, and what it is asked by who controls it. */
#include <errno.h>
#include <string.h>

#include "user/cmd/agent_impl.h"
#include "user/log.h"
#include "user/rules/ruleset.h"

void agent__controls(struct agent *a, struct compiled *c)
{
	if (a->opts->controls && c->source.controls.enabled >= 0)
		a->enabled = c->source.controls.enabled;
	c->off = !a->enabled;
}

static int swap(struct agent *a, struct compiled *c)
{
	int err;

	/* Events that were judged by the ones before the last are told first. They have come before these. */
	agent__drain_all(a);
	err = probe__rules(a->probe, c);
	if (err) {
		log_error("cannot put the rules in force: %s; those before go on", strerror(-err));
		compiled__free(c);
		return err;
	}
	if (a->rules[0])
		compiled__hits(c, a->rules[0]);
	compiled__free(a->rules[1]);
	a->rules[1] = a->rules[0];
	a->rules[0] = c;
	pipeline__rules(a->pipeline, a->rules[0], a->rules[1]);
	return 0;
}

int agent__put(struct agent *a, struct compiled *c, unsigned int enabled)
{
	int err;

	c->off = !enabled;
	err = swap(a, c);
	if (!err)
		a->enabled = enabled;
	return err;
}

/* As at the start: of no files there are no rules. */
static struct compiled *rules_read(const struct agent *a)
{
	struct compiled *c;
	struct ruleset rs;

	if (a->opts->rules.n)
		return rules_load(&a->opts->rules, a->opts->strict);
	if (!a->rules[0])
		return NULL;
	ruleset_init(&rs);
	c = compiled__new(&rs, NULL, NULL);
	if (c)
		c->all = true;
	return c;
}

int agent__reload(struct agent *a)
{
	unsigned int enabled = a->enabled;
	struct compiled *c;
	int err;

	if (a->enabled == 2 || a->busy) {
		log_error("the rules are as they were: %s",
			  a->busy ? "another change of them is under way" :
				    "they are locked (-e 2) until autrail is started anew");
		return a->busy ? -EBUSY : -EPERM;
	}
	c = rules_read(a);
	if (!c) {
		log_warn(a->opts->rules.n ? "the rules are as they were" :
					    "there are no rules to read");
		return -EINVAL;
	}
	agent__controls(a, c);
	err = swap(a, c);
	if (err)
		a->enabled = enabled;
	else
		log_info("rules: %zu in force", c->n);
	return err;
}

/* --- for who controls it ------------------------------------------------------------------------ */

const struct compiled *agent__rules(const struct agent *a, int before)
{
	return a->rules[before];
}

unsigned int agent__enabled(const struct agent *a)
{
	return a->enabled;
}

void agent__busy(struct agent *a, bool busy)
{
	a->busy = busy;
}

const struct probe *agent__probe(const struct agent *a)
{
	return a->probe;
}

const struct pipeline *agent__pipeline(const struct agent *a)
{
	return a->pipeline;
}

__u64 agent__ring_used(struct agent *a)
{
	const __u64 used = probe__ring_used(a->probe);

	if (used > a->ring_high)
		a->ring_high = used;
	return used;
}

__u64 agent__ring_high(const struct agent *a)
{
	return a->ring_high;
}

__u32 agent__ring_bytes(const struct agent *a)
{
	return a->opts->probe.ring_bytes;
}
