// SPDX-License-Identifier: GPL-2.0-or-later
/* Why an event is in one log only: what the other log tells of the time it should have been there. */
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/compare/report.h"

/* A line, a hole, a loss that is this near in time may be what the event has become. */
#define NEAR_MS 2000

static const char *const texts[CAUSES] = {
	[CAUSE_NONE] = "no cause is found in the logs",
	[CAUSE_BEFORE] = "before %s begins",
	[CAUSE_AFTER] = "after %s ends",
	[CAUSE_HOST] = "of a host that %s has nothing of",
	[CAUSE_SOURCE] = "of a second source in the same file, whose serials run apart",
	[CAUSE_LOST] = "%s reports a loss at that time",
	[CAUSE_TORN] = "%s has a line at that time that cannot be read",
	[CAUSE_HOLE] = "serials are missing in %s at that time: lost, or cut out",
	[CAUSE_KERNEL] =
		"kernel audit alone writes these: autrail passes them on with --kernel-audit",
	[CAUSE_CALL] = "autrail records execs, and no other system call",
	[CAUSE_RULES] = "%s had no rule for it at that time",
	[CAUSE_REFUSED] = "kernel audit refuses messages of that user namespace",
	[CAUSE_CLASS] = "%s has no event of this kind: a rule or an option, or it cannot see them",
	[CAUSE_KEY] = "%s has no event with this key: a rule that only one of them has",
};

const char *cause_text(const struct compare *c, const struct only *only, char *text, size_t size)
{
	const char *other = only->side == LOG_A ? "B" : "A", *at = strstr(texts[only->cause], "%s");
	int len;

	if (at)
		len = snprintf(text, size, "%.*s%s%s", (int)(at - texts[only->cause]),
			       texts[only->cause], other, at + 2);
	else
		len = snprintf(text, size, "%s", texts[only->cause]);
	if (only->detail[0] && len >= 0 && (size_t)len < size)
		snprintf(text + len, size - len, " (%s)", only->detail);
	return text;
}

static bool has_refused(const struct log_event *ev)
{
	__u32 i;

	for (i = 0; i < ev->n; i++) {
		if (piece_has(record_tail(ev, &ev->records[i]), "REFUSED=\""))
			return true;
	}
	return false;
}

/* The record that tells most about an event: the command, else the first. */
static const struct log_record *telling(const struct compare *c, const struct log_event *ev)
{
	const struct log_record *record = event_record(ev, &c->types, AUDIT_EXECVE);

	return record ? record : &ev->records[0];
}

static struct excerpt *excerpt_of(const struct compare *c, const struct log_event *ev)
{
	const struct log_record *record = telling(c, ev), *call;
	struct excerpt *text = malloc(sizeof(*text));
	struct piece body = record_body(ev, record), none = { 0 };

	if (!text)
		return NULL;
	call = event_record(ev, &c->types, AUDIT_PATH);
	/* Of a call that failed: what it was for. */
	if (record == &ev->records[0] && call && c->types.of[record->type].number == AUDIT_SYSCALL)
		body = record_body(ev, call);
	excerpt_make(text, body, none);
	return text;
}

static const struct host *host_of(const struct side *s, __u64 hash)
{
	unsigned int i;

	for (i = 0; i < s->nhosts; i++) {
		if (s->hosts[i].hash == hash)
			return &s->hosts[i];
	}
	return NULL;
}

static const struct loss *loss_at(const struct side *s, __u64 ms)
{
	unsigned int i;

	for (i = 0; i < s->nlosses; i++) {
		if (ms + NEAR_MS >= s->losses[i].from_ms && ms <= s->losses[i].to_ms + NEAR_MS)
			return &s->losses[i];
	}
	return NULL;
}

static const struct bad_line *bad_line_at(const struct side *s, __u64 ms)
{
	__u64 n = side_bad(s), i;

	for (i = 0; i < n && i < BAD_MAX; i++) {
		if (ms + NEAR_MS >= s->bad_lines[i].ms && ms <= s->bad_lines[i].ms + NEAR_MS)
			return &s->bad_lines[i];
	}
	return NULL;
}

/* What the other log says of the time; detail is which, where there is more to say. */
static enum cause cause_of_time(const struct side *other, __u64 ms, __u64 slack, char *detail,
				size_t size)
{
	const struct loss *loss = loss_at(other, ms);
	const struct bad_line *bad = bad_line_at(other, ms);
	const struct hole *hole = serials_hole(&other->serials, ms, slack);

	if (!other->first_ms || ms < other->first_ms)
		return CAUSE_BEFORE;
	if (bad) {
		snprintf(detail, size, "line %llu", bad->number);
		return CAUSE_TORN;
	}
	if (loss) {
		snprintf(detail, size, "%llu lost, %s", loss->count, loss->kind);
		return CAUSE_LOST;
	}
	if (hole) {
		snprintf(detail, size, "%llu to %llu", hole->from, hole->to);
		return CAUSE_HOLE;
	}
	if (other->ended && ms > other->last_ms)
		return CAUSE_AFTER;
	return CAUSE_NONE;
}

/* Some of another source may have been taken for ours: the same acts at the same time. */
static bool is_strange(__u64 paired, __u64 events)
{
	return paired * 10 < events;
}

/* What only the kernel can tell, if the other log is autrail's. */
static enum cause cause_of_kernel(const struct side *other, const struct name *class)
{
	if (!other->ours || (class->count[LOG_A] && class->count[LOG_B]))
		return CAUSE_NONE;
	if (class->number >= AUDIT_FIRST_EVENT && class->number < AUDIT_KERNEL &&
	    class->number != AUDIT_ANOM_ABEND)
		return CAUSE_KERNEL;
	return class->number < 0 && strncmp(class->text, "execve", 6) ? CAUSE_CALL : CAUSE_NONE;
}

/* CONFIG_CHANGE of the other log tells when kernel audit was given its rules. */
static enum cause cause_of_rules(const struct side *other, const struct name *class, __u64 ms,
				 __u64 slack, char *detail, size_t size)
{
	bool is_call = class->number < 0;

	if (is_call && other->rules_from_ms && ms <= other->rules_from_ms + slack) {
		snprintf(detail, size, "the first at %s",
			 time_text(other->rules_from_ms, false).text);
		return CAUSE_RULES;
	}
	if (is_call && other->rules_to_ms && ms > other->rules_to_ms) {
		snprintf(detail, size, "the last until %s",
			 time_text(other->rules_to_ms, false).text);
		return CAUSE_RULES;
	}
	return CAUSE_NONE;
}

/*
 * The surest first: whose it is, then what nobody else could have told, then what went on at that
 * time, at last what the other log never has.
 */
static enum cause cause_find(struct compare *c, const struct missing *m, char *detail, size_t size)
{
	const struct side *own = &c->sides[m->side], *other = &c->sides[!m->side];
	const struct host *host = m->node ? host_of(own, m->node) : NULL;
	__s64 shift = m->side == LOG_A ? c->offset.ms : -c->offset.ms;
	const struct name *class = &c->classes.of[m->class], *key = &c->keys.of[m->key];
	const struct track *track = &own->serials.tracks[m->track];
	enum cause cause;

	detail[0] = 0;
	if (host && own->nhosts > 1 && is_strange(host->paired, host->events)) {
		snprintf(detail, size, "%s", host->name);
		return CAUSE_HOST;
	}
	if (serials_sources(&own->serials) > 1 && is_strange(track->paired, track->events)) {
		snprintf(detail, size, "%llu to %llu", track->first, track->last);
		return CAUSE_SOURCE;
	}
	if (m->refused)
		return CAUSE_REFUSED;
	cause = cause_of_kernel(other, class);
	if (cause != CAUSE_NONE)
		return cause;
	cause = cause_of_time(other, m->ms + shift, c->opts.tolerance_ms, detail, size);
	if (cause == CAUSE_NONE)
		cause = cause_of_rules(other, class, m->ms + shift, c->opts.tolerance_ms, detail,
				       size);
	if (cause != CAUSE_NONE)
		return cause;
	if (!class->count[!m->side])
		return CAUSE_CLASS;
	if (m->key && !key->paired && !key->count[!m->side]) {
		snprintf(detail, size, "%s", key->text);
		return CAUSE_KEY;
	}
	return cause;
}

/* detail is that of the first event of a row: others of the same cause may have another one. */
static void resolve(struct compare *c, struct missing *m)
{
	char detail[sizeof(((struct only *)0)->detail)];
	enum cause cause = cause_find(c, m, detail, sizeof(detail));
	struct only *row = tally__only(&c->tally, m->side, m->class,
				       cause == CAUSE_KEY ? m->key : NAME_OTHERS, cause);
	struct only_example *example;

	if (!row)
		return;
	if (row->count == 1) {
		memcpy(row->detail, detail, sizeof(row->detail));
		row->first_ms = row->last_ms = m->ms;
	}
	if (m->ms < row->first_ms)
		row->first_ms = m->ms;
	if (m->ms > row->last_ms)
		row->last_ms = m->ms;
	if (row->count > EXAMPLES)
		return;
	example = &row->examples[row->count - 1];
	example->ms = m->ms;
	example->serial = m->serial;
	example->line = m->line;
	if (m->text)
		example->text = *m->text;
	else
		example->text.none = true;
}

void cause__resolve(struct compare *c)
{
	unsigned int i;

	for (i = 0; i < c->nlimbo; i++) {
		resolve(c, &c->limbo[i]);
		free(c->limbo[i].text);
	}
	c->nlimbo = 0;
}

static __u32 *bin_only_a(struct bin *bin)
{
	return &bin->only[LOG_A];
}

static __u32 *bin_only_b(struct bin *bin)
{
	return &bin->only[LOG_B];
}

/*
 * Hosts, tracks and keys of an event can only be judged at the end, when all pairs are known: so it
 * waits in limbo, and only if that is full it is judged by what is known by then.
 */
void cause__missing(struct compare *c, const struct log_event *ev)
{
	struct missing *m;

	if (c->nlimbo == LIMBO_MAX)
		cause__resolve(c);
	m = &c->limbo[c->nlimbo++];
	*m = (struct missing){
		.ms = ev->ms,
		.serial = ev->serial,
		.line = ev->line,
		.node = ev->node,
		.track = ev->track,
		.class = ev->class,
		.key = event_rule_key(c, ev),
		.side = ev->side,
		.refused = has_refused(ev),
	};
	c->only[ev->side]++;
	c->classes.of[ev->class].only[ev->side]++;
	m->text = excerpt_of(c, ev);
	c->keys.of[m->key].only[ev->side]++;
	bins__count(c, ev->side == LOG_B ? ev->ms - c->offset.ms : ev->ms,
		    ev->side == LOG_A ? bin_only_a : bin_only_b);
}
