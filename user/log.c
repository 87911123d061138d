// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/log.h"

#include <stdio.h>

static enum atr_log_level current = ATR_LOG_INFO;

void log_set_level(enum atr_log_level level)
{
	current = level;
}

enum atr_log_level log_level(void)
{
	return current;
}

void log_vmessage(enum atr_log_level level, const char *format, va_list args)
{
	static const char *const prefix[] = {
		[ATR_LOG_ERROR] = "autrail: ", [ATR_LOG_WARN] = "autrail: warning: ",
		[ATR_LOG_INFO] = "autrail: ",  [ATR_LOG_DEBUG] = "autrail: debug: ",
		[ATR_LOG_TRACE] = "autrail: ",
	};
	char line[8192];

	if (level > current)
		return;
	/* One write a line: two autrails may share a terminal. */
	vsnprintf(line, sizeof(line), format, args);
	fprintf(stderr, "%s%s\n", prefix[level], line);
}

void log_message(enum atr_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vmessage(level, format, args);
	va_end(args);
}
