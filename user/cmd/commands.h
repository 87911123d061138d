/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_CMD_COMMANDS_H
#define ATR_CMD_COMMANDS_H

#include <stdbool.h>

#include "user/cmd/opts.h"
#include "user/load/hooks.h"
#include "user/record/record.h"

/* All commands, the default first; ends with NULL. */
extern const struct command *const atr_commands[];

extern const struct command atr_command_trace;
extern const struct command atr_command_check;
extern const struct command atr_command_replay;
extern const struct command atr_command_rules;
extern const struct command atr_command_daemon;
extern const struct command atr_command_status;
extern const struct command atr_command_ctl;
extern const struct command atr_command_compare;

/* autrail ctl detach: argv[0] is that word. An exit code. */
int detach_run(int argc, char **argv);

/*
 * Are the capabilities there that loading, attaching and looking up take? Else says which are not,
 * on stderr, and returns false.
 */
bool privilege_check(const char *command);

/* The argument of -f: what is wrong with it, or NULL. */
const char *format_parse(const char *arg, enum atr_format *ret);

/* The argument of --hooks; ATR_MODE_BTF for auto. What is wrong with it, or NULL. */
const char *hooks_parse(const char *arg, enum atr_mode *ret);

#endif /* ATR_CMD_COMMANDS_H */
