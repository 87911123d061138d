// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's configuration: what lines come to, and what is said of bad ones. */
#include <errno.h>
#include <limits.h>

#include "tests/unit/conf.h"

static void test_good(void)
{
	static const struct {
		const char *text, *key, *want;
	} rows[] = {
		{ "log_file = /var/log/x.log", "log_file", "/var/log/x.log" },
		{ "LOG_FILE = /Var/Log/X.log", "log_file", "/Var/Log/X.log" },
		{ "log_file=/x", "log_file", "/x" },
		{ "  log_file\t=\t/x\t ", "log_file", "/x" },
		{ "log_file = /a=b", "log_file", "/a=b" },
		{ "log_file = /a#b", "log_file", "/a#b" },
		{ "# freq = 7\n  # freq = 8\n\t\n\nfreq = 9", "freq", "9" },
		{ "freq = 007", "freq", "7" },
		{ "freq = 2147483647", "freq", "2147483647" },
		{ "freq = 0\nflush = none", "freq", "0" },
		{ "freq = 1\nfreq = 2", "freq", "2" },
		{ "write_logs = NO", "write_logs", "no" },
		{ "write_logs = Yes", "write_logs", "yes" },
		{ "log_format = RAW", "log_format", "raw" },
		{ "log_format = Enriched", "log_format", "enriched" },
		{ "log_format = NOLOG", "log_format", "raw" },
		{ "log_format = NOLOG", "write_logs", "no" },
		{ "log_format = NOLOG\nwrite_logs = yes", "write_logs", "no" },
		{ "log_group = adm", "log_group", "adm" },
		{ "log_group = 4", "log_group", "4" },
		{ "log_group = 4294967294", "log_group", "4294967294" },
		{ "flush = SYNC", "flush", "sync" },
		{ "flush = data", "flush", "data" },
		{ "flush = Incremental", "flush", "incremental" },
		{ "flush = NONE", "flush", "none" },
		{ "num_logs = 999", "num_logs", "999" },
		{ "num_logs = 0", "num_logs", "0" },
		{ "max_log_file = 1", "max_log_file", "1" },
		{ "max_log_file_action = keep_logs", "max_log_file_action", "keep_logs" },
		{ "max_log_file_action = exec /usr/bin/x", "max_log_file_action",
		  "exec /usr/bin/x" },
		{ "name_format = hostname", "name_format", "hostname" },
		{ "name_format = FQD", "name_format", "fqd" },
		{ "name_format = numeric", "name_format", "numeric" },
		{ "name_format = user\nname = db-1.example", "name", "db-1.example" },
		{ "name = db-1\nname_format = USER", "name_format", "user" },
		{ "space_left = 5%\nadmin_space_left = 1%", "space_left", "5%" },
		{ "space_left = 99%\nadmin_space_left = 98%", "admin_space_left", "98%" },
		{ "space_left = 10%", "admin_space_left", "50" },
		{ "space_left = 51", "space_left", "51" },
		{ "admin_space_left = 0", "admin_space_left", "0" },
		{ "space_left_action = email", "space_left_action", "email" },
		{ "space_left_action = EXEC /Path/To", "space_left_action", "exec /Path/To" },
		{ "space_left_action = exec /a\nspace_left_action = exec /b", "space_left_action",
		  "exec /b" },
		{ "space_left_action = exec /a\nspace_left_action = halt", "space_left_action",
		  "halt" },
		{ "space_left_action = syslog /a", "space_left_action", "syslog" },
		{ "admin_space_left_action = single", "admin_space_left_action", "single" },
		{ "disk_full_action = rotate", "disk_full_action", "rotate" },
		{ "disk_error_action = ignore", "disk_error_action", "ignore" },
		{ "action_mail_acct = root@example.org", "action_mail_acct", "root@example.org" },
		{ "action_mail_acct = a+b\nverify_email = no", "action_mail_acct", "a+b" },
		{ "priority_boost = 0", "priority_boost", "0" },
		{ "q_depth = 99999", "q_depth", "99999" },
		{ "overflow_action = single", "overflow_action", "single" },
		{ "max_restarts = 0", "max_restarts", "0" },
		{ "plugin_dir = /etc/audit/plugins.d/", "plugin_dir", "/etc/audit/plugins.d/" },
		{ "rules = /a", "rules", "/a" },
		{ "rules = /a\nRULES = /b\nrules = /a", "rules", "/a /b /a" },
		{ "ring_size = 65536", "ring_size", "64K" },
		{ "ring_size = 16m", "ring_size", "16M" },
		{ "ring_size = 1024M", "ring_size", "1024M" },
		{ "ring_size = 128K", "ring_size", "128K" },
		{ "pin = no", "pin", "no" },
		{ "control_group = wheel", "control_group", "wheel" },
		{ "metrics_file = /run/m", "metrics_file", "/run/m" },
		{ "hooks = KPROBE", "hooks", "kprobe" },
		{ "failed_execs = no\nlogins = no", "failed_execs", "no" },
		{ "tty_audit = disable=* enable=root,1000:2000 log_passwd", "tty_audit",
		  "disable=* enable=root enable=1000:2000 log_passwd" },
		{ "tty_audit = enable=a\ntty_audit=enable=b open_only", "tty_audit",
		  "enable=b open_only" },
		{ "exact = yes\nkernel_audit = yes", "kernel_audit", "yes" },
		{ "freq = 9 \n", "freq", "9" },
		{ "freq = 9\n\n\n", "freq", "9" },
	};
	struct said said;
	struct conf c;
	unsigned int i;

	for (i = 0; i < COUNT(rows); i++) {
		if (!ok(!parse(&c, rows[i].text, &said), "taken: %s", rows[i].text)) {
			tap_note("%s", said.text);
			continue;
		}
		is_str(value_of(key_of(rows[i].key), &c), rows[i].want, rows[i].key);
		is_int(said.errors, 0, "and nothing is wrong");
		conf_free(&c);
	}
}

#define ACTIONS "ignore, syslog, rotate, email, exec PATH, suspend, single or halt"

struct wrong {
	const char *text, *where, *what;
};

static void check_wrong(const struct wrong *rows, size_t n)
{
	struct conf c, zero;
	char want[1024];
	struct said said;
	size_t i;

	memset(&zero, 0, sizeof(zero));
	for (i = 0; i < n; i++) {
		memset(&c, 0, sizeof(c));
		is_int(parse(&c, rows[i].text, &said), -EINVAL, "refused");
		snprintf(want, sizeof(want), "%s: error: %s\n", rows[i].where, rows[i].what);
		is_str(said.text, want, rows[i].text);
		ok(!memcmp(&c, &zero, sizeof(c)), "and the structure is as it was");
	}
}

static void test_wrong_lines(void)
{
	static const struct wrong rows[] = {
		{ "freq 50", "1:5", "no `=` behind `freq`" },
		{ "freq", "1:5", "no `=` behind `freq`" },
		{ "  freq 50", "1:7", "no `=` behind `freq`" },
		{ "= 50", "1:1", "no key before the `=`" },
		{ "  = 50", "1:3", "no key before the `=`" },
		{ "freq =", "1:7", "no value: freq takes a number from 0 to 2147483647" },
		{ "freq =  ", "1:9", "no value: freq takes a number from 0 to 2147483647" },
		{ "num_logs=", "1:10", "no value: num_logs takes a number from 0 to 999" },
		{ "freq = = 5", "1:10", "`5` is one word too many for freq" },
		{ "freq = 5 6", "1:10", "`6` is one word too many for freq" },
		{ "freq = 5 # often", "1:10", "a comment has to stand on a line of its own" },
		{ "tty_audit = enable=a,5:x", "1:24",
		  "`x` is no number: a pattern with `:` is a range of uids" },
		{ "tty_audit = enable=a nothing", "1:22",
		  "`nothing` is not possible: enable=PATTERNS, disable=PATTERNS, open_only and "
		  "log_passwd are" },
		{ "tty_audit = disable=", "1:21",
		  "a pattern is missing here: the name of a user, which may have *, ? and [...], or a "
		  "range of uids" },
		{ "frequency = 5", "1:1",
		  "unknown key `frequency`: autrail.conf(5) lists those there are" },
		{ "\n\n  freqq = 5", "3:3", "unknown key `freqq`: is freq meant?" },
		{ "space_lef = 5", "1:1", "unknown key `space_lef`: is space_left meant?" },
		{ "admin-space-left = 5", "1:1",
		  "unknown key `admin-space-left`: is admin_space_left meant?" },
		{ "ten = 5", "1:1", "unknown key `ten`: autrail.conf(5) lists those there are" },
		{ "Flash = none", "1:1", "unknown key `Flash`: is flush meant?" },
		{ "log_file = /a b", "1:15", "`b` is one word too many for log_file" },
		{ "space_left_action = exec /a b", "1:29",
		  "`b` is one word too many for space_left_action" },
		{ "name = a\x1b[0m", "1:9", "a control character (0x1b)" },
	};

	check_wrong(rows, COUNT(rows));
}

static void test_wrong_numbers(void)
{
	static const struct wrong rows[] = {
		{ "freq = many", "1:8",
		  "`many` is not a number: freq takes a number from 0 to 2147483647" },
		{ "freq = -1", "1:8",
		  "`-1` is not a number: freq takes a number from 0 to 2147483647" },
		{ "freq = +1", "1:8",
		  "`+1` is not a number: freq takes a number from 0 to 2147483647" },
		{ "freq = 0x10", "1:8",
		  "`0x10` is not a number: freq takes a number from 0 to 2147483647" },
		{ "freq = 5k", "1:8",
		  "`5k` is not a number: freq takes a number from 0 to 2147483647" },
		{ "freq = 2147483648", "1:8",
		  "`2147483648` is out of range: freq takes a number from 0 to 2147483647" },
		{ "num_logs = 1000", "1:12",
		  "`1000` is out of range: num_logs takes a number from 0 to 999" },
		{ "num_logs = 18446744073709551617", "1:12",
		  "`18446744073709551617` is out of range: num_logs takes a number from 0 to 999" },
		{ "max_log_file = 0", "1:16",
		  "`0` is out of range: max_log_file takes a number from 1 to 1048576" },
		{ "q_depth = 100000", "1:11",
		  "`100000` is out of range: q_depth takes a number from 1 to 99999" },
		{ "log_group = 4x", "1:13",
		  "`4x` is not a number: log_group takes the name of a group, or its number" },
		{ "log_group = 4294967295", "1:13",
		  "`4294967295` is out of range: log_group takes the name of a group, or its "
		  "number" },
		{ "space_left = 100%", "1:14",
		  "`100%` is out of range: space_left takes a number of MiB, or 1% to 99%" },
		{ "space_left = 0%", "1:14",
		  "`0%` is out of range: space_left takes a number of MiB, or 1% to 99%" },
		{ "space_left = %", "1:14",
		  "`%` is not a number, with or without %: space_left takes a number of MiB, or 1% "
		  "to 99%" },
		{ "space_left = 5%%", "1:14",
		  "`5%%` is not a number, with or without %: space_left takes a number of MiB, or "
		  "1% to 99%" },
		{ "space_left = 75M", "1:14",
		  "`75M` is not a number, with or without %: space_left takes a number of MiB, or "
		  "1% to 99%" },
		{ "ring_size = 3M", "1:13",
		  "`3M` is not a power of two: ring_size takes a power of two from 64K to 1024M" },
		{ "ring_size = 32K", "1:13",
		  "`32K` is out of range: ring_size takes a power of two from 64K to 1024M" },
		{ "ring_size = 2048M", "1:13",
		  "`2048M` is out of range: ring_size takes a power of two from 64K to 1024M" },
		{ "ring_size = 1G", "1:13",
		  "`1G` has something else than K or M behind the number: ring_size takes a power "
		  "of two from 64K to 1024M" },
		{ "ring_size = 0", "1:13",
		  "`0` is out of range: ring_size takes a power of two from 64K to 1024M" },
	};

	check_wrong(rows, COUNT(rows));
}

static void test_wrong_words(void)
{
	static const struct wrong rows[] = {
		{ "write_logs = maybe", "1:14",
		  "`maybe` is not possible: write_logs takes yes or no" },
		{ "write_logs = true", "1:14",
		  "`true` is not possible: write_logs takes yes or no" },
		{ "log_format = json", "1:14",
		  "`json` is not possible: log_format takes raw, enriched or nolog" },
		{ "flush = often", "1:9",
		  "`often` is not possible: flush takes none, incremental, incremental_async, data "
		  "or sync" },
		{ "name_format = ip", "1:15",
		  "`ip` is not possible: name_format takes none, hostname, fqd, numeric or user" },
		{ "hooks = lsm", "1:9",
		  "`lsm` is not possible: hooks takes auto, fentry, kprobe, tracepoint or uprobe" },
		{ "log_file = audit.log", "1:12",
		  "`audit.log` is a relative path: log_file takes an absolute one" },
		{ "log_file = ./a", "1:12",
		  "`./a` is a relative path: log_file takes an absolute one" },
		{ "log_file = /var/log/", "1:12",
		  "`/var/log/` is a directory: log_file takes the path of a file" },
		{ "log_file = \"/a\"", "1:12",
		  "`\"/a\"` is a relative path: log_file takes an absolute one" },
		{ "plugin_dir = plugins.d", "1:14",
		  "`plugins.d` is a relative path: plugin_dir takes an absolute one" },
		{ "rules = a.rules", "1:9",
		  "`a.rules` is a relative path: rules takes an absolute one" },
		{ "space_left_action = exec", "1:21",
		  "exec of what? The path of a program has to follow" },
		{ "space_left_action = exec run.sh", "1:26",
		  "`run.sh` is a relative path: space_left_action takes an absolute one" },
		{ "space_left_action = panic", "1:21",
		  "`panic` is not possible: space_left_action takes " ACTIONS },
		{ "admin_space_left_action = keep_logs", "1:27",
		  "`keep_logs` is not possible: admin_space_left_action takes " ACTIONS },
		{ "max_log_file_action = halt", "1:23",
		  "`halt` is not possible: max_log_file_action takes ignore, syslog, rotate, "
		  "keep_logs, exec PATH or suspend" },
		{ "disk_full_action = email", "1:20",
		  "`email` is not possible: disk_full_action takes ignore, syslog, rotate, exec "
		  "PATH, suspend, single or halt" },
		{ "disk_error_action = rotate", "1:21",
		  "`rotate` is not possible: disk_error_action takes ignore, syslog, exec PATH, "
		  "suspend, single or halt" },
		{ "overflow_action = exec /a", "1:19",
		  "`exec` is not possible: overflow_action takes ignore, syslog, suspend, single "
		  "or halt" },
	};

	check_wrong(rows, COUNT(rows));
}

static void test_wrong_together(void)
{
	static const struct wrong rows[] = {
		{ "space_left = 50", "1:1",
		  "admin_space_left, 50, has to be below space_left, 50" },
		{ "admin_space_left = 75", "1:1",
		  "admin_space_left, 75, has to be below space_left, 75" },
		{ "admin_space_left = 9%\nspace_left = 5%", "2:1",
		  "admin_space_left, 9%, has to be below space_left, 5%" },
		{ "space_left = 0\nadmin_space_left = 0", "2:1",
		  "admin_space_left, 0, has to be below space_left, 0" },
		{ "freq = 0", "1:1",
		  "flush = incremental_async with freq = 0 flushes never: freq has to be at least "
		  "1" },
		{ "freq = 0\nflush = incremental", "2:1",
		  "flush = incremental with freq = 0 flushes never: freq has to be at least 1" },
		{ "name_format = user", "1:1",
		  "name_format = user takes the key name, and there is none" },
		{ "name = caf\xc3\xa9", "1:1",
		  "`caf\xc3\xa9` cannot stand in records: letters, digits and signs can" },
		{ "action_mail_acct = x", "1:1",
		  "`x` is no address: it is too short (verify_email = no takes any)" },
		{ "action_mail_acct = a@b", "1:1",
		  "`a@b` is no address: it has no . behind the @ (verify_email = no takes any)" },
		{ "action_mail_acct = a+b@c.d", "1:1",
		  "`a+b@c.d` is no address: it has something else than letters, digits and @ . - _ "
		  "(verify_email = no takes any)" },
		{ "metrics_file = /var/log/autrail/audit.log", "1:1",
		  "log_file and metrics_file are the same file, /var/log/autrail/audit.log" },
	};

	check_wrong(rows, COUNT(rows));
}

static void test_warnings(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "freq = 5\nfreq = 6",
		  "2:1: warning: freq is set in line 1 already: this one counts\n" },
		{ "rules = /a\nrules = /b", "" },
		{ "space_left_action = halt /a",
		  "1:26: warning: `/a` has no meaning behind halt: only exec takes more\n" },
		{ "flush = sync", "" },
		{ "flush = sync\nfreq = 7",
		  "2:1: warning: freq has no meaning with flush = sync\n" },
		{ "num_logs = 1",
		  "1:1: warning: max_log_file_action = rotate with num_logs = 1 rotates "
		  "nothing: the log grows without end\n" },
		{ "num_logs = 1\nmax_log_file_action = ignore", "" },
		{ "log_format = nolog", "1:1: warning: log_format = nolog is an older word for "
					"write_logs = no, and counts\n" },
		{ "local_events = yes", "" },
		{ "local_events = no",
		  "1:1: warning: local_events = no has no effect: there are no others\n" },
		{ "transport = TCP\ntransport = KRB5",
		  "1:1: warning: transport has no effect: records do not come from the network\n"
		  "2:1: warning: transport is set in line 1 already: this one counts\n" },
	};
	struct said said;
	struct conf c;
	unsigned int i;

	for (i = 0; i < COUNT(rows); i++) {
		is_int(parse(&c, rows[i].text, &said), 0, "taken, with a warning or not");
		is_str(said.text, rows[i].want, rows[i].text);
		conf_free(&c);
	}
}

static void test_every_mistake(void)
{
	static const char text[] = "freq = x\n"
				   "no such line\n"
				   "space_left = 10\n"
				   "admin_space_left = 20\n"
				   "plugin_dir = here\n"
				   "q_depth = 7\n"
				   "hooks = none\n";
	/* Line 2 may have been anything; space_left and its like were told, all the same. */
	static const char want[] =
		"1:8: error: `x` is not a number: freq takes a number from 0 to 2147483647\n"
		"2:3: error: no `=` behind `no`\n"
		"5:14: error: `here` is a relative path: plugin_dir takes an absolute one\n"
		"7:9: error: `none` is not possible: hooks takes auto, fentry, kprobe, "
		"tracepoint or uprobe\n"
		"4:1: error: admin_space_left, 20, has to be below space_left, 10\n";
	struct said said;
	struct conf c;

	is_int(parse(&c, text, &said), -EINVAL, "a file with five mistakes");
	is_str(said.text, want, "each is told");
	is_int(parse(&c, "space_lef = 100\nadmin_space_left = 80", &said), -EINVAL,
	       "a slip of a key");
	is_int(said.errors, 1, "is not taken for two mistakes");
	is_int(parse(&c, "space_left 100\nadmin_space_left = 80", &said), -EINVAL, "no `=`");
	is_int(said.errors, 1, "is one mistake, too");
	is_int(parse_bytes(&c, "freq = 1\0", 9, &said), -EINVAL, "a NUL");
	is_str(said.text, "1:9: error: a control character (0x00)\n", "is told");
	is_int(parse(&c, "freq = 5\r\nnum_logs = 5\r", &said), -EINVAL,
	       "the line ends of another system");
	is_str(said.text,
	       "1:9: error: a control character (0x0d): lines end with a newline alone\n"
	       "2:13: error: a control character (0x0d): lines end with a newline alone\n",
	       "are told, each");
	is_int(parse(&c, "tcp_listen_port = 0\ntcp_client_ports = 5-", &said), -EINVAL,
	       "what has no effect is checked");
	is_str(said.text,
	       "1:1: warning: tcp_listen_port has no effect: records do not come from the network\n"
	       "1:19: error: `0` is out of range: tcp_listen_port takes a number from 1 to 65535\n"
	       "2:1: warning: tcp_client_ports has no effect: records do not come from the "
	       "network\n"
	       "2:20: error: `5-` is not a port: tcp_client_ports takes a port up to 65535, or two "
	       "with - between\n",
	       "and told");
	is_int(conf_parse(&c, "a.conf", "freq = x", 8, NULL, NULL), -EINVAL, "with nobody to tell");
}

static void test_long(void)
{
	static char text[20000];
	struct said said;
	struct conf c;

	memset(text, 'a', sizeof(text) - 1);
	memcpy(text, "log_file = /", 12);
	is_int(parse(&c, text, &said), -EINVAL, "a line that is too long");
	is_str(said.text, "1:8192: error: a line of 19999 bytes: at most 8191 are taken\n",
	       "is told");
	text[12 + 4095] = '\0';
	is_int(parse(&c, text, &said), -EINVAL, "a path that is too long");
	is_str(said.text, "1:12: error: a path of 4096 bytes: log_file takes one of at most 4095\n",
	       "is told");
	text[12 + 4094] = '\0';
	is_int(parse(&c, text, &said), 0, "a path of PATH_MAX - 1 bytes");
	conf_free(&c);
	memcpy(text, "control_socket = /", 18);
	text[18 + 107] = '\0';
	is_int(parse(&c, text, &said), -EINVAL, "a socket that no address has room for");
	text[0] = '#';
	memset(text + 1, '#', sizeof(text) - 2);
	is_int(parse(&c, text, &said), 0, "a comment may be as long as it likes");
	conf_free(&c);
}

/* As auditd comes with it, put in words of our own. */
static void test_auditd(void)
{
	static const char text[] = "# What auditd has\n"
				   "#\n"
				   "\n"
				   "local_events = yes\n"
				   "write_logs = yes\n"
				   "log_file = /var/log/audit/audit.log\n"
				   "log_group = adm\n"
				   "log_format = ENRICHED\n"
				   "flush = INCREMENTAL_ASYNC\n"
				   "freq = 50\n"
				   "max_log_file = 8\n"
				   "num_logs = 5\n"
				   "priority_boost = 4\n"
				   "name_format = NONE\n"
				   "##name = mydomain\n"
				   "max_log_file_action = ROTATE\n"
				   "space_left = 75\n"
				   "space_left_action = SYSLOG\n"
				   "verify_email = yes\n"
				   "action_mail_acct = root\n"
				   "admin_space_left = 50\n"
				   "admin_space_left_action = SUSPEND\n"
				   "disk_full_action = SUSPEND\n"
				   "disk_error_action = SUSPEND\n"
				   "use_libwrap = yes\n"
				   "##tcp_listen_port = 60\n"
				   "tcp_listen_queue = 5\n"
				   "tcp_max_per_addr = 1\n"
				   "##tcp_client_ports = 1024-65535\n"
				   "tcp_client_max_idle = 0\n"
				   "transport = TCP\n"
				   "krb5_principal = auditd\n"
				   "##krb5_key_file = /etc/audit/audit.key\n"
				   "distribute_network = no\n"
				   "q_depth = 2000\n"
				   "overflow_action = SYSLOG\n"
				   "max_restarts = 10\n"
				   "plugin_dir = /etc/audit/plugins.d\n"
				   "end_of_event_timeout = 2\n";
	const struct conf_key *key;
	struct conf c, defaults;
	char want[4096];
	struct said said;
	size_t i;

	is_int(parse(&c, text, &said), 0, "auditd.conf as it is shipped");
	is_int(said.errors, 0, "no error");
	is_int(said.warnings, 8, "a warning for each key that has no effect");
	is_str(c.log_file, "/var/log/audit/audit.log", "its log");
	is_str(c.plugin_dir, "/etc/audit/plugins.d", "its plugins");
	is_str(c.log_group, "adm", "its group");
	is_int(c.q_depth, 2000, "its queue");
	is_int(conf_parse(&defaults, "none", "", 0, note, &said), 0, "an empty file");
	for (i = 0; i < conf_schema.n; i++) {
		key = &conf_schema.keys[i];
		if (key->offset == CONF_NOWHERE || !strcmp(key->name, "log_file") ||
		    !strcmp(key->name, "plugin_dir") || !strcmp(key->name, "log_group") ||
		    !strcmp(key->name, "q_depth"))
			continue;
		snprintf(want, sizeof(want), "%s", value_of(key, &c));
		is_str(value_of(key, &defaults), want, key->name);
	}
	conf_free(&c);
	conf_free(&defaults);
	conf_free(NULL);
}

static void test_space(void)
{
	static const struct {
		struct conf_space space;
		unsigned long long total, want;
	} rows[] = {
		{ { 75, false }, 0, 75ULL << 20 },
		{ { 25, true }, 2ULL << 30, 511ULL << 20 },
		{ { 1, true }, 1 << 20, 0 },
		{ { 99, true }, ULLONG_MAX, ULLONG_MAX / 100 * 99 >> 20 << 20 },
		{ { UINT_MAX, false }, 0, (unsigned long long)UINT_MAX << 20 },
	};
	unsigned int i;

	for (i = 0; i < COUNT(rows); i++)
		is_int(conf_space_bytes(&rows[i].space, rows[i].total), rows[i].want, "space");
}

int main(void)
{
	test_good();
	test_wrong_lines();
	test_wrong_numbers();
	test_wrong_words();
	test_wrong_together();
	test_warnings();
	test_every_mistake();
	test_long();
	test_auditd();
	test_space();
	return tap_done();
}
