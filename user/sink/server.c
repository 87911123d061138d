// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/sink/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	BACKLOG = 16,
	MODE_DEFAULT = 0640,
	READS_MAX = 16, /* of what a client says, in one go; nothing it says counts */
};

struct server {
	struct feed clients[SERVER_CLIENTS_MAX]; /* fd -1: free */
	struct feed_counters past;		 /* of those that have gone */
	int fd, epoll;
	struct sockaddr_un address;
	dev_t dev;
	ino_t ino;
};

const char *server_args(const struct conf_list *args, const char **ret_path, mode_t *ret_mode)
{
	const size_t max = sizeof(((struct sockaddr_un *)0)->sun_path) - 1;
	const char *path = NULL, *arg;
	unsigned long mode = MODE_DEFAULT;
	size_t i;
	char *end;

	for (i = 0; i < args->n; i++) {
		arg = args->items[i];
		if (arg[0] == '/') {
			if (path)
				return "args has two paths";
			path = arg;
			continue;
		}
		mode = strtoul(arg, &end, 8);
		if (*end || arg[0] < '0' || arg[0] > '7' || mode > 0777)
			return "args takes a mode in octal and an absolute path";
	}
	if (!path)
		return "args has no path for the socket";
	if (strlen(path) > max)
		return "the path of the socket is longer than 107 bytes";
	*ret_path = path;
	*ret_mode = mode;
	return NULL;
}

/* Only a socket is removed: of anything else there is nobody who would want that. */
static int make_room(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

static int watch(struct server *server, int fd, struct feed *feed)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLRDHUP | EPOLLET | (feed ? EPOLLOUT : 0),
		.data.ptr = feed,
	};

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int listen_at(struct server *server, mode_t mode)
{
	const char *path = server->address.sun_path;
	struct stat st;
	int err;

	server->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->fd < 0)
		return -errno;
	/* The socket's own mode is what bind() makes the file with: there is no moment with another one. */
	if (fchmod(server->fd, mode))
		return -errno;
	err = make_room(path);
	if (err)
		return err;
	if (bind(server->fd, (struct sockaddr *)&server->address, sizeof(server->address)))
		return -errno;
	if (lstat(path, &st))
		return -errno;
	server->dev = st.st_dev;
	server->ino = st.st_ino;
	/* What umask has taken away. */
	if (chmod(path, mode))
		return -errno;
	return listen(server->fd, BACKLOG) ? -errno : watch(server, server->fd, NULL);
}

int server__open(const char *path, mode_t mode, int epoll, struct server **ret)
{
	struct server *server = calloc(1, sizeof(*server));
	int i, err;

	if (!server)
		return -ENOMEM;
	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		server->clients[i].fd = -1;
	server->epoll = epoll;
	server->address.sun_family = AF_UNIX;
	snprintf(server->address.sun_path, sizeof(server->address.sun_path), "%s", path);
	err = listen_at(server, mode);
	if (err) {
		server__free(server);
		return err;
	}
	*ret = server;
	return 0;
}

static void add(struct feed_counters *sum, const struct feed_counters *c)
{
	int cause;

	sum->seen += c->seen;
	sum->written += c->written;
	sum->waiting += c->waiting;
	sum->cut += c->cut;
	for (cause = 0; cause < FEED_CAUSES; cause++)
		sum->dropped[cause] += c->dropped[cause];
}

static void client_end(struct server *server, struct feed *client)
{
	feed__clear(client, FEED_ENDED);
	add(&server->past, &client->counters);
	close(client->fd);
	memset(client, 0, sizeof(*client));
	client->fd = -1;
}

static void stop_listening(struct server *server)
{
	struct stat st;

	if (server->ino && !lstat(server->address.sun_path, &st) && st.st_dev == server->dev &&
	    st.st_ino == server->ino)
		unlink(server->address.sun_path);
	server->ino = 0;
	if (server->fd >= 0)
		close(server->fd);
	server->fd = -1;
}

void server__end(struct server *server)
{
	int i;

	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i].fd >= 0)
			client_end(server, &server->clients[i]);
	stop_listening(server);
}

void server__free(struct server *server)
{
	if (!server)
		return;
	server__end(server);
	free(server);
}

unsigned int server__offer(struct server *server, struct frames *frames, size_t depth)
{
	unsigned int took = 0;
	int i;

	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i].fd >= 0)
			took += !feed__offer(&server->clients[i], frames, depth);
	return took;
}

void server__refuse(struct server *server, const struct frames *frames, enum feed_cause cause)
{
	int i;

	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i].fd >= 0)
			feed__refuse(&server->clients[i], frames, cause);
}

/* Who comes when all places are taken has his connection closed at once. */
static void accept_all(struct server *server)
{
	struct feed *client;
	int fd, i;

	while (server->fd >= 0) {
		fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			return;
		for (i = 0; i < SERVER_CLIENTS_MAX && server->clients[i].fd >= 0;)
			i++;
		client = i < SERVER_CLIENTS_MAX ? &server->clients[i] : NULL;
		if (!client || watch(server, fd, client)) {
			close(fd);
			continue;
		}
		memset(client, 0, sizeof(*client));
		feed__attach(client, fd);
	}
}

static bool has_gone(const struct feed *client)
{
	char buf[4096];
	ssize_t n = 1;
	int reads;

	for (reads = 0; n > 0 && reads < READS_MAX; reads++)
		n = recv(client->fd, buf, sizeof(buf), MSG_DONTWAIT);
	return !n || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void client_tick(struct server *server, struct feed *client)
{
	int err = feed__flush(client);

	/* What the socket has taken counts as read: how much of it was, only the client knows. */
	feed__settle(client, 0);
	if ((err && err != -EAGAIN) || has_gone(client))
		client_end(server, client);
}

void server__tick(struct server *server)
{
	int i;

	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i].fd >= 0)
			client_tick(server, &server->clients[i]);
	accept_all(server);
}

unsigned int server__drain(struct server *server)
{
	struct feed *client;
	int i;

	stop_listening(server);
	server__tick(server);
	for (i = 0; i < SERVER_CLIENTS_MAX; i++) {
		client = &server->clients[i];
		if (client->fd >= 0 && !client->first)
			client_end(server, client);
	}
	return server__clients(server);
}

unsigned int server__clients(const struct server *server)
{
	unsigned int n = 0;
	int i;

	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		n += server->clients[i].fd >= 0;
	return n;
}

void server__counters(const struct server *server, struct feed_counters *ret)
{
	int i;

	*ret = server->past;
	for (i = 0; i < SERVER_CLIENTS_MAX; i++)
		add(ret, &server->clients[i].counters);
}
