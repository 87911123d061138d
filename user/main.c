// SPDX-License-Identifier: GPL-2.0-or-later
/* Which command: everything else is in user/cmd. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "version.h"
#include "user/cmd/commands.h"
#include "user/log.h"

static int print_help(void)
{
	const struct command *const *command;

	printf("usage: autrail [COMMAND] [OPTIONS]\n"
	       "The audit trail of commands, from eBPF, in the records of the Linux audit system.\n\n");
	for (command = atr_commands; *command; command++)
		printf("  %-10s %s\n", (*command)->name, (*command)->summary);
	printf("\nWithout a command: trace. `autrail COMMAND --help` lists its options; `man autrail` "
	       "tells the rest.\n");
	return ATR_EXIT_OK;
}

/* A file that is opened must not become standard error because that was closed. */
static void keep_stdio(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	const struct command *const *command;

	keep_stdio();

	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help"))
		return print_help();
	if (!strcmp(name, "--version")) {
		printf("autrail %s\n", ATR_VERSION);
		return ATR_EXIT_OK;
	}
	for (command = atr_commands; *command; command++) {
		if (!strcmp(name, (*command)->name))
			return command_run(*command, argc - 1, argv + 1);
	}
	if (!name[0] || name[0] == '-')
		return command_run(atr_commands[0], argc, argv);
	log_error("there is no command `%s`: see `autrail --help`", name);
	return ATR_EXIT_USAGE;
}
