// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/marker.h"

#include <dirent.h>
#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/log.h"
#include "user/record/session.h"

/* How often somebody is asked who a session is of. */
#define TRIES_MAX   50
#define TRIES_SLOTS 256

struct marker {
	const struct tty_patterns *patterns;
	struct probe *probe;
	struct worker *worker;
	struct recorder *recorder;
	struct sessions *decided;
	__u8 tries[TRIES_SLOTS]; /* of sessions that are not decided yet */
	bool anew;		 /* the marks that there were are of other words */
	/* Processes that have opened a session, and not closed it yet, are in there. */
	struct atr_kept *kept;
	unsigned int next;
	struct atr_need need;
	union atr_answer answer;
};

struct marker *marker__new(const struct tty_patterns *patterns, struct probe *probe,
			   struct worker *worker, struct recorder *recorder)
{
	struct marker *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->patterns = patterns;
	m->probe = probe;
	m->worker = worker;
	m->recorder = recorder;
	m->kept = probe__kept(probe);
	m->decided = sessions__new();
	if (m->decided)
		return m;
	free(m);
	errno = ENOMEM;
	return NULL;
}

void marker__free(struct marker *m)
{
	if (!m)
		return;
	sessions__free(m->decided);
	free(m);
}

/* --- the words -------------------------------------------------------------------------------- */

static __u64 hash(__u64 sum, __u64 number)
{
	return (sum ^ number) * 0x100000001b3ULL;
}

/* They are others from one moment to the next (SIGHUP): marks may be of both then. */
#define WORDS_MIXED 2

/* Neither that nor 0. */
static __u64 words_hash(const struct tty_patterns *patterns)
{
	__u64 sum = hash(0xcbf29ce484222325ULL, patterns->open_only << 1 | patterns->log_passwd);
	const struct tty_pattern *p;
	const char *glob;

	for (p = patterns->items; p < patterns->items + patterns->n; p++) {
		sum = hash(hash(hash(sum, p->verdict), p->min), p->max);
		for (glob = p->glob ? p->glob : ""; *glob; glob++)
			sum = hash(sum, (unsigned char)*glob);
		/* Where it ends counts, too. */
		sum = hash(sum, 0);
	}
	return sum | 1;
}

/* --- decisions -------------------------------------------------------------------------------- */

static __u32 flags_of(const struct marker *m)
{
	return ATR_MARK_ENABLE | (m->patterns->log_passwd ? ATR_MARK_PASSWORDS : 0);
}

/*
 * The name and uid of a user as the process itself would find them: by name, or with name "" by uid. Of a user
 * that nobody knows the name is "", which is what `*` matches, too. False: nobody could be asked, for the process has
 * gone or no answer came.
 */
static bool decide(struct marker *m, const struct atr_view *view, __u32 pid, const char *name,
		   __u32 uid, enum tty_verdict *ret)
{
	const struct atr_name_answer *answer = &m->answer.name;
	char found[ATR_NAME_MAX] = "";

	memset(&m->need, 0, offsetof(struct atr_need, path));
	m->need.type = ATR_NEED_ACCOUNT;
	m->need.pid = pid;
	m->need.id = uid;
	snprintf(m->need.path, sizeof(m->need.path), "%s", name);
	worker__answer(m->worker, view, &m->need, &m->answer);
	if (answer->name.flags & ATR_S_FAULT)
		return false;
	if (!(answer->name.flags & ATR_S_NULL)) {
		uid = answer->id;
		snprintf(found, sizeof(found), "%.*s", answer->name.len,
			 m->answer.bytes + answer->name.off);
	}
	if (m->kept->tty != words_hash(m->patterns))
		m->kept->tty = WORDS_MIXED;
	*ret = tty_patterns_decide(m->patterns, found[0] ? found : name, uid);
	return true;
}

static void session(struct marker *m, const struct atr_view *view, __u32 pid, __u32 auid, __u32 ses)
{
	__u8 *tries = &m->tries[ses % TRIES_SLOTS];
	enum tty_verdict verdict = TTY_UNCHANGED;

	if (!sessions__is_new(m->decided, auid, ses))
		return;
	/* The first processes of a session are gone soon: the next one will tell. */
	if (!decide(m, view, pid, "", auid, &verdict)) {
		if (m->anew)
			probe__unmark_session(m->probe, ses);
		if (++*tries < TRIES_MAX)
			return;
		log_warn("session %u: who uid %u is could not be found out; what is typed there is "
			 "not recorded",
			 ses, auid);
	}
	*tries = 0;
	if (sessions__add(m->decided, auid, ses))
		return;
	if (verdict == TTY_UNCHANGED) {
		probe__unmark_session(m->probe, ses);
		return;
	}
	if (!probe__mark_session(m->probe, ses, verdict == TTY_ENABLE ? flags_of(m) : 0))
		log_debug("session %u of uid %u: terminal input is %srecorded", ses, auid,
			  verdict == TTY_ENABLE ? "" : "not ");
}

/* --- sessions that have no login uid ------------------------------------------------------------ */

static struct atr_kept_opened *opened_find(struct marker *m, __u32 pid, __u64 handle)
{
	struct atr_kept_opened *opened = m->kept->opened;
	unsigned int i;

	for (i = 0; i < ATR_KEPT_OPENED; i++) {
		/* Of one that libpam has told itself the handle is not known. */
		if (opened[i].pid == pid && (opened[i].handle == handle || !opened[i].handle))
			return &opened[i];
	}
	return NULL;
}

/* Where there is no room the one that has been longest in here has it no more. */
static void opened_add(struct marker *m, __u32 pid, __u64 handle)
{
	unsigned int i;

	for (i = 0; i < ATR_KEPT_OPENED && m->kept->opened[m->next].pid; i++)
		m->next = (m->next + 1) % ATR_KEPT_OPENED;
	m->kept->opened[m->next] = (struct atr_kept_opened){ .pid = pid, .handle = handle };
	m->next = (m->next + 1) % ATR_KEPT_OPENED;
}

/*
 * In a process that is marked already nothing begins: su and sudo within do not end it. Nor does a user for whom
 * it is disabled.
 */
static void task_opens(struct marker *m, const struct atr_view *view, __u64 handle,
		       const char *name)
{
	enum tty_verdict verdict;
	__u32 pid = view->task->pid;
	int err;

	if (probe__task_marked(m->probe, pid) ||
	    !decide(m, view, pid, name, view->task->in_uid, &verdict) || verdict != TTY_ENABLE)
		return;
	err = probe__mark_task(m->probe, pid, flags_of(m));
	if (err) {
		if (err != -ESRCH)
			log_error("what is typed in a session of %u cannot be recorded: %s", pid,
				  strerror(-err));
		return;
	}
	opened_add(m, pid, handle);
	log_debug("process %u has opened a session: terminal input is recorded", pid);
}

static void pam_call(struct marker *m, const struct atr_view *view)
{
	const struct atr_pam *call = view->pam;
	char name[ATR_PAM_TEXT_MAX + 1];
	struct atr_kept_opened *opened;
	const char *user;
	size_t len;

	if (call->ret)
		return;
	if (call->call == ATR_PAM_OPEN_SESSION) {
		user = recorder__pam_user(m->recorder, view, &len);
		if (!user || !len)
			return;
		snprintf(name, sizeof(name), "%.*s", (int)len, user);
		task_opens(m, view, call->handle, name);
		return;
	}
	if (call->call != ATR_PAM_CLOSE_SESSION || m->patterns->open_only)
		return;
	opened = opened_find(m, view->task->pid, call->handle);
	if (!opened)
		return;
	memset(opened, 0, sizeof(*opened));
	probe__unmark_task(m->probe, view->task->pid);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* acct="name", or in hex. */
static bool account_of(const char *text, size_t len, char *name, size_t size)
{
	static const char key[] = " acct=";
	const char *at = memmem(text, len, key, sizeof(key) - 1), *end = text + len;
	size_t n = 0;

	if (!at)
		return false;
	at += sizeof(key) - 1;
	if (at < end && *at == '"') {
		for (at++; at < end && *at != '"' && n + 1 < size; at++)
			name[n++] = *at;
	} else {
		for (; at + 1 < end && n + 1 < size; at += 2) {
			if (hex_digit(at[0]) < 0 || hex_digit(at[1]) < 0)
				break;
			name[n++] = hex_digit(at[0]) << 4 | hex_digit(at[1]);
		}
	}
	name[n] = '\0';
	return n > 0;
}

/* What libpam says itself: where its calls are not hooked, or not in this container. Its end is not taken. */
static void message(struct marker *m, const struct atr_view *view)
{
	static const char open[] = "op=PAM:session_open ", success[] = "res=success";
	char name[ATR_PAM_TEXT_MAX + 1];
	const char *text;
	size_t len;

	if (view->message->type != AUDIT_USER_START)
		return;
	text = event_str(view, &view->message->text, &len);
	if (memmem(text, len, open, sizeof(open) - 1) &&
	    memmem(text, len, success, sizeof(success) - 1) &&
	    account_of(text, len, name, sizeof(name)))
		task_opens(m, view, 0, name);
}

/* --- events ----------------------------------------------------------------------------------- */

void marker__see(struct marker *m, const struct atr_view *view)
{
	const struct atr_task *task = view->task;

	if (!task)
		return;
	if (task->ses != ATR_UNSET) {
		session(m, view, task->pid, task->auid, task->ses);
		return;
	}
	/* Who may not tell the audit system is not believed here either. */
	if (!(view->hdr->flags & ATR_TRUST_SENDER))
		return;
	if (view->hdr->kind == ATR_KIND_PAM)
		pam_call(m, view);
	else if (view->hdr->kind == ATR_KIND_MESSAGE)
		message(m, view);
}

/*
 * A kernel side that goes on has marks. Where they are those of other words, sessions are decided anew. Who has opened
 * one without a login uid nobody can say any more: what is typed there is not recorded until the next one.
 */
static void begin(struct marker *m)
{
	m->anew = m->kept->tty != words_hash(m->patterns);
	if (!m->anew)
		return;
	if (m->kept->tty)
		log_info("tty_audit is not what it was: whose terminal input is recorded is "
			 "decided anew; of sessions without a login uid, with the next one");
	/* Should we be killed here, it is done once more. */
	m->kept->tty = WORDS_MIXED;
	probe__unmark_tasks(m->probe);
	memset(m->kept->opened, 0, sizeof(m->kept->opened));
}

void marker__begin(struct marker *m)
{
	DIR *proc = opendir("/proc");
	struct atr_session event;
	struct dirent *entry;
	struct atr_view view;

	begin(m);
	while (proc && (entry = readdir(proc))) {
		if (!session_event(entry->d_name, &event) &&
		    !event_view(&event, sizeof(event), &view))
			session(m, &view, strtoul(entry->d_name, NULL, 10), event.auid, event.ses);
	}
	if (proc)
		closedir(proc);
	m->kept->tty = words_hash(m->patterns);
}
