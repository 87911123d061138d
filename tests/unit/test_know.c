// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "tests/tap.h"
#include "tests/unit/build.h"
#include "user/record/know.h"
#include "user/record/names.h"

static struct event ev;

static int put(struct knowledge *k, __u64 ino, unsigned int type, const char *interp,
	       unsigned int cap_known)
{
	struct atr_file file = a_file(ino);
	struct atr_view view;

	a_file_answer(&ev, &file, type, interp, NULL);
	ev.file.cap_known = cap_known;
	ev.file.cap_fver = cap_known ? 2 : 0;
	view = event_check(&ev);
	return knowledge__put_file(k, &view);
}

static const struct answer *get(struct knowledge *k, __u64 ino, bool *ret_asked)
{
	struct atr_file file = a_file(ino);

	return knowledge__file(k, &file, ret_asked);
}

static void test_merge(void)
{
	struct knowledge *k = knowledge__new();
	const struct answer *a;
	struct atr_file file;
	bool asked;

	ok(!get(k, 10, &asked) && !asked, "nothing is known at first");
	put(k, 10, ATR_ANSWER_NONE, NULL, 0);
	a = get(k, 10, &asked);
	ok(a && asked && a->type == ATR_ANSWER_NONE, "no answer counts as asked");
	knowledge__next(k);
	get(k, 10, &asked);
	ok(!asked, "for one event only");
	put(k, 10, ATR_ANSWER_ELF, "/ld", 0);
	put(k, 10, ATR_ANSWER_NONE, NULL, 1);
	a = get(k, 10, &asked);
	ok(a->type == ATR_ANSWER_ELF && a->cap_known, "half answers add up");
	is_str(a->interp ? a->interp : "", "/ld", "and keep their strings");
	put(k, 10, ATR_ANSWER_OTHER, NULL, 1);
	a = get(k, 10, &asked);
	ok(a->type == ATR_ANSWER_OTHER && !a->interp, "a new answer replaces the old one");
	file = a_file(10);
	file.ctime_nsec++;
	ok(!knowledge__file(k, &file, &asked), "a changed file is another file");
	is_int(put(k, 11, 99, NULL, 1), -EBADMSG, "a type that there is none of");
	knowledge__free(k);
}

static void test_items(void)
{
	struct knowledge *k = knowledge__new();
	struct atr_view view;

	event_begin(&ev, ATR_KIND_ITEM);
	ev.item.item = 3;
	ev.item.error = ENOENT;
	event_puts(&ev, &ev.item.label, "a label");
	view = event_check(&ev);
	is_int(knowledge__put_item(k, &view), 0, "an item's answer");
	ok(knowledge__item(k, 3) && knowledge__item(k, 3)->error == ENOENT, "is found");
	is_int(knowledge__item(k, 3)->label_len, 7, "with its label");
	ok(!knowledge__item(k, 2) && !knowledge__item(k, 99), "others are not");
	knowledge__next(k);
	ok(!knowledge__item(k, 3), "it serves one event");
	ev.item.item = ATR_ITEMS_MAX;
	is_int(knowledge__put_item(k, &view), -EBADMSG, "an item that there cannot be");
	knowledge__free(k);
}

static void test_bounds(void)
{
	struct knowledge *k = knowledge__new();
	unsigned int i, kept = 0, bad = 0;
	bool asked;
	char *longest = malloc(ATR_NAME_MAX);

	for (i = 0; i < 20000; i++) {
		knowledge__next(k);
		bad += put(k, 1000 + i, ATR_ANSWER_ELF, "/ld", 1) != 0;
		/* One file that is looked at again and again stays. */
		bad += i && !get(k, 1000, &asked);
	}
	is_int(bad, 0, "20000 files, and one that is in use stays");
	for (i = 0; i < 20000; i++)
		kept += get(k, 1000 + i, &asked) != NULL;
	is_int(kept, 4096, "4096 are kept");
	knowledge__next(k);
	for (i = 0; i < 5000; i++)
		bad += put(k, 90000 + i, ATR_ANSWER_ELF, "/ld", 1) != 0;
	ok(!bad && get(k, 94999, &asked) && asked, "more answers to one event than there is room");
	memset(longest, 'x', ATR_NAME_MAX);
	longest[ATR_NAME_MAX - 1] = '\0';
	for (i = 0; i < 3000; i++) {
		knowledge__next(k);
		bad += put(k, 200000 + i, ATR_ANSWER_ELF, longest, 1) != 0;
	}
	for (i = kept = 0; i < 3000; i++)
		kept += get(k, 200000 + i, &asked) != NULL;
	ok(!bad && kept > 100 && kept < 600, "long names push out others (%u kept)", kept);
	free(longest);
	knowledge__free(k);
	knowledge__free(NULL);
}

static void name_is(struct names *n, __u32 id, enum name_group group, const char *want,
		    const char *what)
{
	struct name name;

	names__get(n, id, group, &name);
	is_bytes(name.encoded, name.encoded_len, want, strlen(want), what);
}

static void test_names(void)
{
	struct names *n = names__new();
	struct name name;
	unsigned int i, known = 0;

	name_is(n, ATR_UNSET, NAME_USER, "\"unset\"", "an unset id");
	ok(names__known(n, ATR_UNSET, NAME_GROUP), "needs no look-up");
	name_is(n, 0, NAME_USER, "\"?\"", "one that nobody looked up");
	names__put(n, 0, NAME_USER, "root", 4);
	names__put(n, 0, NAME_GROUP, "wheel", 5);
	name_is(n, 0, NAME_USER, "\"root\"", "a user");
	name_is(n, 0, NAME_GROUP, "\"wheel\"", "a group of the same number");
	names__get(n, 0, NAME_GROUP, &name);
	is_bytes(name.plain, name.plain_len, "wheel", 5, "its plain name");
	names__put(n, 1234, NAME_USER, NULL, 0);
	name_is(n, 1234, NAME_USER, "\"unknown(1234)\"", "one that has no name");
	names__put(n, 4294967294U, NAME_USER, NULL, 0);
	name_is(n, 4294967294U, NAME_USER, "\"unknown(-2)\"", "with auditd's sign");
	names__put(n, 7, NAME_USER, "DOM\\a b", 7);
	name_is(n, 7, NAME_USER, "444F4D5C612062", "a name with a blank");
	names__put(n, 7, NAME_USER, "other", 5);
	name_is(n, 7, NAME_USER, "\"other\"", "a new name for it");
	names__put(n, 8, NAME_USER,
		   "a123456789b123456789c123456789d123456789"
		   "e123456789f123456789g123456789",
		   70);
	name_is(n, 8, NAME_USER,
		"\"a123456789b123456789c123456789d123456789"
		"e123456789f123456789g12\"",
		"cut where auditd cuts it");
	for (i = 0; i < 5000; i++)
		names__put(n, 10000 + i, NAME_USER, "x", 1);
	for (i = 0; i < 5000; i++)
		known += names__known(n, 10000 + i, NAME_USER);
	is_int(known, 1024, "1024 names are kept");
	names__put(n, 9, NAME_USER, "mail", 4);
	names__doubt(n);
	ok(!names__known(n, 9, NAME_USER), "a name that is in doubt is looked up");
	ok(names__keep(n, 9, NAME_USER) && names__known(n, 9, NAME_USER),
	   "it stands if nobody can say");
	ok(!names__keep(n, 9, NAME_GROUP), "where there was none, none stands");
	names__free(n);
	names__free(NULL);
}

int main(void)
{
	test_merge();
	test_items();
	test_bounds();
	test_names();
	return tap_done();
}
