// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/opts.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "user/log.h"

#define OPTS_MAX  32
#define LONG_ONLY 256

static size_t opts_count(const struct opt *opts)
{
	size_t n = 0;

	while (opts[n].name)
		n++;
	return n;
}

static void print_help(const struct command *command)
{
	const struct opt *opt;
	char left[64];

	printf("usage: autrail %s [OPTIONS]%s%s\n%s\n\n", command->name, command->args ? " " : "",
	       command->args ? command->args : "", command->summary);
	for (opt = command->opts; opt->name; opt++) {
		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", opt->letter ? '-' : ' ',
			 opt->letter ? opt->letter : ' ', opt->letter ? ", " : "  ", opt->name,
			 opt->arg ? " " : "", opt->arg ? opt->arg : "");
		printf("  %-26s %s\n", left, opt->help);
	}
	printf("  %-26s %s\n", "-h, --help", "print this and exit");
}

/* What is wrong names the option as it was written: by letter or by name. */
static void print_wrong(const struct command *command, const struct opt *opt, int letter,
			const char *arg, const char *wrong)
{
	if (letter == LONG_ONLY)
		log_error("%s: option --%s%s%s: %s", command->name, opt->name, arg ? " " : "",
			  arg ? arg : "", wrong);
	else
		log_error("%s: option -%c%s%s: %s", command->name, opt->letter, arg ? " " : "",
			  arg ? arg : "", wrong);
}

static int usage_error(const struct command *command)
{
	log_error("%s: see `autrail %s --help`", command->name, command->name);
	return ATR_EXIT_USAGE;
}

static int options_run(const struct command *command, int argc, char **argv)
{
	struct option longs[OPTS_MAX + 2] = {};
	char letters[3 * OPTS_MAX + 8] = "+:h";
	const struct opt *opts = command->opts;
	size_t n = opts_count(opts), i, len = strlen(letters);
	const char *wrong;
	int c, index;

	for (i = 0; i < n; i++) {
		longs[i] = (struct option){ opts[i].name,
					    opts[i].arg ? required_argument : no_argument, NULL,
					    LONG_ONLY };
		if (opts[i].letter)
			len += snprintf(letters + len, sizeof(letters) - len, "%c%s",
					opts[i].letter, opts[i].arg ? ":" : "");
	}
	longs[n] = (struct option){ "help", no_argument, NULL, 'h' };
	optind = 1;
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, longs, &index)) != -1) {
		if (c == 'h') {
			print_help(command);
			return ATR_EXIT_OK;
		}
		if (c == '?' || c == ':') {
			log_error("%s: %s: %s", command->name, argv[optind - 1],
				  c == ':' ? "needs an argument" : "no such option");
			return usage_error(command);
		}
		for (i = 0; c != LONG_ONLY && opts[i].letter != c; i++)
			;
		if (c == LONG_ONLY)
			i = index;
		wrong = opts[i].set(command->dest, optarg);
		if (wrong) {
			print_wrong(command, &opts[i], c, opts[i].arg ? optarg : NULL, wrong);
			return usage_error(command);
		}
	}
	argc -= optind;
	argv += optind;
	if (argc > command->operands || argc < command->operands - command->optional) {
		if (argc > command->operands)
			log_error("%s: what is `%s`?", command->name, argv[command->operands]);
		else
			log_error("%s: %s is missing", command->name, command->args);
		return usage_error(command);
	}
	return command->run(command->dest, argc, argv);
}

int command_run(const struct command *command, int argc, char **argv)
{
	if (command->raw)
		return command->run(command->dest, argc - 1, argv + 1);
	return options_run(command, argc, argv);
}
