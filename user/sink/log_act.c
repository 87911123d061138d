// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/sink/log_impl.h"
#include "user/sink/log_rotate.h"

#define MIB (1024ULL * 1024)

enum {
	LAST_BLOCKS = 5,  /* auditd calls a file system full when only these are free */
	WARNINGS_MAX = 5, /* to syslog, of one error after the other */
};

void log__say(struct log *log, enum atr_tell level, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (!log->calls.tell)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	log->calls.tell(log->calls.ctx, level, text);
}

/* --- actions --- */

static void act_ignore(struct log *log, enum atr_when when, const char *why)
{
	log__say(log, ATR_TELL_WARN, "%s", why);
}

static void act_syslog(struct log *log, enum atr_when when, const char *why)
{
	log__say(log, ATR_TELL_ALERT, "%s", why);
}

static void act_email(struct log *log, enum atr_when when, const char *why)
{
	log__say(log, ATR_TELL_ALERT, "%s (no mail is sent of it: email is taken as syslog)", why);
}

static void act_rotate(struct log *log, enum atr_when when, const char *why)
{
	if (when == ATR_WHEN_FULL) {
		log__say(log, ATR_TELL_WARN, "%s: the oldest events make room", why);
		log__make_room(log);
	} else if (!log__keep(log)) {
		log__say(log, ATR_TELL_WARN, "%s: not rotated, num_logs is below 2", why);
	} else if (!log->rotate_failed) {
		log__turn(log, why);
	}
}

static void act_suspend(struct log *log, enum atr_when when, const char *why)
{
	log->suspended = true;
	log__say(log, ATR_TELL_ALERT,
		 "%s: logging is suspended; events wait in memory until it is resumed", why);
}

/* As auditd's: no arguments, no environment, no signal blocked or ignored. */
static int run(const char *exe, pid_t *ret)
{
	char *argv[] = { (char *)exe, NULL };
	char *envp[] = { NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t set;
	int err;

	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_init(&files);
	sigfillset(&set);
	posix_spawnattr_setsigdefault(&attr, &set);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	err = -posix_spawn(ret, exe, &files, &attr, argv, envp);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return err;
}

/* The file is closed so that the program may move or compress it. */
static void act_exec(struct log *log, enum atr_when when, const char *why)
{
	const char *exe = log->opts.actions[when].exe;
	int err;

	log__release(log);
	log->suspended = true;
	log__say(log, ATR_TELL_ALERT,
		 "%s: %s is run; logging is suspended, events wait in memory until it is resumed",
		 why, exe);
	/* Who has not been reaped is not waited for. */
	log->child = 0;
	err = run(exe, &log->child);
	if (err)
		log__say(log, ATR_TELL_ERROR, "%s cannot be run: %s", exe, strerror(-err));
}

static void act_runlevel(struct log *log, enum atr_when when, const char *why)
{
	enum atr_act act = log->opts.actions[when].act;

	log__say(log, ATR_TELL_ALERT, "%s: the system is %s", why,
		 act == ATR_ACT_HALT ? "halted" : "changed to single-user mode");
	if (log->calls.runlevel)
		log->calls.runlevel(log->calls.ctx, act);
}

static void act(struct log *log, enum atr_when when, const char *why)
{
	static void (*const how[ATR_ACT_MAX])(struct log *, enum atr_when, const char *) = {
		[ATR_ACT_IGNORE] = act_ignore,	  [ATR_ACT_SYSLOG] = act_syslog,
		[ATR_ACT_EMAIL] = act_email,	  [ATR_ACT_ROTATE] = act_rotate,
		[ATR_ACT_KEEP_LOGS] = act_rotate, [ATR_ACT_EXEC] = act_exec,
		[ATR_ACT_SUSPEND] = act_suspend,  [ATR_ACT_SINGLE] = act_runlevel,
		[ATR_ACT_HALT] = act_runlevel,
	};

	how[log->opts.actions[when].act](log, when, why);
}

/* Once, until the reason is gone. */
static void act_once(struct log *log, enum atr_when when, const char *why)
{
	if (log->said[when])
		return;
	log->said[when] = true;
	act(log, when, why);
}

void log__reap(struct log *log)
{
	int status = 0;
	pid_t pid;

	if (log->child <= 0)
		return;
	pid = waitpid(log->child, &status, WNOHANG);
	if (!pid)
		return;
	/* Somebody else may have: then its status is not known. */
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status))
		log__say(log, ATR_TELL_WARN,
			 "the program that was run of an action: exit status %d",
			 WEXITSTATUS(status));
	log->child = 0;
}

/* --- reasons --- */

void log__problem(struct log *log, const char *what, int err)
{
	char why[256];

	log->counters.errors++;
	log->full = err == -ENOSPC || err == -EDQUOT;
	snprintf(why, sizeof(why), "%s: %s: %s", log->opts.log_file, what, strerror(-err));
	if (log->full) {
		act_once(log, ATR_WHEN_FULL, why);
	} else if (log->opts.actions[ATR_WHEN_ERROR].act == ATR_ACT_SYSLOG) {
		if (log->error_warnings++ < WARNINGS_MAX)
			act(log, ATR_WHEN_ERROR, why);
	} else {
		act_once(log, ATR_WHEN_ERROR, why);
	}
}

void log__no_problem(struct log *log)
{
	log->error_warnings = 0;
	log->said[ATR_WHEN_ERROR] = false;
	if (!log->failing)
		return;
	log->failing = false;
	log->full = false;
	log__say(log, ATR_TELL_INFO, "%s can be written again", log->opts.log_file);
	/* Whether space has returned is to be seen now. */
	log->unchecked = SIZE_MAX;
}

void log__check_size(struct log *log)
{
	unsigned long long size = log->file.size;
	char why[256];

	if (!log->opts.max_log_file || size < log->opts.max_log_file * MIB) {
		log->said[ATR_WHEN_SIZE] = false;
		return;
	}
	snprintf(why, sizeof(why), "%s has reached max_log_file, %u MiB", log->opts.log_file,
		 log->opts.max_log_file);
	act_once(log, ATR_WHEN_SIZE, why);
}

static unsigned long long threshold(const struct log_space *space, const struct statvfs *fs)
{
	if (space->percent)
		return (unsigned long long)fs->f_blocks * fs->f_frsize / 100 * space->value;
	return space->value * MIB;
}

static void check_limit(struct log *log, enum atr_when when, const struct log_space *space,
			const struct statvfs *fs)
{
	unsigned long long left = (unsigned long long)fs->f_bavail * fs->f_frsize;
	char why[256];

	if (left >= threshold(space, fs)) {
		log->said[when] = false;
		return;
	}
	snprintf(why, sizeof(why), "%llu MiB are free for %s, less than %s, %lu%s", left / MIB,
		 log->opts.log_file, when == ATR_WHEN_ADMIN ? "admin_space_left" : "space_left",
		 space->value, space->percent ? " %" : " MiB");
	act_once(log, when, why);
}

void log__check_space(struct log *log)
{
	struct statvfs fs;
	char why[256];

	log->unchecked = 0;
	if (fstatvfs(log->place.fd, &fs))
		return;
	if (fs.f_bavail < LAST_BLOCKS) {
		snprintf(why, sizeof(why), "%s: no space left", log->opts.log_file);
		act_once(log, ATR_WHEN_FULL, why);
		return;
	}
	if (!log->failing)
		log->said[ATR_WHEN_FULL] = false;
	check_limit(log, ATR_WHEN_SPACE, &log->opts.space_left, &fs);
	check_limit(log, ATR_WHEN_ADMIN, &log->opts.admin_space_left, &fs);
}

void log__make_room(struct log *log)
{
	unsigned int n, keep = log__keep(log);

	if (!keep) {
		log__say(log, ATR_TELL_WARN, "nothing is rotated: num_logs is below 2");
		return;
	}
	/* An empty file in the place of a full one would gain nothing. */
	if (log->file.fd >= 0 && log->file.size > 0) {
		log__turn(log, "to make room");
		return;
	}
	if (!log_place__drop_oldest(&log->place, keep, &n))
		log__say(log, ATR_TELL_WARN, "%s.%u is removed to make room", log->opts.log_file,
			 n);
}
