/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_RECORD_ERRORS_H
#define ATR_RECORD_ERRORS_H

#include <linux/types.h>
#include <stddef.h>

/* What an errno of a failed exec tells of the name that was looked up last. */
enum {
	NEVER_OPENED = 1 << 0, /* it did not resolve, or the kernel did not get to it */
	OPEN_FAILED = 1 << 1,  /* can come from opening an interpreter */
	OPEN_SURELY = 1 << 2,  /* after a file was opened, comes from nothing else */
};

/*
 * A set of the above, for an exec's exit (negative errno) and the name, NULL where that is not known.
 */
unsigned int error_means(__s64 exit, const char *name, size_t len);

#endif /* ATR_RECORD_ERRORS_H */
