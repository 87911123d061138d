// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/lsm.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "user/load/tracefs.h"
#include "user/log.h"

static const char *const names[ATR_LSM_MAX] = {
	[ATR_LSM_SELINUX] = "selinux",
	[ATR_LSM_SMACK] = "smack",
	[ATR_LSM_APPARMOR] = "apparmor",
};

const char *lsm_name(enum atr_lsm lsm)
{
	return lsm < ATR_LSM_MAX && names[lsm] ? names[lsm] : "unknown";
}

/* "lockdown,capability,yama,apparmor", in the order in which the kernel asks them. */
static __u32 parse(char *list)
{
	unsigned int shift = 0, lsm;
	char *name, *rest = list;
	__u32 lsms = 0;

	while ((name = strsep(&rest, ",\n"))) {
		for (lsm = ATR_LSM_NONE + 1; lsm < ATR_LSM_MAX; lsm++) {
			if (strcmp(name, names[lsm]) != 0)
				continue;
			lsms |= lsm << shift;
			shift += 4;
		}
	}
	return lsms;
}

__u32 lsms_read(void)
{
	int fd = open("/sys/kernel/security/lsm", O_RDONLY | O_CLOEXEC), dir;
	char list[512];
	ssize_t n = -1;

	if (fd < 0) {
		dir = mount_detached("securityfs");
		if (dir >= 0) {
			fd = openat(dir, "lsm", O_RDONLY | O_CLOEXEC);
			close(dir);
		}
	}
	if (fd >= 0) {
		n = read(fd, list, sizeof(list) - 1);
		close(fd);
	}
	if (n < 0) {
		/* A kernel without security modules has no such file system. */
		log_debug("no list of security modules: %s", strerror(errno));
		return 0;
	}
	list[n] = '\0';
	return parse(list);
}
