/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines by table: one row an option, which parser and help share. */
#ifndef ATR_CMD_OPTS_H
#define ATR_CMD_OPTS_H

#include <stdbool.h>
#include <stddef.h>

struct opt {
	char letter; /* 0: long only */
	const char *name;
	const char *arg; /* what the argument is called in the help; NULL: takes none */
	const char *help;
	/* Takes it; a text that says what is wrong, or NULL. dest is the command's options. */
	const char *(*set)(void *dest, const char *arg);
};

struct command {
	const char *name;
	const char *args; /* operands, for the usage line */
	const char *summary;
	const struct opt *opts; /* ends with a row without a name */
	int operands;		/* how many it wants */
	bool raw; /* its arguments are of another grammar: run gets all of them, --help included */
	int optional; /* so many of them may be missing; then it says itself which */
	/* The whole command: returns the exit code. argv[0] is the first operand. */
	int (*run)(void *opts, int argc, char **argv);
	void *dest;
};

/*
 * Parses argv behind the command's name and runs it. --help is answered here; anything wrong is a
 * message on stderr and exit code 2.
 */
int command_run(const struct command *command, int argc, char **argv);

#endif /* ATR_CMD_OPTS_H */
