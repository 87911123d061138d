// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Marks: whose terminal input is recorded. The kernel side looks them up (bpf/tty.bpf.c); its hooks are attached
 * with the first one, and detached when the last one is gone.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/load/probe_impl.h"
#include "user/log.h"
#include "user/now.h"

#define LOOK_NS 10000000000ULL

/* One process, of /proc. */
struct process {
	__u32 pid;
	__u32 parent;
	__u32 ses;
	bool marked;
	__u64 start;
};

struct processes {
	struct process *items;
	size_t n;
};

/* --- hooks on demand -------------------------------------------------------------------------- */

void marks_configure(struct probe *probe)
{
	struct autrail_bpf *skel = probe->skel;

	if (probe->opts.tty)
		return;
	bpf_map__set_max_entries(skel->maps.atr_tty_sessions, 1);
	bpf_map__set_max_entries(skel->maps.atr_tty_tasks, 1);
	bpf_map__set_max_entries(skel->maps.atr_tty_calls, 1);
	bpf_map__set_max_entries(skel->maps.atr_tty_waiting, 1);
}

static bool wanted(const struct probe *probe, size_t i)
{
	return hook_on_demand(&atr_hooks[i]) && probe->mode[atr_hooks[i].fact] == atr_hooks[i].mode;
}

static void detach(struct probe *probe)
{
	size_t i;

	for (i = atr_hooks_count; i-- > 0;) {
		if (!wanted(probe, i))
			continue;
		bpf_link__destroy(probe->link[i]);
		probe->link[i] = NULL;
	}
	probe->marks_live = false;
}

/* Those whose processes end are there before those that begin anything. */
static int attach(struct probe *probe)
{
	size_t i;
	int err;

	if (probe->marks_live)
		return 0;
	for (i = 0; i < atr_hooks_count; i++) {
		if (!wanted(probe, i))
			continue;
		probe->link[i] = probe_attach(probe, i);
		if (probe->link[i])
			continue;
		err = -errno;
		log_error("cannot attach the program for %s (%s %s): %s; it is not recorded, and "
			  "tried again with the next session",
			  atr_facts[atr_hooks[i].fact].name, atr_hooks[i].type, atr_hooks[i].point,
			  strerror(-err));
		detach(probe);
		return err;
	}
	probe->marks_live = true;
	log_debug("terminal input: hooks are attached");
	return 0;
}

static bool any(const struct bpf_map *map)
{
	__u32 key;

	return !bpf_map_get_next_key(bpf_map__fd(map), NULL, &key);
}

void marks_begin(struct probe *probe)
{
	/* There are some where a kernel side goes on. */
	probe->marks_live = any(probe->skel->maps.atr_tty_sessions) ||
			    any(probe->skel->maps.atr_tty_tasks);
	if (!probe->marks_live)
		detach(probe);
}

bool probe__tty(const struct probe *probe)
{
	return probe->mode[ATR_FACT_TTY] != ATR_MODE_MAX;
}

void probe__tty_passed(struct probe *probe, bool passed)
{
	probe->skel->bss->atr_tty_passed = passed;
}

/* --- /proc ------------------------------------------------------------------------------------ */

static int read_text(const char *pid, const char *name, char *buf, size_t size)
{
	char path[300];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	n = fread(buf, 1, size - 1, file);
	fclose(file);
	buf[n] = '\0';
	return n ? 0 : -ESRCH;
}

/* The name of the program, in brackets, may hold anything: what counts is behind the last one. */
static bool process_read(const char *pid, struct process *ret)
{
	char text[1024];
	const char *at;
	unsigned long long start;
	unsigned int parent;

	if (read_text(pid, "stat", text, sizeof(text)))
		return false;
	at = strrchr(text, ')');
	if (!at || sscanf(at + 1,
			  " %*c %u %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			  "%*d %llu",
			  &parent, &start) != 2)
		return false;
	*ret = (struct process){
		.pid = strtoul(pid, NULL, 10),
		.parent = parent,
		.ses = ATR_UNSET,
		.start = start,
	};
	/* Not there without CONFIG_AUDIT. */
	if (!read_text(pid, "sessionid", text, sizeof(text)))
		ret->ses = strtoul(text, NULL, 10);
	return true;
}

static int processes_read(struct processes *ret)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	struct process *items;
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (!(ret->n & (ret->n - 1))) {
			items = reallocarray(ret->items, ret->n ? 2 * ret->n : 1, sizeof(*items));
			if (!items)
				err = -ENOMEM;
			else
				ret->items = items;
		}
		if (!err && process_read(entry->d_name, &ret->items[ret->n]))
			ret->n++;
	}
	closedir(proc);
	return err;
}

/* --- marks ------------------------------------------------------------------------------------ */

static int put(struct bpf_map *map, __u32 key, const void *value, const char *what)
{
	int err;

	if (!bpf_map_update_elem(bpf_map__fd(map), &key, value, BPF_ANY))
		return 0;
	err = -errno;
	log_error("cannot mark %s %u: %s; what is typed there is not recorded", what, key,
		  err == -E2BIG ? "there are too many" : strerror(-err));
	return err;
}

int probe__mark_session(struct probe *probe, __u32 ses, __u32 flags)
{
	int err = flags ? attach(probe) : 0;

	return err ? err : put(probe->skel->maps.atr_tty_sessions, ses, &flags, "session");
}

void probe__unmark_session(struct probe *probe, __u32 ses)
{
	bpf_map_delete_elem(bpf_map__fd(probe->skel->maps.atr_tty_sessions), &ses);
}

static int mark(struct probe *probe, struct process *p, __u32 flags)
{
	struct atr_mark value = { .start = p->start, .flags = flags };

	p->marked = true;
	return put(probe->skel->maps.atr_tty_tasks, p->pid, &value, "process");
}

/* Those that marked ones have started and that are not marked yet; true: there were some. */
static bool mark_children(struct probe *probe, struct processes *all, __u32 flags)
{
	bool any = false;
	size_t i, j;

	for (i = 0; i < all->n; i++) {
		for (j = 0; j < all->n && !all->items[i].marked; j++) {
			if (!all->items[j].marked || all->items[i].parent != all->items[j].pid)
				continue;
			mark(probe, &all->items[i], flags);
			any = true;
		}
	}
	return any;
}

int probe__mark_task(struct probe *probe, __u32 pid, __u32 flags)
{
	struct processes all;
	struct process one;
	char name[16];
	size_t i;
	int err = attach(probe);

	if (err)
		return err;
	/* It first: what it starts from here on has its mark, what it has started is found below. */
	snprintf(name, sizeof(name), "%u", pid);
	if (!process_read(name, &one))
		return -ESRCH;
	err = mark(probe, &one, flags);
	if (err)
		return err;
	err = processes_read(&all);
	for (i = 0; i < all.n; i++)
		all.items[i].marked = all.items[i].pid == pid;
	while (!err && mark_children(probe, &all, flags))
		;
	free(all.items);
	return err;
}

void probe__unmark_task(struct probe *probe, __u32 pid)
{
	bpf_map_delete_elem(bpf_map__fd(probe->skel->maps.atr_tty_tasks), &pid);
}

/* What one of them starts meanwhile has the mark of who starts it: until there is none. */
void probe__unmark_tasks(struct probe *probe)
{
	int fd = bpf_map__fd(probe->skel->maps.atr_tty_tasks);
	__u32 key;

	while (!bpf_map_get_next_key(fd, NULL, &key)) {
		if (bpf_map_delete_elem(fd, &key) && errno != ENOENT)
			break;
	}
}

bool probe__task_marked(struct probe *probe, __u32 pid)
{
	struct atr_mark value;
	struct process p;
	char name[16];

	if (bpf_map_lookup_elem(bpf_map__fd(probe->skel->maps.atr_tty_tasks), &pid, &value))
		return false;
	snprintf(name, sizeof(name), "%u", pid);
	return process_read(name, &p) && p.start == value.start;
}

/* --- looking after them ----------------------------------------------------------------------- */

static bool session_lives(const struct processes *all, __u32 ses)
{
	size_t i;

	for (i = 0; i < all->n; i++) {
		if (all->items[i].ses == ses)
			return true;
	}
	return false;
}

static bool process_lives(const struct processes *all, __u32 pid, __u64 start)
{
	size_t i;

	for (i = 0; i < all->n; i++) {
		if (all->items[i].pid == pid)
			return all->items[i].start == start;
	}
	return false;
}

/* Takes away those that are gone; how many are left that somebody is recorded for. */
static unsigned int sessions_look(struct probe *probe, const struct processes *all)
{
	int fd = bpf_map__fd(probe->skel->maps.atr_tty_sessions);
	__u32 key, flags, last = 0;
	unsigned int left = 0;
	bool kept = false;

	/* From the last one that stays: of one that is deleted nobody knows which would be next. */
	while (!bpf_map_get_next_key(fd, kept ? &last : NULL, &key)) {
		if (bpf_map_lookup_elem(fd, &key, &flags))
			flags = 0;
		if (session_lives(all, key)) {
			left += flags != 0;
			last = key;
			kept = true;
		} else if (bpf_map_delete_elem(fd, &key)) {
			break;
		}
	}
	return left;
}

static unsigned int tasks_look(struct probe *probe, const struct processes *all)
{
	int fd = bpf_map__fd(probe->skel->maps.atr_tty_tasks);
	struct atr_mark value;
	unsigned int left = 0;
	bool kept = false;
	__u32 key, last = 0;

	while (!bpf_map_get_next_key(fd, kept ? &last : NULL, &key)) {
		if (!bpf_map_lookup_elem(fd, &key, &value) &&
		    process_lives(all, key, value.start)) {
			left++;
			last = key;
			kept = true;
		} else if (bpf_map_delete_elem(fd, &key)) {
			break;
		}
	}
	return left;
}

void marks_tick(struct probe *probe)
{
	struct processes all;
	__u64 now = boot_now();

	if (!probe->marks_live || now - probe->marks_looked < LOOK_NS)
		return;
	probe->marks_looked = now;
	if (!processes_read(&all) && !sessions_look(probe, &all) && !tasks_look(probe, &all)) {
		detach(probe);
		log_debug("terminal input: nobody is left whose is recorded; hooks are detached");
	}
	free(all.items);
}
