/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What programs hand to the audit system, as audit_receive_msg() logs it:
 *
 * type=USER_LOGIN msg=audit(1795221667.525:4): pid=787 uid=0 auid=1000 ses=1 msg='op=login id=1000
 *   exe="/usr/sbin/sshd" hostname=127.0.0.1 addr=127.0.0.1 terminal=/dev/pts/0 res=success'
 * type=USER_TTY msg=audit(1795221667.525:5): pid=709 uid=0 auid=1000 ses=1 data="ok"
 *
 * A message that the kernel would refuse is marked, if its sender has a right to send some where he is at
 * home; from anybody else it is what it is, and not what it says:
 *
 * type=DAEMON_ERR msg=audit(1795221667.525:6): op=refused-message msgtype=USER_LOGIN reason=capability
 *   auid=1000 pid=812 uid=1000 ses=1 comm="forge" exe="/tmp/forge" text=6F703D6C6F67696E res=failed
 */
#include "user/record/message.h"

#include <ctype.h>
#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#include "user/record/call.h"
#include "user/record/enrich.h"
#include "user/record/judge.h"
#include "user/record/label.h"
#include "user/record/spaces.h"

enum {
	TEXT_MAX = 8560,     /* AUDIT_MESSAGE_TEXT_MAX */
	REFUSALS_MAX = 32,   /* reports a second */
	REFUSAL_TEXT = 1024, /* so much of its text is told */
	TYPE_MAX = 64,
};

#define SECOND 1000000000ULL

/* --- ids in a text ---------------------------------------------------------------------------- */

/* Fields whose values auditd looks up: those of auparse/typetab.h, without what only the kernel writes. */
static const struct {
	const char *key;
	enum name_group group;
} ids[] = {
	{ "auid", NAME_USER },	   { "uid", NAME_USER },	{ "euid", NAME_USER },
	{ "suid", NAME_USER },	   { "fsuid", NAME_USER },	{ "ouid", NAME_USER },
	{ "oauid", NAME_USER },	   { "old-auid", NAME_USER },	{ "iuid", NAME_USER },
	{ "id", NAME_USER },	   { "inode_uid", NAME_USER },	{ "sauid", NAME_USER },
	{ "obj_uid", NAME_USER },  { "gid", NAME_GROUP },	{ "egid", NAME_GROUP },
	{ "sgid", NAME_GROUP },	   { "fsgid", NAME_GROUP },	{ "ogid", NAME_GROUP },
	{ "igid", NAME_GROUP },	   { "inode_gid", NAME_GROUP }, { "new_gid", NAME_GROUP },
	{ "obj_gid", NAME_GROUP },
};

static bool is_id(const char *word, size_t len, __u32 type, struct text_id *ret)
{
	const char *value = memchr(word, '=', len);
	size_t key_len = value ? value - word : 0, digits = 0;
	unsigned int i;
	__u64 id = 0;

	for (i = 0; key_len && i < sizeof(ids) / sizeof(ids[0]); i++)
		if (strlen(ids[i].key) == key_len && !memcmp(ids[i].key, word, key_len))
			break;
	if (!key_len || i == sizeof(ids) / sizeof(ids[0]))
		return false;
	/* However many digits a stranger writes: id stops growing once it is no id any more. */
	for (value++; value < word + len && isdigit((unsigned char)*value); value++, digits++)
		id = id < 1ULL << 32 ? id * 10 + (*value - '0') : id;
	if (!digits || id >> 32)
		return false;
	*ret = (struct text_id){ word, key_len, ids[i].group, id };
	if (!strcmp(ids[i].key, "id") &&
	    (type == AUDIT_ADD_GROUP || type == AUDIT_DEL_GROUP || type == AUDIT_GRP_MGMT))
		ret->group = NAME_GROUP;
	return true;
}

bool message_id_next(const char *text, size_t len, __u32 type, size_t *pos, struct text_id *ret_id)
{
	const char *word, *blank;
	size_t n;

	while (*pos < len) {
		word = text + *pos;
		blank = memchr(word, ' ', len - *pos);
		n = blank ? (size_t)(blank - word) : len - *pos;
		*pos += n + 1;
		if (is_id(word, n, type, ret_id))
			return true;
	}
	return false;
}

enum account_change account_change(__u32 type)
{
	switch (type) {
	case AUDIT_ADD_USER:
	case AUDIT_ADD_GROUP:
		return ACCOUNT_NEW;
	case AUDIT_USER_MGMT:
	case AUDIT_DEL_USER:
	case AUDIT_DEL_GROUP:
	case AUDIT_GRP_MGMT:
		return ACCOUNT_CHANGED;
	default:
		return ACCOUNT_NOT;
	}
}

/* --- the record ------------------------------------------------------------------------------- */

const char *message_text(const struct atr_view *view, size_t *ret_len)
{
	const struct atr_message *m = view->message;
	const char *text = event_str(view, &m->text, ret_len);

	/* The kernel puts a NUL in the place of the last byte (5.8 and before: it has to be there). */
	if (*ret_len && *ret_len == m->len)
		--*ret_len;
	*ret_len = strnlen(text, *ret_len);
	if (*ret_len > TEXT_MAX)
		*ret_len = TEXT_MAX;
	return text;
}

/* The name of a record's type as it is written: "UNKNOWN[1199]" where libaudit has none. */
static size_t type_name(__u32 type, char *buf)
{
	const char *name = audit_msg_type_to_name(type);

	return name ? snprintf(buf, TYPE_MAX, "%s", name) :
		      snprintf(buf, TYPE_MAX, "UNKNOWN[%u]", type);
}

static void begin(struct recorder *r, __u32 type)
{
	char name[TYPE_MAX], head[TYPE_MAX + 8];
	int n;

	type_name(type, name);
	n = snprintf(head, sizeof(head), "type=%s ", name);
	record_begin_(r, head, n);
}

/*
 * A text goes into the record as it is, quotes included: so does the kernel, and its sender may write what
 * he likes. But what is no sender's of the kernel's may not end the field. auditd has blanks for
 * newlines, and of 0x1D, which begins its own part of a line, none is let through.
 */
static void write_quoted(struct text *t, const char *text, size_t len, bool tame)
{
	char *out = text_room(t, len);
	size_t i;

	if (!out)
		return;
	for (i = 0; i < len; i++) {
		unsigned char c = text[i];

		if (c == '\n')
			c = ' ';
		else if (c == 0x1d || (tame && (c == '\'' || c < 0x20 || c == 0x7f)))
			c = '?';
		out[i] = c;
	}
	t->len += len;
}

/* The task, in the order of audit_log_user_recv_msg(); false: its label is not known. */
static bool write_sender(struct recorder *r, const struct atr_view *view)
{
	struct text *t = &r->out;

	text_u64(t, "pid=", view->task->pid);
	text_u64(t, " uid=", view->task->uid);
	text_u64(t, " auid=", view->task->auid);
	text_u64(t, " ses=", view->task->ses);
	return label_write_task(r, view);
}

void message_id_write(struct tail *tail, const struct text_id *id)
{
	/* Names in ids[] are much shorter. */
	char key[32];
	size_t i;

	for (i = 0; i < id->key_len; i++)
		key[i] = toupper((unsigned char)id->key[i]);
	key[i++] = '=';
	tail_id(tail, key, i, id->id, id->group);
}

static void enrich(struct tail *tail, const struct atr_view *view, __u32 type, const char *text,
		   size_t len)
{
	struct text_id id;
	size_t pos = 0;

	tail_user(tail, "UID=", view->task->uid);
	tail_user(tail, "AUID=", view->task->auid);
	while (message_id_next(text, len, type, &pos, &id))
		message_id_write(tail, &id);
}

/*
 * audit_netlink_ok(), and in its order: the user namespace before the capability. It tells senders
 * in other ones that there is no audit (-ECONNREFUSED), and libaudit tells programs that all went
 * well.
 */
const char *message_refused(const struct atr_view *view, __u32 type)
{
	__u32 trust = view->hdr->flags;

	if (!(trust & ATR_TRUST_INITIAL))
		return "user-namespace";
	if (!(trust & ATR_TRUST_SENDER))
		return "capability";
	/* Of a call of libpam there is no socket. */
	if (view->hdr->kind == ATR_KIND_MESSAGE && !(trust & ATR_TRUST_SOCKET))
		return "capability";
	if (type == AUDIT_USER_TTY && !(trust & ATR_TRUST_TTY))
		return "tty-audit";
	return NULL;
}

static void write_tail(struct recorder *r, const struct atr_view *view, struct tail *tail,
		       const char *refused, enum derived derived, const char *flaws)
{
	/* What the kernel would not have written says so in every format. */
	if (r->opts.format == ATR_FORMAT_ENRICHED || refused || derived)
		spaces_write(r, tail, view);
	if (derived)
		tail_text(tail, "DERIVED=", "libpam", strlen("libpam"));
	if (refused)
		tail_text(tail, "REFUSED=", refused, strlen(refused));
	if (flaws[0])
		text_tail_flag(tail, flaws);
}

void message_write(struct recorder *r, const struct atr_view *view, __u32 type, const char *text,
		   size_t len, enum derived derived)
{
	const char *refused = message_refused(view, type);
	struct text *t = &r->out;
	char flaws[FLAWS_MAX] = "";
	size_t start = t->len;
	struct tail tail;

	if (r->opts.format == ATR_FORMAT_TEXT) {
		char name[TYPE_MAX];

		type_name(type, name);
		human_other(r, view, name, text, len, -1);
		return;
	}
	if (view->hdr->flags & ATR_F_FAULT)
		flaws_add(flaws, sizeof(flaws), "fault");
	record_stamp(r, view->hdr);
	begin(r, type);
	if (!write_sender(r, view))
		flaws_add(flaws, sizeof(flaws), "subj-unknown");
	if (type == AUDIT_USER_TTY) {
		text_lit(t, " data=");
		text_untrusted(t, text, len);
	} else {
		text_lit(t, " msg='");
		write_quoted(t, text, len, refused);
		text_char(t, '\'');
	}
	tail_begin(&tail, t, r->names, start, flaws[0] ? flaws : NULL);
	/* libauparse takes TRUSTED_APP for any text at all, and auditd adds nothing to it. */
	if (r->opts.format == ATR_FORMAT_ENRICHED && type != AUDIT_TRUSTED_APP)
		enrich(&tail, view, type, text, type == AUDIT_USER_TTY || refused ? 0 : len);
	write_tail(r, view, &tail, refused, derived, flaws);
	text_char(t, '\n');
	label_write_contexts(r, view);
}

/* --- what claims to be one -------------------------------------------------------------------- */

/* May one more be reported at this moment? */
static bool refusal_room(struct recorder *r, __u64 now)
{
	struct refusals *f = &r->refusals;

	if (now - f->since >= SECOND) {
		f->since = now;
		f->written = 0;
	}
	if (f->written >= REFUSALS_MAX) {
		f->held_back++;
		return false;
	}
	f->written++;
	return true;
}

static void write_refusal(struct recorder *r, const struct atr_view *view, const char *why,
			  const char *text, size_t len)
{
	const struct atr_task *task = view->task;
	struct text *t = &r->out;
	size_t start = t->len;
	char name[TYPE_MAX];
	struct tail tail;

	record_stamp(r, view->hdr);
	record_begin(r, "DAEMON_ERR");
	text_lit(t, "op=refused-message msgtype=");
	text_bytes(t, name, type_name(view->message->type, name));
	text_lit(t, " reason=");
	text_bytes(t, why, strlen(why));
	text_u64(t, " auid=", task->auid);
	text_u64(t, " pid=", task->pid);
	text_u64(t, " uid=", task->uid);
	text_u64(t, " ses=", task->ses);
	text_lit(t, " comm=");
	text_untrusted(t, task->comm, strnlen(task->comm, sizeof(task->comm)));
	task_write_exe(t, view);
	text_lit(t, " text=");
	text_untrusted(t, text, len < REFUSAL_TEXT ? len : REFUSAL_TEXT);
	if (r->refusals.held_back)
		text_u64(t, " held-back=", r->refusals.held_back);
	r->refusals.held_back = 0;
	text_lit(t, " res=failed");
	tail_begin(&tail, t, r->names, start, NULL);
	if (r->opts.format == ATR_FORMAT_ENRICHED) {
		tail_user(&tail, "AUID=", task->auid);
		tail_user(&tail, "UID=", task->uid);
	}
	spaces_write(r, &tail, view);
	text_char(t, '\n');
}

int record_message(struct recorder *r, const struct atr_view *view)
{
	const struct atr_message *m = view->message;
	const char *why = message_refused(view, m->type), *text;
	size_t len;

	text = message_text(view, &len);
	pam__message(r->pam, view, text, len);
	if (m->type == AUDIT_USER_TTY) {
		/*
		 * audit_receive_msg() has data= by its length and msg= up to a NUL: as it is, NULs
		 * in the middle included; one at the end is not meant.
		 */
		text = event_str(view, &m->text, &len);
		if (len && !text[len - 1])
			len--;
	}
	if (m->text.flags & ATR_S_FAULT)
		return -EBADMSG;
	/* The kernel lets go of what was typed before it. */
	if (m->type == AUDIT_USER_TTY && tty_flush(r, view))
		return -ENOMEM;
	if (!judge_user(r, view, m->type))
		return 0;
	if (!why || view->hdr->flags & ATR_TRUST_SENDER) {
		message_write(r, view, m->type, text, len, DERIVED_NOT);
		if (account_change(m->type) == ACCOUNT_CHANGED)
			names__doubt(r->names);
		return 0;
	}
	if (!refusal_room(r, view->hdr->time))
		return 0;
	if (r->opts.format == ATR_FORMAT_TEXT)
		human_other(r, view, "refused message", text, len, 0);
	else
		write_refusal(r, view, why, text, len);
	return 0;
}
