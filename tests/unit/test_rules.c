// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules that auditctl takes: what becomes of them is what it would have sent to the kernel. */
#include <unistd.h>

#include "tests/unit/rules.h"

#if defined(__x86_64__)
#define B64    "3221225534"
#define B32    "1073741827"
#define EXECS  "S59"
#define EXECS2 "S59,322"
#define EXEC32 "S11"
#define OPENAT "S257"
#else
#define B64    "3221225655"
#define B32    "1073741864"
#define EXECS  "S221"
#define EXECS2 "S221,281"
#define EXEC32 "S11"
#define OPENAT "S56"
#endif

/* A rule, and what it is in numbers. */
struct good {
	const char *text;
	const char *want;
};

static const struct good good[] = {
	/* Lists and actions, in either order. */
	{ "-a always,exit -S all", "4 2 S" },
	{ "-a exit,always -S all", "4 2 S" },
	{ "-a never,exit", "4 0 S" },
	{ "-A exit,never", "4+ 0 S" },
	{ "-a never,task", "1 0 S-" },
	{ "-a always,user", "0 2 S" },
	{ "-a always,exclude -F msgtype=CWD", "5 2 S 12=1307" },
	{ "-a never,filesystem -F fstype=tracefs", "6 0 S 26=1953653091" },
	{ "-a never,filesystem -F fstype!=0x64626720 -k fs", "6 0 S 26!=1684170528 210='fs'" },
	{ "-a always,io_uring -S openat -F uid=0", "7 2 " OPENAT " 1=0" },
	{ "-a always,io_uring -S 18", "7 2 S18" },

	/* System calls: by name and number, several, for an arch. */
	{ "-a always,exit -F arch=b64 -S execve", "4 2 " EXECS " 11=" B64 },
	{ "-a always,exit -F arch=b64 -S execve -S execveat", "4 2 " EXECS2 " 11=" B64 },
	{ "-a always,exit -F arch=b64 -S execve,execveat", "4 2 " EXECS2 " 11=" B64 },
	{ "-a always,exit -F arch=b64 -Sexecve,,execveat,", "4 2 " EXECS2 " 11=" B64 },
	{ "-a always,exit -F arch=b32 -S execve", "4 2 " EXEC32 " 11=" B32 },
	{ "-a always,exit -F arch!=b32 -S execve", "4 2 " EXEC32 " 11!=" B32 },
	{ "-a always,exit -F arch=" B64 " -S 59", "4 2 S59 11=" B64 },
	{ "-a always,exit -F arch=x86_64 -S execve", "4 2 S59 11=3221225534" },
	{ "-a always,exit -F arch=c000003e -S execve", "4 2 S59 11=3221225534" },
	{ "-a always,exit -F arch=aarch64 -S execve", "4 2 S221 11=3221225655" },
	{ "-a always,exit -S 0x3b -S 2047", "4 2 S59,2047" },
	{ "-S 59 -a always,exit", "4 2 S59" },
	{ "-a always,exit -S ,", "4 2 S-" },

	/* Each field; uids and gids by name, too. */
	{ "-a always,exit -F pid=1", "4 2 S 0=1" },
	{ "-a always,exit -F uid=root", "4 2 S 1=0" },
	{ "-a always,exit -F euid=1000", "4 2 S 2=1000" },
	{ "-a always,exit -F suid>=0x10", "4 2 S 3>=16" },
	{ "-a always,exit -F fsuid<5", "4 2 S 4<5" },
	{ "-a always,exit -F gid=root", "4 2 S 5=0" },
	{ "-a always,exit -F egid!=7", "4 2 S 6!=7" },
	{ "-a always,exit -F sgid>7", "4 2 S 7>7" },
	{ "-a always,exit -F fsgid<=7", "4 2 S 8<=7" },
	{ "-a always,exit -F auid>=1000 -F auid!=4294967295", "4 2 S 9>=1000 9!=4294967295" },
	{ "-a always,exit -F auid!=-1", "4 2 S 9!=4294967295" },
	{ "-a always,exit -F loginuid=unset", "4 2 S 9=4294967295" },
	{ "-a always,exit -F pers&8", "4 2 S 10&8" },
	{ "-a always,exclude -F msgtype>=2500", "5 2 S 12>=2500" },
	{ "-a always,user -F msgtype=USER_LOGIN", "0 2 S 12=1112" },
	{ "-a always,exit -F subj_user=user_u", "4 2 S 13='user_u'" },
	{ "-a always,exit -F subj_role!=unconfined", "4 2 S 14!='unconfined'" },
	{ "-a always,exit -F subj_type=sshd_t", "4 2 S 15='sshd_t'" },
	{ "-a always,exit -F subj_sen>=s1", "4 2 S 16>='s1'" },
	{ "-a always,exit -F subj_clr<s15", "4 2 S 17<'s15'" },
	{ "-a always,exit -F ppid=1", "4 2 S 18=1" },
	{ "-a always,exit -F obj_user=a", "4 2 S 19='a'" },
	{ "-a always,exit -F obj_role=a", "4 2 S 20='a'" },
	{ "-a always,exit -F obj_type=bin_t", "4 2 S 21='bin_t'" },
	{ "-a always,exit -F obj_lev_low=s0", "4 2 S 22='s0'" },
	{ "-a always,exit -F obj_lev_high=s1", "4 2 S 23='s1'" },
	{ "-a always,exit -F sessionid=3", "4 2 S 25=3" },
	{ "-a always,user -F sessionid!=unset", "0 2 S 25!=4294967295" },
	{ "-a always,exit -F sessionid=-1", "4 2 S 25=4294967295" },
	{ "-a always,exit -F devmajor=8 -F devminor&=1", "4 2 S 100=8 101&=1" },
	{ "-a always,exit -F inode=4711", "4 2 S 102=4711" },
	{ "-a always,exit -F exit=-ENOENT", "4 2 S 103=4294967294" },
	{ "-a always,exit -F exit=-2 -F exit!=EPERM", "4 2 S 103=4294967294 103!=1" },
	{ "-a always,exit -F success=0", "4 2 S 104=0" },
	{ "-a always,exit -F path=/bin/su -F perm=x", "4 2 S 105='/bin/su' 106=1" },
	{ "-a always,exit -F dir=/usr/local/ -F perm=RX", "4 2 S 107='/usr/local/' 106=5" },
	{ "-a always,exit -F filetype=file", "4 2 S 108=32768" },
	{ "-a always,exit -F obj_uid=0 -F obj_gid!=0", "4 2 S 109=0 110!=0" },
	{ "-a always,exit -F field_compare=10", "4 2 S 111=10" },
	{ "-a always,exit -F exe=/usr/bin/su -k su", "4 2 S 112='/usr/bin/su' 210='su'" },
	{ "-a never,task -F exe!=/usr/bin/su", "1 0 S- 112!='/usr/bin/su'" },
	{ "-a always,exclude -F exe=/bin/su -F uid=0", "5 2 S 112='/bin/su' 1=0" },
	{ "-a always,exit -F saddr_fam=2", "4 2 S 113=2" },
	{ "-a always,exit -F a0=1 -F a1&0x10 -F a2&=-1 -F a3<3",
	  "4 2 S 200=1 201&16 202&=4294967295 203<3" },
	{ "-a always,exit -F EUID=0", "4 2 S 2=0" },

	/* Comparisons of fields, either way round. */
	{ "-a always,exit -C uid!=obj_uid", "4 2 S 111!=1" },
	{ "-a always,exit -C gid=obj_gid -C euid=obj_uid", "4 2 S 111=2 111=3" },
	{ "-a always,exit -C egid=obj_gid -C auid=obj_uid", "4 2 S 111=4 111=5" },
	{ "-a always,exit -C suid=obj_uid -C sgid=obj_gid", "4 2 S 111=6 111=7" },
	{ "-a always,exit -C fsuid=obj_uid -C fsgid=obj_gid", "4 2 S 111=8 111=9" },
	{ "-a always,exit -C uid=auid -C euid=uid -C uid=fsuid", "4 2 S 111=10 111=11 111=12" },
	{ "-a always,exit -C uid=suid -C auid=fsuid -C auid=suid", "4 2 S 111=13 111=14 111=15" },
	{ "-a always,exit -C auid!=euid -C euid=suid -C euid=fsuid",
	  "4 2 S 111!=16 111=17 111=18" },
	{ "-a always,exit -C suid=fsuid -C gid=egid -C gid=fsgid", "4 2 S 111=19 111=20 111=21" },
	{ "-a always,exit -C gid=sgid -C egid=fsgid -C egid=sgid", "4 2 S 111=22 111=23 111=24" },
	{ "-a always,exit -C sgid=fsgid", "4 2 S 111=25" },

	/* Keys: the last field, several in one. */
	{ "-a always,exit -S 59 -k one -F uid=0 -k two", "4 2 S59 1=0 210='one|two'" },
	{ "-a always,exit -F key=one -S 59 -F key=a=b", "4 2 S59 210='one|a=b'" },
	{ "-a always,exit -S 59 -F KEY!=one -F uid=0", "4 2 S59 210!='one' 1=0" },
	{ "-a always,exit -S 59 -k a\\ b\\\\c\\d", "4 2 S59 210='a b\\c\\d'" },
	{ "-a always,exit -F path=/x -kx", "4 2 S 105='/x' 210='x'" },

	/* Watches. */
	{ "-w /etc/shadow", "4 2 S 105='/etc/shadow' 106=15" },
	{ "-w /etc/ -p wa -k etc", "4 2 S 107='/etc' 106=10 210='etc'" },
	{ "-w / -p x", "4 2 S 107='/' 106=1" },
	{ "-w /a\\ dir/x/ -pRwX", "4 2 S 105='/a dir/x' 106=7" },
	{ "-w/a/b/ -p x", "4 2 S 105='/a/b' 106=1" },
	{ "-w /sbin/su -p x -F auid>=1000 -k su", "4 2 S 105='/sbin/su' 106=1 9>=1000 210='su'" },
	{ "-a always,exit -F path=/x -p wa", "4 2 S 105='/x' 106=10" },

	/* Ours. */
	{ "-a always,exit -S 59 -F container=web1 -k web", "4 2 S59 210='web' container='web1'" },
	{ "-a never,user -F container!=0123456789ab", "0 0 S container!='0123456789ab'" },

	/* How lines may look. */
	{ "   -a   always,exit   -S   59   ", "4 2 S59" },
	{ "-a always,exit -S 59\r", "4 2 S59" },
	{ "-S59 -aalways,exit --", "4 2 S59" },
	{ "-a always,exit -F exe=/opt/a\\ b\\ ", "4 2 S 112='/opt/a b '" },
	{ "-a always,exit -F exe=/opt/x=y", "4 2 S 112='/opt/x=y'" },
};

static void test_good(void)
{
	struct ruleset rs;
	size_t i;
	int err;

	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		err = rules_of(&rs, good[i].text);
		if (ok(!err && rs.n == 1, "taken: %s", good[i].text))
			is_str(rules_text(&rs.rules[0]), good[i].want, "and what is sent");
		else
			tap_note("%d, %s", err, rules_log.text);
		ruleset_free(&rs);
	}
}

/* --- what auditctl itself makes of them ------------------------------------------------------ */

/* Those that are ours, or that auditctl of Debian 12 does not know. */
static bool not_for_auditctl(const char *text)
{
	return strstr(text, "container") || strstr(text, "io_uring");
}

/* All at once; the file is the caller's to close. NULL if there is no auditctl that could be asked. */
static FILE *ask_auditctl(const char *dir)
{
	const char *build = getenv("BUILD");
	char command[1024], rules[256], sent[256];
	FILE *file;
	size_t i;

	snprintf(rules, sizeof(rules), "%s/rules", dir);
	snprintf(sent, sizeof(sent), "%s/sent", dir);
	file = fopen(rules, "we");
	if (!file)
		return NULL;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!not_for_auditctl(good[i].text))
			fprintf(file, "%s\n", good[i].text);
	fclose(file);
	snprintf(command, sizeof(command),
		 "PATH=$PATH:/sbin:/usr/sbin; command -v auditctl >/dev/null && "
		 "LD_PRELOAD='%s/san/preload.so' ATR_SENT='%s' auditctl -R '%s' >/dev/null 2>&1",
		 build ? build : "build", sent, rules);
	i = system(command);
	file = i ? NULL : fopen(sent, "re");
	unlink(rules);
	unlink(sent);
	return file;
}

/* Newer ones say in the mask what perm says already. */
static void forget_mask(struct audit_rule_data *data)
{
	unsigned int i;

	for (i = 0; i < data->field_count; i++)
		if (data->fields[i] == AUDIT_PERM)
			memset(data->mask, 0, sizeof(data->mask));
}

static bool next_sent(FILE *file, struct audit_rule_data *data, size_t room)
{
	return fread(data, sizeof(*data), 1, file) == 1 && data->buflen <= room &&
	       fread(data->buf, 1, data->buflen, file) == data->buflen;
}

static void test_auditctl(void)
{
	static union {
		struct audit_rule_data data;
		char bytes[8192];
	} sent;
	char dir[] = "/tmp/autrail-XXXXXX";
	FILE *file = geteuid() || !mkdtemp(dir) ? NULL : ask_auditctl(dir);
	struct audit_rule_data *data;
	struct ruleset rs;
	size_t i;

	rmdir(dir);
	if (!file) {
		tap_skip("as auditctl", "it has to be there, and takes rules from root alone");
		return;
	}
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		if (not_for_auditctl(good[i].text))
			continue;
		rules_of(&rs, good[i].text);
		if (ok(rs.n && next_sent(file, &sent.data, sizeof(sent) - sizeof(sent.data)),
		       "as auditctl sends it: %s", good[i].text)) {
			data = rs.rules[0].data;
			forget_mask(data);
			forget_mask(&sent.data);
			is_bytes((char *)data, sizeof(*data) + data->buflen, sent.bytes,
				 sizeof(sent.data) + sent.data.buflen, "byte for byte");
		}
		ruleset_free(&rs);
	}
	ok(!next_sent(file, &sent.data, 0), "and no more than that");
	fclose(file);
}

static void test_facts(void)
{
	struct ruleset rs;
	const struct rule *rule;

	rules_of(&rs, "# none\n\n  -A never,exit -F arch=b64 -S execve -k one -k two \n"
		      "-w /etc/shadow -p wa\n-a always,exit -F arch!=b32 -S all -F container=7\n");
	is_int(rs.n, 3, "three rules");
	rule = &rs.rules[0];
	ok(rule->list == AUDIT_FILTER_EXIT && rule->action == AUDIT_NEVER && rule->prepend &&
		   !rule->watch && !rule->all && rule->arch == rule->data->values[0] &&
		   rule->arch_op == AUDIT_EQUAL && !rule->container && rule->line == 3,
	   "what is told of a rule");
	is_str(rule->key, "one\1two", "its keys");
	is_str(rule->file, "audit.rules", "its file");
	is_str(rule->text, "-A never,exit -F arch=b64 -S execve -k one -k two", "its text");
	rule = &rs.rules[1];
	ok(rule->watch && rule->all && !rule->key && !rule->arch && rule->line == 4, "a watch");
	rule = &rs.rules[2];
	ok(rule->arch && rule->arch_op == AUDIT_NOT_EQUAL && rule->all, "not of an arch");
	is_str(rule->container, "7", "of a container");
	is_str(rules_log.text, "", "nothing to say");
	ruleset_free(&rs);
	ruleset_free(NULL);
}

static void test_walk_through(void)
{
	static const char text[] =
		"## Commands of root and of users\n"
		"-a always,exit -F arch=b64 -F euid=0 -S execve -k root_command\n"
		"-a always,exit -F arch=b32 -F euid=0 -S execve -k root_command\n"
		"-a always,exit -F arch=b64 -F euid=1000 -S execve -k user_command\n"
		"-a always,exit -F arch=b32 -F euid=1000 -S execve -k user_command\n";
	static const char *const want[] = {
		"4 2 " EXECS " 11=" B64 " 2=0 210='root_command'",
		"4 2 " EXEC32 " 11=" B32 " 2=0 210='root_command'",
		"4 2 " EXECS " 11=" B64 " 2=1000 210='user_command'",
		"4 2 " EXEC32 " 11=" B32 " 2=1000 210='user_command'",
	};
	struct ruleset rs;
	const char *why;
	size_t i;

	is_int(rules_of(&rs, text), 0, "the walk-through");
	is_int(rs.n, 4, "has four rules");
	is_str(rules_log.text, "", "without a word");
	for (i = 0; i < rs.n && i < 4; i++) {
		is_str(rules_text(&rs.rules[i]), want[i], "as it is sent");
		ok(rule_observable(&rs.rules[i], &why) && !why, "and all of it is seen");
	}
	ruleset_free(&rs);
}

static void test_controls(void)
{
	struct ruleset rs;
	struct rule_controls *c = &rs.controls;

	rules_of(&rs, "");
	ok(c->enabled == -1 && c->failure == -1 && c->backlog == -1 && c->rate == -1 &&
		   c->backlog_wait == -1 && !c->loginuid_immutable && !c->reset_lost && !c->ignore,
	   "nothing said");
	is_int(rules_more(&rs, "a",
			  "-b 8192 -f 1\n-r 0x64\n--backlog_wait_time 60000\n"
			  "--loginuid-immutable\n--reset-lost\n-e1\n"),
	       0, "all of them");
	ok(c->enabled == 1 && c->failure == 1 && c->backlog == 8192 && c->rate == 100 &&
		   c->backlog_wait == 60000 && c->loginuid_immutable && c->reset_lost && !c->ignore,
	   "as they are said");
	is_int(rules_more(&rs, "b", "--backlog_wait=0\n-e2\n"), 0, "a name cut short");
	ok(c->enabled == 2 && c->backlog_wait == 0 && c->backlog == 8192, "a later one counts");
	is_int(rules_more(&rs, "c", "-w /x\n-b 1\n-D\n-i\n"), -EINVAL, "locked by -e 2");
	is_str(rules_log.text,
	       "c:1:1: -e 2 was before, which locks the rules\n"
	       "c:2:1: -e 2 was before, which locks the rules\n"
	       "c:3:1: -e 2 was before, which locks the rules\n",
	       "and that is said");
	ruleset_free(&rs);
}

#define RULE(key)  "-a always,exit -S 59 -k " key "\n"
#define FIRST(key) "-A always,exit -S 59 -k " key "\n"

static void test_order(void)
{
	struct ruleset rs;

	rules_of(&rs, RULE("1") RULE("2") FIRST("3") RULE("4") FIRST("5"));
	is_str(rules_keys(&rs), "5 3 1 2 4", "-A puts a rule in front");
	is_int(rules_more(&rs, "b",
			  RULE("6") FIRST("7") "-d always,exit -S 59 -k 3\n"
					       "-d exit,always -S 59 -k 7\n"),
	       0, "another file");
	is_str(rules_keys(&rs), "5 1 2 4 6", "-d takes one away, however it was added");
	is_int(rules_more(&rs, "c", "-d never,exit -S 59 -k 1\n"), -EINVAL, "which is not there");
	is_str(rules_log.text, "c:1:1: there is no such rule to delete\n", "no such rule");
	is_int(rules_more(&rs, "c", RULE("8") RULE("2")), -EINVAL, "one that is there");
	is_str(rules_log.text, "c:2:1: Rule exists: it is there already, by audit.rules:2\n",
	       "twice");
	is_str(rules_keys(&rs), "5 1 2 4 6", "nothing has changed");
	is_int(rules_more(&rs, "c", FIRST("2")), 0, "-A may add it again, as in the kernel");
	is_str(rules_keys(&rs), "2 5 1 2 4 6", "and it is");
	rules_more(&rs, "d", "-w /x -k a2b\n-w /y\n-D -k 2\n");
	is_str(rules_keys(&rs), "5 1 4 6 -", "-D -k: those that have it in their key");
	rules_more(&rs, "e", "-w /etc -p x -k w\n-W /etc/ -p x -k w\n-W /y\n");
	is_str(rules_keys(&rs), "5 1 4 6", "-W takes a watch away");
	rules_more(&rs, "f", "-d always,exit -S 59 -k 5 -F container=x\n");
	is_str(rules_log.text, "f:1:1: there is no such rule to delete\n", "container counts, too");
	rules_more(&rs, "g", "-D\n" RULE("9"));
	is_str(rules_keys(&rs), "9", "-D: all so far");
	ruleset_free(&rs);
}

static void test_ignore(void)
{
	struct ruleset rs;

	is_int(rules_of(&rs, "-i\n" RULE("1") "-F x\n" RULE("2") "-a foo\n"), 0, "-i goes on");
	is_str(rules_keys(&rs), "1 2", "with what is good");
	is_str(rules_log.text,
	       "warning: audit.rules:3:1: -F: stands behind -a, -A, -d or -w\n"
	       "warning: audit.rules:5:4: -a: 'foo' is not LIST,ACTION\n",
	       "and says what is not");
	ok(rs.skipped == 2 && rs.controls.ignore && !rs.controls.keep_going, "counted");
	ruleset_free(&rs);
	is_int(rules_of(&rs, "-c\n" RULE("1") "-F x\n" RULE("2")), 0, "so does -c");
	is_str(rules_keys(&rs), "1 2", "with what is good");
	ok(rs.skipped == 1 && rs.controls.keep_going, "and asks for a failure at the end");
	ruleset_free(&rs);
	is_int(rules_of(&rs, RULE("1") "-F x\n-i\n-F y\n"), -EINVAL, "not for what was before");
	ok(rules_log.errors == 1 && rules_log.warnings == 1 && !rs.n, "one error, one warning");
	ruleset_free(&rs);
}

int main(void)
{
	test_good();
	test_auditctl();
	test_facts();
	test_walk_through();
	test_controls();
	test_order();
	test_ignore();
	return tap_done();
}
