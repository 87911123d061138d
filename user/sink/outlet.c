// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/sink/outlet.h"

#include <errno.h>
#include <libaudit.h>
#include <linux/sockios.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	DRAIN_MS = 2000,  /* to read what waits, once it is to end */
	END_MS = 500,	  /* to end by itself when its input has ended */
	TERM_MS = 3000,	  /* the same after SIGTERM */
	WELL_MS = 600000, /* who has run so long starts with no restarts again */
	DELAY_MS = 1000,  /* before the second restart; doubled with each */
	DELAY_MAX_MS = 60000,
	REPORT_MS = 60000, /* between two records about losses of the same plugin */
};

void outlet__say(const struct outlet *o, const struct outlet_env *env, enum atr_tell level,
		 const char *format, ...)
{
	char text[1024];
	size_t len;
	va_list args;

	len = snprintf(text, sizeof(text), "plugin %.200s: ", o->name);
	va_start(args, format);
	vsnprintf(text + len, sizeof(text) - len, format, args);
	va_end(args);
	env->calls.tell(env->calls.ctx, level, text);
}

struct outlet *outlet__new(const char *name, struct plugin_conf *conf,
			   const struct program *program)
{
	struct outlet *o = calloc(1, sizeof(*o));

	if (o)
		o->name = strdup(name);
	if (!o || !o->name) {
		free(o);
		return NULL;
	}
	o->conf = *conf;
	memset(conf, 0, sizeof(*conf));
	o->program = *program;
	o->pidfd = o->peer = o->feed.fd = -1;
	return o;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void outlet__free(struct outlet *o)
{
	if (!o)
		return;
	server__free(o->server);
	feed__clear(&o->feed, FEED_ENDED);
	close_fd(&o->feed.fd);
	close_fd(&o->peer);
	close_fd(&o->pidfd);
	plugin_conf_free(&o->conf);
	free(o->name);
	free(o);
}

bool outlet__is_active(const struct outlet *o)
{
	return o->state == OUTLET_DOWN || o->state == OUTLET_UP;
}

static void enter(struct outlet *o, enum outlet_state state, unsigned long long now)
{
	o->state = state;
	o->since = now;
}

/* --- records ---------------------------------------------------------------------------------- */

/* A value of `plugin=`: in quotes, or in hex where it would not be one word. */
__attribute__((format(printf, 3, 4))) static void
record(const struct outlet *o, const struct outlet_env *env, const char *format, ...)
{
	char *name = audit_encode_nv_string("plugin", o->name, 0), rest[512];
	char body[1400];
	va_list args;

	va_start(args, format);
	vsnprintf(rest, sizeof(rest), format, args);
	va_end(args);
	snprintf(body, sizeof(body), "op=plugin-%.*s %s%s auid=%u pid=%d res=failed",
		 (int)strcspn(rest, " "), rest, name ? name : "plugin=?", rest + strcspn(rest, " "),
		 (unsigned int)-1, getpid());
	free(name);
	env->calls.record(env->calls.ctx, body);
}

void outlet__report(struct outlet *o, const struct outlet_env *env, unsigned long long now,
		    bool last)
{
	static const char *const causes[] = {
		[FEED_FULL] = "queue-full",
		[FEED_SUSPENDED] = "suspended",
		[FEED_ENDED] = "ended",
	};
	struct feed_counters c;
	unsigned long long lost;
	int cause;

	if (!last && now < o->report_due)
		return;
	outlet__counters(o, &c);
	for (cause = 0; cause < FEED_CAUSES; cause++) {
		lost = c.dropped[cause] - o->reported[cause];
		if (!lost)
			continue;
		/* First: what comes of it may be lost to this plugin as well. */
		o->reported[cause] = c.dropped[cause];
		o->report_due = now + REPORT_MS;
		if (cause == FEED_FULL && env->overflow != CONF_IGNORE)
			outlet__say(o, env, ATR_TELL_ALERT,
				    "its queue of %u records was full: %llu are lost to it",
				    env->q_depth, lost);
		record(o, env, "lost lost=%llu cause=%s", lost, causes[cause]);
	}
}

/* --- the process ------------------------------------------------------------------------------ */

static int watch(const struct outlet_env *env, int fd, unsigned int events, void *ptr)
{
	struct epoll_event event = { .events = events, .data.ptr = ptr };

	return epoll_ctl(env->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* What it has not read of its input. */
static void settle(struct outlet *o)
{
	int unread = 0;

	if (!o->feed.first || o->peer < 0 || ioctl(o->peer, SIOCINQ, &unread))
		return;
	feed__settle(&o->feed, unread);
}

static void disconnect(struct outlet *o)
{
	close_fd(&o->feed.fd);
	close_fd(&o->peer);
	close_fd(&o->pidfd);
	feed__attach(&o->feed, -1);
	o->pid = 0;
}

static unsigned long long delay(unsigned int restarts)
{
	unsigned long long ms = DELAY_MS;

	if (restarts < 2)
		return 0;
	for (; restarts > 2 && ms < DELAY_MAX_MS; restarts--)
		ms *= 2;
	return ms < DELAY_MAX_MS ? ms : DELAY_MAX_MS;
}

/* It has ended, or could not be started: again, or never. how tells which. */
static void fail(struct outlet *o, const struct outlet_env *env, unsigned long long now,
		 const char *how)
{
	unsigned long long wait;

	if (o->state == OUTLET_UP && now - o->since >= WELL_MS)
		o->restarts = 0;
	if (o->restarts++ < env->max_restarts) {
		wait = delay(o->restarts);
		enter(o, OUTLET_DOWN, now);
		o->due = now + wait;
		outlet__say(o, env, ATR_TELL_ERROR, "%s; it is started again in %llu s, %u of %u",
			    how, wait / 1000, o->restarts, env->max_restarts);
		return;
	}
	enter(o, OUTLET_GIVEN_UP, now);
	feed__clear(&o->feed, FEED_ENDED);
	outlet__say(o, env, ATR_TELL_ALERT,
		    "%s; it has been started again %u times, max_restarts, and is left out until "
		    "SIGHUP",
		    how, env->max_restarts);
	record(o, env, "end restarts=%u", env->max_restarts);
	outlet__report(o, env, now, true);
}

static void start_process(struct outlet *o, const struct outlet_env *env, unsigned long long now)
{
	const char *why = program_check(o->conf.path, &o->program);
	char how[512];
	int pair[2], err;

	if (!why && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		why = strerror(errno);
	if (why) {
		snprintf(how, sizeof(how), "%.300s is not run: %s", o->conf.path, why);
		fail(o, env, now, how);
		return;
	}
	o->peer = pair[1];
	feed__attach(&o->feed, pair[0]);
	err = program_run(o->conf.path, &o->conf.args, o->peer, &o->pid);
	if (err) {
		disconnect(o);
		snprintf(how, sizeof(how), "%.300s cannot be run: %s", o->conf.path,
			 strerror(-err));
		fail(o, env, now, how);
		return;
	}
	o->starts++;
	enter(o, OUTLET_UP, now);
	/* Without them it is noticed at the next tick that it has ended, or reads. */
	o->pidfd = pidfd_open(o->pid, 0);
	if (o->pidfd >= 0)
		watch(env, o->pidfd, EPOLLIN, NULL);
	watch(env, pair[0], EPOLLOUT | EPOLLET, &o->feed);
	outlet__say(o, env, ATR_TELL_INFO, "%s runs, pid %d", o->conf.path, o->pid);
}

static void reaped(struct outlet *o, const struct outlet_env *env, unsigned long long now,
		   int status)
{
	char how[512];

	settle(o);
	disconnect(o);
	if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "%.300s was ended by signal %d", o->conf.path,
			 WTERMSIG(status));
	else
		snprintf(how, sizeof(how), "%.300s has ended with status %d", o->conf.path,
			 WEXITSTATUS(status));
	if (o->state == OUTLET_UP) {
		fail(o, env, now, how);
		return;
	}
	feed__clear(&o->feed, FEED_ENDED);
	enter(o, OUTLET_GONE, now);
}

static void end_input(struct outlet *o, unsigned long long now)
{
	if (o->feed.fd >= 0)
		shutdown(o->feed.fd, SHUT_WR);
	enter(o, OUTLET_ENDING, now);
}

static void end_process(struct outlet *o, const struct outlet_env *env, unsigned long long now)
{
	const unsigned long long time = now - o->since;

	if (o->state == OUTLET_DRAINING && (!o->feed.first || time >= DRAIN_MS)) {
		end_input(o, now);
	} else if (o->state == OUTLET_ENDING && time >= END_MS) {
		kill(o->pid, SIGTERM);
		enter(o, OUTLET_TERMINATED, now);
	} else if (o->state == OUTLET_TERMINATED && time >= TERM_MS) {
		outlet__say(o, env, ATR_TELL_WARN, "pid %d has not ended by SIGTERM: killed",
			    o->pid);
		kill(o->pid, SIGKILL);
		enter(o, OUTLET_KILLED, now);
	}
}

static void tick_process(struct outlet *o, const struct outlet_env *env, unsigned long long now)
{
	int status = 0;

	if (!o->pid) {
		feed__clear(&o->feed, FEED_ENDED);
		enter(o, OUTLET_GONE, now);
		return;
	}
	/* -1: somebody else has reaped it, and its status is not known. */
	if (waitpid(o->pid, &status, WNOHANG)) {
		reaped(o, env, now, status);
		return;
	}
	if (o->state == OUTLET_UP || o->state == OUTLET_DRAINING)
		feed__flush(&o->feed);
	settle(o);
	if (o->state != OUTLET_UP)
		end_process(o, env, now);
}

/* --- the socket ------------------------------------------------------------------------------- */

static void start_server(struct outlet *o, const struct outlet_env *env, unsigned long long now)
{
	const char *path = "", *why;
	char how[512];
	mode_t mode = 0;
	int err = 0;

	why = server_args(&o->conf.args, &path, &mode);
	if (!why)
		err = server__open(path, mode, env->epoll, &o->server);
	if (err)
		why = err == -EEXIST ? "something else than a socket is there" : strerror(-err);
	if (why) {
		snprintf(how, sizeof(how), "cannot listen at %.200s: %s", *path ? path : "?", why);
		fail(o, env, now, how);
		return;
	}
	o->starts++;
	enter(o, OUTLET_UP, now);
	outlet__say(o, env, ATR_TELL_INFO, "listens at %s, mode %04o", path, mode);
}

static void tick_server(struct outlet *o, unsigned long long now)
{
	if (o->state == OUTLET_UP) {
		server__tick(o->server);
		return;
	}
	if (o->server && server__drain(o->server) && now - o->since < DRAIN_MS)
		return;
	if (o->server)
		server__end(o->server);
	enter(o, OUTLET_GONE, now);
}

/* --- both ------------------------------------------------------------------------------------- */

static bool is_server(const struct outlet *o)
{
	return o->conf.type == PLUGIN_BUILTIN;
}

void outlet__tick(struct outlet *o, const struct outlet_env *env, unsigned long long now)
{
	if (o->state == OUTLET_GONE || o->state == OUTLET_GIVEN_UP)
		return;
	if (o->state == OUTLET_DOWN) {
		if (now < o->due)
			return;
		(is_server(o) ? start_server : start_process)(o, env, now);
		return;
	}
	if (is_server(o))
		tick_server(o, now);
	else
		tick_process(o, env, now);
}

bool outlet__offer(struct outlet *o, const struct outlet_env *env, struct frames *frames)
{
	struct feed_counters before, after;
	bool took;

	if (o->suspended) {
		if (is_server(o) && o->server)
			server__refuse(o->server, frames, FEED_SUSPENDED);
		else if (!is_server(o))
			feed__refuse(&o->feed, frames, FEED_SUSPENDED);
		return false;
	}
	if (!is_server(o)) {
		took = !feed__offer(&o->feed, frames, env->q_depth);
		o->overflowed |= !took;
		return took;
	}
	if (!o->server)
		return false;
	outlet__counters(o, &before);
	took = server__offer(o->server, frames, env->q_depth) > 0;
	outlet__counters(o, &after);
	o->overflowed |= after.dropped[FEED_FULL] > before.dropped[FEED_FULL];
	return took;
}

void outlet__end(struct outlet *o, unsigned long long now)
{
	if (o->state == OUTLET_GIVEN_UP || (o->state == OUTLET_DOWN && !o->pid)) {
		feed__clear(&o->feed, FEED_ENDED);
		enter(o, OUTLET_GONE, now);
	} else if (o->state == OUTLET_UP) {
		enter(o, OUTLET_DRAINING, now);
	}
}

bool outlet__cut_off(struct outlet *o, unsigned long long now)
{
	struct feed_counters c;

	settle(o);
	outlet__counters(o, &c);
	if (!outlet__is_active(o) || !c.waiting)
		return false;
	if (is_server(o))
		server__end(o->server);
	feed__clear(&o->feed, FEED_ENDED);
	if (o->pid)
		end_input(o, now);
	else
		enter(o, OUTLET_GONE, now);
	return true;
}

void outlet__hang_up(struct outlet *o)
{
	if (o->pid && o->state == OUTLET_UP)
		kill(o->pid, SIGHUP);
}

void outlet__counters(const struct outlet *o, struct feed_counters *ret)
{
	if (o->server)
		server__counters(o->server, ret);
	else
		*ret = o->feed.counters;
}
