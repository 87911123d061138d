// SPDX-License-Identifier: GPL-2.0-or-later
/* Mistakes in rules, word for word: where they are, and what is wrong. Then what is worth a warning. */
#include "tests/unit/rules.h"

#if defined(__x86_64__)
#define NATIVE "x86_64"
#else
#define NATIVE "aarch64"
#endif

struct said {
	const char *text;
	const char *want;
};

static const struct said bad[] = {
	{ "-a", "audit.rules:1:3: -a: its value is missing" },
	{ "-a always", "audit.rules:1:4: -a: 'always' is not LIST,ACTION" },
	{ "-a always,exit,x", "audit.rules:1:4: -a: 'always,exit,x' is not LIST,ACTION" },
	{ "-a always,entry",
	  "audit.rules:1:11: -a: 'entry' is a list that no kernel has any more" },
	{ "-a watch,always", "audit.rules:1:4: -a: 'watch' is a list that no kernel has any more" },
	{ "-a always,nowhere",
	  "audit.rules:1:11: -a: 'nowhere' is no list: exit, task, user, exclude, filesystem, io_uring" },
	{ "-a sometimes,exit",
	  "audit.rules:1:4: -a: 'sometimes' is no list: exit, task, user, exclude, filesystem, io_uring" },
	{ "-a possible,exit", "audit.rules:1:4: -a: 'possible' is no action: always, never" },
	{ "-a always,exit -A never,exit",
	  "audit.rules:1:16: -A: there is one of -a, -A, -d, -w, -W in a line" },
	{ "-a always,exit -w /etc/shadow",
	  "audit.rules:1:16: -w: there is one of -a, -A, -d, -w, -W in a line" },
	{ "-w /etc/shadow -d always,exit",
	  "audit.rules:1:16: -d: there is one of -a, -A, -d, -w, -W in a line" },
	{ "-a always,exit -S exevce",
	  "audit.rules:1:19: -S: 'exevce' is no system call of " NATIVE },
	{ "-a always,exit -F arch=b64 -S execve,exevce",
	  "audit.rules:1:38: -S: 'exevce' is no system call of " NATIVE },
	{ "-a always,exit -S 2048", "audit.rules:1:19: -S: '2048' is too large" },
	{ "-a always,task -S execve",
	  "audit.rules:1:19: -S: only rules of the exit list are for system calls" },
	{ "-S execve -a always,user",
	  "audit.rules:1:4: -S: only rules of the exit list are for system calls" },
	{ "-S execve", "audit.rules:1:4: -S: -a, -A or -d is missing" },
	{ "-F uid=0", "audit.rules:1:1: -F: stands behind -a, -A, -d or -w" },
	{ "-a always,exit -F", "audit.rules:1:18: -F: its value is missing" },
	{ "-a always,exit -F uid", "audit.rules:1:19: -F: 'uid' has no operator" },
	{ "-a always,exit -F =0", "audit.rules:1:19: -F: '=0' has no field before the operator" },
	{ "-a always,exit -F uid=", "audit.rules:1:23: -F: 'uid=' has no value" },
	{ "-a always,exit -F eudi=0", "audit.rules:1:19: -F: 'eudi' is no field" },
	{ "-a always,exit -S 59 -F arch=b64",
	  "audit.rules:1:25: -F: 'arch' stands before -S, and not with a watch" },
	{ "-w /x -F arch=b64",
	  "audit.rules:1:10: -F: 'arch' stands before -S, and not with a watch" },
	{ "-a always,exit -F arch=b16", "audit.rules:1:24: -F: 'b16' is no architecture" },
	{ "-a always,exit -F arch=40000003",
	  "audit.rules:1:24: -F: '40000003' is no architecture" },
	{ "-a always,exit -F arch>b64", "audit.rules:1:23: -F: 'arch' takes only = and !=" },
	{ "-a always,user -F path=/bin/su",
	  "audit.rules:1:19: -F: 'path' is only for the exit list" },
	{ "-a always,task -F ppid=1", "audit.rules:1:19: -F: 'ppid' is only for the exit list" },
	{ "-a always,task -F sessionid=1",
	  "audit.rules:1:19: -F: 'sessionid' is only for the exit and user lists" },
	{ "-a always,exit -F msgtype=CWD",
	  "audit.rules:1:19: -F: 'msgtype' is only for the exclude and user lists" },
	{ "-a always,user -F msgtype=CDW", "audit.rules:1:27: -F: 'CDW' is no type of message" },
	{ "-a always,exclude -F euid=0",
	  "audit.rules:1:22: -F: 'euid' is not for the exclude list: only msgtype, uid, gid, auid, pid, subj_* and exe are" },
	{ "-a always,exclude -F exe=/bin/su -k su",
	  "audit.rules:1:37: -k: rules of the exclude list have no key" },
	{ "-a always,exit -F perm=rwz", "audit.rules:1:24: -F: 'rwz' has others than r, w, x, a" },
	{ "-a always,exit -F perm!=x", "audit.rules:1:23: -F: 'perm' takes only =" },
	{ "-a always,exit -F exit=-ENOET", "audit.rules:1:24: -F: '-ENOET' is no error" },
	{ "-a always,exit -F filetype=fil", "audit.rules:1:28: -F: 'fil' is no type of file" },
	{ "-a always,exit -F filetype&file",
	  "audit.rules:1:27: -F: 'filetype' takes only = and !=" },
	{ "-a always,exit -F uid=nobodyatall", "audit.rules:1:23: -F: 'nobodyatall' is no user" },
	{ "-a always,exit -F gid=nobodyatall", "audit.rules:1:23: -F: 'nobodyatall' is no group" },
	{ "-a always,exit -F uid=-1",
	  "audit.rules:1:23: -F: '-1' is nobody, which only auid=, auid!= and sessionid can tell" },
	{ "-a always,exit -F auid>=-1",
	  "audit.rules:1:25: -F: '-1' is nobody, which only auid=, auid!= and sessionid can tell" },
	{ "-a always,exit -F uid&1",
	  "audit.rules:1:22: -F: 'uid' has no bits: & and &= are for a0 to a3, pers and devminor" },
	{ "-a always,exit -F pid=self", "audit.rules:1:23: -F: 'self' is no number" },
	{ "-a always,exit -F sessionid=none", "audit.rules:1:29: -F: 'none' is no number" },
	{ "-a always,exit -F a0=yes", "audit.rules:1:22: -F: 'yes' is no number" },
	{ "-a always,exit -F inode>5", "audit.rules:1:24: -F: 'inode' takes only = and !=" },
	{ "-a always,exit -F saddr_fam=200", "audit.rules:1:29: -F: '200' is too large" },
	{ "-a always,exit -F fstype=tracefs",
	  "audit.rules:1:19: -F: 'fstype' is not for this list" },
	{ "-a never,filesystem -F fstype=ext4",
	  "audit.rules:1:31: -F: 'ext4' is no type of file system that has a name here" },
	{ "-a never,filesystem -F uid=0", "audit.rules:1:24: -F: 'uid' is not for this list" },
	{ "-a always,exit -F field_compare=26",
	  "audit.rules:1:33: -F: '26' is a value that the kernel does not take" },
	{ "-a always,exit -F path=etc/shadow",
	  "audit.rules:1:24: -F: 'etc/shadow' is no absolute path, or ends with /" },
	{ "-a always,exit -F path=/etc/",
	  "audit.rules:1:24: -F: '/etc/' is no absolute path, or ends with /" },
	{ "-a always,exit -F dir!=/etc", "audit.rules:1:22: -F: 'dir' takes only =" },
	{ "-a always,exit -F path=/a -F dir=/b",
	  "audit.rules:1:30: -F: 'dir' is one too many: one of path, dir and inode, one exe, one container" },
	{ "-a always,exit -F exe=/a -F exe=/b",
	  "audit.rules:1:29: -F: 'exe' is one too many: one of path, dir and inode, one exe, one container" },
	{ "-a always,exit -F exe<=/a", "audit.rules:1:22: -F: 'exe' takes only = and !=" },
	{ "-a always,exit -F key=x",
	  "audit.rules:1:23: -k: it takes -S, a watch, perm=, path=, dir= or exe= before a key" },
	{ "-a always,exit -k x",
	  "audit.rules:1:16: -k: it takes -S, a watch, perm=, path=, dir= or exe= before a key" },
	{ "-k x -a always,exit",
	  "audit.rules:1:1: -k: it takes -S, a watch, perm=, path=, dir= or exe= before a key" },
	{ "-a always,exit -S 59 -F KEY=a -k b",
	  "audit.rules:1:34: -k: the rule has a key already" },
	{ "-a always,exit -C uid>euid", "audit.rules:1:22: -C: 'uid' takes only = and !=" },
	{ "-a always,exit -C uid", "audit.rules:1:19: -C: 'uid' takes only = and !=" },
	{ "-a always,exit -C uid=euidd", "audit.rules:1:23: -C: 'euidd' is no field" },
	{ "-a always,exit -C iud=euid", "audit.rules:1:19: -C: 'iud' is no field" },
	{ "-a always,exit -C =euid",
	  "audit.rules:1:19: -C: '=euid' has no field before the operator" },
	{ "-a always,exit -C uid=",
	  "audit.rules:1:23: -C: 'uid=' has no field behind the operator" },
	{ "-a always,exit -C uid=gid", "audit.rules:1:19: -C: 'uid=gid' are not to be compared" },
	{ "-a always,user -C uid=euid",
	  "audit.rules:1:16: -C: is only for the exit list, and stands behind -a, -A, -d or -w" },
	{ "-C uid=euid",
	  "audit.rules:1:1: -C: is only for the exit list, and stands behind -a, -A, -d or -w" },
	{ "-a always,exit -F container>web",
	  "audit.rules:1:28: -F: 'container' takes only = and !=" },
	{ "-a always,exit -F container=a -F container=b",
	  "audit.rules:1:34: -F: 'container' is one too many: one of path, dir and inode, one exe, one container" },
	{ "-a never,filesystem -F container=a",
	  "audit.rules:1:24: -F: 'container' is not for this list" },
	{ "-w etc/shadow", "audit.rules:1:4: -w: 'etc/shadow' does not begin with /" },
	{ "-w /etc/shadow/ /etc/passwd", "audit.rules:1:17: '/etc/passwd' belongs to no option" },
	{ "-w \"/etc/my file\"",
	  "audit.rules:1:4: -w: '\"/etc/my' does not begin with /\n"
	  "warning: audit.rules:1:4: there are no quotes, a blank in a word is written with \\ before it" },
	{ "-w /x -p rwxar", "audit.rules:1:14: -p: 'rwxar' is not up to four of r, w, x, a" },
	{ "-w /x -p z", "audit.rules:1:10: -p: 'z' is not up to four of r, w, x, a" },
	{ "-p x", "audit.rules:1:1: -p: stands behind the watch that it is for" },
	{ "-a always,exit -p x", "audit.rules:1:16: -p: stands behind the watch that it is for" },
	{ "-e 3", "audit.rules:1:4: -e: '3' is none of 0, 1, 2" },
	{ "-f on", "audit.rules:1:4: -f: 'on' is none of 0, 1, 2" },
	{ "-b many", "audit.rules:1:4: -b: 'many' is no number" },
	{ "-b 99999999999", "audit.rules:1:4: -b: '99999999999' is too large" },
	{ "-r", "audit.rules:1:3: -r: its value is missing" },
	{ "--backlog_wait_time=x", "audit.rules:1:21: --backlog_wait_time: 'x' is no number" },
	{ "--back", "audit.rules:1:7: --back: its value is missing" },
	{ "--loginuid-immutable=1", "audit.rules:1:1: '--loginuid-immutable=1' is no option" },
	{ "--l=1", "audit.rules:1:1: '--l=1' is no option" },
	{ "-z", "audit.rules:1:1: '-z' is no option" },
	{ "-a always,exit -xS 59", "audit.rules:1:16: '-x' is no option" },
	{ "-D -k", "audit.rules:1:1: -D: takes -k KEY and nothing else" },
	{ "-D key", "audit.rules:1:1: -D: takes -k KEY and nothing else" },
	{ "-a always,exit -D", "audit.rules:1:16: -D: takes -k KEY and nothing else" },
	{ "-i -c", "audit.rules:1:1: -i: stands on a line of its own" },
	{ "-R other.rules", "audit.rules:1:4: -R: a file of rules cannot name another" },
	{ "-h", "audit.rules:1:1: -h: no option for a file of rules" },
	{ "execve", "audit.rules:1:1: 'execve' belongs to no option" },
	{ "- s", "audit.rules:1:1: '-' belongs to no option" },
	{ "-a always,exit -F exe=/a\\ b\\ c -F eudi=0",
	  "audit.rules:1:35: -F: 'eudi' is no field" },
	{ "-a always,exit\t-S execve",
	  "audit.rules:1:11: -a: 'exit?-S' is no list: exit, task, user, exclude, filesystem, io_uring\n"
	  "warning: audit.rules:1:15: a tab is part of a word, only blanks are between words" },
};

/* What auditctl takes, and hardly means what was meant. */
static const struct said odd[] = {
	{ "-a always,exit -F auid=12x",
	  "warning: audit.rules:1:24: -F: '12x' is taken as 12, as auditctl does" },
	{ "-a always,exit -F inode=4294967297",
	  "warning: audit.rules:1:25: -F: '4294967297' is taken as 1, as auditctl does" },
	{ "-a exit,possible -S 59",
	  "warning: audit.rules:1:9: -a: 'possible' never did anything\n"
	  "warning: audit.rules:1:18: -a: nothing behind this option counts" },
	{ "-w /x/../y -p x", "warning: audit.rules:1:7: -w: '..' is no way up here" },
	{ "-w /x/*.sh -p x", "warning: audit.rules:1:7: -w: '*' stands for itself" },
	{ "-a always,exit -F exe=/usr/*/su",
	  "warning: audit.rules:1:28: -F: '*' stands for itself" },
	{ "-s", "warning: audit.rules:1:1: -s: means nothing here" },
	{ "-m hello", "warning: audit.rules:1:1: -m: means nothing here" },
	{ "--loginuid-immutable -b 5",
	  "warning: audit.rules:1:22: --loginuid-immutable: nothing behind this option counts" },
	{ "-a always,exit --reset-lost",
	  "warning: audit.rules:1:16: --reset-lost: what stands before it is lost, as with auditctl" },
	{ "-w /x -S execve", "warning: audit.rules:1:10: -S: a watch is for every system call" },
	{ "-S 59 -w /x", "warning: audit.rules:1:4: -w: a watch is for every system call" },
};

static void test_said(const struct said *said, size_t n, int want)
{
	struct ruleset rs;
	size_t i;

	for (i = 0; i < n; i++) {
		is_int(rules_of(&rs, said[i].text), want, said[i].text);
		if (rules_log.len)
			rules_log.text[rules_log.len - 1] = '\0';
		is_str(rules_log.text, said[i].want, "and why");
		ok(!want || !rs.n, "nothing of it is kept");
		ruleset_free(&rs);
	}
}

/* The last byte of text is said to be wrong, whatever it is. */
static void test_limit(const char *head, char fill, size_t n, int want, const char *said)
{
	size_t len = strlen(head);
	char *text = malloc(len + n + 1);
	struct ruleset rs;

	if (!text)
		abort();
	memcpy(text, head, len);
	memset(text + len, fill, n);
	text[len + n] = '\0';
	is_int(rules_of(&rs, text), want, "a limit");
	is_str(rules_log.text, said, "and what is said of it");
	ruleset_free(&rs);
	free(text);
}

static void test_limits(void)
{
	static const char fields[] = "-a always,exit";
	char text[1024];
	struct ruleset rs;
	size_t at, i;

	test_limit("-a always,exit -S 59 -k ", 'k', 256, 0, "");
	test_limit("-a always,exit -S 59 -k ", 'k', 257, -EINVAL,
		   "audit.rules:1:25: -k: keys have no more than 256 bytes\n");
	test_limit("-a always,exit -S 59 -k ab -k ", 'k', 254, -EINVAL,
		   "audit.rules:1:31: -k: keys have no more than 256 bytes\n");
	test_limit("-w /", 'p', 256, -EINVAL,
		   "audit.rules:1:5: -w: a name has no more than 255 bytes\n");
	test_limit("-w /", '/', 4096, -EINVAL,
		   "audit.rules:1:4: -w: a path has less than 4096 bytes\n");
	test_limit("\n-w /x", ' ', RULE_LINE_MAX - 5, 0, "");
	test_limit("\n-w /x", ' ', RULE_LINE_MAX - 4, -EINVAL,
		   "audit.rules:2:8193: a line has no more than 8192 bytes\n");

	at = sprintf(text, "%s", fields);
	for (i = 0; i < 63; i++)
		at += sprintf(text + at, " -F uid=0");
	is_int(rules_of(&rs, text), 0, "63 fields");
	ruleset_free(&rs);
	sprintf(text + at, " -F uid=0");
	is_int(rules_of(&rs, text), -EINVAL, "and no more");
	ok(strstr(rules_log.text, "one field too many"), "is said");
	ruleset_free(&rs);

	ruleset_init(&rs);
	rules_log = (struct rules_log){ 0 };
	is_int(ruleset_parse(&rs, "f", "-w /x\n-w /\0y\n", 13, NULL, rules_report, &rules_log),
	       -EINVAL, "a NUL");
	is_str(rules_log.text, "f:2:5: a byte 0\n", "where it is");
	ruleset_free(&rs);
}

/* All of them are told of, each with its line, and nothing of the file is kept. */
static void test_all_told(void)
{
	struct ruleset rs;

	rules_of(&rs, "-w /first\n");
	is_int(rules_more(&rs, "more.rules",
			  "# a comment\n\n-w /second\n\n  -a always,exit -F eudi=0\r\n"
			  "   # another\n-D\n-e 5\n-w third\n"),
	       -EINVAL, "three mistakes in a file");
	is_str(rules_log.text,
	       "more.rules:5:21: -F: 'eudi' is no field\n"
	       "more.rules:8:4: -e: '5' is none of 0, 1, 2\n"
	       "more.rules:9:4: -w: 'third' does not begin with /\n",
	       "each where it is");
	ok(rs.n == 1 && rs.controls.enabled == -1, "what was there is as it was");
	ruleset_free(&rs);
}

int main(void)
{
	test_said(bad, sizeof(bad) / sizeof(*bad), -EINVAL);
	test_said(odd, sizeof(odd) / sizeof(*odd), 0);
	test_limits();
	test_all_told();
	return tap_done();
}
