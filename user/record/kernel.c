/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of kernel audit's own, passed on with its time and serial:
 *
 * type=AVC msg=audit(1795221667.525:77): apparmor="DENIED" operation="open" …
 */
#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#include "user/record/state.h"

/* A record is one line, whatever is in it; auditd writes it the same way. */
static void write_line(struct text *t, const char *text, size_t len)
{
	char *out = text_room(t, len);
	size_t i;

	if (!out)
		return;
	for (i = 0; i < len; i++)
		out[i] = text[i] == '\n' || !text[i] ? ' ' : text[i] == 0x1d ? '?' : text[i];
	while (i && out[i - 1] == ' ')
		i--;
	t->len += i;
}

int record_kernel(struct recorder *r, const struct atr_view *view)
{
	const struct atr_kernel *k = view->kernel;
	const char *name = audit_msg_type_to_name(k->type), *text;
	struct text *t = &r->out;
	char type[64];
	size_t len;
	int n;

	text = event_str(view, &k->text, &len);
	if (len < 6 || memcmp(text, "audit(", 6) != 0)
		return -EBADMSG;
	n = name ? snprintf(type, sizeof(type), "type=%s msg=", name) :
		   snprintf(type, sizeof(type), "type=UNKNOWN[%u] msg=", k->type);
	text_bytes(t, type, n);
	write_line(t, text, len);
	text_char(t, '\n');
	return 0;
}

int record_address_answer(struct recorder *r, const struct atr_view *view)
{
	const struct atr_address_answer *a = view->address_answer;
	const char *name, *address;
	size_t len, address_len;

	name = event_str(view, &a->name, &len);
	address = event_str(view, &a->address, &address_len);
	return addresses__put(r->addresses, name, len,
			      a->address.flags & ATR_S_NULL ? NULL : address, address_len);
}
