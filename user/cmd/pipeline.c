// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/cmd/marker.h"
#include "user/cmd/pipeline_impl.h"
#include "user/log.h"
#include "user/now.h"

/* Rounds of look-ups for one event: an answer can uncover the next need, a script within a script. */
#define ROUNDS_MAX (ATR_FILES_MAX + 1)

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
	overlap__free(p->overlap);
	free(p->seq);
	free(p);
}

const struct pipeline_counts *pipeline__counts(const struct pipeline *p)
{
	return &p->counts;
}

__u64 pipeline__lost(const struct pipeline *p, enum atr_kind kind, enum atr_cause cause)
{
	struct atr_loss loss;

	probe__losses(p->probe, kind, cause, &loss);
	return loss.count;
}

bool pipeline__closed(const struct pipeline *p)
{
	return p->closed;
}

/* Of what is made here only the loss of an event of the kernel's counts. */
static void lose(struct pipeline *p, const struct atr_hdr *hdr, enum atr_cause cause)
{
	if (hdr->kind >= ATR_KIND_USER)
		return;
	p->counts.lost[cause]++;
	probe__lose(p->probe, hdr->kind, cause, 1, hdr->time);
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

/* Where all stands when this event is written. */
static struct atr_kept_mark mark_of(const struct pipeline *p, const struct atr_view *view)
{
	const struct atr_task *task = view->task;
	struct atr_kept_mark mark = pipeline__mark_now(p);
	const struct atr_lost *lost = view->lost;

	mark.written += view->hdr->kind < ATR_KIND_USER;

	if (task && task->ses != ATR_UNSET)
		mark.session = (__u64)task->auid << 32 | task->ses;
	if (view->hdr->kind == ATR_KIND_LOST) {
		mark.loss = 1ULL << 32 | lost->lost_kind << 16 | lost->cause;
		mark.loss_count = p->reported[lost->lost_kind][lost->cause] + lost->count;
	}
	return mark;
}

/* Writes what an event became, or counts it as lost. */
static void emit(struct pipeline *p, const struct atr_view *view, const char *text, size_t len)
{
	struct atr_kept_mark mark = mark_of(p, view);
	int err = p->closed ? -EPIPE : p->output->write(p->output->ctx, text, len, &mark);

	if (err == -EPIPE || err == -ETIMEDOUT)
		p->closed = true;
	if (err) {
		if (!p->failing && !p->closed)
			log_error("the output cannot be written: %s; events are lost, and counted, "
				  "until it can be again",
				  strerror(-err));
		p->failing = true;
		lose(p, view->hdr, ATR_CAUSE_WRITE);
		return;
	}
	if (p->failing)
		log_info("the output can be written again");
	p->failing = false;
	if (view->hdr->kind < ATR_KIND_USER) {
		p->counts.written++;
		p->counts.kinds[view->hdr->kind].written++;
	}
}

/* Into the capture and the recorder, and what comes of it to the output. */
int pipeline__feed(struct pipeline *p, const void *data, size_t size)
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
		emit(p, &view, text, len);
	if (!err && !len && view.hdr->kind < ATR_KIND_USER && view.hdr->kind != ATR_KIND_CHUNK) {
		p->counts.filtered++;
		p->counts.kinds[view.hdr->kind].filtered++;
	}
	if (!err && view.task)
		pipeline__session(p, view.task->auid, view.task->ses);
	if (!err && view.hdr->kind == ATR_KIND_SESSION)
		pipeline__session(p, view.session->auid, view.session->ses);
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
			pipeline__feed(p, &p->answer, p->answer.hdr.size);
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
	/* What was there before us has had its own. */
	if (hdr->seq > *last + 1 && (*last || !p->resumed))
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
	if (reader__position(probe__reader(p->probe)) > p->told)
		watch_sequence(p, hdr);
	if (hdr->kind == ATR_KIND_CHUNK) {
		pipeline__feed(p, data, size);
		return 0;
	}
	p->counts.taken++;
	if (p->overlap && overlap__had(p->overlap, &view)) {
		p->counts.filtered++;
		p->counts.kinds[hdr->kind].filtered++;
		return 0;
	}
	/* Who has another root than his mount namespace does not show what is in that. */
	if (hdr->kind == ATR_KIND_EXEC && !view.exec->root.len)
		probe__mntns_seen(p->probe, view.task->mntns, view.task->pid);
	if (p->marker)
		marker__see(p->marker, &view);
	answer_needs(p, &view);
	err = pipeline__feed(p, data, size);
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
	err = pipeline__feed(p, data, size);
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

	if (len > PIPELINE_BODY_MAX)
		len = PIPELINE_BODY_MAX;
	ev.event.hdr.abi = ATR_ABI;
	ev.event.hdr.time = boot_now();
	ev.event.hdr.size = (sizeof(ev.event) + len + 8) & ~7U;
	ev.event.type = type;
	ev.event.text.off = sizeof(ev.event);
	ev.event.text.len = len;
	memcpy(ev.bytes + sizeof(ev.event), body, len);
	if (!event_view(&ev, ev.event.hdr.size, &view))
		answer_needs(p, &view);
	pipeline__feed(p, &ev, ev.event.hdr.size);
}

void pipeline__kernel_lost(struct pipeline *p)
{
	const struct atr_hdr hdr = { .kind = ATR_KIND_KERNEL, .time = boot_now() };

	/* How many is not told: at least one. */
	p->counts.passed++;
	lose(p, &hdr, ATR_CAUSE_OVERRUN);
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

	err = pipeline__feed(p, &lost, sizeof(lost));
	/* It can be told only when there is output again. */
	if (err || p->failing)
		return err;
	pipeline__reported(p, kind, cause, loss->count);
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
	__u64 count = probe__missed(p->probe, false);

	/* Less: the count of an event in tracefs could not be read. */
	if (count <= p->missed)
		return;
	probe__lose(p->probe, ATR_KIND_EXEC, ATR_CAUSE_LEFT_OUT, count - p->missed, boot_now());
	p->missed = count;
	probe__kept(p->probe)->missed = probe__missed(p->probe, true);
}

/* What was typed, and waits for a line to end that nobody will see. */
static int write_rest(struct pipeline *p)
{
	const struct atr_hdr hdr = { .kind = ATR_KIND_DAEMON };
	const struct atr_view view = { .hdr = &hdr };
	const char *text;
	size_t len;
	int err;

	while (!(err = recorder__end(p->recorder, &text, &len)) && len)
		emit(p, &view, text, len);
	return err;
}

int pipeline__tick(struct pipeline *p, bool last)
{
	unsigned int kind, cause;
	struct atr_loss loss;
	int err;

	err = pipeline__clock(p);
	if (!err && last)
		err = write_rest(p);
	probe__tick(p->probe);
	/* Asking costs a system call for each program. */
	if (last || !(p->ticks++ % 64))
		watch_left_out(p);
	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		for (cause = 0; cause < ATR_CAUSE_MAX && !err; cause++) {
			probe__losses(p->probe, kind, cause, &loss);
			if (loss.count != p->reported[kind][cause])
				err = report(p, kind, cause, &loss);
		}
	}
	pipeline__settle(p);
	return err;
}
