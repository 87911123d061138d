// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls of libpam, as the records that it would have sent. */
#include <libaudit.h>

#include "tests/tap.h"
#include "tests/unit/build.h"

static struct event ev, message;

#define HANDLE 0x55d0c0ffee10ULL
#define TRUST  (ATR_TRUST_SENDER | ATR_TRUST_INITIAL)

enum { PAM_USER = 2, PAM_TTY = 3, PAM_RHOST = 4, PAM_USER_UNKNOWN = 10, PAM_INCOMPLETE = 31 };

/* A call of process 787's; text NULL: it has none. */
static void a_call(enum atr_pam_call call, int ret, const char *text)
{
	event_begin(&ev, ATR_KIND_PAM);
	ev.hdr.flags = TRUST;
	ev.pam.task = a_sender();
	ev.pam.handle = HANDLE;
	ev.pam.call = call;
	ev.pam.ret = ret;
	ev.pam.returned = ev.hdr.time + 1000;
	ev.pam.text.flags = ATR_S_NULL;
	event_walk(&ev, &ev.pam.task.exe, "/usr/sbin/sshd");
	event_puts(&ev, &ev.pam.node, "host1");
	if (text)
		event_puts(&ev, &ev.pam.text, text);
}

/* Feeds what a_call() made: what it wrote, which the caller frees. */
static char *told(struct recorder *r)
{
	char *text = feed_str(r, &ev);

	return text ? text : strdup("(refused)");
}

static void silent(struct recorder *r)
{
	free(told(r));
}

static void start(struct recorder *r, const char *user)
{
	a_call(ATR_PAM_START, 0, user);
	silent(r);
}

static void item(struct recorder *r, __u32 number, const char *text)
{
	a_call(ATR_PAM_SET_ITEM, 0, text);
	ev.pam.item = number;
	silent(r);
}

/* What ev becomes: its type, and what stands in its quotes; "" for nothing. */
static void is_told(struct recorder *r, const char *type, const char *want, const char *what)
{
	char *text = told(r), *from, *to, got[4096] = "";

	from = strstr(text, " msg='");
	to = from ? strstr(from, "'\x1d") : NULL;
	if (to)
		snprintf(got, sizeof(got), "%.*s: %.*s", (int)strcspn(text + 5, " "), text + 5,
			 (int)(to - from - 6), from + 6);
	else
		snprintf(got, sizeof(got), "%s", text);
	free(text);
	text = NULL;
	if (*want && asprintf(&text, "%s: %s", type, want) < 0)
		text = NULL;
	is_str(got, *want ? text : "", what);
	free(text);
}

#define SSHD	      "exe=\"/usr/sbin/sshd\" "
#define REST(res)     SSHD "hostname=? addr=? terminal=? res=" res
#define BY_BOB(op)    "op=PAM:" op " grantors=? acct=\"bob\" " REST("success")
#define OF_NOBODY(op) "op=PAM:" op " grantors=? acct=\"?\" " REST("failed")

static void test_record(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	char *text;

	start(r, "bob");
	a_call(ATR_PAM_AUTHENTICATE, 0, NULL);
	text = told(r);
	is_str(text,
	       "type=USER_AUTH msg=audit(1.500:4): pid=787 uid=0 auid=4294967295 ses=4294967295 "
	       "msg='" BY_BOB("authentication") "'\x1d"
						"DERIVED=\"libpam\"\n",
	       "a whole record");
	free(text);
	recorder__free(r);
}

static void test_types(void)
{
	static const struct {
		enum atr_pam_call call;
		__u32 flags;
		const char *type, *op;
	} rows[] = {
		{ ATR_PAM_AUTHENTICATE, 0, "USER_AUTH", "authentication" },
		{ ATR_PAM_ACCT_MGMT, 0, "USER_ACCT", "accounting" },
		{ ATR_PAM_OPEN_SESSION, 0, "USER_START", "session_open" },
		{ ATR_PAM_CLOSE_SESSION, 0, "USER_END", "session_close" },
		{ ATR_PAM_CHAUTHTOK, 0, "USER_CHAUTHTOK", "chauthtok" },
		{ ATR_PAM_SETCRED, 0, "CRED_ACQ", "setcred" },
		{ ATR_PAM_SETCRED, 2, "CRED_ACQ", "setcred" },
		{ ATR_PAM_SETCRED, 0x8002, "CRED_ACQ", "setcred" },
		{ ATR_PAM_SETCRED, 4, "CRED_DISP", "setcred" },
		{ ATR_PAM_SETCRED, 8, "CRED_REFR", "setcred" },
		{ ATR_PAM_SETCRED, 16, "CRED_REFR", "setcred" },
		{ ATR_PAM_SETCRED, 4 | 8, "CRED_REFR", "setcred" },
		{ ATR_PAM_SETCRED, 0x8000, "USER_ERR", "setcred" },
	};
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	char want[256], what[64];
	size_t i;

	start(r, "bob");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		a_call(rows[i].call, 0, NULL);
		ev.pam.flags = rows[i].flags;
		snprintf(want, sizeof(want), "op=PAM:%s grantors=? acct=\"bob\" " REST("success"),
			 rows[i].op);
		snprintf(what, sizeof(what), "%s, flags %#x", rows[i].op, rows[i].flags);
		is_told(r, rows[i].type, want, what);
	}
	recorder__free(r);
}

/* --- whose handle ------------------------------------------------------------------------------- */

static void test_users(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	start(r, NULL);
	a_call(ATR_PAM_AUTHENTICATE, 7, NULL);
	is_told(r, "USER_AUTH", OF_NOBODY("authentication"), "nobody has been named");
	a_call(ATR_PAM_GET_USER, 0, "bob");
	silent(r);
	a_call(ATR_PAM_AUTHENTICATE, 0, NULL);
	is_told(r, "USER_AUTH", BY_BOB("authentication"), "a user who was asked for");
	a_call(ATR_PAM_AUTHENTICATE, PAM_USER_UNKNOWN, NULL);
	is_told(r, "USER_AUTH", OF_NOBODY("authentication"), "who is unknown is not named");
	item(r, PAM_USER, "a \"b\"");
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	is_told(r, "USER_ACCT", "op=PAM:accounting grantors=? acct=6120226222 " REST("success"),
		"a name with quotes");
	item(r, PAM_USER, "0123456789012345678901234567890123456789");
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	is_told(r, "USER_ACCT",
		"op=PAM:accounting grantors=? acct=\"01234567890123456789012345678901\" " REST(
			"success"),
		"a long one is cut as libaudit does");
	start(r, "eve");
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	is_told(r, "USER_ACCT", "op=PAM:accounting grantors=? acct=\"eve\" " REST("success"),
		"a handle that begins anew");
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	ev.pam.handle++;
	is_told(r, "USER_ACCT", "op=PAM:accounting grantors=? acct=\"?\" " REST("success"),
		"one whose beginning nobody has seen");
	recorder__free(r);
}

static void test_fork(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	start(r, "bob");
	a_call(ATR_PAM_CLOSE_SESSION, 0, NULL);
	ev.pam.task.pid = ev.pam.task.tid = 800;
	ev.pam.task.ppid = 787;
	is_told(r, "USER_END", BY_BOB("session_close"), "a child has what its parent had");
	a_call(ATR_PAM_SET_ITEM, 0, "eve");
	ev.pam.item = PAM_USER;
	ev.pam.task.pid = 800;
	silent(r);
	a_call(ATR_PAM_CLOSE_SESSION, 0, NULL);
	is_told(r, "USER_END", BY_BOB("session_close"), "what it changes is its own");
	a_call(ATR_PAM_CLOSE_SESSION, 0, NULL);
	ev.pam.task.pid = 801;
	ev.pam.task.ppid = 1;
	is_told(r, "USER_END", "op=PAM:session_close grantors=? acct=\"?\" " REST("success"),
		"a stranger at the same address has not");
	recorder__free(r);
}

static void test_end(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	start(r, "bob");
	a_call(ATR_PAM_END, 0, NULL);
	is_told(r, "USER_ERR", OF_NOBODY("bad_ident"), "a handle of which nothing was told");
	start(r, "bob");
	a_call(ATR_PAM_AUTHENTICATE, 0, NULL);
	silent(r);
	a_call(ATR_PAM_END, 0, NULL);
	is_told(r, "", "", "one of which something was");
	start(r, "bob");
	a_call(ATR_PAM_AUTHENTICATE, PAM_INCOMPLETE, NULL);
	is_told(r, "", "", "a call that is to be made again");
	a_call(ATR_PAM_END, 0, NULL);
	ev.pam.handle ^= 0x1000;
	is_told(r, "", "", "of one that began before us nobody knows");
	recorder__free(r);
}

/* --- where from --------------------------------------------------------------------------------- */

static void test_hosts(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	start(r, "bob");
	item(r, PAM_TTY, "pts/3");
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	is_told(r, "USER_ACCT",
		"op=PAM:accounting grantors=? acct=\"bob\" " SSHD
		"hostname=host1 addr=? terminal=pts/3 res=success",
		"at a terminal of this machine");
	item(r, PAM_RHOST, "far.example");
	event_begin(&message, ATR_KIND_ADDRESS);
	event_puts(&message, &message.address.name, "far.example");
	event_puts(&message, &message.address.address, "192.0.2.7");
	free(feed_str(r, &message));
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	is_told(r, "USER_ACCT",
		"op=PAM:accounting grantors=? acct=\"bob\" " SSHD
		"hostname=far.example addr=192.0.2.7 terminal=pts/3 res=success",
		"from afar");
	item(r, PAM_RHOST, NULL);
	item(r, PAM_TTY, "ssh");
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	is_told(r, "USER_ACCT",
		"op=PAM:accounting grantors=? acct=\"bob\" " SSHD
		"hostname=? addr=? terminal=ssh res=success",
		"from nowhere");
	item(r, PAM_TTY, NULL);
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	ev.pam.task.tty.flags = 0;
	event_puts(&ev, &ev.pam.task.tty, "pts5");
	is_told(r, "USER_ACCT",
		"op=PAM:accounting grantors=? acct=\"bob\" " SSHD
		"hostname=? addr=? terminal=pts/5 res=success",
		"the terminal that the process has");
	recorder__free(r);
}

static void test_hostile(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	static char name[ATR_PAM_TEXT_MAX];

	start(r, "x' res=success\n\x1dUID=\"root\"");
	item(r, PAM_RHOST, "h' \"op=x\nres=success\x1d\xff");
	item(r, PAM_TTY, "t t\n'\x1d");
	a_call(ATR_PAM_AUTHENTICATE, 7, NULL);
	is_told(r, "USER_AUTH",
		"op=PAM:authentication grantors=? "
		"acct=7827207265733D737563636573730A1D5549443D22726F6F7422 " SSHD
		"hostname=h???op=x?res=success?? addr=? terminal=t?t??? res=failed",
		"nothing ends its field");
	memset(name, 'h', sizeof(name) - 1);
	item(r, PAM_RHOST, name);
	item(r, PAM_TTY, "");
	start(r, "");
	a_call(ATR_PAM_AUTHENTICATE, 7, NULL);
	is_told(r, "USER_AUTH", "op=PAM:authentication grantors=? acct=\"\" " REST("failed"),
		"an empty name");
	recorder__free(r);
}

/* --- what libpam has said itself --------------------------------------------------------------- */

static void said(struct recorder *r, const char *text, __u32 tid, __u64 time)
{
	a_message(&message, AUDIT_USER_AUTH, text, strlen(text) + 1);
	message.message.task.tid = tid;
	message.hdr.time = time;
	free(feed_str(r, &message));
}

static void test_said(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	__u64 time;

	start(r, "bob");
	a_call(ATR_PAM_AUTHENTICATE, 0, NULL);
	time = ev.hdr.time;
	said(r, "op=PAM:authentication", ev.pam.task.tid, time + 500);
	is_told(r, "", "", "its own message stands");
	a_call(ATR_PAM_END, 0, NULL);
	ev.hdr.time += 5000;
	ev.pam.returned = ev.hdr.time + 1000;
	is_told(r, "", "", "and counts for the end");
	start(r, "bob");
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	ev.hdr.time += 10000;
	ev.pam.returned = ev.hdr.time + 1000;
	is_told(r, "USER_ACCT", BY_BOB("accounting"), "not for the next call");
	a_call(ATR_PAM_ACCT_MGMT, 0, NULL);
	ev.hdr.time = time + 20000;
	ev.pam.returned = ev.hdr.time + 1000;
	said(r, "op=PAM:accounting", ev.pam.task.tid + 1, ev.hdr.time + 500);
	said(r, "op=login", ev.pam.task.tid, ev.hdr.time + 500);
	is_told(r, "USER_ACCT", BY_BOB("accounting"),
		"neither another thread's, nor what is not of libpam");
	recorder__free(r);
}

/* --- who is believed ---------------------------------------------------------------------------- */

static void test_trust(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	char *text;

	start(r, "bob");
	a_call(ATR_PAM_AUTHENTICATE, 0, NULL);
	ev.hdr.flags = ATR_TRUST_INITIAL;
	is_told(r, "", "", "without CAP_AUDIT_WRITE he only claims it");
	ev.hdr.flags = 0;
	is_told(r, "", "", "in another user namespace, too");
	ev.hdr.flags = ATR_TRUST_SENDER;
	text = told(r);
	ok(strstr(text, "'\x1d"
			"DERIVED=\"libpam\" REFUSED=\"user-namespace\"\n"),
	   "with it, in another user namespace: marked");
	free(text);
	a_call(ATR_PAM_CALL_MAX, 0, NULL);
	text = told(r);
	is_str(text, "(refused)", "a call that there is not");
	free(text);
	recorder__free(r);
}

int main(void)
{
	test_record();
	test_types();
	test_users();
	test_fork();
	test_end();
	test_hosts();
	test_hostile();
	test_said();
	test_trust();
	return tap_done();
}
