// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pairing. An event is looked for in the other log when it is complete: one that says the same,
 * within the tolerance, is its like, and both are done with. Else it waits in a window, and its
 * like may come. Only when the clocks of both logs have passed it for long enough it is settled:
 * with one of the same who and what and result, then with one of the same act by whomever, and if
 * there is none either it is missing. So an event with other words never takes the place of one
 * with the same words that comes later.
 *
 * Clocks may be apart. Of an event that waits, one with the same words at any time is a suspicion;
 * several in a row of the same distance are believed, and that is the offset from then on
 * (offset.c).
 *
 * Each event costs a few look-ups in hash tables, whatever the length of the logs; what waits is
 * bounded by opts.memory, by giving up the oldest early.
 */
#include "user/compare/compare.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>

#include "user/compare/hash.h"

/* Events of the same who and what that are farther apart are two. */
#define APART_MS 2000
/* As many of a log's newest wait in any case: were its clock another one, they would still be found. */
#define AHEAD 4096
/* Of the log that is ahead by its clock, so many are read if the other one finds no pairs. */
#define READ_AHEAD 1024
/* A log's clock has been set back if so many events in a row are so far behind it. */
#define BACK_EVENTS 64
#define BACK_MS	    60000
#define END	    (~0ULL)

/* --- beginning and end ------------------------------------------------------------------------ */

/* Marks the types that --types names, or all. */
static void want_types(struct compare *c)
{
	const char *at = c->opts.types, *comma;

	for (; at && *at; at = *comma ? comma + 1 : comma) {
		comma = strchrnul(at, ',');
		c->types.of[names_find(&c->types, (struct piece){ at, comma - at })].wanted = true;
	}
}

struct compare *compare__new(const struct compare_opts *opts, const char *name_a,
			     const char *name_b)
{
	struct compare *c = calloc(1, sizeof(*c));
	int i;

	if (!c)
		return NULL;
	c->opts = *opts;
	names_init(&c->types, opts->seed);
	names_init(&c->classes, opts->seed + 1);
	names_init(&c->keys, opts->seed + 2);
	want_types(c);
	c->event = (struct event_opts){ &c->types, &c->classes, &c->opts.ignores, opts->seed };
	c->offset.ms = c->offset.first = opts->offset_ms;
	c->offset.tolerance = opts->tolerance_ms;
	c->limbo = malloc(LIMBO_MAX * sizeof(*c->limbo));
	for (i = 0; i < LOG_SIDES; i++) {
		c->sides[i].name = i == LOG_A ? name_a : name_b;
		c->sides[i].titles = calloc(TITLES, sizeof(*c->sides[i].titles));
		if (window__init(&c->sides[i].window) || !c->sides[i].titles)
			break;
	}
	if (!c->limbo || i < LOG_SIDES) {
		compare__free(c);
		return NULL;
	}
	return c;
}

void compare__free(struct compare *c)
{
	int i;

	if (!c)
		return;
	for (i = 0; i < LOG_SIDES; i++) {
		gatherer__free(&c->sides[i].gatherer);
		if (c->sides[i].window.buckets[0])
			window__free(&c->sides[i].window);
		free(c->sides[i].titles);
	}
	while (c->nlimbo)
		free(c->limbo[--c->nlimbo].text);
	free(c->limbo);
	free(c);
}

/* --- clocks ----------------------------------------------------------------------------------- */

/* A side's clock in A's time; all of a log that has ended is known. */
static __u64 clock_of(const struct compare *c, enum log_side side)
{
	const struct side *s = &c->sides[side];

	if (s->ended)
		return END;
	return side == LOG_B ? s->clock - c->offset.ms : s->clock;
}

/*
 * Events are not quite in the order of their times, so the clock is the highest of these. Only where
 * many in a row are far behind it, it has been set back.
 */
static void clock__take(struct side *s, __u64 ms)
{
	s->late = ms + BACK_MS < s->clock ? s->late + 1 : 0;
	if (ms <= s->clock && s->late < BACK_EVENTS)
		return;
	if (s->late)
		s->set_back++;
	s->late = 0;
	s->clock = ms;
}

/*
 * By the clocks, until the one that is ahead has too little to pair with: where clocks are far
 * apart no pair would ever be found else.
 */
enum log_side compare__next(const struct compare *c)
{
	const struct side *a = &c->sides[LOG_A], *b = &c->sides[LOG_B], *behind, *ahead;
	enum log_side side;

	if (a->ended || b->ended)
		return a->ended ? LOG_B : LOG_A;
	side = clock_of(c, LOG_A) <= clock_of(c, LOG_B) ? LOG_A : LOG_B;
	behind = side == LOG_A ? a : b;
	ahead = side == LOG_A ? b : a;
	if (ahead->window.n < READ_AHEAD && behind->window.n > ahead->window.n)
		return !side;
	return side;
}

/* --- pairs ------------------------------------------------------------------------------------ */

/* The last field of its SYSCALL. */
unsigned int event_rule_key(struct compare *c, const struct log_event *ev)
{
	const struct log_record *record = event_record(ev, &c->types, AUDIT_SYSCALL);
	struct piece body, key;
	const char *blank;

	if (!record)
		return NAME_OTHERS;
	body = record_body(ev, record);
	blank = body.len ? memrchr(body.text, ' ', body.len) : NULL;
	if (!blank)
		return NAME_OTHERS;
	key = (struct piece){ blank + 1, body.text + body.len - blank - 1 };
	if (key.len < 5 || memcmp(key.text, "key=", 4) || key.text[4] == '(')
		return NAME_OTHERS;
	return names_find(&c->keys, (struct piece){ key.text + 4, key.len - 4 });
}

static struct host *host_of(struct side *s, const struct log_event *ev)
{
	unsigned int i;

	for (i = 0; i < s->nhosts && ev->node; i++) {
		if (s->hosts[i].hash == ev->node)
			return &s->hosts[i];
	}
	return NULL;
}

static void count_paired(struct compare *c, const struct log_event *ev)
{
	struct side *s = &c->sides[ev->side];
	struct host *host = host_of(s, ev);

	s->serials.tracks[ev->track].paired++;
	if (host)
		host->paired++;
}

/* Both leave the window, if they are in it. */
static void pair(struct compare *c, struct log_event *ev, struct log_event *other, bool waits)
{
	struct log_event *a = ev->side == LOG_A ? ev : other, *b = ev->side == LOG_A ? other : ev;
	__s64 ms = (__s64)b->ms - (__s64)a->ms;

	window__remove(&c->sides[other->side].window, other);
	if (waits)
		window__remove(&c->sides[ev->side].window, ev);
	offset__pair(&c->offset, ms);
	c->classes.of[a->class].paired++;
	c->keys.of[event_rule_key(c, a)].paired++;
	count_paired(c, a);
	count_paired(c, b);
	judge_pair(c, a, b, ms - c->offset.ms);
	event__free(a);
	event__free(b);
}

/* The like of an event in the other log, by a key; apart in ms, beyond the offset. */
static struct log_event *find(const struct compare *c, const struct log_event *ev,
			      enum event_key key, __u64 apart)
{
	__s64 shift = ev->side == LOG_A ? c->offset.ms : -c->offset.ms;

	return window__find(&c->sides[!ev->side].window, key, ev, shift, apart);
}

/* Another offset is in force: what waits may have its like now. */
static void pair_waiting(struct compare *c)
{
	struct log_event *ev, *newer, *other;

	for (ev = c->sides[LOG_A].window.oldest; ev; ev = newer) {
		newer = ev->newer;
		other = find(c, ev, KEY_CONTENT, c->opts.tolerance_ms);
		if (other)
			pair(c, ev, other, true);
	}
}

static bool is_outside(const struct compare *c, __u64 ms)
{
	return ms < c->opts.since_ms || (c->opts.until_ms && ms >= c->opts.until_ms);
}

/* It has waited long enough: its like has other words, or there is none. */
static void settle(struct compare *c, struct log_event *ev)
{
	/* What is done by whomever has nothing else to tell it by than its time. */
	const __u64 apart[KEYS] = { APART_MS, APART_MS, c->opts.tolerance_ms };
	struct log_event *other = NULL;
	enum event_key key;

	for (key = 0; key < KEYS && !other; key++)
		other = find(c, ev, key, apart[key]);
	if (other) {
		pair(c, ev, other, true);
		return;
	}
	window__remove(&c->sides[ev->side].window, ev);
	/* Its like may lie outside, by as much as times may be apart. */
	if (is_outside(c, ev->ms - c->opts.tolerance_ms) ||
	    is_outside(c, ev->ms + c->opts.tolerance_ms))
		c->left_out++;
	else
		cause__missing(c, ev);
	event__free(ev);
}

/* Both clocks have to be past it by the window: its own log's, too, for records come late. */
static bool is_due(const struct compare *c, enum log_side side)
{
	const struct side *s = &c->sides[side], *other = &c->sides[!side];
	const struct log_event *ev = s->window.oldest;
	__u64 position, until;

	if (!ev || (s->window.n <= AHEAD && !other->ended))
		return false;
	position = side == LOG_B ? ev->position - c->offset.ms : ev->position;
	until = position + c->opts.window_ms;
	return clock_of(c, LOG_A) >= until && clock_of(c, LOG_B) >= until;
}

static size_t memory_of(const struct compare *c)
{
	const struct side *a = &c->sides[LOG_A], *b = &c->sides[LOG_B];

	return a->window.bytes + a->gatherer.bytes + b->window.bytes + b->gatherer.bytes;
}

/* What has waited long enough leaves, and what there is no memory for. */
static void settle_due(struct compare *c)
{
	enum log_side side;

	for (side = 0; side < LOG_SIDES; side++) {
		while (is_due(c, side))
			settle(c, c->sides[side].window.oldest);
	}
	while (memory_of(c) > c->opts.memory) {
		side = c->sides[LOG_A].window.bytes >= c->sides[LOG_B].window.bytes ? LOG_A : LOG_B;
		if (!c->sides[side].window.oldest)
			break;
		c->sides[side].cut++;
		settle(c, c->sides[side].window.oldest);
	}
}

/* --- events ----------------------------------------------------------------------------------- */

/*
 * Whether the process had this title at its last event as well: kernel audit tells the first one
 * for good. A table by pid, in which two may take turns: then a habit is not recognized, and no
 * more.
 */
static void title__take(struct side *s, const struct names *types, struct log_event *ev)
{
	const struct log_record *record = event_record(ev, types, AUDIT_PROCTITLE);
	struct piece body;
	unsigned int slot;
	__u64 hash;

	if (ev->pid < 0 || !record)
		return;
	body = record_body(ev, record);
	hash = hash_bytes(1, body.text, body.len);
	slot = ev->pid % TITLES;
	ev->cached = s->titles[slot].pid == ev->pid && s->titles[slot].hash == hash;
	s->titles[slot].pid = ev->pid;
	s->titles[slot].hash = hash;
}

/* Is it one of those that are to be compared? */
static bool is_wanted(const struct compare *c, const struct log_event *ev)
{
	__u32 i;

	if (is_outside(c, ev->ms))
		return false;
	if (!c->opts.types)
		return true;
	for (i = 0; i < ev->n; i++) {
		if (c->types.of[ev->records[i].type].wanted)
			return true;
	}
	return false;
}

/* An event is complete: it is ours now. */
static int take_event(void *ctx, struct log_event *ev)
{
	struct compare *c = ctx;
	struct side *s = &c->sides[c->reading];
	struct log_event *other;
	struct host *host;
	unsigned int key;

	ev->side = c->reading;
	ev->position = s->clock;
	event__close(ev, &c->event);
	title__take(s, &c->types, ev);
	ev->track = serials__take(&s->serials, ev->serial, ev->ms);
	s->events++;
	host = host_of(s, ev);
	if (host)
		host->events++;
	if (!s->first_ms || ev->ms < s->first_ms)
		s->first_ms = ev->ms;
	if (ev->ms > s->last_ms)
		s->last_ms = ev->ms;
	if (!is_wanted(c, ev)) {
		c->left_out++;
		event__free(ev);
		return 0;
	}
	c->classes.of[ev->class].count[ev->side]++;
	key = event_rule_key(c, ev);
	c->keys.of[key].count[ev->side]++;
	s->keyed |= key != NAME_OTHERS;
	other = find(c, ev, KEY_CONTENT, c->opts.tolerance_ms);
	if (other) {
		pair(c, ev, other, false);
		return 0;
	}
	window__add(&s->window, ev);
	other = find(c, ev, KEY_CONTENT, END >> 1);
	if (other && offset__suspect(&c->offset,
				     ev->side == LOG_B ? (__s64)(ev->ms - other->ms) :
							 (__s64)(other->ms - ev->ms),
				     ev->side == LOG_A ? ev->ms : other->ms, SHIFT_AFTER))
		pair_waiting(c);
	return 0;
}

/* --- lines ------------------------------------------------------------------------------------ */

/* The last BAD_MAX of them are kept, with the time at which they stood in the log. */
static void take_bad(struct side *s, enum bad how, const char *text, size_t len)
{
	struct bad_line *bad = &s->bad_lines[side_bad(s) % BAD_MAX];
	struct piece none = { 0 };

	s->bad[how]++;
	bad->how = how;
	bad->number = s->lines;
	bad->ms = s->clock;
	excerpt_make(&bad->text, (struct piece){ text, len }, none);
}

static void take_host(struct side *s, struct piece node)
{
	__u64 hash = hash_bytes(1, node.text, node.len) | 1;
	unsigned int i;

	for (i = 0; i < s->nhosts; i++) {
		if (s->hosts[i].hash == hash) {
			s->hosts[i].records++;
			return;
		}
	}
	if (s->nhosts == HOSTS_MAX)
		return;
	if (node.len > NAME_ROOM - 1)
		node.len = NAME_ROOM - 1;
	memcpy(s->hosts[s->nhosts].name, node.text, node.len);
	s->hosts[s->nhosts].hash = hash;
	s->hosts[s->nhosts++].records = 1;
}

static void take_tail(struct side *s, struct piece tail)
{
	struct field f;

	if (piece_has(tail, "AUTRAIL=\"") || piece_has(tail, "MNTNS=\"") ||
	    piece_has(tail, "DERIVED=\"") || piece_has(tail, "REFUSED=\"")) {
		s->ours = true;
		s->extras++;
	}
	if (!s->tailed && field_next(&tail, &f) && !piece_is(f.name, "AUTRAIL") &&
	    !piece_is(f.name, "REFUSED"))
		s->tailed = true;
}

int compare__line(struct compare *c, enum log_side side, const char *text, size_t len)
{
	struct side *s = &c->sides[side];
	struct log_line line;
	unsigned int type;
	int err;

	c->reading = side;
	s->lines++;
	s->bytes += len + 1;
	if (!len)
		return 0;
	if (!text || len > LINE_MAX_BYTES) {
		take_bad(s, BAD_LONG, text, text ? LINE_MAX_BYTES : 0);
		return 0;
	}
	if (logline_parse(text, len, &line)) {
		take_bad(s, BAD_SHAPE, text, len);
		return 0;
	}
	s->records++;
	clock__take(s, line.ms);
	if (line.node.text)
		take_host(s, line.node);
	if (line.tail.len)
		take_tail(s, line.tail);
	type = names_find(&c->types, line.type);
	/* Files have none, streams do. */
	c->types.of[type].count[side] += c->types.of[type].number != AUDIT_EOE;
	if (!c->opts.types)
		c->types.of[type].wanted = true;
	/* autrail begins in the upper half, which a kernel's counter hardly reaches. */
	if (line.serial >= 0x80000000ULL)
		s->ours = true;
	if (c->types.of[type].daemon) {
		side__daemon(s, &c->types.of[type], &line);
		return 0;
	}
	if (c->types.of[type].number == AUDIT_CONFIG_CHANGE)
		side__config(s, &line);
	err = gatherer__take(&s->gatherer, type, &c->types.of[type], &line, s->lines, take_event,
			     c);
	if (!err)
		err = gatherer__expire(&s->gatherer, s->clock, take_event, c);
	settle_due(c);
	return err;
}

int compare__advance(struct compare *c, enum log_side side, __u64 ms)
{
	int err;

	c->reading = side;
	if (ms > c->sides[side].clock)
		c->sides[side].clock = ms;
	err = gatherer__expire(&c->sides[side].gatherer, c->sides[side].clock, take_event, c);
	settle_due(c);
	return err;
}

void compare__cut(struct compare *c, enum log_side side)
{
	take_bad(&c->sides[side], BAD_END, "", 0);
}

int compare__end(struct compare *c, enum log_side side)
{
	int err;

	c->reading = side;
	err = gatherer__expire(&c->sides[side].gatherer, END, take_event, c);
	c->sides[side].ended = true;
	settle_due(c);
	return err;
}

int compare__finish(struct compare *c)
{
	enum log_side side;

	/* Few events, all of them shifted alike. */
	if (!c->offset.pairs && c->offset.run.n >= 3) {
		c->offset.first = c->offset.ms = c->offset.run.ms;
		pair_waiting(c);
	}
	for (side = 0; side < LOG_SIDES; side++) {
		while (c->sides[side].window.oldest)
			settle(c, c->sides[side].window.oldest);
	}
	cause__resolve(c);
	return 0;
}

/* --- results ---------------------------------------------------------------------------------- */

bool compare_shifted(const struct compare *c)
{
	return c->offset.pairs && (c->offset.ms > c->opts.tolerance_ms ||
				   c->offset.ms < -(__s64)c->opts.tolerance_ms || c->offset.nsteps);
}

enum verdict compare_verdict(const struct compare *c)
{
	const struct tally *t = &c->tally;
	bool different = c->differing || c->only[LOG_A] || c->only[LOG_B] || compare_shifted(c) ||
			 side_bad(&c->sides[LOG_A]) || side_bad(&c->sides[LOG_B]);
	unsigned int i;

	if (!different)
		return VERDICT_EQUAL;
	if (t->fields[GRADE_PLAIN] || t->more_onlys || compare_shifted(c) || !c->paired)
		return VERDICT_DIFFERENT;
	for (i = 0; i < t->nonlys; i++) {
		if (t->onlys[i].cause == CAUSE_NONE)
			return VERDICT_DIFFERENT;
	}
	return VERDICT_EXPLAINED;
}

/* Two bins in one: as many are free at the end. */
static void bins_halve(struct compare *c)
{
	struct bin *bin, *next;
	unsigned int i, j;

	for (i = 0; i < BINS / 2; i++) {
		bin = &c->bins[2 * i];
		next = &c->bins[2 * i + 1];
		bin->equal += next->equal;
		bin->different += next->different;
		for (j = 0; j < LOG_SIDES; j++)
			bin->only[j] += next->only[j];
		c->bins[i] = *bin;
	}
	memset(&c->bins[BINS / 2], 0, BINS / 2 * sizeof(c->bins[0]));
	c->bin_ms *= 2;
}

/* Bins for what was before the first: false if that takes longer ones. */
static bool bins_before(struct compare *c, __u64 ms)
{
	__u64 more = (c->bin_start - ms + c->bin_ms - 1) / c->bin_ms;
	unsigned int used = BINS;
	static const struct bin none;

	while (used && !memcmp(&c->bins[used - 1], &none, sizeof(none)))
		used--;
	if (used + more > BINS)
		return false;
	memmove(&c->bins[more], &c->bins[0], used * sizeof(c->bins[0]));
	memset(&c->bins[0], 0, more * sizeof(c->bins[0]));
	c->bin_start -= more * c->bin_ms < c->bin_start ? more * c->bin_ms : c->bin_start;
	return true;
}

/* The time line grows by making its bins longer, so its size stays. Each turn doubles bin_ms. */
void bins__count(struct compare *c, __u64 ms, __u32 *(*of)(struct bin *bin))
{
	if (!c->bin_ms) {
		c->bin_ms = 1000;
		c->bin_start = ms / 1000 * 1000;
	}
	while (ms < c->bin_start && !bins_before(c, ms))
		bins_halve(c);
	while (ms >= c->bin_start && (ms - c->bin_start) / c->bin_ms >= BINS)
		bins_halve(c);
	if (ms >= c->bin_start)
		(*of(&c->bins[(ms - c->bin_start) / c->bin_ms]))++;
}
