// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/attach.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/load/tracefs.h"
#include "user/log.h"

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
static struct bpf_link *attach_return(const struct hook *hook, struct bpf_program *program,
				      char *ret_event)
{
	int id = tracefs_return_create(hook->point, ret_event);

	if (id >= 0)
		return attach_event(program, id);
	log_debug("no event for the return of %s: %s; with many calls at a time some may be missed",
		  hook->point, strerror(-id));
	return bpf_program__attach_kprobe(program, true, hook->point);
}

struct bpf_link *hook_attach(const struct hook *hook, struct bpf_program *program, char *ret_event)
{
	switch (hook->mode) {
	case ATR_MODE_TRACEPOINT:
		return attach_event(program, tracefs_event_id("syscalls", hook->point));
	case ATR_MODE_KPROBE:
		if (!strcmp(hook->type, "kretprobe"))
			return attach_return(hook, program, ret_event);
		return bpf_program__attach_kprobe(program, false, hook->point);
	default:
		return bpf_program__attach(program);
	}
}
