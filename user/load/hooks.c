// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/hooks.h"

#define FEATURE(name) offsetof(struct atr_features, name)

/*
 * In the order in which they are attached: what a later one relies on comes before it. atr_ld
 * shares its tracepoint with atr_exec and runs first because it is attached first.
 */
const struct hook atr_hooks[] = {
	{ "atr_enter", ATR_FACT_ENTRY, ATR_NO_FEATURE, "tracepoint sys_enter_execve",
	  "sys_enter_execve" },
	{ "atr_enterat", ATR_FACT_ENTRY, ATR_NO_FEATURE, "tracepoint sys_enter_execveat",
	  "sys_enter_execveat" },
	{ "atr_prepare", ATR_FACT_ENTRY, FEATURE(prepare_exec), "tp_btf sched_prepare_exec", NULL },
	{ "atr_ld", ATR_FACT_LD, FEATURE(find_vma), "tp_btf sched_process_exec", NULL },
	{ "atr_exec", ATR_FACT_EXEC, ATR_NO_FEATURE, "tp_btf sched_process_exec", NULL },
	{ "atr_fail", ATR_FACT_FAILED, ATR_NO_FEATURE, "tracepoint sys_exit_execve",
	  "sys_exit_execve" },
	{ "atr_failat", ATR_FACT_FAILED, ATR_NO_FEATURE, "tracepoint sys_exit_execveat",
	  "sys_exit_execveat" },
};

const size_t atr_hooks_count = sizeof(atr_hooks) / sizeof(atr_hooks[0]);

const struct fact atr_facts[ATR_FACT_MAX] = {
	[ATR_FACT_EXEC] = { "successful execs", true, true, "nothing can be recorded" },
	[ATR_FACT_ENTRY] = { "arguments, system call and credentials before", false, false,
			     "a0 to a3, arch and syscall are not known, nor BPRM_FCAPS" },
	[ATR_FACT_LD] = { "file of the ELF interpreter", false, false,
			  "its PATH record tells what its name leads to a moment later" },
	[ATR_FACT_FAILED] = { "failed execs", false, true,
			      "failed execs are not recorded, or not all" },
};

bool hook_possible(const struct hook *hook, const struct atr_features *features)
{
	return hook->feature == ATR_NO_FEATURE ||
	       *(const bool *)((const char *)features + hook->feature);
}

/*
 * System-call tracepoints tax every system call of the machine, so they are attached for failed execs
 * only; then the entries serve too, for the exact time. Without sched_prepare_exec there is no choice.
 */
bool hook_wanted(const struct hook *hook, const struct atr_features *features, bool failed)
{
	if (!hook_possible(hook, features))
		return false;
	if (hook->fact == ATR_FACT_FAILED)
		return failed;
	if (hook->fact == ATR_FACT_ENTRY && hook->event)
		return failed || !features->prepare_exec;
	return true;
}
