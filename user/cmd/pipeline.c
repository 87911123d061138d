// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/cmd/marker.h"
#include "user/cmd/pipeline.h"
#include "user/log.h"
#include "user/lookup/worker.h"

/* Rounds of look-ups for one event: an answer can uncover the next need, a script within a script. */
#define ROUNDS_MAX (ATR_FILES_MAX + 1)
#define NEEDS_MAX  16

struct pipeline {
	struct recorder *recorder;
	struct worker *worker;
	struct probe *probe;
	struct marker *marker; /* NULL: nobody's terminal input is recorded */
	const struct output *output;
	struct sink *capture;
	struct pipeline_counts counts;
	struct atr_clock clock;
	__u64 *seq; /* the last of each cpu and slot */
	__u32 cpus;
	__u64 late; /* look-ups that were given up */
	__u64 ticks;
	bool closed;  /* nobody reads any more */
	bool failing; /* the last write failed, and that has been said */
	bool capture_failing;
	__u64 reported[ATR_KIND_USER][ATR_CAUSE_MAX];
	struct atr_loss loss[ATR_KIND_USER][ATR_CAUSE_MAX]; /* in user space */
	struct atr_need needs[NEEDS_MAX];
	union atr_answer answer;
};

struct pipeline *pipeline__new(const struct atr_record_opts *opts, const struct output *output,
			       struct sink *capture)
{
	struct pipeline *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->output = output;
	p->capture = capture;
	p->cpus = sysconf(_SC_NPROCESSORS_CONF);
	p->seq = calloc((size_t)p->cpus * ATR_SLOTS, sizeof(*p->seq));
	p->recorder = recorder__new(opts);
	p->worker = worker__new();
	if (!p->seq || !p->recorder || !p->worker) {
		pipeline__free(p);
		errno = ENOMEM;
		return NULL;
	}
	return p;
}

void pipeline__free(struct pipeline *p)
{
	if (!p)
		return;
	marker__free(p->marker);
	recorder__free(p->recorder);
	worker__free(p->worker);
	free(p->seq);
	free(p);
}

const struct pipeline_counts *pipeline__counts(const struct pipeline *p)
{
	return &p->counts;
}

__u64 pipeline__lost(const struct pipeline *p, enum atr_kind kind, enum atr_cause cause)
{
	return p->loss[kind][cause].count;
}

bool pipeline__closed(const struct pipeline *p)
{
	return p->closed;
}

/* Of what is made here only the loss of an event of the kernel's counts. */
static void lose(struct pipeline *p, const struct atr_hdr *hdr, enum atr_cause cause)
{
	struct atr_loss *loss;

	if (hdr->kind >= ATR_KIND_USER)
		return;
	loss = &p->loss[hdr->kind][cause];
	p->counts.lost[cause]++;
	if (!loss->first)
		loss->first = hdr->time;
	loss->last = hdr->time;
	loss->count++;
}

/* What was typed is in the log alone: of a capture's copy each byte is a star. */
static void blot(void *data, size_t size)
{
	struct atr_str *str = NULL;
	struct atr_view view;

	if (event_view(data, size, &view))
		return;
	if (view.hdr->kind == ATR_KIND_TTY)
		str = &((struct atr_tty *)data)->data;
	else if (view.hdr->kind == ATR_KIND_MESSAGE && view.message->type == AUDIT_USER_TTY)
		str = &((struct atr_message *)data)->text;
	if (str && str->len)
		memset((char *)data + str->off, '*', str->len);
}

static void capture(struct pipeline *p, const void *data, size_t size)
{
	const struct atr_hdr *hdr = data;
	void *copy = NULL;
	int err = 0;

	if (!p->capture)
		return;
	if (hdr->kind == ATR_KIND_TTY || hdr->kind == ATR_KIND_MESSAGE) {
		copy = malloc(size);
		err = copy ? 0 : -ENOMEM;
	}
	if (copy) {
		memcpy(copy, data, size);
		blot(copy, size);
	}
	if (!err)
		err = sink__write(p->capture, copy ? copy : data, size);
	free(copy);
	if (err && !p->capture_failing)
		log_warn("the capture cannot be written: %s; events are missing in it",
			 strerror(-err));
	p->capture_failing = err != 0;
}

/* Writes what an event became, or counts it as lost. */
static void emit(struct pipeline *p, const struct atr_hdr *hdr, const char *text, size_t len)
{
	int err = p->closed ? -EPIPE : p->output->write(p->output->ctx, text, len);

	if (err == -EPIPE || err == -ETIMEDOUT)
		p->closed = true;
	if (err) {
		if (!p->failing && !p->closed)
			log_error("the output cannot be written: %s; events are lost, and counted, "
				  "until it can be again",
				  strerror(-err));
		p->failing = true;
		lose(p, hdr, ATR_CAUSE_WRITE);
		return;
	}
	if (p->failing)
		log_info("the output can be written again");
	p->failing = false;
	if (hdr->kind < ATR_KIND_USER) {
		p->counts.written++;
		p->counts.kinds[hdr->kind].written++;
	}
}

/* Into the capture and the recorder, and what comes of it to the output. */
static int feed(struct pipeline *p, const void *data, size_t size)
{
	struct atr_view view;
	const char *text;
	size_t len = 0;
	int err;

	err = event_view(data, size, &view);
	if (err)
		return err;
	capture(p, data, size);
	err = recorder__feed(p->recorder, &view, &text, &len);
	if (!err && len)
		emit(p, view.hdr, text, len);
	if (!err && !len && view.hdr->kind < ATR_KIND_USER && view.hdr->kind != ATR_KIND_CHUNK) {
		p->counts.filtered++;
		p->counts.kinds[view.hdr->kind].filtered++;
	}
	return err;
}

static void answer(struct pipeline *p, const struct atr_view *view, const struct atr_need *need)
{
	if (!worker__answer(p->worker, view, need, &p->answer) && !p->late++)
		log_warn("a look-up takes too long (a file system or name service that does not "
			 "answer?); such facts are not known from now on, the records say so");
}

/*
 * A label's text is read of a task that has it, by preference of the one that the event is about. It
 * counts if the task has the label before and after: it may be gone by now, or under another one.
 */
static void answer_label(struct pipeline *p, const struct atr_view *view, struct atr_need *need)
{
	need->pid = probe__label_holder(p->probe, need->id, view->exec->task.pid);
	answer(p, view, need);
	if (need->pid && probe__label_holder(p->probe, need->id, need->pid) != need->pid)
		lookup_nothing(need, &p->answer);
}

static void answer_needs(struct pipeline *p, const struct atr_view *view)
{
	int round, n, i;

	for (round = 0; round < ROUNDS_MAX; round++) {
		n = recorder__needs(p->recorder, view, p->needs, NEEDS_MAX);
		if (n <= 0)
			return;
		for (i = 0; i < n; i++) {
			if (p->needs[i].type == ATR_NEED_LABEL && !p->needs[i].file)
				answer_label(p, view, &p->needs[i]);
			else
				answer(p, view, &p->needs[i]);
			p->answer.hdr.time = view->hdr->time;
			feed(p, &p->answer, p->answer.hdr.size);
		}
	}
}

/* Events of one cpu and slot are numbered without a gap; what the ring refused leaves one. */
static void watch_sequence(struct pipeline *p, const struct atr_hdr *hdr)
{
	__u64 *last;

	if (hdr->cpu >= p->cpus || hdr->slot >= ATR_SLOTS)
		return;
	last = &p->seq[hdr->cpu * ATR_SLOTS + hdr->slot];
	if (hdr->seq > *last + 1)
		p->counts.gaps += hdr->seq - *last - 1;
	*last = hdr->seq;
}

int pipeline__event(void *pipeline, void *data, size_t size)
{
	struct pipeline *p = pipeline;
	const struct atr_hdr *hdr = data;
	struct atr_view view;
	int err;

	err = event_view(data, size, &view);
	if (err) {
		log_error("an event of the kernel side is not understood: %zu bytes: %s; it is "
			  "counted as lost",
			  size, strerror(-err));
		if (size >= sizeof(*hdr))
			lose(p, hdr, ATR_CAUSE_BAD_EVENT);
		return 0;
	}
	watch_sequence(p, hdr);
	if (hdr->kind == ATR_KIND_CHUNK) {
		feed(p, data, size);
		return 0;
	}
	p->counts.taken++;
	/* Who has another root than his mount namespace does not show what is in that. */
	if (hdr->kind == ATR_KIND_EXEC && !view.exec->root.len)
		probe__mntns_seen(p->probe, view.task->mntns, view.task->pid);
	if (p->marker)
		marker__see(p->marker, &view);
	answer_needs(p, &view);
	err = feed(p, data, size);
	if (err)
		lose(p, hdr, err == -ENODATA ? ATR_CAUSE_INCOMPLETE : ATR_CAUSE_BAD_EVENT);
	/* So that a storm of events leaves time for signals, clocks and reports. */
	return p->counts.taken % PIPELINE_BATCH ? 0 : -EAGAIN;
}

void pipeline__rules(struct pipeline *p, struct compiled *rules, struct compiled *before)
{
	recorder__rules(p->recorder, rules, before);
}

int pipeline__mark(struct pipeline *p, const struct tty_patterns *patterns)
{
	p->marker = marker__new(patterns, p->probe, p->worker, p->recorder);
	if (!p->marker)
		return -errno;
	marker__begin(p->marker);
	return 0;
}

int pipeline__kernel(void *pipeline, void *data, size_t size)
{
	struct pipeline *p = pipeline;
	int err;

	p->counts.passed++;
	err = feed(p, data, size);
	if (err)
		lose(p, data, ATR_CAUSE_BAD_EVENT);
	return 0;
}

void pipeline__daemon(struct pipeline *p, __u32 type, const char *body)
{
	union {
		struct atr_daemon event;
		char bytes[sizeof(struct atr_daemon) + PIPELINE_BODY_MAX + 8];
	} ev = { .event.hdr.kind = ATR_KIND_DAEMON };
	size_t len = strlen(body);
	struct atr_view view;
	struct timespec now;

	if (len > PIPELINE_BODY_MAX)
		len = PIPELINE_BODY_MAX;
	clock_gettime(CLOCK_BOOTTIME, &now);
	ev.event.hdr.abi = ATR_ABI;
	ev.event.hdr.time = now.tv_sec * 1000000000ULL + now.tv_nsec;
	ev.event.hdr.size = (sizeof(ev.event) + len + 8) & ~7U;
	ev.event.type = type;
	ev.event.text.off = sizeof(ev.event);
	ev.event.text.len = len;
	memcpy(ev.bytes + sizeof(ev.event), body, len);
	if (!event_view(&ev, ev.event.hdr.size, &view))
		answer_needs(p, &view);
	feed(p, &ev, ev.event.hdr.size);
}

void pipeline__kernel_lost(struct pipeline *p)
{
	struct atr_hdr hdr = { .kind = ATR_KIND_KERNEL };
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	hdr.time = now.tv_sec * 1000000000ULL + now.tv_nsec;
	/* How many is not told: at least one. */
	p->counts.passed++;
	lose(p, &hdr, ATR_CAUSE_OVERRUN);
}

/*
 * Where the kernel stamps events in TAI only a change of TAI - UTC matters. Else a set clock shows
 * as a jump; slewing moves it by some ten microseconds a second.
 */
static int clock_tick(struct pipeline *p)
{
	struct atr_clock now;
	__s64 moved;

	clock_event(&now);
	moved = now.real_boot - p->clock.real_boot;
	if (now.tai_real == p->clock.tai_real && moved < 500000 && moved > -500000)
		return 0;
	p->clock = now;
	return feed(p, &now, sizeof(now));
}

/*
 * The sessions that there are already: those of the processes that /proc shows at this moment. Hooks are
 * live, so that one which begins meanwhile is seen either way.
 */
static int sessions_tell(struct pipeline *p)
{
	struct atr_session event;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!proc)
		return 0;
	while (!err && (entry = readdir(proc))) {
		if (!session_event(entry->d_name, &event))
			err = feed(p, &event, sizeof(event));
	}
	closedir(proc);
	return err;
}

int pipeline__begin(struct pipeline *p, __u32 first_serial, struct probe *probe)
{
	const struct host_facts facts = {
		.first_serial = first_serial,
		.lsms = probe__lsms(probe),
		.spaces = probe__spaces(probe),
		.sessions = probe__logins(probe),
	};
	struct atr_host host;
	int err;

	p->probe = probe;
	host_event(&facts, &host);
	err = feed(p, &host, sizeof(host));
	if (!err)
		err = clock_tick(p);
	return err || !facts.sessions ? err : sessions_tell(p);
}

static int report(struct pipeline *p, unsigned int kind, unsigned int cause,
		  const struct atr_loss *loss)
{
	struct atr_lost lost = {
		.hdr = {
			.size = sizeof(lost),
			.kind = ATR_KIND_LOST,
			.abi = ATR_ABI,
			.time = loss->last,
		},
		.count = loss->count - p->reported[kind][cause],
		.first = loss->first ? loss->first : loss->last,
		.last = loss->last,
		.lost_kind = kind,
		.cause = cause,
		.pid = getpid(),
		.auid = ATR_UNSET,
	};
	int err;

	err = feed(p, &lost, sizeof(lost));
	if (err || p->failing)
		return err;
	p->reported[kind][cause] = loss->count;
	log_warn("%llu %s events lost: %s", lost.count, kind_name(kind), cause_name(cause));
	return 0;
}

/*
 * The kernel does not run a program that runs already on that cpu, where it can interrupt it for another
 * task's exec. Nobody has seen what that would have told, so the ledger has it not; but it may have been
 * an event, or a part of one.
 */
static void watch_left_out(struct pipeline *p)
{
	struct atr_loss *loss = &p->loss[ATR_KIND_EXEC][ATR_CAUSE_LEFT_OUT];
	__u64 count = probe__missed(p->probe);
	struct timespec now;

	/* Less: the count of an event in tracefs could not be read. */
	if (count <= loss->count)
		return;
	clock_gettime(CLOCK_BOOTTIME, &now);
	loss->last = now.tv_sec * 1000000000ULL + now.tv_nsec;
	if (!loss->first)
		loss->first = loss->last;
	loss->count = count;
}

/* What was typed, and waits for a line to end that nobody will see. */
static int write_rest(struct pipeline *p)
{
	const struct atr_hdr hdr = { .kind = ATR_KIND_DAEMON };
	const char *text;
	size_t len;
	int err;

	while (!(err = recorder__end(p->recorder, &text, &len)) && len)
		emit(p, &hdr, text, len);
	return err;
}

int pipeline__tick(struct pipeline *p, bool last)
{
	unsigned int kind, cause;
	struct atr_loss loss;
	int err;

	err = clock_tick(p);
	if (!err && last)
		err = write_rest(p);
	probe__tick(p->probe);
	/* Asking costs a system call for each program. */
	if (last || !(p->ticks++ % 64))
		watch_left_out(p);
	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		for (cause = 0; cause < ATR_CAUSE_MAX && !err; cause++) {
			loss = p->loss[kind][cause];
			if (cause < ATR_LOST_CAUSES)
				probe__losses(p->probe, kind, cause, &loss);
			if (loss.count == p->reported[kind][cause])
				continue;
			err = report(p, kind, cause, &loss);
			/* It can be told only when there is output again. */
			if (p->failing)
				continue;
			if (cause < ATR_LOST_CAUSES)
				probe__losses_reported(p->probe, kind, cause);
			else
				p->loss[kind][cause].first = 0;
		}
	}
	return err;
}
