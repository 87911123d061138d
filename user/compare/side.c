// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a log tells of who writes it:
 *
 * type=DAEMON_START msg=audit(1795222947.556:7579): op=start ver=3.0.9 format=enriched kernel=6.1.176 …
 * type=DAEMON_ERR msg=audit(1795221667.525:9): op=lost-events kind=exec cause=ring-full lost=12
 *   first=1795221660.001 last=1795221667.300 auid=4294967295 pid=123 res=failed
 * type=CONFIG_CHANGE msg=audit(1795223704.635:4): auid=4294967295 ses=4294967295 op=add_rule key="all" list=4 res=1
 */
#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#include "user/compare/compare.h"

const char *const bad_names[BADS] = {
	[BAD_SHAPE] = "is no audit record",
	[BAD_LONG] = "is too long",
	[BAD_END] = "is cut off: the file ends without a newline",
};

__u64 side_bad(const struct side *s)
{
	return s->bad[BAD_SHAPE] + s->bad[BAD_LONG] + s->bad[BAD_END];
}

/* SEC.MSC */
static bool read_time(struct piece piece, __u64 *ret)
{
	const char *dot = piece.len ? memchr(piece.text, '.', piece.len) : NULL;
	__s64 sec, ms;

	if (!dot || !piece_number((struct piece){ piece.text, dot - piece.text }, &sec) ||
	    !piece_number((struct piece){ dot + 1, piece.text + piece.len - dot - 1 }, &ms) ||
	    sec < 0 || ms < 0 || ms > 999 || sec > 99999999999)
		return false;
	*ret = sec * 1000 + ms;
	return true;
}

/* A record that lacks one of these is not autrail's, or was damaged: it tells of no loss. */
static void take_loss(struct side *s, const struct log_line *line)
{
	struct loss loss = { 0 };
	struct piece kind = field_get(line->body, "kind");
	__s64 lost;

	if (!piece_number(field_get(line->body, "lost"), &lost) || lost < 0 ||
	    !read_time(field_get(line->body, "first"), &loss.from_ms) ||
	    !read_time(field_get(line->body, "last"), &loss.to_ms))
		return;
	loss.count = lost;
	snprintf(loss.kind, sizeof(loss.kind), "%.*s", (int)kind.len, kind.text ?: "?");
	s->ours = true;
	s->lost += loss.count;
	if (s->nlosses < LOSSES_MAX)
		s->losses[s->nlosses++] = loss;
	else if (loss.to_ms > s->losses[LOSSES_MAX - 1].to_ms)
		s->losses[LOSSES_MAX - 1].to_ms = loss.to_ms; /* the last one stands for the rest */
}

void side__daemon(struct side *s, const struct name *type, const struct log_line *line)
{
	struct piece version = field_get(line->body, "ver"), op = field_get(line->body, "op");

	if (type->number == AUDIT_DAEMON_ERR && piece_is(op, "lost-events"))
		take_loss(s, line);
	if (type->number == AUDIT_DAEMON_START && version.text)
		snprintf(s->writer, sizeof(s->writer), "%s %.*s", s->ours ? "autrail" : "auditd",
			 (int)version.len, version.text);
}

/* Each removal moves the end of the rules on; one that is added takes it back. */
void side__config(struct side *s, const struct log_line *line)
{
	struct piece op = field_get(line->body, "op");

	if (piece_is(op, "add_rule") && !s->rules_from_ms)
		s->rules_from_ms = line->ms;
	if (piece_is(op, "remove_rule"))
		s->rules_to_ms = line->ms;
	else if (piece_is(op, "add_rule"))
		s->rules_to_ms = 0;
}
