/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's configuration: auditd.conf's syntax, and its keys with what they mean there, as
 * src/auditd-config.c of 3.0.9 reads them and later versions added to them; and a few of our own.
 *
 * What takes a look at the machine is left to the caller: whether a group, a host or a file exists,
 * who owns it, and what a percentage of the file system comes to.
 */
#ifndef ATR_CONF_CONF_H
#define ATR_CONF_CONF_H

#include "user/conf/keys.h"
#include "user/conf/tty.h"

enum conf_act {
	CONF_IGNORE,
	CONF_SYSLOG,
	CONF_ROTATE,
	CONF_KEEP_LOGS, /* rotate, and remove none */
	CONF_EMAIL,	/* syslog too */
	CONF_EXEC,	/* and suspend, until the program says resume */
	CONF_SUSPEND,
	CONF_SINGLE,
	CONF_HALT,
};

enum conf_log_format { CONF_RAW, CONF_ENRICHED, CONF_NOLOG };

enum conf_flush {
	CONF_FLUSH_NONE,
	CONF_FLUSH_INCREMENTAL,
	CONF_FLUSH_INCREMENTAL_ASYNC,
	CONF_FLUSH_DATA,
	CONF_FLUSH_SYNC,
};

enum conf_name_format {
	CONF_NAME_NONE,
	CONF_NAME_HOSTNAME,
	CONF_NAME_FQD,
	CONF_NAME_NUMERIC,
	CONF_NAME_USER,
};

enum conf_hooks {
	CONF_HOOKS_AUTO,
	CONF_HOOKS_FENTRY,
	CONF_HOOKS_KPROBE,
	CONF_HOOKS_TRACEPOINT,
	CONF_HOOKS_UPROBE,
};

/* The words for these, in lower case and in the order of the enums, ending with NULL. */
extern const char *const conf_acts[],
	*const conf_log_formats[], *const conf_flushes[], *const conf_name_formats[],
								  *const conf_hook_ways[];

/* Strings are never NULL but where it says so; struct conf_action has exe with CONF_EXEC alone. */
struct conf {
	/* The log. */
	bool write_logs;
	char *log_file;
	char *log_group;		 /* name or number */
	enum conf_log_format log_format; /* never CONF_NOLOG: that is raw, and write_logs off */
	enum conf_flush flush;
	unsigned int freq;	   /* records */
	unsigned int max_log_file; /* MiB */
	unsigned int num_logs;	   /* < 2: no rotation */
	struct conf_action max_log_file_action;
	enum conf_name_format name_format;
	char *name; /* NULL: none; never with CONF_NAME_USER */

	/* Space, and what to do when there is none. */
	struct conf_space space_left, admin_space_left;
	struct conf_action space_left_action, admin_space_left_action;
	struct conf_action disk_full_action, disk_error_action;
	bool verify_email;
	char *action_mail_acct;

	/* Plugins. */
	char *plugin_dir;
	unsigned int q_depth; /* records */
	struct conf_action overflow_action;
	unsigned int max_restarts;

	/* The daemon. */
	unsigned int priority_boost;
	bool local_events; /* kept for the warning: there are no others */

	/* What is recorded. */
	struct conf_list rules; /* files and directories, at least one */
	bool failed_execs, logins, exact, kernel_audit;
	enum conf_hooks hooks;
	struct tty_patterns tty_audit; /* none: off */
	unsigned int ring_size;	       /* bytes */

	/* Where the daemon keeps and shows its state. */
	bool pin;
	char *pin_dir;
	char *control_socket; /* fits into sun_path */
	char *control_group;  /* name or number */
	char *metrics_file;   /* NULL: none */
};

extern const struct conf_schema conf_schema;

/*
 * ret must not hold anything: to reload, read into another one, then free the old. See conf_read()
 * for mistakes. Text of no bytes gives the defaults.
 */
int conf_parse(struct conf *ret, const char *file, const char *text, size_t len,
	       conf_report_fn *report, void *ctx);
void conf_free(struct conf *c);

/* A space in bytes, of a file system of so many, cut to whole MiB as auditd does. */
unsigned long long conf_space_bytes(const struct conf_space *space, unsigned long long total);

#endif /* ATR_CONF_CONF_H */
