// SPDX-License-Identifier: GPL-2.0-or-later
/* The keys of autrail.conf, a row each. Tests hold the manual page against them, key by key. */
#include "user/conf/conf.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/un.h>

const char *const conf_acts[] = {
	[CONF_IGNORE] = "ignore",   [CONF_SYSLOG] = "syslog",
	[CONF_ROTATE] = "rotate",   [CONF_KEEP_LOGS] = "keep_logs",
	[CONF_EMAIL] = "email",	    [CONF_EXEC] = "exec",
	[CONF_SUSPEND] = "suspend", [CONF_SINGLE] = "single",
	[CONF_HALT] = "halt",	    NULL,
};

const char *const conf_log_formats[] = {
	[CONF_RAW] = "raw",
	[CONF_ENRICHED] = "enriched",
	[CONF_NOLOG] = "nolog",
	NULL,
};

const char *const conf_flushes[] = {
	[CONF_FLUSH_NONE] = "none",
	[CONF_FLUSH_INCREMENTAL] = "incremental",
	[CONF_FLUSH_INCREMENTAL_ASYNC] = "incremental_async",
	[CONF_FLUSH_DATA] = "data",
	[CONF_FLUSH_SYNC] = "sync",
	NULL,
};

const char *const conf_name_formats[] = {
	[CONF_NAME_NONE] = "none",	 [CONF_NAME_HOSTNAME] = "hostname", [CONF_NAME_FQD] = "fqd",
	[CONF_NAME_NUMERIC] = "numeric", [CONF_NAME_USER] = "user",	    NULL,
};

const char *const conf_hook_ways[] = {
	[CONF_HOOKS_AUTO] = "auto",	[CONF_HOOKS_FENTRY] = "fentry",
	[CONF_HOOKS_KPROBE] = "kprobe", [CONF_HOOKS_TRACEPOINT] = "tracepoint",
	[CONF_HOOKS_UPROBE] = "uprobe", NULL,
};

static const char *const transports[] = { "tcp", "krb5", NULL };

/* clang-format off */
#define BIT(act)   (1U << CONF_##act)
#define ANYWHERE   (BIT(IGNORE) | BIT(SYSLOG) | BIT(SUSPEND))
#define STOPS	   (BIT(SINGLE) | BIT(HALT))
/*
 * Which actions a key takes, as auditd.conf(5) has them: email is not for a disk that is full or
 * has errors, keep_logs for a log that is large enough alone.
 */
#define SPACE_ACTS (ANYWHERE | STOPS | BIT(ROTATE) | BIT(EMAIL) | BIT(EXEC))
#define FULL_ACTS  (ANYWHERE | STOPS | BIT(ROTATE) | BIT(EXEC))
#define ERROR_ACTS (ANYWHERE | STOPS | BIT(EXEC))
#define SIZE_ACTS  (ANYWHERE | BIT(ROTATE) | BIT(KEEP_LOGS) | BIT(EXEC))
#define QUEUE_ACTS (ANYWHERE | STOPS)

#define AT(field)      .offset = offsetof(struct conf, field)
#define NUMBER(lo, hi) .type = CONF_NUMBER, .min = lo, .max = hi
#define WORD(list)     .type = CONF_WORD, .words = list
#define ACTION(acts)   .type = CONF_ACTION, .words = conf_acts, .mask = acts
#define UNUSED(why)    .offset = CONF_NOWHERE, .unused = why
/* clang-format on */

#define NO_NETWORK   "records do not come from the network"
#define NO_DISPATCH  "plugins are started by the daemon itself"

#define MIB	     (1U << 20)
#define NAME_MAX_LEN 255

/*
 * Defaults are those of the auditd.conf that auditd comes with, where a place of our own is not
 * better; not those that auditd has if a key is missing, which rotate nothing and ignore a full disk. Its queue
 * for plugins is smaller, but it waits for them.
 */
static const struct conf_key keys[] = {
	{ "write_logs", CONF_YESNO, AT(write_logs), .fallback = "yes", .heading = "The log",
	  .help = "Whether there is a log; without, records go to plugins alone" },
	{ "log_file", CONF_FILE, AT(log_file), .fallback = "/var/log/autrail/audit.log",
	  .help = "The log; older ones have .1, .2 and so on behind the name" },
	{ "log_group", CONF_GROUP, AT(log_group), .fallback = "root",
	  .help = "The group that may read it" },
	{ "log_format", WORD(conf_log_formats), AT(log_format), .fallback = "enriched",
	  .help = "As the kernel tells it, or with names of users, groups and calls as well" },
	{ "flush", WORD(conf_flushes), AT(flush), .fallback = "incremental_async",
	  .help = "How it gets from memory to the disk" },
	{ "freq", NUMBER(0, INT_MAX), AT(freq), .fallback = "50",
	  .help = "With incremental and incremental_async: after how many records" },
	{ "max_log_file", NUMBER(1, MIB), AT(max_log_file), .fallback = "8",
	  .help = "The size in MiB from which on max_log_file_action is done" },
	{ "num_logs", NUMBER(0, 999), AT(num_logs), .fallback = "5",
	  .help = "How many logs the action rotate keeps, this one included; it needs 2" },
	{ "max_log_file_action", ACTION(SIZE_ACTS), AT(max_log_file_action), .fallback = "rotate",
	  .help = "What is done then" },
	{ "name_format", WORD(conf_name_formats), AT(name_format), .fallback = "none",
	  .help = "What stands as node= before each record" },
	{ "name", CONF_TEXT, AT(name), .max = NAME_MAX_LEN, .example = "mydomain",
	  .help = "What that is with name_format = user" },

	{ "space_left", CONF_SPACE, AT(space_left), .max = UINT_MAX, .fallback = "75",
	  .heading = "Space on the disk",
	  .help = "MiB, or % of the file system; with less space_left_action is done" },
	{ "space_left_action", ACTION(SPACE_ACTS), AT(space_left_action), .fallback = "syslog",
	  .help = "What is done then" },
	{ "admin_space_left", CONF_SPACE, AT(admin_space_left), .max = UINT_MAX, .fallback = "50",
	  .help = "The same for admin_space_left_action; it has to be less" },
	{ "admin_space_left_action", ACTION(SPACE_ACTS), AT(admin_space_left_action),
	  .fallback = "suspend", .help = "What is done then" },
	{ "disk_full_action", ACTION(FULL_ACTS), AT(disk_full_action), .fallback = "suspend",
	  .help = "What is done when the disk is full" },
	{ "disk_error_action", ACTION(ERROR_ACTS), AT(disk_error_action), .fallback = "suspend",
	  .help = "What is done when the log cannot be written or rotated" },
	{ "verify_email", CONF_YESNO, AT(verify_email), .fallback = "yes",
	  .help = "Whether action_mail_acct has to look like an address" },
	{ "action_mail_acct", CONF_TEXT, AT(action_mail_acct), .max = 320, .fallback = "root",
	  .help = "To whom the action email writes" },

	{ "plugin_dir", CONF_DIR, AT(plugin_dir), .fallback = "/etc/autrail/plugins.d",
	  .heading = "Plugins", .help = "Where the files about plugins are" },
	{ "q_depth", NUMBER(1, 99999), AT(q_depth), .fallback = "20000",
	  .help = "How many records may wait for a plugin" },
	{ "overflow_action", ACTION(QUEUE_ACTS), AT(overflow_action), .fallback = "syslog",
	  .help = "What is done when more would have to" },
	{ "max_restarts", NUMBER(0, INT_MAX), AT(max_restarts), .fallback = "10",
	  .help = "How many times a plugin that ends is started again" },

	{ "rules", CONF_PATHS, AT(rules), .fallback = "/etc/autrail/rules.d",
	  .heading = "What is recorded",
	  .help = "A file of rules, or a directory of *.rules; a line each" },
	{ "failed_execs", CONF_YESNO, AT(failed_execs), .fallback = "yes",
	  .help = "Whether execs that fail are recorded" },
	{ "logins", CONF_YESNO, AT(logins), .fallback = "yes",
	  .help = "Whether logins are, what programs tell the audit system, and ends by a signal" },
	{ "exact", CONF_YESNO, AT(exact), .fallback = "no",
	  .help = "Tell files that an exec may not open as they were found; every open() pays" },
	{ "kernel_audit", CONF_YESNO, AT(kernel_audit), .fallback = "no",
	  .help = "Pass on what only kernel audit knows, while it is enabled" },
	{ "tty_audit", CONF_TTY, AT(tty_audit), .example = "disable=* enable=root",
	  .help = "Whose terminal input is recorded, in pam_tty_audit's words; none: nobody's" },
	{ "hooks", WORD(conf_hook_ways), AT(hooks), .fallback = "auto",
	  .help = "How to see what the kernel does" },
	{ "ring_size", CONF_SIZE, AT(ring_size), .min = 64 << 10, .max = 1U << 30, .fallback = "8M",
	  .help = "The buffer between kernel and daemon" },

	{ "priority_boost", NUMBER(0, INT_MAX), AT(priority_boost), .fallback = "4",
	  .heading = "The daemon", .help = "How much priority it has above others" },
	{ "pin", CONF_YESNO, AT(pin), .fallback = "yes",
	  .help = "Whether the kernel side goes on when the daemon dies" },
	{ "pin_dir", CONF_DIR, AT(pin_dir), .fallback = "/sys/fs/bpf/autrail",
	  .help = "Where it is kept, in a file system of type bpf" },
	{ "control_socket", CONF_FILE, AT(control_socket),
	  .max = sizeof(((struct sockaddr_un *)0)->sun_path) - 1,
	  .fallback = "/run/autrail/control",
	  .help = "Where `autrail status` and `autrail ctl` reach the daemon" },
	{ "control_group", CONF_GROUP, AT(control_group), .fallback = "root",
	  .help = "The group that may, apart from root" },
	{ "metrics_file", CONF_FILE, AT(metrics_file), .example = "/run/autrail/metrics.prom",
	  .help = "Figures for monitoring, in OpenMetrics text" },

	{ "local_events", CONF_YESNO, AT(local_events), .fallback = "yes",
	  .heading = "Of auditd, without effect here",
	  .help = "Whether events of this machine are recorded: there are no others" },
	{ "end_of_event_timeout", NUMBER(0, INT_MAX), UNUSED("readers of logs have auditd.conf's"),
	  .example = "2", .help = "Seconds until readers of a log think that an event is whole" },
	{ "report_interval", CONF_TEXT, UNUSED("metrics_file is kept up to date"), .example = "0",
	  .help = "How often auditd writes its state" },
	{ "dispatcher", CONF_TEXT, UNUSED(NO_DISPATCH), .example = "/sbin/audispd",
	  .help = "The dispatcher of auditd 2" },
	{ "disp_qos", CONF_TEXT, UNUSED(NO_DISPATCH), .example = "lossy",
	  .help = "Whether auditd 2 waits for it" },
	{ "use_libwrap", CONF_YESNO, UNUSED(NO_NETWORK), .example = "yes",
	  .help = "Whether hosts.allow and hosts.deny count" },
	{ "tcp_listen_port", NUMBER(1, 65535), UNUSED(NO_NETWORK), .example = "60",
	  .help = "The port that auditd listens on" },
	{ "tcp_listen_queue", NUMBER(1, 65535), UNUSED(NO_NETWORK), .example = "5",
	  .help = "How many connections may wait" },
	{ "tcp_max_per_addr", NUMBER(1, 1024), UNUSED(NO_NETWORK), .example = "1",
	  .help = "How many a host may have" },
	{ "tcp_client_ports", CONF_PORTS, UNUSED(NO_NETWORK), .example = "1024-65535",
	  .help = "The ports that they may come from" },
	{ "tcp_client_max_idle", NUMBER(0, INT_MAX), UNUSED(NO_NETWORK), .example = "0",
	  .help = "Seconds that one may be silent" },
	{ "transport", WORD(transports), UNUSED(NO_NETWORK), .example = "tcp",
	  .help = "How auditd is talked to" },
	{ "enable_krb5", CONF_YESNO, UNUSED(NO_NETWORK), .example = "no",
	  .help = "An older word for transport = KRB5" },
	{ "krb5_principal", CONF_TEXT, UNUSED(NO_NETWORK), .example = "auditd",
	  .help = "The name that auditd has for Kerberos" },
	{ "krb5_key_file", CONF_TEXT, UNUSED(NO_NETWORK), .example = "/etc/audit/audit.key",
	  .help = "And its key" },
	{ "distribute_network", CONF_YESNO, UNUSED(NO_NETWORK), .example = "no",
	  .help = "Whether plugins get records from the network" },
};

/* --- what values mean together ---------------------------------------------------------------- */

/* Only flush with freq = 0 is a mistake; the others may be meant, and are warned of. */
static void check_log(struct conf_reader *r, struct conf *c)
{
	bool incremental = c->flush == CONF_FLUSH_INCREMENTAL ||
			   c->flush == CONF_FLUSH_INCREMENTAL_ASYNC;

	if (conf_good(r, "flush", "freq") && incremental && !c->freq)
		conf_wrong(r, "flush", "freq",
			   "flush = %s with freq = 0 flushes never: freq has to be at least 1",
			   conf_flushes[c->flush]);
	if (conf_place(r, "freq")->line && conf_good(r, "flush", "freq") && !incremental && c->freq)
		conf_warn(r, "freq", "freq", "freq has no meaning with flush = %s",
			  conf_flushes[c->flush]);
	if (conf_good(r, "num_logs", "max_log_file_action") && c->num_logs < 2 &&
	    c->max_log_file_action.act == CONF_ROTATE)
		conf_warn(
			r, "num_logs", "max_log_file_action",
			"max_log_file_action = rotate with num_logs = %u rotates nothing: the log "
			"grows without end",
			c->num_logs);
	if (conf_good(r, "log_format", "write_logs") && c->log_format == CONF_NOLOG) {
		conf_warn(r, "log_format", "log_format",
			  "log_format = nolog is an older word for write_logs = no, and counts");
		c->log_format = CONF_RAW;
		c->write_logs = false;
	}
}

/* Other bytes could not be told from what stands around the name in a record. */
static bool is_node_name(const char *name)
{
	for (; *name > ' ' && *name < 0x7f && *name != '"' && *name != '\''; name++)
		;
	return !*name;
}

static void check_name(struct conf_reader *r, const struct conf *c)
{
	if (conf_good(r, "name", "name_format") && c->name_format == CONF_NAME_USER && !c->name)
		conf_wrong(r, "name_format", "name_format",
			   "name_format = user takes the key name, and there is none");
	if (c->name && !is_node_name(c->name))
		conf_wrong(r, "name", "name",
			   "`%.200s` cannot stand in records: letters, digits and signs can",
			   c->name);
}

/* Where one is a percentage the caller compares them, once it knows the file system. */
static void check_space(struct conf_reader *r, const struct conf *c)
{
	const char *percent = c->space_left.percent ? "%" : "";

	if (conf_good(r, "space_left", "admin_space_left") &&
	    c->space_left.percent == c->admin_space_left.percent &&
	    c->admin_space_left.value >= c->space_left.value)
		conf_wrong(r, "space_left", "admin_space_left",
			   "admin_space_left, %u%s, has to be below space_left, %u%s",
			   c->admin_space_left.value, percent, c->space_left.value, percent);
}

/*
 * validate_email() of auditd-config.c, but for the look-up of the host. What is wrong, as the end
 * of a sentence; NULL: nothing. Without an @ it is a user of this machine.
 */
static const char *email_wrong(const char *acct)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789@.-_";
	const char *at = strchr(acct, '@'), *dot = strrchr(acct, '.');

	if (strlen(acct) < 2)
		return "is too short";
	if (acct[strspn(acct, letters)])
		return "has something else than letters, digits and @ . - _";
	if (at && (!dot || dot < at))
		return "has no . behind the @";
	return NULL;
}

/* auditd judges by what verify_email was up to this line; here by what it is in the end. */
static void check_email(struct conf_reader *r, const struct conf *c)
{
	const char *wrong;

	if (!conf_good(r, "verify_email", "action_mail_acct") || !c->verify_email)
		return;
	wrong = email_wrong(c->action_mail_acct);
	if (wrong)
		conf_wrong(r, "action_mail_acct", "action_mail_acct",
			   "`%.200s` is no address: it %s (verify_email = no takes any)",
			   c->action_mail_acct, wrong);
}

/* Each is written in a way of its own, and would destroy the other. */
static void check_files(struct conf_reader *r, const struct conf *c)
{
	static const char *const names[] = { "log_file", "control_socket", "metrics_file" };
	const char *const files[] = { c->log_file, c->control_socket, c->metrics_file };
	size_t i, j;

	for (i = 0; i < 3; i++)
		for (j = 0; j < i; j++)
			if (files[i] && files[j] && conf_good(r, names[i], names[j]) &&
			    !strcmp(files[i], files[j]))
				conf_wrong(r, names[i], names[j],
					   "%s and %s are the same file, %.200s", names[j],
					   names[i], files[i]);
}

static int check(struct conf_reader *r, void *dest)
{
	struct conf *c = dest;

	check_log(r, c);
	check_name(r, c);
	check_space(r, c);
	check_email(r, c);
	check_files(r, c);
	if (!c->local_events && conf_good(r, "local_events", "local_events"))
		conf_warn(r, "local_events", "local_events",
			  "local_events = no has no effect: there are no others");
	return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

const struct conf_schema conf_schema = {
	.keys = keys,
	.n = sizeof(keys) / sizeof(keys[0]),
	.size = sizeof(struct conf),
	.check = check,
	.manual = "autrail.conf(5)",
};

int conf_parse(struct conf *ret, const char *file, const char *text, size_t len,
	       conf_report_fn *report, void *ctx)
{
	return conf_read(&conf_schema, ret, file, text, len, report, ctx);
}

void conf_free(struct conf *c)
{
	conf_release(&conf_schema, c);
}

unsigned long long conf_space_bytes(const struct conf_space *space, unsigned long long total)
{
	unsigned long long mib = space->value;

	/* total / 100 first: a product would overflow from 184 PB on. */
	if (space->percent)
		mib = total / 100 * space->value / MIB;
	return mib * MIB;
}
