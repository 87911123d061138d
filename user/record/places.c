/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/record/know.h"

enum {
	/* Interpreters, and programs that could not be run: few are in use at a time. */
	PLACES_MAX = 128,
};

struct place {
	bool used;
	struct atr_file file;
	char *path;
	size_t len;
};

struct places {
	unsigned int next; /* is overwritten next */
	struct place places[PLACES_MAX];
};

struct places *places__new(void)
{
	struct places *p = calloc(1, sizeof(*p));

	if (!p)
		errno = ENOMEM;
	return p;
}

void places__free(struct places *p)
{
	unsigned int i;

	if (!p)
		return;
	for (i = 0; i < PLACES_MAX; i++)
		free(p->places[i].path);
	free(p);
}

static int find(const struct places *p, const struct atr_file *file)
{
	unsigned int i;

	for (i = 0; i < PLACES_MAX; i++)
		if (p->places[i].used && file_same(&p->places[i].file, file))
			return i;
	return -1;
}

int places__put(struct places *p, const struct atr_file *file, const char *path, size_t len)
{
	int slot = find(p, file);
	char *copy = NULL;

	if (len >= ATR_NAME_MAX)
		return -EBADMSG;
	if (path) {
		copy = malloc(len + 1);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, path, len);
		copy[len] = '\0';
	}
	if (slot < 0)
		slot = p->next++ % PLACES_MAX;
	free(p->places[slot].path);
	p->places[slot] = (struct place){ .used = true, .file = *file, .path = copy, .len = len };
	return 0;
}

bool places__get(const struct places *p, const struct atr_file *file, const char **ret_path,
		 size_t *ret_len)
{
	int slot = find(p, file);

	if (slot < 0)
		return false;
	*ret_path = p->places[slot].path;
	*ret_len = p->places[slot].len;
	return true;
}
