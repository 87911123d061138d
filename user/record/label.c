/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_log_task_context() and what stands behind it. Where several modules are on (6.18, eb59d494eebd):
 *
 * type=SYSCALL msg=audit(1795221667.525:4): arch=c000003e … exe="/usr/bin/ls" subj=? key=(null)
 * type=MAC_TASK_CONTEXTS msg=audit(1795221667.525:4): subj_selinux=kernel subj_apparmor=unconfined
 */
#include "user/record/label.h"

#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <string.h>

/* libaudit may be older than the record: 4.2 does not know it. */
#ifndef AUDIT_MAC_TASK_CONTEXTS
#define AUDIT_MAC_TASK_CONTEXTS 1425
#endif

/* --- AppArmor ------------------------------------------------------------------------------- */

/* A profile, as aa_profile_snxprint() sees it; the namespace is "" for the root one. */
struct profile {
	char mode;
	const char *ns;
	const char *name;
};

/* profile->mode of the kernel, since 5.18 with user. */
static const char *const modes[] = { "enforce", "complain", "kill", "unconfined", "user" };

enum { MODES = sizeof(modes) / sizeof(modes[0]), MODE_UNCONFINED = 3 };

/*
 * Takes the next profile off parts, which has to have a byte at least; its strings end in parts.
 * Neither memchr() looks beyond end, and strstr() no further than the NUL that was found before.
 */
static int profile_next(const char **parts, const char *end, struct profile *ret)
{
	const char *at = *parts, *ns, *nul;

	ret->mode = *at++;
	if (ret->mode != 'u' && (ret->mode < '0' || ret->mode >= '0' + MODES))
		return -EBADMSG;
	nul = memchr(at, '\0', end - at);
	if (!nul)
		return -EBADMSG;
	/* Names are relative to the root, whose own name is "root". */
	ns = strstr(at, "//");
	ret->ns = ns ? ns + 2 : nul;
	ret->name = nul + 1;
	nul = memchr(ret->name, '\0', end - ret->name);
	if (!nul)
		return -EBADMSG;
	*parts = nul + 1;
	return 0;
}

/* label_modename() and display_mode(): what the profiles have in common; NULL: no mode is shown. */
static const char *label_mode(const char *parts, const char *end)
{
	struct profile p;
	bool shown = false;
	int mode = -1;

	while (parts < end && !profile_next(&parts, end, &p)) {
		if (p.mode == 'u' || p.mode == '0' + MODE_UNCONFINED) {
			shown |= p.mode != 'u';
			continue;
		}
		shown = true;
		if (mode >= 0 && mode != p.mode - '0')
			return "mixed";
		mode = p.mode - '0';
	}
	if (!shown)
		return NULL;
	return modes[mode < 0 ? MODE_UNCONFINED : mode];
}

/* aa_label_snxprint() as seen from the root namespace. */
int label_apparmor(struct text *t, const char *parts, size_t len, bool show_mode)
{
	const char *end = parts + len, *at, *ns = "", *mode;
	bool first = true;
	struct profile p;

	if (!len)
		return -EBADMSG;
	for (at = parts; at < end;)
		if (profile_next(&at, end, &p))
			return -EBADMSG;
	for (at = parts; at < end && !profile_next(&at, end, &p);) {
		if (!first)
			text_lit(t, "//&");
		first = false;
		/* Said once for all profiles of it that stand in a row. */
		if (p.ns[0] && strcmp(p.ns, ns) != 0) {
			ns = p.ns;
			text_char(t, ':');
			text_label(t, ns, strlen(ns));
			text_char(t, ':');
		}
		text_label(t, p.name, strlen(p.name));
	}
	mode = show_mode ? label_mode(parts, end) : NULL;
	if (mode) {
		text_lit(t, " (");
		text_bytes(t, mode, strlen(mode));
		text_char(t, ')');
	}
	return 0;
}

/* --- tasks ---------------------------------------------------------------------------------- */

/* Of SELinux the event has a number, whose text comes with a LABEL answer. */
static bool selinux_write(struct recorder *r, const struct atr_view *view)
{
	size_t len;
	const char *text = labels__get(r->labels, view->task->sid, &len);

	text_label(&r->out, text ? text : "?", text ? len : 1);
	return text;
}

static bool smack_write(struct recorder *r, const struct atr_view *view)
{
	const struct atr_str *str = &view->task->smack;
	size_t len;
	const char *text = event_str(view, str, &len);
	bool known = len && !str->flags;

	text_label(&r->out, known ? text : "?", known ? len : 1);
	return known;
}

static bool apparmor_write(struct recorder *r, const struct atr_view *view)
{
	const struct atr_task *task = view->task;
	size_t len;
	const char *parts = event_str(view, &task->apparmor, &len);

	if (!task->apparmor.flags &&
	    !label_apparmor(&r->out, parts, len, task->label_flags & ATR_LABEL_MODES))
		return true;
	text_char(&r->out, '?');
	return false;
}

static const struct {
	const char *field; /* in the record of several */
	bool (*write)(struct recorder *r, const struct atr_view *view);
	bool files;
} modules[] = {
	[ATR_LSM_SELINUX] = { "subj_selinux=", selinux_write, true },
	[ATR_LSM_SMACK] = { "subj_smack=", smack_write, true },
	[ATR_LSM_APPARMOR] = { "subj_apparmor=", apparmor_write, false },
};

bool label_write_task(struct recorder *r, const struct atr_view *view)
{
	size_t start;
	bool known = true;
	__u32 lsms;

	if (!r->lsms)
		return true;
	text_lit(&r->out, " subj=");
	if (!(r->lsms >> 4))
		return modules[r->lsms].write(r, view);
	start = r->out.len;
	for (lsms = r->lsms; lsms; lsms >>= 4)
		known &= modules[lsms & 15].write(r, view);
	/* Only to see whether they are known: they have a record of their own. */
	if (!r->out.err)
		r->out.len = start;
	text_char(&r->out, '?');
	return known;
}

/* The modules write to r->out: it is written there, and taken back. */
bool label_text(struct recorder *r, const struct atr_view *view, struct text *t)
{
	size_t start = r->out.len;
	bool known = r->lsms && modules[r->lsms & 15].write(r, view);

	if (r->out.err)
		return false;
	if (known)
		text_bytes(t, r->out.buf + start, r->out.len - start);
	r->out.len = start;
	return known;
}

/*
 * How many colons stand before the part; what is behind the third is the range, with more of them.
 */
void label_part(__u32 field, const char **part, size_t *len)
{
	static const struct {
		__u32 field;
		int colons;
	} parts[] = {
		{ AUDIT_SUBJ_USER, 0 },	   { AUDIT_SUBJ_ROLE, 1 }, { AUDIT_SUBJ_TYPE, 2 },
		{ AUDIT_SUBJ_SEN, 3 },	   { AUDIT_SUBJ_CLR, 3 },  { AUDIT_OBJ_USER, 0 },
		{ AUDIT_OBJ_ROLE, 1 },	   { AUDIT_OBJ_TYPE, 2 },  { AUDIT_OBJ_LEV_LOW, 3 },
		{ AUDIT_OBJ_LEV_HIGH, 3 },
	};
	const char *at = *part, *end = *part + *len, *colon, *dash;
	unsigned int i;
	int n = 0;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].field == field)
			n = parts[i].colons;
	for (; n; n--) {
		colon = memchr(at, ':', end - at);
		if (!colon)
			return;
		at = colon + 1;
	}
	colon = memchr(at, ':', end - at);
	if (colon && field != AUDIT_SUBJ_SEN && field != AUDIT_SUBJ_CLR &&
	    field != AUDIT_OBJ_LEV_LOW && field != AUDIT_OBJ_LEV_HIGH)
		end = colon;
	dash = memchr(at, '-', end - at);
	if (dash && (field == AUDIT_SUBJ_SEN || field == AUDIT_OBJ_LEV_LOW))
		end = dash;
	else if (dash && (field == AUDIT_SUBJ_CLR || field == AUDIT_OBJ_LEV_HIGH))
		at = dash + 1;
	*part = at;
	*len = end - at;
}

void label_write_contexts(struct recorder *r, const struct atr_view *view)
{
	const char *name = audit_msg_type_to_name(AUDIT_MAC_TASK_CONTEXTS), *field;
	char type[64];
	__u32 lsms;
	int n;

	if (!(r->lsms >> 4))
		return;
	n = name ? snprintf(type, sizeof(type), "type=%s ", name) :
		   snprintf(type, sizeof(type), "type=UNKNOWN[%d] ", AUDIT_MAC_TASK_CONTEXTS);
	record_begin_(r, type, n);
	for (lsms = r->lsms; lsms; lsms >>= 4) {
		if (lsms != r->lsms)
			text_char(&r->out, ' ');
		field = modules[lsms & 15].field;
		text_bytes(&r->out, field, strlen(field));
		modules[lsms & 15].write(r, view);
	}
	text_char(&r->out, '\n');
}

/* A capture may say any number: one that has no row must not be looked up in the table. */
__u32 label_lsms(__u32 lsms)
{
	__u32 rest;

	for (rest = lsms; rest; rest >>= 4)
		if (!(rest & 15) || (rest & 15) >= sizeof(modules) / sizeof(modules[0]))
			return 0;
	return lsms;
}

/* --- files ---------------------------------------------------------------------------------- */

enum atr_lsm label_of_files(const struct recorder *r)
{
	__u32 lsms;

	for (lsms = r->lsms; lsms; lsms >>= 4)
		if (modules[lsms & 15].files)
			return lsms & 15;
	return ATR_LSM_NONE;
}

bool label_write_file(struct recorder *r, const struct item *item, unsigned int n)
{
	const struct item_answer *answer = knowledge__item(r->known, n);
	const char *text;
	size_t len;

	if (!item->file || label_of_files(r) == ATR_LSM_NONE)
		return true;
	text = labels__get(r->labels, item->file->sid, &len);
	/* What was looked up by its name has no number, but perhaps a text. */
	if (answer && item->file == &answer->file && answer->label_len) {
		text = answer->label;
		len = answer->label_len;
	}
	text_lit(&r->out, " obj=");
	text_label(&r->out, text ? text : "?", text ? len : 1);
	return text;
}
