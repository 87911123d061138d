/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon tells of itself, as auditd does:
 *
 * type=DAEMON_START msg=audit(1795222947.556:7579): op=start ver=0.1.0 format=enriched kernel=6.1.176
 *   auid=4294967295 pid=692 uid=0 ses=4294967295 res=success
 */
#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#include "user/record/enrich.h"
#include "user/record/message.h"
#include "user/record/state.h"

int record_daemon(struct recorder *r, const struct atr_view *view)
{
	const char *name = audit_msg_type_to_name(view->daemon->type), *body;
	size_t start = r->out.len, len, pos = 0;
	struct text_id id;
	struct tail tail;
	char type[64];
	int n;

	if (!name || r->opts.format == ATR_FORMAT_TEXT)
		return 0;
	body = event_str(view, &view->daemon->text, &len);
	record_stamp(r, view->hdr);
	n = snprintf(type, sizeof(type), "type=%s ", name);
	record_begin_(r, type, n);
	/* Bodies hold labels and the like as others have them: no byte of it may end the line. */
	text_label(&r->out, body, len);
	tail_begin(&tail, &r->out, r->names, start, NULL);
	while (r->opts.format == ATR_FORMAT_ENRICHED &&
	       message_id_next(body, len, view->daemon->type, &pos, &id))
		message_id_write(&tail, &id);
	text_char(&r->out, '\n');
	return 0;
}
