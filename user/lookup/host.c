// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "user/lookup/lookup.h"
#include "user/now.h"

static __s64 clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/*
 * One clock less another: a is read between two readings of b, and is taken to be in their middle.
 * Of some tries the one counts in which they are closest; it errs by no more than half their
 * distance.
 */
static __s64 clock_distance(clockid_t a, clockid_t b)
{
	__s64 best = INT64_MAX, distance = 0, before, at, after;
	int i;

	for (i = 0; i < 5; i++) {
		before = clock_ns(b);
		at = clock_ns(a);
		after = clock_ns(b);
		if (after - before < best) {
			best = after - before;
			distance = at - before - (after - before) / 2;
		}
	}
	return distance;
}

void clock_event(struct atr_clock *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->hdr.size = sizeof(*ret);
	ret->hdr.kind = ATR_KIND_CLOCK;
	ret->hdr.abi = ATR_ABI;
	ret->hdr.time = boot_now();
	ret->real_boot = clock_distance(CLOCK_REALTIME, CLOCK_BOOTTIME);
	/* Whole seconds, by definition; reading two clocks is not that exact. */
	ret->tai_real = clock_distance(CLOCK_TAI, CLOCK_REALTIME);
	ret->tai_real = (ret->tai_real + 500000000) / 1000000000 * 1000000000;
}

/*
 * Whether nonroot_raised_pE() compares with the old euid (6.17, "exec: Correct the permission check
 * for unsafe exec") shows nowhere but in what it does, so here is the one place that asks for the
 * version. A kernel that has the change in an older version is wrong by one BPRM_FCAPS record where
 * a process whose real and effective uid differ runs a file with capabilities.
 */
static bool fcaps_compares_euid(void)
{
	struct utsname name;
	char *minor;
	long major;

	if (uname(&name))
		return false;
	major = strtol(name.release, &minor, 10);
	return major > 6 || (major == 6 && *minor == '.' && atoi(minor + 1) >= 17);
}

void host_event(const struct host_facts *facts, struct atr_host *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->hdr.size = sizeof(*ret);
	ret->hdr.kind = ATR_KIND_HOST;
	ret->hdr.abi = ATR_ABI;
	ret->last_cap = cap_max_bits() - 1;
	ret->flags = fcaps_compares_euid() ? ATR_HOST_FCAPS_EUID : 0;
	ret->flags |= facts->sessions ? ATR_HOST_SESSIONS : 0;
	ret->first_serial = facts->first_serial;
	ret->lsms = facts->lsms;
	ret->mntns = facts->spaces[0];
	ret->pidns = facts->spaces[1];
	ret->userns = facts->spaces[2];
}

/* pid is the name of a directory, as readdir() gives it. */
static int id_read(const char *pid, const char *name, __u32 *ret_id)
{
	char path[64], text[16];
	ssize_t n;
	int fd;

	if (snprintf(path, sizeof(path), "/proc/%s/%s", pid, name) >= (int)sizeof(path))
		return -ENOENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -ENOENT;
	text[n] = '\0';
	*ret_id = strtoul(text, NULL, 10);
	return 0;
}

int session_event(const char *pid, struct atr_session *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->hdr.size = sizeof(*ret);
	ret->hdr.kind = ATR_KIND_SESSION;
	ret->hdr.abi = ATR_ABI;
	ret->hdr.time = boot_now();
	if (pid[0] < '1' || pid[0] > '9' || id_read(pid, "sessionid", &ret->ses) ||
	    ret->ses == ATR_UNSET || id_read(pid, "loginuid", &ret->auid))
		return -ENOENT;
	return 0;
}
