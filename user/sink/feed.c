// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/sink/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
	PIECES = 64, /* events in one system call */
};

struct feed_item {
	struct feed_item *next;
	struct frames *frames;
	unsigned long long end; /* of the bytes sent, where it is sent */
};

void feed__attach(struct feed *feed, int fd)
{
	struct feed_item *item;

	feed->fd = fd;
	feed->blocked = false;
	feed->unsent = feed->first;
	feed->pos = 0;
	feed->sent = 0;
	feed->unsent_records = feed->unsent_bytes = 0;
	for (item = feed->first; item; item = item->next) {
		feed->unsent_records += item->frames->records;
		feed->unsent_bytes += item->frames->len;
	}
}

void feed__refuse(struct feed *feed, const struct frames *frames, enum feed_cause cause)
{
	feed->counters.seen += frames->records;
	feed->counters.dropped[cause] += frames->records;
}

/* An event that is larger than the queue goes into an empty one. */
static bool has_room(const struct feed *feed, const struct frames *frames, size_t depth)
{
	if (feed->unsent_bytes + frames->len > FEED_BYTES_MAX)
		return false;
	return !feed->unsent_records || feed->unsent_records + frames->records <= depth;
}

int feed__offer(struct feed *feed, struct frames *frames, size_t depth)
{
	struct feed_item *item;

	if (!frames->records)
		return 0;
	if (!has_room(feed, frames, depth))
		feed__flush(feed);
	if (!has_room(feed, frames, depth)) {
		feed__refuse(feed, frames, FEED_FULL);
		return -ENOBUFS;
	}
	item = calloc(1, sizeof(*item));
	if (!item) {
		feed__refuse(feed, frames, FEED_FULL);
		return -ENOMEM;
	}
	item->frames = frames_get(frames);
	if (feed->last)
		feed->last->next = item;
	else
		feed->first = item;
	feed->last = item;
	if (!feed->unsent)
		feed->unsent = item;
	feed->unsent_records += frames->records;
	feed->unsent_bytes += frames->len;
	feed->counters.seen += frames->records;
	feed->counters.waiting += frames->records;
	feed->counters.cut += frames->cut;
	if (feed->unsent_bytes >= FEED_BATCH)
		feed__flush(feed);
	return 0;
}

static size_t pieces(const struct feed *feed, struct iovec *iov)
{
	struct feed_item *item = feed->unsent;
	size_t pos = feed->pos, n;

	for (n = 0; item && n < PIECES; item = item->next) {
		iov[n].iov_base = item->frames->data + pos;
		iov[n++].iov_len = item->frames->len - pos;
		pos = 0;
	}
	return n;
}

static void sent(struct feed *feed, size_t len)
{
	struct feed_item *item;

	feed->sent += len;
	feed->pos += len;
	while ((item = feed->unsent) && feed->pos >= item->frames->len) {
		feed->pos -= item->frames->len;
		item->end = feed->sent - feed->pos;
		feed->unsent_records -= item->frames->records;
		feed->unsent_bytes -= item->frames->len;
		feed->unsent = item->next;
	}
}

int feed__flush(struct feed *feed)
{
	struct iovec iov[PIECES];
	struct msghdr msg = { .msg_iov = iov };
	ssize_t n;

	if (feed->fd < 0 || feed->blocked)
		return feed->unsent ? -EAGAIN : 0;
	while (feed->unsent) {
		msg.msg_iovlen = pieces(feed, iov);
		n = sendmsg(feed->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)) {
			feed->blocked = errno == EAGAIN;
			return -EAGAIN;
		}
		if (n < 0)
			return -errno;
		sent(feed, n);
	}
	return 0;
}

static struct frames *pop(struct feed *feed)
{
	struct feed_item *item = feed->first;
	struct frames *frames = item->frames;

	feed->first = item->next;
	if (!feed->first)
		feed->last = NULL;
	feed->counters.waiting -= frames->records;
	free(item);
	return frames;
}

void feed__settle(struct feed *feed, size_t unread)
{
	unsigned long long taken = feed->sent > unread ? feed->sent - unread : 0;
	struct frames *frames;

	while (feed->first && feed->first != feed->unsent && feed->first->end <= taken) {
		frames = pop(feed);
		feed->counters.written += frames->records;
		frames_put(frames);
	}
}

void feed__clear(struct feed *feed, enum feed_cause cause)
{
	struct frames *frames;

	while (feed->first) {
		frames = pop(feed);
		feed->counters.dropped[cause] += frames->records;
		frames_put(frames);
	}
	feed__attach(feed, feed->fd);
}

unsigned long long feed_dropped(const struct feed_counters *counters)
{
	unsigned long long sum = 0;
	int cause;

	for (cause = 0; cause < FEED_CAUSES; cause++)
		sum += counters->dropped[cause];
	return sum;
}
