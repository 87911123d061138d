// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "user/sink/log_hold.h"

int log_hold__push(struct log_hold *hold, size_t max, const char *text, size_t len,
		   const struct log_tag *tag)
{
	const size_t size = sizeof(struct held) + len;
	struct held *held;

	if (size > max || hold->bytes > max - size)
		return -ENOBUFS;
	held = malloc(size);
	if (!held)
		return -ENOMEM;
	held->next = NULL;
	held->tag = *tag;
	held->len = len;
	memcpy(held->text, text, len);
	if (hold->last)
		hold->last->next = held;
	else
		hold->first = held;
	hold->last = held;
	hold->count++;
	hold->bytes += size;
	if (hold->bytes > hold->most)
		hold->most = hold->bytes;
	return 0;
}

void log_hold__pop(struct log_hold *hold)
{
	struct held *held = hold->first;

	if (!held)
		return;
	hold->first = held->next;
	if (!hold->first)
		hold->last = NULL;
	hold->count--;
	hold->bytes -= sizeof(*held) + held->len;
	free(held);
}

unsigned long long log_hold__clear(struct log_hold *hold)
{
	unsigned long long count = hold->count;

	while (hold->first)
		log_hold__pop(hold);
	return count;
}
