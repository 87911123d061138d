// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail trace: attach, write a record group for every event until told to stop, account for it. */
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "user/cmd/commands.h"
#include "user/cmd/pipeline.h"
#include "user/cmd/rulefiles.h"
#include "user/load/feat.h"
#include "user/load/kaudit.h"
#include "user/load/libbpf_log.h"
#include "user/log.h"

/*
 * The first event wakes us; what comes in the next moment is taken along. It bounds how late a
 * record is, and how often we wake up on a busy machine.
 */
#define GATHER_MS 20

/* Clocks are looked at so often while nothing happens. */
#define IDLE_MS 10000

/*
 * Serials of records, from the upper half of their range: kernel audit counts from 1, so the two logs
 * of one machine can be merged and no two events have the same time and serial.
 */
#define FIRST_SERIAL 0x80000000U

static struct trace_opts {
	const char *output;
	const char *capture;
	enum atr_format format;
	bool kernel_audit;
	bool strict;
	struct rule_paths rules;
	struct atr_probe_opts probe;
} trace_opts = {
	.probe = { .failed = true, .logins = true, .ring_bytes = 8 << 20 },
};

struct trace {
	struct atr_features features;
	struct sink *sink;
	struct sink *capture;
	struct pipeline *pipeline;
	struct probe *probe;
	struct kaudit *kaudit;	   /* NULL: not asked for */
	struct compiled *rules[2]; /* in force, and those before */
	int hangup;
	bool reload; /* SIGHUP has come */
	int epoll;
	int signals;
};

static const char *set_output(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->output = arg;
	return NULL;
}

static const char *set_capture(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->capture = arg;
	return NULL;
}

static const char *set_format(void *dest, const char *arg)
{
	return format_parse(arg, &((struct trace_opts *)dest)->format);
}

static const char *set_no_failed(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->probe.failed = false;
	return NULL;
}

static const char *set_no_logins(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->probe.logins = false;
	return NULL;
}

static const char *set_rules(void *dest, const char *arg)
{
	return rule_paths_add(&((struct trace_opts *)dest)->rules, arg);
}

static const char *set_strict(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->strict = true;
	return NULL;
}

static const char *set_kernel_audit(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->kernel_audit = true;
	return NULL;
}

static const char *set_exact(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->probe.exact = true;
	return NULL;
}

static const char *set_hooks(void *dest, const char *arg)
{
	return hooks_parse(arg, &((struct trace_opts *)dest)->probe.hooks);
}

static const char *set_ring(void *dest, const char *arg)
{
	unsigned long long size;
	char *end;

	errno = 0;
	size = strtoull(arg, &end, 10);
	if (end == arg || errno || arg[0] == '-')
		return "it must be a number of bytes, with K or M behind it if you like";
	if (*end == 'K' || *end == 'k')
		size <<= 10, end++;
	else if (*end == 'M' || *end == 'm')
		size <<= 20, end++;
	if (*end || size < (unsigned long long)sysconf(_SC_PAGESIZE) || size > 1ULL << 30 ||
	    size & (size - 1))
		return "it must be a power of two from a page to 1024M";
	((struct trace_opts *)dest)->probe.ring_bytes = size;
	return NULL;
}

static const char *set_quiet(void *dest, const char *arg)
{
	log_set_level(ATR_LOG_WARN);
	return NULL;
}

static const char *set_verbose(void *dest, const char *arg)
{
	log_set_level(log_level() < ATR_LOG_DEBUG ? ATR_LOG_DEBUG : ATR_LOG_TRACE);
	return NULL;
}

static const struct opt opts[] = {
	{ 'o', "output", "FILE", "append records to FILE instead of standard output", set_output },
	{ 'f', "format", "FORMAT", "raw (default), enriched, or text: a line an event for people",
	  set_format },
	{ 'r', "rules", "FILE", "record what these audit rules say, no more; a directory's *.rules",
	  set_rules },
	{ 0, "strict", NULL, "with -r: a rule that cannot be observed is a mistake", set_strict },
	{ 0, "no-failed", NULL, "leave out failed execs, and the hooks that every call pays for",
	  set_no_failed },
	{ 0, "no-logins", NULL,
	  "leave out logins, what programs tell the audit system, and ends by a signal",
	  set_no_logins },
	{ 0, "kernel-audit", NULL,
	  "pass on what only kernel audit knows (AVC, SECCOMP, CONFIG_CHANGE...), if it is enabled",
	  set_kernel_audit },
	{ 0, "exact", NULL,
	  "tell files that an exec may not open by a hook that every open() pays for", set_exact },
	{ 0, "hooks", "WAY", "fentry, kprobe or tracepoint; default auto, the best there is",
	  set_hooks },
	{ 0, "ring", "SIZE", "of the buffer between kernel and autrail, default 8M", set_ring },
	{ 0, "capture", "FILE", "keep the events as well, for autrail replay", set_capture },
	{ 'q', "quiet", NULL, "only warnings and errors", set_quiet },
	{ 'v', "verbose", NULL, "say more; twice: libbpf's debugging too", set_verbose },
	{},
};

static int sink_open(const char *path, const char *what, struct sink **ret)
{
	int err = sink__open(path, ret);

	if (err)
		log_error("cannot open %s for the %s: %s; nothing is recorded", path, what,
			  strerror(-err));
	return err;
}

static int outputs_open(struct trace *t, const struct trace_opts *o)
{
	struct atr_record_opts record = {
		.format = o->format,
		.colour = !o->output && isatty(STDOUT_FILENO),
		.first_serial = FIRST_SERIAL,
	};

	if (sink_open(o->output, "records", &t->sink) ||
	    (o->capture && sink_open(o->capture, "capture", &t->capture)))
		return -1;
	t->pipeline = pipeline__new(&record, t->sink, t->capture);
	if (!t->pipeline) {
		log_error("cannot start: %s", strerror(errno));
		return -1;
	}
	return 0;
}

static int watch(struct trace *t, int fd, unsigned int events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	/* A regular file as output cannot be watched, nor need it be. */
	if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &event) && errno != EPERM) {
		log_error("cannot wait for events: %s", strerror(errno));
		return -errno;
	}
	return 0;
}

static int watches_open(struct trace *t)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	t->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	/* Apart: of these a write that waits is not to be cut short. */
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	t->hangup = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (t->signals < 0 || t->hangup < 0 || t->epoll < 0) {
		log_error("cannot wait for events: %s", strerror(errno));
		return -errno;
	}
	sink__set_stop(t->sink, t->signals);
	if (watch(t, t->signals, EPOLLIN) || watch(t, probe__fd(t->probe), EPOLLIN | EPOLLET) ||
	    watch(t, sink__fd(t->sink), 0) || watch(t, t->hangup, EPOLLIN) ||
	    (t->kaudit && watch(t, kaudit__fd(t->kaudit), EPOLLIN)))
		return -1;
	return 0;
}

/* Waits up to timeout ms: 1 go on, 0 stop (a signal, or nobody reads any more), or -errno. */
static int wait_events(struct trace *t, int timeout)
{
	struct epoll_event events[4];
	int n, i;

	n = epoll_wait(t->epoll, events, 4, timeout);
	if (n < 0 && errno != EINTR)
		return -errno;
	for (i = 0; i < n; i++) {
		if (events[i].data.fd == t->hangup)
			t->reload = true;
		else if (events[i].data.fd != probe__fd(t->probe) &&
			 !(t->kaudit && events[i].data.fd == kaudit__fd(t->kaudit)))
			return 0;
	}
	return 1;
}

/* -EAGAIN: there may be more. */
static int drain(struct trace *t)
{
	int err = probe__drain(t->probe), tick;

	if (t->kaudit && kaudit__read(t->kaudit, pipeline__kernel, t->pipeline) == -ENOBUFS)
		pipeline__kernel_lost(t->pipeline);
	tick = pipeline__tick(t->pipeline, false);
	return err < 0 ? err : tick;
}

/* New rules from the same files, or those that are in force go on. */
static void reload(struct trace *t, const struct trace_opts *o)
{
	struct signalfd_siginfo info;
	struct compiled *c;
	int err;

	t->reload = false;
	while (read(t->hangup, &info, sizeof(info)) > 0)
		;
	c = o->rules.n ? rules_load(&o->rules, o->strict) : NULL;
	if (!c) {
		log_warn(o->rules.n ? "the rules are as they were" :
				      "SIGHUP: there are no rules to read");
		return;
	}
	/* Events that were judged by the ones before the last are told first. */
	do {
		err = drain(t);
	} while (err == -EAGAIN);
	c->generation = t->rules[0]->generation + 1;
	/* An event says 0 where there are none. */
	if (!(c->generation & 0xffff))
		c->generation += 2;
	err = probe__rules(t->probe, c);
	if (err) {
		log_error("cannot put the rules in force: %s; those before go on", strerror(-err));
		compiled__free(c);
		return;
	}
	compiled__free(t->rules[1]);
	t->rules[1] = t->rules[0];
	t->rules[0] = c;
	pipeline__rules(t->pipeline, t->rules[0], t->rules[1]);
	log_info("rules: %zu in force", c->n);
}

static int loop(struct trace *t, const struct trace_opts *o)
{
	int go, err = 0;

	for (;;) {
		go = wait_events(t, err ? 0 : IDLE_MS);
		if (go > 0 && !err)
			go = wait_events(t, GATHER_MS);
		if (go < 0)
			return go;
		if (!go)
			return 0;
		if (t->reload)
			reload(t, o);
		err = drain(t);
		if ((err && err != -EAGAIN) || pipeline__closed(t->pipeline))
			return err == -EAGAIN ? 0 : err;
	}
}

/* seen is the kernel's count, the others are ours: that they add up is the proof. */
static void print_ledger(struct trace *t)
{
	const struct pipeline_counts *counts = pipeline__counts(t->pipeline);
	__u64 seen = counts->passed, filtered = counts->filtered, lost = 0, sent = 0;
	struct atr_loss loss;
	unsigned int kind, cause;

	for (cause = ATR_LOST_CAUSES; cause < ATR_CAUSE_MAX; cause++)
		lost += counts->lost[cause];
	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		seen += probe__seen(t->probe, kind);
		filtered += probe__filtered(t->probe, kind);
		for (cause = 0; cause < ATR_LOST_CAUSES; cause++) {
			probe__losses(t->probe, kind, cause, &loss);
			lost += loss.count;
			sent += cause == ATR_CAUSE_RING_FULL ? loss.count : 0;
		}
	}
	log_info("ledger: seen %llu = written %llu + filtered %llu + lost %llu", seen,
		 counts->written, filtered, lost);
	if (seen != counts->written + filtered + lost)
		log_warn("the ledger does not add up: %lld events are unaccounted for",
			 (long long)(seen - counts->written - filtered - lost));
	if (counts->gaps > sent)
		log_warn("%llu sequence numbers are missing, %llu events were refused by the ring",
			 counts->gaps, sent);
}

static void print_ready(struct trace *t, const struct trace_opts *o)
{
	enum atr_mode failed = probe__mode(t->probe, ATR_FACT_FAILED);
	enum atr_mode call = probe__mode(t->probe, ATR_FACT_CALL);

	log_info("ready: recording execs%s, by %s, ring of %u KiB",
		 failed != ATR_MODE_MAX ? " and failed execs" :
		 o->probe.failed	? " (failed ones cannot be seen)" :
					  " (failed ones left out)",
		 atr_modes[call == ATR_MODE_MAX ? ATR_MODE_BTF : call], o->probe.ring_bytes >> 10);
}

static int trace_run(void *dest, int argc, char **argv)
{
	const struct trace_opts *o = dest;
	struct trace t = { .epoll = -1, .signals = -1, .hangup = -1 };
	struct atr_probe_opts probe;
	int err, code = ATR_EXIT_RUNTIME;

	/* Before anything else: a mistake there is told to whoever asks. */
	if (o->rules.n) {
		t.rules[0] = rules_load(&o->rules, o->strict);
		if (!t.rules[0])
			return ATR_EXIT_CONFIG;
		t.rules[0]->generation = 1;
	}
	code = ATR_EXIT_PRIVILEGE;
	if (!privilege_check("trace"))
		goto out;
	code = ATR_EXIT_RUNTIME;
	libbpf_log_init();
	if (outputs_open(&t, o))
		goto out;
	pipeline__rules(t.pipeline, t.rules[0], NULL);
	code = ATR_EXIT_KERNEL;
	if (features_probe(&t.features))
		goto out;
	probe = o->probe;
	probe.rules = t.rules[0];
	t.probe = probe__new(&probe, &t.features);
	if (!t.probe || probe__start(t.probe, pipeline__event, t.pipeline))
		goto out;
	if (o->kernel_audit && kaudit__open(&t.kaudit))
		goto out;
	if (watches_open(&t) || pipeline__begin(t.pipeline, FIRST_SERIAL, t.probe)) {
		code = ATR_EXIT_RUNTIME;
		goto out;
	}
	/* libbpf had all of the kernel's types in memory. */
	malloc_trim(0);
	print_ready(&t, o);
	err = loop(&t, o);
	probe__detach(t.probe);
	while (!err || err == -EAGAIN) {
		err = drain(&t);
		if (!err)
			break;
	}
	if (!err)
		err = pipeline__tick(t.pipeline, true);
	if (err)
		log_error("stopped: %s", strerror(-err));
	code = err ? ATR_EXIT_RUNTIME : ATR_EXIT_OK;
	print_ledger(&t);
out:
	compiled__free(t.rules[0]);
	compiled__free(t.rules[1]);
	probe__free(t.probe);
	kaudit__free(t.kaudit);
	pipeline__free(t.pipeline);
	sink__free(t.capture);
	sink__free(t.sink);
	if (t.epoll >= 0)
		close(t.epoll);
	if (t.signals >= 0)
		close(t.signals);
	if (t.hangup >= 0)
		close(t.hangup);
	return code;
}

const struct command atr_command_trace = {
	.name = "trace",
	.summary = "stream audit records of every exec to standard output, until interrupted",
	.opts = opts,
	.run = trace_run,
	.dest = &trace_opts,
};
