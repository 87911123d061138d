/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory with a file for each plugin. */
#ifndef ATR_SINK_PLUGIN_FILES_H
#define ATR_SINK_PLUGIN_FILES_H

#include "user/conf/plugin.h"
#include "user/sink/log.h"
#include "user/sink/program.h"

enum { PLUGIN_FILES_MAX = 64 };

struct plugin_file {
	char *name;
	bool bad; /* it was told why; conf is empty */
	struct plugin_conf conf;
	struct program program; /* if it is active, and has one */
};

struct plugin_files {
	struct plugin_file files[PLUGIN_FILES_MAX];
	size_t n;
};

typedef void plugin_files_tell_fn(void *ctx, enum atr_tell level, const char *text);

/*
 * All of them, by name, active or not. A file is bad if it is not a regular one of root's that nobody else can
 * write to (of a group: that is auditd's rule), if there is a mistake in it, or if it is active and its
 * program may not be run. 0, or -errno if the directory cannot be trusted or read, which is told.
 */
int plugin_files_read(struct plugin_files *ret, const char *dir, plugin_files_tell_fn *tell,
		      void *ctx);
void plugin_files_free(struct plugin_files *files);

#endif /* ATR_SINK_PLUGIN_FILES_H */
