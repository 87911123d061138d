// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "autrail.skel.h"
#include "user/load/libbpf_log.h"
#include "user/load/tracefs.h"
#include "user/log.h"

/* Rows of the hook table, with room to grow. */
#define HOOKS_MAX 32

struct probe {
	struct atr_probe_opts opts;
	struct atr_features features;
	struct autrail_bpf *skel;
	struct ring_buffer *ring;
	enum hook_state state[HOOKS_MAX];
	int error[HOOKS_MAX];
	struct bpf_link *link[HOOKS_MAX];
	int cpus;
};

struct probe *probe__new(const struct atr_probe_opts *opts, const struct atr_features *features)
{
	struct probe *probe;
	size_t i;

	_Static_assert(sizeof(enum hook_state) <= sizeof(int), "states are small");
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

/* Some hook of the fact is wanted and not refused. */
static bool fact_possible(const struct probe *probe, enum atr_fact fact)
{
	size_t i;

	for (i = 0; i < atr_hooks_count; i++) {
		if (atr_hooks[i].fact == fact && probe->state[i] < ATR_HOOK_REFUSED &&
		    hook_wanted(&atr_hooks[i], &probe->features, probe->opts.failed))
			return true;
	}
	return false;
}

/* A hook did not come to be: says what that means, returns -errno if autrail cannot do without. */
static int refused(struct probe *probe, size_t i, int err, const char *what)
{
	const struct hook *hook = &atr_hooks[i];
	const struct fact *fact = &atr_facts[hook->fact];
	bool lost;

	probe->state[i] = ATR_HOOK_REFUSED;
	probe->error[i] = -err;
	/* What other programs leave to this one they must do themselves. */
	if (hook->feature != ATR_NO_FEATURE)
		*(bool *)((char *)&probe->features + hook->feature) = false;
	lost = fact->all || !fact_possible(probe, hook->fact);
	if (fact->must && lost) {
		log_error("%s for %s (%s): %s; %s%s", what, fact->name, hook->point, strerror(-err),
			  fact->without, libbpf_log_tail());
		return err;
	}
	log_warn("%s for %s (%s): %s; %s%s", what, fact->name, hook->point, strerror(-err),
		 lost ? fact->without : "another hook takes its place", libbpf_log_tail());
	return 0;
}

static void configure(struct probe *probe)
{
	struct autrail_bpf *skel = probe->skel;
	struct bpf_program *program;
	size_t i;

	skel->rodata->cfg_has_tai = probe->features.tai;
	skel->rodata->cfg_has_task_regs = probe->features.task_regs;
	skel->rodata->cfg_has_prepare = probe->features.prepare_exec;
	skel->rodata->cfg_wake_at = probe->opts.ring_bytes / 4;
	skel->rodata->cfg_has_ld = fact_possible(probe, ATR_FACT_LD);
	bpf_map__set_max_entries(skel->maps.atr_ring, probe->opts.ring_bytes);
	/* The LRU keeps free entries in lots for each cpu; leave the others enough. */
	if (probe->cpus * 256 > 1024)
		bpf_map__set_max_entries(skel->maps.atr_scripts, probe->cpus * 256);
	for (i = 0; i < atr_hooks_count; i++) {
		program = bpf_object__find_program_by_name(skel->obj, atr_hooks[i].program);
		bpf_program__set_autoload(program,
					  probe->state[i] == ATR_HOOK_OFF &&
						  hook_wanted(&atr_hooks[i], &probe->features,
							      probe->opts.failed));
	}
}

static int hook_index(const char *program)
{
	size_t i;

	for (i = 0; program && i < atr_hooks_count; i++) {
		if (!strcmp(atr_hooks[i].program, program))
			return i;
	}
	return -1;
}

int probe__load(struct probe *probe, probe_event_fn fn, void *ctx)
{
	int err, culprit;

	for (;;) {
		libbpf_log_reset();
		probe->skel = autrail_bpf__open();
		if (!probe->skel) {
			err = -errno;
			log_error("cannot open the BPF object: %s%s", strerror(-err),
				  libbpf_log_tail());
			return err;
		}
		configure(probe);
		err = autrail_bpf__load(probe->skel);
		if (!err)
			break;
		autrail_bpf__destroy(probe->skel);
		probe->skel = NULL;
		culprit = hook_index(libbpf_log_culprit());
		if (culprit < 0) {
			log_error("cannot load the BPF programs: %s%s", strerror(-err),
				  libbpf_log_tail());
			return err;
		}
		/* One program refused fails the whole object: without it, once more. */
		err = refused(probe, culprit, err, "the kernel refused the program");
		if (err)
			return err;
	}
	probe->ring = ring_buffer__new(bpf_map__fd(probe->skel->maps.atr_ring), fn, ctx, NULL);
	if (!probe->ring) {
		err = -errno;
		log_error("cannot map the ring of %u bytes: %s", probe->opts.ring_bytes,
			  strerror(-err));
		return err;
	}
	return 0;
}

/* What libbpf does for a tracepoint, with an id from a tracefs that need not be mounted. */
static struct bpf_link *attach_tracepoint(struct bpf_program *program, const char *event)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
	};
	struct bpf_link *link;
	int id, fd, err;

	id = tracefs_event_id("syscalls", event);
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

int probe__attach(struct probe *probe)
{
	struct bpf_program *program;
	int err = 0;
	size_t i;

	for (i = 0; i < atr_hooks_count; i++) {
		program = bpf_object__find_program_by_name(probe->skel->obj, atr_hooks[i].program);
		if (!bpf_program__autoload(program))
			continue;
		libbpf_log_reset();
		probe->link[i] = atr_hooks[i].event ?
					 attach_tracepoint(program, atr_hooks[i].event) :
					 bpf_program__attach(program);
		if (probe->link[i]) {
			probe->state[i] = ATR_HOOK_LIVE;
			continue;
		}
		err = refused(probe, i, -errno, "cannot attach the program");
		if (err)
			break;
	}
	return err;
}

/* In the opposite order, so that no hook runs without those it relies on. */
void probe__detach(struct probe *probe)
{
	size_t i;

	for (i = atr_hooks_count; i-- > 0;) {
		bpf_link__destroy(probe->link[i]);
		probe->link[i] = NULL;
	}
}

int probe__fd(const struct probe *probe)
{
	return bpf_map__fd(probe->skel->maps.atr_ring);
}

int probe__drain(struct probe *probe)
{
	return ring_buffer__consume(probe->ring);
}

enum hook_state probe__hook_state(const struct probe *probe, size_t hook)
{
	return probe->state[hook];
}

int probe__hook_error(const struct probe *probe, size_t hook)
{
	return probe->error[hook];
}

bool probe__fact_live(const struct probe *probe, enum atr_fact fact)
{
	bool live = false;
	size_t i;

	for (i = 0; i < atr_hooks_count; i++) {
		if (atr_hooks[i].fact != fact)
			continue;
		live |= probe->state[i] == ATR_HOOK_LIVE;
		if (atr_facts[fact].all && probe->state[i] != ATR_HOOK_LIVE)
			return false;
	}
	return live;
}

__u64 probe__seen(const struct probe *probe, enum atr_kind kind)
{
	__u64 *values = calloc(probe->cpus, sizeof(*values)), sum = 0;
	__u32 key = kind;
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

__u64 probe__missed(const struct probe *probe)
{
	struct bpf_prog_info info;
	__u32 size;
	__u64 sum = 0;
	size_t i;
	int fd;

	for (i = 0; i < atr_hooks_count; i++) {
		fd = bpf_program__fd(
			bpf_object__find_program_by_name(probe->skel->obj, atr_hooks[i].program));
		size = sizeof(info);
		memset(&info, 0, sizeof(info));
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size))
			sum += info.recursion_misses;
	}
	return sum;
}

void probe__losses(struct probe *probe, enum atr_kind kind, unsigned int cause,
		   struct atr_loss *ret)
{
	*ret = probe->skel->bss->atr_losses[kind][cause];
}

void probe__losses_reported(struct probe *probe, enum atr_kind kind, unsigned int cause)
{
	probe->skel->bss->atr_losses[kind][cause].first = 0;
}
