// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring, scratch memory, and the account of what was seen, sent and lost. */
#include "bpf/core.bpf.h"
#include "bpf/kept.h"

char LICENSE[] SEC("license") = "GPL";

/* Told by user space before the load; see user/load/probe.c. */
const volatile bool cfg_has_tai;
const volatile bool cfg_has_task_regs;
const volatile __u32 cfg_wake_at;
const volatile __u32 cfg_mntns;
const volatile struct atr_label_sources cfg_labels;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} atr_ring SEC(".maps");

/*
 * Three a cpu: tracepoints used to run with preemption off and one would do, but not in every
 * kernel any more, so that one exec may interrupt another on the same cpu.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, ATR_SLOTS);
	__type(key, __u32);
	__type(value, struct atr_scratch);
} atr_scratches SEC(".maps");

/*
 * Events that the hooks meant to report, by kind: the kernel's own count, for the ledger. Behind them, those
 * of each kind that a rule has left out here, and those that it had left out before they were counted.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3 * ATR_KIND_USER);
	__type(key, __u32);
	__type(value, __u64);
} atr_seen SEC(".maps");

/* Losses by kind and cause, and what user space keeps there. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct atr_kept);
} atr_kept SEC(".maps");

__hidden void loss__count(__u32 kind, __u32 cause)
{
	__u32 key = 0;
	struct atr_kept *kept = bpf_map_lookup_elem(&atr_kept, &key);
	struct atr_loss *loss;

	if (!kept || kind >= ATR_KIND_USER || cause >= ATR_LOST_CAUSES)
		return;
	loss = &kept->losses[kind][cause];
	loss->last = bpf_ktime_get_boot_ns();
	if (!loss->first)
		loss->first = loss->last;
	__sync_fetch_and_add(&loss->count, 1);
}

__hidden void scratch__seen(__u32 kind)
{
	__u64 *seen = bpf_map_lookup_elem(&atr_seen, &kind);

	if (seen)
		__sync_fetch_and_add(seen, 1);
}

__hidden void scratch__filtered(__u32 kind)
{
	scratch__seen(kind + ATR_KIND_USER);
}

__hidden void scratch__refused(__u32 kind)
{
	scratch__seen(kind + 2 * ATR_KIND_USER);
}

/*
 * A slot that nobody on this cpu uses, or NULL, counted. The owner is who brought busy from 0 to 1:
 * of two that interrupt each other between the addition and the read at most one can see 1. No
 * atomic that returns a value, 5.10 has none.
 */
__hidden struct atr_scratch *scratch__take(__u32 kind)
{
	struct atr_scratch *s;
	__u32 slot;

	for (slot = 0; slot < ATR_SLOTS; slot++) {
		__u32 key = slot;

		s = bpf_map_lookup_elem(&atr_scratches, &key);
		if (!s)
			break;
		__sync_fetch_and_add(&s->busy, 1);
		if (*(volatile __u64 *)&s->busy == 1) {
			s->pos = 0;
			s->slot = slot;
			s->generation = *(volatile __u32 *)&atr_generation;
			return s;
		}
		__sync_fetch_and_add(&s->busy, -1);
	}
	scratch__seen(kind);
	loss__count(kind, ATR_CAUSE_SCRATCH_BUSY);
	return NULL;
}

__hidden struct atr_scratch *scratch__get(__u32 kind)
{
	struct atr_scratch *s = scratch__take(kind);

	if (s)
		scratch__seen(kind);
	return s;
}

/* The slot that the caller owns, once more: for functions that cannot be handed a pointer. */
__hidden struct atr_scratch *scratch__slot(__u32 slot)
{
	return bpf_map_lookup_elem(&atr_scratches, &slot);
}

/*
 * The event anew: its whole fixed part leaves the kernel, so nothing of an earlier one may be in it. In
 * two halves, as the compiler has no memset() of more than 1024 bytes. Global, as walk_steps() is.
 */
__noinline int scratch_clear(__u32 slot)
{
	struct atr_scratch *s = scratch__slot(slot);
	const int half = sizeof(s->ev) / 16;
	__u64 *ev;

	if (!s)
		return 0;
	ev = (__u64 *)&s->ev;
	__builtin_memset(ev, 0, half * 8);
	/* Else they are made one again. */
	barrier();
	__builtin_memset(ev + half, 0, sizeof(s->ev) - half * 8);
	s->pos = 0;
	s->fixed = sizeof(s->ev);
	return 0;
}

__hidden void scratch__put(struct atr_scratch *s)
{
	__sync_fetch_and_add(&s->busy, -1);
}

/*
 * Logins, and what is told of users, are few, and names are best looked up before they change: the loader
 * is not to gather more. But not each of a flood wakes it.
 */
#define URGENT_MAX 16384

static __always_inline __u64 wake_flag(__u64 waiting, __u32 size, __u32 kind)
{
	if (kind >= ATR_KIND_MESSAGE && kind != ATR_KIND_TTY && waiting < URGENT_MAX)
		return BPF_RB_FORCE_WAKEUP;
	return waiting < cfg_wake_at && waiting + size >= cfg_wake_at ? BPF_RB_FORCE_WAKEUP : 0;
}

static __always_inline int send(struct atr_scratch *s, struct atr_hdr *hdr, __u32 size, __u32 kind)
{
	__u64 waiting;

	hdr->size = size;
	hdr->kind = kind;
	hdr->abi = ATR_ABI;
	hdr->slot = s->slot;
	hdr->rules = s->generation;
	hdr->seq = ++s->seq;
	hdr->cpu = bpf_get_smp_processor_id();
	/*
	 * By itself the ring wakes the loader for the first event after it has caught up; it then
	 * waits a moment for more. Wake it again once when the ring is filling faster than that.
	 */
	waiting = bpf_ringbuf_query(&atr_ring, BPF_RB_AVAIL_DATA);
	return bpf_ringbuf_output(&atr_ring, hdr, size, wake_flag(waiting, size, kind));
}

/* With s->pos bytes of strings behind it; a failure is the ring's only one, full. */
__hidden int scratch__send(struct atr_scratch *s, struct atr_hdr *hdr, __u32 fixed, __u32 kind)
{
	__u32 pos = s->pos;

	/* Proves that 8 bytes of padding and the size lie in the scratch memory. */
	if (pos > ATR_DATA_MAX - 8)
		pos = ATR_DATA_MAX - 8;
	__builtin_memset(&s->data[pos], 0, 8);
	return send(s, hdr, fixed + ((pos + 7) & ~7U), kind);
}

/*
 * One block of the task's memory; if a page of it is missing (swapped out), page by page. What cannot
 * be read is 0: the helper sees to that. Returns how many pages were missing.
 */
static __always_inline int block_read(struct atr_scratch *s, const char *from, __u32 len)
{
	__u32 done = 0, n;
	int missing = 0, i;

	if (!bpf_probe_read_user(s->data, len, from))
		return 0;
	for (i = 0; i < ATR_CHUNK_MAX / 4096 + 1; i++) {
		if (done >= len || done > ATR_CHUNK_MAX)
			break;
		n = 4096 - ((__u64)(from + done) & 4095);
		if (n > len - done)
			n = len - done;
		/* Else clang compares a copy, and 6.1 does not know what that proves. */
		barrier_var(n);
		if (n <= 4096 && bpf_probe_read_user(&s->data[done], n, from + done))
			missing++;
		done += n;
	}
	return missing;
}

/*
 * Sends the next chunk of s->argv, its header in the tail of the unused s->ev: -1 when the ring has
 * no room, 0 when all is sent, 1 when there is more. Global, as walk_steps() is.
 */
__noinline int chunk_send(__u32 slot)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct atr_chunk *chunk;
	__u32 len;

	if (!s)
		return -1;
	if (s->argv.off >= s->argv.total)
		return 0;
	len = s->argv.total - s->argv.off;
	if (len > ATR_CHUNK_MAX)
		len = ATR_CHUNK_MAX;
	chunk = (void *)(s->data - sizeof(*chunk));
	__builtin_memset(chunk, 0, sizeof(*chunk));
	s->argv.missing += block_read(s, (void *)(s->argv.from + s->argv.off), len);
	__builtin_memset(&s->data[len], 0, 8);
	chunk->hdr.time = bpf_ktime_get_boot_ns();
	chunk->off = s->argv.off;
	chunk->data.off = sizeof(*chunk);
	chunk->data.len = len;
	s->argv.off += len;
	return send(s, &chunk->hdr, sizeof(*chunk) + ((len + 7) & ~7U), ATR_KIND_CHUNK) ? -1 : 1;
}
