/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 12:34:56.789 alice→root ses=3 tty=pts0 ok exe=/usr/bin/ls cwd=/root $ ls -la '/tmp/a b'
 * 12:34:56.801 alice ses=3 tty=pts0 ENOENT exe=/usr/bin/bash cwd=/root ! /usr/local/bin/ls
 *
 * The command comes last, so that it can be selected to the end of the line.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "user/record/shell.h"
#include "user/record/state.h"

enum paint { PAINT_TIME, PAINT_USER, PAINT_ROOT, PAINT_OK, PAINT_FAILED, PAINT_COMMAND };

static void paint(struct recorder *r, enum paint how)
{
	static const char *const codes[] = {
		[PAINT_TIME] = "\033[2m", [PAINT_USER] = "\033[36m",   [PAINT_ROOT] = "\033[1;35m",
		[PAINT_OK] = "\033[32m",  [PAINT_FAILED] = "\033[31m", [PAINT_COMMAND] = "\033[1m",
	};

	if (r->opts.colour)
		text_bytes(&r->out, codes[how], strlen(codes[how]));
}

static void unpaint(struct recorder *r)
{
	if (r->opts.colour)
		text_lit(&r->out, "\033[0m");
}

/* In the time zone of who reads, which recorder__new() has set. */
static void write_local(struct recorder *r, __u64 sec, unsigned int ms)
{
	time_t at = sec;
	struct tm tm = { 0 };

	localtime_r(&at, &tm);
	paint(r, PAINT_TIME);
	text_padded(&r->out, tm.tm_hour, 2);
	text_char(&r->out, ':');
	text_padded(&r->out, tm.tm_min, 2);
	text_char(&r->out, ':');
	text_padded(&r->out, tm.tm_sec, 2);
	text_char(&r->out, '.');
	text_padded(&r->out, ms, 3);
	unpaint(r);
}

static void write_user(struct recorder *r, __u32 uid)
{
	struct name name;

	names__get(r->names, uid, NAME_USER, &name);
	paint(r, uid ? PAINT_USER : PAINT_ROOT);
	if (name.plain)
		shell_word(&r->out, name.plain, name.plain_len, false);
	else
		text_u64(&r->out, "", uid);
	unpaint(r);
}

static void write_users(struct recorder *r, const struct atr_task *task)
{
	text_char(&r->out, ' ');
	if (task->auid != ATR_UNSET && task->auid != task->uid) {
		write_user(r, task->auid);
		text_lit(&r->out, "→");
	}
	write_user(r, task->uid);
	/* Set-user-ID: whose rights it has. */
	if (task->euid != task->uid) {
		text_char(&r->out, '(');
		write_user(r, task->euid);
		text_char(&r->out, ')');
	}
}

static void write_result(struct recorder *r, const struct atr_exec *e, const char *flaws)
{
	const char *name = NULL;

	text_char(&r->out, ' ');
	if (e->hdr.kind == ATR_KIND_EXEC || e->exit >= 0) {
		paint(r, PAINT_OK);
		text_lit(&r->out, "ok");
		/* It only asked whether it would work, and did not become another program. */
		if (e->hdr.kind == ATR_KIND_EXECFAIL)
			text_lit(&r->out, " (check)");
	} else {
		paint(r, PAINT_FAILED);
		if (e->exit >= -4095)
			name = strerrorname_np(-e->exit);
		if (name)
			text_bytes(&r->out, name, strlen(name));
		else
			text_i64(&r->out, "exit=", e->exit);
	}
	unpaint(r);
	if (flaws) {
		text_lit(&r->out, " (");
		text_bytes(&r->out, flaws, strlen(flaws));
		text_char(&r->out, ')');
	}
}

/* Of strangers' making: a path goes through shell_word(), so no byte of it acts on the terminal. */
static void write_walk(struct recorder *r, const struct atr_view *view, const struct atr_str *str)
{
	char path[2 * ATR_NAME_MAX];
	const char *walk;
	size_t len;
	int n = -1;

	walk = event_str(view, str, &len);
	if (!(str->flags & (ATR_S_FAULT | ATR_S_CUT | ATR_S_NULL)))
		n = walk_path(walk, len, path, sizeof(path));
	if (n < 0)
		text_char(&r->out, '?');
	else
		shell_word(&r->out, path, n, false);
	if (str->flags & ATR_S_DELETED)
		text_lit(&r->out, " (deleted)");
}

static void write_where(struct recorder *r, const struct atr_view *view)
{
	const struct atr_task *task = view->task;
	const char *tty;
	size_t len;

	if (task->ses != ATR_UNSET)
		text_u64(&r->out, " ses=", task->ses);
	tty = event_str(view, &task->tty, &len);
	if (len && !(task->tty.flags & (ATR_S_NULL | ATR_S_FAULT))) {
		text_lit(&r->out, " tty=");
		text_trusted(&r->out, tty, len);
	}
}

/* argc is the kernel's count and len what is at hand: whichever ends first. */
static void write_command(struct recorder *r, __u32 argc, const char *argv, size_t len)
{
	const char *end = argv + len;
	__u32 i;
	size_t n;

	text_lit(&r->out, " $");
	paint(r, PAINT_COMMAND);
	for (i = 0; i < argc && argv < end && !r->out.err; i++) {
		n = strnlen(argv, end - argv);
		text_char(&r->out, ' ');
		shell_word(&r->out, argv, n, i == 0);
		argv += n + 1;
	}
	unpaint(r);
}

void human_exec(struct recorder *r, const struct atr_view *view, const char *argv, size_t argv_len)
{
	const struct atr_exec *e = view->exec;
	char flaws[64];
	const char *name;
	unsigned int ms;
	size_t len;
	__u64 sec;

	clock_real(&r->clock, &e->hdr, &sec, &ms);
	write_local(r, sec, ms);
	write_users(r, &e->task);
	write_where(r, view);
	write_result(r, e, exec_flaws(e, false, flaws, sizeof(flaws)));
	text_lit(&r->out, " exe=");
	write_walk(r, view, &e->task.exe);
	text_lit(&r->out, " cwd=");
	write_walk(r, view, &e->cwd);
	if (e->hdr.kind == ATR_KIND_EXEC) {
		write_command(r, e->argc, argv, argv_len);
	} else {
		/* What was to be run is all that is known: arguments of failures are not read. */
		text_lit(&r->out, " ! ");
		paint(r, PAINT_COMMAND);
		name = event_str(view, &e->name, &len);
		if (e->name.flags & (ATR_S_FAULT | ATR_S_NULL))
			text_char(&r->out, '?');
		else
			shell_word(&r->out, name, len, true);
		unpaint(r);
	}
	text_char(&r->out, '\n');
}

void human_other(struct recorder *r, const struct atr_view *view, const char *type,
		 const char *text, size_t len, int res)
{
	unsigned int ms;
	__u64 sec;
	size_t i;

	clock_real(&r->clock, view->hdr, &sec, &ms);
	write_local(r, sec, ms);
	write_users(r, view->task);
	write_where(r, view);
	text_char(&r->out, ' ');
	paint(r, res ? PAINT_COMMAND : PAINT_FAILED);
	text_bytes(&r->out, type, strlen(type));
	unpaint(r);
	text_char(&r->out, ' ');
	/* For a terminal: nothing that it could take for a command. */
	for (i = 0; i < len; i++)
		text_char(&r->out, (unsigned char)text[i] < 0x20 || (unsigned char)text[i] > 0x7e ?
					   '?' :
					   text[i]);
	if (res >= 0) {
		if (res)
			text_lit(&r->out, " ok");
		else
			text_lit(&r->out, " failed");
	}
	text_char(&r->out, '\n');
}

void human_lost(struct recorder *r, const struct atr_lost *lost)
{
	const char *kind = kind_name(lost->lost_kind), *cause = cause_name(lost->cause);
	unsigned int ms;
	__u64 sec;

	clock_real(&r->clock, &lost->hdr, &sec, &ms);
	write_local(r, sec, ms);
	paint(r, PAINT_FAILED);
	text_u64(&r->out, " lost: ", lost->count);
	text_lit(&r->out, " x ");
	text_bytes(&r->out, kind, strlen(kind));
	unpaint(r);
	text_lit(&r->out, " (");
	text_bytes(&r->out, cause, strlen(cause));
	text_lit(&r->out, "), from ");
	clock_real_boot(&r->clock, lost->first, &sec, &ms);
	write_local(r, sec, ms);
	text_lit(&r->out, " to ");
	clock_real_boot(&r->clock, lost->last, &sec, &ms);
	write_local(r, sec, ms);
	text_char(&r->out, '\n');
}
