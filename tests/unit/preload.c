// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loaded into auditctl, this takes the place of those functions of libaudit that talk with the kernel: it
 * writes down the rules that would be sent, to the file that ATR_SENT names, and says yes to everything.
 */
#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static int send_rule(const struct audit_rule_data *rule)
{
	const char *path = getenv("ATR_SENT");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	size_t size = sizeof(*rule) + rule->buflen;
	bool good = fd >= 0 && write(fd, rule, size) == (ssize_t)size;

	if (fd >= 0)
		close(fd);
	return good ? 1 : -EIO;
}

int audit_open(void)
{
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

int audit_is_enabled(int fd)
{
	return 1;
}

int audit_can_control(void)
{
	return 1;
}

uint32_t audit_get_features(void)
{
	return 0x7fffffff;
}

int audit_add_rule_data(int fd, struct audit_rule_data *rule, int flags, int action)
{
	rule->flags = flags;
	rule->action = action;
	return send_rule(rule);
}

int audit_delete_rule_data(int fd, struct audit_rule_data *rule, int flags, int action)
{
	return -ENOENT;
}
