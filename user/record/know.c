/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/know.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/record/cache.h"

enum {
	FILES_MAX = 4096,
	STRINGS_MAX =
		2 << 20, /* bytes of all interpreter names: files choose them, up to 4 kB each */
	LDS_MAX = 16,	 /* ELF interpreters in use at a time: a few a container image */
};

struct ld {
	struct atr_file file;
	char *name;
	size_t len;
};

/*
 * strings is the sum of interp_len and arg_len of all files; of a slot that is not in use both are
 * 0.
 */
struct knowledge {
	struct cache cache;
	struct answer files[FILES_MAX];
	size_t strings;
	struct item_answer items[ATR_ITEMS_MAX];
	struct ld lds[LDS_MAX];
	unsigned int next_ld;
	__u32 turn;
};

struct knowledge *knowledge__new(void)
{
	struct knowledge *k = calloc(1, sizeof(*k));

	if (k && cache_init(&k->cache, FILES_MAX)) {
		free(k);
		k = NULL;
	}
	if (!k) {
		errno = ENOMEM;
		return NULL;
	}
	k->turn = CACHE_NO_TURN + 1;
	return k;
}

/* All of the slot: the cache gives it to another file. */
static void release(struct knowledge *k, struct answer *a)
{
	k->strings -= a->interp_len + a->arg_len;
	free((char *)a->interp);
	free((char *)a->arg);
	memset(a, 0, sizeof(*a));
}

void knowledge__free(struct knowledge *k)
{
	unsigned int i;

	if (!k)
		return;
	for (i = 0; i < k->cache.touched; i++)
		release(k, &k->files[i]);
	for (i = 0; i < LDS_MAX; i++)
		free(k->lds[i].name);
	cache_free(&k->cache);
	free(k);
}

/*
 * Without ctime, an inode number that was given to another file would bring back the old answer; and
 * that can happen within the grain of ctime, too.
 */
bool file_same(const struct atr_file *a, const struct atr_file *b)
{
	return a->ino == b->ino && a->dev == b->dev && a->ctime_sec == b->ctime_sec &&
	       a->ctime_nsec == b->ctime_nsec && a->size == b->size &&
	       (a->generation == b->generation || !a->generation || !b->generation);
}

/*
 * With ctime, as file_same() has it: a file that has changed is another entry, and the old one ages
 * out.
 */
static __u32 file_hash(const struct atr_file *file)
{
	__u64 h = file->ino * 0x9e3779b97f4a7c15ULL;

	h ^= (h >> 29) ^ file->dev ^ (file->ctime_sec * 31 + file->ctime_nsec);
	h *= 0xbf58476d1ce4e5b9ULL;
	return h >> 32;
}

static int find(struct knowledge *k, const struct atr_file *file)
{
	int slot = cache_first(&k->cache, file_hash(file));

	while (slot >= 0 && !file_same(&k->files[slot].file, file))
		slot = cache_next(&k->cache, slot);
	return slot;
}

const struct answer *knowledge__file(struct knowledge *k, const struct atr_file *file,
				     bool *ret_asked)
{
	int slot = find(k, file);

	*ret_asked = slot >= 0 && k->cache.slots[slot].turn == k->turn;
	if (slot < 0)
		return NULL;
	k->cache.slots[slot].seen = true;
	return &k->files[slot];
}

/* Room for n more bytes of strings; the answers of this turn are the last to go. */
static void make_room(struct knowledge *k, size_t n)
{
	int slot;

	while (k->strings + n > STRINGS_MAX) {
		slot = cache_evict(&k->cache, k->turn);
		if (slot < 0)
			return;
		release(k, &k->files[slot]);
	}
}

/* Outputs are untouched where there is no string, and on failure. */
static int copy_str(const struct atr_view *view, const struct atr_str *str, char **ret_copy,
		    size_t *ret_len)
{
	const char *bytes;
	size_t len;
	char *copy;

	if (str->flags & ATR_S_NULL)
		return 0;
	bytes = event_str(view, str, &len);
	if (len >= ATR_NAME_MAX)
		return -EBADMSG;
	copy = malloc(len + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, bytes, len);
	copy[len] = '\0';
	*ret_copy = copy;
	*ret_len = len;
	return 0;
}

static void put_caps(struct answer *a, const struct atr_file_answer *fa)
{
	a->cap_known = true;
	a->cap_fp = fa->cap_fp;
	a->cap_fi = fa->cap_fi;
	a->cap_fe = fa->cap_fe;
	a->cap_fver = fa->cap_fver;
	a->cap_rootid = fa->cap_rootid;
}

/* The slot of the file, a new one if need be, held for this turn; negative: none is to be had. */
static int slot_for(struct knowledge *k, const struct atr_file *file)
{
	int slot = find(k, file);
	bool evict;

	if (slot >= 0) {
		k->cache.slots[slot].turn = k->turn;
		return slot;
	}
	slot = cache_take(&k->cache, file_hash(file), k->turn, &evict);
	if (slot < 0)
		return slot;
	if (evict)
		release(k, &k->files[slot]);
	k->files[slot].file = *file;
	return slot;
}

int knowledge__put_file(struct knowledge *k, const struct atr_view *view)
{
	const struct atr_file_answer *fa = view->file_answer;
	char *interp = NULL, *arg = NULL;
	size_t interp_len = 0, arg_len = 0;
	struct answer *a;
	int slot, err;

	if (fa->type > ATR_ANSWER_OTHER)
		return -EBADMSG;
	err = copy_str(view, &fa->interp, &interp, &interp_len);
	if (!err)
		err = copy_str(view, &fa->arg, &arg, &arg_len);
	if (err)
		goto out;
	make_room(k, interp_len + arg_len);
	slot = slot_for(k, &fa->file);
	if (slot < 0) {
		err = -ENOMEM;
		goto out;
	}
	a = &k->files[slot];
	/* Half an answer does not undo what an earlier one told of the same inode. */
	if (fa->cap_known)
		put_caps(a, fa);
	if (fa->type != ATR_ANSWER_NONE) {
		k->strings += interp_len + arg_len - a->interp_len - a->arg_len;
		free((char *)a->interp);
		free((char *)a->arg);
		a->type = fa->type;
		a->interp = interp;
		a->interp_len = interp_len;
		a->arg = arg;
		a->arg_len = arg_len;
		return 0;
	}
out:
	free(interp);
	free(arg);
	return err;
}

int knowledge__put_item(struct knowledge *k, const struct atr_view *view)
{
	const struct atr_item_answer *answer = view->item_answer;
	struct item_answer *a;
	const char *label;
	size_t len;

	label = event_str(view, &answer->label, &len);
	if (answer->item >= ATR_ITEMS_MAX || len > sizeof(a->label))
		return -EBADMSG;
	a = &k->items[answer->item];
	a->known = true;
	a->error = answer->error;
	a->file = answer->file;
	memcpy(a->label, label, len);
	a->label_len = len;
	return 0;
}

const struct item_answer *knowledge__item(const struct knowledge *k, unsigned int item)
{
	return item < ATR_ITEMS_MAX && k->items[item].known ? &k->items[item] : NULL;
}

const char *knowledge__ld_name(const struct knowledge *k, const struct atr_file *ld,
			       size_t *ret_len)
{
	int i;

	for (i = 0; i < LDS_MAX; i++)
		if (k->lds[i].name && file_same(&k->lds[i].file, ld)) {
			*ret_len = k->lds[i].len;
			return k->lds[i].name;
		}
	return NULL;
}

void knowledge__put_ld_name(struct knowledge *k, const struct atr_file *ld, const char *name,
			    size_t len)
{
	struct ld *at;
	char *copy;
	int i;

	for (i = 0; i < LDS_MAX; i++) {
		at = &k->lds[i];
		if (at->name && file_same(&at->file, ld) && at->len == len &&
		    !memcmp(at->name, name, len))
			return;
	}
	copy = malloc(len + 1);
	if (!copy)
		return;
	memcpy(copy, name, len);
	copy[len] = '\0';
	/* A second name of an interpreter (a symbolic link) takes the place of its first. */
	for (i = 0; i < LDS_MAX; i++)
		if (k->lds[i].name && file_same(&k->lds[i].file, ld))
			break;
	if (i == LDS_MAX)
		i = k->next_ld++ % LDS_MAX;
	free(k->lds[i].name);
	k->lds[i].file = *ld;
	k->lds[i].name = copy;
	k->lds[i].len = len;
}

void knowledge__next(struct knowledge *k)
{
	unsigned int i;

	for (i = 0; i < ATR_ITEMS_MAX; i++)
		k->items[i].known = false;
	if (++k->turn == CACHE_NO_TURN)
		k->turn++;
}
