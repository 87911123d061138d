/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What look-ups told: about inodes (kept, bounded), and about the PATH items of the next event
 * (forgotten with it).
 */
#ifndef ATR_RECORD_KNOW_H
#define ATR_RECORD_KNOW_H

#include <stdbool.h>
#include <stddef.h>

#include "user/event/event.h"

enum { ATR_ITEMS_MAX = ATR_FILES_MAX + 2 };

/*
 * A FILE answer. type ATR_ANSWER_NONE: not known; the same goes for cap_known 0. The strings have a
 * NUL behind them.
 */
struct answer {
	struct atr_file file;
	__u32 type; /* enum atr_answer_type */
	bool cap_known;
	__u64 cap_fp;
	__u64 cap_fi;
	__u32 cap_fe;
	__u32 cap_fver;
	__u32 cap_rootid;
	const char *interp; /* NULL: none */
	size_t interp_len;
	const char *arg; /* NULL: none */
	size_t arg_len;
};

/* An ITEM answer. */
struct item_answer {
	bool known;
	__u32 error;
	struct atr_file file;
	char label[ATR_LABEL_MAX];
	size_t label_len; /* 0: not known */
};

struct knowledge;

/* Are they the same inode, unchanged? */
bool file_same(const struct atr_file *a, const struct atr_file *b);

/* NULL and errno when there is no memory. */
struct knowledge *knowledge__new(void);
void knowledge__free(struct knowledge *k);

/*
 * Take an answer in, a copy of it. 0, -ENOMEM, or -EBADMSG for one that cannot be: then what was
 * known is known still.
 */
int knowledge__put_file(struct knowledge *k, const struct atr_view *view);
int knowledge__put_item(struct knowledge *k, const struct atr_view *view);

/*
 * NULL: nothing was ever heard of this inode. *ret_asked: it was, for this very event. Valid until
 * the next answer is put.
 */
const struct answer *knowledge__file(struct knowledge *k, const struct atr_file *file,
				     bool *ret_asked);

/* NULL: nobody has looked for this event. Valid until the next answer for the item. */
const struct item_answer *knowledge__item(const struct knowledge *k, unsigned int item);

/* The PT_INTERP string last seen to mean this ELF interpreter, NULL if none was. */
const char *knowledge__ld_name(const struct knowledge *k, const struct atr_file *ld,
			       size_t *ret_len);
/* It is copied; without memory for that it is not remembered, which costs a doubt and no more. */
void knowledge__put_ld_name(struct knowledge *k, const struct atr_file *ld, const char *name,
			    size_t len);

/* The event that the answers were for is done. */
void knowledge__next(struct knowledge *k);

#endif /* ATR_RECORD_KNOW_H */
