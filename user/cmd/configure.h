/* SPDX-License-Identifier: GPL-2.0-or-later */
/* autrail.conf, to what the parts of the daemon take. */
#ifndef ATR_CMD_CONFIGURE_H
#define ATR_CMD_CONFIGURE_H

#include <sys/types.h>

#include "user/cmd/agent.h"
#include "user/conf/conf.h"
#include "user/sink/log.h"
#include "user/sink/plugins.h"

/* Reads it. 0, or -errno with every mistake logged, by file, line and column. */
int configure_read(const char *path, struct conf *ret);

/* conf has to last as long as what is made of it. 0, or -errno, logged: no such group, no name of its own. */
int configure_log(const struct conf *conf, size_t hold_max, struct log_opts *ret);
void configure_log_free(struct log_opts *log);

/* The group that a key names, by its name or number. -ENOENT, logged. */
int configure_group(const char *key, const char *name, gid_t *ret);

/* Where the rules are; conf has to last as long. */
void configure_rules(const struct conf *conf, struct rule_paths *ret);

/* The strings stay those of conf and log. enriched: how records are made, since the start. */
void configure_plugins(const struct conf *conf, const struct log_opts *log, bool enriched,
		       struct plugins_opts *ret);

/* What is recorded, and how. */
void configure_agent(const struct conf *conf, struct agent_opts *ret);

#endif /* ATR_CMD_CONFIGURE_H */
