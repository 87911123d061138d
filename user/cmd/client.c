// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "user/log.h"

#define REPLY_FIRST 65536

static int open_failed(const char *path, int err)
{
	const char *advice = "";

	if (err == ENOENT || err == ECONNREFUSED)
		advice = "; is `autrail daemon` running, and is that its control_socket?";
	else if (err == EACCES)
		advice = "; a directory on the way is not for you";
	log_error("cannot reach the daemon at %s: %s%s", path, strerror(err), advice);
	return err == EACCES ? ATR_EXIT_PRIVILEGE : ATR_EXIT_RUNTIME;
}

/* A descriptor, or an exit code, negative and logged. */
static int client_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		log_error("the name of a socket has less than %zu bytes: %s",
			  sizeof(address.sun_path), path);
		return -ATR_EXIT_USAGE;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	if (fd >= 0)
		close(fd);
	return -open_failed(path, errno);
}

/* What the daemon does not want to hear it closes the connection of; its answer tells why. */
static void whole_send(int fd, const char *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= n) {
		n = send(fd, data, len, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return;
	}
}

/* In one piece, as far as it goes: of who has no right the daemon looks at no more than the first. */
static int request_send(int fd, enum control_verb verb, const char *body, size_t len)
{
	char *bytes = malloc(CONTROL_HEAD_MAX + len);
	size_t n;

	if (!bytes)
		return -ENOMEM;
	n = control_request_head(bytes, verb, len);
	memcpy(bytes + n, body, len);
	whole_send(fd, bytes, n + len);
	free(bytes);
	return 0;
}

struct answer {
	char *data;
	size_t len, cap;
};

static int answer_room(struct answer *a)
{
	size_t cap = a->cap ? 2 * a->cap : REPLY_FIRST;
	char *data;

	if (a->len < a->cap)
		return 0;
	if (a->len > CONTROL_HEAD_MAX + CONTROL_REPLY_MAX)
		return -EMSGSIZE;
	data = realloc(a->data, cap);
	if (!data)
		return -ENOMEM;
	a->data = data;
	a->cap = cap;
	return 0;
}

static long left_ms(const struct timespec *end)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (end->tv_sec - now.tv_sec) * 1000 + (end->tv_nsec - now.tv_nsec) / 1000000;
}

/* Until it is whole, or the daemon has no more to say, or too little time is left. */
static int answer_read(int fd, struct answer *a, unsigned int wait_s, struct control_reply *reply)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	struct timespec end;
	ssize_t n = 0;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += wait_s;
	do {
		long left = left_ms(&end);

		if (left <= 0 || !poll(&poll_fd, 1, left))
			return -ETIMEDOUT;
		err = answer_room(a);
		if (err)
			return err;
		n = recv(fd, a->data + a->len, a->cap - a->len, MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		a->len += n > 0 ? n : 0;
		err = control_reply_parse(a->data, a->len, reply);
	} while (n > 0 && err == -EAGAIN);
	return err == -EAGAIN ? -ECONNRESET : err;
}

/* A line each, as if it were ours. */
static void messages_tell(const char *text, size_t len)
{
	const char *end = text + len, *newline;

	for (; text < end; text = newline + 1) {
		newline = memchr(text, '\n', end - text);
		if (!newline)
			newline = end;
		log_error("%.*s", (int)(newline - text), text);
	}
}

int client_ask(const char *path, enum control_verb verb, const char *body, size_t len,
	       unsigned int wait_s)
{
	struct answer answer = { 0 };
	struct control_reply reply = { 0 };
	int fd, err, code = ATR_EXIT_RUNTIME;

	fd = client_open(path);
	if (fd < 0)
		return -fd;
	err = request_send(fd, verb, body, len);
	if (!err)
		err = answer_read(fd, &answer, wait_s, &reply);
	close(fd);
	if (!err) {
		fwrite(reply.out, 1, reply.out_len, stdout);
		messages_tell(reply.err, reply.err_len);
		code = reply.code;
		if (fflush(stdout)) {
			log_error("the output cannot be written: %s", strerror(errno));
			code = code ? code : ATR_EXIT_RUNTIME;
		}
	} else if (err == -EPROTONOSUPPORT) {
		log_error("the daemon is of another version than this program");
	} else {
		log_error("the daemon at %s does not answer: %s", path, strerror(-err));
	}
	free(answer.data);
	return code;
}
