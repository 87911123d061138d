// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "tests/tap.h"
#include "tests/unit/build.h"
#include "user/event/assemble.h"

static struct event ev;
static struct assembler *a;

static int chunk(unsigned int cpu, unsigned int slot, __u64 seq, __u32 off, const char *bytes,
		 size_t len)
{
	struct atr_view view;

	event_begin(&ev, ATR_KIND_CHUNK);
	ev.hdr.cpu = cpu;
	ev.hdr.slot = slot;
	ev.hdr.seq = seq;
	ev.hdr.time = seq;
	ev.chunk.off = off;
	event_put(&ev, &ev.chunk.data, bytes, len);
	view = event_check(&ev);
	return assembler__add(a, &view);
}

/* Takes with an exec event; got is "" or the bytes with . for NUL, or the error. */
static const char *take(unsigned int cpu, unsigned int slot, __u64 seq, const char *rest,
			__u32 argv_len)
{
	static char got[128];
	struct atr_view view;
	const char *bytes;
	size_t len, i;
	int err;

	an_exec(&ev);
	ev.hdr.cpu = cpu;
	ev.hdr.slot = slot;
	ev.hdr.seq = seq;
	ev.hdr.flags = ATR_F_CHUNKED;
	ev.exec.argv_len = argv_len;
	event_puts(&ev, &ev.exec.argv, rest);
	view = event_check(&ev);
	err = assembler__take(a, &view, &bytes, &len);
	if (err)
		return strerrorname_np(-err);
	for (i = 0; i < len && i + 1 < sizeof(got); i++)
		got[i] = bytes[i] ? bytes[i] : '.';
	got[i] = '\0';
	return got;
}

static void test_order(void)
{
	chunk(0, 0, 1, 0, "abc", 3);
	chunk(0, 0, 2, 3, "de\0", 3);
	is_str(take(0, 0, 3, "", 6), "abcde.", "two pieces");
	is_str(take(0, 0, 4, "", 6), "ENODATA", "they serve one event only");
	chunk(0, 0, 5, 0, "abc", 3);
	is_str(take(0, 0, 6, "def", 6), "abcdef", "a piece and the event's own");
	chunk(0, 0, 7, 0, "abc", 3);
	is_str(take(0, 0, 8, "def", 7), "ENODATA", "fewer bytes than announced");
	chunk(0, 0, 9, 0, "abc", 3);
	is_str(take(0, 0, 11, "def", 6), "ENODATA", "a gap before the event");
	chunk(0, 0, 12, 0, "abc", 3);
	is_int(chunk(0, 0, 14, 3, "def", 3), -ENODATA, "a gap between pieces");
	is_str(take(0, 0, 15, "", 6), "ENODATA", "drops the block");
	chunk(0, 0, 16, 0, "abc", 3);
	is_int(chunk(0, 0, 17, 4, "def", 3), -ENODATA, "a piece of another place");
	is_int(chunk(0, 0, 18, 3, "def", 3), -ENODATA, "and what follows it");
	is_int(chunk(1, 0, 1, 3, "def", 3), -ENODATA, "a piece without a beginning");
	chunk(0, 0, 19, 0, "old", 3);
	chunk(0, 0, 20, 0, "new", 3);
	is_str(take(0, 0, 21, "", 3), "new", "offset 0 begins anew");
}

static void test_interleaved(void)
{
	chunk(0, 0, 1, 0, "a0", 2);
	chunk(1, 0, 1, 0, "b0", 2);
	chunk(0, 1, 1, 0, "c0", 2);
	chunk(1, 0, 2, 2, "b1", 2);
	chunk(0, 0, 2, 2, "a1", 2);
	is_str(take(0, 1, 2, "c1", 4), "c0c1", "slots are apart");
	is_str(take(1, 0, 3, "", 4), "b0b1", "and so are cpus");
	is_str(take(0, 0, 3, "", 4), "a0a1", "the first is still there");
}

static void test_forget(void)
{
	struct atr_view view;
	const char *bytes;
	size_t len;

	chunk(3, 0, 1, 0, "abc", 3);
	an_exec(&ev);
	ev.hdr.cpu = 3;
	view = event_check(&ev);
	is_int(assembler__peek(a, &view, &bytes), 5, "an event without chunks: its own bytes");
	is_int(assembler__take(a, &view, &bytes, &len), 0, "can be taken");
	is_bytes(bytes, len, "ls\0/", 5, "as they are");
	is_str(take(3, 0, 2, "", 3), "ENODATA", "and ends what waited there");
	chunk(3, 0, 5, 0, "abc", 3);
	ev.hdr.flags = 0;
	assembler__forget(a, &ev.hdr);
	is_str(take(3, 0, 6, "", 3), "ENODATA", "as any other event does");
	chunk(3, 0, 7, 0, "abc", 3);
	an_exec(&ev);
	ev.hdr.cpu = 3;
	ev.hdr.flags = ATR_F_CHUNKED;
	view = event_check(&ev);
	is_int(assembler__peek(a, &view, &bytes), 3, "a look at the pieces so far");
	is_bytes(bytes, 3, "abc", 3, "shows them");
	is_str(take(3, 0, 8, "", 3), "abc", "and takes nothing");
}

static void test_bounds(void)
{
	static char piece[ATR_CHUNK_MAX];
	unsigned int cpu, bad = 0;
	__u64 seq;
	__u32 off;
	int err = 0;

	for (off = 0, seq = 1; !err; off += sizeof(piece), seq++)
		err = chunk(0, 0, seq, off, piece, sizeof(piece));
	is_int(err, -EMSGSIZE, "there is an end to one block");
	ok(off > 6 << 20 && off < (6 << 20) + (1 << 20), "a little over 6 MiB (%u)", off);
	/* A block an every cpu, all left alone: the oldest make room. */
	for (cpu = 0; cpu < 2000; cpu++)
		for (off = 0, seq = cpu * 10; off < 4 * sizeof(piece); off += sizeof(piece), seq++)
			bad += chunk(cpu, 0, seq, off, piece, sizeof(piece)) != 0;
	is_int(bad, 0, "2000 blocks that nobody asks for");
	is_str(take(0, 0, 4, "", 4 * sizeof(piece)), "ENODATA", "the oldest one is gone");
	ok(strcmp(take(1999, 0, 1999 * 10 + 4, "", 4 * sizeof(piece)), "ENODATA"),
	   "the newest one is not");
}

int main(void)
{
	a = assembler__new();
	test_order();
	test_interleaved();
	test_forget();
	test_bounds();
	assembler__free(a);
	assembler__free(NULL);
	return tap_done();
}
