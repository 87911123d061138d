/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of changes, in the words of the kernel's audit_log_rule_change() and audit_log_config_change(); and of
 * those who may not make any. Where the kernel has SYSCALL say who it was there is none here: so pid and uid stand
 * before auid, as in the records that the kernel writes of attempts on a locked configuration.
 */
#ifndef ATR_CONTROL_CHANGE_H
#define ATR_CONTROL_CHANGE_H

#include <stdbool.h>

#include "user/record/text.h"

enum {
	WHO_TEXT_MAX = 4096,
	CHANGE_CMD_MAX = 128,	 /* bytes of what was asked for by who may not */
	CHANGE_BODY_MAX = 16384, /* bytes of a record's body */
};

/* The other end of a connection, or who has sent a signal. exe and subj are strangers' texts. */
struct who {
	__u32 pid, uid, auid, ses;
	char subj[WHO_TEXT_MAX]; /* the label of a security module; "": none, or not known */
	char exe[WHO_TEXT_MAX];	 /* the program; "": not known */
};

/*
 * Each of these appends the body of a record, what stands behind its stamp, without a newline. A
 * failure is in t->err.
 *
 * A rule of a list (AUDIT_FILTER_*) was added or deleted, or could not be. key: NULL none.
 */
void change_rule(struct text *t, const struct who *who, bool add, const char *key,
		 unsigned int list, bool good);

/* op was tried while the configuration was locked. */
void change_locked(struct text *t, const struct who *who, const char *op);

/* name was set, or (good: false) could not be. */
void change_set(struct text *t, const struct who *who, const char *name, __u32 value, __u32 old,
		bool good);

/* Who has no right wanted something: verb, and as much of cmd as there is. held_back: since the last record. */
void change_refused(struct text *t, const struct who *who, const char *verb, const char *cmd,
		    size_t len, __u64 held_back);

/* The body of USER, as `auditctl -m` brings it about. What could forge a field makes the text one in hex. */
void change_message(struct text *t, const struct who *who, const char *text, size_t len);

#endif /* ATR_CONTROL_CHANGE_H */
