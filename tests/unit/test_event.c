// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "tests/tap.h"
#include "tests/unit/build.h"

static struct event ev;

static int check(size_t size)
{
	struct atr_view view = { 0 };
	int err;

	/* Exactly size bytes of memory, so that a look behind them is caught. */
	void *copy = malloc(size ? size : 1);

	memcpy(copy, &ev, size);
	err = event_view(copy, size, &view);
	if (err)
		ok(!view.hdr, "no view of a bad event");
	free(copy);
	return err;
}

/* One event of each kind, with all its strings. */
static void make(unsigned int kind)
{
	switch (kind) {
	case ATR_KIND_EXEC:
		an_exec(&ev);
		break;
	case ATR_KIND_EXECFAIL:
		an_execfail(&ev, ENOENT);
		break;
	case ATR_KIND_FILE:
		event_begin(&ev, kind);
		event_puts(&ev, &ev.file.interp, "/bin/sh");
		event_puts(&ev, &ev.file.arg, "-e");
		break;
	case ATR_KIND_NAME:
		a_name(&ev, 1000, false, "ann");
		break;
	case ATR_KIND_CHUNK:
		event_begin(&ev, kind);
		event_puts(&ev, &ev.chunk.data, "some bytes");
		break;
	default:
		event_begin(&ev, kind);
		break;
	}
}

static const unsigned int kinds[] = {
#define NUMBER(number, name, payload, text) number,
	ATR_KINDS(NUMBER)
#undef NUMBER
};

enum { N_KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void test_truncated(unsigned int kind)
{
	struct atr_view view;
	size_t size, n, accepted = 0;
	char *copy;

	make(kind);
	size = ev.hdr.size;
	for (n = 0; n < size; n++) {
		copy = malloc(n ? n : 1);
		memcpy(copy, &ev, n);
		accepted += !event_view(copy, n, &view);
		/* A header that admits to the size: the strings tell (the padding may be missing). */
		if (n >= sizeof(struct atr_hdr)) {
			((struct atr_hdr *)copy)->size = n;
			accepted += !event_view(copy, n, &view) && n != size - 8;
		}
		free(copy);
	}
	ok(!accepted, "%s: cut at each byte it is refused", kind_name(kind));
	is_int(event_view(&ev, size, &view), 0, "and whole it is not");
}

/* Every string of an exec to every odd place. */
static void test_strings(void)
{
	static const size_t strs[] = {
		offsetof(struct atr_exec, name),   offsetof(struct atr_exec, task.exe),
		offsetof(struct atr_exec, cwd),	   offsetof(struct atr_exec, interp),
		offsetof(struct atr_exec, argv),   offsetof(struct atr_exec, title),
		offsetof(struct atr_exec, script), offsetof(struct atr_exec, task.tty),
	};
	unsigned int i, bad = 0;
	struct atr_view view;

	for (i = 0; i < sizeof(strs) / sizeof(strs[0]); i++) {
		static const struct {
			long off;
			unsigned int len;
			int want;
		} rows[] = {
			/* From the end of the event, or, if positive, of the fixed part. */
			{ 0, 0, 0 },	     { 0, 4, 0 },  { 0, 65535, -EBADMSG },   { -4, 4, 0 },
			{ -4, 5, -EBADMSG }, { -1, 1, 0 }, { 1 << 30, 1, -EBADMSG },
		};
		unsigned int j;

		for (j = 0; j < sizeof(rows) / sizeof(rows[0]); j++) {
			struct atr_str *str;

			an_exec(&ev);
			str = (struct atr_str *)(ev.bytes + strs[i]);
			str->off = rows[j].off + (rows[j].off < 0 ? ev.hdr.size : sizeof(ev.exec));
			str->len = rows[j].len;
			if (event_view(&ev, ev.hdr.size, &view) != rows[j].want)
				bad++;
		}
		/* Into the fixed part, and with a sum that wraps around. */
		an_exec(&ev);
		((struct atr_str *)(ev.bytes + strs[i]))->off = sizeof(ev.exec) - 1;
		((struct atr_str *)(ev.bytes + strs[i]))->len = 1;
		bad += event_view(&ev, ev.hdr.size, &view) != -EBADMSG;
		((struct atr_str *)(ev.bytes + strs[i]))->off = 0xffffffffU;
		bad += event_view(&ev, ev.hdr.size, &view) != -EBADMSG;
	}
	is_int(bad, 0, "strings outside of the event are refused, each of them");
}

static void test_header(void)
{
	struct atr_view view;

	an_exec(&ev);
	is_int(event_view(ev.bytes + 1, ev.hdr.size, &view), -EINVAL, "not aligned");
	ev.hdr.abi++;
	is_int(check(ev.hdr.size), -EPROTO, "another ABI");
	an_exec(&ev);
	ev.hdr.kind = 0;
	is_int(check(ev.hdr.size), -ENOMSG, "kind 0");
	ev.hdr.kind = 15;
	is_int(check(ev.hdr.size), -ENOMSG, "a kind between those that are known");
	ev.hdr.kind = 65535;
	is_int(check(ev.hdr.size), -ENOMSG, "the last kind");
	an_exec(&ev);
	ev.hdr.size += 8;
	is_int(check(ev.hdr.size - 8), -EBADMSG, "larger than it is");
	an_exec(&ev);
	is_int(check(sizeof(struct atr_hdr) - 8), -EBADMSG, "less than a header");
	ev.exec.nfiles = ATR_FILES_MAX + 1;
	is_int(check(ev.hdr.size), -EBADMSG, "more files than there can be");
	an_exec(&ev);
	memset(ev.exec.task.comm, 'x', ATR_COMM_MAX);
	is_int(check(ev.hdr.size), -EBADMSG, "a comm without its NUL");
}

static void test_names(void)
{
	static const char *const causes[] = { "ring full", "no scratch memory" };
	size_t len;
	struct atr_view view;
	struct atr_str none = { 0 };

	is_str(kind_name(ATR_KIND_EXECFAIL), "failed exec", "name of a kind");
	is_str(kind_name(15), "unknown", "of no kind");
	is_str(kind_name(~0U), "unknown", "of a number far out");
	is_str(cause_name(0), causes[0], "name of a cause");
	is_str(cause_name(1), causes[1], "of another");
	is_str(cause_name(ATR_CAUSE_MAX), "unknown", "of none");
	an_exec(&ev);
	view = event_check(&ev);
	is_bytes(event_str(&view, &ev.exec.name, &len), 11, "/usr/bin/ls", 11, "a string");
	is_int(len, 11, "its length");
	ok(event_str(&view, &none, &len) && !len, "an empty string is not NULL");
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < N_KINDS; i++)
		test_truncated(kinds[i]);
	test_strings();
	test_header();
	test_names();
	return tap_done();
}
