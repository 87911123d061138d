/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring's reader, on a file that is laid out like a ring of the kernel's. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/event.h"
#include "tests/tap.h"
#include "user/load/reader.h"

static size_t size; /* of the ring: one page */
static int fd;
static unsigned long *consumer, *producer;
static char *data;

/* libbpf's; of it the reader asks nothing else. */
int bpf_obj_get_info_by_fd(int map, void *info, __u32 *len);
int bpf_obj_get_info_by_fd(int map, void *info, __u32 *len)
{
	((struct bpf_map_info *)info)->max_entries = size;
	return 0;
}

/* The kernel's side of it. */
static void ring_make(void)
{
	char *map;

	size = sysconf(_SC_PAGESIZE);
	fd = memfd_create("ring", 0);
	if (!ok(fd >= 0 && !ftruncate(fd, 4 * size), "there is room for a ring"))
		exit(1);
	map = mmap(NULL, 4 * size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	consumer = (void *)map;
	producer = (void *)(map + size);
	data = map + 2 * size;
}

/* Both of the places where a reader may see it. */
static void put(__u64 at, const void *from, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		data[(at + i) % size] = ((const char *)from)[i];
		data[(at + i) % size + size] = ((const char *)from)[i];
	}
}

static __u64 send(enum atr_kind kind, __u16 cpu, __u32 flags)
{
	struct atr_chunk event = { .hdr.kind = kind, .hdr.cpu = cpu };
	__u32 head[2] = { sizeof(event) | flags, 0 };
	__u64 at = *producer;

	put(at, head, sizeof(head));
	put(at + sizeof(head), &event, sizeof(event));
	*producer = at + sizeof(head) + ((sizeof(event) + 7) & ~7U);
	return at;
}

struct got {
	int chunks, execs;
};

static int take(void *ctx, void *event, size_t len)
{
	const struct atr_hdr *hdr = event;
	struct got *got = ctx;

	if (hdr->kind == ATR_KIND_CHUNK)
		got->chunks++;
	else
		got->execs++;
	return 0;
}

static void test_pieces(void)
{
	struct got got = { 0 };
	struct reader *r = NULL;
	__u64 piece;

	*consumer = *producer = 0;
	is_int(reader__open(fd, &r), 0, "it is opened");
	piece = send(ATR_KIND_CHUNK, 0, 0);
	send(ATR_KIND_EXEC, 1, 0);
	reader__drain(r, take, &got);
	is_int(got.chunks + got.execs, 2, "a piece and an exec of another cpu");
	is_int(reader__position(r), *producer, "are read");
	is_int(reader__needed(r), piece, "the piece is needed");
	is_int(*consumer, piece, "and the kernel keeps it");
	send(ATR_KIND_EXEC, 0, 0);
	reader__drain(r, take, &got);
	is_int(reader__needed(r), reader__position(r), "until its exec has come");
	is_int(*consumer, *producer, "then all is given back");
	reader__free(r);
}

/* Of two execs in pieces the first one has been told, and the kernel has written over its piece. */
static void test_seek_behind(void)
{
	struct got got = { 0 };
	struct reader *r = NULL;
	__u64 needed, position;
	int n = 0;

	*consumer = *producer = 0;
	needed = send(ATR_KIND_CHUNK, 0, 0);
	*consumer = send(ATR_KIND_CHUNK, 1, 0);
	send(ATR_KIND_EXEC, 0, 0);
	position = *producer;
	for (; *producer - needed <= size; n++)
		send(ATR_KIND_EXEC, 2, 0);
	reader__open(fd, &r);
	is_int(reader__seek(r, position, needed), -ERANGE, "what is needed has been written over");
	reader__drain(r, take, &got);
	is_int(got.execs, n, "what has been told is not handed out again");
	is_int(got.chunks, 1, "but the piece that is left is");
	reader__free(r);
}

static void test_scan(void)
{
	struct got got = { 0 };
	struct reader *r = NULL;
	__u64 from, to;

	*consumer = *producer = 0;
	reader__open(fd, &r);
	from = *producer;
	send(ATR_KIND_EXEC, 0, 0);
	send(ATR_KIND_CHUNK, 0, 0);
	to = send(ATR_KIND_EXEC, 0, 0);
	is_int(reader__scan(r, from, to, take, &got), 0, "a part");
	is_int(got.execs, 1, "ends before where it is to end");
	is_int(got.chunks, 0, "and has no pieces");
	is_int(reader__scan(r, from, ~0ULL, take, &got), 0, "all");
	is_int(got.execs, 3, "ends with the last one");
	is_int(reader__scan(r, *producer + 8, ~0ULL, take, &got), -ERANGE, "behind it is nothing");
	send(ATR_KIND_EXEC, 0, BPF_RINGBUF_BUSY_BIT);
	is_int(reader__scan(r, from, ~0ULL, take, &got), -EAGAIN, "one that is not finished");
	is_int(reader__position(r), 0, "nothing of this was read");
	reader__free(r);
}

int main(void)
{
	ring_make();
	test_pieces();
	test_seek_behind();
	test_scan();
	return tap_done();
}
