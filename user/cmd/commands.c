// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/commands.h"

#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "user/log.h"

const struct command *const atr_commands[] = {
	&atr_command_trace,  &atr_command_daemon,  &atr_command_check,
	&atr_command_replay, &atr_command_rules,   &atr_command_status,
	&atr_command_ctl,    &atr_command_compare, NULL,
};

/* What for is told where one is missing. CAP_SYS_ADMIN contains the first two. */
static const struct {
	cap_value_t cap;
	const char *what_for;
	bool in_sys_admin;
} wanted[] = {
	{ CAP_BPF, "to load BPF programs", true },
	{ CAP_PERFMON, "to attach them and to read what they point at", true },
	{ CAP_SYS_PTRACE, "to look at files in the roots of other tasks", false },
	{ CAP_DAC_READ_SEARCH, "to look at files that others keep to themselves", false },
};

static bool has_cap(cap_t caps, cap_value_t cap)
{
	cap_flag_value_t value = CAP_CLEAR;

	return !cap_get_flag(caps, cap, CAP_EFFECTIVE, &value) && value == CAP_SET;
}

bool privilege_check(const char *command)
{
	char missing[512] = "";
	cap_t caps = cap_get_proc();
	size_t i, len = 0;
	bool admin;
	char *name;

	if (!caps)
		return true;
	admin = has_cap(caps, CAP_SYS_ADMIN);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (has_cap(caps, wanted[i].cap) || (admin && wanted[i].in_sys_admin))
			continue;
		name = cap_to_name(wanted[i].cap);
		len += snprintf(missing + len, sizeof(missing) - len, "%s%s (%s)", len ? ", " : "",
				name ? name : "?", wanted[i].what_for);
		cap_free(name);
	}
	cap_free(caps);
	if (!len)
		return true;
	log_error("%s: %smissing: %s; run it as root, or give it these capabilities", command,
		  geteuid() ? "not root, and " : "", missing);
	return false;
}

const char *format_parse(const char *arg, enum atr_format *ret)
{
	static const char *const names[] = {
		[ATR_FORMAT_RAW] = "raw",
		[ATR_FORMAT_ENRICHED] = "enriched",
		[ATR_FORMAT_TEXT] = "text",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(arg, names[i])) {
			*ret = i;
			return NULL;
		}
	}
	return "it must be raw, enriched or text";
}

const char *hooks_parse(const char *arg, enum atr_mode *ret)
{
	enum atr_mode mode;

	if (!strcmp(arg, "auto")) {
		*ret = ATR_MODE_BTF;
		return NULL;
	}
	for (mode = ATR_MODE_BTF + 1; mode < ATR_MODE_MAX; mode++) {
		if (!strcmp(arg, atr_modes[mode])) {
			*ret = mode;
			return NULL;
		}
	}
	return "it must be auto, fentry, kprobe, tracepoint or uprobe";
}
