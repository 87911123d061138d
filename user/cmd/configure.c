// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/configure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "user/log.h"

/* --- reading ---------------------------------------------------------------------------------- */

static void report(void *ctx, const struct conf_message *m)
{
	enum atr_log_level level = m->error ? ATR_LOG_ERROR : ATR_LOG_WARN;

	if (m->line)
		log_message(level, "%s:%u:%u: %s", m->file, m->line, m->column, m->text);
	else
		log_message(level, "%s: %s", m->file, m->text);
}

int configure_read(const char *path, struct conf *ret)
{
	char *text;
	size_t len;
	int err;

	err = text_file_read(path, &text, &len);
	if (err) {
		log_error("cannot read the configuration %s: %s; nothing is started", path,
			  strerror(-err));
		return err;
	}
	err = conf_parse(ret, path, text, len, report, NULL);
	free(text);
	return err;
}

/* --- the log ---------------------------------------------------------------------------------- */

static const enum atr_act acts[] = {
	[CONF_IGNORE] = ATR_ACT_IGNORE,	  [CONF_SYSLOG] = ATR_ACT_SYSLOG,
	[CONF_ROTATE] = ATR_ACT_ROTATE,	  [CONF_KEEP_LOGS] = ATR_ACT_KEEP_LOGS,
	[CONF_EMAIL] = ATR_ACT_EMAIL,	  [CONF_EXEC] = ATR_ACT_EXEC,
	[CONF_SUSPEND] = ATR_ACT_SUSPEND, [CONF_SINGLE] = ATR_ACT_SINGLE,
	[CONF_HALT] = ATR_ACT_HALT,
};

static const enum atr_flush flushes[] = {
	[CONF_FLUSH_NONE] = ATR_FLUSH_NONE,
	[CONF_FLUSH_INCREMENTAL] = ATR_FLUSH_INCREMENTAL,
	[CONF_FLUSH_INCREMENTAL_ASYNC] = ATR_FLUSH_INCREMENTAL_ASYNC,
	[CONF_FLUSH_DATA] = ATR_FLUSH_DATA,
	[CONF_FLUSH_SYNC] = ATR_FLUSH_SYNC,
};

static struct log_action action_of(const struct conf_action *action)
{
	return (struct log_action){ acts[action->act], action->exe };
}

int configure_group(const char *key, const char *name, gid_t *ret)
{
	struct group *group = getgrnam(name);
	char *end;

	if (group) {
		*ret = group->gr_gid;
		return 0;
	}
	*ret = strtoul(name, &end, 10);
	if (*name && !*end)
		return 0;
	log_error("%s: there is no group %s", key, name);
	return -ENOENT;
}

/* The name of this machine, as name_format has it; the caller frees it. NULL: it is not to be told. */
static int node_make(const struct conf *conf, char **ret)
{
	const struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM };
	char host[256] = "", address[INET6_ADDRSTRLEN] = "";
	struct addrinfo *list = NULL;
	const char *name = host;

	*ret = NULL;
	if (conf->name_format == CONF_NAME_NONE)
		return 0;
	if (gethostname(host, sizeof(host) - 1))
		return -errno;
	if (conf->name_format == CONF_NAME_USER)
		name = conf->name;
	if ((conf->name_format == CONF_NAME_FQD || conf->name_format == CONF_NAME_NUMERIC) &&
	    getaddrinfo(host, NULL, &hints, &list)) {
		log_error("name_format: %s has no address and no full name here", host);
		return -ENOENT;
	}
	if (conf->name_format == CONF_NAME_FQD && list->ai_canonname)
		name = list->ai_canonname;
	if (conf->name_format == CONF_NAME_NUMERIC) {
		getnameinfo(list->ai_addr, list->ai_addrlen, address, sizeof(address), NULL, 0,
			    NI_NUMERICHOST);
		name = address;
	}
	*ret = strdup(name);
	if (list)
		freeaddrinfo(list);
	return *ret ? 0 : -ENOMEM;
}

int configure_log(const struct conf *conf, size_t hold_max, struct log_opts *ret)
{
	struct log_opts log = {
		.log_file = conf->log_file,
		.flush = flushes[conf->flush],
		.freq = conf->freq,
		.num_logs = conf->num_logs,
		.max_log_file = conf->max_log_file,
		.space_left = { conf->space_left.value, conf->space_left.percent },
		.admin_space_left = { conf->admin_space_left.value,
				      conf->admin_space_left.percent },
		.actions = {
			[ATR_WHEN_SIZE] = action_of(&conf->max_log_file_action),
			[ATR_WHEN_SPACE] = action_of(&conf->space_left_action),
			[ATR_WHEN_ADMIN] = action_of(&conf->admin_space_left_action),
			[ATR_WHEN_FULL] = action_of(&conf->disk_full_action),
			[ATR_WHEN_ERROR] = action_of(&conf->disk_error_action),
		},
		.hold_max = hold_max,
	};
	char *node = NULL;
	int err;

	memset(ret, 0, sizeof(*ret));
	err = configure_group("log_group", conf->log_group, &log.log_group);
	if (!err)
		err = node_make(conf, &node);
	if (err)
		return err;
	log.node = node;
	*ret = log;
	return 0;
}

void configure_log_free(struct log_opts *log)
{
	free((char *)log->node);
	log->node = NULL;
}

void configure_plugins(const struct conf *conf, const struct log_opts *log, bool enriched,
		       struct plugins_opts *ret)
{
	*ret = (struct plugins_opts){
		.dir = conf->plugin_dir,
		.q_depth = conf->q_depth,
		.max_restarts = conf->max_restarts,
		.overflow = conf->overflow_action.act,
		.frames = { .enriched = enriched, .node = log->node },
	};
}

/* --- the agent -------------------------------------------------------------------------------- */

/* Where rules are looked for when nobody has said where: none there is no mistake, and no rules at all. */
#define RULES_DIR "/etc/autrail/rules.d"

static bool has_rules(const char *path)
{
	glob_t found;
	bool any;

	if (strcmp(path, RULES_DIR) != 0)
		return true;
	any = !glob(RULES_DIR "/*.rules", 0, NULL, &found);
	if (any)
		globfree(&found);
	return any;
}

void configure_rules(const struct conf *conf, struct rule_paths *ret)
{
	size_t i;

	ret->n = 0;
	for (i = 0; i < conf->rules.n && ret->n < RULE_PATHS_MAX; i++) {
		if (has_rules(conf->rules.items[i]))
			ret->paths[ret->n++] = conf->rules.items[i];
	}
}

void configure_agent(const struct conf *conf, struct agent_opts *ret)
{
	static const enum atr_mode ways[] = {
		[CONF_HOOKS_AUTO] = ATR_MODE_BTF,
		[CONF_HOOKS_FENTRY] = ATR_MODE_FENTRY,
		[CONF_HOOKS_KPROBE] = ATR_MODE_KPROBE,
		[CONF_HOOKS_TRACEPOINT] = ATR_MODE_TRACEPOINT,
		[CONF_HOOKS_UPROBE] = ATR_MODE_UPROBE,
	};

	ret->record.format = conf->log_format == CONF_ENRICHED ? ATR_FORMAT_ENRICHED :
								 ATR_FORMAT_RAW;
	ret->probe.failed = conf->failed_execs;
	ret->probe.logins = conf->logins;
	ret->probe.exact = conf->exact;
	ret->probe.hooks = ways[conf->hooks];
	ret->probe.ring_bytes = conf->ring_size;
	ret->probe.pin_dir = conf->pin ? conf->pin_dir : NULL;
	ret->kernel_audit = conf->kernel_audit;
	ret->tty = &conf->tty_audit;
	configure_rules(conf, &ret->rules);
}
