/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel audit and autrail side by side, as it happens. */
#ifndef ATR_CMD_COMPARE_LIVE_H
#define ATR_CMD_COMPARE_LIVE_H

#include "user/cmd/rulefiles.h"
#include "user/compare/compare.h"

/*
 * Until interrupted; kernel audit is then as it was. ret_compare has what was found, and is the caller's; NULL
 * if it did not come to that. An exit code, 0 if all went well.
 */
int live_run(const struct compare_opts *opts, const struct rule_paths *rules,
	     struct compare **ret_compare);

/* Puts kernel audit back as it was, if a run was killed. An exit code. */
int live_restore(void);

#endif /* ATR_CMD_COMPARE_LIVE_H */
