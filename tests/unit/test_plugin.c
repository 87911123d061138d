// SPDX-License-Identifier: GPL-2.0-or-later
/* Files about plugins, as auditd's packages and laurel's install them, and with mistakes. */
#include <errno.h>

#include "tests/unit/conf.h"
#include "user/conf/plugin.h"

static int parse_plugin(struct plugin_conf *p, const char *text, struct said *said)
{
	memset(said, 0, sizeof(*said));
	return plugin_conf_parse(p, "a.conf", text, strlen(text), note, said);
}

/* "active direction path type format args..." */
static const char *plugin_text(const struct plugin_conf *p)
{
	static char buf[4096];
	char args[2048];

	put_list(args, sizeof(args), &p->args);
	snprintf(buf, sizeof(buf), "%s %s %s %s %s: %s", p->active ? "yes" : "no",
		 p->direction == PLUGIN_OUT ? "out" : "in", p->path ? p->path : "(none)",
		 p->type == PLUGIN_ALWAYS ? "always" : "builtin",
		 p->format == PLUGIN_STRING ? "string" : "binary", args);
	return buf;
}

#define BUILTIN "path = builtin_af_unix\n"

static void test_good(void)
{
	static const struct {
		const char *text, *want, *said;
	} rows[] = {
		{ "", "no out (none) always string: ", "" },
		{ "\n# Sockets.\n\nactive = no\ndirection = out\n" BUILTIN
		  "type = builtin \nargs = 0640 /var/run/audispd_events\nformat = string\n\n",
		  "no out builtin_af_unix builtin string: 0640 /var/run/audispd_events", "" },
		{ "active = yes\ndirection = out\npath = /sbin/audisp-syslog\ntype = always \n"
		  "args = LOG_INFO\nformat = string",
		  "yes out /sbin/audisp-syslog always string: LOG_INFO", "" },
		{ "active = yes\ndirection = out\npath = /sbin/audisp-remote\ntype = always\n"
		  "format = string",
		  "yes out /sbin/audisp-remote always string: ", "" },
		{ "active = yes\ndirection = out\npath = /usr/sbin/laurel\ntype = always\n"
		  "args = --config /etc/laurel/config.toml\nformat = string\n",
		  "yes out /usr/sbin/laurel always string: --config /etc/laurel/config.toml", "" },
		{ "ACTIVE = YES\nPath = /Sbin/X\nFORMAT = Binary",
		  "yes out /Sbin/X always binary: ", "" },
		{ "active=yes\npath=/x\nargs=a b c d e f g",
		  "yes out /x always string: a b c d e f g", "" },
		{ "args = a b\nargs = c", "no out (none) always string: c",
		  "2:1: warning: args is set in line 1 already: this one counts\n" },
		{ "direction = in", "no in (none) always string: ", "" },
		{ "active = yes\n" BUILTIN, "yes out builtin_af_unix builtin string: ",
		  "2:1: warning: builtin_af_unix is of type builtin\n" },
		{ "active = yes\npath = BUILTIN_af_UNIX\ntype = builtin",
		  "yes out builtin_af_unix builtin string: ", "" },
	};
	struct plugin_conf p;
	struct said said;
	unsigned int i;

	for (i = 0; i < COUNT(rows); i++) {
		if (!ok(!parse_plugin(&p, rows[i].text, &said), "taken: %s", rows[i].want))
			continue;
		is_str(plugin_text(&p), rows[i].want, "as it was meant");
		is_str(said.text, rows[i].said, "and this was said");
		plugin_conf_free(&p);
	}
	plugin_conf_free(NULL);
}

static void test_bad(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "active", "1:7: error: no `=` behind `active`\n" },
		{ "active = maybe",
		  "1:10: error: `maybe` is not possible: active takes yes or no\n" },
		{ "active = yes",
		  "1:1: error: active = yes takes the key path, and there is none\n" },
		{ "active = yes\ndirection = in\npath = /x",
		  "2:1: error: direction = in is not possible: an active plugin takes out\n" },
		{ "direction = up",
		  "1:13: error: `up` is not possible: direction takes out or in\n" },
		{ "path = laurel",
		  "1:1: error: `laurel` is a relative path: path takes an absolute one, "
		  "or builtin_af_unix\n" },
		{ "path = /usr/sbin/",
		  "1:1: error: `/usr/sbin/` is a directory: path takes a program\n" },
		{ "path = builtin_syslog",
		  "1:1: error: there is no `builtin_syslog`: built in is builtin_af_unix alone\n" },
		{ "path = /a b", "1:11: error: `b` is one word too many for path\n" },
		{ "type = builtin\npath = /x",
		  "2:1: error: type = builtin takes path = builtin_af_unix\n" },
		{ "type = once",
		  "1:8: error: `once` is not possible: type takes always or builtin\n" },
		{ "format = json",
		  "1:10: error: `json` is not possible: format takes string or binary\n" },
		{ "args =", "1:7: error: no value: args takes words\n" },
		{ "arg = x", "1:1: error: unknown key `arg`: is args meant?\n" },
		{ "active = yes\npath /x", "2:5: error: no `=` behind `path`\n" },
	};
	struct plugin_conf p, zero;
	char text[512] = "args =";
	struct said said;
	unsigned int i;

	memset(&zero, 0, sizeof(zero));
	for (i = 0; i < COUNT(rows); i++) {
		memset(&p, 0, sizeof(p));
		is_int(parse_plugin(&p, rows[i].text, &said), -EINVAL, "refused");
		is_str(said.text, rows[i].want, rows[i].text);
		ok(!memcmp(&p, &zero, sizeof(p)), "and the structure is as it was");
	}
	for (i = 0; i < CONF_WORDS_MAX; i++)
		strcat(text, " x");
	if (ok(!parse_plugin(&p, text, &said), "as many arguments as there may be"))
		plugin_conf_free(&p);
	strcat(text, " x");
	is_int(parse_plugin(&p, text, &said), -EINVAL, "one more");
	is_str(said.text, "1:136: error: more than 64 words\n", "is told");
}

static void test_names(void)
{
	static const struct {
		const char *name;
		bool want;
	} rows[] = {
		{ "syslog.conf", true },
		{ "laurel", true },
		{ "a.b", true },
		{ "x~y.conf", true },
		{ ".", false },
		{ "..", false },
		{ "", false },
		{ ".syslog.conf.swp", false },
		{ ".conf", false },
		{ "syslog.conf.dpkg-old", false },
		{ "syslog.conf.rpmsave", false },
		{ "syslog.conf~", false },
		{ "a/b", false },
	};
	unsigned int i;

	for (i = 0; i < COUNT(rows); i++)
		is_int(plugin_conf_named(rows[i].name), rows[i].want, rows[i].name);
}

int main(void)
{
	test_good();
	test_bad();
	test_names();
	return tap_done();
}
