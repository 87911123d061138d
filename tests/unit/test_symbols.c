// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions in the file of a library: those of the C library that this program runs with. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <unistd.h>

#include "tests/tap.h"
#include "user/load/symbols.h"

static int fd;
static __u64 offset;

static int find(const char *name)
{
	offset = 0;
	return symbols_find(fd, &name, 1, &offset);
}

static void alternatives(void)
{
	__u64 one, other;

	is_int(find("gnu_get_libc_version"), 0, "a function");
	one = offset;
	is_int(find("getpagesize"), 0, "another one");
	other = offset;
	ok(one && other && one != other, "they are at different places");
	is_int(find("gnu_get_libc_version|getpagesize"), 0, "either of two");
	ok(offset == one, "is the first that there is");
	is_int(find("no_such_function|getpagesize"), 0, "the first of two is missing");
	ok(offset == other, "the second one is found");
	is_int(find("getpagesiz|getpagesize_|no_such_function"), -ENOENT,
	       "a part of a name is none");
	is_int(find(""), -ENOENT, "nor is no name");
}

static void others(void)
{
	static const char *const names[] = { "gnu_get_libc_version",
					     "getpagesize|gnu_get_libc_version" };
	__u64 offsets[2] = { 0, 0 };

	is_int(symbols_find(fd, names, 2, offsets), 0, "several functions");
	ok(offsets[0] && offsets[1] && offsets[0] != offsets[1], "each has its place");
	close(fd);
	fd = open("/dev/null", O_RDONLY);
	is_int(find("gnu_get_libc_version"), -ENOEXEC, "an empty file is no library");
	close(fd);
}

int main(void)
{
	Dl_info info;

	fd = dladdr((void *)gnu_get_libc_version, &info) ? open(info.dli_fname, O_RDONLY) : -1;
	ok(fd >= 0, "the C library's file");
	alternatives();
	others();
	return tap_done();
}
