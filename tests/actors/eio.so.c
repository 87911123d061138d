// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * To be preloaded: as long as the file that $EIO_WHILE names is there, write() to regular files is cut
 * in half and then fails, as on a disk that is about to die; fdatasync() fails, too.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool dying(int fd)
{
	const char *name = getenv("EIO_WHILE");
	struct stat st;

	return name && !access(name, F_OK) && !fstat(fd, &st) && S_ISREG(st.st_mode);
}

ssize_t write(int fd, const void *data, size_t size)
{
	static __thread bool half;
	ssize_t (*next)(int, const void *, size_t);

	*(void **)&next = dlsym(RTLD_NEXT, "write");
	if (!dying(fd)) {
		half = false;
		return next(fd, data, size);
	}
	half = !half;
	if (half && size > 1)
		return next(fd, data, size / 2);
	errno = EIO;
	return -1;
}

int fdatasync(int fd)
{
	int (*next)(int);

	*(void **)&next = dlsym(RTLD_NEXT, "fdatasync");
	if (!dying(fd))
		return next(fd);
	errno = EIO;
	return -1;
}
