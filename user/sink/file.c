// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/sink/sink.h"

struct sink {
	int fd;
	int stop;
	bool regular;
};

enum {
	STOP_GRACE_MS = 500, /* for a reader that is slow, once it is time to stop */
	PIECE = 4096,	     /* PIPE_BUF: what a pipe that is writable takes without blocking */
};

int sink__open(const char *path, struct sink **ret)
{
	struct sink *sink;
	struct stat st;
	int fd = STDOUT_FILENO;

	if (path) {
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
		if (fd < 0)
			return -errno;
	}
	sink = calloc(1, sizeof(*sink));
	if (!sink) {
		if (path)
			close(fd);
		return -ENOMEM;
	}
	sink->fd = fd;
	sink->stop = -1;
	sink->regular = !fstat(fd, &st) && S_ISREG(st.st_mode);
	*ret = sink;
	return 0;
}

void sink__free(struct sink *sink)
{
	if (!sink)
		return;
	if (sink->fd != STDOUT_FILENO)
		close(sink->fd);
	free(sink);
}

void sink__set_stop(struct sink *sink, int fd)
{
	sink->stop = fd;
}

/* Until a terminal or pipe takes something, or it is time to stop: 0, or -ETIMEDOUT. */
static int wait_writable(const struct sink *sink)
{
	struct pollfd fds[] = {
		{ .fd = sink->fd, .events = POLLOUT },
		{ .fd = sink->stop, .events = POLLIN },
	};

	if (poll(fds, 2, -1) > 0 && !fds[0].revents && poll(fds, 1, STOP_GRACE_MS) <= 0)
		return -ETIMEDOUT;
	return 0;
}

/* Takes a part of an event out of the file again, if nobody has written behind it. */
static void cut_back(int fd, off_t to, off_t end)
{
	struct stat st;

	if (!fstat(fd, &st) && st.st_size == end && !ftruncate(fd, to))
		lseek(fd, to, SEEK_SET);
}

int sink__write(struct sink *sink, const char *text, size_t len)
{
	off_t end = -1;
	size_t done = 0;
	ssize_t n;
	int err;

	while (done < len) {
		size_t piece = len - done;

		if (!sink->regular) {
			err = wait_writable(sink);
			if (err)
				return err;
			piece = piece < PIECE ? piece : PIECE;
		}
		n = write(sink->fd, text + done, piece);
		if (n >= 0) {
			done += n;
			continue;
		}
		if (errno == EINTR || (errno == EAGAIN && !sink->regular))
			continue;
		err = -errno;
		/* Behind an append the offset is the end of what we wrote. */
		if (done && sink->regular)
			end = lseek(sink->fd, 0, SEEK_CUR);
		if (end >= (off_t)done)
			cut_back(sink->fd, end - (off_t)done, end);
		return err;
	}
	return 0;
}

int sink__fd(const struct sink *sink)
{
	return sink->fd;
}
