/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at files as a task saw them: in its own root, and only at the very same inode. */
#ifndef ATR_LOOKUP_FILE_H
#define ATR_LOOKUP_FILE_H

#include "user/record/record.h"

struct file_facts {
	enum atr_answer_type type;
	bool cap_known;
	__u64 cap_fp;
	__u64 cap_fi;
	__u32 cap_fe;
	__u32 cap_fver;
	__u32 cap_rootid;
	bool has_interp;
	bool has_arg;
	char interp[ATR_NAME_MAX];
	char arg[ATR_NAME_MAX];
};

/* A descriptor (O_PATH) of need->file, wherever it is found, or -errno. The caller closes it. */
int file_open(const struct atr_view *view, const struct atr_need *need);

/*
 * What is in need->file; type ATR_ANSWER_NONE and nothing known where it could not be found. The
 * file may be anybody's: it is read only if it is a regular one.
 */
void file_look(const struct atr_view *view, const struct atr_need *need, struct file_facts *ret);

/* Where need->file is, seen from here; its length, 0 where it could not be found. */
size_t file_place(const struct atr_view *view, const struct atr_need *need,
		  char path[ATR_NAME_MAX]);

struct item_facts {
	struct atr_file file;
	size_t label_len; /* 0: it has none, or none was asked for */
	char label[ATR_NAME_MAX];
};

/*
 * What need->path leads to, for a task with the rights of view's. 0, or the -errno that the task
 * would have met on its way; -ESRCH when its root cannot be reached any more.
 */
int item_look(const struct atr_view *view, const struct atr_need *need, struct item_facts *ret);

#endif /* ATR_LOOKUP_FILE_H */
