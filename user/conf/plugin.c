// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/conf/plugin.h"

#include <string.h>
#include <strings.h>

static const char *const directions[] = { [PLUGIN_OUT] = "out", [PLUGIN_IN] = "in", NULL };
static const char *const plugin_types[] = {
	[PLUGIN_ALWAYS] = "always",
	[PLUGIN_BUILTIN] = "builtin",
	NULL,
};
static const char *const formats[] = {
	[PLUGIN_STRING] = "string",
	[PLUGIN_BINARY] = "binary",
	NULL,
};

/* clang-format off */
#define AT(field)  .offset = offsetof(struct plugin_conf, field)
#define WORD(list) .type = CONF_WORD, .words = list
/* clang-format on */

static const struct conf_key keys[] = {
	{ "active", CONF_YESNO, AT(active), .fallback = "no", .help = "Whether it is started" },
	{ "direction", WORD(directions), AT(direction), .fallback = "out",
	  .help = "Which way records go: out; in is not there yet, in auditd neither" },
	{ "path", CONF_TEXT, AT(path), .max = CONF_PATH_MAX, .example = "/sbin/audisp-syslog",
	  .help = "The program, or " PLUGIN_AF_UNIX },
	{ "type", WORD(plugin_types), AT(type), .fallback = "always",
	  .help = "always: a program; builtin: the daemon itself" },
	{ "args", CONF_ARGS, AT(args), .example = "LOG_INFO", .help = "What it is started with" },
	{ "format", WORD(formats), AT(format), .fallback = "string",
	  .help = "What it reads: string, lines as in the log; binary, with a header each" },
};

#define BUILTIN_PREFIX "builtin_"

/*
 * What path may be depends on what it begins with: a path that is absolute, or the name of what is
 * built in.
 */
static void check_path(struct conf_reader *r, struct plugin_conf *p)
{
	bool builtin = !strncasecmp(p->path, BUILTIN_PREFIX, strlen(BUILTIN_PREFIX));

	if (builtin && strcasecmp(p->path, PLUGIN_AF_UNIX) != 0) {
		conf_wrong(r, "path", "path",
			   "there is no `%.200s`: built in is " PLUGIN_AF_UNIX " alone", p->path);
		return;
	}
	if (!builtin && p->path[0] != '/') {
		conf_wrong(r, "path", "path",
			   "`%.200s` is a relative path: path takes an absolute one, "
			   "or " PLUGIN_AF_UNIX,
			   p->path);
		return;
	}
	if (!builtin && p->path[strlen(p->path) - 1] == '/') {
		conf_wrong(r, "path", "path", "`%.200s` is a directory: path takes a program",
			   p->path);
		return;
	}
	if (!conf_good(r, "path", "type"))
		return;
	if (builtin) {
		/* What auditd 3.1 and later make of it; 3.0 would try to execute it. */
		if (p->type != PLUGIN_BUILTIN)
			conf_warn(r, "path", "type", "%.200s is of type builtin", p->path);
		p->type = PLUGIN_BUILTIN;
		memcpy(p->path, PLUGIN_AF_UNIX, sizeof(PLUGIN_AF_UNIX));
	} else if (p->type == PLUGIN_BUILTIN) {
		conf_wrong(r, "path", "type", "type = builtin takes path = " PLUGIN_AF_UNIX);
	}
}

static int check(struct conf_reader *r, void *dest)
{
	struct plugin_conf *p = dest;

	if (p->path)
		check_path(r, p);
	else if (p->active && conf_good(r, "active", "path"))
		conf_wrong(r, "active", "active",
			   "active = yes takes the key path, and there is none");
	if (p->active && p->direction == PLUGIN_IN && conf_good(r, "active", "direction"))
		conf_wrong(r, "active", "direction",
			   "direction = in is not possible: an active plugin takes out");
	return 0;
}

const struct conf_schema plugin_schema = {
	.keys = keys,
	.n = sizeof(keys) / sizeof(keys[0]),
	.size = sizeof(struct plugin_conf),
	.check = check,
	.manual = "autrail.conf(5)",
};

int plugin_conf_parse(struct plugin_conf *ret, const char *file, const char *text, size_t len,
		      conf_report_fn *report, void *ctx)
{
	return conf_read(&plugin_schema, ret, file, text, len, report, ctx);
}

void plugin_conf_free(struct plugin_conf *p)
{
	conf_release(&plugin_schema, p);
}

/*
 * auditd leaves out what begins with a dot, and what has two: a copy, as package managers make
 * them. It would start a plugin twice for an editor's copy (syslog.conf~), which nobody can want.
 */
bool plugin_conf_named(const char *name)
{
	const char *dot = strchr(name, '.');
	size_t len = strlen(name);

	return len && dot != name && (!dot || !strchr(dot + 1, '.')) && name[len - 1] != '~' &&
	       !strchr(name, '/');
}
