// SPDX-License-Identifier: GPL-2.0-or-later
/* What requests bring about, and the records of it. */
#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "user/cmd/control_impl.h"
#include "user/control/listing.h"
#include "user/load/cost.h"
#include "user/log.h"

enum { JOB_MS = 10000 };

#define LOCKED "the configuration is locked (-e 2) until the daemon is started anew\n"

static void write_string(struct text *t, const char *text)
{
	text_bytes(t, text, strlen(text));
}

/* --- figures ---------------------------------------------------------------------------------- */

static void reply_figures(struct control *c, struct client *client, const struct figures_cost *cost,
			  void (*write)(struct text *t, const struct figures *f))
{
	struct figures_rule *rules;
	struct figures figures;
	struct text out;

	if (control__figures(c, &figures, &rules)) {
		control__reply_error(c, client, ATR_EXIT_RUNTIME, "there is no memory");
		return;
	}
	if (cost)
		figures.cost = *cost;
	text_init(&out, CONTROL_REPLY_MAX);
	write(&out, &figures);
	control__reply(c, client, ATR_EXIT_OK, &out, NULL);
	text_free(&out);
	free(rules);
}

/* The kernel's statistics are on as long as the client waits, who may do that; the daemon may not. */
static void measure(struct control *c, struct client *client, int seconds)
{
	client->state = CLIENT_MEASURING;
	client->until = control_now() + 1000ULL * seconds;
	control__cost(c, &client->before);
	client->before.seconds = seconds;
}

void control__measured(struct control *c, struct client *client)
{
	struct figures_cost cost = { .seconds = client->before.seconds };
	const struct figures_cost *before = &client->before;

	control__cost(c, &cost);
	cost.kernel_ns -= before->kernel_ns;
	cost.runs -= before->runs;
	cost.agent_ns -= before->agent_ns;
	cost.events -= before->events;
	cost.err = cost.runs ? 0 : -ENODATA;
	reply_figures(c, client, &cost, figures_status);
}

static void answer_status(struct control *c, struct client *client,
			  const struct control_request *request)
{
	int seconds = control_measure(request);

	if (seconds < 0)
		control__reply_error(c, client, ATR_EXIT_USAGE,
				     "measuring takes from 1 to %d seconds", CONTROL_MEASURE_MAX);
	else if (seconds)
		measure(c, client, seconds);
	else
		reply_figures(c, client, NULL, figures_status);
}

static void answer_brief(struct control *c, struct client *client,
			 const struct control_request *request)
{
	reply_figures(c, client, NULL, figures_audit);
}

static void answer_metrics(struct control *c, struct client *client,
			   const struct control_request *request)
{
	reply_figures(c, client, NULL, figures_metrics);
}

/* --- rules ------------------------------------------------------------------------------------ */

static const struct ruleset *rules_now(const struct control *c)
{
	const struct compiled *rules = agent__rules(c->agent, 0);

	return rules ? &rules->source : NULL;
}

static void answer_list(struct control *c, struct client *client,
			const struct control_request *request)
{
	char *key = strndup(request->body, request->len);
	struct text out;

	if (!key) {
		control__reply_error(c, client, ATR_EXIT_RUNTIME, "there is no memory");
		return;
	}
	text_init(&out, CONTROL_REPLY_MAX);
	listing(&out, rules_now(c), key);
	control__reply(c, client, ATR_EXIT_OK, &out, NULL);
	text_free(&out);
	free(key);
}

static void answer_rules(struct control *c, struct client *client,
			 const struct control_request *request)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &c->job };
	char name[CONTROL_NAME_MAX + 1];
	const char *text;
	size_t len;

	if (control_rules_split(request, name, &text, &len)) {
		control__reply_error(c, client, ATR_EXIT_USAGE, "that is no request");
		return;
	}
	if (c->job || rule_jobs_stuck()) {
		control__reply_error(c, client, ATR_EXIT_RUNTIME,
				     "another change is under way%s; try again",
				     c->job ? "" : ", and waits for a name or a path");
		return;
	}
	/* A thread, for the name of a user may have to be asked of a network, while the ring fills. */
	c->job = rule_job__start(name, text, len, rules_now(c));
	if (!c->job || epoll_ctl(c->epoll, EPOLL_CTL_ADD, rule_job__fd(c->job), &event)) {
		control__reply_error(c, client, ATR_EXIT_RUNTIME, "the rules cannot be read: %s",
				     strerror(errno));
		rule_job__leave(c->job);
		c->job = NULL;
		return;
	}
	agent__busy(c->agent, true);
	client->state = CLIENT_WAITING;
	c->job_client = client;
	c->job_who = client->who;
	c->job_until = control_now() + JOB_MS;
}

/* --- what has come of lines ------------------------------------------------------------------- */

/* Somebody has changed rules, or has tried. */
struct attempt {
	struct control *c;
	struct rule_job_result *result;
	struct text out, body;
};

/* A record each of what was done, or (none: true) of that nothing was. */
static void record_changes(struct attempt *a, bool none)
{
	struct control *c = a->c;
	const struct rule_change *change;
	size_t i;

	for (i = 0; i < a->result->nchanges; i++) {
		change = &a->result->changes[i];
		/* Of what would have been good nothing is left where something else was not. */
		if (a->result->err && change->good)
			continue;
		change_rule(&a->body, &c->job_who, change->add, change->key, change->list,
			    change->good && !none);
		control__record(c, AUDIT_CONFIG_CHANGE, &a->body);
	}
}

static void record_set(struct attempt *a, const char *name, __u32 value, __u32 old, bool good)
{
	change_set(&a->body, &a->c->job_who, name, value, old, good);
	control__record(a->c, AUDIT_CONFIG_CHANGE, &a->body);
}

static int refuse_locked(struct attempt *a)
{
	const struct rule_controls *controls = &a->result->controls;
	size_t i;

	for (i = 0; i < a->result->nchanges; i++) {
		change_locked(&a->body, &a->c->job_who,
			      a->result->changes[i].add ? "add_rule" : "remove_rule");
		control__record(a->c, AUDIT_CONFIG_CHANGE, &a->body);
	}
	if (!a->result->nchanges && a->result->clears) {
		change_locked(&a->body, &a->c->job_who, "remove_rule");
		control__record(a->c, AUDIT_CONFIG_CHANGE, &a->body);
	}
	if (controls->enabled >= 0)
		record_set(a, "audit_enabled", controls->enabled, 2, false);
	text_reset(&a->result->messages);
	write_string(&a->result->messages, LOCKED);
	return ATR_EXIT_RUNTIME;
}

/* Whatever was locked: who resets it cannot hide what was lost, that is a record. */
static void reset_lost(struct attempt *a)
{
	struct figures_rule *rules;
	struct figures figures;
	__u64 lost;

	if (control__figures(a->c, &figures, &rules))
		return;
	free(rules);
	lost = figures_lost(&figures);
	record_set(a, "lost", 0, lost - a->c->lost_before, true);
	text_u64(&a->out, "lost: ", lost - a->c->lost_before);
	text_char(&a->out, '\n');
	a->c->lost_before = lost;
}

static int put(struct attempt *a, int enabled)
{
	struct control *c = a->c;
	const struct compiled *now = agent__rules(c->agent, 0);
	unsigned int old = agent__enabled(c->agent),
		     value = enabled < 0 ? old : (unsigned int)enabled;
	struct compiled *rules = a->result->compiled;
	int err = 0;

	/* Where nobody has given rules yet all is recorded; that they are few, or gone, is something else. */
	rules->all = (!now || now->all) && !a->result->nchanges;
	if (a->result->nchanges || value != old) {
		a->result->compiled = NULL;
		err = agent__put(c->agent, rules, value);
	}
	record_changes(a, err);
	if (enabled >= 0)
		record_set(a, "audit_enabled", value, old, !err);
	now = agent__rules(c->agent, 0);
	c->generation = now ? now->generation : 0;
	c->enabled = agent__enabled(c->agent);
	if (!err)
		return ATR_EXIT_OK;
	write_string(&a->result->messages, "the kernel did not take the rules: ");
	write_string(&a->result->messages, strerror(-err));
	text_char(&a->result->messages, '\n');
	return ATR_EXIT_RUNTIME;
}

/* Nothing of it is in force. */
static int failed(struct attempt *a)
{
	struct text *messages = &a->result->messages;
	size_t i;

	record_changes(a, true);
	if (a->result->err == -E2BIG)
		write_string(messages, "these are too many rules\n");
	else if (a->result->err != -EINVAL)
		write_string(messages, "there is no memory for the rules\n");
	for (i = 0; i < a->result->nchanges; i++)
		if (!a->result->changes[i].good)
			return ATR_EXIT_RUNTIME;
	return ATR_EXIT_CONFIG;
}

static int carry_out(struct attempt *a)
{
	const struct rule_controls *controls = &a->result->controls;
	int enabled = controls->enabled, code;

	if (agent__enabled(a->c->agent) == 2 &&
	    (a->result->nchanges || a->result->clears || enabled >= 0))
		return refuse_locked(a);
	if (a->result->err)
		return failed(a);
	code = put(a, enabled);
	if (controls->reset_lost)
		reset_lost(a);
	return code;
}

static void reply_enabled(struct attempt *a)
{
	struct figures_rule *rules;
	struct figures figures;

	if (a->result->controls.enabled < 0 || control__figures(a->c, &figures, &rules))
		return;
	figures_audit(&a->out, &figures);
	free(rules);
}

void control__job_done(struct control *c)
{
	struct rule_job_result result;
	struct attempt a = { .c = c, .result = &result };
	int code;

	if (!c->job)
		return;
	rule_job__take(c->job, &result);
	c->job = NULL;
	agent__busy(c->agent, false);
	text_init(&a.out, CONTROL_REPLY_MAX);
	text_init(&a.body, CHANGE_BODY_MAX);
	code = carry_out(&a);
	if (code == ATR_EXIT_OK)
		reply_enabled(&a);
	if (c->job_client)
		control__reply(c, c->job_client, code, &a.out, &result.messages);
	c->job_client = NULL;
	rule_job_result_free(&result);
	text_free(&a.out);
	text_free(&a.body);
}

void control__job_late(struct control *c)
{
	/* It has ended at this moment, and so is not late. */
	if (!c->job)
		return;
	rule_job__leave(c->job);
	c->job = NULL;
	agent__busy(c->agent, rule_jobs_stuck());
	log_warn(
		"lines of rules from the control socket wait for the name of a user, or for a file "
		"system, that does not answer; they are not taken");
	if (c->job_client)
		control__reply_error(
			c, c->job_client, ATR_EXIT_RUNTIME,
			"a name or a path in the rules is waited for too long; nothing "
			"was changed");
	c->job_client = NULL;
}

/* --- messages --------------------------------------------------------------------------------- */

static void answer_message(struct control *c, struct client *client,
			   const struct control_request *request)
{
	struct text body;

	if (!request->len || request->len > CONTROL_MESSAGE_MAX) {
		control__reply_error(c, client, ATR_EXIT_USAGE, "a message has from 1 to %d bytes",
				     CONTROL_MESSAGE_MAX);
		return;
	}
	if (!agent__enabled(c->agent)) {
		control__reply_error(c, client, ATR_EXIT_RUNTIME, "nothing is recorded (-e 0)");
		return;
	}
	text_init(&body, CHANGE_BODY_MAX);
	change_message(&body, &client->who, request->body, request->len);
	control__record(c, AUDIT_USER, &body);
	text_free(&body);
	control__reply(c, client, ATR_EXIT_OK, NULL, NULL);
}

void control__answer(struct control *c, struct client *client,
		     const struct control_request *request)
{
	static void (*const answers[CONTROL_VERBS])(struct control * c, struct client * client,
						    const struct control_request *request) = {
		[CONTROL_STATUS] = answer_status,   [CONTROL_BRIEF] = answer_brief,
		[CONTROL_METRICS] = answer_metrics, [CONTROL_LIST] = answer_list,
		[CONTROL_RULES] = answer_rules,	    [CONTROL_MESSAGE] = answer_message,
	};

	answers[request->verb](c, client, request);
}
