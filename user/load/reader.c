// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/reader.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "bpf/event.h"

enum {
	RECORD_HEAD =
		8, /* before each record: its length with two bits, and four bytes of the kernel's */
	LINGER_MS = 2000, /* an exec comes right behind its pieces, if nobody holds it up */
};

struct reader {
	unsigned long *consumer;
	const unsigned long *producer;
	const char *data; /* twice in a row, so that no record has a gap */
	__u64 size;
	size_t page;
	__u64 at;
	__u64 next;    /* behind the event that is handed out */
	__u64 told;    /* before it only pieces are wanted */
	__u64 *pieces; /* where the first one of each cpu and slot is, plus 1; 0: there is none */
	size_t pieces_n;
	__u64 oldest;	 /* of them; 0: none at all */
	__u64 lingering; /* the oldest when all was read the last time, and since when, in ms */
	__u64 since;
};

int reader__open(int fd, struct reader **ret)
{
	struct reader *r = calloc(1, sizeof(*r));
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);
	char *map;
	int err;

	if (!r)
		return -ENOMEM;
	r->page = sysconf(_SC_PAGESIZE);
	r->consumer = MAP_FAILED;
	r->pieces_n = (size_t)sysconf(_SC_NPROCESSORS_CONF) * ATR_SLOTS;
	r->pieces = calloc(r->pieces_n, sizeof(*r->pieces));
	err = r->pieces ? 0 : -ENOMEM;
	if (!err && bpf_obj_get_info_by_fd(fd, &info, &len))
		err = -errno;
	if (err)
		goto out;
	r->size = info.max_entries;
	r->consumer = mmap(NULL, r->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	map = mmap(NULL, r->page + 2 * r->size, PROT_READ, MAP_SHARED, fd, (off_t)r->page);
	if (map != MAP_FAILED) {
		r->producer = (void *)map;
		r->data = map + r->page;
	}
	if (r->consumer == MAP_FAILED || map == MAP_FAILED) {
		err = -errno;
		goto out;
	}
	r->at = r->next = __atomic_load_n(r->consumer, __ATOMIC_ACQUIRE);
	*ret = r;
out:
	if (err)
		reader__free(r);
	return err;
}

void reader__free(struct reader *r)
{
	if (!r)
		return;
	if (r->consumer != MAP_FAILED)
		munmap(r->consumer, r->page);
	if (r->producer)
		munmap((void *)r->producer, r->page + 2 * r->size);
	free(r->pieces);
	free(r);
}

__u64 reader__end(const struct reader *r)
{
	return __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
}

__u64 reader__used(const struct reader *r)
{
	const __u64 from = __atomic_load_n(r->consumer, __ATOMIC_ACQUIRE);

	return reader__end(r) - from;
}

__u64 reader__position(const struct reader *r)
{
	return r->next;
}

__u64 reader__needed(const struct reader *r)
{
	return r->oldest ? r->oldest - 1 : r->next;
}

/* --- one record ------------------------------------------------------------------------------- */

struct record {
	void *data;
	__u32 size;
	bool discarded;
	__u64 next;
};

/* The record there, false if it is not finished yet. */
static bool record_at(const struct reader *r, __u64 at, struct record *ret)
{
	const char *head = r->data + (at & (r->size - 1));
	__u32 len = __atomic_load_n((const __u32 *)head, __ATOMIC_ACQUIRE);

	if (len & BPF_RINGBUF_BUSY_BIT)
		return false;
	ret->discarded = len & BPF_RINGBUF_DISCARD_BIT;
	ret->size = len & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
	ret->data = (void *)(head + RECORD_HEAD);
	ret->next = at + RECORD_HEAD + ((ret->size + 7) & ~7U);
	return true;
}

/* --- pieces ----------------------------------------------------------------------------------- */

static void pieces_oldest(struct reader *r)
{
	size_t i;

	r->oldest = 0;
	for (i = 0; i < r->pieces_n; i++) {
		if (r->pieces[i] && (!r->oldest || r->pieces[i] < r->oldest))
			r->oldest = r->pieces[i];
	}
}

static void pieces_forget(struct reader *r)
{
	size_t i;

	for (i = 0; i < r->pieces_n; i++)
		r->pieces[i] = 0;
	r->oldest = 0;
}

/* Whatever else comes of the cpu and slot of a piece, nothing behind it needs the piece. */
static void pieces_note(struct reader *r, const struct record *rec)
{
	const struct atr_hdr *hdr = rec->data;
	const struct atr_chunk *chunk = rec->data;
	size_t i;

	if (rec->size < sizeof(*hdr))
		return;
	i = (size_t)hdr->cpu * ATR_SLOTS + hdr->slot;
	if (hdr->slot >= ATR_SLOTS || i >= r->pieces_n)
		return;
	if (hdr->kind != ATR_KIND_CHUNK) {
		if (!r->pieces[i])
			return;
		r->pieces[i] = 0;
		pieces_oldest(r);
	} else if (rec->size >= sizeof(*chunk) && !chunk->off) {
		r->pieces[i] = r->at + 1;
		pieces_oldest(r);
	}
}

static __u64 now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

/* An exec that does not come is not to keep the ring from being used again. */
static void pieces_settle(struct reader *r, bool all_read)
{
	if (!r->oldest)
		return;
	if (r->at - (r->oldest - 1) > r->size / 4)
		pieces_forget(r);
	if (!all_read || !r->oldest)
		return;
	if (r->lingering != r->oldest) {
		r->lingering = r->oldest;
		r->since = now_ms();
	} else if (now_ms() - r->since > LINGER_MS) {
		pieces_forget(r);
	}
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The kernel may use again what is before that. */
static void publish(struct reader *r)
{
	__u64 at = r->oldest ? r->oldest - 1 : r->at;

	__atomic_store_n(r->consumer, at, __ATOMIC_RELEASE);
}

static bool is_piece(const struct record *rec)
{
	return rec->size >= sizeof(struct atr_hdr) &&
	       ((const struct atr_hdr *)rec->data)->kind == ATR_KIND_CHUNK;
}

static int hand_out(struct reader *r, const struct record *rec, reader_event_fn fn, void *ctx)
{
	if (rec->discarded)
		return 0;
	pieces_note(r, rec);
	if (r->at < r->told && !is_piece(rec))
		return 0;
	return fn(ctx, rec->data, rec->size);
}

int reader__drain(struct reader *r, reader_event_fn fn, void *ctx)
{
	struct record rec;
	int n = 0, err;

	while (r->at < reader__end(r) && record_at(r, r->at, &rec)) {
		r->next = rec.next;
		err = hand_out(r, &rec, fn, ctx);
		r->at = rec.next;
		pieces_settle(r, false);
		publish(r);
		if (err < 0)
			return err;
		n++;
	}
	pieces_settle(r, true);
	publish(r);
	return n;
}

static bool intact(const struct reader *r, __u64 from)
{
	return reader__end(r) - from <= r->size;
}

int reader__seek(struct reader *r, __u64 position, __u64 needed)
{
	if (needed > position || position > reader__end(r) || needed & 7 || position & 7)
		return -EINVAL;
	r->told = position;
	if (!intact(r, needed))
		return -ERANGE;
	__atomic_store_n(r->consumer, needed, __ATOMIC_SEQ_CST);
	/* Who has looked at the number before has gone on by then. */
	usleep(1000);
	if (!intact(r, needed)) {
		__atomic_store_n(r->consumer, r->at, __ATOMIC_SEQ_CST);
		return -ERANGE;
	}
	r->at = r->next = needed;
	return 0;
}

int reader__scan(const struct reader *r, __u64 from, __u64 to, reader_event_fn fn, void *ctx)
{
	__u64 end = reader__end(r);
	struct record rec;
	int err = 0;

	if (to < end)
		end = to;
	if (from > end || !intact(r, from))
		return -ERANGE;
	for (; !err && from < end; from = rec.next) {
		if (!record_at(r, from, &rec))
			return -EAGAIN;
		if (!rec.discarded && !is_piece(&rec))
			err = fn(ctx, rec.data, rec.size);
	}
	return err;
}
