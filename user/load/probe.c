// SPDX-License-Identifier: GPL-2.0-or-later
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/load/feat.h"
#include "user/load/choose.h"
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
	probe__detach(probe);
	ring_buffer__free(probe->ring);
	autrail_bpf__destroy(probe->skel);
	free(probe);
}

/* --- which hooks ------------------------------------------------------------------------------ */

static void choose(struct probe *probe)
{
	hooks_choose(&probe->opts, &probe->features, probe->state, probe->mode);
}

static bool wanted(const struct probe *probe, size_t i)
{
	return hook_serves(&atr_hooks[i], probe->mode[atr_hooks[i].fact], &probe->features);
}

static struct bpf_program *program_of(const struct probe *probe, size_t i)
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
	skel->rodata->cfg_has_ld = probe->mode[ATR_FACT_LD] != ATR_MODE_MAX;
	skel->rodata->cfg_labels = probe->features.labels;
	skel->rodata->cfg_mntns = probe->features.spaces[0];
	skel->rodata->cfg_tty = probe->opts.tty;
	skel->rodata->cfg_tty_read = probe->features.tty_read;
	skel->rodata->cfg_wake_at = probe->opts.ring_bytes / 4;
	bpf_map__set_max_entries(skel->maps.atr_ring, probe->opts.ring_bytes);
	marks_configure(probe);
	for (i = 0; i < atr_hooks_count; i++)
		bpf_program__set_autoload(program_of(probe, i), false);
	for (i = 0; i < atr_hooks_count; i++) {
		if (!wanted(probe, i))
			continue;
		bpf_program__set_autoload(program_of(probe, i), true);
		if (atr_hooks[i].mode == ATR_MODE_UPROBE)
			uprobes_prepare(program_of(probe, i));
		/* BPF_LOG_STATS: what the program cost the verifier, told among libbpf's words. */
		if (log_level() >= ATR_LOG_TRACE)
			bpf_program__set_log_level(program_of(probe, i), 4);
	}
}

/* The hook of that program which is wanted; -1: none. */
static int hook_index(const struct probe *probe, const char *program)
{
	size_t i;

	for (i = 0; program && i < atr_hooks_count; i++) {
		if (wanted(probe, i) && !strcmp(atr_hooks[i].program, program))
			return i;
	}
	return -1;
}

/* 0: loaded; 1: a program was refused, and autrail can do without it. */
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
	configure(probe);
	err = autrail_bpf__load(probe->skel);
	if (!err)
		return 0;
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

/* What libbpf does for a tracepoint, with an id from a tracefs that need not be mounted. */
static struct bpf_link *attach_event(struct bpf_program *program, int id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
	};
	struct bpf_link *link;
	int fd, err;

	if (id < 0) {
		errno = -id;
		return NULL;
	}
	attr.config = id;
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(program, fd);
	if (!link) {
		err = errno;
		close(fd);
		errno = err;
	}
	return link;
}

/* By an event of our own; where tracefs is not to be had or is read-only, by one of perf. */
static struct bpf_link *attach_return(struct probe *probe, size_t i, struct bpf_program *program)
{
	int id = tracefs_return_create(atr_hooks[i].point, probe->event[i]);

	if (id >= 0)
		return attach_event(program, id);
	log_debug("no event for the return of %s: %s; with many calls at a time some may be missed",
		  atr_hooks[i].point, strerror(-id));
	return bpf_program__attach_kprobe(program, true, atr_hooks[i].point);
}

struct bpf_link *probe_attach(struct probe *probe, size_t i)
{
	const struct hook *hook = &atr_hooks[i];
	struct bpf_program *program = program_of(probe, i);

	switch (hook->mode) {
	case ATR_MODE_TRACEPOINT:
		return attach_event(program, tracefs_event_id("syscalls", hook->point));
	case ATR_MODE_KPROBE:
		if (!strcmp(hook->type, "kretprobe"))
			return attach_return(probe, i, program);
		return bpf_program__attach_kprobe(program, false, hook->point);
	default:
		return bpf_program__attach(program);
	}
}

/* 0: all of them; 1: one was refused, and autrail can do without it. */
static int attach(struct probe *probe)
{
	size_t i;
	int err;

	for (i = 0; i < atr_hooks_count; i++) {
		/* Those of libraries come when the library has been found. */
		if (!wanted(probe, i) || atr_hooks[i].mode == ATR_MODE_UPROBE)
			continue;
		libbpf_log_reset();
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
		if (atr_hooks[i].fact != fact || !wanted(probe, i) || !hook_library(&atr_hooks[i]))
			continue;
		name = hook_library(&atr_hooks[i]);
		probes[count++] = (struct library_probe){
			.program = program_of(probe, i),
			.function = atr_hooks[i].point,
			.at_return = !strcmp(atr_hooks[i].type, "uretprobe"),
		};
	}
	if (!count)
		return;
	probe->libraries[fact] = libraries__new(name, atr_facts[fact].without, probes, count);
	if (!probe->libraries[fact])
		log_warn("cannot look for %s: %s; %s", name, strerror(errno),
			 atr_facts[fact].without);
}

/* In the opposite order, so that no hook runs without those it relies on. */
void probe__detach(struct probe *probe)
{
	size_t i;

	for (i = 0; i < ATR_FACT_MAX; i++) {
		libraries__free(probe->libraries[i]);
		probe->libraries[i] = NULL;
	}
	for (i = atr_hooks_count; i-- > 0;) {
		if (*probe->event[i])
			probe->missed[i] = tracefs_return_missed(probe->event[i]);
		bpf_link__destroy(probe->link[i]);
		probe->link[i] = NULL;
		if (*probe->event[i])
			tracefs_return_remove(probe->event[i]);
		*probe->event[i] = '\0';
	}
}

static void unload(struct probe *probe)
{
	size_t i;

	probe__detach(probe);
	autrail_bpf__destroy(probe->skel);
	probe->skel = NULL;
	for (i = 0; i < atr_hooks_count; i++) {
		if (probe->state[i] == ATR_HOOK_LIVE)
			probe->state[i] = ATR_HOOK_OFF;
	}
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
	tracefs_returns_clean();
	/* What one hook leaves to others is decided when they are loaded: without one, all anew. */
	do {
		unload(probe);
		choose(probe);
		err = load(probe);
		if (!err && probe->opts.rules)
			err = probe__rules(probe, probe->opts.rules);
		if (!err)
			err = attach(probe);
	} while (err > 0);
	if (err)
		return err;
	probe->ring = ring_buffer__new(bpf_map__fd(probe->skel->maps.atr_ring), fn, ctx, NULL);
	if (!probe->ring) {
		err = -errno;
		log_error("cannot map the ring of %u bytes: %s", probe->opts.ring_bytes,
			  strerror(-err));
		return err;
	}
	for (fact = 0; fact < ATR_FACT_MAX; fact++)
		attach_library(probe, fact);
	/* They can be attached: now it is known. */
	marks_detach(probe);
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
	return ring_buffer__consume(probe->ring);
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
	if (!hook_library(&atr_hooks[hook]) || !wanted(probe, hook) ||
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

static __u64 count_read(const struct probe *probe, __u32 key)
{
	__u64 *values = calloc(probe->cpus, sizeof(*values)), sum = 0;
	int i;

	if (!values)
		return 0;
	if (!bpf_map_lookup_elem(bpf_map__fd(probe->skel->maps.atr_seen), &key, values)) {
		for (i = 0; i < probe->cpus; i++)
			sum += values[i];
	}
	free(values);
	return sum;
}

__u64 probe__seen(const struct probe *probe, enum atr_kind kind)
{
	return count_read(probe, kind);
}

__u64 probe__filtered(const struct probe *probe, enum atr_kind kind)
{
	return count_read(probe, ATR_KIND_USER + kind);
}

int probe__rules(struct probe *probe, const struct compiled *c)
{
	const struct rules_target target = {
		.map = bpf_map__fd(probe->skel->maps.atr_rules),
		.heads = probe->skel->bss->atr_rules_heads,
		.indexes = probe->skel->bss->atr_rules_indexes,
		.generation = &probe->skel->bss->atr_generation,
		.needs = &probe->skel->bss->atr_rules_needs,
	};

	return rules_swap(&target, c);
}

int probe__program(const struct probe *probe, size_t i)
{
	if (!wanted(probe, i) || hook_index(probe, atr_hooks[i].program) != (int)i)
		return -1;
	return bpf_program__fd(program_of(probe, i));
}

/* How often the kernel left the program of a hook out. */
static __u64 program_missed(const struct probe *probe, size_t i)
{
	int fd = probe__program(probe, i);
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	return fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.recursion_misses;
}

__u64 probe__missed(const struct probe *probe)
{
	__u64 sum = 0;
	size_t i;

	for (i = 0; i < atr_hooks_count; i++) {
		/* What it was left out for, the next one has done. */
		if (atr_hooks[i].fact == ATR_FACT_EXEC &&
		    probe->mode[ATR_FACT_AGAIN] != ATR_MODE_MAX)
			continue;
		/* Returns are counted with the event, which is gone with its hook. */
		sum += program_missed(probe, i) + probe->missed[i];
		if (*probe->event[i])
			sum += tracefs_return_missed(probe->event[i]);
	}
	return sum;
}

void probe__losses(const struct probe *probe, enum atr_kind kind, unsigned int cause,
		   struct atr_loss *ret)
{
	*ret = probe->skel->bss->atr_losses[kind][cause];
}

void probe__losses_reported(struct probe *probe, enum atr_kind kind, unsigned int cause)
{
	probe->skel->bss->atr_losses[kind][cause].first = 0;
}
