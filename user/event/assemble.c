/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cpu has few buffers to build events in, and an exec keeps its own until it is done: so a block
 * is known by cpu and slot alone, and of each there is one at a time. Pieces have to come in order
 * and without a gap in their numbers: a piece that was lost makes the block incomplete for good,
 * and it is better not recorded than recorded with a hole.
 *
 * The cost is that of the copies, and of a walk through the few blocks there are.
 */
#include "user/event/assemble.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP = 64 * 1024 }; /* a larger buffer is not kept after its exec is done */

/* One unfinished block. There are few at a time: one a cpu and nesting level, at most. */
struct block {
	struct block *next;
	__u32 cpu;
	__u8 slot;
	bool live;     /* it has bytes, and seq continues it */
	bool used_now; /* its bytes are the last ones taken */
	__u64 seq;     /* of the last piece */
	__u64 time;    /* of the last piece */
	size_t len;
	size_t cap;
	char *bytes;
};

struct assembler {
	struct block *blocks;
	size_t total; /* sum of all cap */
};

struct assembler *assembler__new(void)
{
	return calloc(1, sizeof(struct assembler));
}

void assembler__free(struct assembler *a)
{
	struct block *b;

	if (!a)
		return;
	while ((b = a->blocks)) {
		a->blocks = b->next;
		free(b->bytes);
		free(b);
	}
	free(a);
}

static struct block *find(struct assembler *a, const struct atr_hdr *hdr)
{
	struct block *b;

	for (b = a->blocks; b; b = b->next)
		if (b->cpu == hdr->cpu && b->slot == hdr->slot)
			return b;
	return NULL;
}

/* The block itself stays: its cpu and slot will be used again. */
static void drop_bytes(struct assembler *a, struct block *b)
{
	a->total -= b->cap;
	free(b->bytes);
	b->bytes = NULL;
	b->len = 0;
	b->cap = 0;
	b->live = false;
}

/* Blocks without bytes cost little, but cpu numbers of a damaged capture can be any number. */
static void drop_idle(struct assembler *a)
{
	struct block **at = &a->blocks, *b;

	while ((b = *at)) {
		if (b->live) {
			at = &b->next;
			continue;
		}
		*at = b->next;
		drop_bytes(a, b);
		free(b);
	}
}

/* Give up the block that waited longest for its exec event, but for b. */
static bool drop_oldest(struct assembler *a, const struct block *b)
{
	struct block *at, *oldest = NULL;

	for (at = a->blocks; at; at = at->next)
		if (at != b && at->cap && (!oldest || at->time < oldest->time))
			oldest = at;
	if (oldest)
		drop_bytes(a, oldest);
	return oldest;
}

/*
 * Room for n more bytes, doubled as it grows. b->len is never above ATR_ASSEMBLE_MAX, nor the total
 * above ATR_ASSEMBLE_TOTAL: neither subtraction wraps, however much a damaged capture asks for.
 */
static int block_room(struct assembler *a, struct block *b, size_t n)
{
	size_t cap = b->cap ? b->cap : KEEP;
	char *bytes;

	if (n > ATR_ASSEMBLE_MAX - b->len)
		return -EMSGSIZE;
	while (cap < b->len + n)
		cap *= 2;
	if (cap > ATR_ASSEMBLE_MAX)
		cap = ATR_ASSEMBLE_MAX;
	if (cap == b->cap)
		return 0;
	while (cap - b->cap > ATR_ASSEMBLE_TOTAL - a->total)
		if (!drop_oldest(a, b))
			return -EMSGSIZE;
	bytes = realloc(b->bytes, cap);
	if (!bytes)
		return -ENOMEM;
	a->total += cap - b->cap;
	b->bytes = bytes;
	b->cap = cap;
	return 0;
}

static int block_append(struct assembler *a, struct block *b, const char *bytes, size_t n)
{
	int err = block_room(a, b, n);

	if (err) {
		drop_bytes(a, b);
		return err;
	}
	if (n)
		memcpy(b->bytes + b->len, bytes, n);
	b->len += n;
	return 0;
}

/* The bytes handed out last are not needed any more. */
static void settle(struct assembler *a)
{
	struct block *b;

	for (b = a->blocks; b; b = b->next) {
		if (!b->used_now)
			continue;
		b->used_now = false;
		b->live = false;
		b->len = 0;
		if (b->cap > KEEP)
			drop_bytes(a, b);
	}
}

/* The block for pieces that begin anew; what was in it, was never asked for and is dropped. */
static struct block *begin(struct assembler *a, const struct atr_hdr *hdr)
{
	struct block *b = find(a, hdr);

	if (!b) {
		drop_idle(a);
		b = calloc(1, sizeof(*b));
		if (!b)
			return NULL;
		b->cpu = hdr->cpu;
		b->slot = hdr->slot;
		b->next = a->blocks;
		a->blocks = b;
	}
	b->len = 0;
	b->live = true;
	return b;
}

int assembler__add(struct assembler *a, const struct atr_view *chunk)
{
	const struct atr_chunk *c = chunk->chunk;
	struct block *b;
	const char *bytes;
	size_t len;

	settle(a);
	if (c->off == 0) {
		b = begin(a, &c->hdr);
		if (!b)
			return -ENOMEM;
	} else {
		b = find(a, &c->hdr);
		if (!b || !b->live)
			return -ENODATA;
		/* Lost, or of another exec: what is there already cannot become whole any more. */
		if (c->hdr.seq != b->seq + 1 || c->off != b->len) {
			b->live = false;
			return -ENODATA;
		}
	}
	b->seq = c->hdr.seq;
	b->time = c->hdr.time;
	bytes = event_str(chunk, &c->data, &len);
	return block_append(a, b, bytes, len);
}

void assembler__forget(struct assembler *a, const struct atr_hdr *hdr)
{
	struct block *b = a->blocks ? find(a, hdr) : NULL;

	if (!b || !b->live)
		return;
	if (b->cap > KEEP)
		drop_bytes(a, b);
	b->live = false;
}

int assembler__take(struct assembler *a, const struct atr_view *exec, const char **ret_bytes,
		    size_t *ret_len)
{
	const struct atr_exec *e = exec->exec;
	const char *bytes;
	struct block *b;
	size_t len;
	int err;

	settle(a);
	bytes = event_str(exec, &e->argv, &len);
	if (!(e->hdr.flags & ATR_F_CHUNKED)) {
		assembler__forget(a, &e->hdr);
		*ret_bytes = bytes;
		*ret_len = len;
		return 0;
	}
	b = find(a, &e->hdr);
	if (!b || !b->live)
		return -ENODATA;
	/* Whatever comes of it, these bytes serve no later event. */
	b->used_now = true;
	if (e->hdr.seq != b->seq + 1 || b->len + len != e->argv_len)
		return -ENODATA;
	err = block_append(a, b, bytes, len);
	if (err)
		return err;
	*ret_bytes = b->bytes;
	*ret_len = b->len;
	return 0;
}

size_t assembler__peek(struct assembler *a, const struct atr_view *exec, const char **ret_bytes)
{
	const struct block *b;
	size_t len;

	if (exec->hdr->flags & ATR_F_CHUNKED) {
		b = find(a, exec->hdr);
		if (b && b->live && b->len) {
			*ret_bytes = b->bytes;
			return b->len;
		}
	}
	*ret_bytes = event_str(exec, &exec->exec->argv, &len);
	return len;
}
