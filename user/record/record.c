/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "user/record/judge.h"
#include "user/record/label.h"
#include "user/record/state.h"

enum {
	LAST_CAP = 40, /* CAP_CHECKPOINT_RESTORE, until a HOST event says otherwise */
	/* All arguments in hex, with a name and a blank for each: no real exec comes near. */
	OUT_MAX = 96 << 20,
};

static int (*const records[])(struct recorder *r, const struct atr_view *view) = {
#define ROW(number, name, payload, text) [number] = record_##payload,
	ATR_KINDS(ROW)
#undef ROW
};

struct recorder *recorder__new(const struct atr_record_opts *opts)
{
	struct recorder *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->opts = *opts;
	r->serial = opts->first_serial ? opts->first_serial : 1;
	r->host.last_cap = LAST_CAP;
	text_init(&r->out, OUT_MAX);
	r->assembler = assembler__new();
	r->known = knowledge__new();
	r->names = names__new();
	r->labels = labels__new();
	r->sessions = sessions__new();
	r->pam = pam__new();
	r->addresses = addresses__new();
	r->places = places__new();
	r->typed = typed__new();
	if (!r->assembler || !r->known || !r->names || !r->labels || !r->sessions || !r->pam ||
	    !r->addresses || !r->places || !r->typed) {
		recorder__free(r);
		errno = ENOMEM;
		return NULL;
	}
	/* For the local time of ATR_FORMAT_TEXT: localtime_r() need not do it. */
	tzset();
	return r;
}

void recorder__free(struct recorder *r)
{
	if (!r)
		return;
	out_reset(r);
	text_free(&r->out);
	assembler__free(r->assembler);
	knowledge__free(r->known);
	names__free(r->names);
	labels__free(r->labels);
	sessions__free(r->sessions);
	pam__free(r->pam);
	addresses__free(r->addresses);
	places__free(r->places);
	typed__free(r->typed);
	free(r);
}

void out_reset(struct recorder *r)
{
	if (r->wipe && r->out.buf)
		explicit_bzero(r->out.buf, r->out.len);
	r->wipe = false;
	text_reset(&r->out);
}

void record_stamp(struct recorder *r, const struct atr_hdr *hdr)
{
	static const char head[] = "msg=audit(";
	unsigned int ms;
	char *p = r->stamp;
	__u64 sec;

	clock_real(&r->clock, hdr, &sec, &ms);
	memcpy(p, head, sizeof(head) - 1);
	p += sizeof(head) - 1;
	p += format_u64(p, sec);
	*p++ = '.';
	*p++ = '0' + ms / 100;
	*p++ = '0' + ms / 10 % 10;
	*p++ = '0' + ms % 10;
	*p++ = ':';
	p += format_u64(p, r->serial);
	*p++ = ')';
	*p++ = ':';
	*p++ = ' ';
	r->stamp_len = p - r->stamp;
}

void record_begin_(struct recorder *r, const char *type, size_t len)
{
	text_bytes(&r->out, type, len);
	text_bytes(&r->out, r->stamp, r->stamp_len);
}

/* auditd drops the blank at the end of a line, so EOE ends with its colon. */
static void write_eoe(struct recorder *r)
{
	if (!r->opts.eoe || r->opts.format == ATR_FORMAT_TEXT)
		return;
	text_lit(&r->out, "type=EOE ");
	text_bytes(&r->out, r->stamp, r->stamp_len - 1);
	text_char(&r->out, '\n');
}

static void next_serial(struct recorder *r)
{
	if (++r->serial == 0)
		r->serial = 1;
}

void record_end(struct recorder *r)
{
	write_eoe(r);
	next_serial(r);
}

void recorder__rules(struct recorder *r, struct compiled *rules, struct compiled *before)
{
	r->rules[0] = rules;
	r->rules[1] = before;
}

__u32 recorder__serial(const struct recorder *r)
{
	return r->serial;
}

int recorder__feed(struct recorder *r, const struct atr_view *view, const char **ret_text,
		   size_t *ret_len)
{
	const __u32 serial = r->serial;
	int err;

	out_reset(r);
	r->key = NULL;
	login_derive(r, view);
	err = records[view->hdr->kind](r, view);
	if (!err)
		judge_records(r, view, 0);
	if (judge_off(r, view))
		text_reset(&r->out);
	if (!err && r->out.len)
		write_eoe(r);
	if (!err)
		err = r->out.err;
	if (err) {
		r->serial = serial;
		return err;
	}
	login_seen(r, view);
	if (r->out.len)
		next_serial(r);
	*ret_text = r->out.buf;
	*ret_len = r->out.len;
	return 0;
}

int record_chunk(struct recorder *r, const struct atr_view *view)
{
	int err = assembler__add(r->assembler, view);

	/* The exec event will say that a piece is missing: once is enough. */
	return err == -ENODATA ? 0 : err;
}

int record_clock(struct recorder *r, const struct atr_view *view)
{
	clock_add(&r->clock, view->clock);
	return 0;
}

int record_file_answer(struct recorder *r, const struct atr_view *view)
{
	return knowledge__put_file(r->known, view);
}

int record_item_answer(struct recorder *r, const struct atr_view *view)
{
	return knowledge__put_item(r->known, view);
}

int record_label_answer(struct recorder *r, const struct atr_view *view)
{
	const struct atr_label_answer *la = view->label_answer;
	const char *text;
	size_t len;

	text = event_str(view, &la->text, &len);
	if (la->text.flags & ATR_S_NULL)
		text = NULL;
	return labels__put(r->labels, la->sid, text, len);
}

int record_name_answer(struct recorder *r, const struct atr_view *view)
{
	const struct atr_name_answer *na = view->name_answer;
	enum name_group group = na->group ? NAME_GROUP : NAME_USER;
	const char *name;
	size_t len;

	if (na->name.flags & ATR_S_FAULT && names__keep(r->names, na->id, group))
		return 0;
	name = event_str(view, &na->name, &len);
	if (na->name.flags & ATR_S_NULL)
		name = NULL;
	return names__put(r->names, na->id, group, name, len);
}

int record_host(struct recorder *r, const struct atr_view *view)
{
	r->host.last_cap = view->host->last_cap;
	r->host.compares_euid = view->host->flags & ATR_HOST_FCAPS_EUID;
	r->lsms = label_lsms(view->host->lsms);
	r->tells_sessions = view->host->flags & ATR_HOST_SESSIONS;
	r->host_spaces.mntns = view->host->mntns;
	r->host_spaces.pidns = view->host->pidns;
	r->host_spaces.userns = view->host->userns;
	/* A capture is replayed with the serials that it was recorded with. */
	if (view->host->first_serial)
		r->serial = view->host->first_serial;
	return 0;
}
