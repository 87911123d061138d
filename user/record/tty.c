/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was typed (drivers/tty/tty_audit.c), in the event of the call that made the kernel let go of it: the
 * read() of a line's end, or exit_group(), which has no result. A process that a signal ends is in no call, and
 * TTY is alone (long lines cut here):
 *
 * type=TTY msg=audit(1795221667.525:4): tty pid=709 uid=0 auid=1000 ses=1 major=136 minor=0 comm="cat"
 *   data=68656C6C6F20776F726C640A
 * type=SYSCALL msg=audit(1795221667.525:4): arch=c000003e syscall=0 success=yes exit=12 a0=0 a1=7f2e…
 * type=PROCTITLE msg=audit(1795221667.525:4): proctitle="cat"
 *
 * With TIOCSTI, which puts a byte into the terminal: ioctl=TIOCSTI pid=709 … data=5A
 */
#include <stdlib.h>
#include <string.h>

#include "user/record/call.h"
#include "user/record/enrich.h"
#include "user/record/judge.h"
#include "user/record/spaces.h"
#include "user/record/title.h"

/* One record: what stands first in it, and what was typed. */
struct input {
	const char *what;
	__u32 dev;
	const char *data;
	size_t len;
	bool faulty;
	bool cut; /* for want of room here, or because nothing more comes: the kernel would have gone on */
};

static void human_input(struct recorder *r, const struct atr_view *view, const struct input *in)
{
	struct text text;
	size_t i;

	text_init(&text, 4 * ATR_TYPED_MAX);
	/* As they are typed: ^M, and ^? for what deletes. */
	for (i = 0; i < in->len; i++) {
		unsigned char c = in->data[i];

		if (c < 0x20 || c == 0x7f) {
			text_char(&text, '^');
			c ^= 0x40;
		}
		text_char(&text, c);
	}
	if (!text.err)
		human_other(r, view, "TTY", text.buf, text.len, -1);
	if (text.buf)
		explicit_bzero(text.buf, text.len);
	text_free(&text);
}

/*
 * tty_audit_log(): pid is the thread here (task_pid_nr()), there is no subj=, and data= is always
 * hex.
 */
static void write_input(struct recorder *r, const struct atr_view *view, const struct input *in)
{
	const struct atr_task *task = view->task;
	struct text *t = &r->out;
	char flaws[FLAWS_MAX] = "";
	size_t start = t->len;
	struct tail tail;

	r->wipe = true;
	if (r->opts.format == ATR_FORMAT_TEXT) {
		human_input(r, view, in);
		return;
	}
	if (in->faulty || view->hdr->flags & ATR_F_FAULT)
		flaws_add(flaws, sizeof(flaws), "fault");
	if (in->cut)
		flaws_add(flaws, sizeof(flaws), "cut");
	record_begin(r, "TTY");
	text_bytes(t, in->what, strlen(in->what));
	text_u64(t, " pid=", task->tid);
	text_u64(t, " uid=", task->uid);
	text_u64(t, " auid=", task->auid);
	text_u64(t, " ses=", task->ses);
	text_u64(t, " major=", in->dev >> 20);
	text_u64(t, " minor=", in->dev & 0xfffff);
	text_lit(t, " comm=");
	text_untrusted(t, task->comm, strnlen(task->comm, sizeof(task->comm)));
	text_lit(t, " data=");
	text_hexbytes(t, in->data, in->len);
	tail_begin(&tail, t, r->names, start, flaws[0] ? flaws : NULL);
	if (r->opts.format == ATR_FORMAT_ENRICHED) {
		tail_user(&tail, "UID=", task->uid);
		tail_user(&tail, "AUID=", task->auid);
		spaces_write(r, &tail, view);
	}
	if (flaws[0])
		text_tail_flag(&tail, flaws);
	text_char(t, '\n');
}

static void write_pieces(struct recorder *r, const struct atr_view *view,
			 const struct typed_piece *piece, bool cut)
{
	struct input in = { .what = "tty", .cut = cut };

	for (; piece; piece = piece->next) {
		in.dev = piece->dev;
		in.data = piece->data;
		in.len = piece->len;
		in.faulty = piece->faulty;
		write_input(r, view, &in);
	}
}

/* TIOCSTI: the byte. */
static void write_injected(struct recorder *r, const struct atr_view *view)
{
	struct input in = { .what = "ioctl=TIOCSTI", .dev = view->tty->dev };

	in.data = event_str(view, &view->tty->data, &in.len);
	in.faulty = view->tty->data.flags & ATR_S_FAULT;
	write_input(r, view, &in);
}

/*
 * What the kernel was in when it let go of it, in the same event; without items, and so without
 * CWD.
 */
static void write_call_of(struct recorder *r, const struct atr_view *view)
{
	const struct atr_tty *e = view->tty;
	const struct call call = {
		.arch = e->arch,
		.nr = e->nr,
		.args = e->args,
		.exit = e->exit,
		.unfinished = e->how & ATR_TTY_EXIT,
	};
	char flaws[FLAWS_MAX] = "";
	const char *title;
	size_t len;

	if (e->how & ATR_TTY_ALONE || r->opts.format == ATR_FORMAT_TEXT)
		return;
	if (e->hdr.flags & ATR_F_FAULT)
		flaws_add(flaws, sizeof(flaws), "fault");
	call_write(r, view, &call, flaws);
	title = title_old(view, &e->title, e->title_len, &len);
	title_record(r, title, len);
}

/*
 * What is let go of because there is no more room for it. 1: something was written; 0: there was
 * nothing.
 */
static int write_evicted(struct recorder *r, bool all)
{
	struct typed_piece *pieces;
	struct atr_view view;
	void *event;
	int err;

	pieces = typed__evict(r->typed, all, &event);
	if (!pieces)
		return 0;
	err = event_view(event, ((struct atr_hdr *)event)->size, &view);
	if (!err) {
		record_stamp(r, view.hdr);
		write_pieces(r, &view, pieces, true);
		if (all)
			judge_records(r, &view, 0);
	}
	typed_pieces_free(pieces);
	free(event);
	return err ? err : 1;
}

int record_tty(struct recorder *r, const struct atr_view *view)
{
	const bool injected = view->tty->how & ATR_TTY_INJECT;
	struct typed_piece *pieces;
	int err;

	err = typed__add(r->typed, view, &pieces);
	if (err)
		return err;
	/* tty_audit_tiocsti(): what was typed before is written first. */
	if (pieces || injected) {
		record_stamp(r, view->hdr);
		write_pieces(r, view, pieces, false);
		if (injected)
			write_injected(r, view);
		write_call_of(r, view);
		typed_pieces_free(pieces);
		return 0;
	}
	err = write_evicted(r, false);
	return err < 0 ? err : 0;
}

int tty_flush(struct recorder *r, const struct atr_view *view)
{
	struct typed_piece *pieces = typed__take(r->typed, view->task->pid);

	if (!pieces)
		return 0;
	record_stamp(r, view->hdr);
	write_pieces(r, view, pieces, false);
	typed_pieces_free(pieces);
	if (r->opts.format != ATR_FORMAT_TEXT)
		record_end(r);
	return 0;
}

int recorder__end(struct recorder *r, const char **ret_text, size_t *ret_len)
{
	int err;

	*ret_len = 0;
	out_reset(r);
	err = write_evicted(r, true);
	if (err <= 0)
		return err;
	if (r->out.err)
		return r->out.err;
	record_end(r);
	*ret_text = r->out.buf;
	*ret_len = r->out.len;
	return 0;
}
