/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * type=DAEMON_ERR msg=audit(1795221667.525:9): op=lost-events kind=exec cause=ring-full lost=12
 *   first=1795221660.001 last=1795221667.300 auid=4294967295 pid=123 res=failed
 *
 * The kernel has no record for it that readers would take from a file; this one is auditd's, for
 * what went wrong with the log itself.
 */
#include "user/record/enrich.h"
#include "user/record/state.h"

/* A name from the tables as a value without blanks. */
static void write_word(struct text *t, const char *word)
{
	for (; *word; word++)
		text_char(t, *word == ' ' ? '-' : *word);
}

/* As a stamp has it, so that both can be compared. */
static void write_time(struct recorder *r, __u64 boot)
{
	unsigned int ms;
	__u64 sec;

	clock_real_boot(&r->clock, boot, &sec, &ms);
	text_u64(&r->out, "", sec);
	text_char(&r->out, '.');
	text_padded(&r->out, ms, 3);
}

int record_lost(struct recorder *r, const struct atr_view *view)
{
	const struct atr_lost *lost = view->lost;
	struct text *t = &r->out;
	size_t start = t->len;
	struct tail tail;

	if (r->opts.format == ATR_FORMAT_TEXT) {
		human_lost(r, lost);
		return 0;
	}
	record_stamp(r, &lost->hdr);
	record_begin(r, "DAEMON_ERR");
	text_lit(t, "op=lost-events kind=");
	write_word(t, kind_name(lost->lost_kind));
	text_lit(t, " cause=");
	write_word(t, cause_name(lost->cause));
	text_u64(t, " lost=", lost->count);
	text_lit(t, " first=");
	write_time(r, lost->first);
	text_lit(t, " last=");
	write_time(r, lost->last);
	text_u64(t, " auid=", lost->auid);
	text_u64(t, " pid=", lost->pid);
	text_lit(t, " res=failed");
	if (r->opts.format == ATR_FORMAT_ENRICHED) {
		tail_begin(&tail, t, r->names, start, NULL);
		tail_user(&tail, "AUID=", lost->auid);
	}
	text_char(t, '\n');
	return 0;
}
