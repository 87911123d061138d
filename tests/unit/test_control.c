// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes over the control socket, and what becomes of it as text. */
#include <errno.h>
#include <stdlib.h>

#include "tests/unit/rules.h"
#include "user/control/change.h"
#include "user/control/figures.h"
#include "user/control/listing.h"
#include "user/control/proto.h"

static const char *text_of(struct text *t)
{
	text_char(t, '\0');
	return t->buf;
}

/* --- requests and replies --------------------------------------------------------------------- */

static const struct {
	const char *bytes;
	int want;
} requests[] = {
	{ "autrail 1 status 0\n", 0 },
	{ "autrail 1 list 3\netc", 0 },
	{ "", -EAGAIN },
	{ "autr", -EAGAIN },
	{ "autrail 1 list 3\net", -EAGAIN },
	{ "autrail 1 list 3\netcx", -EBADMSG },
	{ "auditd 1 list 3\n", -EBADMSG },
	{ "GET / HTTP/1.1\r\n", -EBADMSG },
	{ "autrail \n", -EBADMSG },
	{ "autrail 1 \n", -EBADMSG },
	{ "autrail 1 status\n", -EBADMSG },
	{ "autrail 1 status  0\n", -EBADMSG },
	{ "autrail 1 status 0 0\n", -EBADMSG },
	{ "autrail 1 statu 0\n", -EBADMSG },
	{ "autrail 1 status -1\n", -EBADMSG },
	{ "autrail 1 status 1234567890\n", -EBADMSG },
	{ "autrail 1 rules 1048577\n", -EMSGSIZE },
	{ "autrail 2 status 0\n", -EPROTONOSUPPORT },
	{ "autrail 1 status 00000000000000000000000000000000000000000000000000000000", -EBADMSG },
};

static void test_requests(void)
{
	struct control_request request;
	char head[CONTROL_HEAD_MAX], line[128];
	size_t i, n;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		ok(control_request_parse(requests[i].bytes, strlen(requests[i].bytes), &request) ==
			   requests[i].want,
		   "%s",
		   strtok(strcpy(line, *requests[i].bytes ? requests[i].bytes : "nothing"),
			  "\r\n"));
	for (i = 0; i < CONTROL_VERBS; i++) {
		n = control_request_head(head, i, 0);
		is_int(control_request_parse(head, n, &request), 0, control_verbs[i]);
		is_int(request.verb, i, "the verb that was meant");
	}
}

static void test_replies(void)
{
	static const char bytes[] = "autrail 1 3 4 5\nout\nerr\n\n";
	struct control_reply reply;
	char head[CONTROL_HEAD_MAX];
	size_t n;

	is_int(control_reply_parse(bytes, sizeof(bytes) - 1, &reply), 0, "a reply");
	is_int(reply.code, 3, "its code");
	ok(reply.out_len == 4 && !memcmp(reply.out, "out\n", 4), "what is for the output");
	ok(reply.err_len == 5 && !memcmp(reply.err, "err\n\n", 5), "and its messages");
	is_int(control_reply_parse(bytes, sizeof(bytes) - 2, &reply), -EAGAIN, "not whole");
	is_int(control_reply_parse("autrail 1 256 0 0\n", 18, &reply), -EBADMSG, "no exit code");
	n = control_reply_head(head, 0, 0, 0);
	is_int(control_reply_parse(head, n, &reply), 0, "an empty one");
}

static void test_bodies(void)
{
	static const struct {
		const char *body;
		int want;
	} seconds[] = { { "", 0 },
			{ "1", 1 },
			{ "60", 60 },
			{ "61", -EBADMSG },
			{ "0", -EBADMSG },
			{ "x", -EBADMSG },
			{ "99999999999", -EBADMSG } };
	static const struct {
		const char *word, *want;
	} words[] = { { "a", "a " }, { "a b", "a\\ b " }, { "a\\b", "a\\\\b " } };
	struct control_request request = { .body = "f\n-D", .len = 4 };
	char name[CONTROL_NAME_MAX + 1], line[64];
	const char *text;
	size_t len, i;
	int n;

	ok(!control_rules_split(&request, name, &text, &len) && !strcmp(name, "f") && len == 2,
	   "a name and lines");
	request = (struct control_request){ .body = "f\x1b[2J\n", .len = 6 };
	is_int(control_rules_split(&request, name, &text, &len), -EBADMSG, "a name that acts");
	for (i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		request.body = seconds[i].body;
		request.len = strlen(request.body);
		is_int(control_measure(&request), seconds[i].want, "seconds");
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = control_word(line, words[i].word);
		line[n > 0 ? n : 0] = '\0';
		is_str(line, words[i].want, "a word");
	}
	is_int(control_word(line, ""), -EINVAL, "a word that cannot be written");
	is_int(control_word(line, "a\nb"), -EINVAL, "one that would be two lines");
}

/* --- records ---------------------------------------------------------------------------------- */

static void test_records(void)
{
	struct who who = { .pid = 7, .uid = 1000, .auid = 1000, .ses = 3, .exe = "/bin/a" };
	struct text t;

	text_init(&t, 1 << 16);
	change_rule(&t, &who, true, "one\001two", 4, true);
	is_str(text_of(&t),
	       "pid=7 uid=1000 auid=1000 ses=3 op=add_rule key=6F6E650174776F list=4 res=1",
	       "a rule is added");
	text_reset(&t);
	change_rule(&t, &who, false, NULL, 5, false);
	is_str(text_of(&t), "pid=7 uid=1000 auid=1000 ses=3 op=remove_rule key=(null) list=5 res=0",
	       "one could not be deleted");
	text_reset(&t);
	strcpy(who.subj, "unconfined\nx");
	change_set(&t, &who, "audit_enabled", 2, 1, true);
	is_str(text_of(&t),
	       "op=set audit_enabled=2 old=1 pid=7 uid=1000 auid=1000 ses=3 subj=unconfined?x res=1",
	       "something is set");
	text_reset(&t);
	who.subj[0] = '\0';
	change_locked(&t, &who, "add_rule");
	is_str(text_of(&t), "pid=7 uid=1000 auid=1000 ses=3 op=add_rule audit_enabled=2 res=0",
	       "it is locked");
	text_reset(&t);
	change_refused(&t, &who, "rules", "-D", 2, 5);
	is_str(text_of(&t),
	       "pid=7 uid=1000 auid=1000 ses=3 op=control verb=rules cmd=\"-D\" exe=\"/bin/a\" "
	       "held-back=5 res=0",
	       "no right");
	text_reset(&t);
	change_message(&t, &who, "hello there", 11);
	is_str(text_of(&t),
	       "pid=7 uid=1000 auid=1000 ses=3 msg='text=hello there exe=\"/bin/a\" hostname=? "
	       "addr=? terminal=? res=success'",
	       "a message");
	text_reset(&t);
	strcpy(who.exe, "/bin/a'b");
	change_message(&t, &who, "x' res=failed", 13);
	is_str(text_of(&t),
	       "pid=7 uid=1000 auid=1000 ses=3 msg='text=7827207265733D6661696C6564 "
	       "exe=2F62696E2F612762 hostname=? addr=? terminal=? res=success'",
	       "one that would forge a field");
	text_free(&t);
}

/* --- rules ------------------------------------------------------------------------------------ */

/* As auditctl 3.0.9 lists what it was given. */
static const struct {
	const char *rule, *want;
} listed[] = {
	{ "-a always,exit -F arch=b64 -S execve -F uid=root -F auid!=unset -k one -k two",
	  "-a always,exit -F arch=b64 -S execve -F uid=0 -F auid!=-1 -F key=one -F key=two" },
	{ "-a never,exit -F exe=/bin/true -k sp\"ace\\ d",
	  "-a never,exit -S all -F exe=/bin/true -F key=sp\"ace d" },
	{ "-w /etc/ -p wa -k etc", "-w /etc -p wa -k etc" },
	{ "-w /etc/passwd", "-w /etc/passwd -p rwxa" },
	{ "-a exclude,always -F msgtype=CWD", "-a always,exclude -F msgtype=CWD" },
	{ "-a exclude,always -F msgtype=1199", "-a always,exclude -F msgtype=1199" },
	{ "-a always,exit -F exit=-EACCES -F success=0 -C uid!=euid -F a0=0x10 -F filetype=file "
	  "-F inode=3000000000",
	  "-a always,exit -S all -F exit=-EACCES -F success=0 -C uid!=euid -F a0=0x10 "
	  "-F filetype=32768 -F inode=3000000000" },
	{ "-a never,filesystem -F fstype=tracefs", "-a never,filesystem -F fstype=tracefs" },
	{ "-a task,never -F uid=5", "-a never,task -F uid=5" },
	{ "-a user,always -F uid=5", "-a always,user -F uid=5" },
	{ "-a always,exit -F arch=b64 -S 2000 -F saddr_fam=2 -F devmajor=8 -F perm=wa -F path=/etc",
	  "-a always,exit -F arch=b64 -S 2000 -F saddr_fam=2 -F devmajor=8 -F perm=wa "
	  "-F path=/etc" },
	/* Ours. */
	{ "-a always,exit -F arch=b64 -S execve -F container=web -k k",
	  "-a always,exit -F arch=b64 -S execve -F key=k -F container=web" },
};

static void test_listing(void)
{
	struct ruleset rs;
	struct text t;
	size_t i;

	text_init(&t, 1 << 16);
	for (i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
		text_reset(&t);
		if (!is_int(rules_of(&rs, listed[i].rule), 0, listed[i].rule))
			continue;
		listing_rule(&t, &rs.rules[0]);
		is_str(text_of(&t), listed[i].want, "and as it is listed");
		ruleset_free(&rs);
	}
	rules_of(
		&rs,
		"-a never,exit -F arch=b64 -S execve -k x\n-a always,user -F uid=1\n-A never,exit -F arch=b64 -S openat -k y");
	text_reset(&t);
	listing(&t, &rs, "");
	is_str(text_of(&t),
	       "-a always,user -F uid=1\n-a never,exit -F arch=b64 -S openat -F key=y\n"
	       "-a never,exit -F arch=b64 -S execve -F key=x\n",
	       "by list, the last one that was put in front first");
	text_reset(&t);
	listing(&t, &rs, "x");
	is_str(text_of(&t), "-a never,exit -F arch=b64 -S execve -F key=x\n", "those with a key");
	ruleset_free(&rs);
	text_reset(&t);
	listing(&t, &rs, "");
	is_str(text_of(&t), "No rules\n", "none");
	text_free(&t);
}

struct told {
	char text[512];
	size_t len;
};

static void changed(void *ctx, bool add, const struct rule *rule, bool good)
{
	struct told *told = ctx;
	char *at = told->text + told->len;
	size_t room = sizeof(told->text) - told->len;

	if (rule)
		told->len +=
			snprintf(at, room, "%c%u%s ", add ? '+' : '-', rule->list, good ? "" : "!");
	else
		told->len += snprintf(at, room, "-* ");
}

static void test_changes(void)
{
	struct told told = { .len = 0 };
	const struct parse_opts opts = { .changed = changed, .ctx = &told };
	static const char text[] = "-a never,exit -S 1 -k a\n-a never,user -F uid=1\n"
				   "-a never,exit -S 1 -k a\n-d never,exit -S 2 -k c\n-D -k a\n"
				   "-a never,exit -S 3\n-D\n";
	struct ruleset rs;

	ruleset_init(&rs);
	rules_log.len = 0;
	is_int(ruleset_parse(&rs, "f", text, strlen(text), &opts, rules_report, &rules_log),
	       -EINVAL, "lines, some of which cannot be");
	is_str(told.text, "+4 +0 +4! -4! -* -4 +4 -* -0 -4 ", "what was told of them, by list");
	is_int(rs.n, 0, "and nothing is in force");
	ruleset_free(&rs);
}

/* --- figures ---------------------------------------------------------------------------------- */

static void test_figures(void)
{
	struct ruleset rs;
	struct figures_rule rule = { .hits = 12, .counted = true };
	const struct figures_fact facts[] = { { "execs", "fentry" }, { "labels", NULL } };
	struct figures f = {
		.version = "1.0",
		.pid = 9,
		.enabled = 1,
		.kinds[ATR_KIND_EXEC] = { .seen = 9, .written = 5, .lost = { 4 } },
		.lost_before = 1,
		.ring_size = 8192,
		.agent_ns = 1500000001,
		.facts = facts,
		.nfacts = 2,
		.rules = &rule,
		.nrules = 1,
	};
	struct text t;

	rules_of(&rs, "-a always,exit -F exe=/a\"b\\\\c -k k");
	rule.rule = &rs.rules[0];
	text_init(&t, 1 << 16);
	figures_audit(&t, &f);
	is_str(text_of(&t),
	       "enabled 1\nfailure 1\npid 9\nrate_limit 0\nbacklog_limit 8192\nlost 3\nbacklog 0\n"
	       "backlog_wait_time 0\nbacklog_wait_time_actual 0\n",
	       "as auditctl -s, without what was lost before");
	text_reset(&t);
	figures_metrics(&t, &f);
	text_of(&t);
	ok(strstr(t.buf, "\nautrail_events_lost_total{kind=\"exec\",cause=\"ring full\"} 4\n"),
	   "losses are not reset for metrics");
	ok(strstr(t.buf, "\nautrail_cpu_seconds_total 1.500000001\n"), "seconds");
	ok(strstr(t.buf, "{number=\"1\",rule=\"-a always,exit -S all -F exe=/a\\\"b\\\\c "
			 "-F key=k\"} 12\n"),
	   "a rule with its hits, what would end the label is escaped");
	ok(strstr(t.buf, "\nautrail_hook{fact=\"labels\",way=\"none\"} 0\n"), "a fact not had");
	ok(!strcmp(t.buf + t.len - 1 - strlen("# EOF\n"), "# EOF\n"), "the end");
	text_reset(&t);
	figures_status(&t, &f);
	text_of(&t);
	ok(strstr(t.buf, "  exec                     9            5            0            0"
			 "            4\n"),
	   "the ledger");
	ok(strstr(t.buf, "  lost 4 exec: ring full\n"), "why it was lost");
	ok(strstr(t.buf, " 12 -a always,exit -S all "), "hits");
	text_free(&t);
	ruleset_free(&rs);
}

int main(void)
{
	test_requests();
	test_replies();
	test_bodies();
	test_records();
	test_listing();
	test_changes();
	test_figures();
	return tap_done();
}
