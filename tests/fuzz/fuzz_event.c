// SPDX-License-Identifier: GPL-2.0-or-later
/* The decoder: any bytes are refused, or all strings of the view can be read. */
#include <stdlib.h>
#include <string.h>

#include "user/event/event.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static unsigned int touched;

static void touch(const struct atr_view *view, const struct atr_str *str)
{
	size_t len, i;
	const char *bytes = event_str(view, str, &len);

	for (i = 0; i < len; i++)
		touched += bytes[i];
}

static void touch_task(const struct atr_view *view)
{
	touch(view, &view->task->tty);
	touch(view, &view->task->exe);
	touch(view, &view->task->cgroup);
	touch(view, &view->task->apparmor);
	touch(view, &view->task->smack);
	touched += strlen(view->task->comm);
}

static void touch_strings(const struct atr_view *view)
{
	if (view->task)
		touch_task(view);
	switch (view->hdr->kind) {
	case ATR_KIND_EXEC:
	case ATR_KIND_EXECFAIL:
		touch(view, &view->exec->name);
		touch(view, &view->exec->cwd);
		touch(view, &view->exec->interp);
		touch(view, &view->exec->argv);
		touch(view, &view->exec->title);
		touch(view, &view->exec->script);
		touched += view->exec->files[view->exec->nfiles ? view->exec->nfiles - 1 : 0].ino;
		break;
	case ATR_KIND_MESSAGE:
		touch(view, &view->message->text);
		break;
	case ATR_KIND_LOGIN:
		touch(view, &view->login->title);
		break;
	case ATR_KIND_PAM:
		touch(view, &view->pam->text);
		touch(view, &view->pam->node);
		break;
	case ATR_KIND_TTY:
		touch(view, &view->tty->title);
		touch(view, &view->tty->data);
		break;
	case ATR_KIND_KERNEL:
		touch(view, &view->kernel->text);
		break;
	case ATR_KIND_CHUNK:
		touch(view, &view->chunk->data);
		break;
	case ATR_KIND_FILE:
		touch(view, &view->file_answer->interp);
		touch(view, &view->file_answer->arg);
		break;
	case ATR_KIND_NAME:
		touch(view, &view->name_answer->name);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	/* Memory of exactly this size, so that a look behind it is caught. */
	void *copy = malloc(size ? size : 1);
	struct atr_view view;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	if (!event_view(copy, size, &view))
		touch_strings(&view);
	/* The same with a header that is good but for its kind. */
	if (size >= sizeof(struct atr_hdr)) {
		((struct atr_hdr *)copy)->abi = ATR_ABI;
		((struct atr_hdr *)copy)->size = size;
		if (!event_view(copy, size, &view))
			touch_strings(&view);
	}
	free(copy);
	return 0;
}
