/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOAD_UPROBES_H
#define ATR_LOAD_UPROBES_H

#include <dirent.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct bpf_program;
struct bpf_link;

/* One program, and what of the library it is to be run by. */
struct library_probe {
	struct bpf_program *program;
	const char *function;
	bool at_return;
};

#define UPROBES_MAX 32

/* What lies on one file; all zero: nothing. */
struct uprobes {
	size_t multi_count;
	int multi[UPROBES_MAX];
	size_t links_count;
	struct bpf_link *links[UPROBES_MAX];
	bool pinned;
};

/* Before a program is loaded: that it is meant for uprobes. */
void uprobes_prepare(struct bpf_program *program);

/* All of them or none, at these offsets in an open file; 0 or -errno. */
int uprobes_attach(struct uprobes *u, int fd, const struct library_probe *probes,
		   const __u64 *offsets, size_t count);

/*
 * The kernel takes some 50 ms for each until it runs no more. Waits for that, for those of several files at
 * the same time.
 */
void uprobes_detach(struct uprobes *const *all, size_t count);

/* Does not wait: a thread does. */
void uprobes_release(struct uprobes *u);

/* Where those on files of a library are kept, and how its name begins: libpam. */
struct uprobe_pins {
	const char *dir;
	char library[16];
};

/*
 * Pins what lies on a file, as libpam_MAJOR_MINOR_INODE_0_of_COUNT and so on, all or nothing; takes it from there,
 * -ENOENT if not all of it is there; ends with it here, not there. 0 or -errno.
 */
int uprobes_pin(struct uprobes *u, const struct uprobe_pins *pins, dev_t dev, ino_t ino);
int uprobes_open(struct uprobes *u, const struct uprobe_pins *pins, dev_t dev, ino_t ino,
		 size_t count);
void uprobes_leave(struct uprobes *u);
/* The next file of the library that has some in that directory; false: there is none. */
bool uprobes_next(DIR *dir, const struct uprobe_pins *pins, dev_t *ret_dev, ino_t *ret_ino,
		  size_t *ret_count);

#endif /* ATR_LOAD_UPROBES_H */
