/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * act: processes that exec, and a line for each on what it did: its name, its pid, what was
 * expected, what came of it, and whether that is the same, separated by tabs. The last column is
 * same or WRONG; or silent, where it is the same and nothing is to be recorded.
 *
 *   act list                          the names of the acts
 *   act run [OPTIONS] [NAME...]       every act of the tables, or those, once
 *   act gen --seed S --count N [OPTIONS]
 *                                     N random acts; the same again with the same seed
 *   act tell --seed S --count N --out FILE [OPTIONS]
 *                                     the acts of args, N random ones and scripts, all with a
 *                                     program that appends the arguments it gets to FILE
 *
 *   -w, --wait            first say "ready PID" and wait for a line on stdin
 *   -s, --settle MS       wait before the files go away: a tracer looks at some of them afterwards
 *   -p, --programs DIR    where the programs of the tests are (default: where act is)
 *   -x, --scratch DIR     where the scratch tree is made (default: /tmp)
 *       --from K          begin with random act K, as it comes after K others
 *       --show            random acts with their paths and what else there is to say
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/actors/act.h"

static const struct act_group *const groups[] = {
	&act_paths, &act_fds,	 &act_scripts, &act_args,
	&act_creds, &act_spaces, &act_fails,   &act_tasks,
};

enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

static bool wanted(const char *name, char **names)
{
	if (!names[0])
		return true;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

/* Returns how many acts did something else than expected. */
static int run_group(const struct act_group *group, struct scene *scene, char **names)
{
	int wrong = 0;

	for (size_t i = 0; i < group->count && !scene__stopped(); i++) {
		const struct act *act = &group->acts[i];
		struct act_result result = { 0 };
		char want[32];
		char got[32];
		bool same;
		int err;

		if (!wanted(act->name, names))
			continue;
		err = act__run(act, scene, &result);
		if (err)
			fprintf(stderr, "act: %s: %s\n", act->name, strerror(-err));
		same = result.outcome == act->expect || result.outcome == ACT_SKIP ||
		       (act->expect == ACT_ANY && result.outcome != ACT_BROKEN);
		printf("%s\t%d\t%s\t%s\t%s\n", act->name, result.pid,
		       outcome_name(act->expect, want, sizeof(want)),
		       outcome_name(result.outcome, got, sizeof(got)),
		       !same	   ? "WRONG" :
		       act->silent ? "silent" :
				     "same");
		fflush(stdout);
		wrong += !same;
	}
	return wrong;
}

static int run(struct scene *scene, const struct act_opts *opts)
{
	int wrong = 0;
	int err = 0;

	for (int i = 0; i < GROUPS && !err; i++) {
		if (groups[i]->setup)
			err = groups[i]->setup(scene);
		if (err)
			fprintf(stderr, "act: files of %s: %s\n", groups[i]->name, strerror(-err));
	}
	if (!err && opts->wait)
		scene__ready();
	for (int i = 0; i < GROUPS && !err; i++)
		wrong += run_group(groups[i], scene, opts->names);
	scene__end(scene, opts->settle_ms);
	return err || wrong ? 1 : 0;
}

static int list(void)
{
	for (int i = 0; i < GROUPS; i++)
		for (size_t k = 0; k < groups[i]->count; k++)
			printf("%s\n", groups[i]->acts[k].name);
	return 0;
}

static int usage(void)
{
	fputs("usage: act list | act run [OPTIONS] [NAME...] |\n"
	      "       act gen --seed S --count N [--from K] [--show] [OPTIONS]\n"
	      "       act tell --seed S --count N --out FILE [OPTIONS]\n"
	      "options: -w, -s MS, -p PROGRAMS, -x DIR\n",
	      stderr);
	return 2;
}

static int parse(int argc, char **argv, struct act_opts *ret_opts)
{
	static const struct option longs[] = {
		{ "wait", no_argument, NULL, 'w' },
		{ "settle", required_argument, NULL, 's' },
		{ "programs", required_argument, NULL, 'p' },
		{ "scratch", required_argument, NULL, 'x' },
		{ "seed", required_argument, NULL, 'S' },
		{ "count", required_argument, NULL, 'n' },
		{ "from", required_argument, NULL, 'k' },
		{ "show", no_argument, NULL, 'v' },
		{ "out", required_argument, NULL, 'o' },
		{ 0 },
	};
	struct act_opts opts = { .scratch = "/tmp", .seed = 1, .count = 1000 };
	int opt;

	while ((opt = getopt_long(argc, argv, "+ws:p:x:", longs, NULL)) != -1) {
		switch (opt) {
		case 'w':
			opts.wait = true;
			break;
		case 's':
			opts.settle_ms = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'p':
			opts.programs = optarg;
			break;
		case 'x':
			opts.scratch = optarg;
			break;
		case 'S':
			opts.seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			opts.count = strtoul(optarg, NULL, 0);
			break;
		case 'k':
			opts.from = strtoul(optarg, NULL, 0);
			break;
		case 'o':
			opts.out = optarg;
			break;
		case 'v':
			opts.show = true;
			break;
		default:
			return -1;
		}
	}
	opts.names = argv + optind;
	*ret_opts = opts;
	return 0;
}

int main(int argc, char **argv)
{
	static struct scene scene;
	struct act_opts opts;
	const char *what = argc > 1 ? argv[1] : "";
	int err;

	if (!strcmp(what, "list"))
		return list();
	if (strcmp(what, "run") && strcmp(what, "gen") && strcmp(what, "tell"))
		return usage();
	scene.title = argv[0];
	scene.title_len = (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) + 1 - argv[0]);
	if (parse(argc - 1, argv + 1, &opts))
		return usage();
	umask(022);
	err = scene__init(&scene, opts.programs, opts.scratch);
	if (err) {
		fprintf(stderr, "act: no scratch tree in %s: %s\n", opts.scratch, strerror(-err));
		return 1;
	}
	if (!strcmp(what, "gen"))
		return act_gen(&scene, &opts);
	return strcmp(what, "tell") ? run(&scene, &opts) : act_tell(&scene, &opts);
}
