// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/agent_impl.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "user/load/feat.h"
#include "user/load/libbpf_log.h"
#include "user/load/reader.h"
#include "user/log.h"

/*
 * The first event wakes us; what comes in the next moment is taken along. It bounds how late a
 * record is, and how often we wake up on a busy machine.
 */
#define GATHER_MS 20

/* Clocks are looked at so often while nothing happens. */
#define IDLE_MS 10000

/* --- starting --------------------------------------------------------------------------------- */

static int watch(struct agent *a, int fd, unsigned int events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	/* A regular file as output cannot be watched, nor need it be. */
	if (epoll_ctl(a->epoll, EPOLL_CTL_ADD, fd, &event) && errno != EPERM) {
		log_error("cannot wait for events: %s", strerror(errno));
		return -errno;
	}
	return 0;
}

static int signals_open(const int *signals)
{
	sigset_t set;

	sigemptyset(&set);
	for (; *signals; signals++)
		sigaddset(&set, *signals);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int watches_open(struct agent *a)
{
	static const int ends[] = { SIGINT, SIGTERM, 0 }, more[] = { SIGINT, SIGTERM, SIGQUIT, 0 },
			 others[] = { SIGHUP, SIGUSR1, SIGUSR2, 0 };
	static const int hangup[] = { SIGHUP, 0 };

	signal(SIGPIPE, SIG_IGN);
	a->ends = signals_open(a->opts->hands_over ? more : ends);
	a->signals = signals_open(a->opts->signalled ? others : hangup);
	a->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (a->ends < 0 || a->signals < 0 || a->epoll < 0) {
		log_error("cannot wait for events: %s", strerror(errno));
		return -errno;
	}
	if (watch(a, a->ends, EPOLLIN) || watch(a, a->signals, EPOLLIN) ||
	    watch(a, probe__fd(a->probe), EPOLLIN | EPOLLET) ||
	    (a->opts->watch >= 0 && watch(a, a->opts->watch, 0)) ||
	    (a->opts->wake >= 0 && watch(a, a->opts->wake, EPOLLIN)) ||
	    (a->kaudit && watch(a, kaudit__fd(a->kaudit), EPOLLIN)))
		return -1;
	return 0;
}

static void print_ready(const struct agent *a)
{
	enum atr_mode failed = probe__mode(a->probe, ATR_FACT_FAILED);
	enum atr_mode call = probe__mode(a->probe, ATR_FACT_CALL);
	const char *kept = probe__pin_path(a->probe);

	log_info("ready: recording execs%s, by %s, ring of %u KiB%s%s",
		 failed != ATR_MODE_MAX ? " and failed execs" :
		 a->opts->probe.failed	? " (failed ones cannot be seen)" :
					  " (failed ones left out)",
		 atr_modes[call == ATR_MODE_MAX ? ATR_MODE_BTF : call],
		 a->opts->probe.ring_bytes >> 10, kept ? ", kept in " : "", kept ? kept : "");
}

/* Records of kernel audit up to then are those of whoever was before. */
static int take(void *ctx)
{
	struct agent *a = ctx;
	int err = a->opts->take(a->opts->ctx);
	sigset_t ends;

	if (err)
		return err;
	/* From here on something may stay behind: who is to end has to take it away first. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	kaudit__forget(a->kaudit);
	return 0;
}

static int kernel_open(struct agent *a)
{
	struct atr_probe_opts probe = a->opts->probe;

	libbpf_log_init();
	if (features_probe(&a->features))
		return ATR_EXIT_KERNEL;
	probe.rules = a->rules[0];
	probe.tty = a->opts->tty && a->opts->tty->n;
	probe.take = a->opts->take ? take : NULL;
	probe.ctx = a;
	/* What may be refused comes before whoever runs is told to end. */
	if (a->opts->kernel_audit && kaudit__open(&a->kaudit))
		return ATR_EXIT_KERNEL;
	a->probe = probe__new(&probe, &a->features);
	if (!a->probe || probe__start(a->probe, pipeline__event, a->pipeline))
		return ATR_EXIT_KERNEL;
	if (!a->opts->take)
		kaudit__forget(a->kaudit);
	return ATR_EXIT_OK;
}

/* What was there before is of use until all of it is in the log. */
static void before_end(struct agent *a)
{
	if (!a->before_stays || !pipeline__settled(a->pipeline))
		return;
	probe__before_gone(a->probe);
	a->before_stays = false;
	if (a->opts->before_gone)
		a->opts->before_gone(a->opts->ctx);
}

void agent__settle(struct agent *a)
{
	pipeline__settle(a->pipeline);
}

int agent__drain(struct agent *a)
{
	int err, tick;

	agent__ring_used(a);
	err = probe__drain(a->probe);
	if (a->kaudit && kaudit__read(a->kaudit, pipeline__kernel, a->pipeline) == -ENOBUFS)
		pipeline__kernel_lost(a->pipeline);
	tick = pipeline__tick(a->pipeline, false);
	before_end(a);
	if (a->opts->tick)
		a->opts->tick(a->opts->ctx);
	return err < 0 ? err : tick;
}

int agent__drain_all(struct agent *a)
{
	/* So many rounds as read all that the ring can hold: no event has less than 64 bytes. More may come all the time. */
	unsigned int rounds = a->opts->probe.ring_bytes / 64 / PIPELINE_BATCH + 1;
	int err;

	for (err = -EAGAIN; err == -EAGAIN && rounds; rounds--)
		err = agent__drain(a);
	return err == -EAGAIN ? 0 : err;
}

/* --- what there was before -------------------------------------------------------------------- */

/* Tells what waits up to there, but for what is not finished yet. */
static int drain_to(struct agent *a, __u64 end)
{
	const struct reader *reader = probe__reader(a->probe);
	__u64 begin = pipeline__counts(a->pipeline)->taken, at;
	int err = 0;

	/* Who takes what comes now is there before it comes: plugins begin with a tick. */
	if (a->opts->tick)
		a->opts->tick(a->opts->ctx);
	while ((!err || err == -EAGAIN) && reader__position(reader) < end) {
		at = reader__position(reader);
		err = agent__drain(a);
		if (!err && at == reader__position(reader))
			break;
	}
	a->found.events += pipeline__counts(a->pipeline)->taken - begin;
	return err == -EAGAIN ? 0 : err;
}

/* Of a kernel side that is not ours: all that it has told. */
static int drain_before(struct agent *a)
{
	int err = pipeline__resume(a->pipeline, a->opts->mark);

	if (!err)
		err = drain_to(a, reader__end(probe__reader(a->probe)));
	if (!err)
		err = pipeline__tick(a->pipeline, true);
	pipeline__ledger(a->pipeline, "of the kernel side before: ");
	pipeline__done(a->pipeline);
	return err;
}

/*
 * In the log before anything that we have to say. What was there before is removed only when ours has been told as
 * far as both were live: until then it is needed to know what both have.
 */
int agent__catch_up(struct agent *a)
{
	__u64 unread = 0;
	int err = 0;

	while (!err && probe__before(a->probe)) {
		a->found.replaced = true;
		if (probe__readable(a->probe))
			err = drain_before(a);
		else
			unread += probe__unread(a->probe);
		probe__before_done(a->probe);
	}
	if (!err)
		err = pipeline__resume(a->pipeline, a->opts->mark);
	if (!err && unread)
		pipeline__unread(a->pipeline, unread);
	a->found.unread = unread;
	a->found.goes_on = probe__resumed(a->probe);
	if (!err && (a->found.goes_on || a->found.replaced))
		err = drain_to(a, reader__end(probe__reader(a->probe)));
	if (!err && a->found.goes_on)
		pipeline__before(a->pipeline);
	a->before_stays = !err;
	before_end(a);
	return err ? ATR_EXIT_RUNTIME : ATR_EXIT_OK;
}

/* --- terminal input ----------------------------------------------------------------------------- */

static int tty_begin(struct agent *a)
{
	if (!a->opts->tty || !a->opts->tty->n)
		return 0;
	if (!probe__tty(a->probe)) {
		log_warn("terminal input cannot be recorded on this machine: see `autrail check`");
		return 0;
	}
	probe__tty_passed(a->probe, a->kaudit && kaudit_writes());
	log_info("terminal input is recorded of those who are named, by %s",
		 atr_modes[probe__mode(a->probe, ATR_FACT_TTY)]);
	return pipeline__mark(a->pipeline, a->opts->tty);
}

/* From the beginning: a signal that comes before there is anything to reload does not end us. */
static void signals_block(const struct agent_opts *opts)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	if (opts->signalled) {
		sigaddset(&set, SIGUSR1);
		sigaddset(&set, SIGUSR2);
	}
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int agent__start(const struct agent_opts *opts, struct agent **ret)
{
	struct agent *a = calloc(1, sizeof(*a));
	int code = ATR_EXIT_RUNTIME;

	signals_block(opts);
	if (!a) {
		log_error("cannot start: %s", strerror(errno));
		return code;
	}
	a->opts = opts;
	a->epoll = a->ends = a->signals = a->also = -1;
	a->enabled = 1;
	if (opts->rules.n) {
		code = ATR_EXIT_CONFIG;
		a->rules[0] = rules_load(&opts->rules, opts->strict);
		if (!a->rules[0])
			goto out;
		agent__controls(a, a->rules[0]);
	}
	code = ATR_EXIT_RUNTIME;
	a->pipeline = pipeline__new(&opts->record, opts->output, opts->capture);
	if (!a->pipeline) {
		log_error("cannot start: %s", strerror(errno));
		goto out;
	}
	pipeline__rules(a->pipeline, a->rules[0], NULL);
	code = kernel_open(a);
	if (code)
		goto out;
	if (watches_open(a) || pipeline__begin(a->pipeline, opts->record.first_serial, a->probe) ||
	    tty_begin(a)) {
		code = ATR_EXIT_RUNTIME;
		goto out;
	}
	/* libbpf had all of the kernel's types in memory. */
	malloc_trim(0);
	*ret = a;
	return ATR_EXIT_OK;
out:
	agent__free(a);
	return code;
}

void agent__free(struct agent *a)
{
	if (!a)
		return;
	probe__free(a->probe);
	kaudit__free(a->kaudit);
	pipeline__free(a->pipeline);
	compiled__free(a->rules[0]);
	compiled__free(a->rules[1]);
	if (a->epoll >= 0)
		close(a->epoll);
	if (a->ends >= 0)
		close(a->ends);
	if (a->signals >= 0)
		close(a->signals);
	free(a);
}

int agent__stop_fd(const struct agent *a)
{
	return a->ends;
}

int agent__signal(const struct agent *a, __u32 *ret_pid)
{
	*ret_pid = a->signal_pid;
	return a->signal;
}

const struct agent_found *agent__found(const struct agent *a)
{
	return &a->found;
}

void agent__record(struct agent *a, __u32 type, const char *body)
{
	pipeline__daemon(a->pipeline, type, body);
}

/* --- the loop ----------------------------------------------------------------------------------- */

int agent__watch(struct agent *a, int fd, void (*fn)(void *ctx), void *ctx)
{
	a->also = fd;
	a->also_fn = fn;
	a->also_ctx = ctx;
	return watch(a, fd, EPOLLIN);
}

static void signals_take(struct agent *a)
{
	struct signalfd_siginfo info;

	while (read(a->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP && !a->opts->signalled)
			agent__reload(a);
		if (a->opts->signalled)
			a->opts->signalled(a->opts->ctx, info.ssi_signo, info.ssi_pid);
	}
}

static void end_take(struct agent *a)
{
	struct signalfd_siginfo info;

	if (read(a->ends, &info, sizeof(info)) != sizeof(info))
		return;
	a->signal = info.ssi_signo;
	a->signal_pid = info.ssi_pid;
}

/* Waits up to timeout ms: 1 go on, 0 stop (a signal, or nobody reads any more), or -errno. */
static int wait_events(struct agent *a, int timeout, bool *ret_signalled, bool *ret_also)
{
	struct epoll_event events[6];
	int n, i, fd;

	n = epoll_wait(a->epoll, events, 6, timeout);
	if (n < 0 && errno != EINTR)
		return -errno;
	for (i = 0; i < n; i++) {
		fd = events[i].data.fd;
		if (fd == a->signals)
			*ret_signalled = true;
		else if (fd == a->also)
			*ret_also = true;
		else if (fd == a->ends || fd == a->opts->watch)
			return 0;
	}
	return 1;
}

/*
 * The kernel wakes nobody while something in the ring is not given back: pieces of arguments whose exec is still to
 * come, or was refused.
 */
static int idle_ms(const struct agent *a)
{
	const struct reader *reader = probe__reader(a->probe);

	if (reader__needed(reader) != reader__position(reader))
		return GATHER_MS;
	return a->opts->tick_ms ? a->opts->tick_ms : IDLE_MS;
}

static int loop(struct agent *a)
{
	int go, err = 0;
	bool signalled, also;

	for (;;) {
		signalled = also = false;
		go = wait_events(a, err ? 0 : idle_ms(a), &signalled, &also);
		if (go > 0 && !err && !signalled)
			go = wait_events(a, GATHER_MS, &signalled, &also);
		if (go < 0)
			return go;
		if (!go)
			return 0;
		if (signalled)
			signals_take(a);
		err = agent__drain(a);
		if ((err && err != -EAGAIN) || pipeline__closed(a->pipeline))
			return err == -EAGAIN ? 0 : err;
		if (also)
			a->also_fn(a->also_ctx);
	}
}

/* At the end of the process that hands over, or cannot go on: what comes from now on is the next one's. */
static int leave(struct agent *a, int err)
{
	const struct pipeline_counts *counts = pipeline__counts(a->pipeline);

	if (!err)
		err = agent__drain_all(a);
	if (!err)
		err = pipeline__tick(a->pipeline, true);
	probe__leave(a->probe);
	log_info("the kernel side goes on in %s for the next daemon; written so far: %llu",
		 probe__pin_path(a->probe), counts->written);
	return err;
}

/* All that has been seen is told, and nothing is seen any more. */
static int finish(struct agent *a, int err)
{
	probe__detach(a->probe);
	while (!err || err == -EAGAIN) {
		err = agent__drain(a);
		if (!err)
			break;
	}
	if (!err)
		err = pipeline__tick(a->pipeline, true);
	return err;
}

int agent__run(struct agent *a)
{
	bool leaves;
	int err;

	print_ready(a);
	err = loop(a);
	end_take(a);
	leaves = probe__pin_path(a->probe) && (err || a->signal == SIGQUIT);
	err = leaves ? leave(a, err) : finish(a, err);
	if (err)
		log_error("stopped: %s", strerror(-err));
	if (!leaves)
		pipeline__ledger(a->pipeline, "");
	return err ? ATR_EXIT_RUNTIME : ATR_EXIT_OK;
}
