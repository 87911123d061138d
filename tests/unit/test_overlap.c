/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tests/tap.h"
#include "user/event/overlap.h"

#define MS    1000000ULL
#define UNTIL (10000 * MS)

static struct atr_exec ev;

static const struct atr_view *event(enum atr_kind kind, __u32 tid, __u64 time, __u32 flags)
{
	static struct atr_view view;

	memset(&ev, 0, sizeof(ev));
	ev.hdr.kind = kind;
	ev.hdr.time = time;
	ev.hdr.flags = flags;
	ev.task.tid = tid;
	view = (struct atr_view){ .hdr = &ev.hdr, .task = &ev.task, .exec = &ev };
	return &view;
}

static struct overlap *made(void)
{
	struct overlap *o = overlap__new(UNTIL);

	overlap__add(o, event(ATR_KIND_EXEC, 7, 1000 * MS, 0));
	overlap__add(o, event(ATR_KIND_EXEC, 5, 1000 * MS, 0));
	overlap__add(o, event(ATR_KIND_EXECFAIL, 5, 1001 * MS, 0));
	overlap__add(o, event(ATR_KIND_EXEC, 5, 5000 * MS, 0));
	return o;
}

static void test_same(void)
{
	struct overlap *o = made();

	ok(overlap__had(o, event(ATR_KIND_EXEC, 5, 1000 * MS + 300, 0)),
	   "a moment later it is the same");
	ok(!overlap__had(o, event(ATR_KIND_EXEC, 5, 1000 * MS + 600, 0)), "but only once");
	ok(overlap__had(o, event(ATR_KIND_EXEC, 5, 5000 * MS - 300, 0)), "a moment before, too");
	ok(overlap__had(o, event(ATR_KIND_EXECFAIL, 5, 1001 * MS, 0)),
	   "another kind is another event");
	ok(!overlap__had(o, event(ATR_KIND_EXEC, 6, 1000 * MS, 0)),
	   "another thread's is another one");
	ok(!overlap__had(o, event(ATR_KIND_EXEC, 8, 1000 * MS, 0)), "whichever it is");
	ok(!overlap__had(o, event(ATR_KIND_EXEC, 7, 1200 * MS, 0)), "so is one that is much later");
	ok(overlap__had(o, event(ATR_KIND_EXEC, 7, 1200 * MS, ATR_F_NO_ENTRY)),
	   "unless the beginning of its call was not seen");
	overlap__free(o);
}

/* A thread that fails to exec again and again: each of its events has its own partner. */
static void test_dense(void)
{
	struct overlap *o = overlap__new(UNTIL);
	unsigned int i, had = 0;

	for (i = 0; i < 1000; i++)
		overlap__add(o, event(ATR_KIND_EXECFAIL, 9, 1000 * MS + i * MS, 0));
	/* The second one began in the middle, and goes on longer. */
	for (i = 500; i < 1500; i++)
		had += overlap__had(o, event(ATR_KIND_EXECFAIL, 9, 1000 * MS + i * MS + 300, 0));
	is_int(had, 500, "what both have is found, and no more");
	overlap__free(o);
}

static void test_nothing(void)
{
	struct overlap *o = overlap__new(UNTIL);
	struct atr_view view = *event(ATR_KIND_CHUNK, 1, 1, 0);

	view.task = NULL;
	is_int(overlap__add(o, &view), 0, "an event without a task");
	ok(!overlap__had(o, &view), "is none of these");
	ok(!overlap__had(o, event(ATR_KIND_EXEC, 0, 0, 0)), "of nothing it has nothing");
	overlap__free(o);
	overlap__free(NULL);
}

static void test_late(void)
{
	struct overlap *o = overlap__new(2000 * MS);

	/* Then an exec that takes long, and ends when the first one is not live any more. */
	overlap__add(o, event(ATR_KIND_EXEC, 5, 1800 * MS, 0));
	ok(!overlap__had(o, event(ATR_KIND_EXEC, 5, 2001 * MS, ATR_F_NO_ENTRY | ATR_F_LATE_TIME)),
	   "it is not the one before of that thread");
	ok(overlap__had(o, event(ATR_KIND_EXEC, 5, 1999 * MS, ATR_F_NO_ENTRY | ATR_F_LATE_TIME)),
	   "unless it has ended before");
	overlap__add(o, event(ATR_KIND_TTY, 6, 1 * MS, 0));
	overlap__add(o, event(ATR_KIND_TTY, 6, 500 * MS, 0));
	ok(!overlap__had(o, event(ATR_KIND_TTY, 6, 1999 * MS, 0)), "a line of its own");
	ok(overlap__had(o, event(ATR_KIND_TTY, 6, 1999 * MS, ATR_F_LATE_TIME)),
	   "a read that has waited for long is the same");
	ok(!overlap__had(o, event(ATR_KIND_TTY, 6, 2001 * MS, ATR_F_LATE_TIME)),
	   "if the first one has seen its end");
	ok(!overlap__had(o, event(ATR_KIND_TTY, 6, 501 * MS, 0)), "the latest one was the same");
	overlap__free(o);
}

int main(void)
{
	test_same();
	test_dense();
	test_late();
	test_nothing();
	return tap_done();
}
