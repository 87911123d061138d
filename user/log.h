/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages for people, on stderr. Nothing in user/event and user/record logs. */
#ifndef ATR_LOG_H
#define ATR_LOG_H

#include <stdarg.h>

enum atr_log_level {
	ATR_LOG_ERROR, /* what was asked for is not done */
	ATR_LOG_WARN,  /* done, but less of it */
	ATR_LOG_INFO,  /* progress: silenced by -q */
	ATR_LOG_DEBUG, /* -v */
	ATR_LOG_TRACE, /* -vv: libbpf's own debugging */
};

/* Exit codes of the program. */
enum atr_exit {
	ATR_EXIT_OK = 0,
	ATR_EXIT_RUNTIME = 1,
	ATR_EXIT_USAGE = 2,
	ATR_EXIT_CONFIG = 3,
	ATR_EXIT_PRIVILEGE = 4,
	ATR_EXIT_KERNEL = 5,
};

void log_set_level(enum atr_log_level level);
enum atr_log_level log_level(void);

void log_message(enum atr_log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void log_vmessage(enum atr_log_level level, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

#define log_error(...) log_message(ATR_LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_message(ATR_LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_message(ATR_LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_message(ATR_LOG_DEBUG, __VA_ARGS__)

#endif /* ATR_LOG_H */
