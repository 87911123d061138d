/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * type=CONFIG_CHANGE msg=audit(1795652465.329:2147483650): pid=3145 uid=0 auid=1000 ses=3 op=add_rule
 *   key="execs" list=4 res=1
 * type=CONFIG_CHANGE msg=audit(1795652465.585:2147483651): op=set audit_enabled=2 old=1 pid=3146 uid=0 auid=1000
 *   ses=3 res=1
 * type=CONFIG_CHANGE msg=audit(1795652466.011:2147483652): pid=3147 uid=0 auid=1000 ses=3 op=remove_rule
 *   audit_enabled=2 res=0
 * type=CONFIG_CHANGE msg=audit(1795652466.023:2147483653): pid=3148 uid=1001 auid=1001 ses=4 op=control verb=rules
 *   cmd=2D44 exe="/usr/sbin/autrail" res=0
 * type=USER msg=audit(1795652466.031:2147483654): pid=3149 uid=0 auid=1000 ses=3 msg='text=hello
 *   exe="/usr/sbin/autrail" hostname=? addr=? terminal=? res=success'
 */
#include "user/control/change.h"

#include <string.h>

static void write_string(struct text *t, const char *text)
{
	text_bytes(t, text, strlen(text));
}

/* audit_log_common_recv_msg(): pid, uid, auid, ses, and subj= where there is a label. */
static void write_who(struct text *t, const struct who *who)
{
	text_u64(t, "pid=", who->pid);
	text_u64(t, " uid=", who->uid);
	text_u64(t, " auid=", who->auid);
	text_u64(t, " ses=", who->ses);
	if (!who->subj[0])
		return;
	text_lit(t, " subj=");
	text_label(t, who->subj, strlen(who->subj));
}

static void write_exe(struct text *t, const struct who *who)
{
	size_t len = strlen(who->exe);

	text_lit(t, " exe=");
	/* The body of USER is in single quotes. */
	if (memchr(who->exe, '\'', len))
		text_hexbytes(t, who->exe, len);
	else if (len)
		text_untrusted(t, who->exe, len);
	else
		text_char(t, '?');
}

/* audit_log_rule_change(): a key is encoded, and its absence is (null) without quotes. */
void change_rule(struct text *t, const struct who *who, bool add, const char *key,
		 unsigned int list, bool good)
{
	write_who(t, who);
	write_string(t, add ? " op=add_rule key=" : " op=remove_rule key=");
	if (key)
		text_untrusted(t, key, strlen(key));
	else
		text_lit(t, "(null)");
	text_u64(t, " list=", list);
	text_u64(t, " res=", good);
}

/* audit_receive_msg(), of AUDIT_ADD_RULE and AUDIT_DEL_RULE while AUDIT_LOCKED. */
void change_locked(struct text *t, const struct who *who, const char *op)
{
	write_who(t, who);
	text_lit(t, " op=");
	write_string(t, op);
	text_lit(t, " audit_enabled=2 res=0");
}

/* audit_log_config_change(): who it was comes behind what was set. */
void change_set(struct text *t, const struct who *who, const char *name, __u32 value, __u32 old,
		bool good)
{
	text_lit(t, "op=set ");
	write_string(t, name);
	text_u64(t, "=", value);
	text_u64(t, " old=", old);
	text_char(t, ' ');
	write_who(t, who);
	text_u64(t, " res=", good);
}

/*
 * The kernel has no such record: it refuses with -EPERM, and tells nobody. verb is one of
 * control_verbs.
 */
void change_refused(struct text *t, const struct who *who, const char *verb, const char *cmd,
		    size_t len, __u64 held_back)
{
	write_who(t, who);
	text_lit(t, " op=control verb=");
	write_string(t, verb);
	if (len) {
		text_lit(t, " cmd=");
		text_untrusted(t, cmd, len < CHANGE_CMD_MAX ? len : CHANGE_CMD_MAX);
	}
	write_exe(t, who);
	if (held_back)
		text_u64(t, " held-back=", held_back);
	text_lit(t, " res=0");
}

/* As it is, what was meant for people to read has none of these. */
static bool is_plain(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~' ||
		    memchr("'\"=", text[i], 3))
			return false;
	return len > 0;
}

/* In the form of audit_log_user_message() of libaudit; what the daemon cannot know is ?. */
void change_message(struct text *t, const struct who *who, const char *text, size_t len)
{
	write_who(t, who);
	text_lit(t, " msg='text=");
	if (is_plain(text, len))
		text_bytes(t, text, len);
	else
		text_hexbytes(t, text, len);
	write_exe(t, who);
	text_lit(t, " hostname=? addr=? terminal=? res=success'");
}
