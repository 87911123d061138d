// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail trace: attach, write a record group for every event until told to stop, account for it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/cmd/agent.h"
#include "user/cmd/commands.h"
#include "user/log.h"

/*
 * Serials of records, from the upper half of their range: kernel audit counts from 1, so the two logs
 * of one machine can be merged and no two events have the same time and serial.
 */
#define FIRST_SERIAL 0x80000000U

static struct trace_opts {
	const char *output;
	const char *capture;
	enum atr_format format;
	bool kernel_audit;
	bool strict;
	struct rule_paths rules;
	struct tty_patterns tty;
	struct atr_probe_opts probe;
} trace_opts = {
	.probe = { .failed = true, .logins = true, .ring_bytes = 8 << 20 },
};

struct trace {
	struct sink *sink;
	struct sink *capture;
	struct agent *agent;
};

static const char *set_output(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->output = arg;
	return NULL;
}

static const char *set_capture(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->capture = arg;
	return NULL;
}

static const char *set_format(void *dest, const char *arg)
{
	return format_parse(arg, &((struct trace_opts *)dest)->format);
}

static const char *set_no_failed(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->probe.failed = false;
	return NULL;
}

static const char *set_no_logins(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->probe.logins = false;
	return NULL;
}

static const char *set_rules(void *dest, const char *arg)
{
	return rule_paths_add(&((struct trace_opts *)dest)->rules, arg);
}

static const char *set_strict(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->strict = true;
	return NULL;
}

static const char *set_tty(void *dest, const char *arg)
{
	static char text[320];
	struct tty_wrong wrong;
	int err = tty_patterns_text(&((struct trace_opts *)dest)->tty, arg, &wrong);

	if (err == -EINVAL)
		snprintf(text, sizeof(text), "at character %zu: %s", wrong.at + 1, wrong.text);
	else if (err)
		snprintf(text, sizeof(text), "%s", strerror(-err));
	return err ? text : NULL;
}

static const char *set_kernel_audit(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->kernel_audit = true;
	return NULL;
}

static const char *set_exact(void *dest, const char *arg)
{
	((struct trace_opts *)dest)->probe.exact = true;
	return NULL;
}

static const char *set_hooks(void *dest, const char *arg)
{
	return hooks_parse(arg, &((struct trace_opts *)dest)->probe.hooks);
}

static const char *set_ring(void *dest, const char *arg)
{
	unsigned long long size;
	char *end;

	errno = 0;
	size = strtoull(arg, &end, 10);
	if (end == arg || errno || arg[0] == '-')
		return "it must be a number of bytes, with K or M behind it if you like";
	if (*end == 'K' || *end == 'k')
		size <<= 10, end++;
	else if (*end == 'M' || *end == 'm')
		size <<= 20, end++;
	if (*end || size < (unsigned long long)sysconf(_SC_PAGESIZE) || size > 1ULL << 30 ||
	    size & (size - 1))
		return "it must be a power of two from a page to 1024M";
	((struct trace_opts *)dest)->probe.ring_bytes = size;
	return NULL;
}

static const char *set_quiet(void *dest, const char *arg)
{
	log_set_level(ATR_LOG_WARN);
	return NULL;
}

static const char *set_verbose(void *dest, const char *arg)
{
	log_set_level(log_level() < ATR_LOG_DEBUG ? ATR_LOG_DEBUG : ATR_LOG_TRACE);
	return NULL;
}

static const struct opt opts[] = {
	{ 'o', "output", "FILE", "append records to FILE instead of standard output", set_output },
	{ 'f', "format", "FORMAT", "raw (default), enriched, or text: a line an event for people",
	  set_format },
	{ 'r', "rules", "FILE", "record what these audit rules say, no more; a directory's *.rules",
	  set_rules },
	{ 0, "strict", NULL, "with -r: a rule that cannot be observed is a mistake", set_strict },
	{ 0, "no-failed", NULL, "leave out failed execs, and the hooks that every call pays for",
	  set_no_failed },
	{ 0, "no-logins", NULL,
	  "leave out logins, what programs tell the audit system, and ends by a signal",
	  set_no_logins },
	{ 0, "kernel-audit", NULL,
	  "pass on what only kernel audit knows (AVC, SECCOMP, CONFIG_CHANGE...), if it is enabled",
	  set_kernel_audit },
	{ 0, "tty", "PATTERNS",
	  "record what is typed by those whom these name, as pam_tty_audit: enable=NAME,...",
	  set_tty },
	{ 0, "exact", NULL,
	  "tell files that an exec may not open by a hook that every open() pays for", set_exact },
	{ 0, "hooks", "WAY",
	  "fentry, kprobe, tracepoint or uprobe; default auto, the best there is", set_hooks },
	{ 0, "ring", "SIZE", "of the buffer between kernel and autrail, default 8M", set_ring },
	{ 0, "capture", "FILE", "keep the events as well, for autrail replay", set_capture },
	{ 'q', "quiet", NULL, "only warnings and errors", set_quiet },
	{ 'v', "verbose", NULL, "say more; twice: libbpf's debugging too", set_verbose },
	{},
};

static int sink_open(const char *path, const char *what, struct sink **ret)
{
	int err = sink__open(path, ret);

	if (err)
		log_error("cannot open %s for the %s: %s; nothing is recorded", path, what,
			  strerror(-err));
	return err;
}

static int write_sink(void *sink, const char *text, size_t len, const struct atr_kept_mark *mark)
{
	return sink__write(sink, text, len);
}

static int trace_run(void *dest, int argc, char **argv)
{
	const struct trace_opts *o = dest;
	struct trace t = { 0 };
	struct output output = { .write = write_sink };
	struct agent_opts agent = {
		.wake = -1,
		.record = {
			.format = o->format,
			.colour = !o->output && isatty(STDOUT_FILENO),
			.first_serial = FIRST_SERIAL,
		},
		.probe = o->probe,
		.rules = o->rules,
		.strict = o->strict,
		.kernel_audit = o->kernel_audit,
		.tty = &o->tty,
		.output = &output,
	};
	int code = ATR_EXIT_RUNTIME;

	/* A mistake in the rules is told to whoever asks: before any privilege is. */
	if (rules_check(&o->rules, o->strict))
		return ATR_EXIT_CONFIG;
	if (!privilege_check("trace"))
		return ATR_EXIT_PRIVILEGE;
	if (sink_open(o->output, "records", &t.sink) ||
	    (o->capture && sink_open(o->capture, "capture", &t.capture)))
		goto out;
	output.ctx = t.sink;
	agent.capture = t.capture;
	agent.watch = sink__fd(t.sink);
	code = agent__start(&agent, &t.agent);
	if (code)
		goto out;
	sink__set_stop(t.sink, agent__stop_fd(t.agent));
	code = agent__run(t.agent);
out:
	agent__free(t.agent);
	sink__free(t.capture);
	sink__free(t.sink);
	return code;
}

const struct command atr_command_trace = {
	.name = "trace",
	.summary = "stream audit records of every exec to standard output, until interrupted",
	.opts = opts,
	.run = trace_run,
	.dest = &trace_opts,
};
