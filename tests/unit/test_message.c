// SPDX-License-Identifier: GPL-2.0-or-later
/* What programs tell the audit system, logins and ends by a signal, as records. */
#include <errno.h>
#include <libaudit.h>

#include "tests/tap.h"
#include "tests/unit/build.h"
#include "user/record/spaces.h"

static struct event ev, other;

#define STAMP  "msg=audit(1.500:4): "
#define SENDER STAMP "pid=787 uid=0 auid=4294967295 ses=4294967295 "

static void text_is(enum atr_format format, const char *want, const char *what)
{
	struct recorder *r = a_recorder(format);
	char *text = feed_str(r, &ev);

	is_str(text ? text : "(refused)", want, what);
	free(text);
	recorder__free(r);
}

/* A message's record in whole, by its text in literal bytes. */
#define message_is(type, literal, want, what)                       \
	do {                                                        \
		a_message(&ev, type, literal, sizeof(literal) - 1); \
		text_is(ATR_FORMAT_RAW, want "\n", what);           \
	} while (0)

static void test_texts(void)
{
	message_is(AUDIT_USER_LOGIN, "op=login id=0\0",
		   "type=USER_LOGIN " SENDER "msg='op=login id=0'", "a message");
	message_is(AUDIT_USER, "x\0", "type=USER " SENDER "msg='x'", "the oldest type");
	message_is(1199, "x\0", "type=UNKNOWN[1199] " SENDER "msg='x'", "a type without a name");
	message_is(AUDIT_TEST, "\0\0", "type=TEST " SENDER "msg=''", "without text");
	message_is(AUDIT_TEST, "nonul", "type=TEST " SENDER "msg='nonu'",
		   "the last byte is never told");
	message_is(AUDIT_TEST, "emb\0edded\0", "type=TEST " SENDER "msg='emb'",
		   "up to the first NUL");
	message_is(AUDIT_TEST, "a\nb\0", "type=TEST " SENDER "msg='a b'",
		   "a newline ends no record");
	message_is(AUDIT_TEST, "a\nb\n\0", "type=TEST " SENDER "msg='a b '",
		   "nor does the last one");
	message_is(AUDIT_TEST, "a\tb\r\033\0", "type=TEST " SENDER "msg='a\tb\r\033'",
		   "other control bytes are the sender's, as the kernel has it");
	message_is(AUDIT_TEST, "it's \"x\"\0", "type=TEST " SENDER "msg='it's \"x\"'",
		   "and quotes");
	message_is(AUDIT_TEST, "x\x1dUID=\"root\"\0", "type=TEST " SENDER "msg='x?UID=\"root\"'",
		   "what begins auditd's part does not");
	message_is(AUDIT_TEST, "gr\xc3\xbc\xff\0", "type=TEST " SENDER "msg='gr\xc3\xbc\xff'",
		   "bytes beyond ASCII");
}

static void test_length(void)
{
	static char text[9000], want[9200];
	size_t lens[] = { 8559, 8560, 8561, 8969 }, i, n;

	memset(text, 'x', sizeof(text));
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		n = lens[i] < 8560 ? lens[i] : 8560;
		text[lens[i]] = '\0';
		a_message(&ev, AUDIT_TEST, text, lens[i] + 1);
		text[lens[i]] = 'x';
		snprintf(want, sizeof(want), "type=TEST " SENDER "msg='%.*s'\n", (int)n, text);
		text_is(ATR_FORMAT_RAW, want, "the kernel keeps 8560 bytes");
	}
}

static void test_tty(void)
{
	a_message(&ev, AUDIT_USER_TTY, "ok", 3);
	ev.hdr.flags |= ATR_TRUST_TTY;
	text_is(ATR_FORMAT_RAW, "type=USER_TTY " SENDER "data=\"ok\"\n", "what was typed");
	a_message(&ev, AUDIT_USER_TTY, "a b\0c", 6);
	ev.hdr.flags |= ATR_TRUST_TTY;
	text_is(ATR_FORMAT_RAW, "type=USER_TTY " SENDER "data=6120620063\n", "NULs included");
	a_message(&ev, AUDIT_USER_TTY, "ok", 3);
	text_is(ATR_FORMAT_RAW, "type=USER_TTY " SENDER "data=\"ok\"\x1dREFUSED=\"tty-audit\"\n",
		"of a terminal that the kernel does not record");
}

static void test_enriched(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_ENRICHED);
	char *text;

	a_name(&other, 0, false, "root");
	free(feed_str(r, &other));
	a_name(&other, 7, true, "lp");
	free(feed_str(r, &other));
	a_message(&ev, AUDIT_ADD_GROUP, "op=x id=7 grp=\"lp\" uid=0 idx=7 auid=-1 res=success", 51);
	text = feed_str(r, &ev);
	is_str(text,
	       "type=ADD_GROUP " SENDER "msg='op=x id=7 grp=\"lp\" uid=0 idx=7 auid=-1 res=success'"
	       "\x1dUID=\"root\" AUID=\"unset\" ID=\"lp\" UID=\"root\"\n",
	       "ids of the text have names too, of groups where the type says so");
	free(text);
	recorder__free(r);
}

/* --- who may send ------------------------------------------------------------------------------ */

static void test_refused(void)
{
	const __u32 all = ATR_TRUST_SENDER | ATR_TRUST_SOCKET | ATR_TRUST_INITIAL;

	a_message(&ev, AUDIT_USER_AUTH, "x' res=success\n", 16);
	ev.hdr.flags = ATR_TRUST_SENDER;
	text_is(ATR_FORMAT_RAW,
		"type=USER_AUTH " SENDER "msg='x? res=success '\x1dREFUSED=\"user-namespace\"\n",
		"of another user namespace: marked, and nothing breaks out of the quotes");
	ev.hdr.flags = all & ~ATR_TRUST_SOCKET;
	text_is(ATR_FORMAT_RAW,
		"type=USER_AUTH " SENDER "msg='x? res=success '\x1dREFUSED=\"capability\"\n",
		"by a socket that was handed over");
	ev.hdr.flags = all & ~ATR_TRUST_SENDER;
	text_is(ATR_FORMAT_RAW,
		"type=DAEMON_ERR " STAMP "op=refused-message msgtype=USER_AUTH reason=capability "
		"auid=4294967295 pid=787 uid=0 ses=4294967295 comm=\"sshd\" exe=\"/usr/sbin/sshd\" "
		"text=7827207265733D737563636573730A res=failed\n",
		"without a right to it: what it is, not what it says");
	ev.hdr.flags = 0;
	text_is(ATR_FORMAT_RAW,
		"type=DAEMON_ERR " STAMP
		"op=refused-message msgtype=USER_AUTH reason=user-namespace "
		"auid=4294967295 pid=787 uid=0 ses=4294967295 comm=\"sshd\" exe=\"/usr/sbin/sshd\" "
		"text=7827207265733D737563636573730A res=failed\n",
		"in another user namespace neither");
}

static void test_flood(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	unsigned int i, told = 0;
	char *text;

	a_message(&ev, AUDIT_USER_AUTH, "x", 2);
	ev.hdr.flags = ATR_TRUST_INITIAL;
	for (i = 0; i < 1000; i++) {
		text = feed_str(r, &ev);
		told += text && *text;
		free(text);
	}
	is_int(told, 32, "so many reports a second");
	ev.hdr.time += 1000000000;
	text = feed_str(r, &ev);
	ok(text && strstr(text, " held-back=968 res=failed\n"),
	   "and then how many there were more");
	free(text);
	recorder__free(r);
}

/* --- where ------------------------------------------------------------------------------------- */

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_containers(void)
{
	static const struct {
		const char *walk; /* with '/' for its NULs */
		const char *id;
		bool any;
	} rows[] = {
		{ "docker-" HEX64 ".scope/system.slice/", HEX64, false },
		{ HEX64 "/docker/", HEX64, false },
		{ "cri-containerd-" HEX64 ".scope/kubepods-burstable-pod7.slice/kubepods.slice/",
		  HEX64, false },
		{ "crio-" HEX64 ".scope/kubepods.slice/", HEX64, false },
		{ "container/libpod-" HEX64 ".scope/machine.slice/", HEX64, false },
		{ "init.scope/lxc.payload.web/", "web", false },
		{ "payload/machine-deb12.scope/machine.slice/", "deb12", false },
		{ "sshd.service/system.slice/", NULL, true },
		{ "session-3.scope/user-1000.slice/user.slice/", NULL, false },
		{ "web1/", "web1", true },
		{ "web1/", NULL, false },
		{ "init.scope/web1/runc/", "web1", true },
		{ "docker-short.scope/", NULL, true },
		{ "", NULL, true },
	};
	char walk[512];
	const char *id;
	size_t i, j, len, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		len = strlen(rows[i].walk);
		memcpy(walk, rows[i].walk, len);
		for (j = 0; j < len; j++)
			walk[j] = walk[j] == '/' ? '\0' : walk[j];
		n = container_id(walk, len, rows[i].any, &id);
		if (rows[i].id)
			is_bytes(id, n, rows[i].id, strlen(rows[i].id), rows[i].walk);
		else
			is_int(n, 0, rows[i].walk);
	}
}

static void test_spaces(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_ENRICHED);
	char *text;

	a_host(&other, 0);
	other.host.mntns = 1;
	other.host.pidns = 2;
	other.host.userns = 3;
	free(feed_str(r, &other));
	a_message(&ev, AUDIT_TEST, "x", 2);
	ev.message.task.mntns = 11;
	ev.message.task.pidns = 12;
	ev.message.task.userns = 13;
	ev.message.task.in_pid = 1;
	ev.message.task.in_uid = 1000;
	event_put(&ev, &ev.message.task.cgroup, "we\"b\0", 5);
	text = feed_str(r, &ev);
	ok(text && strstr(text, "'\x1dUID=\"?\" AUID=\"unset\" CONTAINER=77652262 MNTNS=\"11\" "
				"PIDNS=\"12\" USERNS=\"13\" INPID=\"1\" INUID=\"1000\"\n"),
	   "each namespace that is not the initial one, a name of anybody's encoded");
	free(text);
	ev.message.task.mntns = 1;
	ev.message.task.pidns = 2;
	ev.message.task.userns = 3;
	text = feed_str(r, &ev);
	ok(text && strstr(text, "'\x1dUID=\"?\" AUID=\"unset\"\n"),
	   "nothing of one that is at home");
	free(text);
	recorder__free(r);
}

/* --- logins ------------------------------------------------------------------------------------ */

static void a_login(int res)
{
	event_begin(&ev, ATR_KIND_LOGIN);
	ev.login.task = a_sender();
	ev.login.old_auid = ev.login.old_ses = ATR_UNSET;
	ev.login.auid = 1000;
	if (!res) {
		ev.login.task.auid = 1000;
		ev.login.task.ses = 7;
	}
	ev.login.exit = res;
	ev.login.arch = 0xc000003e;
	ev.login.nr = 1;
	ev.login.args[0] = 3;
	ev.login.args[2] = 4;
	ev.login.title_len = 5;
	event_walk(&ev, &ev.login.task.exe, "/usr/sbin/sshd");
	event_put(&ev, &ev.login.title, "sshd", 5);
}

static void text_has(const char *part, const char *what)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	char *text = feed_str(r, &ev);

	ok(text && strstr(text, part), "%s", what);
	free(text);
	recorder__free(r);
}

static void test_login(void)
{
	a_login(0);
	text_is(ATR_FORMAT_RAW,
		"type=LOGIN " STAMP "pid=787 uid=0 old-auid=4294967295 auid=1000 tty=(none) "
		"old-ses=4294967295 ses=7 res=1\n"
		"type=SYSCALL " STAMP
		"arch=c000003e syscall=1 success=yes exit=4 a0=3 a1=0 a2=4 a3=0 "
		"items=0 ppid=1 pid=787 auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 "
		"fsgid=0 tty=(none) ses=7 comm=\"sshd\" exe=\"/usr/sbin/sshd\" key=(null)\n"
		"type=PROCTITLE " STAMP "proctitle=\"sshd\"\n",
		"a login");
	a_login(-EPERM);
	text_is(ATR_FORMAT_RAW,
		"type=LOGIN " STAMP "pid=787 uid=0 old-auid=4294967295 auid=1000 tty=(none) "
		"old-ses=4294967295 ses=4294967295 res=0\n"
		"type=SYSCALL " STAMP
		"arch=c000003e syscall=1 success=no exit=-1 a0=3 a1=0 a2=4 a3=0 "
		"items=0 ppid=1 pid=787 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 "
		"sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"sshd\" exe=\"/usr/sbin/sshd\" "
		"key=(null)\n"
		"type=PROCTITLE " STAMP "proctitle=\"sshd\"\n",
		"one that was refused");

	/* musl's stdio. */
	a_login(0);
	ev.login.nr = 20;
	ev.login.args[2] = 2;
	ev.login.exit = 5;
	text_has("ses=7 res=1\n", "one by writev() was let");
	text_has(" syscall=20 success=yes exit=5 a0=3 a1=0 a2=2 ", "it has written its pieces");
	/* Of what is in the registers the kernel takes half, and audit tells it all. */
	a_login(0);
	ev.login.arch = 0x40000003;
	ev.login.nr = 4;
	ev.login.args[2] = 0x1234567800000004;
	text_has(" syscall=4 success=yes exit=4 a0=3 a1=0 a2=1234567800000004 ",
		 "one by 32-bit code");
}

/* What an event of that session gives with LOGIN before it, or without. */
static void derived_is(struct recorder *r, __u32 pid, __u32 auid, __u32 ses, const char *want,
		       const char *what)
{
	char *text, *line;

	a_message(&ev, AUDIT_TEST, "x", 2);
	ev.message.task.pid = pid;
	ev.message.task.auid = auid;
	ev.message.task.ses = ses;
	text = feed_str(r, &ev);
	line = record_of(text ? text : "", "LOGIN");
	is_str(line, want, what);
	free(line);
	free(text);
}

static void test_derived(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	char *text, *line;

	derived_is(r, 787, 1000, 7, "", "nobody has said which sessions there were");
	event_begin(&other, ATR_KIND_HOST);
	other.host.flags = ATR_HOST_SESSIONS;
	other.host.first_serial = 4;
	free(feed_str(r, &other));
	event_begin(&other, ATR_KIND_SESSION);
	other.session.auid = 1000;
	other.session.ses = 5;
	free(feed_str(r, &other));
	derived_is(r, 800, 1000, 5, "", "a session that was there before");
	derived_is(r, 787, ATR_UNSET, ATR_UNSET, "", "one in none");
	derived_is(r, 787, 1000, 8,
		   "type=LOGIN msg=audit(1.500:6): pid=787 uid=0 old-auid=4294967295 auid=1000 "
		   "tty=(none) old-ses=4294967295 ses=8 res=1",
		   "then in a new one: it has logged in");
	derived_is(r, 787, 1000, 8, "", "once");
	derived_is(r, 900, 1000, 8, "", "whoever is in it");
	derived_is(r, 901, 1001, 9,
		   "type=LOGIN msg=audit(1.500:10): pid=901 uid=0 old-auid=4294967295 auid=1001 "
		   "tty=(none) old-ses=4294967295 ses=9 res=1\x1d"
		   "AUTRAIL=\"old-auid-unknown\"",
		   "who was not seen before says so");
	derived_is(r, 950, ATR_UNSET, ATR_UNSET, "", "one in none");
	a_message(&ev, AUDIT_TEST, "x", 2);
	ev.message.task.pid = 951;
	ev.message.task.ppid = 950;
	ev.message.task.auid = 1002;
	ev.message.task.ses = 10;
	text = feed_str(r, &ev);
	line = record_of(text ? text : "", "LOGIN");
	is_str(line,
	       "type=LOGIN msg=audit(1.500:13): pid=950 uid=0 old-auid=4294967295 auid=1002 tty=(none) "
	       "old-ses=4294967295 ses=10 res=1",
	       "its child shows that it has logged in");
	free(line);
	free(text);
	a_login(0);
	free(feed_str(r, &ev));
	derived_is(r, 787, 1000, 7, "", "one whose login was told");
	recorder__free(r);
}

/* --- others ------------------------------------------------------------------------------------ */

static void test_abend(void)
{
	event_begin(&ev, ATR_KIND_ABEND);
	ev.abend.task = a_sender();
	ev.abend.sig = 11;
	event_walk(&ev, &ev.abend.task.exe, "/a b");
	text_is(ATR_FORMAT_RAW,
		"type=ANOM_ABEND " STAMP "auid=4294967295 uid=0 gid=0 ses=4294967295 pid=787 "
		"comm=\"sshd\" exe=2F612062 sig=11 res=1\n",
		"an end by a signal");
}

static void kernel_is(struct recorder *r, __u32 type, const char *body, const char *want,
		      const char *what)
{
	char *text;

	event_begin(&ev, ATR_KIND_KERNEL);
	ev.kernel.type = type;
	event_puts(&ev, &ev.kernel.text, body);
	text = feed_str(r, &ev);
	is_str(text ? text : "(refused)", want, what);
	free(text);
}

static void test_kernel(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	kernel_is(r, AUDIT_SYSCALL, "audit(1.000:76): arch=x", "", "a call that is ours to tell");
	kernel_is(r, AUDIT_AVC, "audit(1.000:77): apparmor=\"DENIED\"\nname=\"x\"",
		  "type=AVC msg=audit(1.000:77): apparmor=\"DENIED\" name=\"x\"\n",
		  "what only the kernel knows, on one line");
	kernel_is(r, AUDIT_SYSCALL, "audit(1.000:77): arch=x",
		  "type=SYSCALL msg=audit(1.000:77): arch=x\n", "with its companions");
	kernel_is(r, AUDIT_USER_AUTH, "audit(1.000:78): pid=1", "", "no user message");
	kernel_is(r, AUDIT_SECCOMP, "type=USER_AUTH", "(refused)", "what is no record is refused");
	recorder__free(r);
}

static void test_human(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_TEXT);
	char *text;

	a_message(&ev, AUDIT_USER_LOGIN, "op=login\033[2J", 13);
	text = feed_str(r, &ev);
	ok(text && strstr(text, " USER_LOGIN op=login?[2J\n"),
	   "for people, and harmless on a terminal");
	free(text);
	recorder__free(r);
}

int main(void)
{
	test_texts();
	test_length();
	test_tty();
	test_enriched();
	test_refused();
	test_flood();
	test_containers();
	test_spaces();
	test_login();
	test_derived();
	test_abend();
	test_kernel();
	test_human();
	return tap_done();
}
