// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/sink/plugins.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "user/sink/outlet.h"
#include "user/sink/plugin_files.h"

enum {
	SETTLE_MS = 2000,  /* until those that do not read are cut off */
	FINISH_MS = 10000, /* more than all stages of an end take */
	STEP_MS = 20,
};

struct plugins {
	struct outlet_env env;
	struct frames_opts frames; /* with a string of its own */
	struct outlet *first;
	bool finished;
};

static unsigned long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* --- the list --------------------------------------------------------------------------------- */

static int take_opts(struct plugins *p, const struct plugins_opts *opts)
{
	char *node = opts->frames.node ? strdup(opts->frames.node) : NULL;

	if (opts->frames.node && !node)
		return -ENOMEM;
	free((char *)p->frames.node);
	p->frames = opts->frames;
	p->frames.node = node;
	p->env.q_depth = opts->q_depth;
	p->env.max_restarts = opts->max_restarts;
	p->env.overflow = opts->overflow;
	return 0;
}

/* One that takes part: a name that is ending may be there once more. */
static struct outlet *find(struct plugins *p, const char *name)
{
	struct outlet *o;

	for (o = p->first; o; o = o->next)
		if (!strcmp(o->name, name) && (outlet__is_active(o) || o->state == OUTLET_GIVEN_UP))
			return o;
	return NULL;
}

static void add(struct plugins *p, struct plugin_file *file)
{
	struct outlet *o = outlet__new(file->name, &file->conf, &file->program), **at;

	if (!o) {
		p->env.calls.tell(p->env.calls.ctx, ATR_TELL_ERROR,
				  "a plugin is not started: no memory");
		return;
	}
	o->listed = true;
	for (at = &p->first; *at;)
		at = &(*at)->next;
	*at = o;
}

static bool same_args(const struct conf_list *a, const struct conf_list *b)
{
	size_t i;

	for (i = 0; i < a->n && i < b->n; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return a->n == b->n;
}

static bool is_same(const struct outlet *o, const struct plugin_file *file)
{
	const struct plugin_conf *a = &o->conf, *b = &file->conf;

	return a->type == b->type && a->format == b->format && !strcmp(a->path, b->path) &&
	       same_args(&a->args, &b->args) &&
	       (a->type == PLUGIN_BUILTIN || program_same(&o->program, &file->program));
}

/* Two at one path would take it from each other. */
static bool path_taken(const struct plugins *p, const struct plugin_file *file)
{
	const char *path, *other;
	const struct outlet *o;
	mode_t mode;

	if (file->conf.type != PLUGIN_BUILTIN || server_args(&file->conf.args, &path, &mode))
		return false;
	for (o = p->first; o; o = o->next) {
		if (o->conf.type != PLUGIN_BUILTIN || !o->listed || !outlet__is_active(o) ||
		    server_args(&o->conf.args, &other, &mode) || strcmp(path, other) != 0)
			continue;
		outlet__say(o, &p->env, ATR_TELL_ERROR,
			    "%s is its socket: the plugin %.200s, which has the same, is left out",
			    path, file->name);
		return true;
	}
	return false;
}

/* A file that is bad changes nothing of one that runs. */
static void take_file(struct plugins *p, struct plugin_file *file, unsigned long long now)
{
	struct outlet *o = find(p, file->name);

	if (file->bad) {
		if (o) {
			o->listed = true;
			outlet__say(o, &p->env, ATR_TELL_WARN, "it stays as it was");
		}
		return;
	}
	if (!file->conf.active)
		return;
	if (o && o->state != OUTLET_GIVEN_UP && is_same(o, file)) {
		o->listed = true;
		o->suspended = false;
		o->restarts = 0;
		outlet__hang_up(o);
		return;
	}
	if (o)
		outlet__end(o, now);
	if (!path_taken(p, file))
		add(p, file);
}

static void read_files(struct plugins *p, const char *dir)
{
	const unsigned long long now = now_ms();
	struct plugin_files *files = malloc(sizeof(*files));
	struct outlet *o;
	size_t i;

	if (!files || plugin_files_read(files, dir, p->env.calls.tell, p->env.calls.ctx))
		goto out;
	for (o = p->first; o; o = o->next)
		o->listed = false;
	for (i = 0; i < files->n; i++)
		take_file(p, &files->files[i], now);
	for (o = p->first; o; o = o->next)
		if (!o->listed)
			outlet__end(o, now);
	plugin_files_free(files);
out:
	free(files);
}

static void tell_account(const struct plugins *p, const struct outlet *o)
{
	struct feed_counters c;

	outlet__counters(o, &c);
	if (!o->starts && !c.seen)
		return;
	outlet__say(o, &p->env, ATR_TELL_INFO,
		    "seen %llu = written %llu + dropped %llu records; %llu cut, started %u times",
		    c.seen, c.written, feed_dropped(&c), c.cut, o->starts);
}

static void remove_gone(struct plugins *p, unsigned long long now)
{
	struct outlet **at = &p->first, *o;

	while ((o = *at)) {
		if (o->state != OUTLET_GONE) {
			at = &o->next;
			continue;
		}
		outlet__report(o, &p->env, now, true);
		*at = o->next;
		tell_account(p, o);
		outlet__free(o);
	}
}

/* --- the way of an event ---------------------------------------------------------------------- */

int plugins__write(struct plugins *p, const char *text, size_t len)
{
	struct frames *frames[2] = { NULL, NULL };
	int err = -ENOTCONN, made;
	struct outlet *o;

	for (o = p->first; o; o = o->next) {
		if (!outlet__is_active(o))
			continue;
		/* Made by the first that wants the format; the others share it. */
		if (!frames[o->conf.format]) {
			made = frames_make(&frames[o->conf.format], o->conf.format, &p->frames,
					   text, len);
			if (made) {
				err = err ? made : 0;
				continue;
			}
		}
		if (outlet__offer(o, &p->env, frames[o->conf.format]))
			err = 0;
		else if (err && o->conf.type != PLUGIN_BUILTIN)
			err = -ENOBUFS;
	}
	frames_put(frames[PLUGIN_STRING]);
	frames_put(frames[PLUGIN_BINARY]);
	return err;
}

/* overflow_action, once for each time that it is in the way. */
static void overflow(struct plugins *p, struct outlet *o)
{
	enum conf_act act = p->env.overflow;

	if (!o->overflowed)
		return;
	o->overflowed = false;
	if (act == CONF_SUSPEND && !o->suspended) {
		o->suspended = true;
		outlet__say(o, &p->env, ATR_TELL_ALERT,
			    "its queue was full: it gets no more records until SIGUSR2");
	} else if ((act == CONF_SINGLE || act == CONF_HALT) && !o->acted) {
		o->acted = true;
		outlet__say(o, &p->env, ATR_TELL_ALERT, "its queue was full: the system is %s",
			    act == CONF_HALT ? "halted" : "changed to single-user mode");
		p->env.calls.runlevel(p->env.calls.ctx,
				      act == CONF_HALT ? ATR_ACT_HALT : ATR_ACT_SINGLE);
	}
}

void plugins__tick(struct plugins *p)
{
	struct epoll_event events[32];
	unsigned long long now;
	struct outlet *o;
	int n, i;

	/* Edge triggered: all that is told is that a feed is worth a try; outlet__tick() makes it. */
	do {
		n = epoll_wait(p->env.epoll, events, 32, 0);
		for (i = 0; i < n; i++)
			if (events[i].data.ptr)
				((struct feed *)events[i].data.ptr)->blocked = false;
	} while (n == 32);
	now = now_ms();
	for (o = p->first; o; o = o->next) {
		overflow(p, o);
		outlet__tick(o, &p->env, now);
		if (outlet__is_active(o))
			outlet__report(o, &p->env, now, false);
	}
	if (!p->finished)
		remove_gone(p, now);
}

/* --- the whole -------------------------------------------------------------------------------- */

int plugins__open(const struct plugins_opts *opts, const struct plugins_calls *calls,
		  struct plugins **ret)
{
	struct plugins *p = calloc(1, sizeof(*p));
	int err;

	if (!p)
		return -ENOMEM;
	p->env.calls = *calls;
	p->env.epoll = epoll_create1(EPOLL_CLOEXEC);
	err = p->env.epoll < 0 ? -errno : take_opts(p, opts);
	if (err) {
		plugins__free(p);
		return err;
	}
	read_files(p, opts->dir);
	*ret = p;
	return 0;
}

void plugins__reload(struct plugins *p, const struct plugins_opts *opts)
{
	if (take_opts(p, opts))
		p->env.calls.tell(p->env.calls.ctx, ATR_TELL_ERROR,
				  "the keys about plugins stay as they were: no memory");
	read_files(p, opts->dir);
	plugins__tick(p);
}

void plugins__resume(struct plugins *p)
{
	struct outlet *o;

	for (o = p->first; o; o = o->next)
		o->suspended = false;
}

size_t plugins__active(const struct plugins *p)
{
	const struct outlet *o;
	size_t n = 0;

	for (o = p->first; o; o = o->next)
		n += outlet__is_active(o);
	return n;
}

int plugins__fd(const struct plugins *p)
{
	return p->env.epoll;
}

static bool any_waits(const struct plugins *p)
{
	struct feed_counters c;
	const struct outlet *o;

	for (o = p->first; o; o = o->next) {
		outlet__counters(o, &c);
		if (outlet__is_active(o) && c.waiting)
			return true;
	}
	return false;
}

static bool any_there(const struct plugins *p)
{
	const struct outlet *o;

	for (o = p->first; o; o = o->next)
		if (o->state != OUTLET_GONE)
			return true;
	return false;
}

/* Ticks until there is nothing to wait for, or no time. */
static void run(struct plugins *p, bool (*goes_on)(const struct plugins *p), unsigned int ms)
{
	struct pollfd pfd = { .fd = p->env.epoll, .events = POLLIN };
	const unsigned long long end = now_ms() + ms;

	plugins__tick(p);
	while (goes_on(p) && now_ms() < end) {
		poll(&pfd, 1, STEP_MS);
		plugins__tick(p);
	}
}

void plugins__settle(struct plugins *p)
{
	unsigned long long now;
	struct outlet *o;

	run(p, any_waits, SETTLE_MS);
	now = now_ms();
	for (o = p->first; o; o = o->next)
		if (outlet__cut_off(o, now))
			outlet__say(o, &p->env, ATR_TELL_WARN,
				    "it does not read: what waits for it is dropped");
	for (o = p->first; o; o = o->next)
		outlet__report(o, &p->env, now, true);
}

void plugins__finish(struct plugins *p)
{
	const unsigned long long now = now_ms();
	struct outlet *o;

	if (p->finished)
		return;
	p->finished = true;
	for (o = p->first; o; o = o->next)
		outlet__end(o, now);
	run(p, any_there, FINISH_MS);
	for (o = p->first; o; o = o->next)
		tell_account(p, o);
}

void plugins__free(struct plugins *p)
{
	struct outlet *o;

	if (!p)
		return;
	plugins__finish(p);
	while ((o = p->first)) {
		p->first = o->next;
		outlet__free(o);
	}
	free((char *)p->frames.node);
	if (p->env.epoll >= 0)
		close(p->env.epoll);
	free(p);
}

bool plugins__status(const struct plugins *p, size_t i, struct plugin_status *ret)
{
	const struct outlet *o = p->first;

	for (; o && i; i--)
		o = o->next;
	if (!o)
		return false;
	ret->name = o->name;
	ret->starts = o->starts;
	ret->given_up = o->state == OUTLET_GIVEN_UP;
	ret->suspended = o->suspended;
	outlet__counters(o, &ret->counters);
	return true;
}
