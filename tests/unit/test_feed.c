// SPDX-License-Identifier: GPL-2.0-or-later
/* What a plugin is handed, byte by byte, and the queue before it: its bound, its account, a reader that dies. */
#include <errno.h>
#include <libaudit.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/tap.h"
#include "user/sink/feed.h"

#define S1	"audit(1795221667.525:9):"
#define S2	"audit(1795221667.600:10):"

#define CALL	"type=SYSCALL msg=" S1 " arch=c000003e"
#define TITLE	"type=PROCTITLE msg=" S1 " proctitle=61"
#define MESSAGE "type=USER_AUTH msg=" S2 " pid=1"
#define EOE	"type=EOE msg=" S1

static struct frames *make(enum plugin_format format, bool enriched, const char *node,
			   const char *text)
{
	const struct frames_opts opts = { .enriched = enriched, .node = node };
	struct frames *frames = NULL;

	if (frames_make(&frames, format, &opts, text, strlen(text)))
		exit(1);
	return frames;
}

static void test_strings(void)
{
	static const struct {
		const char *what;
		bool enriched;
		const char *node, *text, *want;
		unsigned int records;
	} rows[] = {
		{ "nothing", false, NULL, "", "", 0 },
		{ "a message has no EOE", false, NULL, MESSAGE "\n", MESSAGE "\n", 1 },
		{ "a call has one, as the kernel sends it", false, NULL, CALL "\n" TITLE "\n",
		  CALL "\n" TITLE "\n" EOE " \n", 3 },
		{ "enriched, it has no blank", true, NULL, CALL "\n" TITLE "\n",
		  CALL "\n" TITLE "\n" EOE "\n", 3 },
		{ "nor with a node", false, "n1", CALL "\n" TITLE "\n",
		  "node=n1 " CALL "\nnode=n1 " TITLE "\nnode=n1 " EOE "\n", 3 },
		{ "without PROCTITLE it ends the event", true, NULL,
		  CALL "\ntype=CWD msg=" S1 " cwd=\"/\"\n" MESSAGE "\n",
		  CALL "\ntype=CWD msg=" S1 " cwd=\"/\"\n" EOE "\n" MESSAGE "\n", 4 },
		{ "two events", true, NULL, MESSAGE "\n" CALL "\n" TITLE "\n",
		  MESSAGE "\n" CALL "\n" TITLE "\n" EOE "\n", 4 },
		{ "a SYSCALL of which the rest comes later", true, NULL, CALL "\n", CALL "\n", 1 },
		{ "what comes later", true, NULL, TITLE "\n", TITLE "\n" EOE "\n", 2 },
		{ "no record at all", true, NULL, "type\n=\n", "type\n=\n", 2 },
	};
	struct frames *f;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		f = make(PLUGIN_STRING, rows[i].enriched, rows[i].node, rows[i].text);
		is_bytes(f->data, f->len, rows[i].want, strlen(rows[i].want), rows[i].what);
		is_int(f->records, rows[i].records, "its records");
		frames_put(f);
	}
}

/* A frame of a binary stream: version, type, text; and zeros up to its end. */
static void is_frame(const struct frames *f, size_t n, unsigned int version, unsigned int type,
		     const char *text, const char *what)
{
	const size_t size = sizeof(struct audit_dispatcher_header) + MAX_AUDIT_MESSAGE_LENGTH;
	struct audit_dispatcher_header h;
	const char *data = f->data + n * size + sizeof(h);
	size_t i;

	if (!ok(f->len >= (n + 1) * size, "%s: there is one", what))
		return;
	memcpy(&h, f->data + n * size, sizeof(h));
	is_int(h.ver, version, "version");
	is_int(h.hlen, sizeof(h), "length of the header");
	is_int(h.type, type, "type");
	is_bytes(data, h.size, text, strlen(text), what);
	for (i = h.size; i < MAX_AUDIT_MESSAGE_LENGTH && !data[i];)
		i++;
	is_int(i, MAX_AUDIT_MESSAGE_LENGTH, "and nothing behind it");
}

static void test_binary(void)
{
	struct frames *f = make(PLUGIN_BINARY, false, NULL, CALL "\n" TITLE "\n");

	is_int(f->records, 3, "binary: three records");
	is_frame(f, 0, 0, AUDIT_SYSCALL, S1 " arch=c000003e", "raw: what the kernel sends");
	is_frame(f, 2, 0, AUDIT_EOE, S1 " ", "raw: EOE, with its blank");
	frames_put(f);
	f = make(PLUGIN_BINARY, true, NULL, CALL "\n" TITLE "\n");
	is_frame(f, 0, 1, AUDIT_SYSCALL, CALL, "enriched: the line");
	is_frame(f, 2, 1, AUDIT_EOE, EOE, "enriched: EOE, without");
	frames_put(f);
	f = make(PLUGIN_BINARY, false, "n1", "type=UNKNOWN[1999] msg=" S1 " a=b\n");
	is_frame(f, 0, 1, 1999, "node=n1 type=UNKNOWN[1999] msg=" S1 " a=b", "with a node");
	frames_put(f);
}

/* Readers have buffers of MAX_AUDIT_MESSAGE_LENGTH. */
static void test_long(void)
{
	static char text[2 * MAX_AUDIT_MESSAGE_LENGTH];
	const size_t max = MAX_AUDIT_MESSAGE_LENGTH - 1;
	struct frames *f;

	memset(text, 'a', sizeof(text));
	memcpy(text, MESSAGE, strlen(MESSAGE));
	strcpy(text + max, "\n");
	f = make(PLUGIN_STRING, true, NULL, text);
	is_int(f->len, max + 1, "the longest line");
	is_int(f->cut, 0, "is whole");
	frames_put(f);
	strcpy(text + max, "b\n");
	f = make(PLUGIN_STRING, true, NULL, text);
	is_int(f->len, max + 1, "a longer one is cut");
	is_int(f->cut, 1, "and counted");
	frames_put(f);
	text[max - 50] = AUDIT_INTERP_SEPARATOR;
	f = make(PLUGIN_STRING, true, NULL, text);
	is_int(f->len, max - 50 + 1, "by what is enriched, if that is enough");
	frames_put(f);
	f = make(PLUGIN_BINARY, true, "n1", text);
	is_int(f->len, sizeof(struct audit_dispatcher_header) + MAX_AUDIT_MESSAGE_LENGTH,
	       "a frame has its size in any case");
	frames_put(f);
}

/* --- the queue -------------------------------------------------------------------------------- */

struct bed {
	struct feed feed;
	int fds[2];
	struct frames *frames; /* of 3 records */
};

static void bed_open(struct bed *b)
{
	memset(b, 0, sizeof(*b));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, b->fds))
		exit(1);
	b->frames = make(PLUGIN_STRING, true, NULL, CALL "\n" TITLE "\n");
	b->feed.fd = -1;
}

static void bed_connect(struct bed *b)
{
	close(b->fds[0]);
	close(b->fds[1]);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, b->fds))
		exit(1);
	feed__attach(&b->feed, b->fds[0]);
}

static void bed_close(struct bed *b)
{
	feed__clear(&b->feed, FEED_ENDED);
	frames_put(b->frames);
	close(b->fds[0]);
	close(b->fds[1]);
}

static void settle(struct bed *b)
{
	int unread = 0;

	ioctl(b->fds[1], SIOCINQ, &unread);
	feed__settle(&b->feed, unread);
}

static size_t take(struct bed *b, size_t len)
{
	static char buf[1 << 20];
	ssize_t n = recv(b->fds[1], buf, len < sizeof(buf) ? len : sizeof(buf), MSG_DONTWAIT);

	return n < 0 ? 0 : n;
}

static bool adds_up(const struct feed *feed)
{
	const struct feed_counters *c = &feed->counters;

	return c->seen == c->written + feed_dropped(c) + c->waiting;
}

static void test_bound(void)
{
	struct bed b;
	int i, dropped = 0;

	bed_open(&b);
	for (i = 0; i < 5; i++)
		dropped += feed__offer(&b.feed, b.frames, 10) == -ENOBUFS;
	is_int(dropped, 2, "three events of three records fit into ten");
	is_int(b.feed.counters.dropped[FEED_FULL], 6, "those that do not are counted");
	ok(adds_up(&b.feed), "seen = written + dropped + waiting");
	feed__clear(&b.feed, FEED_ENDED);
	is_int(b.feed.counters.dropped[FEED_ENDED], 9, "as is what is left in the end");
	is_int(feed__offer(&b.feed, b.frames, 1), 0, "an event beyond the bound goes in alone");
	is_int(feed__offer(&b.feed, b.frames, 1), -ENOBUFS, "and no other");
	feed__clear(&b.feed, FEED_ENDED);
	is_int(b.frames->refs, 1, "in the end nobody else has the bytes");
	bed_close(&b);
}

static void test_reader(void)
{
	const size_t depth = 100;
	struct bed b;
	int i, err = 0;

	bed_open(&b);
	bed_connect(&b);
	for (i = 0; i < 30; i++)
		err |= feed__offer(&b.feed, b.frames, depth);
	is_int(err, 0, "30 events for one who reads");
	is_int(feed__flush(&b.feed), 0, "go into the socket");
	settle(&b);
	is_int(b.feed.counters.written, 0, "but are not read");
	take(&b, 10 * b.frames->len);
	settle(&b);
	is_int(b.feed.counters.written, 30, "until they are");
	take(&b, b.frames->len / 2);
	settle(&b);
	is_int(b.feed.counters.written, 30, "a part is none");
	is_int(b.feed.counters.waiting, 60, "the others wait");

	bed_connect(&b);
	is_int(feed__flush(&b.feed), 0, "the next reader");
	is_int(take(&b, 1 << 20), 20 * b.frames->len, "gets those, from the beginning of an event");
	settle(&b);
	is_int(b.feed.counters.written, 90, "all are read");
	ok(adds_up(&b.feed) && !b.feed.counters.waiting, "and nothing is left");
	bed_close(&b);
}

static void test_stuck(void)
{
	unsigned long long before;
	struct bed b;
	int i;

	bed_open(&b);
	bed_connect(&b);
	for (i = 0; i < 100000; i++)
		feed__offer(&b.feed, b.frames, 2000);
	settle(&b);
	is_int(b.feed.counters.seen, 300000, "100000 events for one who never reads");
	is_int(b.feed.counters.written, 0, "none is written");
	ok(b.feed.unsent_records <= 2000, "no more than the bound wait");
	ok(b.feed.blocked, "the socket is not tried again");
	ok(adds_up(&b.feed), "seen = written + dropped + waiting");
	before = b.feed.counters.waiting;
	while (take(&b, 1 << 20) > 0) {
		b.feed.blocked = false;
		feed__flush(&b.feed);
	}
	settle(&b);
	is_int(b.feed.counters.written, before, "when he reads, all that waited is");
	close(b.fds[1]);
	feed__offer(&b.feed, b.frames, 2000);
	is_int(feed__flush(&b.feed), -EPIPE, "one who has gone is noticed");
	b.fds[1] = dup(b.fds[0]);
	bed_close(&b);
}

int main(void)
{
	test_strings();
	test_binary();
	test_long();
	test_bound();
	test_reader();
	test_stuck();
	return tap_done();
}
