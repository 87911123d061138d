// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Needs are written short: F10 /path for a file's inode, I0 /path for an item, U0, G0 for names. Of
 * a path behind the working directory, | ends the directory.
 */
#include <errno.h>
#include <linux/fcntl.h>

#include "tests/tap.h"
#include "tests/unit/build.h"

enum { MAX = 16 };

static struct event ev, answer;
static struct atr_need needs[MAX];

static const char *split_path(const struct atr_need *need)
{
	static char path[2 * ATR_NAME_MAX + 2];

	snprintf(path, sizeof(path), "%.*s%s%s", (int)need->base_len, need->path,
		 need->base_len ? "|" : "", need->path + need->base_len);
	return path;
}

static const char *asked(struct recorder *r)
{
	static char buf[32768];
	struct atr_view view = event_check(&ev);
	int n = recorder__needs(r, &view, needs, MAX), i;
	size_t at = 0;

	buf[0] = '\0';
	for (i = 0; i < n; i++) {
		const struct atr_need *need = &needs[i];

		at += sprintf(buf + at, "%s", i ? " " : "");
		if (need->type == ATR_NEED_FILE)
			at += sprintf(buf + at, "F%llu %s%s", need->file->ino, split_path(need),
				      need->exe ? " exe" : "");
		else if (need->type == ATR_NEED_ITEM)
			at += sprintf(buf + at, "I%u %s%s", need->item, split_path(need),
				      need->nofollow ? " nofollow" : "");
		else
			at += sprintf(buf + at, "%c%u", need->type == ATR_NEED_USER ? 'U' : 'G',
				      need->id);
	}
	return buf;
}

static void tell(struct recorder *r, __u64 ino, unsigned int type, const char *interp)
{
	struct atr_file file = a_file(ino);

	a_file_answer(&answer, &file, type, interp, NULL);
	free(feed_str(r, &answer));
}

static void tell_item(struct recorder *r, unsigned int item, int error, __u64 ino)
{
	event_begin(&answer, ATR_KIND_ITEM);
	answer.item.item = item;
	answer.item.error = error;
	answer.item.file = a_file(ino);
	answer.item.file.flags = ATR_FILE_VALID;
	free(feed_str(r, &answer));
}

static void tell_name(struct recorder *r, __u32 id, bool group, const char *name)
{
	a_name(&answer, id, group, name);
	free(feed_str(r, &answer));
}

static void test_exec(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	an_exec(&ev);
	is_str(asked(r), "F10 /usr/bin/ls exe", "a new program");
	tell(r, 10, ATR_ANSWER_NONE, NULL);
	is_str(asked(r), "", "no answer is not asked for again");
	free(feed_str(r, &ev));
	is_str(asked(r), "F10 /usr/bin/ls exe", "but with the next event it is");
	tell(r, 10, ATR_ANSWER_ELF, "/lib/ld.so");
	is_str(asked(r), "", "an answer is kept");
	free(feed_str(r, &ev));
	is_str(asked(r), "", "for later events, too");
	ev.exec.ld.flags = ATR_FILE_VALID;
	is_str(asked(r), "F20 /lib/ld.so", "capabilities that are not known");
	ev.exec.ld.flags = 0;
	is_str(asked(r), "I1 /lib/ld.so", "an ELF interpreter that was not seen");
	tell_item(r, 1, 0, 20);
	is_str(asked(r), "F20 /lib/ld.so", "and once it is found, its capabilities");
	tell(r, 20, ATR_ANSWER_ELF, NULL);
	is_str(asked(r), "", "which ends it");
	recorder__free(r);
}

static void test_paths(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	an_execfail(&ev, EACCES);
	is_str(asked(r), "I0 /nope", "an absolute path");
	event_puts(&ev, &ev.exec.name, "../nope");
	is_str(asked(r), "I0 /home/ann/|../nope", "a relative one");
	event_walk(&ev, &ev.exec.cwd, "/");
	is_str(asked(r), "I0 /|../nope", "in the root");
	ev.exec.nr = 322;
	ev.exec.args[0] = 5;
	ev.exec.args[4] = AT_SYMLINK_NOFOLLOW;
	ev.hdr.flags = ATR_F_DIRFD;
	event_walk(&ev, &ev.exec.dir, "/srv");
	is_str(asked(r), "I0 /srv/|../nope nofollow", "relative to a descriptor");
	event_puts(&ev, &ev.exec.name, "");
	ev.exec.args[4] = AT_EMPTY_PATH;
	is_str(asked(r), "I0 /srv/|.", "the descriptor itself");
	ev.exec.dir.flags = ATR_S_FAULT;
	is_str(asked(r), "I0 ", "which nobody saw");
	an_execfail(&ev, ENOENT);
	is_str(asked(r), "", "a missing file is not looked for");
	event_walk(&ev, &ev.exec.script, "/home/ann/s.sh");
	ev.exec.files[0] = a_file(30);
	ev.exec.nfiles = 1;
	is_str(asked(r), "F30 /home/ann/s.sh", "a script without its interpreter");
	recorder__free(r);
}

static void test_script(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_RAW);

	an_exec(&ev);
	ev.exec.files[0] = a_file(30);
	ev.exec.files[0].flags = ATR_FILE_VALID;
	ev.exec.files[1] = a_file(10);
	ev.exec.nfiles = 2;
	ev.exec.running = 1;
	event_puts(&ev, &ev.exec.name, "s.sh");
	event_puts(&ev, &ev.exec.interp, "/bin/ls");
	event_walk(&ev, &ev.exec.script, "/root/s.sh");
	is_str(asked(r), "F10 /usr/bin/ls exe F30 /root/s.sh", "a script and what runs it");
	ev.exec.script.flags = ATR_S_FAULT;
	is_str(asked(r), "F10 /usr/bin/ls exe", "nor is it asked for without a path");
	ev.exec.script.len = 0;
	is_str(asked(r), "F10 /usr/bin/ls exe F30 /root/|s.sh", "but the name may tell it");
	recorder__free(r);
}

static void test_names(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_ENRICHED);

	an_execfail(&ev, ENOENT);
	ev.exec.task.euid = 5;
	ev.exec.task.auid = 7;
	ev.exec.task.fsgid = 6;
	is_str(asked(r), "U1000 U7 U5 G1000 G6", "each id once");
	tell_name(r, 1000, false, "ann");
	tell_name(r, 7, false, NULL);
	tell_name(r, 5, false, "five");
	is_str(asked(r), "G1000 G6", "a group is no user; having no name is an answer");
	tell_name(r, 1000, true, "ann");
	tell_name(r, 6, true, "six");
	is_str(asked(r), "", "all told");
	ev.exec.files[0] = a_file(10);
	ev.exec.files[0].uid = 8;
	ev.exec.nfiles = 1;
	ev.exec.exit = -ENOEXEC;
	is_str(asked(r), "U8 G0", "owners of files");
	event_begin(&ev, ATR_KIND_LOST);
	ev.lost.auid = 9;
	is_str(asked(r), "U9", "and of the loader");
	recorder__free(r);

	r = a_recorder(ATR_FORMAT_TEXT);
	an_exec(&ev);
	is_str(asked(r), "U0", "for people: users alone");
	event_begin(&ev, ATR_KIND_CLOCK);
	is_str(asked(r), "", "a kind that needs nothing");
	recorder__free(r);
}

static void test_room(void)
{
	struct recorder *r = a_recorder(ATR_FORMAT_ENRICHED);
	struct atr_view view;

	an_execfail(&ev, EACCES);
	view = event_check(&ev);
	is_int(recorder__needs(r, &view, needs, 1), 1, "no more than there is room for");
	is_int(recorder__needs(r, &view, needs, 0), 0, "not even one");
	recorder__free(r);
}

int main(void)
{
	test_exec();
	test_paths();
	test_script();
	test_names();
	test_room();
	return tap_done();
}
