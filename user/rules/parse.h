/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit.rules as auditctl -R takes them: text to rules that are checked, in the order in which they are
 * in force. What a field, a name or a number means is libaudit's word; which options go together is
 * auditctl's (src/auditctl.c of 3.0.9), and what a rule may hold is the kernel's (audit_field_valid()).
 *
 * Nothing here reads a file: the caller hands over text and its name. Names of users are libaudit's
 * business, it asks the name service.
 */
#ifndef ATR_RULES_PARSE_H
#define ATR_RULES_PARSE_H

#include <libaudit.h>
#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

enum {
	RULE_LINE_MAX = 8192, /* bytes; auditctl reads 6143 */
	RULE_LIST_IO_URING = 7,
};

/* One line that is a rule. */
struct rule {
	/*
	 * As auditctl hands it to the kernel. In particular auid=-1 is still AUDIT_LOGINUID: the kernel makes
	 * AUDIT_LOGINUID_SET of it. flags has AUDIT_FILTER_PREPEND for -A.
	 */
	struct audit_rule_data *data;
	unsigned int list, action; /* AUDIT_FILTER_*, AUDIT_NEVER or AUDIT_ALWAYS */
	bool prepend;		   /* -A */
	bool watch;		   /* -w */
	bool all;		   /* every system call: no -S, or -S all */
	__u32 arch;		   /* AUDIT_ARCH_* of the last -F arch, 0 none */
	__u32 arch_op;		   /* AUDIT_EQUAL or AUDIT_NOT_EQUAL */
	char *key;		   /* several with AUDIT_KEY_SEPARATOR between them; NULL none */
	char *container;	   /* -F container=ID, which is ours alone; NULL none */
	__u32 container_op;	   /* AUDIT_EQUAL or AUDIT_NOT_EQUAL */
	char *file;		   /* where it stands, for messages */
	unsigned int line;
	char *text; /* the line, without blanks around it */
};

/* -1 where the rules do not say. */
struct rule_controls {
	int enabled;		 /* -e */
	int failure;		 /* -f */
	long long backlog;	 /* -b */
	long long rate;		 /* -r */
	long long backlog_wait;	 /* --backlog_wait_time */
	bool loginuid_immutable; /* --loginuid-immutable */
	bool reset_lost;	 /* --reset-lost */
	bool ignore;		 /* -i or -c: bad lines are left out */
	bool keep_going;	 /* -c: and the end is a failure all the same */
};

/*
 * Rules in the order in which they are in force. All zero but for controls is empty: see
 * ruleset_init().
 */
struct ruleset {
	struct rule *rules;
	size_t n;
	struct rule_controls controls;
	size_t skipped; /* lines left out because of -i or -c */
};

struct rule_message {
	const char *file;
	unsigned int line, column; /* from 1, in bytes */
	bool error;		   /* else a warning */
	const char *text;
};

typedef void rule_message_fn(void *ctx, const struct rule_message *message);

struct parse_opts {
	/* Whether the PATH of -w is a directory; NULL: none is. */
	bool (*is_directory)(void *ctx, const char *path);
	/*
	 * What becomes of a rule, line by line, whatever the end is: it is added or deleted; or (good: false) it
	 * was there already, or was not there. Of -D first NULL, then each rule, in the order of the kernel's lists.
	 * NULL: nobody asks.
	 */
	void (*changed)(void *ctx, bool add, const struct rule *rule, bool good);
	void *ctx;
};

struct rule_text {
	const char *name;
	const char *text;
	size_t len;
};

/* No rules, and nothing said. */
void ruleset_init(struct ruleset *rs);
void ruleset_free(struct ruleset *rs);

/*
 * Take in a file, after what is in rs already. Every mistake is reported, not only the first. Returns
 * -EINVAL if there was any, and rs is as it was; but for those behind a line -i or -c: these are left out,
 * told as warnings and counted in rs->skipped, and the rest is taken. With controls.keep_going and
 * skipped lines the caller ends in failure, as auditctl does, though the rules are in force. -ENOMEM.
 */
int ruleset_parse(struct ruleset *rs, const char *file, const char *text, size_t len,
		  const struct parse_opts *opts, rule_message_fn *report, void *ctx);

/*
 * The files of a directory as augenrules puts them together: the last line that is a bare -D comes first,
 * then the last -b and the last -f; the last -e comes at the end; others of these do not count. The files
 * are in the order of rules_sort_names(). Lines are reported where they stand.
 */
int ruleset_gather(struct ruleset *rs, const struct rule_text *texts, size_t n,
		   const struct parse_opts *opts, rule_message_fn *report, void *ctx);

/* The order of `sort -V` and `ls -v`, which augenrules uses. */
void rules_sort_names(char **names, size_t n);

/*
 * Whether there can be an event for this rule, 1 or 0. ret_why is then why not; or, where only some of
 * what the rule is about can be seen, which; else NULL. It is a constant.
 */
int rule_observable(const struct rule *rule, const char **ret_why);

/* The bytes of field i if it has a string, without a NUL behind; else NULL. */
const char *rule_string(const struct audit_rule_data *data, unsigned int i, size_t *ret_len);

#endif /* ATR_RULES_PARSE_H */
