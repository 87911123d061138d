/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Execs of a program that writes down the arguments it got: the truth that a record's arguments are
 * held against, also where the kernel changed them for a script.
 */
#include "tests/actors/act.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/actors/act_fs.h"
#include "tests/actors/act_random.h"

static char out_env[PATH_MAX + 8];
static const char *const tell_env[] = { out_env, NULL };

/* Each is run by the one before, the first by the program. */
static int make_scripts(struct scene *scene)
{
	char text[PATH_MAX + 64];
	int err;

	snprintf(text, sizeof(text), "#!%s/tell.static\n", scene->build);
	err = fs_text("tell", text, 0755);
	snprintf(text, sizeof(text), "#!%s/tell.static -x a\"b c \n", scene->build);
	err = err ?: fs_text("tell-arg", text, 0755);
	err = err ?: fs_text("tell-2", "#!tell-arg\n", 0755);
	return err ?: fs_text("tell-3", "#! ./tell-2 \xc3\xa9\x01\n", 0755);
}

static int tell_one(struct scene *scene, const struct act *from, const char *path)
{
	struct act act = *from;
	struct act_result result = { 0 };
	int err;

	act.path = path;
	act.envp = tell_env;
	err = act__run(&act, scene, &result);
	if (err || result.outcome != ACT_OK)
		fprintf(stderr, "act: tell %s %s: %d\n", path, act.name ?: "", result.outcome);
	return err ? err : result.outcome ? -EIO : 0;
}

static int tell_random(struct scene *scene, const struct act_opts *opts)
{
	static const char *const paths[] = { "%/tell.static", "tell", "tell-arg", "tell-2",
					     "@/tell-3" };
	struct act act = { .name = "random" };
	int err = 0;

	for (unsigned long i = 0; i < opts->count && !err && !scene__stopped(); i++) {
		struct random_args args;
		struct rnd rnd;

		rnd__init(&rnd, opts->seed, i);
		args = random_args(&rnd);
		act.argv = (const char *const *)args.argv;
		err = tell_one(scene, &act, paths[rnd__chance(&rnd, 70) ? 0 : rnd__below(&rnd, 5)]);
		random_args_free(&args);
	}
	return err;
}

int act_tell(struct scene *scene, const struct act_opts *opts)
{
	int err = -EINVAL;

	if (opts->out) {
		snprintf(out_env, sizeof(out_env), "TELL=%s", opts->out);
		err = make_scripts(scene);
	}
	if (!err && opts->wait)
		scene__ready();
	for (size_t i = 0; i < act_args.count && !err; i++) {
		const struct act *act = &act_args.acts[i];

		/* Those with a program or an environment of their own are not about the bytes. */
		if (!act->envp && act->path && !strcmp(act->path, "args/st"))
			err = tell_one(scene, act, "%/tell.static");
	}
	if (!err)
		err = tell_random(scene, opts);
	if (err)
		fprintf(stderr, "act: tell: %s\n", strerror(-err));
	scene__end(scene, opts->settle_ms);
	return err ? 1 : 0;
}
