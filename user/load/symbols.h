/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOAD_SYMBOLS_H
#define ATR_LOAD_SYMBOLS_H

#include <linux/types.h>
#include <stddef.h>

/*
 * Where functions of a library are in its file, which is what a uprobe lies at: one offset a name. A name with
 * '|' in it is several, of which the first counts that the library has. Returns
 * 0, -ENOEXEC for a file that is no library of this machine's own programs, -ENOENT when one of the
 * functions is missing, or what reading it came to.
 */
int symbols_find(int fd, const char *const *names, size_t count, __u64 *ret_offsets);

#endif /* ATR_LOAD_SYMBOLS_H */
