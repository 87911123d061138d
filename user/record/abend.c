/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_core_dumps(): a signal that dumps core ends a program.
 *
 * type=ANOM_ABEND msg=audit(1795221667.525:4): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=795
 *   comm="t2" exe="/run/t/t2" sig=11 res=1
 */
#include <string.h>

#include "user/record/call.h"
#include "user/record/enrich.h"
#include "user/record/label.h"
#include "user/record/spaces.h"

static void write_abend(struct recorder *r, const struct atr_view *view)
{
	const struct atr_task *task = view->task;
	struct text *t = &r->out;
	char flaws[FLAWS_MAX] = "";
	size_t start = t->len;
	struct tail tail;

	if (view->hdr->flags & ATR_F_FAULT)
		flaws_add(flaws, sizeof(flaws), "fault");
	record_stamp(r, view->hdr);
	record_begin(r, "ANOM_ABEND");
	text_u64(t, "auid=", task->auid);
	text_u64(t, " uid=", task->uid);
	text_u64(t, " gid=", task->gid);
	text_u64(t, " ses=", task->ses);
	if (!label_write_task(r, view))
		flaws_add(flaws, sizeof(flaws), "subj-unknown");
	text_u64(t, " pid=", task->pid);
	text_lit(t, " comm=");
	text_untrusted(t, task->comm, strnlen(task->comm, sizeof(task->comm)));
	task_write_exe(t, view);
	text_u64(t, " sig=", view->abend->sig);
	text_lit(t, " res=1");
	tail_begin(&tail, t, r->names, start, flaws[0] ? flaws : NULL);
	if (r->opts.format == ATR_FORMAT_ENRICHED) {
		tail_user(&tail, "AUID=", task->auid);
		tail_user(&tail, "UID=", task->uid);
		tail_group(&tail, "GID=", task->gid);
		spaces_write(r, &tail, view);
	}
	if (flaws[0])
		text_tail_flag(&tail, flaws);
	text_char(t, '\n');
	label_write_contexts(r, view);
}

int record_abend(struct recorder *r, const struct atr_view *view)
{
	const char *name = sigabbrev_np(view->abend->sig);

	if (r->opts.format == ATR_FORMAT_TEXT)
		human_other(r, view, "ANOM_ABEND", name ? name : "?", name ? strlen(name) : 1, 0);
	else
		write_abend(r, view);
	return 0;
}
