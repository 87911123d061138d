/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libbpf's messages: kept, so that the one that explains a failure can be shown with it, and printed
 * only with -v (warnings) and -vv (all).
 */
#ifndef ATR_LOAD_LIBBPF_LOG_H
#define ATR_LOAD_LIBBPF_LOG_H

void libbpf_log_init(void);

/* The last warnings, indented, beginning with a newline; empty if there were none. Static memory. */
const char *libbpf_log_tail(void);

/* Name of the program whose load failed according to the warnings since the last reset, or NULL. */
const char *libbpf_log_culprit(void);
void libbpf_log_reset(void);

#endif /* ATR_LOAD_LIBBPF_LOG_H */
