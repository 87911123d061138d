// SPDX-License-Identifier: GPL-2.0-or-later
/* What was typed, and when it is let go of: as drivers/tty/tty_audit.c does it. */
#include <libaudit.h>

#include "tests/tap.h"
#include "tests/unit/build.h"

static struct event ev;

#define PTS(n)	 (136U << 20 | (n))
#define STAMP(n) "msg=audit(1795221668.500:" n "): "
#define HEAD(n)            \
	"type=TTY " STAMP( \
		n) "tty pid=788 uid=1000 auid=1000 ses=3 major=136 minor=0 comm=\"cat\" data="
#define SYSCALL(n, nr, res)                                                                               \
	"type=SYSCALL " STAMP(                                                                            \
		n) "arch=c000003e syscall=" nr res " a0=0 a1=7f a2=0 a3=0 items=0 "                       \
		   "ppid=1 pid=787 auid=1000 uid=1000 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 " \
		   "tty=pts0 ses=3 comm=\"cat\" exe=\"/bin/cat\" key=(null)\n"
#define TITLE(n)   "type=PROCTITLE " STAMP(n) "proctitle=\"cat\"\n"
#define READ(n, e) SYSCALL(n, "0", " success=yes exit=" e) TITLE(n)

/* A thread of process 787's has got these bytes of a terminal. */
static void typed(__u32 dev, __u32 how, __s64 exit, const char *data, size_t len)
{
	event_begin(&ev, ATR_KIND_TTY);
	ev.hdr.time = 1500000000;
	ev.tty.task = a_sender();
	ev.tty.task.tid = 788;
	ev.tty.task.uid = 1000;
	ev.tty.task.auid = 1000;
	ev.tty.task.ses = 3;
	strcpy(ev.tty.task.comm, "cat");
	ev.tty.task.tty.flags = 0;
	ev.tty.args[1] = 0x7f;
	ev.tty.exit = exit;
	ev.tty.arch = AUDIT_ARCH_X86_64;
	ev.tty.dev = dev;
	ev.tty.how = how;
	ev.tty.title_len = 4;
	event_puts(&ev, &ev.tty.task.tty, "pts0");
	event_walk(&ev, &ev.tty.task.exe, "/bin/cat");
	event_put(&ev, &ev.tty.title, "cat", 4);
	event_put(&ev, &ev.tty.data, data, len);
}

static struct recorder *begin(enum atr_format format)
{
	struct recorder *r = a_recorder(format);

	a_clock(&ev);
	free(feed_str(r, &ev));
	return r;
}

static void told(struct recorder *r, const char *want, const char *what)
{
	char *text = feed_str(r, &ev);

	is_str(text ? text : "(refused)", want, what);
	free(text);
}

enum {
	LINE = ATR_TTY_ICANON | ATR_TTY_PUSH | ATR_TTY_END,
	KEYS = ATR_TTY_END,
	PART = ATR_TTY_ICANON,
};

static void test_lines(void)
{
	struct recorder *r = begin(ATR_FORMAT_RAW);

	typed(PTS(0), LINE, 4, "abc\n", 4);
	told(r, HEAD("4") "6162630A\n" READ("4", "4"), "a line");
	typed(PTS(0), PART, 0, "ab", 2);
	told(r, "", "a part of one, by a small buffer");
	typed(PTS(0), LINE, 2, "c\n", 2);
	told(r, HEAD("5") "6162630A\n" READ("5", "2"), "and the rest of it");
	typed(PTS(0), LINE, 0, "", 0);
	told(r, "", "^D alone, and nothing waits");
	typed(PTS(0), PART, 0, "ab", 2);
	told(r, "", "a part of a line");
	typed(PTS(0), LINE, 0, "", 0);
	told(r, HEAD("6") "6162\n" READ("6", "0"), "and ^D alone");
	recorder__free(r);
}

static void test_keys(void)
{
	struct recorder *r = begin(ATR_FORMAT_RAW);

	typed(PTS(0), KEYS, 1, "l", 1);
	told(r, "", "a key");
	typed(PTS(0), KEYS, 1, "s", 1);
	told(r, "", "another one");
	typed(PTS(0), LINE, 3, "ab\n", 3);
	told(r, HEAD("4") "6C73\n" HEAD("4") "61620A\n" READ("4", "3"),
	     "another mode: both are told of one read");
	typed(PTS(0), KEYS, 1, "x", 1);
	told(r, "", "a key");
	typed(PTS(1), KEYS, 1, "y", 1);
	told(r, HEAD("5") "78\n" READ("5", "1"), "another terminal");
	typed(0, ATR_TTY_EXIT | ATR_TTY_END, 0, "", 0);
	ev.tty.nr = 231;
	told(r,
	     "type=TTY " STAMP("6") "tty pid=788 uid=1000 auid=1000 ses=3 major=136 minor=1 "
				    "comm=\"cat\" data=79\n" SYSCALL("6", "231", "") TITLE("6"),
	     "the end of the process: a call without a result");
	typed(PTS(0), KEYS, 1, "z", 1);
	told(r, "", "a key");
	typed(0, ATR_TTY_EXIT | ATR_TTY_END | ATR_TTY_ALONE, 0, "", 0);
	told(r, HEAD("7") "7A\n", "an end by a signal: alone");
	typed(0, ATR_TTY_EXIT | ATR_TTY_END | ATR_TTY_ALONE, 0, "", 0);
	told(r, "", "nothing waits any more");
	recorder__free(r);
}

/* Full at 4096 bytes, wherever these end in an event. */
static void test_full(void)
{
	struct recorder *r = begin(ATR_FORMAT_RAW);
	static char bytes[ATR_TYPED_MAX];
	char *text;

	memset(bytes, 'x', sizeof(bytes));
	typed(PTS(0), 0, 0, bytes, 4000);
	told(r, "", "4000 bytes");
	typed(PTS(0), 0, 0, bytes, 4096);
	told(r, "", "4096 more, in the middle of a call");
	typed(PTS(0), KEYS, 8200, bytes, 104);
	text = feed_str(r, &ev);
	ok(text && strlen(text) > 2 * 8192, "at its end two records");
	ok(text && strstr(text, "data=7878") && strstr(text, " exit=8200 "), "of that call");
	free(text);
	typed(0, ATR_TTY_EXIT | ATR_TTY_END | ATR_TTY_ALONE, 0, "", 0);
	told(r, HEAD("5") "7878787878787878\n", "and 8 bytes are left");
	recorder__free(r);
}

static void test_injected(void)
{
	struct recorder *r = begin(ATR_FORMAT_RAW);

	typed(PTS(0), KEYS, 1, "k", 1);
	told(r, "", "a key");
	typed(PTS(0), ATR_TTY_INJECT | ATR_TTY_END, 0, "Z", 1);
	ev.tty.nr = 16;
	told(r,
	     HEAD("4") "6B\n"
		       "type=TTY " STAMP(
			       "4") "ioctl=TIOCSTI pid=788 uid=1000 auid=1000 ses=3 major=136 "
				    "minor=0 comm=\"cat\" data=5A\n" SYSCALL(
					    "4", "16", " success=yes exit=0") TITLE("4"),
	     "what is put into a terminal, and before it what waits");
	recorder__free(r);
}

static void test_user_tty(void)
{
	struct recorder *r = begin(ATR_FORMAT_RAW);

	typed(PTS(0), KEYS, 1, "k", 1);
	told(r, "", "a key");
	a_message(&ev, AUDIT_USER_TTY, "ls", 3);
	ev.hdr.time = 1500000000;
	ev.hdr.flags |= ATR_TRUST_TTY;
	told(r,
	     "type=TTY " STAMP("4") "tty pid=787 uid=0 auid=4294967295 ses=4294967295 major=136 "
				    "minor=0 comm=\"sshd\" data=6B\n"
				    "type=USER_TTY " STAMP(
					    "5") "pid=787 uid=0 auid=4294967295 ses=4294967295 "
						 "data=\"ls\"\n",
	     "USER_TTY of the process: what waits goes before it");
	recorder__free(r);
}

static void test_end(void)
{
	struct recorder *r = begin(ATR_FORMAT_RAW);
	const char *text = "";
	size_t len;

	typed(PTS(0), KEYS, 1, "k", 1);
	told(r, "", "a key");
	is_int(recorder__end(r, &text, &len), 0, "the end");
	is_bytes(text, len,
		 HEAD("4") "6B\x1d"
			   "AUTRAIL=\"cut\"\n",
		 strlen(HEAD("4") "6B\x1d"
				  "AUTRAIL=\"cut\"\n"),
		 "tells what waits, and that it is cut");
	is_int(recorder__end(r, &text, &len), 0, "and then");
	is_int(len, 0, "nothing");
	recorder__free(r);
}

/* Of so many processes the first are let go of. */
static void test_many(void)
{
	struct recorder *r = begin(ATR_FORMAT_RAW);
	unsigned int i, records = 0;
	char *text;

	for (i = 0; i < 1100; i++) {
		typed(PTS(0), KEYS, 1, "k", 1);
		ev.tty.task.pid = 10000 + i;
		ev.hdr.time += i;
		text = feed_str(r, &ev);
		records += text && *text;
		free(text);
	}
	is_int(records, 1100 - 1024, "no more processes wait than there is room for");
	recorder__free(r);
}

static void test_formats(void)
{
	struct recorder *r = begin(ATR_FORMAT_ENRICHED);
	char *text, *line;

	a_name(&ev, 1000, false, "ann");
	free(feed_str(r, &ev));
	typed(PTS(0), LINE, 4, "abc\n", 4);
	ev.tty.data.flags = ATR_S_FAULT;
	text = feed_str(r, &ev);
	line = record_of(text, "TTY");
	is_str(line, HEAD("4") "6162630A\x1dUID=\"ann\" AUID=\"ann\" AUTRAIL=\"fault\"",
	       "enriched");
	free(line);
	free(text);
	recorder__free(r);
	r = begin(ATR_FORMAT_TEXT);
	typed(PTS(0), LINE, 4, "a\x1b[D\x7f\xc3\n", 7);
	text = feed_str(r, &ev);
	ok(text && strstr(text, " TTY a^[[D^??^J\n"), "for people: %s", text);
	free(text);
	recorder__free(r);
}

int main(void)
{
	test_lines();
	test_keys();
	test_full();
	test_injected();
	test_user_tty();
	test_end();
	test_many();
	test_formats();
	return tap_done();
}
