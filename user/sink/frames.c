// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/sink/frames.h"

#include <errno.h>
#include <libaudit.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE_MAX_LEN =
		MAX_AUDIT_MESSAGE_LENGTH - 1, /* of a record, as auditd's own buffers have it */
	NAME_ROOM = 64,			      /* for the name of a type, as UNKNOWN[4294967295] */
};

struct maker {
	struct frames *frames;
	size_t room;
	enum plugin_format format;
	const struct frames_opts *opts;
	size_t node_len;
	bool plain; /* what the kernel sent, without `type=` */
	int err;
};

/* A record, and where in it the parts are that all of an event share. */
struct line {
	const char *text;
	size_t len;
	const char *name; /* of the type */
	size_t name_len;
	const char *stamp; /* "audit(1795221667.525:9):" */
	size_t stamp_len;
};

/* The records of one event so far. */
struct group {
	const char *stamp;
	size_t stamp_len;
	unsigned int lines;
	bool syscall, ended;
};

static char *reserve(struct maker *m, size_t len)
{
	struct frames *frames = m->frames;
	size_t used = frames ? frames->len : 0, room = m->room ? m->room : 1024;

	if (m->err)
		return NULL;
	while (room - used < len)
		room *= 2;
	if (room != m->room) {
		frames = realloc(m->frames, sizeof(*frames) + room);
		if (!frames) {
			m->err = -ENOMEM;
			return NULL;
		}
		if (!m->frames)
			memset(frames, 0, sizeof(*frames));
		m->frames = frames;
		m->room = room;
	}
	frames->len += len;
	return frames->data + used;
}

static bool is_name(const struct line *line, const char *name)
{
	return line->name_len == strlen(name) && !memcmp(line->name, name, line->name_len);
}

/* "type=NAME msg=audit(TIME:SERIAL): …"; what is not there is empty. */
static void line_split(struct line *line, const char *text, size_t len)
{
	static const char type[] = "type=", msg[] = " msg=", end[] = "):";
	const char *at;

	memset(line, 0, sizeof(*line));
	line->text = text;
	line->len = len;
	line->name = line->stamp = text;
	if (len < sizeof(type) - 1 || memcmp(text, type, sizeof(type) - 1) != 0)
		return;
	line->name += sizeof(type) - 1;
	at = memmem(text, len, msg, sizeof(msg) - 1);
	if (!at)
		return;
	line->name_len = at - line->name;
	line->stamp = at + sizeof(msg) - 1;
	at = memmem(line->stamp, text + len - line->stamp, end, sizeof(end) - 1);
	if (at)
		line->stamp_len = at + sizeof(end) - 1 - line->stamp;
}

static uint32_t type_number(const struct line *line)
{
	char name[NAME_ROOM];
	int type;

	if (line->name_len >= sizeof(name))
		return 0;
	memcpy(name, line->name, line->name_len);
	name[line->name_len] = '\0';
	type = audit_name_to_msg_type(name);
	return type < 0 ? 0 : type;
}

/* What is enriched goes first: it can be made again of the rest. */
static size_t fitting(const char *text, size_t len, size_t max)
{
	const char *separator;

	if (len <= max)
		return len;
	separator = memchr(text, AUDIT_INTERP_SEPARATOR, max);
	return separator ? (size_t)(separator - text) : max;
}

static void put_binary(struct maker *m, const struct line *line, const char *text, size_t len,
		       size_t node_len)
{
	struct audit_dispatcher_header header = {
		.ver = m->plain ? AUDISP_PROTOCOL_VER : AUDISP_PROTOCOL_VER2,
		.hlen = sizeof(header),
		.type = type_number(line),
		.size = node_len + len,
	};
	char *to = reserve(m, sizeof(header) + MAX_AUDIT_MESSAGE_LENGTH), *end;

	if (!to)
		return;
	end = to + sizeof(header) + MAX_AUDIT_MESSAGE_LENGTH;
	to = mempcpy(to, &header, sizeof(header));
	if (node_len) {
		to = mempcpy(to, "node=", 5);
		to = mempcpy(to, m->opts->node, node_len - 6);
		*to++ = ' ';
	}
	to = mempcpy(to, text, len);
	memset(to, 0, end - to);
}

static void put_string(struct maker *m, const char *text, size_t len, size_t node_len)
{
	char *to = reserve(m, node_len + len + 1);

	if (!to)
		return;
	if (node_len) {
		to = mempcpy(to, "node=", 5);
		to = mempcpy(to, m->opts->node, node_len - 6);
		*to++ = ' ';
	}
	to = mempcpy(to, text, len);
	*to = '\n';
}

static void put_line(struct maker *m, const struct line *line)
{
	const char *text = m->plain && m->format == PLUGIN_BINARY ? line->stamp : line->text;
	size_t len = line->text + line->len - text, max = LINE_MAX_LEN - m->node_len, fit;

	fit = fitting(text, len, max);
	if (m->format == PLUGIN_BINARY)
		put_binary(m, line, text, fit, m->node_len);
	else
		put_string(m, text, fit, m->node_len);
	if (m->err)
		return;
	m->frames->records++;
	m->frames->cut += fit < len;
}

/* The kernel's text is "audit(…): "; auditd takes the blank off where it makes a line of its own. */
static void put_eoe(struct maker *m, struct group *group)
{
	static const char head[] = "type=EOE msg=";
	char text[sizeof(head) + 128], *to = text;
	struct line line;

	group->ended = true;
	if (group->stamp_len > 120)
		return;
	to = mempcpy(to, head, sizeof(head) - 1);
	to = mempcpy(to, group->stamp, group->stamp_len);
	if (m->plain)
		*to++ = ' ';
	line_split(&line, text, to - text);
	put_line(m, &line);
}

/* Where rules leave PROCTITLE out. A record alone may be one of more that come one by one. */
static void group_end(struct maker *m, struct group *group)
{
	if (group->syscall && !group->ended && group->lines > 1)
		put_eoe(m, group);
}

static void group_add(struct maker *m, struct group *group, const struct line *line)
{
	if (group->stamp_len != line->stamp_len ||
	    memcmp(group->stamp, line->stamp, line->stamp_len) != 0) {
		group_end(m, group);
		*group = (struct group){ .stamp = line->stamp, .stamp_len = line->stamp_len };
	}
	put_line(m, line);
	group->lines++;
	group->syscall |= is_name(line, "SYSCALL");
	/* The last record that the kernel makes of a call. */
	if (is_name(line, "PROCTITLE"))
		put_eoe(m, group);
}

int frames_make(struct frames **ret, enum plugin_format format, const struct frames_opts *opts,
		const char *text, size_t len)
{
	struct maker m = { .format = format, .opts = opts };
	const char *end = text + len, *newline;
	struct group group = { .stamp = text };
	struct line line;

	if (opts->node)
		m.node_len = strlen(opts->node) + 6;
	m.plain = !opts->enriched && !opts->node;
	for (; text < end && !m.err; text = newline + 1) {
		newline = memchr(text, '\n', end - text);
		if (!newline)
			newline = end;
		line_split(&line, text, newline - text);
		group_add(&m, &group, &line);
	}
	group_end(&m, &group);
	if (!m.err && !m.frames)
		reserve(&m, 0);
	if (m.err) {
		free(m.frames);
		return m.err;
	}
	m.frames->refs = 1;
	*ret = m.frames;
	return 0;
}

struct frames *frames_get(struct frames *frames)
{
	frames->refs++;
	return frames;
}

void frames_put(struct frames *frames)
{
	if (frames && !--frames->refs)
		free(frames);
}
