/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of kernel audit's own, passed on with its time and serial:
 *
 * type=AVC msg=audit(1795221667.525:77): apparmor="DENIED" operation="open" …
 * type=SECCOMP msg=audit(1795223712.778:36): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=804
 *   comm="t2" exe="/run/t/t2" sig=31 arch=c000003e syscall=110 compat=0 ip=0x604908d3 code=0x80000000
 *
 * They come over netlink as they will stand in the log, from "audit(" on: the type is a number
 * beside them.
 */
#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#include "user/record/state.h"

/*
 * Companions of others: they are passed on with a record that is. All that tells of execs, users, logins and
 * ends by a signal autrail has itself. Of terminals whose input the kernel records it tells nothing.
 */
static const struct {
	__u32 first, last;
	bool own; /* else it is a companion */
} types[] = {
	{ AUDIT_SYSCALL, 1304, false },
	{ AUDIT_CONFIG_CHANGE, AUDIT_CONFIG_CHANGE, true },
	{ AUDIT_SOCKADDR, 1318, false },
	{ AUDIT_TTY, AUDIT_TTY, true },
	{ 1321, 1323, false },
	{ 1324, AUDIT_SECCOMP, true },
	{ AUDIT_PROCTITLE, AUDIT_PROCTITLE, false },
	{ 1328, 1336, true },
	{ 1337, 1337, false },
	{ 1338, 1424, true },
	{ 1425, 1426, false },
	{ 1427, AUDIT_ANOM_PROMISCUOUS, true },
	{ 1702, 2000, true },
};

/*
 * The serial in "audit(1795221667.525:77): "; 0: none. One that is too long wraps around: it is
 * only compared with others.
 */
static __u32 serial_of(const char *text, size_t len)
{
	const char *end = text + len, *at = memchr(text, ':', len);
	__u32 serial = 0;

	for (; at && ++at < end && *at >= '0' && *at <= '9';)
		serial = serial * 10 + (*at - '0');
	return serial;
}

/* Records of an event come in a row, but for those of others: the one that it is passed on for first. */
static bool is_passed(struct recorder *r, __u32 type, const char *text, size_t len)
{
	__u32 serial = serial_of(text, len), *passed = r->passed;
	unsigned int i, j;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (type >= types[i].first && type <= types[i].last)
			break;
	if (i == sizeof(types) / sizeof(types[0]))
		return false;
	for (j = 0; j < PASSED_MAX; j++)
		if (serial && passed[j] == serial)
			return true;
	if (types[i].own)
		passed[r->passed_next++ % PASSED_MAX] = serial;
	return types[i].own;
}

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
	/* What has no stamp is no record, and would have to be given one of ours. */
	if (len < 6 || memcmp(text, "audit(", 6) != 0)
		return -EBADMSG;
	if (!is_passed(r, k->type, text, len))
		return 0;
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

int record_place_answer(struct recorder *r, const struct atr_view *view)
{
	const struct atr_place_answer *a = view->place_answer;
	const char *path;
	size_t len;

	path = event_str(view, &a->path, &len);
	return places__put(r->places, &a->file, a->path.flags & ATR_S_NULL ? NULL : path, len);
}
