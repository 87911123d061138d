// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/control.h"

#include <errno.h>
#include <libaudit.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "user/cmd/configure.h"
#include "user/cmd/control_impl.h"
#include "user/log.h"
#include "user/now.h"

enum {
	ACCEPTS_MAX = 32, /* at a time, then the ring has its turn */
	READ_MS = 5000,
	WRITE_MS = 10000,
	REFUSE_MS = 500,
	REFUSALS_MAX = 32, /* records a second of who has no right */
	PEEK = 1024,	   /* bytes of what they want */
	IN_FIRST = 4096,
	IN_MAX = CONTROL_HEAD_MAX + CONTROL_BODY_MAX,
};

__u64 control_now(void)
{
	return boot_now() / 1000000;
}

void control__record(struct control *c, __u32 type, struct text *body)
{
	text_char(body, '\0');
	if (body->err)
		log_error("a record of a change cannot be made: %s", strerror(-body->err));
	else
		agent__record(c->agent, type, body->buf);
	text_reset(body);
}

/* --- clients ---------------------------------------------------------------------------------- */

static void client_close(struct control *c, struct client *client)
{
	if (client->fd < 0)
		return;
	if (client == c->job_client)
		c->job_client = NULL;
	close(client->fd);
	client->fd = -1;
	free(client->in);
	client->in = NULL;
	client->len = client->cap = 0;
	text_free(&client->reply);
}

static void client_watch(struct control *c, struct client *client, unsigned int events)
{
	struct epoll_event event = { .events = events, .data.ptr = client };

	epoll_ctl(c->epoll, EPOLL_CTL_MOD, client->fd, &event);
}

static void client_write(struct control *c, struct client *client)
{
	const struct text *reply = &client->reply;
	ssize_t n;

	while (client->sent < reply->len) {
		n = send(client->fd, reply->buf + client->sent, reply->len - client->sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			break;
		client->sent += n;
	}
	/* One request, one reply: its end is that of the connection. */
	client_close(c, client);
}

void control__reply(struct control *c, struct client *client, int code, const struct text *out,
		    const struct text *err)
{
	size_t out_len = out ? out->len : 0, err_len = err ? err->len : 0;
	char head[CONTROL_HEAD_MAX];
	struct text *reply = &client->reply;

	c->done += code == ATR_EXIT_OK;
	c->failed += code != ATR_EXIT_OK;
	text_init(reply, CONTROL_HEAD_MAX + CONTROL_REPLY_MAX);
	text_bytes(reply, head, control_reply_head(head, code, out_len, err_len));
	if (out_len)
		text_bytes(reply, out->buf, out_len);
	if (err_len)
		text_bytes(reply, err->buf, err_len);
	client->state = CLIENT_WRITING;
	client->sent = 0;
	client->until = control_now() + WRITE_MS;
	if (reply->err || (out && out->err) || (err && err->err)) {
		log_error("a request at the control socket cannot be answered: too much memory");
		client_close(c, client);
		return;
	}
	client_watch(c, client, EPOLLOUT);
	client_write(c, client);
}

void control__reply_error(struct control *c, struct client *client, int code, const char *format,
			  ...)
{
	struct text err;
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_init(&err, sizeof(line) + 1);
	text_bytes(&err, line, strlen(line));
	text_char(&err, '\n');
	control__reply(c, client, code, NULL, &err);
	text_free(&err);
}

static void client_request(struct control *c, struct client *client)
{
	struct control_request request;

	switch (control_request_parse(client->in, client->len, &request)) {
	case 0:
		/* What more it sends is not read; that it goes is told all the same. */
		client_watch(c, client, 0);
		control__answer(c, client, &request);
		return;
	case -EAGAIN:
		return;
	case -EPROTONOSUPPORT:
		control__reply_error(c, client, ATR_EXIT_RUNTIME,
				     "the daemon is of another version than this program");
		return;
	case -EMSGSIZE:
		control__reply_error(c, client, ATR_EXIT_USAGE,
				     "a request has no more than %d bytes", CONTROL_BODY_MAX);
		return;
	default:
		control__reply_error(c, client, ATR_EXIT_USAGE, "that is no request");
		return;
	}
}

/* Room for more: false, there is none. */
static bool client_room(struct client *client)
{
	size_t cap = client->cap ? 2 * client->cap : IN_FIRST;
	char *in;

	if (client->len < client->cap)
		return true;
	if (client->len >= IN_MAX)
		return false;
	if (cap > IN_MAX)
		cap = IN_MAX;
	in = realloc(client->in, cap);
	if (!in)
		return false;
	client->in = in;
	client->cap = cap;
	return true;
}

static void client_read(struct control *c, struct client *client)
{
	ssize_t n;

	while (client->fd >= 0 && client->state == CLIENT_READING) {
		if (!client_room(client)) {
			control__reply_error(c, client, ATR_EXIT_USAGE, "the request is too long");
			return;
		}
		n = recv(client->fd, client->in + client->len, client->cap - client->len,
			 MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			c->failed++;
			client_close(c, client);
			return;
		}
		client->len += n;
		client_request(c, client);
	}
}

static void client_refuse(struct control *c, struct client *client);

static void client_event(struct control *c, struct client *client, unsigned int events)
{
	if (client->fd < 0)
		return;
	if (client->state == CLIENT_REFUSED)
		client_refuse(c, client);
	else if (client->state == CLIENT_READING && events & (EPOLLIN | EPOLLHUP))
		client_read(c, client);
	else if (client->state == CLIENT_WRITING && events & EPOLLOUT)
		client_write(c, client);
	else if (events & (EPOLLHUP | EPOLLERR))
		client_close(c, client);
}

/* --- who comes -------------------------------------------------------------------------------- */

/* May one more be recorded at this moment? */
static bool refusal_room(struct control *c)
{
	__u64 now = control_now();

	if (now - c->refusals.since >= 1000) {
		c->refusals.since = now;
		c->refusals.written = 0;
	}
	if (c->refusals.written == REFUSALS_MAX) {
		c->refusals.held_back++;
		return false;
	}
	c->refusals.written++;
	return true;
}

/* One line of what was to be done, behind what it comes from. */
static size_t peek_command(const struct control_request *request, const char **ret)
{
	const char *end = request->body + request->len, *newline;

	*ret = request->body;
	if (request->verb == CONTROL_RULES) {
		newline = memchr(*ret, '\n', end - *ret);
		*ret = newline ? newline + 1 : end;
	}
	newline = memchr(*ret, '\n', end - *ret);
	return (newline ? newline : end) - *ret;
}

/* A word to who does not get a place; it fits, or he does not hear it. */
static void send_off(int fd, int code, const char *text)
{
	char line[CONTROL_HEAD_MAX + 256];
	size_t len = control_reply_head(line, code, 0, strlen(text));

	strcpy(line + len, text);
	send(fd, line, len + strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

/* He is told so, and that is recorded, with no more of what he wanted than has come already. */
static void refuse(struct control *c, int fd, const struct who *who)
{
	struct control_request request = { .verb = CONTROL_VERBS };
	const char *command = "";
	struct text body;
	char peek[PEEK];
	size_t len = 0;
	ssize_t n;

	c->refused++;
	n = recv(fd, peek, sizeof(peek), MSG_DONTWAIT);
	if (n > 0 && !control_request_parse(peek, n, &request))
		len = peek_command(&request, &command);
	send_off(fd, ATR_EXIT_PRIVILEGE, "you are neither root nor in the group control_group\n");
	if (!refusal_room(c))
		return;
	text_init(&body, CHANGE_BODY_MAX);
	change_refused(&body, who,
		       request.verb == CONTROL_VERBS ? "?" : control_verbs[request.verb], command,
		       len, c->refusals.held_back);
	c->refusals.held_back = 0;
	control__record(c, AUDIT_CONFIG_CHANGE, &body);
	text_free(&body);
}

static void client_refuse(struct control *c, struct client *client)
{
	refuse(c, client->fd, &client->who);
	client->fd = -1;
}

/* A place of these; NULL: there is none. */
static struct client *client_new(struct control *c, size_t from, size_t end, int fd,
				 const struct who *who)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct client *client;
	size_t i;

	for (i = from; i < end && c->clients[i].fd >= 0; i++)
		;
	if (i == end)
		return NULL;
	client = &c->clients[i];
	event.data.ptr = client;
	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event))
		return NULL;
	client->fd = fd;
	client->who = *who;
	return client;
}

static void welcome(struct control *c, int fd, const struct who *who)
{
	struct client *client = client_new(c, 0, CLIENTS_MAX, fd, who);

	if (!client) {
		c->failed++;
		send_off(fd, ATR_EXIT_RUNTIME, "the daemon is busy with others; try again\n");
		return;
	}
	client->state = CLIENT_READING;
	client->until = control_now() + READ_MS;
	client_read(c, client);
}

/* What he wants may take a moment to come; he has a place of those for strangers, or is not waited for. */
static void rebuff(struct control *c, int fd, const struct who *who)
{
	struct client *client = client_new(c, CLIENTS_MAX, PLACES, fd, who);

	if (!client) {
		refuse(c, fd, who);
		return;
	}
	client->state = CLIENT_REFUSED;
	client->until = control_now() + REFUSE_MS;
}

/* No descriptors, or no memory: it would be ready all the time. */
static void listener_watch(struct control *c, bool on)
{
	struct epoll_event event = { .events = on ? EPOLLIN : 0, .data.ptr = &c->listener };

	if (!on)
		log_warn("nobody can be let in at the control socket for a moment: %s",
			 strerror(errno));
	epoll_ctl(c->epoll, EPOLL_CTL_MOD, c->listener, &event);
	c->deaf = !on;
}

static void clients_accept(struct control *c)
{
	struct who who;
	unsigned int i;
	int fd;

	for (i = 0; i < ACCEPTS_MAX; i++) {
		fd = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
				listener_watch(c, false);
			return;
		}
		if (who_of_socket(&who, fd))
			close(fd);
		else if (who_may(fd, &who, c->group))
			welcome(c, fd, &who);
		else
			rebuff(c, fd, &who);
	}
}

/* --- running ---------------------------------------------------------------------------------- */

static void ready(void *ctx)
{
	struct epoll_event events[PLACES + 2];
	struct control *c = ctx;
	bool come = false;
	int n, i;

	n = epoll_wait(c->epoll, events, PLACES + 2, 0);
	for (i = 0; i < n; i++) {
		if (events[i].data.ptr == &c->listener)
			come = true;
		else if (events[i].data.ptr == &c->job)
			control__job_done(c);
		else
			client_event(c, events[i].data.ptr, events[i].events);
	}
	/* Behind the others: what was told of a client is not taken for one that has its place now. */
	if (come)
		clients_accept(c);
}

static void client_late(struct control *c, struct client *client)
{
	switch (client->state) {
	case CLIENT_MEASURING:
		control__measured(c, client);
		break;
	case CLIENT_READING:
		control__reply_error(c, client, ATR_EXIT_USAGE,
				     "the request has not come within %d s", READ_MS / 1000);
		break;
	case CLIENT_REFUSED:
		client_refuse(c, client);
		break;
	default:
		client_close(c, client);
	}
}

void control__tick(struct control *c)
{
	__u64 now = control_now();
	struct client *client;

	if (!c)
		return;
	if (c->deaf)
		listener_watch(c, true);
	if (c->job && now >= c->job_until)
		control__job_late(c);
	/* One that was left may have ended. */
	if (!c->job)
		agent__busy(c->agent, rule_jobs_stuck());
	for (client = c->clients; client < c->clients + PLACES; client++)
		if (client->fd >= 0 && client->state != CLIENT_WAITING && now >= client->until)
			client_late(c, client);
	control__metrics_tick(c);
}

/* --- the socket ------------------------------------------------------------------------------- */

static void socket_close(struct control *c)
{
	if (!c->path)
		return;
	control_remove(c->path, &c->id);
	close(c->listener);
	free(c->path);
	c->path = NULL;
	c->listener = -1;
}

static int socket_open(struct control *c, const char *path)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &c->listener };
	char *copy = strdup(path);
	struct file_id id;
	int fd, err = 0;

	fd = copy ? control_listen(path, &id) : -ENOMEM;
	if (fd < 0)
		err = fd;
	else if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event))
		err = -errno;
	if (err) {
		log_error("cannot listen at the control socket %s: %s", path, strerror(-err));
		if (fd >= 0)
			close(fd);
		free(copy);
		return err;
	}
	socket_close(c);
	c->listener = fd;
	c->path = copy;
	c->id = id;
	return 0;
}

int control__configure(struct control *c, const struct conf *conf)
{
	char *metrics = conf->metrics_file ? strdup(conf->metrics_file) : NULL;
	gid_t group;
	int err;

	if (conf->metrics_file && !metrics)
		return -ENOMEM;
	err = configure_group("control_group", conf->control_group, &group);
	if (!err && (!c->path || strcmp(c->path, conf->control_socket) != 0))
		err = socket_open(c, conf->control_socket);
	if (err) {
		free(metrics);
		return err;
	}
	c->group = group;
	if (c->metrics && (!metrics || strcmp(c->metrics, metrics) != 0))
		control_remove(c->metrics, &c->metrics_id);
	free(c->metrics);
	c->metrics = metrics;
	c->metrics_at = 0;
	return 0;
}

int control__new(const struct conf *conf, struct agent *agent, struct log *const *log,
		 const struct plugins *plugins, struct control **ret)
{
	struct control *c = calloc(1, sizeof(*c));
	const struct compiled *rules = agent__rules(agent, 0);
	size_t i;
	int err;

	if (!c) {
		log_error("cannot listen at the control socket: %s", strerror(errno));
		return -ENOMEM;
	}
	c->agent = agent;
	c->log = log;
	c->plugins = plugins;
	c->listener = -1;
	for (i = 0; i < PLACES; i++)
		c->clients[i].fd = -1;
	c->start = time(NULL);
	c->begun = control_now();
	c->cpu_before = control_cpu();
	c->generation = rules ? rules->generation : 0;
	c->enabled = agent__enabled(agent);
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	err = c->epoll < 0 ? -errno : control__configure(c, conf);
	if (!err)
		err = agent__watch(agent, c->epoll, ready, c);
	if (err) {
		control__free(c);
		return err;
	}
	*ret = c;
	return 0;
}

void control__free(struct control *c)
{
	size_t i;

	if (!c)
		return;
	for (i = 0; i < PLACES; i++)
		client_close(c, &c->clients[i]);
	rule_job__leave(c->job);
	socket_close(c);
	if (c->epoll >= 0)
		close(c->epoll);
	if (c->metrics)
		control_remove(c->metrics, &c->metrics_id);
	free(c->metrics);
	free(c);
}
