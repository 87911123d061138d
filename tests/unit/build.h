/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes events as the kernel side and the look-ups make them. */
#ifndef ATR_TESTS_BUILD_H
#define ATR_TESTS_BUILD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/event/event.h"
#include "user/record/record.h"

struct event {
	union {
		__u64 align;
		struct atr_hdr hdr;
		struct atr_exec exec;
		struct atr_chunk chunk;
		struct atr_clock clock;
		struct atr_file_answer file;
		struct atr_item_answer item;
		struct atr_name_answer name;
		struct atr_label_answer label;
		struct atr_message message;
		struct atr_login login;
		struct atr_pam pam;
		struct atr_abend abend;
		struct atr_tty tty;
		struct atr_kernel kernel;
		struct atr_session session;
		struct atr_address_answer address;
		struct atr_lost lost;
		struct atr_host host;
		char bytes[128 * 1024];
	};
};

/* A fresh event with nothing in it. */
static inline void event_begin(struct event *ev, unsigned int kind)
{
	static const size_t sizes[] = {
#define SIZE(number, name, payload, text) [number] = sizeof(struct atr_##payload),
		ATR_KINDS(SIZE)
#undef SIZE
	};

	memset(ev->bytes, 0, sizes[kind]);
	ev->hdr.kind = kind;
	ev->hdr.abi = ATR_ABI;
	ev->hdr.size = sizes[kind];
	ev->hdr.time = 1500 * 1000000ULL;
}

static inline void event_put(struct event *ev, struct atr_str *str, const void *bytes, size_t len)
{
	if (ev->hdr.size + len + 8 > sizeof(ev->bytes))
		abort();
	str->off = ev->hdr.size;
	str->len = len;
	str->flags = 0;
	memcpy(ev->bytes + str->off, bytes, len);
	memset(ev->bytes + str->off + len, 0, 8);
	/* As the kernel side has it: a NUL behind, and the end on a multiple of 8. */
	ev->hdr.size += (len + 1 + 7) & ~7UL;
}

static inline void event_puts(struct event *ev, struct atr_str *str, const char *text)
{
	event_put(ev, str, text, strlen(text));
}

/* A path as a walk: "/usr/bin/ls" becomes ls bin usr, a NUL behind each. */
static inline void event_walk(struct event *ev, struct atr_str *str, const char *path)
{
	char walk[2 * ATR_NAME_MAX], copy[2 * ATR_NAME_MAX], *slash;
	size_t at = 0;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((slash = strrchr(copy, '/')) && slash[1]) {
		at += snprintf(walk + at, sizeof(walk) - at, "%s", slash + 1) + 1;
		*slash = '\0';
	}
	event_put(ev, str, walk, at);
}

static inline struct atr_view event_check(const struct event *ev)
{
	struct atr_view view = { 0 };
	int err = event_view(ev, ev->hdr.size, &view);

	if (err) {
		printf("Bail out! an event of kind %u is refused: %d\n", ev->hdr.kind, err);
		exit(1);
	}
	return view;
}

static inline struct atr_file a_file(__u64 ino)
{
	return (struct atr_file){
		.ino = ino,
		.ctime_sec = 1700000000 + ino,
		.dev = 0xfe << 20,
		.mode = 0100755,
		.flags = ATR_FILE_VALID | ATR_FILE_NOSEC,
	};
}

/* argv as the kernel has it: each string with its NUL. */
static inline size_t argv_pack(char *buf, const char *const *argv)
{
	size_t at = 0, len;

	for (; *argv; argv++, at += len) {
		len = strlen(*argv) + 1;
		memcpy(buf + at, *argv, len);
	}
	return at;
}

static inline unsigned int argv_count(const char *const *argv)
{
	unsigned int n = 0;

	while (argv[n])
		n++;
	return n;
}

/* An ordinary exec by root: ls /, dynamic, inodes 10 (ls) and 20 (ld.so). */
static inline void an_exec(struct event *ev)
{
	struct atr_exec *e = &ev->exec;

	event_begin(ev, ATR_KIND_EXEC);
	e->task = (struct atr_task){
		.pid = 2993,
		.tid = 2993,
		.ppid = 2974,
		.auid = ATR_UNSET,
		.ses = ATR_UNSET,
		.caps = { .permitted = 0x1ffffffffffULL, .effective = 0x1ffffffffffULL },
		.comm = "ls",
	};
	e->old_caps = e->task.caps;
	e->args[0] = 0x55fe2996e640;
	e->args[1] = 0x55fe2996e6a0;
	e->args[2] = 0x55fe2996e6c0;
	e->args[3] = 8;
	e->arch = 0xc000003e;
	e->nr = 59;
	e->argc = 2;
	e->argv_len = 5;
	e->nfiles = 1;
	e->has_ld = 1;
	e->files[0] = a_file(10);
	e->ld = a_file(20);
	e->interp.flags = ATR_S_NULL;
	e->title.flags = ATR_S_NULL;
	e->script.flags = ATR_S_NULL;
	e->task.tty.flags = ATR_S_NULL;
	event_puts(ev, &e->name, "/usr/bin/ls");
	event_walk(ev, &e->task.exe, "/usr/bin/ls");
	event_walk(ev, &e->cwd, "/root");
	event_put(ev, &e->argv, "ls\0/", 5);
}

/* sshd, of root and in no session: what logins come from. */
static inline struct atr_task a_sender(void)
{
	return (struct atr_task){
		.pid = 787,
		.tid = 787,
		.ppid = 1,
		.auid = ATR_UNSET,
		.ses = ATR_UNSET,
		.comm = "sshd",
		.tty.flags = ATR_S_NULL,
		.cgroup.flags = ATR_S_NULL,
	};
}

/* A message that the kernel would take, as libaudit sends it: with its NUL. */
static inline void a_message(struct event *ev, __u32 type, const char *text, size_t len)
{
	event_begin(ev, ATR_KIND_MESSAGE);
	ev->message.task = a_sender();
	ev->hdr.flags = ATR_TRUST_SENDER | ATR_TRUST_SOCKET | ATR_TRUST_INITIAL;
	ev->message.type = type;
	ev->message.len = len;
	event_walk(ev, &ev->message.task.exe, "/usr/sbin/sshd");
	event_put(ev, &ev->message.text, text, len);
}

/* A failed exec of /nope by bash; no file was opened. */
static inline void an_execfail(struct event *ev, int error)
{
	struct atr_exec *e = &ev->exec;

	event_begin(ev, ATR_KIND_EXECFAIL);
	e->task = (struct atr_task){
		.pid = 3001,
		.tid = 3001,
		.ppid = 2974,
		.auid = 1000,
		.ses = 3,
		.uid = 1000,
		.gid = 1000,
		.euid = 1000,
		.suid = 1000,
		.fsuid = 1000,
		.egid = 1000,
		.sgid = 1000,
		.fsgid = 1000,
		.comm = "bash",
	};
	e->args[0] = 0x1000;
	e->arch = 0xc000003e;
	e->nr = 59;
	e->exit = -error;
	e->interp.flags = ATR_S_NULL;
	e->argv.flags = ATR_S_NULL;
	e->script.flags = ATR_S_NULL;
	event_puts(ev, &e->name, "/nope");
	event_walk(ev, &e->task.exe, "/usr/bin/bash");
	event_walk(ev, &e->cwd, "/home/ann");
	event_put(ev, &e->title, "-bash", 6);
	event_puts(ev, &e->task.tty, "pts0");
}

static inline void a_file_answer(struct event *ev, const struct atr_file *file, unsigned int type,
				 const char *interp, const char *arg)
{
	event_begin(ev, ATR_KIND_FILE);
	ev->file.file = *file;
	ev->file.type = type;
	ev->file.cap_known = type != ATR_ANSWER_NONE;
	ev->file.interp.flags = ev->file.arg.flags = ATR_S_NULL;
	if (interp)
		event_puts(ev, &ev->file.interp, interp);
	if (arg)
		event_puts(ev, &ev->file.arg, arg);
}

static inline void a_name(struct event *ev, __u32 id, bool group, const char *name)
{
	event_begin(ev, ATR_KIND_NAME);
	ev->name.id = id;
	ev->name.group = group;
	ev->name.name.flags = ATR_S_NULL;
	if (name)
		event_puts(ev, &ev->name.name, name);
}

static inline void a_label(struct event *ev, __u32 sid, const char *text)
{
	event_begin(ev, ATR_KIND_LABEL);
	ev->label.sid = sid;
	ev->label.text.flags = ATR_S_NULL;
	if (text)
		event_puts(ev, &ev->label.text, text);
}

/* A host with these security modules, see struct atr_host. */
static inline void a_host(struct event *ev, __u32 lsms)
{
	event_begin(ev, ATR_KIND_HOST);
	ev->host.last_cap = 40;
	ev->host.lsms = lsms;
}

/* Real time is 1795221667 s ahead of boot time: an event of the maker is stamped …668.500. */
static inline void a_clock(struct event *ev)
{
	event_begin(ev, ATR_KIND_CLOCK);
	ev->hdr.time = 0;
	ev->clock.real_boot = 1795221667LL * 1000000000;
}

static inline struct recorder *a_recorder(enum atr_format format)
{
	struct atr_record_opts opts = { .format = format, .first_serial = 4 };
	struct recorder *r = recorder__new(&opts);

	if (!r)
		abort();
	return r;
}

/* Feeds ev; returns the text, "" where there is none, and NULL for an error (then in *ret_err). */
static inline const char *feed(struct recorder *r, const struct event *ev, size_t *ret_len,
			       int *ret_err)
{
	struct atr_view view = event_check(ev);
	const char *text = NULL;

	*ret_len = 0;
	*ret_err = recorder__feed(r, &view, &text, ret_len);
	if (*ret_err)
		return NULL;
	return *ret_len ? text : "";
}

/* The same, as a string; the caller frees it. */
static inline char *feed_str(struct recorder *r, const struct event *ev)
{
	size_t len;
	int err;
	const char *text = feed(r, ev, &len, &err);

	return text ? strndup(text, len) : NULL;
}

/* Line n (from 0) of text without its newline; the caller frees it. */
static inline char *line_of(const char *text, int n)
{
	for (; n > 0 && text; n--) {
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return strndup(text ? text : "", text ? strcspn(text, "\n") : 0);
}

/* The first line of a type, "" if there is none; the caller frees it. */
static inline char *record_of(const char *text, const char *type)
{
	char head[64];
	const char *at = text;

	snprintf(head, sizeof(head), "type=%s ", type);
	while (at && strncmp(at, head, strlen(head))) {
		at = strchr(at, '\n');
		if (at)
			at++;
	}
	return strndup(at ? at : "", at ? strcspn(at, "\n") : 0);
}

#endif /* ATR_TESTS_BUILD_H */
