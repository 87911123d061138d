/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOAD_ATTACH_H
#define ATR_LOAD_ATTACH_H

#include "user/load/hooks.h"

struct bpf_link;
struct bpf_program;

/*
 * Attaches a program as its row of the hook table says. Where an event in tracefs had to be made for that its name
 * is in ret_event, of TRACEFS_NAME_MAX bytes. NULL with errno.
 */
struct bpf_link *hook_attach(const struct hook *hook, struct bpf_program *program, char *ret_event);

#endif /* ATR_LOAD_ATTACH_H */
