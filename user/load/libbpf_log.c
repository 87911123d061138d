// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/libbpf_log.h"

#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/log.h"

#define TAIL_LINES 12
#define LINE_MAX_  256

static char kept[TAIL_LINES][LINE_MAX_];
static unsigned int kept_count;
static char culprit[64];

static void keep_line(const char *line, size_t len)
{
	char *to = kept[kept_count++ % TAIL_LINES];

	if (len >= LINE_MAX_)
		len = LINE_MAX_ - 1;
	memcpy(to, line, len);
	to[len] = '\0';
}

/* "libbpf: prog 'NAME': BPF program load failed: …" and "… failed to load: -22" name the program. */
static void find_culprit(const char *text)
{
	const char *from = strstr(text, "prog '"), *end;

	if (!from || !strstr(text, "load"))
		return;
	from += strlen("prog '");
	end = strchr(from, '\'');
	if (end && (size_t)(end - from) < sizeof(culprit)) {
		memcpy(culprit, from, end - from);
		culprit[end - from] = '\0';
	}
}

__attribute__((format(printf, 2, 0))) static int print(enum libbpf_print_level level,
						       const char *format, va_list args)
{
	const char *line, *end;
	char *text;

	if (level == LIBBPF_DEBUG && log_level() < ATR_LOG_TRACE)
		return 0;
	/* A verifier log, which may have megabytes, comes as one message. */
	if (vasprintf(&text, format, args) < 0)
		return 0;
	if (level == LIBBPF_WARN)
		find_culprit(text);
	for (line = text; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (end == line)
			continue;
		if (level == LIBBPF_WARN)
			keep_line(line, end - line);
		log_message(level == LIBBPF_WARN ? ATR_LOG_DEBUG : ATR_LOG_TRACE, "%.*s",
			    (int)(end - line), line);
	}
	free(text);
	return 0;
}

void libbpf_log_init(void)
{
	libbpf_set_print(print);
}

void libbpf_log_reset(void)
{
	kept_count = 0;
	culprit[0] = '\0';
}

const char *libbpf_log_culprit(void)
{
	return culprit[0] ? culprit : NULL;
}

const char *libbpf_log_tail(void)
{
	static char tail[TAIL_LINES * (LINE_MAX_ + 4)];
	unsigned int first = kept_count > TAIL_LINES ? kept_count - TAIL_LINES : 0, i;
	size_t len = 0;

	tail[0] = '\0';
	for (i = first; i < kept_count; i++)
		len += snprintf(tail + len, sizeof(tail) - len, "\n  %s", kept[i % TAIL_LINES]);
	return tail;
}
