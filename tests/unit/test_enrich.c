// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tail behind 0x1D: against lines that auditd wrote, and against libauparse, from which auditd
 * has its words.
 */
#include <auparse.h>

#include "tests/tap.h"
#include "tests/unit/unlog.h"
#include "user/record/enrich.h"
#include "user/record/syscall.h"

/* Written by auditd 3.0.9 with log_format = ENRICHED. */
static const char *const lines[] = {
	"type=SYSCALL msg=audit(1795222947.477:4): arch=c000003e syscall=44 success=yes exit=60 a0=3"
	" a1=7fbf8204f0 a2=3c a3=0 items=0 ppid=1 pid=690 auid=4294967295 uid=0 gid=0 euid=0 suid=0"
	" fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295 comm=\"auditctl\""
	" exe=\"/usr/sbin/auditctl\" key=(null)\x1d"
	"ARCH=x86_64 SYSCALL=sendto AUID=\"unset\""
	" UID=\"root\" GID=\"root\" EUID=\"root\" SUID=\"root\" FSUID=\"root\" EGID=\"root\""
	" SGID=\"root\" FSGID=\"root\"\n",
};

static struct unlog unlog;

/* Makes the line anew from its own fields. */
static bool same_line(const char *line, char **ret_got)
{
	char *text, *want;
	bool same;

	memset(&unlog.out, 0, sizeof(unlog.out));
	unlog_names(&unlog, line);
	unlog_syscall(&unlog, line);
	unlog.ev.exec.name.flags = ATR_S_CUT;
	unlog.ev.hdr.kind = ATR_KIND_EXECFAIL;
	stream_add(&unlog.out, &unlog.ev);
	text = stream_text(&unlog.out, ATR_FORMAT_ENRICHED, 4);
	stream_free(&unlog.out);
	/* Only the tails: what stands before them is of another system call. */
	want = strndup(strchr(line, '\x1d'), strcspn(strchr(line, '\x1d'), "\n"));
	*ret_got = strchr(text, '\x1d');
	*ret_got = strndup(*ret_got ? *ret_got : "", *ret_got ? strcspn(*ret_got, "\n") : 0);
	same = !strcmp(*ret_got, want);
	free(want);
	free(text);
	return same;
}

static void test_lines(void)
{
	unsigned int i;
	char *got;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (!ok(same_line(lines[i], &got), "a line of auditd's"))
			tap_note("got %s", got);
		free(got);
	}
}

static void test_log(void)
{
	const char *samples = getenv("ATR_SAMPLES");
	unsigned int n = 0, bad = 0;
	char path[256], *log, *line, *got;
	size_t len;

	if (!samples) {
		tap_skip("an enriched log of auditd's", "ATR_SAMPLES is not set");
		return;
	}
	snprintf(path, sizeof(path), "%s/uml-6.1-enriched-pam-tty-daemon.log", samples);
	log = file_read(path, &len);
	for (line = log; line && *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (strncmp(line, "type=SYSCALL ", 13) ||
		    !memchr(line, '\x1d', strcspn(line, "\n")))
			continue;
		n++;
		if (!same_line(line, &got) && !bad++)
			tap_note("got %s for %.*s", got, (int)strcspn(line, "\n"), line);
		free(got);
	}
	ok(n && !bad, "%u lines of an enriched log, %u differ", n, bad);
	free(log);
}

/* What libauparse says a field means. */
static char *meaning(__u32 arch, __u32 nr, const char *field)
{
	char line[256], *found;
	const char *value;
	auparse_state_t *au;

	snprintf(line, sizeof(line),
		 "type=SYSCALL msg=audit(1.000:1): arch=%x syscall=%u success=yes"
		 " exit=0 a0=1 a1=2 a2=3 a3=4 items=0\n",
		 arch, nr);
	au = auparse_init(AUSOURCE_BUFFER, line);
	auparse_next_event(au);
	value = auparse_find_field(au, field) ? auparse_interpret_field(au) : "";
	found = strdup(value ? value : "");
	auparse_destroy(au);
	return found;
}

static void test_words(void)
{
	static const struct {
		__u32 arch, nr;
	} calls[] = {
		{ 0xc000003e, 59 },  { 0xc000003e, 322 },  { 0xc000003e, 0x40000000 + 520 },
		{ 0x40000003, 11 },  { 0x40000003, 358 },  { 0xc00000b7, 221 },
		{ 0xc00000b7, 281 }, { 0x40000028, 11 },   { 0xc0000015, 11 },
		{ 0x80000016, 11 },  { 0xc000003e, 9999 }, { 0xc000003e, 1 },
	};
	struct syscalls s = { 0 };
	const char *arch, *name;
	unsigned int i, round;
	char *want;

	/* Twice: the second time they come from the cache, or from a new question. */
	for (round = 0; round < 2; round++) {
		for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
			syscalls_names(&s, calls[i].arch, calls[i].nr, &arch, &name);
			want = meaning(calls[i].arch, calls[i].nr, "arch");
			is_str(arch, want, "name of an architecture");
			free(want);
			want = meaning(calls[i].arch, calls[i].nr, "syscall");
			is_str(name, want, "name of a system call");
			free(want);
		}
	}
	syscalls_names(&s, 0xc00000f3, 221, &arch, &name);
	want = meaning(0xc00000f3, 221, "arch");
	is_str(arch, want, "an architecture that libaudit does not know");
	free(want);
	ok(syscall_is_execveat(0xc000003e, 322) && syscall_is_execveat(0x40000003, 358) &&
		   syscall_is_execveat(0xc000003e, 0x40000000 + 545),
	   "execveat of three ABIs");
	ok(!syscall_is_execveat(0xc000003e, 59) && !syscall_is_execveat(0xc000003e, 358),
	   "and what is not");
}

/* Pairs that do not fit are left out whole; a flag always has its room. */
static void test_limit(void)
{
	struct names *names = names__new();
	unsigned int fill, bad = 0, cut = 0;
	struct tail tail;
	struct text t;
	char *at;

	text_init(&t, 1 << 20);
	names__put(names, 0, NAME_USER, "root", 4);
	for (fill = 8800; fill < 8960; fill++) {
		text_reset(&t);
		for (at = text_room(&t, fill); t.len < fill; t.len++)
			at[t.len] = 'x';
		tail_begin(&tail, &t, names, 0, "flag");
		tail_word(&tail, "ARCH=", "x86_64");
		tail_user(&tail, "AUID=", 0);
		tail_user(&tail, "UID=", 0);
		if (fill < 8940)
			text_tail_flag(&tail, "flag");
		text_bytes(&t, "", 1);
		bad += t.len - 1 > ATR_LINE_MAX ||
		       memchr(t.buf, '\x1d', t.len) > (void *)(t.buf + fill);
		if (fill < 8940)
			bad += !strstr(t.buf, "AUTRAIL=\"flag\"");
		bad += strstr(t.buf, "root") && !strstr(t.buf, "ID=\"root\"");
		cut += !strstr(t.buf, "UID=\"root\"");
	}
	ok(!bad, "no line is longer than a reader's");
	ok(cut > 10, "for %u of the lines there was no room", cut);
	text_free(&t);
	names__free(names);
}

int main(void)
{
	test_lines();
	test_log();
	test_words();
	test_limit();
	return tap_done();
}
