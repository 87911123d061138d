// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <unistd.h>

#include "tests/tap.h"
#include "tests/unit/build.h"
#include "user/record/shell.h"

static struct event ev, answer;

static const struct {
	const char *bytes;
	size_t len;
	const char *want;
	bool first;
} words[] = {
	{ "ls", 2, "ls", true },
	{ "-la", 3, "-la", false },
	{ "", 0, "''", false },
	{ "a b", 3, "'a b'", false },
	{ "it's", 4, "'it'\\''s'", false },
	{ "$HOME `id` \"x\" \\ *", 18, "'$HOME `id` \"x\" \\ *'", false },
	{ "a\nb", 3, "$'a\\nb'", false },
	{ "\x1b[31m", 5, "$'\\x1b[31m'", false },
	{ "it's\t\\", 6, "$'it\\'s\\t\\\\'", false },
	{ "\0", 1, "$'\\x00'", false },
	{ "\x7f", 1, "$'\\x7f'", false },
	{ "A=b", 3, "'A=b'", true },
	{ "A=b", 3, "A=b", false },
	{ "=ls", 3, "'=ls'", false },
	{ "~", 1, "'~'", false },
	{ "if", 2, "'if'", true },
	{ "if", 2, "if", false },
	{ "x;y", 3, "'x;y'", false },
	{ "caf\xc3\xa9", 5, "'caf\xc3\xa9'", false },
	{ "\xe2\x86\x92 \xf0\x9f\x98\x80", 8, "'\xe2\x86\x92 \xf0\x9f\x98\x80'", false },
	{ "\xc3", 1, "$'\\xc3'", false },
	{ "\xc3(", 2, "$'\\xc3('", false },
	{ "\xc0\xaf", 2, "$'\\xc0\\xaf'", false },
	{ "\xe0\x80\xaf", 3, "$'\\xe0\\x80\\xaf'", false },
	{ "\xed\xa0\x80", 3, "$'\\xed\\xa0\\x80'", false },
	{ "\xf4\x90\x80\x80", 4, "$'\\xf4\\x90\\x80\\x80'", false },
	{ "\xc2\x9b"
	  "31m",
	  5, "$'\\xc2\\x9b31m'", false },
	{ "a\xe2\x80\xae"
	  "b",
	  5, "$'a\\xe2\\x80\\xaeb'", false },
	{ "a\xef\xbb\xbf"
	  "b",
	  5, "$'a\\xef\\xbb\\xbfb'", false },
	{ "\xc3\xa9\n", 3, "$'\xc3\xa9\\n'", false },
};

static void test_words(void)
{
	struct text t;
	unsigned int i;

	text_init(&t, 4096);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		text_reset(&t);
		shell_word(&t, words[i].bytes, words[i].len, words[i].first);
		is_bytes(t.buf, t.len, words[i].want, strlen(words[i].want), words[i].want);
	}
	text_free(&t);
}

/* A shell reads each word back as the bytes that it was made from. */
static void test_shell(void)
{
	char command[8192] = "printf '%s|'", want[2048] = "", got[2048];
	unsigned int i;
	size_t at = strlen(command), n;
	struct text t;
	FILE *f;

	if (access("/bin/bash", X_OK)) {
		tap_skip("bash reads the words back", "there is no bash");
		return;
	}
	text_init(&t, 8192);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (memchr(words[i].bytes, '\0', words[i].len))
			continue;
		text_char(&t, ' ');
		shell_word(&t, words[i].bytes, words[i].len, words[i].first);
		strcat(strncat(want, words[i].bytes, words[i].len), "|");
	}
	memcpy(command + at, t.buf, t.len);
	command[at + t.len] = '\0';
	text_free(&t);
	setenv("COMMAND", command, 1);
	f = popen("bash -c \"$COMMAND\"", "r");
	n = f ? fread(got, 1, sizeof(got), f) : 0;
	if (f)
		pclose(f);
	is_bytes(got, n, want, strlen(want), "bash reads the words back");
}

static void line_is(struct recorder *r, const char *want, const char *what)
{
	char *got = feed_str(r, &ev);

	is_str(got ? got : "", want, what);
	free(got);
}

static void tell_name(struct recorder *r, __u32 id, const char *name)
{
	a_name(&answer, id, false, name);
	free(feed_str(r, &answer));
}

static void test_lines(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_TEXT);

	a_clock(&ev);
	free(feed_str(r, &ev));
	an_exec(&ev);
	line_is(r, "00:41:08.500 0 ok exe=/usr/bin/ls cwd=/root $ ls /\n", "an exec of a daemon");
	tell_name(r, 0, "root");
	tell_name(r, 1000, "alice");
	ev.exec.task.auid = 1000;
	ev.exec.task.ses = 3;
	event_puts(&ev, &ev.exec.task.tty, "pts0");
	event_put(&ev, &ev.exec.argv, "ls\0-la\0/tmp/a b\0", 16);
	ev.exec.argc = 3;
	line_is(r,
		"00:41:08.500 alice→root ses=3 tty=pts0 ok exe=/usr/bin/ls cwd=/root"
		" $ ls -la '/tmp/a b'\n",
		"by a user who became root");
	ev.exec.task.uid = 1000;
	ev.exec.cwd.flags = ATR_S_DELETED;
	ev.hdr.flags = ATR_F_NO_ARGV;
	line_is(r,
		"00:41:08.500 alice(root) ses=3 tty=pts0 ok (no-argv) exe=/usr/bin/ls"
		" cwd=/root (deleted) $ ls -la '/tmp/a b'\n",
		"set-user-ID, some words lost");
	an_execfail(&ev, ENOENT);
	line_is(r,
		"00:41:08.500 alice ses=3 tty=pts0 ENOENT exe=/usr/bin/bash cwd=/home/ann"
		" ! /nope\n",
		"a failed one");
	ev.exec.exit = -4000;
	ev.exec.name.flags = ATR_S_FAULT;
	ev.exec.task.exe.flags = ATR_S_NULL;
	line_is(r, "00:41:08.500 alice ses=3 tty=pts0 exit=-4000 exe=? cwd=/home/ann ! ?\n",
		"where things are not known");
	an_execfail(&ev, 0);
	line_is(r,
		"00:41:08.500 alice ses=3 tty=pts0 ok (check) exe=/usr/bin/bash cwd=/home/ann"
		" ! /nope\n",
		"one that only asks");
	event_begin(&ev, ATR_KIND_LOST);
	ev.lost.lost_kind = ATR_KIND_EXEC;
	ev.lost.count = 12;
	ev.lost.last = 1000000000;
	line_is(r, "00:41:08.500 lost: 12 x exec (ring full), from 00:41:07.000 to 00:41:08.000\n",
		"a loss");
	recorder__free(r);
}

static void test_colour(void)
{
	struct atr_record_opts opts = { .format = ATR_FORMAT_TEXT, .colour = true };
	struct recorder *r = recorder__new(&opts);

	an_exec(&ev);
	line_is(r,
		"\033[2m00:00:01.500\033[0m \033[1;35m0\033[0m \033[32mok\033[0m"
		" exe=/usr/bin/ls cwd=/root $\033[1m ls /\033[0m\n",
		"in colour");
	recorder__free(r);
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	test_words();
	test_shell();
	test_lines();
	test_colour();
	return tap_done();
}
