/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EXECVE: argc=3 a0="ls" a1="-l" a2=2F746D702F6120622E747874
 * and for what does not fit into one record, further ones and pieces: a2_len=9000 a2[0]="…
 */
#ifndef ATR_RECORD_EXECVE_H
#define ATR_RECORD_EXECVE_H

#include "user/record/text.h"

/*
 * All EXECVE records of an exec, each a whole line. head[head_len] begins each line, up to and with
 * the blank before the body. bytes[len] are the argument strings, each with a NUL (the last one's
 * may be missing); if there are fewer than argc the record ends with the last one.
 */
void execve_write(struct text *t, const char *head, size_t head_len, __u32 argc, const char *bytes,
		  size_t len);

/* How many strings bytes[len] holds, counting no further than max. */
__u32 execve_count(const char *bytes, size_t len, __u32 max);

#endif /* ATR_RECORD_EXECVE_H */
