/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is at the other end of a unix socket, or has sent a signal. */
#ifndef ATR_CMD_WHO_H
#define ATR_CMD_WHO_H

#include <sys/types.h>

#include "user/control/change.h"

/*
 * What /proc says of the process now: it may have ended since, and then ids are ATR_UNSET and the rest is not
 * known.
 */
void who_of_pid(struct who *ret, pid_t pid);

/*
 * The process that has connected: pid and uid as they were then, by the kernel; the others from /proc, if it is
 * certain that the process is the same still (SO_PEERPIDFD, Linux 6.5) or, before, likely by its uid. 0 or -errno.
 */
int who_of_socket(struct who *ret, int fd);

/* May the other end give orders: root, or a member of the group (0: nobody is by that alone). */
bool who_may(int fd, const struct who *who, gid_t group);

#endif /* ATR_CMD_WHO_H */
