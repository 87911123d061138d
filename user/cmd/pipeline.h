/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of an event on its way from the ring to the output, and the account of it. */
#ifndef ATR_CMD_PIPELINE_H
#define ATR_CMD_PIPELINE_H

#include <linux/types.h>
#include <stdbool.h>

#include "user/load/probe.h"
#include "user/record/record.h"
#include "user/sink/sink.h"

struct pipeline;

/* Counts of events, which the ledger adds up. */
struct pipeline_counts {
	__u64 written;
	__u64 filtered; /* told nothing that is to be recorded */
	struct {
		__u64 written, filtered;
	} kinds[ATR_KIND_USER];	   /* of these, what this process has dealt with, by kind */
	__u64 taken;		   /* from the ring */
	__u64 passed;		   /* of all, those that are kernel audit's own records */
	__u64 lost[ATR_CAUSE_MAX]; /* in user space */
	__u64 gaps;		   /* missing sequence numbers */
};

/*
 * Where the lines of an event go, all of them at a time. 0, or -errno: -EPIPE and -ETIMEDOUT mean that nobody
 * reads any more, others that this event is lost.
 */
struct output {
	int (*write)(void *ctx, const char *text, size_t len, const struct atr_kept_mark *mark);
	/* Is all that was taken where it belongs, and nothing waits? NULL: nobody asks. */
	bool (*settled)(void *ctx);
	void *ctx;
};

/*
 * output and capture (NULL: none) stay the caller's. Returns NULL with errno on lack of memory.
 */
struct pipeline *pipeline__new(const struct atr_record_opts *opts, const struct output *output,
			       struct sink *capture);
void pipeline__free(struct pipeline *p);

/* The first events of a stream: host, clock, sessions. probe is loaded, and stays the caller's. */
int pipeline__begin(struct pipeline *p, __u32 first_serial, struct probe *probe);

/*
 * The probe has turned to a kernel side that is to be drained (see probe__before()): behind what is in the log already, as
 * the mark says (NULL: nothing is known of that). All that is counted is about that one from now on.
 */
int pipeline__resume(struct pipeline *p, const struct atr_kept_mark *mark);

/* So many events of another version could not be read. */
void pipeline__unread(struct pipeline *p, __u64 count);

/* What has been dealt with up to now by others than us is not ours. */
void pipeline__before(struct pipeline *p);
/* How many events of a kind the kernel has seen, without those. */
__u64 pipeline__seen(const struct pipeline *p, enum atr_kind kind);

/* Tells the ledger, and whether it adds up; whose is what it begins with. */
void pipeline__ledger(const struct pipeline *p, const char *whose);

/* It is drained, and the next one may tell some of its events again. Before the probe turns away from it. */
void pipeline__done(struct pipeline *p);

enum { PIPELINE_BATCH = 4096 }; /* events, and pipeline__event() says -EAGAIN */

/* Takes one event from the ring, as probe_event_fn; written, or counted as lost. -EAGAIN: pause here. */
int pipeline__event(void *pipeline, void *data, size_t size);

/* Events are judged by these rules, or by those before: see recorder__rules(). */
struct compiled;
void pipeline__rules(struct pipeline *p, struct compiled *rules, struct compiled *before);

/* Terminal input of those whom these name is recorded; once probe is known. They stay the caller's. */
struct tty_patterns;
int pipeline__mark(struct pipeline *p, const struct tty_patterns *patterns);

/* Takes one record of kernel audit's own, as kaudit_fn. */
int pipeline__kernel(void *pipeline, void *data, size_t size);
/* There were more than could be taken. */
void pipeline__kernel_lost(struct pipeline *p);

/* A record of our own: its type, and its body, of which so many bytes are taken. */
enum { PIPELINE_BODY_MAX = 16384 };
void pipeline__daemon(struct pipeline *p, __u32 type, const char *body);

/* Is all that was taken where it belongs? */
bool pipeline__settled(const struct pipeline *p);
/* Keeps with the ring what has been told, if nothing waits. */
void pipeline__settle(struct pipeline *p);

/* Has the reader of the output gone? What comes after that is only counted. */
bool pipeline__closed(const struct pipeline *p);

/* After each drain, and once when it was the last: has a clock been set, is there a loss to report? */
int pipeline__tick(struct pipeline *p, bool last);

const struct pipeline_counts *pipeline__counts(const struct pipeline *p);
/* How many events of a kind were lost by a cause, in the kernel or here. */
__u64 pipeline__lost(const struct pipeline *p, enum atr_kind kind, enum atr_cause cause);

#endif /* ATR_CMD_PIPELINE_H */
