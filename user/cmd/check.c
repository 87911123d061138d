// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail check: what this kernel gives, hook by hook, and what the records lack therefore. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "user/cmd/commands.h"
#include "user/load/feat.h"
#include "user/load/libbpf_log.h"
#include "user/load/probe.h"
#include "user/log.h"

static const char *set_verbose(void *dest, const char *arg)
{
	log_set_level(log_level() < ATR_LOG_DEBUG ? ATR_LOG_DEBUG : ATR_LOG_TRACE);
	return NULL;
}

static const struct opt opts[] = {
	{ 'v', "verbose", NULL, "say more; twice: libbpf's debugging too", set_verbose },
	{},
};

/* What the hooks of the tracepoint mode cannot see, whatever else is there. */
static const struct limit {
	const char *text;
	size_t feature; /* applies with it, or ATR_NO_FEATURE: always */
	bool without;	/* applies without it */
} limits[] = {
	{ "failed execs of 32-bit programs are not seen: the kernel's system-call tracepoints leave "
	  "them out",
	  offsetof(struct atr_features, compat), false },
	{ "the name in a failed exec is read when the call returns: another thread can have changed "
	  "it; of one that failed past the point of no return it is gone",
	  ATR_NO_FEATURE, false },
	{ "a failed exec that opened no file (EACCES, ELOOP): its PATH tells what the name leads to "
	  "a moment later, and nothing below /proc/self",
	  ATR_NO_FEATURE, false },
	{ "file capabilities and the words in scripts and ELF files are read from the file a moment "
	  "later, by inode and change time; of a file out of reach by then (deleted, a memfd, its "
	  "mount namespace gone) PATH says cap_fp=? or AUTRAIL=\"…-unknown\"",
	  ATR_NO_FEATURE, false },
	{ "PROCTITLE is that of the moment, where kernel audit repeats the first one that it logged "
	  "for a process",
	  ATR_NO_FEATURE, false },
	{ "calls by 32-bit code are told without their arguments: AUTRAIL=\"no-entry\"",
	  offsetof(struct atr_features, prepare_exec), true },
	{ "files of scripts are looked up a moment later; of nested scripts items may be missing",
	  offsetof(struct atr_features, prepare_exec), true },
	{ "with --no-failed the time is that of the moment before the new program is loaded, not of "
	  "the call's entry",
	  offsetof(struct atr_features, prepare_exec), false },
	{ "login uid and session are always unset: the kernel is built without CONFIG_AUDIT",
	  offsetof(struct atr_features, loginuid), true },
	{ "files of scripts, and those that a failed exec had opened, are looked up a moment later",
	  offsetof(struct atr_features, fput), true },
	{ "after a clock was set, events of the last moments before may be off by that step",
	  offsetof(struct atr_features, tai), true },
};

static bool applies(const struct limit *limit, const struct atr_features *features)
{
	if (limit->feature == ATR_NO_FEATURE)
		return true;
	return *(const bool *)((const char *)features + limit->feature) != limit->without;
}

static void print_hooks(const struct probe *probe)
{
	static const char *const states[] = {
		[ATR_HOOK_OFF] = "not needed",
		[ATR_HOOK_MISSING] = "not in this kernel",
		[ATR_HOOK_REFUSED] = "refused",
		[ATR_HOOK_LIVE] = "yes",
	};
	enum hook_state state;
	size_t fact, i;

	for (fact = 0; fact < ATR_FACT_MAX; fact++) {
		printf("\n%s%s\n", atr_facts[fact].name, atr_facts[fact].must ? " (required)" : "");
		for (i = 0; i < atr_hooks_count; i++) {
			if (atr_hooks[i].fact != fact)
				continue;
			state = probe__hook_state(probe, i);
			printf("  %-36s %s%s%s\n", atr_hooks[i].point, states[state],
			       state == ATR_HOOK_REFUSED ? ": " : "",
			       state == ATR_HOOK_REFUSED ? strerror(probe__hook_error(probe, i)) :
							   "");
		}
		if (!probe__fact_live(probe, fact))
			printf("  without it: %s\n", atr_facts[fact].without);
	}
}

static int check_run(void *dest, int argc, char **argv)
{
	struct atr_probe_opts probe_opts = { .failed = true, .ring_bytes = 256 << 10 };
	struct atr_features features = {};
	struct utsname name = {};
	struct probe *probe;
	int code = ATR_EXIT_KERNEL;
	size_t i;

	if (!privilege_check("check"))
		return ATR_EXIT_PRIVILEGE;
	libbpf_log_init();
	if (features_probe(&features))
		return code;
	probe = probe__new(&probe_opts, &features);
	if (!probe) {
		log_error("cannot start: %s", strerror(errno));
		return ATR_EXIT_RUNTIME;
	}
	uname(&name);
	printf("Linux %s %s: tracepoint mode\n", name.release, name.machine);
	if (!probe__load(probe, NULL, NULL) && !probe__attach(probe))
		code = ATR_EXIT_OK;
	print_hooks(probe);
	printf("\nwhat records cannot tell here\n");
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (applies(&limits[i], &features))
			printf("  - %s\n", limits[i].text);
	}
	probe__free(probe);
	return code;
}

const struct command atr_command_check = {
	.name = "check",
	.summary = "tell what this kernel gives: each hook, and what is missing without it",
	.opts = opts,
	.run = check_run,
};
