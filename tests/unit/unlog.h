/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way back: from the records that the kernel wrote for an exec to the events from which they
 * must come out again. What the records do not say (whether a file is a script) follows from what
 * they show.
 */
#ifndef ATR_TESTS_UNLOG_H
#define ATR_TESTS_UNLOG_H

#include <errno.h>
#include <linux/fcntl.h>

#include "tests/unit/stream.h"

enum { UNLOG_ITEMS = 10, UNLOG_VALUE = 300 * 1024 };

struct unlog_item {
	char name[ATR_NAME_MAX];
	size_t name_len;
	struct atr_file file; /* flags 0: UNKNOWN */
	char label[ATR_LABEL_MAX];
	__u64 cap_fp, cap_fi;
	__u32 cap_fe, cap_fver, cap_rootid;
};

struct unlog {
	struct stream out;
	struct event ev;
	struct event answer;
	struct unlog_item items[UNLOG_ITEMS];
	unsigned int n;
	struct stream argv;
	__u32 argc;
	char value[UNLOG_VALUE];
};

/* The value of key (with its '=') in a record, as it stands; NULL if it has none. */
static inline const char *unlog_raw(const char *line, const char *key, size_t *ret_len)
{
	const char *at = strstr(line, "): "), *end = strpbrk(line, "\n\x1d");
	size_t len = strlen(key);

	for (at = at ? at + 2 : NULL; at && at < end; at = strchr(at + 1, ' ')) {
		while (at[1] == ' ')
			at++;
		if (at >= end || strncmp(at + 1, key, len))
			continue;
		at += 1 + len;
		*ret_len = strcspn(at, " \n\x1d");
		return at;
	}
	return NULL;
}

static inline __u64 unlog_number(const char *line, const char *key, int base)
{
	size_t len;
	const char *at = unlog_raw(line, key, &len);

	return at ? strtoull(at, NULL, base) : 0;
}

/* The bytes of an encoded value: quoted, or hex; (null) is nothing. */
static inline size_t unlog_decode(struct unlog *u, const char *at, size_t len)
{
	size_t i;

	if (len >= 2 && at[0] == '"') {
		memcpy(u->value, at + 1, len - 2);
		len -= 2;
	} else if (len && at[0] == '(') {
		len = 0;
	} else {
		for (i = 0; i + 1 < len; i += 2) {
			unsigned int byte;

			sscanf(at + i, "%2x", &byte);
			u->value[i / 2] = byte;
		}
		len /= 2;
	}
	u->value[len] = '\0';
	return len;
}

static inline size_t unlog_text(struct unlog *u, const char *line, const char *key)
{
	size_t len;
	const char *at = unlog_raw(line, key, &len);

	u->value[0] = '\0';
	return at ? unlog_decode(u, at, len) : 0;
}

static inline __u32 unlog_dev(const char *line, const char *key)
{
	unsigned int major = 0, minor = 0;
	size_t len;
	const char *at = unlog_raw(line, key, &len);

	if (at)
		sscanf(at, "%x:%x", &major, &minor);
	return major << 20 | minor;
}

/* A label from its key to the next one: blanks may be in it. */
static inline bool unlog_label(const char *line, const char *key, const char *next, char *label)
{
	const char *at = strstr(line, key), *end = at ? strstr(at, next) : NULL;

	label[0] = '\0';
	if (!end || at > line + strcspn(line, "\n"))
		return false;
	at += strlen(key);
	snprintf(label, ATR_LABEL_MAX, "%.*s", (int)(end - at), at);
	return true;
}

/* Files of one label have one number. */
static inline void unlog_obj(struct unlog *u, const char *line, struct unlog_item *item)
{
	unsigned int i = 0;

	if (!unlog_label(line, " obj=", " nametype=", item->label))
		return;
	while (strcmp(u->items[i].label, item->label) != 0)
		i++;
	item->file.sid = 2000 + i;
	a_label(&u->answer, item->file.sid, item->label);
	stream_add(&u->out, &u->answer);
}

/* AppArmor's label back to its profiles. "mixed" means that there are at least two modes. */
static inline void unlog_profiles(struct unlog *u, char *label)
{
	static const char *const modes[] = { "enforce)",    "complain)", "kill)",
					     "unconfined)", "user)",	 "mixed)" };
	char *mode = strstr(label, " ("), *at, *next, *name;
	char ns[ATR_LABEL_MAX] = "root";
	struct stream parts = { 0 };
	unsigned int i = 0, n = 0;

	if (mode) {
		for (i = 0; strcmp(modes[i], mode + 2) != 0;)
			i++;
		u->ev.exec.task.label_flags = ATR_LABEL_MODES;
		*mode = '\0';
	}
	for (at = label; at; at = next) {
		next = strstr(at, "//&");
		if (next) {
			*next = '\0';
			next += 3;
		}
		name = at[0] == ':' ? strchr(at + 1, ':') : NULL;
		if (name)
			snprintf(ns, sizeof(ns), "root//%.*s", (int)(name - at - 1), at + 1);
		name = name ? name + 1 : at;
		stream_bytes(&parts,
			     !strcmp(name, "unconfined") ? "u" : &"012301"[i == 5 ? n++ & 1 : i],
			     1);
		stream_bytes(&parts, ns, strlen(ns) + 1);
		stream_bytes(&parts, name, strlen(name) + 1);
	}
	event_put(&u->ev, &u->ev.exec.task.apparmor, parts.bytes, parts.len);
	stream_free(&parts);
}

static inline void unlog_subj(struct unlog *u, const char *line)
{
	char label[ATR_LABEL_MAX];
	enum atr_lsm lsm;

	if (!unlog_label(line, " subj=", " key=", label))
		return;
	if (!strcmp(label, "kernel") || (label[0] != ':' && strchr(label, ':')))
		lsm = ATR_LSM_SELINUX;
	else
		lsm = !strcmp(label, "_") ? ATR_LSM_SMACK : ATR_LSM_APPARMOR;
	a_host(&u->answer, lsm);
	stream_add(&u->out, &u->answer);
	if (lsm == ATR_LSM_SELINUX) {
		u->ev.exec.task.sid = 1000;
		a_label(&u->answer, 1000, label);
		stream_add(&u->out, &u->answer);
	} else if (lsm == ATR_LSM_SMACK) {
		event_puts(&u->ev, &u->ev.exec.task.smack, label);
	} else {
		unlog_profiles(u, label);
	}
}

static inline void unlog_path(struct unlog *u, const char *line)
{
	struct unlog_item *item = &u->items[u->n++];
	size_t len;

	memset(item, 0, sizeof(*item));
	item->name_len = unlog_text(u, line, "name=");
	memcpy(item->name, u->value, item->name_len);
	if (!unlog_raw(line, "inode=", &len))
		return;
	item->file = (struct atr_file){
		.ino = unlog_number(line, "inode=", 10),
		.dev = unlog_dev(line, "dev="),
		.rdev = unlog_dev(line, "rdev="),
		.uid = unlog_number(line, "ouid=", 10),
		.gid = unlog_number(line, "ogid=", 10),
		.mode = unlog_number(line, "mode=", 8),
		.ctime_sec = 1700000000,
		.flags = ATR_FILE_VALID,
	};
	unlog_obj(u, line, item);
	item->cap_fp = unlog_number(line, "cap_fp=", 16);
	item->cap_fi = unlog_number(line, "cap_fi=", 16);
	item->cap_fe = unlog_number(line, "cap_fe=", 10);
	item->cap_fver = unlog_number(line, "cap_fver=", 16);
	item->cap_rootid = unlog_number(line, "cap_frootid=", 10);
}

/* Arguments of an EXECVE record: whole, or piece by piece over several records. */
static inline void unlog_execve(struct unlog *u, const char *line)
{
	const char *at = strstr(line, "): ") + 2, *end = line + strcspn(line, "\n");
	unsigned int n, piece;
	size_t len;
	int skip;

	if (unlog_raw(line, "argc=", &len))
		u->argc = unlog_number(line, "argc=", 10);
	for (; at && at < end; at = strchr(at + 1, ' ')) {
		while (at[1] == ' ')
			at++;
		skip = 0;
		if (sscanf(at, " a%u[%u]=%n", &n, &piece, &skip) == 2 && skip) {
			/* A piece of the argument that is open, or the first one of the next. */
			if (piece && u->argv.len)
				u->argv.len--;
		} else if (sscanf(at, " a%u=%n", &n, &skip) != 1 || !skip) {
			continue;
		}
		len = strcspn(at + skip, " \n");
		len = unlog_decode(u, at + skip, len);
		stream_bytes(&u->argv, u->value, len + 1);
	}
}

static inline void unlog_caps(struct unlog *u, const char *line)
{
	struct atr_exec *e = &u->ev.exec;

	e->old_caps.permitted = unlog_number(line, "old_pp=", 16);
	e->old_caps.inheritable = unlog_number(line, "old_pi=", 16);
	e->old_caps.effective = unlog_number(line, "old_pe=", 16);
	e->old_caps.ambient = unlog_number(line, "old_pa=", 16);
	e->task.caps.permitted = unlog_number(line, "pp=", 16);
	e->task.caps.inheritable = unlog_number(line, "pi=", 16);
	e->task.caps.effective = unlog_number(line, "pe=", 16);
	e->task.caps.ambient = unlog_number(line, "pa=", 16);
}

/* No BPRM_FCAPS: root has all capabilities, others none. */
static inline void unlog_plain_caps(struct atr_exec *e)
{
	__u64 all = e->task.euid ? 0 : 0x1ffffffffffULL;

	e->task.caps.permitted = e->task.caps.effective = all;
	e->old_caps = e->task.caps;
	e->old_uid = e->task.uid;
	e->old_euid = e->task.uid;
}

static inline void unlog_walk(struct unlog *u, const char *line, const char *key,
			      struct atr_str *str)
{
	static const char deleted[] = " (deleted)";
	size_t len = unlog_text(u, line, key), tail = sizeof(deleted) - 1;
	bool is_deleted = len > tail && !strcmp(u->value + len - tail, deleted);

	if (is_deleted)
		u->value[len - tail] = '\0';
	event_walk(&u->ev, str, u->value);
	if (is_deleted)
		str->flags = ATR_S_DELETED;
}

static inline void unlog_syscall(struct unlog *u, const char *line)
{
	struct atr_exec *e = &u->ev.exec;
	struct atr_task *t = &e->task;
	unsigned int ms;
	__u64 sec;
	size_t len;
	const char *tty, *success;

	success = unlog_raw(line, "success=", &len);
	event_begin(&u->ev, success && *success == 'y' ? ATR_KIND_EXEC : ATR_KIND_EXECFAIL);
	sscanf(strstr(line, "audit("), "audit(%llu.%u", &sec, &ms);
	e->hdr.time = sec * 1000000000 + ms * 1000000;
	e->arch = unlog_number(line, "arch=", 16);
	e->nr = unlog_number(line, "syscall=", 10);
	t->personality = unlog_number(line, "per=", 16);
	e->exit = unlog_number(line, "exit=", 10);
	e->args[0] = unlog_number(line, "a0=", 16);
	e->args[1] = unlog_number(line, "a1=", 16);
	e->args[2] = unlog_number(line, "a2=", 16);
	e->args[3] = unlog_number(line, "a3=", 16);
	t->ppid = unlog_number(line, "ppid=", 10);
	t->pid = unlog_number(line, "pid=", 10);
	t->auid = unlog_number(line, "auid=", 10);
	t->uid = unlog_number(line, "uid=", 10);
	t->gid = unlog_number(line, "gid=", 10);
	t->euid = unlog_number(line, "euid=", 10);
	t->suid = unlog_number(line, "suid=", 10);
	t->fsuid = unlog_number(line, "fsuid=", 10);
	t->egid = unlog_number(line, "egid=", 10);
	t->sgid = unlog_number(line, "sgid=", 10);
	t->fsgid = unlog_number(line, "fsgid=", 10);
	t->ses = unlog_number(line, "ses=", 10);
	len = unlog_text(u, line, "comm=");
	memcpy(t->comm, u->value, len < 15 ? len : 15);
	unlog_walk(u, line, "exe=", &e->task.exe);
	tty = unlog_raw(line, "tty=", &len);
	if (strncmp(tty, "(none)", 6))
		event_put(&u->ev, &e->task.tty, tty, len);
	else
		e->task.tty.flags = ATR_S_NULL;
	e->interp.flags = e->script.flags = e->title.flags = e->argv.flags = ATR_S_NULL;
	unlog_plain_caps(e);
	unlog_subj(u, line);
}

/* The interpreter that the PATH items show for item n, told as the answer of a look-up. */
static inline void unlog_answer(struct unlog *u, unsigned int n, unsigned int type)
{
	const struct unlog_item *item = &u->items[n], *next = item + 1;
	struct atr_file_answer *fa = &u->answer.file;

	a_file_answer(&u->answer, &item->file, type, NULL, NULL);
	fa->cap_fp = item->cap_fp;
	fa->cap_fi = item->cap_fi;
	fa->cap_fe = item->cap_fe;
	fa->cap_fver = item->cap_fver;
	fa->cap_rootid = item->cap_rootid;
	if (n + 1 < u->n && type != ATR_ANSWER_OTHER)
		event_put(&u->answer, &fa->interp, next->name, next->name_len);
	stream_add(&u->out, &u->answer);
}

static inline bool unlog_is_ld(const struct unlog_item *item)
{
	return strstr(item->name, "/ld-") || strstr(item->name, "/ld.so");
}

static inline void unlog_exec_files(struct unlog *u)
{
	struct atr_exec *e = &u->ev.exec;
	unsigned int n = u->n, i;

	e->has_ld = n && unlog_is_ld(&u->items[n - 1]);
	if (e->has_ld)
		e->ld = u->items[--n].file;
	for (i = 0; i < n; i++) {
		e->files[i] = u->items[i].file;
		unlog_answer(u, i, i + 1 < n ? ATR_ANSWER_SCRIPT : ATR_ANSWER_ELF);
	}
	e->nfiles = n;
	e->running = n ? n - 1 : 0;
	if (e->has_ld)
		unlog_answer(u, n, ATR_ANSWER_OTHER);
	if (n > 1)
		event_put(&u->ev, &e->interp, u->items[n - 1].name, u->items[n - 1].name_len);
}

static inline void unlog_fail_files(struct unlog *u)
{
	struct atr_exec *e = &u->ev.exec;
	unsigned int i;

	/* These come from the open itself, so the file is not among those that were opened. */
	if (e->exit == -EACCES || (e->exit == -ELOOP && u->n == 1)) {
		event_begin(&u->answer, ATR_KIND_ITEM);
		u->answer.item.file = u->items[0].file;
		u->answer.item.error = u->items[0].file.flags ? 0 : EACCES;
		stream_add(&u->out, &u->answer);
		unlog_answer(u, 0, ATR_ANSWER_OTHER);
		return;
	}
	for (i = 0; i < u->n && u->items[i].file.flags; i++) {
		e->files[i] = u->items[i].file;
		/* A script that is its own interpreter is one file, and one answer. */
		if (!i || e->files[i].ino != e->files[i - 1].ino)
			unlog_answer(u, i, i + 1 < u->n ? ATR_ANSWER_SCRIPT : ATR_ANSWER_OTHER);
	}
	e->nfiles = i;
}

static inline void unlog_name(struct unlog *u)
{
	struct atr_exec *e = &u->ev.exec;
	bool at = e->nr == 322;

	if (!u->n) {
		e->name.flags = e->exit == -EFAULT	 ? ATR_S_FAULT :
				e->exit == -ENAMETOOLONG ? ATR_S_CUT :
							   0;
		return;
	}
	event_put(&u->ev, &e->name, u->items[0].name, u->items[0].name_len);
	if (at && u->items[0].name[0] != '/')
		e->hdr.flags |= ATR_F_DIRFD;
	if (at && !u->items[0].name_len)
		e->args[4] = AT_EMPTY_PATH;
}

/* Arguments that do not fit into the event come as chunks before it. */
static inline void unlog_argv(struct unlog *u)
{
	struct atr_exec *e = &u->ev.exec;
	size_t at, n;
	__u64 seq = 1;

	e->argc = u->argc;
	e->argv_len = u->argv.len;
	if (u->argv.len <= ATR_ARGV_INLINE) {
		event_put(&u->ev, &e->argv, u->argv.bytes ? u->argv.bytes : "", u->argv.len);
		return;
	}
	e->hdr.flags |= ATR_F_CHUNKED;
	for (at = 0; at < u->argv.len; at += n) {
		n = u->argv.len - at < ATR_CHUNK_MAX ? u->argv.len - at : ATR_CHUNK_MAX;
		event_begin(&u->answer, ATR_KIND_CHUNK);
		u->answer.hdr.seq = seq++;
		u->answer.chunk.off = at;
		event_put(&u->answer, &u->answer.chunk.data, u->argv.bytes + at, n);
		stream_add(&u->out, &u->answer);
	}
	e->hdr.seq = seq;
}

/* NAME answers from an enriched tail: the pairs stand in the order of the fields. */
static inline void unlog_names(struct unlog *u, const char *line)
{
	static const char *const keys[] = { "AUID", "UID",  "GID",   "EUID", "SUID", "FSUID",
					    "EGID", "SGID", "FSGID", "OUID", "OGID" };
	const char *tail = line + strcspn(line, "\n\x1d"), *at, *end;
	char upper[16], lower[16];
	unsigned int i, j;

	for (i = 0; *tail == '\x1d' && i < sizeof(keys) / sizeof(keys[0]); i++) {
		snprintf(upper, sizeof(upper), "%s=\"", keys[i]);
		snprintf(lower, sizeof(lower), "%s=", keys[i]);
		for (j = 0; lower[j]; j++)
			lower[j] = tolower(lower[j]);
		for (at = tail; (at = strstr(at + 1, upper));)
			if (at[-1] == ' ' || at[-1] == '\x1d')
				break;
		if (!at || at > tail + strcspn(tail, "\n"))
			continue;
		at += strlen(upper);
		end = strchr(at, '"');
		snprintf(u->value, sizeof(u->value), "%.*s", (int)(end - at), at);
		if (!strcmp(u->value, "unset"))
			continue;
		a_name(&u->answer, unlog_number(line, lower, 10),
		       keys[i][strlen(keys[i]) - 3] == 'G',
		       strncmp(u->value, "unknown(", 8) ? u->value : NULL);
		stream_add(&u->out, &u->answer);
	}
}

/*
 * The events for the record group that begins with the SYSCALL line at group and has len bytes.
 * u->out is the caller's to free; NULL u->out.bytes: it is no exec.
 */
static inline void unlog_group(struct unlog *u, const char *group)
{
	struct atr_exec *e = &u->ev.exec;
	const char *line, *next;
	size_t len;

	memset(&u->out, 0, sizeof(u->out));
	memset(&u->argv, 0, sizeof(u->argv));
	u->n = 0;
	u->argc = 0;
	for (line = group; *line; line = next) {
		next = line + strcspn(line, "\n") + 1;
		unlog_names(u, line);
		if (!strncmp(line, "type=SYSCALL ", 13))
			unlog_syscall(u, line);
		else if (!strncmp(line, "type=BPRM_FCAPS ", 16))
			unlog_caps(u, line);
		else if (!strncmp(line, "type=EXECVE ", 12))
			unlog_execve(u, line);
		else if (!strncmp(line, "type=CWD ", 9))
			unlog_walk(u, line, "cwd=", &e->cwd);
		else if (!strncmp(line, "type=PATH ", 10))
			unlog_path(u, line);
		else if (!strncmp(line, "type=PROCTITLE ", 15) &&
			 e->hdr.kind == ATR_KIND_EXECFAIL) {
			len = unlog_text(u, line, "proctitle=");
			event_put(&u->ev, &e->title, u->value, len);
		}
	}
	unlog_name(u);
	if (e->hdr.kind == ATR_KIND_EXEC)
		unlog_exec_files(u);
	else
		unlog_fail_files(u);
	if (e->hdr.kind == ATR_KIND_EXEC)
		unlog_argv(u);
	stream_add(&u->out, &u->ev);
	free(u->argv.bytes);
}

#endif /* ATR_TESTS_UNLOG_H */
