/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capabilities of the daemon: which it wants, and which it keeps. */
#ifndef ATR_CMD_CAPS_H
#define ATR_CMD_CAPS_H

#include <stdbool.h>

/* Tells which of those that it can do without are missing, and what is missing therefore. */
void caps_tell(bool kernel_audit);

/*
 * Once all is loaded and open: only what is needed from then on stays, for this thread and those that it
 * starts. With no_new_privs what else there was may still be handed to plugins, and is not in effect.
 */
void caps_keep(void);

#endif /* ATR_CMD_CAPS_H */
