// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/sink/log_impl.h"

enum {
	STRINGS = 3 + ATR_WHEN_MAX,
	ANY = 1U << ATR_ACT_IGNORE | 1U << ATR_ACT_SYSLOG | 1U << ATR_ACT_EXEC |
	      1U << ATR_ACT_SUSPEND,
	END = 1U << ATR_ACT_SINGLE | 1U << ATR_ACT_HALT,
	TURN = 1U << ATR_ACT_ROTATE,
	MAIL = 1U << ATR_ACT_EMAIL,
	KEEP = 1U << ATR_ACT_KEEP_LOGS,
};

bool log_action_valid(enum atr_when when, enum atr_act act)
{
	static const unsigned int valid[ATR_WHEN_MAX] = {
		[ATR_WHEN_SIZE] = ANY | TURN | KEEP,
		[ATR_WHEN_SPACE] = ANY | END | TURN | MAIL,
		[ATR_WHEN_ADMIN] = ANY | END | TURN | MAIL,
		[ATR_WHEN_FULL] = ANY | END | TURN,
		[ATR_WHEN_ERROR] = ANY | END,
	};

	return when < ATR_WHEN_MAX && act < ATR_ACT_MAX && valid[when] & 1U << act;
}

/* Every string of the options, to be copied and freed. */
static void strings(struct log_opts *opts, const char **ret[STRINGS])
{
	unsigned int when;

	ret[0] = &opts->log_file;
	ret[1] = &opts->node;
	ret[2] = &opts->journal;
	for (when = 0; when < ATR_WHEN_MAX; when++)
		ret[3 + when] = &opts->actions[when].exe;
}

/* One word: it is put before each line. */
static bool good_node(const char *node)
{
	for (; *node; node++) {
		if (*node <= ' ' || *node > '~')
			return false;
	}
	return true;
}

int log_opts__check(const struct log_opts *opts)
{
	const struct log_action *action;
	unsigned int when;

	if (!opts->log_file || opts->log_file[0] != '/' || opts->flush > ATR_FLUSH_SYNC)
		return -EINVAL;
	if (opts->node && (!*opts->node || !good_node(opts->node)))
		return -EINVAL;
	if ((opts->space_left.percent && opts->space_left.value > 99) ||
	    (opts->admin_space_left.percent && opts->admin_space_left.value > 99))
		return -EINVAL;
	for (when = 0; when < ATR_WHEN_MAX; when++) {
		action = &opts->actions[when];
		if (!log_action_valid(when, action->act))
			return -EINVAL;
		if (action->act == ATR_ACT_EXEC && (!action->exe || action->exe[0] != '/'))
			return -EINVAL;
	}
	return 0;
}

int log_opts__copy(const struct log_opts *opts, struct log_opts *ret)
{
	struct log_opts copy = *opts;
	const char **list[STRINGS];
	bool missing = false;
	int i;

	strings(&copy, list);
	for (i = 0; i < STRINGS; i++) {
		if (!*list[i])
			continue;
		*list[i] = strdup(*list[i]);
		if (!*list[i])
			missing = true;
	}
	if (missing) {
		log_opts__clear(&copy);
		return -ENOMEM;
	}
	*ret = copy;
	return 0;
}

void log_opts__clear(struct log_opts *opts)
{
	const char **list[STRINGS];
	int i;

	strings(opts, list);
	for (i = 0; i < STRINGS; i++)
		free((char *)*list[i]);
	memset(opts, 0, sizeof(*opts));
}
