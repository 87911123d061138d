// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "user/sink/log_impl.h"
#include "user/sink/log_rotate.h"

void log__release(struct log *log)
{
	int err = 0;

	if (log->file.fd >= 0 && log->flush)
		err = log_flush__ask(log->flush, log->file.fd, 1);
	else if (log->file.fd >= 0 && log->unflushed && log->opts.flush == ATR_FLUSH_INCREMENTAL)
		err = fdatasync(log->file.fd) ? -errno : 0;
	log->unflushed = 0;
	log_file__close(&log->file);
	if (err)
		log__problem(log, "flush", err);
}

void log__tell_news(struct log *log)
{
	const char *path = log->opts.log_file;

	if (log->file.truncated != log->truncated)
		log__say(log, ATR_TELL_WARN, "%s was truncated by somebody; it goes on from there",
			 path);
	if (log->file.strangers && !log->strangers)
		log__say(log, ATR_TELL_WARN, "somebody else writes to %s, too", path);
	if (log->place.aside != log->aside)
		log__say(
			log, ATR_TELL_WARN,
			"what stood in the place of %s is no log file of ours: it is %s.aside%u now",
			path, path, log->place.aside - 1);
	log->truncated = log->file.truncated;
	log->strangers = log->file.strangers;
	log->aside = log->place.aside;
}

/* The directory and the file anew, or neither: the old one may be all that there is for a while. */
static int open_again(struct log *log, struct log_file *ret)
{
	struct log_place place = log->place;
	int err = 0;

	if (place.fd < 0 || log_file__fate(&log->file, &place) == LOG_FATE_DIR) {
		place.fd = -1;
		err = log_place__open(&place, true);
	}
	if (!err)
		err = log_file__open(&place, true, ret);
	log->place.aside = place.aside;
	if (place.fd != log->place.fd) {
		int other = err ? place.fd : log->place.fd;

		if (other >= 0)
			close(other);
		if (!err)
			log->place.fd = place.fd;
	}
	return err;
}

int log__reopen(struct log *log)
{
	struct log_file fresh = { .fd = -1, .cut = -1 };
	int err = open_again(log, &fresh);

	if (err) {
		if (log->open_error != err)
			log__say(log, ATR_TELL_ERROR, "%s cannot be opened: %s; %s",
				 log->opts.log_file, strerror(-err),
				 log->file.fd >= 0 ? "the file that there was is written on" :
						     "events wait in memory");
		log->open_error = err;
		log__tell_news(log);
		return err;
	}
	log__release(log);
	log->file = fresh;
	log->truncated = 0;
	log->strangers = false;
	log->open_error = 0;
	log->fate = LOG_FATE_THERE;
	log->said[ATR_WHEN_SIZE] = false;
	log__tell_news(log);
	if (fresh.own_error)
		log__say(log, ATR_TELL_WARN, "the mode or group of %s cannot be set: %s",
			 log->opts.log_file, strerror(-fresh.own_error));
	if (fresh.broken_line)
		log__say(log, ATR_TELL_WARN, "%s ends in half a line; it is closed",
			 log->opts.log_file);
	return 0;
}

void log__watch(struct log *log)
{
	static const char *const told[] = {
		[LOG_FATE_DELETED] = "was deleted",
		[LOG_FATE_RENAMED] = "was renamed",
		[LOG_FATE_REPLACED] = "is another file now",
		[LOG_FATE_ODD] = "was replaced by what is no log file",
		[LOG_FATE_DIR] = "has lost its directory",
	};
	enum log_fate fate;

	/* What an action runs may do with it what it likes. */
	if (log->suspended && log->file.fd < 0)
		return;
	fate = log_file__fate(&log->file, &log->place);
	if (fate == LOG_FATE_THERE && log->file.fd >= 0) {
		log_file__look(&log->file);
		log__tell_news(log);
		return;
	}
	if (fate != log->fate && fate != LOG_FATE_THERE)
		log__say(log, ATR_TELL_WARN, "%s %s; it is made again", log->opts.log_file,
			 told[fate]);
	log->fate = fate;
	if (!log__reopen(log))
		return;
	/* Into a file that is nowhere nothing more is written. */
	if (log->file.fd >= 0 && log_file__deleted(&log->file))
		log__release(log);
	log->failing = log->failing || log->file.fd < 0;
}

unsigned int log__keep(const struct log *log)
{
	if (log->opts.actions[ATR_WHEN_SIZE].act == ATR_ACT_KEEP_LOGS)
		return LOG_KEEP_ALL;
	return log->opts.num_logs < 2 ? 0 : log->opts.num_logs - 1;
}

int log__turn(struct log *log, const char *why)
{
	int err;

	log__watch(log);
	if (log->file.fd < 0)
		return -EBADF;
	err = log_place__shift(&log->place, log__keep(log));
	if (err) {
		log->rotate_failed = true;
		log__problem(log, "rotate", err);
		return err;
	}
	log->counters.rotations++;
	/* On failure the file has its new name, and is written on until there is another one. */
	err = log_place__done(&log->place, log->file.fd);
	if (err)
		log__say(log, ATR_TELL_WARN, "the mode of %s.1 cannot be set: %s",
			 log->opts.log_file, strerror(-err));
	err = log__reopen(log);
	if (err) {
		log->rotate_failed = true;
		log__problem(log, "a new file after rotating", err);
		return err;
	}
	log__say(log, ATR_TELL_INFO, "%s: rotated", why);
	return 0;
}
