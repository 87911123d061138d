// SPDX-License-Identifier: GPL-2.0-or-later
/* The recorder as a whole: stamps, serials, what is said where something is missing. */
#include <errno.h>

#include "tests/tap.h"
#include "tests/unit/build.h"

static struct event ev, answer;

static void record_is(struct recorder *r, const char *type, const char *want, const char *what)
{
	char *text = feed_str(r, &ev), *got = record_of(text ? text : "", type);

	is_str(got, want, what);
	free(got);
	free(text);
}

/* The record of a type contains part. */
static void record_has(struct recorder *r, const char *type, const char *part, const char *what)
{
	char *text = feed_str(r, &ev), *got = record_of(text ? text : "", type);

	if (!ok(strstr(got, part), "%s", what))
		tap_note("got %s", got);
	free(got);
	free(text);
}

static void types_are(struct recorder *r, const char *want, const char *what)
{
	char *text = feed_str(r, &ev), *at = text, got[512] = "";

	for (; at && *at; at = strchr(at, '\n') + 1) {
		strncat(got, at + 5, strcspn(at, " ") - 5);
		strcat(got, " ");
	}
	is_str(got, want, what);
	free(text);
}

static void test_serials(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	struct atr_record_opts last = { .first_serial = 0xffffffff };

	an_execfail(&ev, ENOENT);
	record_has(r, "CWD", "msg=audit(1.500:4): ", "the first serial is given");
	record_has(r, "CWD", "msg=audit(1.500:5): ", "the next one follows");
	a_name(&answer, 0, false, "root");
	free(feed_str(r, &answer));
	record_has(r, "CWD", "msg=audit(1.500:6): ", "knowledge takes none");
	an_exec(&ev);
	ev.hdr.flags = ATR_F_CHUNKED;
	ok(!feed_str(r, &ev), "an event that is refused");
	an_execfail(&ev, ENOENT);
	record_has(r, "CWD", "msg=audit(1.500:7): ", "takes none either");
	event_begin(&answer, ATR_KIND_HOST);
	answer.host.first_serial = 100;
	free(feed_str(r, &answer));
	record_has(r, "CWD", "msg=audit(1.500:100): ", "the host can say which is the first");
	recorder__free(r);

	r = recorder__new(&last);
	record_has(r, "CWD", ":4294967295): ", "the last serial");
	record_has(r, "CWD", ":1): ", "0 is left out");
	recorder__free(r);
}

static void test_order(void)
{
	struct atr_record_opts opts = { .eoe = true };
	struct recorder *r = recorder__new(&opts);
	struct atr_file file = a_file(10);

	a_file_answer(&answer, &file, ATR_ANSWER_ELF, "/lib/ld.so", NULL);
	free(feed_str(r, &answer));
	an_exec(&ev);
	types_are(r, "SYSCALL EXECVE CWD PATH PATH PROCTITLE EOE ", "order of an exec");
	ev.exec.task.caps.effective = 1;
	types_are(r, "SYSCALL BPRM_FCAPS EXECVE CWD PATH PATH PROCTITLE EOE ", "with capabilities");
	an_execfail(&ev, ENOENT);
	types_are(r, "SYSCALL CWD PATH PROCTITLE EOE ", "of a failed one");
	record_is(r, "EOE", "type=EOE msg=audit(1.500:4):", "EOE as auditd hands it on");
	ev.hdr.flags = ATR_F_PAST;
	ev.exec.exit = -ENOMEM;
	ev.exec.files[0] = a_file(10);
	ev.exec.nfiles = 1;
	ev.exec.new_uid = ev.exec.new_euid = 1000;
	ev.exec.new_caps.effective = 1;
	types_are(r, "SYSCALL BPRM_FCAPS CWD PATH PATH PROCTITLE EOE ",
		  "of one that failed past the point of no return");
	an_execfail(&ev, ENOENT);
	ev.exec.name.flags = ATR_S_FAULT;
	ev.exec.exit = -EFAULT;
	types_are(r, "SYSCALL PROCTITLE EOE ", "of one whose name could not be read");
	recorder__free(r);
}

static void test_syscall(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	struct atr_task *t = &ev.exec.task;

	an_exec(&ev);
	*t = (struct atr_task){
		.pid = 1,
		.tid = 99,
		.ppid = 2,
		.auid = 3,
		.uid = 4,
		.gid = 5,
		.euid = 6,
		.suid = 7,
		.fsuid = 8,
		.egid = 9,
		.sgid = 10,
		.fsgid = 11,
		.ses = 12,
		.personality = 0x40000,
		.comm = "a b",
	};
	event_puts(&ev, &ev.exec.task.tty, "pts12");
	event_walk(&ev, &ev.exec.task.exe, "/usr/bin/ls");
	record_is(r, "SYSCALL",
		  "type=SYSCALL msg=audit(1.500:4): arch=c000003e syscall=59"
		  " per=40000 success=yes exit=0 a0=55fe2996e640 a1=55fe2996e6a0 a2=55fe2996e6c0"
		  " a3=8 items=2 ppid=2 pid=1 auid=3 uid=4 gid=5 euid=6 suid=7 fsuid=8 egid=9"
		  " sgid=10 fsgid=11 tty=pts12 ses=12 comm=612062 exe=\"/usr/bin/ls\" key=(null)",
		  "each field in its place");
	ev.exec.args[0] = ~0ULL;
	ev.exec.arch = 0x40000003;
	ev.exec.nr = 11;
	ev.exec.task.exe.flags = ATR_S_NULL;
	record_has(r, "SYSCALL", " exe=(null) ", "a task without a program");
	record_has(r, "SYSCALL", "arch=40000003 syscall=11 ", "another ABI");
	record_has(r, "SYSCALL", " a0=ffffffffffffffff ", "a wide argument");
	recorder__free(r);
}

static void test_exit(void)
{
	static const struct {
		__s64 exit;
		const char *want;
	} rows[] = {
		{ -2, " success=no exit=-2 " },	      { -512, " success=no exit=-4 " },
		{ -513, " success=no exit=-4 " },     { -514, " success=no exit=-4 " },
		{ -515, " success=no exit=-515 " },   { -516, " success=no exit=-4 " },
		{ -4095, " success=no exit=-4095 " }, { -4096, " success=yes exit=-4096 " },
	};
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		an_execfail(&ev, -rows[i].exit);
		record_has(r, "SYSCALL", rows[i].want, "exit code");
	}
	recorder__free(r);
}

static void test_flaws(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	an_exec(&ev);
	ev.hdr.flags = ATR_F_NO_ENTRY | ATR_F_LATE_TIME;
	ev.exec.arch = ev.exec.nr = 0;
	record_has(r, "SYSCALL",
		   " key=(null)\x1d"
		   "AUTRAIL=\"no-entry\"",
		   "an entry that was not seen");
#ifdef __x86_64__
	record_has(r, "SYSCALL", ": arch=c000003e syscall=59 ", "readers get the fields they need");
#endif
	an_exec(&ev);
	ev.hdr.flags = ATR_F_NO_ARGV | ATR_F_FAULT;
	record_has(r, "SYSCALL",
		   "\x1d"
		   "AUTRAIL=\"no-argv,fault\"",
		   "arguments and fields unread");
	an_exec(&ev);
	ev.exec.argc = 3;
	record_has(r, "SYSCALL",
		   "\x1d"
		   "AUTRAIL=\"no-argv\"",
		   "fewer arguments than argc");
	record_has(r, "PATH",
		   " nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0",
		   "a PATH that is known");
	an_exec(&ev);
	ev.exec.name.flags = ATR_S_FAULT;
	ev.exec.files[0].flags = 0;
	record_is(r, "PATH",
		  "type=PATH msg=audit(1.500:9): item=0 name=(null) nametype=UNKNOWN"
		  " cap_fe=? cap_fver=? cap_fp=? cap_fi=?"
		  "\x1d"
		  "AUTRAIL=\"name-unknown,file-unknown\"",
		  "a PATH of which nothing is known");
	ev.exec.cwd.flags = ev.exec.task.tty.flags = ATR_S_FAULT;
	record_has(r, "CWD", " cwd=?", "a directory that could not be read");
	record_has(r, "SYSCALL", " tty=? ", "and a terminal");
	an_exec(&ev);
	record_is(r, "SYSCALL",
		  "type=SYSCALL msg=audit(1.500:12): arch=c000003e syscall=59"
		  " success=yes exit=0 a0=55fe2996e640 a1=55fe2996e6a0 a2=55fe2996e6c0 a3=8 items=2"
		  " ppid=2974 pid=2993 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0"
		  " sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"ls\" exe=\"/usr/bin/ls\""
		  " key=(null)",
		  "where all is known nothing is added");
	recorder__free(r);
}

static void test_titles(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	static const char own[] = "nginx: master process\0PATH=/bin\0HOME=/";

	an_execfail(&ev, ENOENT);
	event_put(&ev, &ev.exec.title, own, sizeof(own));
	ev.exec.argv_len = 14;
	record_has(r, "PROCTITLE", " proctitle=6E67696E783A206D61737465722070726F63657373",
		   "a title of its own ends at its NUL");
	record_is(r, "PROCTITLE",
		  "type=PROCTITLE msg=audit(1.500:5): "
		  "proctitle=6E67696E783A206D61737465722070726F63657373",
		  "and shows no environment");
	event_put(&ev, &ev.exec.title, "sh\0-c\0", 6);
	ev.exec.argv_len = 6;
	record_has(r, "PROCTITLE", " proctitle=7368002D63", "arguments as they are");
	ev.exec.title.flags = ATR_S_NULL;
	ev.exec.title.len = 0;
	record_has(r, "PROCTITLE", " proctitle=\"(null)\"", "no title");
	an_exec(&ev);
	ev.exec.argc = 0;
	event_put(&ev, &ev.exec.argv, "E=1", 4);
	record_has(r, "PROCTITLE", " proctitle=\"(null)\"", "no argument, no title");
	record_has(r, "EXECVE", ": argc=0 a0=\"E=1\"", "but what the kernel shows for it");
	recorder__free(r);
}

static void test_lost(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	a_clock(&answer);
	free(feed_str(r, &answer));
	event_begin(&ev, ATR_KIND_LOST);
	ev.lost.count = 12;
	ev.lost.first = 1001000000;
	ev.lost.last = 3300000000;
	ev.lost.lost_kind = ATR_KIND_EXECFAIL;
	ev.lost.cause = ATR_CAUSE_SCRATCH_BUSY;
	ev.lost.pid = 123;
	ev.lost.auid = ATR_UNSET;
	record_is(r, "DAEMON_ERR",
		  "type=DAEMON_ERR msg=audit(1795221668.500:4): op=lost-events"
		  " kind=failed-exec cause=no-scratch-memory lost=12 first=1795221668.001"
		  " last=1795221670.300 auid=4294967295 pid=123 res=failed",
		  "a loss");
	ev.lost.lost_kind = 99;
	ev.lost.cause = 99;
	record_has(r, "DAEMON_ERR", " kind=unknown cause=unknown ", "of numbers unknown");
	recorder__free(r);
	r = a_recorder(ATR_FORMAT_ENRICHED);
	record_has(r, "DAEMON_ERR",
		   " res=failed\x1d"
		   "AUID=\"unset\"",
		   "enriched");
	recorder__free(r);
}

/* 1.4 MB of arguments in chunks come out as they went in, and the next event is as ever. */
static void test_chunks(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	static char piece[24000];
	unsigned int i, n = 60, args = 0;
	char *text, *at;

	for (i = 0; i < sizeof(piece); i += 24)
		memcpy(piece + i, "twenty-three-letters---", 24);
	for (i = 0; i < n; i++) {
		event_begin(&ev, ATR_KIND_CHUNK);
		ev.hdr.seq = 1 + i;
		ev.chunk.off = i * sizeof(piece);
		event_put(&ev, &ev.chunk.data, piece, sizeof(piece));
		free(feed_str(r, &ev));
	}
	an_exec(&ev);
	ev.hdr.seq = 1 + n;
	ev.hdr.flags = ATR_F_CHUNKED;
	ev.exec.argv.len = 0;
	ev.exec.argc = n * sizeof(piece) / 24;
	ev.exec.argv_len = n * sizeof(piece);
	text = feed_str(r, &ev);
	/* Not by strstr(), which a sanitizer has measure the whole text each time. */
	for (at = text; at && *at; at++)
		args += *at == '=' && !strncmp(at, "=\"twenty-three-letters---\"", 26);
	is_int(args, n * sizeof(piece) / 24, "60000 arguments, 1.4 MB");
	ok(text && !strstr(text, "AUTRAIL=\"no-argv"), "nothing is missing");
	free(text);
	ok(!feed_str(r, &ev), "they serve one event");
	an_exec(&ev);
	record_has(r, "EXECVE", ": argc=2 a0=\"ls\" a1=\"/\"", "the next event");
	recorder__free(r);
}

int main(void)
{
	test_serials();
	test_order();
	test_syscall();
	test_exit();
	test_flaws();
	test_titles();
	test_lost();
	test_chunks();
	recorder__free(NULL);
	return tap_done();
}
