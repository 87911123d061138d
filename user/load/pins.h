/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel sides that outlive their daemon: pinned in a directory of a file system of type bpf, each in one of
 * its own. There is one at most while all goes well; a second one, older, while one build takes the place of
 * another.
 *
 *	PIN_DIR/ID/map_NAME           maps, by their names, dots as underscores
 *	PIN_DIR/ID/hook_POINT_NAME    the link of a program at a point of the kernel
 *	PIN_DIR/ID/prog_POINT_NAME    that program: of a link alone only CAP_SYS_ADMIN has it
 *	PIN_DIR/ID/lib…               links on a library; see uprobes.h
 */
#ifndef ATR_LOAD_PINS_H
#define ATR_LOAD_PINS_H

#include <limits.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "bpf/kept.h"
#include "user/load/hooks.h"
#include "user/load/reader.h"

/* What a kernel side is to whoever reads it. */
struct source {
	__u64 id;
	struct atr_kept *kept;
	struct reader *reader;
	int seen; /* the map with the kernel's own count; -1: it cannot be read */
};

struct side {
	struct source source;
	char path[PATH_MAX];
	/* Of another ABI: its events are not to be read, and of kept only what every build has. */
	bool foreign;
	size_t kept_size;
	int ring_fd;
};

enum { SIDES_MAX = 8 };

/*
 * The directory, made if need be, and its file system mounted where that is to be at /sys/fs/bpf. 0 or -errno:
 * -ENOTSUP: it is not in a file system of type bpf; -EPERM: others may write to it; -EXDEV: it is all of the file
 * system, where others keep theirs.
 */
int pins_prepare(const char *dir);
/* The same of one that is there; -ENOENT: it is not. */
int pins_check(const char *dir);
/* What such an error means. */
const char *pins_error(int err);

/*
 * What is there, the oldest first. What is not finished is left out; it is removed where nobody else can be at work
 * (alone). Returns how many, or -errno: -ENOENT: there is no such directory.
 */
int sides_open(const char *dir, bool alone, struct side *ret_sides, size_t max);
/* The oldest first, of several directories. */
void sides_sort(struct side *sides, size_t n);
void side_close(struct side *side);

/* Takes the hooks away, and waits until none runs any more. */
void side_detach(const struct side *side);
/* That, and all the rest of it. */
void side_remove(struct side *side);
/* From now on hooks live no longer than who has them open; or all of it. */
void side_let_go(const struct side *side);
void side_unpin(const struct side *side);

/* How many links of hooks are there. */
unsigned int side_links(const struct side *side);
/* Events that wait in its ring, or of these the ones before that position. */
unsigned long long side_waiting(const struct side *side);
unsigned long long side_waiting_to(const struct side *side, __u64 to);

struct bpf_object;
struct bpf_link;

/* Has the object, opened and not loaded, use the maps of that side. 0 or -errno. */
int side_reuse(const struct side *side, struct bpf_object *object);
/* The link of a hook; NULL: it is not there. */
struct bpf_link *side_link(const struct side *side, const struct hook *hook);
/* And its program: a descriptor, or -errno. */
int side_program(const struct side *side, const struct hook *hook);

/* Where a side is. */
int side_path(char path[PATH_MAX], const char *dir, __u64 id);

/* Pins maps and links of a loaded object below DIR, as ID. 0 or -errno. */
int pins_maps(const char *dir, __u64 id, const struct bpf_object *object);
/* -EINVAL: this kernel keeps no links of that kind. */
int pins_hook(const char *dir, __u64 id, const struct hook *hook, int link, int program);

#endif /* ATR_LOAD_PINS_H */
