// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail rules: are the files right, and where is each rule judged? Needs no privilege. */
#include <string.h>

#include "user/cmd/commands.h"
#include "user/cmd/rulefiles.h"
#include "user/log.h"

static struct rules_opts {
	bool explain;
	bool strict;
} rules_opts;

static const char *set_explain(void *dest, const char *arg)
{
	((struct rules_opts *)dest)->explain = true;
	return NULL;
}

static const char *set_strict(void *dest, const char *arg)
{
	((struct rules_opts *)dest)->strict = true;
	return NULL;
}

static const struct opt opts[] = {
	{ 0, "explain", NULL, "print each rule, where it is judged and what of it cannot be seen",
	  set_explain },
	{ 0, "strict", NULL, "a rule that cannot be observed is a mistake", set_strict },
	{},
};

static int rules_run(void *dest, int argc, char **argv)
{
	const struct rules_opts *o = dest;
	struct rule_paths paths = { .paths = { argv[0] }, .n = 1 };
	struct compiled *c = rules_load(&paths, o->strict);

	if (!c)
		return ATR_EXIT_CONFIG;
	if (o->explain)
		rules_explain(c);
	compiled__free(c);
	return ATR_EXIT_OK;
}

const struct command atr_command_rules = {
	.name = "rules",
	.args = "FILE",
	.summary = "check a file or a directory of audit rules",
	.opts = opts,
	.operands = 1,
	.run = rules_run,
	.dest = &rules_opts,
};
