// SPDX-License-Identifier: GPL-2.0-or-later
/* A directory of rule files: their order, and the lines of which the last counts. What can be seen. */
#include "tests/unit/rules.h"

/* In order, as `ls -v` has them; strverscmp() would put the -b in front of the .rules. */
static char *const sorted[] = {
	".hidden.rules",   "1.rules",	  "2.rules",	 "10.rules",	  "10-a.b.rules",
	"10-a.rules",	   "10-a1.rules", "10-a2.rules", "10-a10.rules",  "10-a-b.rules",
	"10-b~.rules",	   "010-b.rules", "10-b.rules",	 "10-base.rules", "30-ospp.rules",
	"99-finish.rules", "a~1.rules",	  "a.rules",	 "a.rules.rules", "a_1.rules",
};

enum { NAMES = sizeof(sorted) / sizeof(*sorted) };

static const char *print_names(char *const *names, char *buf)
{
	size_t i, at = 0;

	for (i = 0; i < NAMES; i++)
		at = rules_print(buf, at, "%s\n", names[i]);
	return buf;
}

/* The machine's own sort, where there is one. */
static void test_sort(char *const *names, const char *want)
{
	char command[4096], got[4096];
	size_t i, at = rules_print(command, 0, "printf '%%s\\n'"), len;
	FILE *out;

	for (i = 0; i < NAMES; i++)
		at = rules_print(command, at, " '%s'", names[i]);
	rules_print(command, at, " | LC_ALL=C sort -V 2>/dev/null");
	out = popen(command, "r");
	len = out ? fread(got, 1, sizeof(got), out) : 0;
	if (!out || pclose(out))
		tap_skip("as sort -V", "there is no sort -V");
	else
		is_bytes(got, len, want, strlen(want), "as sort -V");
}

static void test_names(void)
{
	char *names[NAMES], want[4096], got[4096];
	size_t i, turn;

	print_names(sorted, want);
	for (turn = 0; turn < NAMES; turn++) {
		/* Forwards, backwards, and from anywhere. */
		for (i = 0; i < NAMES; i++)
			names[turn % 2 ? i : NAMES - 1 - i] = sorted[(i + turn) % NAMES];
		if (!turn)
			test_sort(names, want);
		rules_sort_names(names, NAMES);
		is_str(print_names(names, got), want, "sorted");
	}
	rules_sort_names(NULL, 0);
}

static void test_gather(void)
{
	static const char base[] = "-D\n-b 64\n# a comment\n-f 0\n-e 1\n-w /base -k base\n";
	static const char more[] = "\t# another\n  -b 8192\n-D \n-w /more -k more\n-f 1";
	static const char last[] = "-e 2\r\n-D -k base\n-D\n-w /last -k last\n";
	static const struct rule_text texts[] = {
		{ "10-base.rules", base, sizeof(base) - 1 },
		{ "20-more.rules", more, sizeof(more) - 1 },
		{ "30-last.rules", last, sizeof(last) - 1 },
	};
	static const struct rule_text wrong[] = {
		{ "a", "-w /x -k a\n-e 9\n", 16 },
		{ "b", "-w /y -k b\n-b x\n-e 0\n", 21 },
	};
	struct ruleset rs;

	ruleset_init(&rs);
	rules_more(&rs, "before", "-w /before -k before\n");
	is_int(ruleset_gather(&rs, texts, 3, &rules_opts, rules_report, &rules_log), 0, "gathered");
	is_str(rules_log.text, "", "without a word");
	is_str(rules_keys(&rs), "more last", "a bare -D comes first, -D -k where it is");
	ok(rs.controls.backlog == 8192 && rs.controls.failure == 1 && rs.controls.enabled == 2,
	   "the last ones count, and -e at the end");
	is_str(rs.rules[1].file, "30-last.rules", "a rule's own file");
	is_int(rs.rules[1].line, 4, "and line");
	is_int(ruleset_gather(&rs, wrong, 2, &rules_opts, rules_report, &rules_log), -EINVAL,
	       "locked, and with a mistake");
	is_str(rules_log.text,
	       "b:2:4: -b: 'x' is no number\n"
	       "a:1:1: -e 2 was before, which locks the rules\n"
	       "b:1:1: -e 2 was before, which locks the rules\n"
	       "b:3:1: -e 2 was before, which locks the rules\n",
	       "in the order in which they are taken");
	is_str(rules_keys(&rs), "more last", "and nothing has changed");
	ruleset_free(&rs);
	is_int(ruleset_gather(&rs, NULL, 0, NULL, rules_report, &rules_log), 0, "no files");
	ok(!rs.n, "no rules");
}

enum { NO, YES, SOME };

static const struct {
	const char *text;
	int seen;
	const char *why; /* a part of it */
} seen[] = {
	{ "-a always,exit -F arch=b64 -S execve", YES, NULL },
	{ "-a always,exit -F arch=b64 -S execve,execveat", YES, NULL },
	{ "-a always,exit -F arch=b32 -S execve", YES, NULL },
	{ "-a always,exit -S execve", YES, NULL },
	{ "-a always,exit -F arch=b64 -S execve,openat", SOME, "only execve" },
	{ "-a always,exit -F arch=b64 -S openat", NO, "only execve" },
	{ "-a always,exit -F arch!=b64 -S 11", YES, NULL },
	{ "-a always,exit -F arch!=b32 -S 11", NO, "only execve" },
	{ "-a always,exit -F arch=ppc64 -S execve", NO, "no program of this machine" },
	{ "-a always,exit -S all", SOME, "only execve" },
	{ "-a never,exit -F uid=0", SOME, "only execve" },
	{ "-a always,exit -F path=/x -F perm=x", YES, NULL },
	{ "-a always,exit -F arch=b64 -S execve -F perm=r", NO, "reads, writes" },
	{ "-w /sbin/su -p x", YES, NULL },
	{ "-w /sbin/su", SOME, "execs are" },
	{ "-w /etc/shadow -p wa", NO, "reads, writes" },
	{ "-a always,exit -F saddr_fam=2", NO, "sockets" },
	{ "-a never,filesystem -F fstype=tracefs", NO, "file system" },
	{ "-a always,io_uring -S openat", NO, "io_uring" },
	{ "-a never,task", YES, NULL },
	{ "-a never,user -F uid=0", YES, NULL },
	{ "-a never,exclude -F msgtype=CWD", YES, NULL },
};

static void test_seen(void)
{
	struct ruleset rs;
	const char *why = "";
	size_t i;
	bool good;

	for (i = 0; i < sizeof(seen) / sizeof(*seen); i++) {
		if (rules_of(&rs, seen[i].text) || rs.n != 1) {
			ok(false, "not taken: %s", seen[i].text);
		} else {
			good = rule_observable(&rs.rules[0], &why) == (seen[i].seen != NO);
			good &= seen[i].why ? why && strstr(why, seen[i].why) : !why;
			if (!ok(good, "%s", seen[i].text))
				tap_note("%s", why ? why : "nothing");
		}
		ruleset_free(&rs);
	}
}

int main(void)
{
	test_names();
	test_gather();
	test_seen();
	return tap_done();
}
