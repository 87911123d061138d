/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of plugins.d, as auditd reads it (audisp/audispd-pconfig.c). */
#ifndef ATR_CONF_PLUGIN_H
#define ATR_CONF_PLUGIN_H

#include "user/conf/keys.h"

enum plugin_direction { PLUGIN_OUT, PLUGIN_IN };
enum plugin_type { PLUGIN_ALWAYS, PLUGIN_BUILTIN };
enum plugin_format { PLUGIN_STRING, PLUGIN_BINARY };

/* The one that is built in: it has no program. */
#define PLUGIN_AF_UNIX "builtin_af_unix"

/* What is said of active ones check() in plugin.c has seen to. */
struct plugin_conf {
	bool active;
	enum plugin_direction direction; /* out, if it is active */
	char *path; /* absolute, or PLUGIN_AF_UNIX; NULL: none, and not active */
	enum plugin_type type;
	struct conf_list args; /* argv[1] and so on */
	enum plugin_format format;
};

extern const struct conf_schema plugin_schema;

/* As conf_parse(). The program itself is for the caller to look at. */
int plugin_conf_parse(struct plugin_conf *ret, const char *file, const char *text, size_t len,
		      conf_report_fn *report, void *ctx);
void plugin_conf_free(struct plugin_conf *p);

/* Whether a file of that name in plugins.d is one: not hidden, no directory, no copy. */
bool plugin_conf_named(const char *name);

#endif /* ATR_CONF_PLUGIN_H */
