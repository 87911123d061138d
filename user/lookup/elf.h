/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOOKUP_ELF_H
#define ATR_LOOKUP_ELF_H

#include "user/lookup/file.h"

/*
 * Reads what kind of program fd is, and what other program it names to be run by: type, interp and
 * arg of ret, which are "" and not had before.
 */
void program_look(int fd, struct file_facts *ret);

#endif /* ATR_LOOKUP_ELF_H */
