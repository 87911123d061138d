// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * logdriver KEY=VALUE...: drives the log of the daemon (user/sink/log.h) as told on stdin, a command a
 * line:
 *
 *	write N SIZE		N events, of a record with so many bytes and another one
 *	load SIZE FILE		events until there is this file, ten thousand a second at most; ticks
 *	tick, rotate, resume	what it says
 *	count			the counters, to stdout
 *	! COMMAND		for the shell
 *
 * What the log tells comes to stdout, too. Events are numbered from that on which the journal leaves
 * open.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/sink/log.h"

static struct log_opts opts = {
	.hold_max = 64 << 20,
};
static struct log *log_;
static unsigned long long serial;

static const char *const acts[] = {
	[ATR_ACT_IGNORE] = "ignore",   [ATR_ACT_SYSLOG] = "syslog",	  [ATR_ACT_EMAIL] = "email",
	[ATR_ACT_ROTATE] = "rotate",   [ATR_ACT_KEEP_LOGS] = "keep_logs", [ATR_ACT_EXEC] = "exec",
	[ATR_ACT_SUSPEND] = "suspend",
};

static const char *const flushes[] = {
	[ATR_FLUSH_NONE] = "none",
	[ATR_FLUSH_INCREMENTAL] = "incremental",
	[ATR_FLUSH_INCREMENTAL_ASYNC] = "incremental_async",
	[ATR_FLUSH_DATA] = "data",
	[ATR_FLUSH_SYNC] = "sync",
};

static int find(const char *value, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (names[i] && !strcmp(names[i], value))
			return i;
	}
	fprintf(stderr, "logdriver: %s?\n", value);
	exit(2);
}

/* exec /PATH, or another action. */
static void set_action(enum atr_when when, char *value)
{
	bool exec = !strncmp(value, "exec ", 5);

	opts.actions[when].exe = exec ? value + 5 : NULL;
	opts.actions[when].act = exec ? ATR_ACT_EXEC :
					find(value, acts, sizeof(acts) / sizeof(acts[0]));
}

static void set(char *arg)
{
	static const struct {
		const char *name;
		const char **text;
		unsigned int *number;
		int when;
	} keys[] = {
		{ "log_file", &opts.log_file, NULL, 0 },
		{ "node", &opts.node, NULL, 0 },
		{ "journal", &opts.journal, NULL, 0 },
		{ "log_group", NULL, &opts.log_group, 0 },
		{ "freq", NULL, &opts.freq, 0 },
		{ "num_logs", NULL, &opts.num_logs, 0 },
		{ "max_log_file", NULL, &opts.max_log_file, 0 },
		{ "max_log_file_action", NULL, NULL, ATR_WHEN_SIZE },
		{ "space_left_action", NULL, NULL, ATR_WHEN_SPACE },
		{ "disk_full_action", NULL, NULL, ATR_WHEN_FULL },
		{ "disk_error_action", NULL, NULL, ATR_WHEN_ERROR },
	};
	char *value = strchr(arg, '=');
	size_t i;

	if (!value)
		exit(2);
	*value++ = '\0';
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(arg, keys[i].name))
			continue;
		if (keys[i].text)
			*keys[i].text = value;
		else if (keys[i].number)
			*keys[i].number = strtoul(value, NULL, 10);
		else
			set_action(keys[i].when, value);
		return;
	}
	if (!strcmp(arg, "hold"))
		opts.hold_max = strtoul(value, NULL, 10);
	else if (!strcmp(arg, "space_left"))
		opts.space_left.value = strtoul(value, NULL, 10);
	else
		opts.flush = find(value, flushes, sizeof(flushes) / sizeof(flushes[0]));
}

static void tell(void *ctx, enum atr_tell level, const char *text)
{
	static const char *const names[] = { "alert", "error", "warning", "info" };

	printf("%s: %s\n", names[level], text);
}

static void write_event(size_t size)
{
	char *text = malloc(size + 256), *at = text;

	serial++;
	at += sprintf(at, "type=SYSCALL msg=audit(1.000:%llu): size=%zu a=", serial, size);
	memset(at, 'x', size);
	at += size;
	at += sprintf(at, "\ntype=PROCTITLE msg=audit(1.000:%llu): end\n", serial);
	if (log__write(log_, text, at - text, &(struct log_tag){ { serial } }))
		printf("dropped %llu\n", serial);
	free(text);
}

static void load(size_t size, const char *until)
{
	unsigned long n = 0;

	while (access(until, F_OK)) {
		write_event(size);
		if (!(++n % 200))
			log__tick(log_);
		if (!(n % 20))
			usleep(1900);
	}
}

static void count(void)
{
	struct log_counters c;

	log__counters(log_, &c);
	printf("written=%llu held=%llu dropped=%llu rotations=%llu errors=%llu suspended=%d "
	       "failing=%d\n",
	       c.written, c.held, c.dropped, c.rotations, c.errors, c.suspended, c.failing);
}

static void obey(const char *line)
{
	unsigned long n, size;
	int at;

	if (sscanf(line, "write %lu %lu", &n, &size) == 2) {
		while (n--)
			write_event(size);
	} else if (sscanf(line, "load %lu %n", &size, &at) == 1) {
		load(size, line + at);
	} else if (line[0] == '!') {
		fflush(stdout);
		if (system(line + 1))
			printf("failed: %s\n", line + 1);
	} else if (!strcmp(line, "tick")) {
		log__tick(log_);
	} else if (!strcmp(line, "rotate")) {
		log__rotate(log_);
	} else if (!strcmp(line, "resume")) {
		log__resume(log_);
	} else if (!strcmp(line, "count")) {
		count();
	} else {
		printf("failed: what is %s?\n", line);
	}
}

int main(int argc, char **argv)
{
	static const struct log_calls calls = { .tell = tell };
	struct log_tag tag;
	char line[4096];
	int i, err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 1; i < argc; i++)
		set(argv[i]);
	err = log__open(&opts, &calls, &log_, &tag);
	if (err) {
		printf("failed: %s: %s\n", opts.log_file, strerror(-err));
		return 1;
	}
	serial = tag.words[0];
	printf("ready %llu\n", serial);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		obey(line);
	}
	log__free(log_);
	printf("last %llu\n", serial);
	return 0;
}
