// SPDX-License-Identifier: GPL-2.0-or-later
/* How a stream begins, or goes on where another process has left off. */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "user/cmd/pipeline_impl.h"
#include "user/log.h"
#include "user/now.h"

/* For a moment in which nothing happens. */
#define TRIES_MAX 100

/*
 * Where the kernel stamps events in TAI only a change of TAI - UTC matters. Else a set clock shows
 * as a jump; slewing moves it by some ten microseconds a second.
 */
int pipeline__clock(struct pipeline *p)
{
	struct atr_clock now;
	__s64 moved;

	clock_event(&now);
	moved = now.real_boot - p->clock.real_boot;
	if (now.tai_real == p->clock.tai_real && moved < 500000 && moved > -500000)
		return 0;
	p->clock = now;
	probe__kept(p->probe)->clock = now;
	return pipeline__feed(p, &now, sizeof(now));
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
			err = pipeline__feed(p, &event, sizeof(event));
	}
	closedir(proc);
	return err;
}

static int session_tell(struct pipeline *p, __u64 session)
{
	struct atr_session event = {
		.hdr = {
			.size = sizeof(event),
			.kind = ATR_KIND_SESSION,
			.abi = ATR_ABI,
			.time = p->clock.hdr.time,
		},
		.ses = (__u32)session,
		.auid = session >> 32,
	};

	return session ? pipeline__feed(p, &event, sizeof(event)) : 0;
}

/*
 * Those that have been told of, as it was kept. Which others there are now is of no use: they may have begun
 * while nobody was here, and are still to be told of.
 */
static int sessions_restore(struct pipeline *p)
{
	const struct atr_kept *kept = probe__kept(p->probe);
	int err = 0;
	size_t i;

	for (i = 0; i < ATR_KEPT_SESSIONS && !err; i++)
		err = session_tell(p, kept->sessions[i]);
	return err;
}

int pipeline__begin(struct pipeline *p, __u32 first_serial, struct probe *probe)
{
	struct host_facts facts = {
		.first_serial = first_serial,
		.lsms = probe__lsms(probe),
		.spaces = probe__spaces(probe),
		.sessions = probe__logins(probe),
	};
	struct atr_kept *kept = probe__kept(probe);
	struct atr_clock before = kept->clock;
	struct atr_host host;
	__u64 serial;
	int err;

	p->probe = probe;
	/* Those of hooks that went on; all others count anew. */
	p->missed = kept->missed;
	serial = kept->marks[kept->mark & 1].serial;
	/* Of a log that is not written it alone says. */
	if (serial > facts.first_serial)
		facts.first_serial = serial;
	host_event(&facts, &host);
	err = pipeline__feed(p, &host, sizeof(host));
	/* A clock that was set meanwhile is not to change the times of events before. */
	if (!err && before.hdr.size)
		err = pipeline__feed(p, &before, sizeof(before));
	if (!err)
		err = pipeline__clock(p);
	if (err || !facts.sessions)
		return err;
	err = kept->has_sessions ? sessions_restore(p) : sessions_tell(p);
	kept->has_sessions = true;
	return err;
}

static int count_event(void *ctx, void *data, size_t size)
{
	++*(__u64 *)ctx;
	return 0;
}

/* All that the kernel has seen, of which passed is no part. */
static __u64 seen_all(const struct pipeline *p)
{
	unsigned int kind;
	__u64 sum = 0;

	for (kind = 0; kind < ATR_KIND_USER; kind++)
		sum += probe__seen(p->probe, kind);
	return sum;
}

/* And what it has left out or lost of that. */
static __u64 unsent_all(const struct pipeline *p)
{
	unsigned int kind, cause;
	struct atr_loss loss;
	__u64 sum = 0;

	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		sum += probe__filtered(p->probe, kind);
		for (cause = 0; cause < ATR_LOST_CAUSES; cause++) {
			probe__losses(p->probe, kind, cause, &loss);
			sum += loss.count;
		}
	}
	return sum;
}

/*
 * The kernel has written over events that had been read, and were not in the log yet: the disk took none, and
 * the memory where they waited is gone. How many is what the kernel has seen and nobody has accounted for.
 */
static void lose_held(struct pipeline *p, const struct atr_kept_mark *mark)
{
	const __u64 told = mark->written + mark->filtered + mark->lost - mark->passed;
	const struct reader *reader = probe__reader(p->probe);
	__u64 from = reader__position(reader), seen, known, end;
	unsigned int tries = TRIES_MAX;
	int err;

	/* What is before that is among what the mark counts. */
	if (from < mark->position)
		from = mark->position;
	/* All of a moment: what happens meanwhile would be seen, and not found. */
	do {
		seen = seen_all(p);
		end = reader__end(reader);
		known = told + unsent_all(p);
		err = reader__scan(reader, from, end, count_event, &known);
	} while (--tries && (err == -EAGAIN || seen != seen_all(p) || end != reader__end(reader)));
	if (seen <= known)
		return;
	probe__lose(p->probe, 0, ATR_CAUSE_WRITE, seen - known, boot_now());
	p->counts.lost[ATR_CAUSE_WRITE] += seen - known;
}

/* Those that are of events which somebody has handed to us. */
static bool is_ours(unsigned int cause)
{
	return cause >= ATR_LOST_CAUSES && cause != ATR_CAUSE_LEFT_OUT &&
	       cause != ATR_CAUSE_OTHER_VERSION;
}

/*
 * What was lost in user space behind the last event in the log comes again, and may be written now. What of it was
 * before that event and had not been reported then still is to be: so many, whichever they are.
 */
static void losses_settle(struct pipeline *p, const struct atr_kept_mark *mark)
{
	unsigned int kind, cause;
	struct atr_loss loss;
	__u64 left = mark->lost, n;

	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		for (cause = 0; cause < ATR_CAUSE_MAX; cause++) {
			probe__losses(p->probe, kind, cause, &loss);
			if (is_ours(cause))
				left -= loss.reported < left ? loss.reported : left;
		}
	}
	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		for (cause = 0; cause < ATR_CAUSE_MAX; cause++) {
			if (!is_ours(cause))
				continue;
			probe__losses(p->probe, kind, cause, &loss);
			n = loss.count - loss.reported < left ? loss.count - loss.reported : left;
			left -= n;
			probe__losses_set(p->probe, kind, cause, loss.reported + n);
			p->counts.lost[cause] += loss.reported + n;
		}
	}
}

/* Of what the log has noted and what is kept with the ring, the later one. */
static const struct atr_kept_mark *mark_best(const struct pipeline *p,
					     const struct atr_kept_mark *noted)
{
	const struct atr_kept *kept = probe__kept_now(p->probe);
	const struct atr_kept_mark *mark = &kept->marks[kept->mark & 1];

	if (!noted || noted->ring < mark->ring)
		return mark;
	return noted->ring == mark->ring && noted->position < mark->position ? mark : noted;
}

/* --- what two have told ------------------------------------------------------------------------- */

static int overlap_add(void *pipeline, void *data, size_t size)
{
	struct pipeline *p = pipeline;
	struct atr_view view;

	return event_view(data, size, &view) ? 0 : overlap__add(p->overlap, &view);
}

static int overlap_use(void *pipeline, void *data, size_t size)
{
	struct pipeline *p = pipeline;
	struct atr_view view;

	if (!event_view(data, size, &view))
		overlap__had(p->overlap, &view);
	return 0;
}

void pipeline__done(struct pipeline *p)
{
	int err = -ENOMEM;

	overlap__free(p->overlap);
	p->overlap = overlap__new(probe__until(p->probe));
	if (p->overlap)
		err = probe__overlap(p->probe, overlap_add, p);
	if (err)
		log_warn(
			"what two kernel sides have both told cannot be told apart: %s; it may be in the log twice",
			err == -ERANGE ? "it has been overwritten" : strerror(-err));
}

/* --- going on ----------------------------------------------------------------------------------- */

static void reported_take(struct pipeline *p)
{
	unsigned int kind, cause;
	struct atr_loss loss;

	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		for (cause = 0; cause < ATR_CAUSE_MAX; cause++) {
			probe__losses(p->probe, kind, cause, &loss);
			p->reported[kind][cause] = loss.reported;
		}
	}
}

int pipeline__resume(struct pipeline *p, const struct atr_kept_mark *noted)
{
	const struct atr_kept_mark *mark = mark_best(p, noted);
	const struct reader *reader = probe__reader(p->probe);
	__u64 end;
	int err;

	memset(&p->counts, 0, sizeof(p->counts));
	memset(p->seq, 0, p->cpus * ATR_SLOTS * sizeof(*p->seq));
	p->resumed = probe__resumed(p->probe);
	p->told = 0;
	p->later = false;
	reported_take(p);
	if (!mark || mark->ring < probe__id(p->probe))
		return 0;
	end = reader__end(reader);
	/* The log has events of a later one: then all of this is in it. */
	p->later = mark->ring > probe__id(p->probe);
	if (p->later)
		return probe__seek(p->probe, end, end);
	/* What those before us have told or left out is not to be taken for another event. */
	if (p->overlap)
		reader__scan(reader, 0, mark->position, overlap_use, p);
	p->counts.written = mark->written;
	p->counts.filtered = mark->filtered;
	p->counts.passed = mark->passed;
	if (mark->loss >> 32)
		probe__losses_reported(p->probe, (mark->loss >> 16 & 0xffff) % ATR_KIND_USER,
				       (mark->loss & 0xffff) % ATR_CAUSE_MAX, mark->loss_count);
	reported_take(p);
	losses_settle(p, mark);
	err = probe__seek(p->probe, mark->position, mark->needed);
	if (err != -EINVAL)
		p->told = mark->position;
	if (err == -ERANGE)
		lose_held(p, mark);
	return session_tell(p, mark->session);
}

/* --- of the processes before ------------------------------------------------------------------ */

static int count_kind(void *ctx, void *data, size_t size)
{
	const struct atr_hdr *hdr = data;
	__u64 *kinds = ctx;

	if (size >= sizeof(*hdr) && hdr->kind < ATR_KIND_USER)
		kinds[hdr->kind]++;
	return 0;
}

static __u64 kind_seen(const struct pipeline *p, unsigned int kind)
{
	return kind == ATR_KIND_KERNEL ? p->counts.passed : probe__seen(p->probe, kind);
}

static __u64 kind_known(const struct pipeline *p, unsigned int kind)
{
	__u64 sum = probe__filtered(p->probe, kind) + p->counts.kinds[kind].written +
		    p->counts.kinds[kind].filtered;
	unsigned int cause;

	for (cause = 0; cause < ATR_CAUSE_MAX; cause++) {
		/* Of these nobody has seen anything. */
		if (cause != ATR_CAUSE_LEFT_OUT && cause != ATR_CAUSE_OTHER_VERSION)
			sum += pipeline__lost(p, kind, cause);
	}
	return sum;
}

void pipeline__before(struct pipeline *p)
{
	const struct reader *reader = probe__reader(p->probe);
	__u64 seen[ATR_KIND_USER], waiting[ATR_KIND_USER];
	unsigned int kind, tries = TRIES_MAX;
	bool still = false;

	/* All of a moment: once more where something has happened meanwhile. */
	while (!still && tries--) {
		memset(waiting, 0, sizeof(waiting));
		for (kind = 0; kind < ATR_KIND_USER; kind++)
			seen[kind] = kind_seen(p, kind);
		still = !reader__scan(reader, reader__position(reader), reader__end(reader),
				      count_kind, waiting);
		for (kind = 0; kind < ATR_KIND_USER; kind++) {
			p->before[kind] = seen[kind] - waiting[kind] - kind_known(p, kind);
			still = still && seen[kind] == kind_seen(p, kind);
		}
	}
}

__u64 pipeline__seen(const struct pipeline *p, enum atr_kind kind)
{
	return kind_seen(p, kind) - p->before[kind];
}

void pipeline__unread(struct pipeline *p, __u64 count)
{
	struct atr_loss loss;

	/* Of the process before us, which has counted them, and was killed before they were removed. */
	probe__losses(p->probe, 0, ATR_CAUSE_OTHER_VERSION, &loss);
	if (loss.count)
		return;
	probe__lose(p->probe, 0, ATR_CAUSE_OTHER_VERSION, count, boot_now());
}

/* seen is the kernel's count, the others are ours: that they add up is the proof. */
void pipeline__ledger(const struct pipeline *p, const char *whose)
{
	const struct pipeline_counts *counts = &p->counts;
	__u64 seen = counts->passed, filtered = counts->filtered, lost = 0, sent = 0;
	struct atr_loss loss;
	unsigned int kind, cause;

	/* Who has told of it has had the counts. */
	if (p->later)
		return;
	for (cause = ATR_LOST_CAUSES; cause < ATR_CAUSE_MAX; cause++)
		lost += counts->lost[cause];
	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		seen += probe__seen(p->probe, kind);
		filtered += probe__filtered(p->probe, kind);
		for (cause = 0; cause < ATR_LOST_CAUSES; cause++) {
			probe__losses(p->probe, kind, cause, &loss);
			lost += loss.count;
			sent += cause == ATR_CAUSE_RING_FULL ? loss.count : 0;
		}
	}
	log_info("%sledger: seen %llu = written %llu + filtered %llu + lost %llu", whose, seen,
		 counts->written, filtered, lost);
	if (seen != counts->written + filtered + lost)
		log_warn("the ledger does not add up: %lld events are unaccounted for",
			 (long long)(seen - counts->written - filtered - lost));
	if (counts->gaps > sent)
		log_warn("%llu sequence numbers are missing, %llu events were refused by the ring",
			 counts->gaps, sent);
}
