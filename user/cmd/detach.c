// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail ctl detach: takes away what a daemon that was killed has left in the kernel. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/cmd/commands.h"
#include "user/cmd/configure.h"
#include "user/cmd/instance.h"
#include "user/load/libbpf_log.h"
#include "user/load/pins.h"
#include "user/load/tracefs.h"
#include "user/log.h"

static const char help[] =
	"usage: autrail ctl detach [-c FILE]\n"
	"take away the kernel side that a daemon has left, with all that it has kept\n\n"
	"  -c, --config FILE  read this instead of /etc/autrail/autrail.conf: it says where\n"
	"  -h, --help         print this and exit\n";

/* The configuration; NULL: something else is there, and that has been said. */
static const char *parse(int argc, char **argv)
{
	const char *conf = "/etc/autrail/autrail.conf";
	int i;

	for (i = 1; i < argc; i++) {
		if ((!strcmp(argv[i], "-c") || !strcmp(argv[i], "--config")) && i + 1 < argc) {
			conf = argv[++i];
			continue;
		}
		log_error("ctl detach: it takes -c FILE, and not `%s`", argv[i]);
		return NULL;
	}
	return conf;
}

static int remove_all(const char *dir)
{
	struct side sides[SIDES_MAX];
	int n = pins_check(dir), i;

	if (!n)
		n = sides_open(dir, true, sides, SIDES_MAX);
	if (n < 0 && n != -ENOENT) {
		log_error("pin_dir %s: %s; nothing is removed", dir, pins_error(n));
		return ATR_EXIT_RUNTIME;
	}
	for (i = 0; i < n; i++) {
		log_info("%s: detached and removed; %llu events that waited in it are given up",
			 sides[i].path, side_waiting(&sides[i]));
		side_remove(&sides[i]);
	}
	/* Links have the events that were made for them in use. */
	tracefs_returns_clean();
	if (n <= 0)
		log_info("nothing is kept in %s", dir);
	else
		rmdir(dir);
	return ATR_EXIT_OK;
}

int detach_run(int argc, char **argv)
{
	struct instance instance = INSTANCE_NONE;
	const char *path;
	struct conf conf;
	pid_t before;
	int code, err;

	if (argc == 2 && (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))) {
		fputs(help, stdout);
		return ATR_EXIT_OK;
	}
	path = parse(argc, argv);
	if (!path)
		return ATR_EXIT_USAGE;
	if (configure_read(path, &conf))
		return ATR_EXIT_CONFIG;
	code = ATR_EXIT_PRIVILEGE;
	if (!privilege_check("ctl detach"))
		goto out;
	code = ATR_EXIT_RUNTIME;
	err = instance__take_pins(conf.pin_dir, &instance, &before);
	if (err == -EBUSY)
		log_error(
			"a daemon runs on what is kept in %s, process %d: stop it, and it detaches "
			"by itself",
			conf.pin_dir, before);
	libbpf_log_init();
	if (!err)
		code = remove_all(conf.pin_dir);
	instance__release(&instance);
out:
	conf_free(&conf);
	return code;
}
