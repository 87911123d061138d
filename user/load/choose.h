/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of the ways in the hook table one for each fact. Pure: what was tried is handed over. */
#ifndef ATR_LOAD_CHOOSE_H
#define ATR_LOAD_CHOOSE_H

#include "user/load/probe.h"

/*
 * The best way to each fact by what the kernel has and what it has refused so far (a state for each hook of the
 * table); ATR_MODE_MAX: none, or others make it superfluous.
 */
void hooks_choose(const struct atr_probe_opts *opts, const struct atr_features *features,
		  const enum hook_state *state, enum atr_mode ret_mode[ATR_FACT_MAX]);

/* Is it a hook of the way chosen, and neither superfluous nor one that this kernel cannot have any use for? */
bool hook_wanted(const struct hook *hook, const enum atr_mode mode[ATR_FACT_MAX],
		 const struct atr_features *features);

/* Does every call have an entry that its other hooks can rely on? */
bool has_calls(const enum atr_mode mode[ATR_FACT_MAX]);

#endif /* ATR_LOAD_CHOOSE_H */
