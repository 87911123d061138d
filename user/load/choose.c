// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/choose.h"

static bool hook_serves(const struct hook *hook, enum atr_mode mode,
			const struct atr_features *features)
{
	return hook->mode == mode && (features->compat || !hook_compat(hook));
}

bool hook_wanted(const struct hook *hook, const enum atr_mode mode[ATR_FACT_MAX],
		 const struct atr_features *features)
{
	/* See hook_tells(). */
	if (hook->fact == ATR_FACT_EXEC && mode[ATR_FACT_LD] != ATR_MODE_MAX)
		return false;
	return hook_serves(hook, mode[hook->fact], features);
}

bool has_calls(const enum atr_mode mode[ATR_FACT_MAX])
{
	return mode[ATR_FACT_CALL] == ATR_MODE_FENTRY || mode[ATR_FACT_CALL] == ATR_MODE_KPROBE;
}

/* Where one way is asked for: those beside it that no other stands for. */
static bool mode_allowed(enum atr_mode mode, enum atr_mode asked)
{
	return !asked || mode == asked || mode == ATR_MODE_BTF || mode == ATR_MODE_UPROBE ||
	       (mode == ATR_MODE_AFTER && asked == ATR_MODE_TRACEPOINT);
}

struct choice {
	const struct atr_probe_opts *opts;
	const struct atr_features *features;
	const enum hook_state *state;
};

/* Can the fact be had so, as far as is known: with all hooks that this takes? */
static bool mode_possible(const struct choice *c, enum atr_fact fact, enum atr_mode mode)
{
	bool any = false;
	size_t i;

	if (!mode_allowed(mode, c->opts->hooks))
		return false;
	for (i = 0; i < atr_hooks_count; i++) {
		if (atr_hooks[i].fact != fact || !hook_serves(&atr_hooks[i], mode, c->features))
			continue;
		if (c->state[i] == ATR_HOOK_MISSING || c->state[i] == ATR_HOOK_REFUSED)
			return false;
		any = true;
	}
	return any;
}

/* From that one on. */
static enum atr_mode mode_best(const struct choice *c, enum atr_fact fact, enum atr_mode mode)
{
	for (; mode < ATR_MODE_MAX; mode++) {
		if (mode_possible(c, fact, mode))
			break;
	}
	return mode;
}

void hooks_choose(const struct atr_probe_opts *opts, const struct atr_features *features,
		  const enum hook_state *state, enum atr_mode mode[ATR_FACT_MAX])
{
	const struct choice c = { opts, features, state };
	enum atr_fact fact;

	for (fact = 0; fact < ATR_FACT_MAX; fact++)
		mode[fact] = mode_best(&c, fact, 0);
	if (!opts->failed)
		mode[ATR_FACT_FAILED] = ATR_MODE_MAX;
	/* Only sched_prepare_exec can do without the entry; that of others is the only one they have. */
	if (mode[ATR_FACT_CALL] == ATR_MODE_TRACEPOINT && !opts->failed &&
	    mode[ATR_FACT_CREDS] == ATR_MODE_BTF)
		mode[ATR_FACT_CALL] = ATR_MODE_MAX;
	if (!has_calls(mode))
		mode[ATR_FACT_OPENS] = ATR_MODE_MAX;
	if (!opts->exact || mode[ATR_FACT_OPENS] == ATR_MODE_MAX)
		mode[ATR_FACT_DENIED] = ATR_MODE_MAX;
	if (mode[ATR_FACT_OPENS] != ATR_MODE_MAX)
		mode[ATR_FACT_LD] = ATR_MODE_MAX;
	/* For the sake of these alone no system call is taxed. */
	if (mode[ATR_FACT_MESSAGE] == ATR_MODE_TRACEPOINT && !opts->failed)
		mode[ATR_FACT_MESSAGE] = mode_best(&c, ATR_FACT_MESSAGE, ATR_MODE_TRACEPOINT + 1);
	if (!opts->tty)
		mode[ATR_FACT_TTY] = ATR_MODE_MAX;
	if (mode[ATR_FACT_TTY] == ATR_MODE_MAX)
		mode[ATR_FACT_MARKED] = ATR_MODE_MAX;
	for (fact = ATR_FACT_MESSAGE; !opts->logins && fact <= ATR_FACT_ABEND; fact++)
		mode[fact] = ATR_MODE_MAX;
}
