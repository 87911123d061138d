// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail ctl: orders to a daemon, in auditctl's words. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/cmd/client.h"
#include "user/cmd/commands.h"
#include "user/cmd/rulefiles.h"
#include "user/log.h"

/* The daemon gives lines of rules ten seconds to be read. */
#define WAIT_S	     30

#define COMMAND_LINE "command line\n"

static const char help[] =
	"usage: autrail ctl [--socket PATH] ORDER\n"
	"give orders to a daemon, in the words of auditctl\n\n"
	"  -s                list its status, as auditctl -s; `autrail status` tells more\n"
	"  -l [-k KEY]       list the rules in force; those with KEY in their keys\n"
	"  -a LIST,ACTION    add a rule, with -S, -F, -C and -k behind it; -A, -d, -w, -W likewise\n"
	"  -D [-k KEY]       delete all rules; those with KEY in their keys\n"
	"  -R FILE           take the lines of a file, all of them or none\n"
	"  -e 0|1|2          record nothing; record; and lock the configuration until the next start\n"
	"  -m TEXT           write a record USER with this text\n"
	"  detach [-c FILE]  take away the kernel side that a killed daemon has left; no ORDER to one\n"
	"  --reset-lost      count what is lost from now on, and tell the count up to now\n"
	"  --socket PATH     the daemon's, if not " CONTROL_SOCKET "; stands first\n"
	"  -h, --help        print this and exit\n";

static int usage(const char *what, const char *word)
{
	log_error("ctl: %s%s%s; see `autrail ctl --help`", what, word ? " " : "", word ? word : "");
	return ATR_EXIT_USAGE;
}

static int list(const char *socket, int argc, char **argv)
{
	const char *key = "";

	if (argc == 3 && !strcmp(argv[1], "-k") && *argv[2])
		key = argv[2];
	else if (argc != 1)
		return usage("-l takes -k KEY and nothing else", NULL);
	return client_ask(socket, CONTROL_LIST, key, strlen(key), WAIT_S);
}

static int message(const char *socket, int argc, char **argv)
{
	if (argc != 2)
		return usage("-m takes one text", NULL);
	return client_ask(socket, CONTROL_MESSAGE, argv[1], strlen(argv[1]), WAIT_S);
}

/* Lines of whoever else may write to the file are not the caller's. */
static int owner_check(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return 0; /* that will be told by who reads it */
	if (st.st_uid != 0 && st.st_uid != geteuid())
		log_error("the rules %s are neither root's nor yours", path);
	else if (st.st_mode & S_IWOTH)
		log_error("the rules %s can be written by anybody", path);
	else
		return 0;
	return -EPERM;
}

/* A name for messages: what else is in a path would act on somebody's terminal. */
static size_t name_write(char *out, const char *path)
{
	size_t len = strlen(path), i, n = 0;

	for (i = len > CONTROL_NAME_MAX ? len - CONTROL_NAME_MAX : 0; i < len; i++)
		out[n++] = path[i] < ' ' || path[i] > '~' ? '?' : path[i];
	out[n++] = '\n';
	return n;
}

static int rules_file(const char *socket, int argc, char **argv)
{
	char *text = NULL, *body;
	size_t len = 0, n;
	int err, code;

	if (argc != 2 || !*argv[1])
		return usage("-R takes one file", NULL);
	if (owner_check(argv[1]))
		return ATR_EXIT_CONFIG;
	err = text_file_read(argv[1], &text, &len);
	if (!err && len > CONTROL_BODY_MAX - CONTROL_NAME_MAX - 1)
		err = -EFBIG;
	body = err ? NULL : malloc(CONTROL_NAME_MAX + 1 + len);
	if (!body) {
		log_error("cannot read the rules %s: %s", argv[1], strerror(err ? -err : errno));
		free(text);
		return ATR_EXIT_CONFIG;
	}
	n = name_write(body, argv[1]);
	memcpy(body + n, text, len);
	code = client_ask(socket, CONTROL_RULES, body, n + len, WAIT_S);
	free(body);
	free(text);
	return code;
}

/* The words as one line of a file of rules. */
static int line(const char *socket, int argc, char **argv)
{
	bool deletes_all = argc == 1 && !strcmp(argv[0], "-D");
	size_t len = sizeof(COMMAND_LINE), at;
	char *body;
	int i, n = 0, code;

	for (i = 0; i < argc; i++)
		len += 2 * strlen(argv[i]) + 1;
	body = malloc(len);
	if (!body) {
		log_error("ctl: %s", strerror(errno));
		return ATR_EXIT_RUNTIME;
	}
	at = sizeof(COMMAND_LINE) - 1;
	memcpy(body, COMMAND_LINE, at);
	for (i = 0; i < argc && n >= 0; i++) {
		n = control_word(body + at, argv[i]);
		at += n > 0 ? n : 0;
	}
	if (n < 0)
		code = usage("no rule has an empty word, or a newline in one", NULL);
	else if (--at > CONTROL_BODY_MAX) /* without the last blank */
		code = usage("that is too long", NULL);
	else
		code = client_ask(socket, CONTROL_RULES, body, at, WAIT_S);
	free(body);
	/* As auditctl says it. */
	if (deletes_all && code == ATR_EXIT_OK)
		puts("No rules");
	return code;
}

static int ctl_run(void *dest, int argc, char **argv)
{
	const char *socket = CONTROL_SOCKET;

	if (argc && !strcmp(argv[0], "--socket")) {
		if (argc < 2)
			return usage("--socket takes a PATH", NULL);
		socket = argv[1];
		argc -= 2;
		argv += 2;
	}
	if (!argc)
		return usage("what is to be done?", NULL);
	if (!strcmp(argv[0], "-h") || !strcmp(argv[0], "--help")) {
		fputs(help, stdout);
		return ATR_EXIT_OK;
	}
	if (!strcmp(argv[0], "detach"))
		return detach_run(argc, argv);
	if (argv[0][0] != '-')
		return usage("what is", argv[0]);
	if (argc == 1 && !strcmp(argv[0], "-s"))
		return client_ask(socket, CONTROL_BRIEF, "", 0, WAIT_S);
	if (!strcmp(argv[0], "-l"))
		return list(socket, argc, argv);
	if (!strcmp(argv[0], "-m"))
		return message(socket, argc, argv);
	if (!strcmp(argv[0], "-R"))
		return rules_file(socket, argc, argv);
	return line(socket, argc, argv);
}

const struct command atr_command_ctl = {
	.name = "ctl",
	.summary = "give orders to a daemon, in the words of auditctl",
	.run = ctl_run,
	.raw = true,
};
