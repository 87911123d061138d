// SPDX-License-Identifier: GPL-2.0-or-later
/* Which way each kernel gets to what programs tell the audit system, and to the facts about execs beside it. */
#include <string.h>

#include "tests/tap.h"
#include "user/load/choose.h"

static const struct atr_features locked_510 = { .compat = true,
						.loginuid = true,
						.uretprobe = true };
static const struct atr_features locked_66 = { .send_length = true, .uretprobe = true };
static const struct atr_features locked_612 = { .send_length = true, .prepare_exec = true };
static const struct atr_features open_510 = { .kprobe = true, .fentry = true, .uretprobe = true };

static const struct atr_probe_opts all = { .failed = true, .logins = true };
static const struct atr_probe_opts no_failed = { .logins = true };

static enum hook_state state[ATR_HOOKS_MAX];
static enum atr_mode mode[ATR_FACT_MAX];

/* As the loader begins; then, what the kernel has refused of a fact's way. */
static void begin(const struct atr_features *features)
{
	size_t i;

	for (i = 0; i < atr_hooks_count; i++)
		state[i] = hook_possible(&atr_hooks[i], features) ? ATR_HOOK_OFF : ATR_HOOK_MISSING;
}

static void refuse(enum atr_fact fact, enum atr_mode way)
{
	size_t i;

	for (i = 0; i < atr_hooks_count; i++) {
		if (atr_hooks[i].fact == fact && atr_hooks[i].mode == way)
			state[i] = ATR_HOOK_REFUSED;
	}
}

static enum atr_mode messages(const struct atr_probe_opts *opts,
			      const struct atr_features *features)
{
	hooks_choose(opts, features, state, mode);
	return mode[ATR_FACT_MESSAGE];
}

/* Of each program whose fact is had by some way: does it serve in that? */
static bool served(const char *program, const struct atr_features *features)
{
	size_t i;

	for (i = 0; i < atr_hooks_count; i++) {
		if (!strcmp(atr_hooks[i].program, program) &&
		    hook_wanted(&atr_hooks[i], mode, features))
			return true;
	}
	return false;
}

static void before_6_3(void)
{
	begin(&locked_510);
	is_int(messages(&all, &locked_510), ATR_MODE_TRACEPOINT, "5.10, locked: by tracepoints");
	ok(served("atr_sendto", &locked_510) && !served("atr_audit_send", &locked_510),
	   "and not by libaudit as well");
	is_int(messages(&no_failed, &locked_510), ATR_MODE_UPROBE,
	       "without failed execs: by libaudit");
	ok(served("atr_audit_send", &locked_510) && served("atr_audit_sent", &locked_510) &&
		   !served("atr_sendto", &locked_510),
	   "and not by tracepoints as well");
	is_int(mode[ATR_FACT_CALL], ATR_MODE_TRACEPOINT, "the entry of execs stays, before 6.10");
	is_int(mode[ATR_FACT_PAM], ATR_MODE_UPROBE, "libpam is hooked beside it");
	refuse(ATR_FACT_MESSAGE, ATR_MODE_TRACEPOINT);
	is_int(messages(&all, &locked_510), ATR_MODE_UPROBE,
	       "tracepoints are refused: by libaudit");
	refuse(ATR_FACT_MESSAGE, ATR_MODE_UPROBE);
	is_int(messages(&all, &locked_510), ATR_MODE_MAX, "that, too: not at all");
}

static void others(void)
{
	begin(&locked_66);
	is_int(messages(&no_failed, &locked_66), ATR_MODE_AFTER,
	       "6.6, locked: by sock_send_length");
	refuse(ATR_FACT_MESSAGE, ATR_MODE_AFTER);
	is_int(messages(&no_failed, &locked_66), ATR_MODE_UPROBE, "which is refused: by libaudit");
	begin(&locked_612);
	refuse(ATR_FACT_MESSAGE, ATR_MODE_AFTER);
	is_int(messages(&no_failed, &locked_612), ATR_MODE_MAX,
	       "returns of functions kill programs under seccomp: not at all");
	begin(&open_510);
	is_int(messages(&no_failed, &open_510), ATR_MODE_FENTRY,
	       "functions can be hooked: by fentry");
	refuse(ATR_FACT_MESSAGE, ATR_MODE_FENTRY);
	is_int(messages(&no_failed, &open_510), ATR_MODE_KPROBE, "which is refused: by kprobe");
}

static void asked(void)
{
	const struct atr_probe_opts uprobe = { .failed = true,
					       .logins = true,
					       .hooks = ATR_MODE_UPROBE };
	const struct atr_probe_opts tracepoint = { .logins = true, .hooks = ATR_MODE_TRACEPOINT };
	const struct atr_probe_opts none = { .failed = true };

	begin(&locked_66);
	is_int(messages(&uprobe, &locked_66), ATR_MODE_UPROBE, "uprobe is asked for: by libaudit");
	is_int(mode[ATR_FACT_FAILED], ATR_MODE_MAX, "and failed execs not at all");
	is_int(mode[ATR_FACT_EXEC], ATR_MODE_BTF, "execs as ever");
	is_int(messages(&tracepoint, &locked_66), ATR_MODE_AFTER,
	       "tracepoint is asked for: one with types is one");
	begin(&open_510);
	is_int(messages(&tracepoint, &open_510), ATR_MODE_UPROBE, "and before 6.3, by libaudit");
	is_int(messages(&none, &open_510), ATR_MODE_MAX, "without logins: not at all");
}

/* What is loaded at sched_process_exec. */
static void execs(void)
{
	struct atr_features features = { .find_vma = true };

	begin(&features);
	hooks_choose(&all, &features, state, mode);
	ok(served("atr_exec_ld", &features) && !served("atr_exec", &features),
	   "bpf_find_vma() is there: one program for the exec and its ELF interpreter");
	ok(!served("atr_exec_again", &features), "which nothing can interrupt: not twice");
	refuse(ATR_FACT_LD, ATR_MODE_BTF);
	hooks_choose(&all, &features, state, mode);
	ok(served("atr_exec", &features) && !served("atr_exec_ld", &features),
	   "which is refused: the exec alone");
	is_int(mode[ATR_FACT_EXEC], ATR_MODE_BTF, "and that is still told");
	features.kprobe = features.preemption = true;
	begin(&features);
	hooks_choose(&all, &features, state, mode);
	ok(served("atr_exec", &features) && !served("atr_exec_ld", &features),
	   "opens can be hooked: the interpreter is one of them");
	ok(served("atr_exec_again", &features), "programs can be preempted: twice");
}

int main(void)
{
	execs();
	before_6_3();
	others();
	asked();
	return tap_done();
}
