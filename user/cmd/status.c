// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail status: the figures of a daemon. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/cmd/client.h"
#include "user/cmd/commands.h"
#include "user/load/cost.h"
#include "user/log.h"

/* What a daemon takes for an answer that does not have to wait for anything else. */
#define WAIT_S 30

static struct status_opts {
	const char *socket;
	const char *seconds;
	bool metrics;
} status_opts = {
	.socket = CONTROL_SOCKET,
};

static const char *set_socket(void *dest, const char *arg)
{
	((struct status_opts *)dest)->socket = arg;
	return NULL;
}

static const char *set_measure(void *dest, const char *arg)
{
	const struct control_request request = { .body = arg, .len = strlen(arg) };

	if (control_measure(&request) <= 0)
		return "it takes from 1 to 60 seconds";
	((struct status_opts *)dest)->seconds = arg;
	return NULL;
}

static const char *set_metrics(void *dest, const char *arg)
{
	((struct status_opts *)dest)->metrics = true;
	return NULL;
}

static const struct opt opts[] = {
	{ 's', "socket", "PATH", "the daemon's, if not " CONTROL_SOCKET, set_socket },
	{ 0, "measure", "SECONDS", "what an event costs, in the kernel too; costs more meanwhile",
	  set_measure },
	{ 0, "metrics", NULL, "OpenMetrics text", set_metrics },
	{},
};

static int status_run(void *dest, int argc, char **argv)
{
	const struct status_opts *o = dest;
	const char *seconds = o->seconds ? o->seconds : "";
	int stats = -1, code;

	if (o->metrics)
		return client_ask(o->socket, CONTROL_METRICS, "", 0, WAIT_S);
	if (o->seconds) {
		stats = cost_begin();
		if (stats < 0)
			log_warn("cannot have the kernel measure programs: %s", strerror(-stats));
	}
	code = client_ask(o->socket, CONTROL_STATUS, seconds, strlen(seconds),
			  WAIT_S + atoi(seconds));
	if (stats >= 0)
		close(stats);
	return code;
}

const struct command atr_command_status = {
	.name = "status",
	.summary = "what a daemon does, has seen, lost and cost",
	.opts = opts,
	.run = status_run,
	.dest = &status_opts,
};
