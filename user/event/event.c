/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/event/event.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define MAX_STRS 24

/*
 * What the decoder must know of a payload: its fixed size, where its strings are described, and how
 * long each can be.
 */
struct layout {
	size_t size;
	struct {
		size_t at; /* 0 ends */
		size_t max;
	} strs[MAX_STRS + 1];
};

enum {
	NAME = ATR_NAME_READ - 1,
	WALK = 2 * ATR_NAME_MAX,
};

#define STR(payload, member, max)                           \
	{                                                   \
		offsetof(struct atr_##payload, member), max \
	}
#define TASK_STRS(payload)                                                 \
	STR(payload, task.tty, ATR_TTY_MAX), STR(payload, task.exe, WALK), \
		STR(payload, task.cgroup, ATR_CGROUP_MAX),                 \
		STR(payload, task.apparmor, ATR_LABEL_MAX),                \
		STR(payload, task.smack, ATR_SMACK_MAX)
#define LAYOUT(payload, ...)                                                                  \
	static const struct layout layout_##payload = { .size = sizeof(struct atr_##payload), \
							.strs = __VA_ARGS__ }

/* One for each payload of ATR_KINDS, found by its name: a kind without one does not compile. */
/* clang-format off */
LAYOUT(exec, {
	TASK_STRS(exec),
	STR(exec, name, NAME),
	STR(exec, cwd, WALK),
	STR(exec, interp, NAME),
	STR(exec, argv, ATR_ARGV_INLINE),
	STR(exec, title, ATR_TITLE_MAX),
	STR(exec, script, WALK),
	STR(exec, root, WALK),
	STR(exec, dir, WALK),
	STR(exec, names[0], NAME),
	STR(exec, names[1], NAME),
	STR(exec, names[2], NAME),
	STR(exec, names[3], NAME),
	STR(exec, names[4], NAME),
	STR(exec, names[5], NAME),
	STR(exec, names[6], NAME),
});
LAYOUT(message, { TASK_STRS(message), STR(message, text, ATR_MESSAGE_MAX) });
LAYOUT(login, { TASK_STRS(login), STR(login, title, ATR_TITLE_MAX) });
LAYOUT(pam, { TASK_STRS(pam), STR(pam, text, ATR_PAM_TEXT_MAX), STR(pam, node, ATR_NODE_MAX) });
LAYOUT(abend, { TASK_STRS(abend) });
LAYOUT(tty, {
	TASK_STRS(tty),
	STR(tty, title, ATR_TITLE_MAX),
	STR(tty, data, ATR_TYPED_MAX),
});
LAYOUT(kernel, { STR(kernel, text, ATR_MESSAGE_MAX) });
LAYOUT(chunk, { STR(chunk, data, ATR_CHUNK_MAX) });
LAYOUT(clock, { { 0 } });
LAYOUT(file_answer, { STR(file_answer, interp, NAME), STR(file_answer, arg, NAME) });
LAYOUT(item_answer, { STR(item_answer, label, ATR_LABEL_MAX) });
LAYOUT(name_answer, { STR(name_answer, name, NAME) });
LAYOUT(label_answer, { STR(label_answer, text, NAME) });
LAYOUT(session, { { 0 } });
LAYOUT(address_answer, { STR(address_answer, name, NAME), STR(address_answer, address, NAME) });
LAYOUT(place_answer, { STR(place_answer, path, NAME) });
LAYOUT(daemon, { STR(daemon, text, ATR_MESSAGE_MAX) });
LAYOUT(lost, { { 0 } });
LAYOUT(host, { { 0 } });
/* clang-format on */

static const struct {
	const struct layout *layout;
	const char *name;
} kinds[] = {
#define ROW(number, name, payload, text) [number] = { &layout_##payload, text },
	ATR_KINDS(ROW)
#undef ROW
};

static const char *const causes[] = {
#define ROW(number, name, text) [number] = text,
	ATR_CAUSES(ROW)
#undef ROW
};

/* Every payload begins with the header, so its fixed size is that of the event without strings. */
#define CHECK(number, name, payload, text)                                                  \
	_Static_assert(offsetof(struct atr_##payload, hdr) == 0, "the header comes first"); \
	_Static_assert(sizeof(struct atr_##payload) % 8 == 0, "events stay aligned");
ATR_KINDS(CHECK)
#undef CHECK

#define CHECK_TASK(payload)                                                                     \
	_Static_assert(offsetof(struct atr_##payload, task) == offsetof(struct atr_exec, task), \
		       "the task has its place")
CHECK_TASK(message);
CHECK_TASK(login);
CHECK_TASK(pam);
CHECK_TASK(abend);
CHECK_TASK(tty);
#undef CHECK_TASK

/*
 * Each string lies behind the fixed part and inside the event: off is proven before it is
 * subtracted, so no sum can wrap. And none is longer than its kind can be, which readers' buffers
 * rely on.
 */
static int check_strs(const char *data, size_t size, const struct layout *layout)
{
	unsigned int i;

	for (i = 0; layout->strs[i].at; i++) {
		const struct atr_str *str = (const struct atr_str *)(data + layout->strs[i].at);

		/* An empty string may be anywhere: none of its bytes is ever looked at. */
		if (!str->len)
			continue;
		if (str->off < layout->size || str->off > size || str->len > size - str->off)
			return -EBADMSG;
		if (str->len > layout->strs[i].max)
			return -EBADMSG;
	}
	return 0;
}

/* They index files[], running even where nfiles is 0. */
static int check_exec(const struct atr_exec *exec)
{
	return exec->nfiles > ATR_FILES_MAX || exec->running >= ATR_FILES_MAX ? -EBADMSG : 0;
}

/* The task of an event that tells of one: always in the same place, its strings the first ones. */
static const struct atr_task *task_of(const void *data, const struct layout *layout)
{
	const size_t at = offsetof(struct atr_exec, task);

	if (layout->strs[0].at != at + offsetof(struct atr_task, tty))
		return NULL;
	return (const void *)((const char *)data + at);
}

int event_view(const void *data, size_t size, struct atr_view *ret_view)
{
	const struct atr_hdr *hdr = data;
	const struct layout *layout;
	const struct atr_task *task;
	int err;

	if ((uintptr_t)data % 8)
		return -EINVAL;
	if (size < sizeof(*hdr))
		return -EBADMSG;
	if (hdr->abi != ATR_ABI)
		return -EPROTO;
	if (hdr->kind >= sizeof(kinds) / sizeof(kinds[0]) || !kinds[hdr->kind].layout)
		return -ENOMSG;
	layout = kinds[hdr->kind].layout;
	if (hdr->size != size || size < layout->size || size % 8)
		return -EBADMSG;
	err = check_strs(data, size, layout);
	if (err)
		return err;
	if (layout == &layout_exec)
		err = check_exec(data);
	if (err)
		return err;
	task = task_of(data, layout);
	/* The kernel always ends it: what has no end is no event of ours. */
	if (task && !memchr(task->comm, '\0', sizeof(task->comm)))
		return -EBADMSG;
	ret_view->hdr = hdr;
	ret_view->task = task;
	ret_view->payload = data;
	return 0;
}

const char *event_str(const struct atr_view *view, const struct atr_str *str, size_t *ret_len)
{
	*ret_len = str->len;
	return str->len ? (const char *)view->payload + str->off : "";
}

const char *kind_name(unsigned int kind)
{
	if (kind >= sizeof(kinds) / sizeof(kinds[0]) || !kinds[kind].name)
		return "unknown";
	return kinds[kind].name;
}

const char *cause_name(unsigned int cause)
{
	if (cause >= sizeof(causes) / sizeof(causes[0]) || !causes[cause])
		return "unknown";
	return causes[cause];
}
