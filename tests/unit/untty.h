/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way back from TTY, and the call that it is an event of, to what the kernel side has sent. */
#ifndef ATR_TESTS_UNTTY_H
#define ATR_TESTS_UNTTY_H

#include "tests/unit/unlog.h"

static inline const char *untty_next(const char *line)
{
	return line + strcspn(line, "\n") + 1;
}

/* An event of the task that the lines tell of; what they do not tell is what the record does not either. */
static inline void untty_event(struct unlog *u, const char *tty, const char *call)
{
	struct atr_task task;
	unsigned int ms;
	__u64 sec;
	size_t len;

	if (call)
		unlog_syscall(u, call);
	else
		event_begin(&u->ev, ATR_KIND_EXEC);
	task = u->ev.exec.task;
	event_begin(&u->answer, ATR_KIND_TTY);
	u->answer.tty.arch = u->ev.exec.arch;
	u->answer.tty.nr = u->ev.exec.nr;
	u->answer.tty.exit = u->ev.exec.exit;
	memcpy(u->answer.tty.args, u->ev.exec.args, sizeof(u->answer.tty.args));
	if (!call)
		task.pid = unlog_number(tty, "pid=", 10);
	task.tid = unlog_number(tty, "pid=", 10);
	task.uid = unlog_number(tty, "uid=", 10);
	task.auid = unlog_number(tty, "auid=", 10);
	task.ses = unlog_number(tty, "ses=", 10);
	len = unlog_text(u, tty, "comm=");
	memcpy(task.comm, u->value, len < 15 ? len : 15);
	memset(&task.exe, 0, sizeof(task.exe));
	memset(&task.tty, 0, sizeof(task.tty));
	u->answer.tty.task = task;
	if (call) {
		unlog_text(u, call, "exe=");
		event_walk(&u->answer, &u->answer.tty.task.exe, u->value);
		len = strcspn(strstr(call, " tty=") + 5, " ");
		event_put(&u->answer, &u->answer.tty.task.tty, strstr(call, " tty=") + 5, len);
	}
	sscanf(strstr(tty, "audit("), "audit(%llu.%u", &sec, &ms);
	u->answer.hdr.time = sec * 1000000000 + ms * 1000000;
	u->answer.tty.dev = unlog_number(tty, "major=", 10) << 20 | unlog_number(tty, "minor=", 10);
}

/*
 * Each TTY but the last of a read had been gathered before, key by key; that of exit_group(), or one that is alone,
 * as well. u->out is the caller's to free.
 */
static inline void untty_group(struct unlog *u, const char *group)
{
	const char *line, *call = strstr(group, "type=SYSCALL "), *title;
	const bool read = call && unlog_number(call, "syscall=", 10) == 0;
	size_t len;

	memset(&u->out, 0, sizeof(u->out));
	title = strstr(group, "type=PROCTITLE ");
	for (line = group; !strncmp(line, "type=TTY ", 9); line = untty_next(line)) {
		const bool last = strncmp(untty_next(line), "type=TTY ", 9) != 0;

		untty_event(u, line, call);
		if (read && last)
			u->answer.tty.how = ATR_TTY_ICANON | ATR_TTY_PUSH | ATR_TTY_END;
		if (title) {
			len = unlog_text(u, title, "proctitle=");
			u->value[len] = '\0';
			u->answer.tty.title_len = len + 1;
			event_put(&u->answer, &u->answer.tty.title, u->value, len + 1);
		}
		len = unlog_text(u, line, "data=");
		event_put(&u->answer, &u->answer.tty.data, u->value, len);
		stream_add(&u->out, &u->answer);
		if (read || !last)
			continue;
		memset(&u->answer.tty.data, 0, sizeof(u->answer.tty.data));
		u->answer.tty.how = ATR_TTY_EXIT | ATR_TTY_END | (call ? 0 : ATR_TTY_ALONE);
		stream_add(&u->out, &u->answer);
	}
}

#endif /* ATR_TESTS_UNTTY_H */
