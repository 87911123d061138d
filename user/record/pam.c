/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records that libpam would have sent, of calls that it did not report itself (libpam/pam_audit.c, and
 * audit_log_acct_message() of libaudit):
 *
 * type=USER_AUTH msg=audit(1795221667.525:4): pid=709 uid=0 auid=4294967295 ses=4294967295
 *   msg='op=PAM:authentication grantors=? acct="bob" exe="/usr/bin/su" hostname=? addr=? terminal=pts/0
 *   res=success'
 *
 * Which modules have granted it is known to libpam alone.
 */
#include "user/record/pam.h"

#include <errno.h>
#include <libaudit.h>
#include <stdlib.h>
#include <string.h>

#include "user/record/cache.h"
#include "user/record/call.h"
#include "user/record/judge.h"
#include "user/record/message.h"

enum {
	HANDLES_MAX = 256, /* in use at a time: between pam_start() and pam_end() */
	SENDERS_MAX = 256,
	ACCT_MAX = 32, /* UT_NAMESIZE: libaudit cuts there */

	/* security/_pam_types.h */
	PAM_USER = 2,
	PAM_TTY = 3,
	PAM_RHOST = 4,
	PAM_USER_UNKNOWN = 10,
	PAM_INCOMPLETE = 31,
	PAM_ESTABLISH_CRED = 2,
	PAM_DELETE_CRED = 4,
	PAM_REINITIALIZE_CRED = 8,
	PAM_REFRESH_CRED = 16,
};

/* A string that was handed to libpam; set is false where it is NULL, or nobody saw it. */
struct pam_item {
	char text[ATR_PAM_TEXT_MAX];
	size_t len;
	bool set;
};

struct handle {
	__u32 pid;
	__u64 address;
	struct pam_item user, tty, rhost;
	bool begun;    /* pam_start() was seen */
	bool reported; /* it was told of in some record: PAMAUDIT_LOGGED */
};

/* Who has sent a message of libpam's, and when. */
struct sender {
	__u32 tid;
	__u64 time;
};

struct pam {
	struct cache cache;
	struct handle handles[HANDLES_MAX];
	struct sender senders[SENDERS_MAX];
	unsigned int next_sender;
};

struct pam *pam__new(void)
{
	struct pam *p = calloc(1, sizeof(*p));

	if (p && cache_init(&p->cache, HANDLES_MAX)) {
		free(p);
		p = NULL;
	}
	if (!p)
		errno = ENOMEM;
	return p;
}

void pam__free(struct pam *p)
{
	if (!p)
		return;
	cache_free(&p->cache);
	free(p);
}

/* --- handles ---------------------------------------------------------------------------------- */

static __u32 handle_hash(__u32 pid, __u64 address)
{
	return (pid * 0x9e3779b1U ^ (__u32)(address >> 4) * 0x85ebca6bU) >> 8;
}

static struct handle *find(struct pam *p, __u32 pid, __u64 address)
{
	int slot = cache_first(&p->cache, handle_hash(pid, address));

	for (; slot >= 0; slot = cache_next(&p->cache, slot)) {
		if (p->handles[slot].pid == pid && p->handles[slot].address == address) {
			p->cache.slots[slot].seen = true;
			return &p->handles[slot];
		}
	}
	return NULL;
}

/*
 * The handle of a call. A child has what its parent had when it was forked, at the same address: sshd
 * begins with one process and ends with another. NULL without memory.
 */
static struct handle *handle_of(struct pam *p, const struct atr_pam *call, bool fresh)
{
	struct handle *h = find(p, call->task.pid, call->handle), *parents;
	bool evict;
	int slot;

	if (h && !fresh)
		return h;
	parents = fresh ? NULL : find(p, call->task.ppid, call->handle);
	if (!h) {
		slot = cache_take(&p->cache, handle_hash(call->task.pid, call->handle),
				  CACHE_NO_TURN, &evict);
		if (slot < 0)
			return NULL;
		/* The parent's may have been the one that had to go. */
		h = &p->handles[slot];
		if (h == parents)
			parents = NULL;
	}
	if (parents)
		*h = *parents;
	else
		memset(h, 0, sizeof(*h));
	h->pid = call->task.pid;
	h->address = call->handle;
	h->begun |= fresh;
	return h;
}

static void item_set(struct pam_item *item, const struct atr_view *view)
{
	const struct atr_str *str = &view->pam->text;
	const char *text = event_str(view, str, &item->len);

	item->set = !(str->flags & (ATR_S_NULL | ATR_S_FAULT));
	if (item->len >= sizeof(item->text))
		item->len = sizeof(item->text) - 1;
	memcpy(item->text, text, item->len);
}

static void item_learn(struct handle *h, const struct atr_view *view)
{
	const struct atr_pam *call = view->pam;

	if (call->call != ATR_PAM_SET_ITEM || call->item == PAM_USER)
		item_set(&h->user, view);
	else if (call->item == PAM_TTY)
		item_set(&h->tty, view);
	else if (call->item == PAM_RHOST)
		item_set(&h->rhost, view);
}

/* --- who has spoken for itself ---------------------------------------------------------------- */

void pam__message(struct pam *p, const struct atr_view *view, const char *text, size_t len)
{
	static const char head[] = "op=PAM:";
	struct sender *s;

	if (len < sizeof(head) - 1 || memcmp(text, head, sizeof(head) - 1) != 0)
		return;
	s = &p->senders[p->next_sender++ % SENDERS_MAX];
	s->tid = view->task->tid;
	s->time = view->hdr->time;
}

static bool has_spoken(const struct pam *p, const struct atr_pam *call)
{
	unsigned int i;

	for (i = 0; i < SENDERS_MAX; i++)
		if (p->senders[i].tid == call->task.tid && p->senders[i].time >= call->hdr.time &&
		    p->senders[i].time <= call->returned)
			return true;
	return false;
}

/* --- text ------------------------------------------------------------------------------------- */

static const struct {
	__u32 type;
	const char *op;
} records[ATR_PAM_CALL_MAX] = {
	[ATR_PAM_AUTHENTICATE] = { AUDIT_USER_AUTH, "authentication" },
	[ATR_PAM_ACCT_MGMT] = { AUDIT_USER_ACCT, "accounting" },
	[ATR_PAM_SETCRED] = { AUDIT_USER_ERR, "setcred" },
	[ATR_PAM_OPEN_SESSION] = { AUDIT_USER_START, "session_open" },
	[ATR_PAM_CLOSE_SESSION] = { AUDIT_USER_END, "session_close" },
	[ATR_PAM_CHAUTHTOK] = { AUDIT_USER_CHAUTHTOK, "chauthtok" },
	[ATR_PAM_END] = { AUDIT_USER_ERR, "bad_ident" },
};

static __u32 type_of(const struct atr_pam *call)
{
	__u32 flags = call->flags;

	if (call->call != ATR_PAM_SETCRED)
		return records[call->call].type;
	if (!flags || flags & PAM_ESTABLISH_CRED)
		return AUDIT_CRED_ACQ;
	if (flags & (PAM_REINITIALIZE_CRED | PAM_REFRESH_CRED))
		return AUDIT_CRED_REFR;
	return flags & PAM_DELETE_CRED ? AUDIT_CRED_DISP : AUDIT_USER_ERR;
}

/* What libaudit writes without quotes may come from anywhere: nothing of it may end the field. */
static void write_bare(struct text *t, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		text_char(t, bytes[i] > 0x20 && bytes[i] < 0x7f && !strchr("'\"", bytes[i]) ?
				     bytes[i] :
				     '?');
	if (!len)
		text_char(t, '?');
}

static bool begins(const struct pam_item *item, const char *with)
{
	size_t n = strlen(with);

	return item->len >= n && !memcmp(item->text, with, n);
}

/* A terminal of this machine stands for the machine where no host was told. */
static const char *host_of(const struct atr_view *view, const struct handle *h, size_t *ret_len)
{
	if (h->rhost.set && h->rhost.len) {
		*ret_len = h->rhost.len;
		return h->rhost.text;
	}
	if (begins(&h->tty, "pts") || begins(&h->tty, "tty") || begins(&h->tty, "/dev/tty"))
		return event_str(view, &view->pam->node, ret_len);
	*ret_len = 0;
	return NULL;
}

/* Without PAM_TTY libaudit asks for that of its descriptors: the controlling one, as a rule. */
static void write_terminal(struct text *t, const struct atr_view *view, const struct handle *h)
{
	const struct atr_str *tty = &view->task->tty;
	const char *name;
	size_t len;

	text_lit(t, " terminal=");
	if (h->tty.set) {
		write_bare(t, h->tty.text, h->tty.len);
		return;
	}
	name = event_str(view, tty, &len);
	if (len > 3 && !memcmp(name, "pts", 3)) {
		text_lit(t, "pts/");
		write_bare(t, name + 3, len - 3);
	} else {
		write_bare(t, name, len);
	}
}

static void write_text(struct recorder *r, struct text *t, const struct atr_view *view,
		       const struct handle *h)
{
	const struct atr_pam *call = view->pam;
	const char *op = records[call->call].op, *host, *address;
	size_t len;
	bool ident = call->ret != PAM_USER_UNKNOWN && h->user.set && call->call != ATR_PAM_END;

	text_lit(t, "op=PAM:");
	text_bytes(t, op, strlen(op));
	text_lit(t, " grantors=? acct=");
	if (ident)
		text_untrusted(t, h->user.text, h->user.len < ACCT_MAX ? h->user.len : ACCT_MAX);
	else
		text_lit(t, "\"?\"");
	task_write_exe(t, view);
	host = host_of(view, h, &len);
	text_lit(t, " hostname=");
	write_bare(t, host, len);
	address = host ? addresses__get(r->addresses, host, len) : NULL;
	text_lit(t, " addr=");
	write_bare(t, address, address ? strlen(address) : 0);
	write_terminal(t, view, h);
	text_lit(t, " res=");
	if (call->ret || call->call == ATR_PAM_END)
		text_lit(t, "failed");
	else
		text_lit(t, "success");
}

/* --- events ----------------------------------------------------------------------------------- */

const char *pam__host(struct pam *p, const struct atr_view *view, size_t *ret_len)
{
	struct handle *h;

	*ret_len = 0;
	if (view->pam->call < ATR_PAM_AUTHENTICATE)
		return NULL;
	h = handle_of(p, view->pam, false);
	return h ? host_of(view, h, ret_len) : NULL;
}

const char *recorder__pam_user(struct recorder *r, const struct atr_view *view, size_t *ret_len)
{
	struct handle *h = handle_of(r->pam, view->pam, false);

	if (!h || !h->user.set)
		return NULL;
	*ret_len = h->user.len;
	return h->user.text;
}

static int write_record(struct recorder *r, const struct atr_view *view, const struct handle *h)
{
	struct text text;
	int err;

	text_init(&text, ATR_MESSAGE_MAX);
	write_text(r, &text, view, h);
	err = text.err;
	if (!err)
		message_write(r, view, type_of(view->pam), text.buf, text.len, DERIVED_PAM);
	text_free(&text);
	return err;
}

int record_pam(struct recorder *r, const struct atr_view *view)
{
	const struct atr_pam *call = view->pam;
	struct handle *h;
	bool told;

	if (call->call >= ATR_PAM_CALL_MAX)
		return -EBADMSG;
	h = handle_of(r->pam, call, call->call == ATR_PAM_START);
	if (!h)
		return -ENOMEM;
	if (call->call < ATR_PAM_AUTHENTICATE) {
		item_learn(h, view);
		return 0;
	}
	told = has_spoken(r->pam, call);
	/*
	 * Every handle that was told of is a person's; of one that was not, its end is told. Whether it was is not known
	 * of one that began before us.
	 */
	if (told || (call->call == ATR_PAM_END && (h->reported || !h->begun))) {
		h->reported = true;
		return 0;
	}
	if (call->ret == PAM_INCOMPLETE && call->call != ATR_PAM_END)
		return 0;
	h->reported = true;
	if (!judge_user(r, view, type_of(call)))
		return 0;
	/* Who has not the right to tell the audit system would only have claimed it. */
	if (!(view->hdr->flags & ATR_TRUST_SENDER))
		return 0;
	return write_record(r, view, h);
}
