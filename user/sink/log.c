// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/sink/log_impl.h"
#include "user/sink/log_rotate.h"

enum {
	SPACE_EVERY = 128 * 1024, /* bytes written between two looks at the free space */
	DELETED_MAX = 3,	  /* files deleted under one event; then it waits for the tick */
	DRAIN_TICK = 16 << 20,	  /* bytes that waited, in one go: others want their turn */
	DRAIN_WRITE = 1 << 20,	  /* the same, on the occasion of another event */
};

/* --- writing --- */

/* The event with `node=NAME ` before each line, in room of the log's own. */
static int add_node(struct log *log, const char **text, size_t *len)
{
	const size_t node = strlen(log->opts.node) + 6;
	const char *from = *text, *end = from + *len, *line;
	size_t lines = 1;
	char *to;

	for (line = from; (line = memchr(line, '\n', end - line)); line++)
		lines++;
	if (log->room < *len + lines * node) {
		to = realloc(log->line, *len + lines * node);
		if (!to)
			return -ENOMEM;
		log->line = to;
		log->room = *len + lines * node;
	}
	for (to = log->line; from < end; from = line) {
		line = memchr(from, '\n', end - from);
		line = line ? line + 1 : end;
		to = mempcpy(to, "node=", 5);
		to = mempcpy(to, log->opts.node, node - 6);
		*to++ = ' ';
		to = mempcpy(to, from, line - from);
	}
	*text = log->line;
	*len = to - log->line;
	return 0;
}

static void flush(struct log *log)
{
	int err = 0;

	if (!log->opts.freq || ++log->unflushed < log->opts.freq)
		return;
	if (log->opts.flush == ATR_FLUSH_INCREMENTAL)
		err = fdatasync(log->file.fd) ? -errno : 0;
	else if (log->flush)
		err = log_flush__ask(log->flush, log->file.fd, 0);
	log->unflushed = 0;
	if (err)
		log__problem(log, "flush", err);
}

/* 0: it is in the file. Else it is in none. */
static int put(struct log *log, const char *text, size_t len, const struct log_tag *tag)
{
	int err = 0, tries;

	for (tries = 0; tries < DELETED_MAX; tries++) {
		if (log->file.fd < 0)
			err = log__reopen(log);
		if (!err)
			err = log_file__append(&log->file, log->journal, text, len, tag);
		log__tell_news(log);
		if (err != -ESTALE)
			break;
		log__say(log, ATR_TELL_WARN, "%s was deleted; it is made again",
			 log->opts.log_file);
		log__release(log);
		err = 0;
	}
	if (tries == DELETED_MAX)
		err = -ESTALE;
	if (err) {
		log__problem(log, "write", err);
		log->failing = true;
		return err;
	}
	log->counters.written++;
	log->counters.bytes += len;
	log->unchecked += len;
	log__no_problem(log);
	return 0;
}

/* What may suspend logging, rotate or close the file comes after an event, never in the middle. */
static void after_put(struct log *log)
{
	flush(log);
	if (log->file.fd >= 0)
		log__check_size(log);
	if (log->unchecked >= SPACE_EVERY)
		log__check_space(log);
}

static int hold(struct log *log, const char *text, size_t len, const struct log_tag *tag)
{
	int err = log_hold__push(&log->hold, log->opts.hold_max, text, len, tag);

	if (!err)
		return 0;
	log->counters.dropped++;
	if (!log->dropping)
		log__say(log, ATR_TELL_ERROR,
			 "what waits to be written has reached its bound (%llu events): events are "
			 "dropped, and counted",
			 log->hold.count);
	log->dropping = true;
	return err;
}

/* In order, as long as it works, and a little more than limit at most. */
static int drain(struct log *log, size_t limit)
{
	const bool any = log->hold.count > 0;
	struct held *held;
	size_t done = 0;
	int err;

	while ((held = log->hold.first) && !log->suspended && done < limit) {
		err = put(log, held->text, held->len, &held->tag);
		if (err)
			return err;
		done += held->len;
		log_hold__pop(&log->hold);
		after_put(log);
	}
	if (log->hold.count)
		return 0;
	if (any)
		log__say(log, ATR_TELL_INFO, "all that waited is written; dropped so far: %llu",
			 log->counters.dropped);
	log->dropping = false;
	/* Nothing waits, not even what failed (it was too large for that): the next one is a try. */
	if (log->file.fd >= 0)
		log->failing = false;
	return 0;
}

int log__write(struct log *log, const char *text, size_t len, const struct log_tag *tag)
{
	int err;

	if (!len)
		return 0;
	if (log->opts.node && add_node(log, &text, &len)) {
		log->counters.dropped++;
		return -ENOMEM;
	}
	if (log->hold.count && !log->suspended && !log->failing) {
		err = hold(log, text, len, tag);
		drain(log, DRAIN_WRITE);
		return err;
	}
	if (log->suspended || log->failing || put(log, text, len, tag))
		return hold(log, text, len, tag);
	after_put(log);
	return 0;
}

/* --- what others call --- */

void log__tick(struct log *log)
{
	int err = log->flush ? log_flush__error(log->flush) : 0;

	log__reap(log);
	if (err)
		log__problem(log, "flush", err);
	if (log->suspended)
		return;
	log->rotate_failed = false;
	log__watch(log);
	log__check_space(log);
	if (!log->suspended && drain(log, DRAIN_TICK) && !log->suspended && log->full &&
	    log->opts.actions[ATR_WHEN_FULL].act == ATR_ACT_ROTATE) {
		log__make_room(log);
		drain(log, DRAIN_TICK);
	}
	/* A rotation that failed is tried again with the next event. */
	if (log->opts.actions[ATR_WHEN_SIZE].act == ATR_ACT_ROTATE ||
	    log->opts.actions[ATR_WHEN_SIZE].act == ATR_ACT_KEEP_LOGS)
		log->said[ATR_WHEN_SIZE] = log->said[ATR_WHEN_SIZE] && !log__keep(log);
}

int log__rotate(struct log *log)
{
	if (!log__keep(log)) {
		log__say(log, ATR_TELL_WARN, "not rotated: num_logs is below 2");
		return -EINVAL;
	}
	return log__turn(log, "as asked for");
}

int log__resume(struct log *log)
{
	int err = 0;

	log->suspended = false;
	log->rotate_failed = false;
	log->error_warnings = 0;
	memset(log->said, 0, sizeof(log->said));
	log__watch(log);
	if (log->file.fd < 0)
		err = -EBADF;
	if (!err)
		err = drain(log, DRAIN_TICK);
	if (!err && !log->suspended) {
		log__check_space(log);
		log__check_size(log);
	}
	log__say(log, ATR_TELL_INFO, "logging %s",
		 log->suspended ? "is suspended again" :
		 err		? "cannot be resumed yet" :
				  "is resumed");
	return err;
}

void log__counters(const struct log *log, struct log_counters *ret)
{
	*ret = log->counters;
	ret->held = log->hold.count;
	ret->held_bytes = log->hold.bytes;
	ret->held_most = log->hold.most;
	ret->suspended = log->suspended;
	ret->failing = log->failing;
}

/* --- from options to a log --- */

/* What a set of options needs to be had before it replaces another one. */
struct parts {
	struct log_opts opts;
	struct log_place place;
	struct log_file file;
	struct log_flush *flush;
	struct log_journal *journal;
};

static void parts__clear(struct parts *parts)
{
	log_file__close(&parts->file);
	log_place__clear(&parts->place);
	log_flush__free(parts->flush);
	log_journal__free(parts->journal);
	log_opts__clear(&parts->opts);
}

static int parts__open(struct parts *parts, const struct log_opts *opts)
{
	static const int sync[] = {
		[ATR_FLUSH_DATA] = O_DSYNC,
		[ATR_FLUSH_SYNC] = O_SYNC,
	};
	int err = log_opts__check(opts);

	memset(parts, 0, sizeof(*parts));
	parts->place.fd = -1;
	parts->file.fd = -1;
	parts->file.cut = -1;
	if (!err)
		err = log_opts__copy(opts, &parts->opts);
	if (!err)
		err = log_place__set(&parts->place, opts->log_file);
	if (err)
		goto out;
	parts->place.group = opts->log_group;
	parts->place.sync = sync[opts->flush];
	err = log_place__open(&parts->place, false);
	if (!err)
		err = log_file__open(&parts->place, false, &parts->file);
	if (!err && opts->flush == ATR_FLUSH_INCREMENTAL_ASYNC && opts->freq)
		err = log_flush__new(&parts->flush);
	if (!err && opts->journal)
		err = log_journal__open(opts->journal, &parts->journal);
out:
	if (err)
		parts__clear(parts);
	return err;
}

static void take(struct log *log, struct parts *parts)
{
	log->opts = parts->opts;
	log->place = parts->place;
	log->file = parts->file;
	log->flush = parts->flush;
	log->journal = parts->journal;
	log->truncated = 0;
	log->strangers = false;
	log->aside = 0;
	log->fate = LOG_FATE_THERE;
	log->open_error = 0;
	log->rotate_failed = false;
	memset(log->said, 0, sizeof(log->said));
	log->error_warnings = 0;
}

/* With options that are in force: what they ask for at once. */
static void settle(struct log *log)
{
	unsigned int n = 0;

	log_place__fix(&log->place);
	if (log->opts.actions[ATR_WHEN_SIZE].act == ATR_ACT_ROTATE && log->opts.num_logs > 1)
		n = log_place__trim(&log->place, log->opts.num_logs);
	if (n)
		log__say(log, ATR_TELL_INFO, "%u files are removed: more than num_logs, %u", n,
			 log->opts.num_logs);
	log__check_space(log);
	if (!log->suspended)
		log__check_size(log);
}

/* What a process that was killed left of an event. */
static int mend(struct log *log)
{
	struct log_file *file = &log->file;
	off_t cut;

	if (log->journal) {
		cut = log_journal__mend(log->journal, file->fd, file->ino, file->size);
		if (cut < 0)
			return cut;
		if (cut) {
			/* What came before it ended a line, or it would not have been begun. */
			file->size -= cut;
			file->broken_line = false;
			log__say(log, ATR_TELL_WARN,
				 "half an event at the end of %s, of a process that was killed, is "
				 "removed: %lld bytes",
				 log->opts.log_file, (long long)cut);
		}
	}
	if (file->broken_line)
		log__say(log, ATR_TELL_WARN, "%s ends in half a line; it is closed",
			 log->opts.log_file);
	return 0;
}

int log__open(const struct log_opts *opts, const struct log_calls *calls, struct log **ret,
	      struct log_tag *ret_tag)
{
	struct log *log = calloc(1, sizeof(*log));
	struct parts parts;
	int err;

	if (!log)
		return -ENOMEM;
	err = parts__open(&parts, opts);
	if (err) {
		free(log);
		return err;
	}
	log->calls = *calls;
	take(log, &parts);
	err = mend(log);
	if (err) {
		parts__clear(&parts);
		free(log);
		return err;
	}
	settle(log);
	if (ret_tag)
		log_journal__tag(log->journal, ret_tag);
	*ret = log;
	return 0;
}

void log__finish(struct log *log)
{
	struct held *held;
	unsigned long long left;

	while ((held = log->hold.first) && !put(log, held->text, held->len, &held->tag))
		log_hold__pop(&log->hold);
	left = log_hold__clear(&log->hold);
	log->counters.dropped += left;
	if (left)
		log__say(log, ATR_TELL_ERROR, "%llu events that waited could not be written", left);
	log__release(log);
}

void log__free(struct log *log)
{
	if (!log)
		return;
	log__finish(log);
	log_flush__free(log->flush);
	log_journal__free(log->journal);
	log_place__clear(&log->place);
	log_opts__clear(&log->opts);
	free(log->line);
	free(log);
}

static bool differs(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

int log__reconfigure(struct log *log, const struct log_opts *opts)
{
	const struct log_opts *old = &log->opts;
	struct parts parts, gone;
	bool ends, suspended;
	int err;

	err = parts__open(&parts, opts);
	if (err)
		return err;
	ends = differs(old->log_file, opts->log_file) || old->log_group != opts->log_group ||
	       old->flush != opts->flush || old->max_log_file != opts->max_log_file ||
	       old->actions[ATR_WHEN_SIZE].act != opts->actions[ATR_WHEN_SIZE].act;
	suspended = log->suspended && !ends;
	log__release(log);
	gone = (struct parts){ .opts = log->opts,
			       .place = log->place,
			       .file = log->file,
			       .flush = log->flush,
			       .journal = log->journal };
	take(log, &parts);
	parts__clear(&gone);
	log->suspended = false;
	settle(log);
	log->suspended = log->suspended || suspended;
	return 0;
}
