// SPDX-License-Identifier: GPL-2.0-or-later
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "user/load/attach.h"
#include "user/load/choose.h"
#include "user/load/feat.h"
#include "user/load/libbpf_log.h"
#include "user/load/libraries.h"
#include "user/load/probe_impl.h"
#include "user/load/rules.h"
#include "user/log.h"

struct probe *probe__new(const struct atr_probe_opts *opts, const struct atr_features *features)
{
	struct probe *probe;
	size_t i;

	probe = calloc(1, sizeof(*probe));
	if (!probe)
		return NULL;
	probe->opts = *opts;
	probe->features = *features;
	probe->cpus = libbpf_num_possible_cpus();
	probe->now = &probe->own.source;
	probe->own.source.seen = probe->own.ring_fd = -1;
	for (i = 0; i < atr_hooks_count; i++) {
		if (!hook_possible(&atr_hooks[i], features))
			probe->state[i] = ATR_HOOK_MISSING;
	}
	return probe;
}

void probe__free(struct probe *probe)
{
	if (!probe)
		return;
	keep_end(probe);
	autrail_bpf__destroy(probe->skel);
	free(probe);
}

/* --- which hooks ------------------------------------------------------------------------------ */

static void choose(struct probe *probe)
{
	hooks_choose(&probe->opts, &probe->features, probe->state, probe->mode);
}

bool probe_wanted(const struct probe *probe, size_t i)
{
	return hook_wanted(&atr_hooks[i], probe->mode, &probe->features);
}

struct bpf_program *probe_program(const struct probe *probe, size_t i)
{
	return bpf_object__find_program_by_name(probe->skel->obj, atr_hooks[i].program);
}

/* A hook did not come to be: says what that means, returns -errno if autrail cannot do without. */
static int refused(struct probe *probe, size_t i, int err, const char *what)
{
	const struct hook *hook = &atr_hooks[i];
	const struct fact *fact = &atr_facts[hook->fact];
	bool lost;

	probe->state[i] = ATR_HOOK_REFUSED;
	probe->error[i] = -err;
	choose(probe);
	lost = probe->mode[hook->fact] == ATR_MODE_MAX;
	if (fact->must && lost) {
		log_error("%s for %s (%s %s): %s; %s%s", what, fact->name, hook->type, hook->point,
			  strerror(-err), fact->without, libbpf_log_tail());
		return err;
	}
	log_warn("%s for %s (%s %s): %s; %s%s", what, fact->name, hook->type, hook->point,
		 strerror(-err), lost ? fact->without : "another hook takes its place",
		 libbpf_log_tail());
	return 0;
}

/* --- load ------------------------------------------------------------------------------------- */

/* A coarse clock goes on with each tick. */
static __u32 tick_ns(void)
{
	struct timespec tick;

	if (!clock_getres(CLOCK_MONOTONIC_COARSE, &tick))
		return tick.tv_nsec;
	log_warn(
		"clock_getres(CLOCK_MONOTONIC_COARSE): %s; the time of an exec that waits for its file is that of "
		"its end",
		strerror(errno));
	return 0;
}

static void configure(struct probe *probe)
{
	struct autrail_bpf *skel = probe->skel;
	size_t i;

	skel->rodata->cfg_has_tai = probe->features.tai;
	skel->rodata->cfg_has_task_regs = probe->features.task_regs;
	skel->rodata->cfg_has_calls = has_calls(probe->mode);
	skel->rodata->cfg_has_entries = probe->features.task_regs && !has_calls(probe->mode) &&
					probe->mode[ATR_FACT_CREDS] == ATR_MODE_BTF;
	skel->rodata->cfg_has_prepare = probe->mode[ATR_FACT_CREDS] != ATR_MODE_MAX;
	skel->rodata->cfg_has_opens = probe->mode[ATR_FACT_OPENS] != ATR_MODE_MAX;
	skel->rodata->cfg_has_denied = probe->mode[ATR_FACT_DENIED] != ATR_MODE_MAX;
	skel->rodata->cfg_tick = tick_ns();
	skel->rodata->cfg_labels = probe->features.labels;
	skel->rodata->cfg_mntns = probe->features.spaces[0];
	skel->rodata->cfg_tty = probe->opts.tty;
	skel->rodata->cfg_tty_read = probe->features.tty_read;
	skel->rodata->cfg_wake_at = probe->opts.ring_bytes / 4;
	bpf_map__set_max_entries(skel->maps.atr_ring, probe->opts.ring_bytes);
	marks_configure(probe);
	for (i = 0; i < atr_hooks_count; i++)
		bpf_program__set_autoload(probe_program(probe, i), false);
	for (i = 0; i < atr_hooks_count; i++) {
		if (!probe_wanted(probe, i))
			continue;
		probe->link[i] = keep_link(probe, i);
		bpf_program__set_autoload(probe_program(probe, i), !probe->link[i]);
		if (atr_hooks[i].mode == ATR_MODE_UPROBE)
			uprobes_prepare(probe_program(probe, i));
		/* BPF_LOG_STATS: what the program cost the verifier, told among libbpf's words. */
		if (log_level() >= ATR_LOG_TRACE)
			bpf_program__set_log_level(probe_program(probe, i), 4);
	}
}

/* The hook of that program which is wanted; -1: none. */
static int hook_index(const struct probe *probe, const char *program)
{
	size_t i;

	for (i = 0; program && i < atr_hooks_count; i++) {
		if (probe_wanted(probe, i) && !strcmp(atr_hooks[i].program, program))
			return i;
	}
	return -1;
}

/* 0: loaded; 1: a program was refused, and autrail can do without it, or a hook that goes on is missing. */
static int load(struct probe *probe)
{
	struct bpf_object_open_opts opts = {
		.sz = sizeof(opts),
		.btf_custom_path = ATR_KERNEL_BTF,
	};
	int err, culprit;

	libbpf_log_reset();
	probe->skel = autrail_bpf__open_opts(&opts);
	if (!probe->skel) {
		err = -errno;
		log_error("cannot open the BPF object: %s%s", strerror(-err), libbpf_log_tail());
		return err;
	}
	if (probe->adopted)
		keep_modes(probe);
	configure(probe);
	if (probe->adopted && !keep_links_all(probe))
		return 1;
	err = probe->adopted ? side_reuse(probe->adopted, probe->skel->obj) : 0;
	if (!err)
		err = autrail_bpf__load(probe->skel);
	if (!err || probe->adopted)
		return err;
	/* One program refused fails the whole object. */
	culprit = hook_index(probe, libbpf_log_culprit());
	if (culprit < 0) {
		log_error("cannot load the BPF programs: %s%s", strerror(-err), libbpf_log_tail());
		return err;
	}
	err = refused(probe, culprit, err, "the kernel refused the program");
	return err ? err : 1;
}

/* --- attach ----------------------------------------------------------------------------------- */

struct bpf_link *probe_attach(struct probe *probe, size_t i)
{
	return hook_attach(&atr_hooks[i], probe_program(probe, i), probe->event[i]);
}

/* 0: all of them; 1: one was refused, and autrail can do without it. */
static int attach(struct probe *probe)
{
	size_t i;
	int err;

	for (i = 0; i < atr_hooks_count; i++) {
		/* Those of libraries come when the library has been found. */
		if (!probe_wanted(probe, i) || atr_hooks[i].mode == ATR_MODE_UPROBE)
			continue;
		libbpf_log_reset();
		if (!probe->link[i])
			probe->link[i] = probe_attach(probe, i);
		if (!probe->link[i]) {
			err = refused(probe, i, -errno, "cannot attach the program");
			return err ? err : 1;
		}
		probe->state[i] = ATR_HOOK_LIVE;
	}
	return 0;
}

/* Hooks of a library, wherever it is. That it is nowhere, or cannot be probed, is no reason not to start. */
static void attach_library(struct probe *probe, enum atr_fact fact)
{
	struct library_probe probes[ATR_HOOKS_MAX];
	const char *name = NULL;
	size_t i, count = 0;

	for (i = 0; i < atr_hooks_count; i++) {
		if (atr_hooks[i].fact != fact || !probe_wanted(probe, i) ||
		    !hook_library(&atr_hooks[i]))
			continue;
		name = hook_library(&atr_hooks[i]);
		probes[count++] = (struct library_probe){
			.program = probe_program(probe, i),
			.function = atr_hooks[i].point,
			.at_return = !strcmp(atr_hooks[i].type, "uretprobe"),
		};
	}
	if (!count)
		return;
	probe->libraries[fact] = libraries__new(name, atr_facts[fact].without, probes, count,
						probe__pin_path(probe));
	if (!probe->libraries[fact])
		log_warn("cannot look for %s: %s; %s", name, strerror(errno),
			 atr_facts[fact].without);
}

/* In the opposite order, so that no hook runs without those it relies on. */
static void hooks_end(struct probe *probe)
{
	size_t i;

	for (i = atr_hooks_count; i-- > 0;) {
		if (probe->link[i])
			probe->missed[i] = hook_missed(probe, i);
		keep_link_end(probe, i);
		if (*probe->event[i])
			tracefs_return_remove(probe->event[i]);
		*probe->event[i] = '\0';
	}
}

void probe__detach(struct probe *probe)
{
	size_t i;

	if (probe->detached)
		return;
	keep_detach(probe);
	for (i = 0; i < ATR_FACT_MAX; i++) {
		libraries__free(probe->libraries[i]);
		probe->libraries[i] = NULL;
	}
	hooks_end(probe);
	probe->detached = true;
}

static void unload(struct probe *probe)
{
	size_t i;

	hooks_end(probe);
	autrail_bpf__destroy(probe->skel);
	probe->skel = NULL;
	for (i = 0; i < atr_hooks_count; i++) {
		if (probe->state[i] == ATR_HOOK_LIVE)
			probe->state[i] = ATR_HOOK_OFF;
	}
}

/* 0, 1 if all is to be done anew, or -errno. */
static int begin(struct probe *probe)
{
	int err = probe->adopted ? keep_take(probe) : 0;

	if (err)
		return err;
	err = load(probe);
	if (!err && !probe->taken) {
		err = keep_take(probe);
		if (err)
			return err;
	}
	/* Before any hook runs: nothing is told that no rule wants. */
	if (!err)
		err = probe__rules(probe, probe->opts.rules);
	if (!err)
		err = attach(probe);
	return err && probe->adopted ? keep_give_up(probe, err) : err;
}

int probe__start(struct probe *probe, probe_event_fn fn, void *ctx)
{
	enum atr_mode hooks = probe->opts.hooks;
	enum atr_fact fact;
	int err;

	if ((hooks == ATR_MODE_FENTRY && !probe->features.fentry) ||
	    (hooks == ATR_MODE_KPROBE && !probe->features.kprobe)) {
		log_error("functions of this kernel cannot be hooked by %s; leave out --hooks to "
			  "have the best that it allows",
			  atr_modes[hooks]);
		return -EOPNOTSUPP;
	}
	probe->fn = fn;
	probe->ctx = ctx;
	tracefs_returns_clean();
	keep_look(probe);
	/* What one hook leaves to others is decided when they are loaded: without one, all anew. */
	do {
		unload(probe);
		choose(probe);
		err = begin(probe);
	} while (err > 0);
	if (!err)
		err = keep_begin(probe);
	if (err)
		return err;
	for (fact = 0; fact < ATR_FACT_MAX; fact++)
		attach_library(probe, fact);
	keep_before_end(probe);
	/* They can be attached: now it is known. */
	marks_begin(probe);
	return 0;
}

/* --- running ---------------------------------------------------------------------------------- */

bool probe__logins(const struct probe *probe)
{
	return probe->opts.logins && probe->features.loginuid;
}

const __u32 *probe__spaces(const struct probe *probe)
{
	return probe->features.spaces;
}

__u32 probe__lsms(const struct probe *probe)
{
	return probe->features.lsms;
}

__u32 probe__label_holder(struct probe *probe, __u32 sid, __u32 like)
{
	__u32 tids[64], holder = 0;
	const struct bpf_link *link = NULL;
	ssize_t n;
	size_t i;
	int fd;

	for (i = 0; i < atr_hooks_count; i++) {
		if (atr_hooks[i].fact == ATR_FACT_LABEL)
			link = probe->link[i];
	}
	if (!link)
		return 0;
	probe->skel->bss->atr_label_wanted = sid;
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return 0;
	while (holder != like && (n = read(fd, tids, sizeof(tids))) > 0) {
		for (i = 0; i < n / sizeof(tids[0]) && holder != like; i++)
			holder = tids[i];
	}
	close(fd);
	return holder;
}

int probe__fd(const struct probe *probe)
{
	return bpf_map__fd(probe->skel->maps.atr_ring);
}

int probe__drain(struct probe *probe)
{
	return reader__drain(probe->now->reader, probe->fn, probe->ctx);
}

void probe__mntns_seen(struct probe *probe, __u32 mntns, __u32 pid)
{
	size_t i;

	for (i = 0; i < ATR_FACT_MAX; i++) {
		if (probe->libraries[i])
			libraries__seen(probe->libraries[i], mntns, pid);
	}
}

void probe__tick(struct probe *probe)
{
	size_t i;

	for (i = 0; i < ATR_FACT_MAX; i++) {
		if (probe->libraries[i])
			libraries__tick(probe->libraries[i]);
	}
	marks_tick(probe);
}

const struct libraries *probe__libraries(const struct probe *probe, enum atr_fact fact)
{
	return probe->libraries[fact];
}

/* Hooks of a library are all or none in a file. */
static bool library_live(const struct libraries *libraries)
{
	struct library_info file;
	size_t i;

	for (i = 0; libraries && libraries__info(libraries, i, &file); i++) {
		if (!file.error)
			return true;
	}
	return false;
}

enum hook_state probe__hook_state(const struct probe *probe, size_t hook)
{
	if (!hook_library(&atr_hooks[hook]) || !probe_wanted(probe, hook) ||
	    probe->state[hook] != ATR_HOOK_OFF)
		return probe->state[hook];
	return library_live(probe->libraries[atr_hooks[hook].fact]) ? ATR_HOOK_LIVE :
								      ATR_HOOK_WAITING;
}

int probe__hook_error(const struct probe *probe, size_t hook)
{
	return probe->error[hook];
}

enum atr_mode probe__mode(const struct probe *probe, enum atr_fact fact)
{
	return probe->mode[fact];
}

int probe__rules(struct probe *probe, struct compiled *c)
{
	__u32 generation = probe->skel->bss->atr_generation + 1;
	const struct rules_target target = {
		.map = bpf_map__fd(probe->skel->maps.atr_rules),
		.heads = probe->skel->bss->atr_rules_heads,
		.indexes = probe->skel->bss->atr_rules_indexes,
		.generation = &probe->skel->bss->atr_generation,
		.needs = &probe->skel->bss->atr_rules_needs,
	};

	if (!c) {
		__atomic_store_n(target.generation, 0, __ATOMIC_SEQ_CST);
		return 0;
	}
	/* An event tells the low half, 0 where there are none; and which set it is the lowest bit tells. */
	c->generation = generation & 0xffff ? generation : generation + 2;
	return rules_swap(&target, c);
}

int probe__program(const struct probe *probe, size_t i)
{
	if (!probe_wanted(probe, i) || hook_index(probe, atr_hooks[i].program) != (int)i)
		return -1;
	return probe->link_program[i] ? probe->link_program[i] :
					bpf_program__fd(probe_program(probe, i));
}
