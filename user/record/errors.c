// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/record/errors.h"

#include <errno.h>

/* An error that is not here (ENOEXEC) tells of no name: what was opened is all there is. */
static const struct {
	int error;
	unsigned int means;
} errors[] = {
	{ ENOENT, NEVER_OPENED | OPEN_FAILED | OPEN_SURELY },
	{ ENOTDIR, NEVER_OPENED | OPEN_FAILED | OPEN_SURELY },
	{ ENAMETOOLONG, NEVER_OPENED | OPEN_FAILED | OPEN_SURELY },
	/*
	 * Too many symbolic links; or AT_SYMLINK_NOFOLLOW, or scripts too deep: then the name did
	 * resolve.
	 */
	{ ELOOP, OPEN_FAILED | OPEN_SURELY },
	{ EACCES, OPEN_FAILED },
	{ EPERM, OPEN_FAILED },
	{ ENXIO, OPEN_FAILED },
	{ ENODEV, OPEN_FAILED },
	/* Of the arguments, which kernels from 5.9 to 6.7 copied before they opened the file. */
	{ E2BIG, NEVER_OPENED },
	{ EFAULT, NEVER_OPENED },
	{ ENOMEM, NEVER_OPENED },
	/*
	 * Before a name is followed: no room for a file, a bad descriptor or flag, too many
	 * processes.
	 */
	{ EMFILE, NEVER_OPENED },
	{ ENFILE, NEVER_OPENED },
	{ EBADF, NEVER_OPENED },
	{ EINVAL, NEVER_OPENED },
	{ EAGAIN, NEVER_OPENED },
};

/* ENOTDIR may also be for a slash at the end of the name of a file, which did resolve. */
unsigned int error_means(__s64 exit, const char *name, size_t len)
{
	unsigned int i;

	if (exit == -ENOTDIR && name && len && name[len - 1] == '/')
		return OPEN_FAILED | OPEN_SURELY;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (exit == -errors[i].error)
			return errors[i].means;
	return 0;
}
