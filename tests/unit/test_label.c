// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "tests/tap.h"
#include "tests/unit/build.h"
#include "user/record/label.h"

static struct event ev, answer;

/* --- AppArmor ------------------------------------------------------------------------------- */

#define PARTS(literal) literal, sizeof(literal)

/* As struct atr_exec has them, and what the kernel writes, without and with modes; NULL: refused. */
static const struct {
	const char *parts;
	size_t len;
	const char *plain;
	const char *modes;
} labels[] = {
	{ PARTS("uroot\0unconfined"), "unconfined", "unconfined" },
	{ PARTS("0root\0/usr/bin/man"), "/usr/bin/man", "/usr/bin/man (enforce)" },
	{ PARTS("1root\0a b"), "a b", "a b (complain)" },
	{ PARTS("2root\0k"), "k", "k (kill)" },
	{ PARTS("3root\0loose"), "loose", "loose (unconfined)" },
	{ PARTS("4root\0asks"), "asks", "asks (user)" },
	{ PARTS("0root\0a//b"), "a//b", "a//b (enforce)" },
	{ PARTS("uroot//space\0unconfined"), ":space:unconfined", ":space:unconfined" },
	{ PARTS("0root//x//y\0p"), ":x//y:p", ":x//y:p (enforce)" },
	{ PARTS("0root\0a\0"
		"0root\0b"),
	  "a//&b", "a//&b (enforce)" },
	{ PARTS("1root\0a\0"
		"0root\0b"),
	  "a//&b", "a//&b (mixed)" },
	{ PARTS("1root\0a\0"
		"uroot\0unconfined"),
	  "a//&unconfined", "a//&unconfined (complain)" },
	{ PARTS("uroot\0unconfined\0"
		"uroot//s\0unconfined"),
	  "unconfined//&:s:unconfined", "unconfined//&:s:unconfined" },
	{ PARTS("0root//s\0a\0"
		"0root//s\0b\0"
		"0root//t\0c"),
	  ":s:a//&b//&:t:c", ":s:a//&b//&:t:c (enforce)" },
	/* What would end the line, or look like auditd's own part of it. */
	{ PARTS("0root\0a\ntype=USER_LOGIN \x1dUID=\x7f\t\xc3\xa9"),
	  "a?type=USER_LOGIN ?UID=??\xc3\xa9", "a?type=USER_LOGIN ?UID=??\xc3\xa9 (enforce)" },
	{ PARTS("9root\0a"), NULL, NULL },
	{ "0root\0a", 7, NULL, NULL },
	{ "0root", 5, NULL, NULL },
	{ "0", 1, NULL, NULL },
	{ "", 0, NULL, NULL },
	{ PARTS("0root\0a\0"), NULL, NULL },
};

static void check_apparmor(size_t i, bool modes, const char *want)
{
	/* Of its very size, for the sanitizer to see that nothing behind it is read. */
	char *copy = malloc(labels[i].len);
	struct text t;
	int err;

	memcpy(copy, labels[i].parts, labels[i].len);
	text_init(&t, 4096);
	err = label_apparmor(&t, copy, labels[i].len, modes);
	text_char(&t, '\0');
	if (want)
		is_str(t.buf, want, want);
	else
		ok(err == -EBADMSG && t.len == 1, "row %zu is refused", i);
	text_free(&t);
	free(copy);
}

static void test_apparmor(void)
{
	size_t i;

	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		check_apparmor(i, false, labels[i].plain);
		check_apparmor(i, true, labels[i].modes);
	}
}

/* --- in records ----------------------------------------------------------------------------- */

static void has(struct recorder *r, const char *type, const char *part, const char *what)
{
	char *text = feed_str(r, &ev), *line = record_of(text ? text : "", type);

	if (!ok(strstr(line, part), "%s", what))
		tap_note("%s", line);
	free(line);
	free(text);
}

static struct recorder *on_host(__u32 lsms)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);
	size_t len;
	int err;

	a_host(&answer, lsms);
	feed(r, &answer, &len, &err);
	return r;
}

static void tell(struct recorder *r, __u32 sid, const char *text)
{
	size_t len;
	int err;

	a_label(&answer, sid, text);
	feed(r, &answer, &len, &err);
}

static void test_none(void)
{
	struct recorder *r = on_host(0);

	an_exec(&ev);
	ev.exec.task.sid = 7;
	has(r, "SYSCALL", "exe=\"/usr/bin/ls\" key=(null)", "no module, no subj=");
	has(r, "PATH", "rdev=00:00 nametype=", "nor obj=");
	recorder__free(r);
}

static void test_selinux(void)
{
	struct recorder *r = on_host(ATR_LSM_SELINUX);

	an_exec(&ev);
	ev.exec.task.sid = 7;
	ev.exec.files[0].sid = 8;
	has(r, "SYSCALL",
	    " subj=? key=(null)\x1d"
	    "AUTRAIL=\"subj-unknown\"",
	    "a number without a text");
	has(r, "PATH", " obj=? nametype=NORMAL", "of a file, too");
	tell(r, 7, "u:r:t:s0");
	tell(r, 8, "u:object_r:bin_t:s0");
	has(r, "SYSCALL", "exe=\"/usr/bin/ls\" subj=u:r:t:s0 key=(null)", "once told it is known");
	has(r, "PATH",
	    " rdev=00:00 obj=u:object_r:bin_t:s0 nametype=NORMAL cap_fp=", "so is the file's");
	tell(r, 7, NULL);
	has(r, "SYSCALL", " subj=u:r:t:s0 key=", "what is known stays");
	recorder__free(r);
}

static void test_apparmor_records(void)
{
	struct recorder *r = on_host(ATR_LSM_APPARMOR);

	an_exec(&ev);
	has(r, "SYSCALL", " subj=? key=", "a module that is on and was not read");
	event_put(&ev, &ev.exec.task.apparmor, "0root\0a b", sizeof("0root\0a b"));
	has(r, "SYSCALL", " subj=a b key=(null)", "blanks are the kernel's");
	has(r, "PATH", "rdev=00:00 nametype=", "it labels no files");
	ev.exec.task.label_flags = ATR_LABEL_MODES;
	has(r, "SYSCALL", " subj=a b (enforce) key=(null)", "with its mode");
	ev.exec.task.apparmor.flags = ATR_S_CUT;
	has(r, "SYSCALL", " subj=? key=", "half a label is none");
	recorder__free(r);
}

static void test_several(void)
{
	struct recorder *r = on_host(ATR_LSM_SELINUX | ATR_LSM_APPARMOR << 4);
	char *text, *line;

	an_exec(&ev);
	ev.exec.task.sid = 1;
	event_put(&ev, &ev.exec.task.apparmor, "uroot\0unconfined", sizeof("uroot\0unconfined"));
	tell(r, 1, "kernel");
	text = feed_str(r, &ev);
	line = line_of(text, 0);
	ok(strstr(line, " subj=? key=(null)") && !strstr(line, "AUTRAIL"), "several: subj=?");
	free(line);
	line = line_of(text, 1);
	ok(strstr(line, "): subj_selinux=kernel subj_apparmor=unconfined"), "and a record of them");
	ok(!strncmp(line, "type=UNKNOWN[1425] ", 19) ||
		   !strncmp(line, "type=MAC_TASK_CONTEXTS ", 23),
	   "by the name that libaudit has for it");
	free(line);
	free(text);
	recorder__free(r);
	r = on_host(0xf1);
	has(r, "SYSCALL", "exe=\"/usr/bin/ls\" key=", "modules that there are none of");
	recorder__free(r);
}

static bool asks(struct recorder *r)
{
	struct atr_need needs[8];
	struct atr_view view = event_check(&ev);
	int n = recorder__needs(r, &view, needs, 8), i;

	for (i = 0; i < n; i++)
		if (needs[i].type == ATR_NEED_LABEL && needs[i].id == 7)
			return true;
	return false;
}

static void test_wanted(void)
{
	struct recorder *r = on_host(ATR_LSM_SELINUX);
	unsigned int i, asked = 0;

	an_exec(&ev);
	ev.exec.task.sid = 7;
	ok(asks(r), "an unknown number is asked for");
	tell(r, 7, NULL);
	ok(!asks(r), "once an event");
	for (i = 2; i <= 256; i++) {
		free(feed_str(r, &ev));
		asked += asks(r);
	}
	is_int(asked, 65, "and again up to the 64th, then at the 128th and 256th");
	tell(r, 7, "u:r:t:s0");
	free(feed_str(r, &ev));
	ok(!asks(r), "not when it is known");
	recorder__free(r);
}

int main(void)
{
	test_apparmor();
	test_none();
	test_selinux();
	test_apparmor_records();
	test_several();
	test_wanted();
	return tap_done();
}
