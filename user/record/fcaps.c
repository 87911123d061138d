/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/fcaps.h"

#include <linux/securebits.h>
#include <string.h>

/* CAP_FULL_SET. last_cap is what a capture says: a shift by 64 or more must not come of it. */
static __u64 full_set(const struct fcaps_host *host)
{
	return host->last_cap >= 63 ? ~0ULL : (2ULL << host->last_cap) - 1;
}

void fcaps_of_item(const struct item *item, const struct atr_task *task,
		   const struct fcaps_host *host, struct fcaps *ret_fcaps)
{
	const struct answer *a = item ? item->answer : NULL;
	struct fcaps f = { .known = true };

	if (!item || !item->file || item->file->flags & ATR_FILE_NOSEC) {
		f.known = item && !item->file_unknown;
	} else if (!a || !a->cap_known) {
		f.known = false;
	} else if (a->cap_fver) {
		/* A namespace's capabilities count there, and those of the initial one everywhere. */
		f.given = !(item->file->flags & ATR_FILE_NOSUID);
		f.applies = a->cap_fver < 3 || a->cap_rootid == 0 ||
			    a->cap_rootid == task->root_uid;
		f.fver = a->cap_fver;
		f.fe = a->cap_fe;
		if (f.applies) {
			f.fp = a->cap_fp & full_set(host);
			f.fi = a->cap_fi & full_set(host);
			f.rootid = a->cap_rootid;
		}
	}
	*ret_fcaps = f;
}

/* Are there bits in a that b lacks? */
static bool beyond(__u64 a, __u64 b)
{
	return a & ~b;
}

/* What the exec gives: past the point of no return it may not have come to that. */
struct given {
	__u32 uid;
	__u32 euid;
	const struct atr_caps *caps;
};

static struct given given(const struct atr_exec *e)
{
	if (e->hdr.flags & ATR_F_PAST)
		return (struct given){ e->new_uid, e->new_euid, &e->new_caps };
	return (struct given){ e->task.uid, e->task.euid, &e->task.caps };
}

/*
 * nonroot_raised_pE() of security/commoncap.c, condition by condition. In a container, whose root
 * lacks capabilities, that is every exec of root's: it has more than ambient ones, and not all.
 */
bool fcaps_recorded(const struct atr_exec *e, const struct fcaps *f, const struct fcaps_host *host)
{
	bool root_privileged = !(e->task.securebits & (1 << SECURE_NOROOT));
	__u32 root = e->task.root_uid;
	struct given new = given(e);
	bool is_root = new.euid == root || new.uid == root;
	bool full = !beyond(full_set(host), new.caps->effective);
	bool has_fcap = f->applies && f->given;

	/* More than ambient capabilities, and it is not simply root that has all. */
	if (beyond(new.caps->effective, new.caps->ambient) && !(full && is_root && root_privileged))
		return true;
	/* Set-user-ID root, but something kept it from getting all. */
	if (root_privileged && new.uid != root &&new.euid == root && !full)
		return true;
	if (e->hdr.flags & ATR_F_NO_ENTRY)
		return false;
	/* Not set-user-ID, and yet it got more than it had. */
	if (new.euid != (host->compares_euid ? e->old_euid : e->old_uid))
		return false;
	/* One who is not root gains permitted capabilities from files alone. */
	if (!f->known)
		has_fcap = !is_root;
	return (has_fcap && beyond(new.caps->permitted, e->old_caps.permitted)) ||
	       beyond(new.caps->ambient, e->old_caps.ambient);
}

static void write_set(struct text *t, const char *key, __u64 set, bool known)
{
	text_bytes(t, key, strlen(key));
	if (known)
		text_cap(t, set);
	else
		text_char(t, '?');
}

static void write_number(struct text *t, const char *key, __u32 value, bool known)
{
	text_bytes(t, key, strlen(key));
	if (known)
		text_i64(t, "", (__s32)value);
	else
		text_char(t, '?');
}

void fcaps_write(struct text *t, const struct atr_exec *e, const struct fcaps *f)
{
	bool old = !(e->hdr.flags & ATR_F_NO_ENTRY);
	const struct atr_caps *new = given(e).caps;

	/* The version is below 10, so hex and decimal are the same. */
	write_number(t, "fver=", f->fver, f->known);
	write_set(t, " fp=", f->fp, f->known);
	write_set(t, " fi=", f->fi, f->known);
	write_number(t, " fe=", f->fe, f->known);
	write_set(t, " old_pp=", e->old_caps.permitted, old);
	write_set(t, " old_pi=", e->old_caps.inheritable, old);
	write_set(t, " old_pe=", e->old_caps.effective, old);
	write_set(t, " old_pa=", e->old_caps.ambient, old);
	write_set(t, " pp=", new->permitted, true);
	write_set(t, " pi=", new->inheritable, true);
	write_set(t, " pe=", new->effective, true);
	write_set(t, " pa=", new->ambient, true);
	write_number(t, " frootid=", f->rootid, f->known);
}

/*
 * audit_log_fcaps(): the line with ? is the kernel's own, for look-ups that take no heed of
 * capabilities (AUDIT_INODE_NOEVAL); it has no cap_frootid=.
 */
void fcaps_write_path(struct text *t, const struct fcaps *f)
{
	if (!f->known) {
		text_lit(t, " cap_fe=? cap_fver=? cap_fp=? cap_fi=?");
		return;
	}
	if (!f->applies) {
		text_lit(t, " cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0");
		return;
	}
	text_lit(t, " cap_fp=");
	text_cap(t, f->fp);
	text_lit(t, " cap_fi=");
	text_cap(t, f->fi);
	text_u64(t, " cap_fe=", f->fe);
	text_hex(t, " cap_fver=", f->fver);
	text_i64(t, " cap_frootid=", (__s32)f->rootid);
}
