// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is kept with the ring of what has been told. A SIGKILL takes what only waits in memory, for a disk that is
 * full; then it is still to be told. So it is kept as told only where nothing waits, and until then stands in here.
 */
#include "user/cmd/pipeline_impl.h"

bool pipeline__settled(const struct pipeline *p)
{
	return p->output->settled && p->output->settled(p->output->ctx);
}

static __u64 lost_here(const struct pipeline *p)
{
	unsigned int cause;
	__u64 sum = 0;

	for (cause = 0; cause < ATR_CAUSE_MAX; cause++)
		sum += p->counts.lost[cause];
	return sum;
}

struct atr_kept_mark pipeline__mark_now(const struct pipeline *p)
{
	const struct reader *reader = probe__reader(p->probe);
	const __u64 position = reader__position(reader);

	return (struct atr_kept_mark){
		.ring = probe__id(p->probe),
		/* What is read again, because pieces of it are missing, counts already. */
		.position = position > p->told ? position : p->told,
		.needed = reader__needed(reader),
		.serial = recorder__serial(p->recorder),
		.written = p->counts.written,
		.filtered = p->counts.filtered,
		.passed = p->counts.passed,
		.lost = lost_here(p),
	};
}

/* At once where that is allowed: the marks of events do not make up for it if there are several before the next tick. */
void pipeline__session(struct pipeline *p, __u32 auid, __u32 ses)
{
	const __u64 session = (__u64)auid << 32 | ses;
	struct atr_kept *kept = probe__kept(p->probe);
	const size_t i = ses % ATR_KEPT_SESSIONS;

	if (ses == ATR_UNSET || kept->sessions[i] == session)
		return;
	if (pipeline__settled(p)) {
		kept->sessions[i] = session;
		return;
	}
	p->sessions[i] = session;
	p->sessions_wait = true;
}

void pipeline__reported(struct pipeline *p, unsigned int kind, unsigned int cause, __u64 count)
{
	p->reported[kind][cause] = count;
	if (pipeline__settled(p))
		probe__losses_reported(p->probe, kind, cause, count);
}

static void sessions_keep(struct pipeline *p)
{
	struct atr_kept *kept = probe__kept(p->probe);
	size_t i;

	for (i = 0; p->sessions_wait && i < ATR_KEPT_SESSIONS; i++) {
		if (p->sessions[i])
			kept->sessions[i] = p->sessions[i];
		p->sessions[i] = 0;
	}
	p->sessions_wait = false;
}

/*
 * What became no text is not to be read again either: with what has been forgotten of before it might mean something
 * else now.
 */
static void mark_keep(struct pipeline *p)
{
	struct atr_kept *kept = probe__kept_now(p->probe);

	kept->marks[!(kept->mark & 1)] = pipeline__mark_now(p);
	__atomic_store_n(&kept->mark, !(kept->mark & 1), __ATOMIC_RELEASE);
}

/* In this order: a loss that is reported and is not in the mark would be one of events behind it. */
void pipeline__settle(struct pipeline *p)
{
	unsigned int kind, cause;
	struct atr_loss loss;

	if (!pipeline__settled(p))
		return;
	sessions_keep(p);
	mark_keep(p);
	for (kind = 0; kind < ATR_KIND_USER; kind++) {
		for (cause = 0; cause < ATR_CAUSE_MAX; cause++) {
			probe__losses(p->probe, kind, cause, &loss);
			if (loss.reported != p->reported[kind][cause])
				probe__losses_reported(p->probe, kind, cause,
						       p->reported[kind][cause]);
		}
	}
}
