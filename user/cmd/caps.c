// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/caps.h"

#include <errno.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "user/log.h"

enum phase {
	AT_START,     /* to load, and open */
	KERNEL_AUDIT, /* the same, with kernel_audit = yes */
	KEPT,
};

/* privilege_check() has those that nothing goes without. */
static const struct {
	cap_value_t cap;
	enum phase phase;
	const char *without; /* NULL: that has been told */
} caps[] = {
	{ CAP_BPF, KEPT, NULL },
	{ CAP_PERFMON, KEPT, NULL },
	{ CAP_SYS_PTRACE, KEPT, NULL },
	{ CAP_DAC_READ_SEARCH, KEPT, NULL },
	{ CAP_SYS_CHROOT, KEPT, "names in failed execs cannot be looked up where the task is" },
	{ CAP_SETUID, KEPT, "nor with the rights that it has" },
	{ CAP_SETGID, KEPT, "nor with the groups that it has" },
	{ CAP_CHOWN, KEPT, "log_group and control_group can be root alone" },
	{ CAP_KILL, KEPT, "plugins that change their user cannot be told to reload or to end" },
	{ CAP_SYSLOG, AT_START,
	  "where kernel.kptr_restrict is on, security labels may not be known" },
	{ CAP_SYS_NICE, AT_START, "priority_boost has no effect" },
	{ CAP_AUDIT_READ, KERNEL_AUDIT, "records of kernel audit cannot be read" },
	{ CAP_NET_ADMIN, KERNEL_AUDIT, "the buffer for them may be smaller" },
};

enum { CAPS = sizeof(caps) / sizeof(caps[0]) };

static bool has(cap_t set, cap_value_t cap, cap_flag_t flag)
{
	cap_flag_value_t value = CAP_CLEAR;

	return !cap_get_flag(set, cap, flag, &value) && value == CAP_SET;
}

void caps_tell(bool kernel_audit)
{
	cap_t set = cap_get_proc();
	char *name;
	int i;

	for (i = 0; set && i < CAPS; i++) {
		if (!caps[i].without || has(set, caps[i].cap, CAP_EFFECTIVE) ||
		    (caps[i].phase == KERNEL_AUDIT && !kernel_audit))
			continue;
		name = cap_to_name(caps[i].cap);
		log_warn("%s is missing: %s", name ? name : "a capability", caps[i].without);
		cap_free(name);
	}
	cap_free(set);
}

static void keep(cap_t ret, cap_t had)
{
	const bool handed_on = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) > 0;
	cap_flag_value_t value;
	cap_value_t cap;
	int i;

	for (cap = 0; handed_on && cap < cap_max_bits(); cap++)
		if (has(had, cap, CAP_PERMITTED))
			cap_set_flag(ret, CAP_PERMITTED, 1, &cap, CAP_SET);
	for (i = 0; i < CAPS; i++) {
		value = caps[i].phase == KEPT && has(had, caps[i].cap, CAP_PERMITTED) ? CAP_SET :
											CAP_CLEAR;
		cap_set_flag(ret, CAP_PERMITTED, 1, &caps[i].cap, value);
		cap_set_flag(ret, CAP_EFFECTIVE, 1, &caps[i].cap, value);
	}
}

void caps_keep(void)
{
	cap_t had = cap_get_proc(), kept = cap_init();
	char *text;

	if (had && kept)
		keep(kept, had);
	if (!had || !kept || cap_set_proc(kept))
		log_warn("all capabilities are kept: they cannot be given up: %s", strerror(errno));
	text = cap_to_text(kept, NULL);
	log_debug("capabilities: %s", text ? text : "?");
	cap_free(text);
	cap_free(had);
	cap_free(kept);
}
