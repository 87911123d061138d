// SPDX-License-Identifier: GPL-2.0-or-later
/* What others do to the file of the log while it is written, and what a SIGKILL leaves of it. */
#include <sys/wait.h>

#include "tests/unit/logbed.h"

static void test_renamed(void)
{
	bed_make();
	bed_start();
	events(2, 10);
	shell("mv log/audit.log log/audit.log.1");
	event(10);
	log__tick(log_);
	log__tick(log_);
	is_int(times_told("was renamed"), 1, "renamed: told once");
	event(10);
	is_int(strlen(content("audit.log.1")), want_len / 4 * 3, "until the tick it goes on there");
	is_int(strlen(content("audit.log")), want_len / 4, "then in a new file");
	is_all("no event is lost");
	bed_end();
}

static void test_deleted(void)
{
	bed_make();
	bed_start();
	event(10);
	shell("rm log/audit.log");
	want_len = 0;
	event(10);
	is_all("deleted: the next event is in a new file");
	is_int(times_told("was deleted"), 1, "which is told");
	is_int(mode_of("audit.log"), 0600, "its mode");
	shell("rm log/audit.log");
	want_len = 0;
	log__tick(log_);
	is_int(mode_of("audit.log"), 0600, "deleted: seen by the tick");
	is_int(times_told("was deleted"), 1, "and told");
	event(10);
	is_all("it goes on");
	bed_end();
}

static void delete (void)
{
	unlink(path);
	want_len = 0;
}

static void truncate_some(void)
{
	if (truncate(path, 45))
		abort();
}

static void truncate_all(void)
{
	if (truncate(path, 0))
		abort();
	want_len = 0;
}

static void scribble(void)
{
	int fd = open(path, O_WRONLY | O_APPEND);

	if (__real_write(fd, "hello", 5) != 5)
		abort();
	close(fd);
}

/* Between the looks at the file, at the worst moment. */
static void test_meddled(void)
{
	bed_make();
	bed_start();
	event(100);
	disk.meddle = delete;
	event(10);
	is_all("deleted just before a write: the event is there");
	disk.meddle = truncate_all;
	event(10);
	is_all("truncated just before a write: the event is there");
	ok(was_told("was truncated"), "which is told");
	event(10);
	is_all("and the next one");
	disk.meddle = truncate_some;
	want_len = 45;
	expect("\n", 1);
	event(10);
	is_all("truncated in the middle of a line: that is closed, the event begins another");
	disk.meddle = scribble;
	expect("hello\n", 6);
	event(10);
	is_all("somebody's half line: the same");
	is_int(times_told("somebody else writes"), 1, "which is told");
	event(10);
	is_all("it goes on");
	is_int(count()->written, 7, "each is counted once");
	bed_end();
}

static void test_truncated(void)
{
	bed_make();
	bed_start();
	events(3, 100);
	truncate_some();
	want_len = 45;
	expect("\n", 1);
	log__tick(log_);
	ok(was_told("was truncated"), "truncated: seen by the tick");
	event(10);
	is_all("the half line is closed");
	shell("truncate -s +100 log/audit.log");
	log__tick(log_);
	event(10);
	ok(was_told("somebody else"), "made longer: told");
	is_int(count()->written, 5, "it goes on");
	bed_end();
}

static void test_symlink(void)
{
	bed_make();
	bed_start();
	event(10);
	shell("echo precious >target; mv log/audit.log log/audit.log.1; ln -s ../target log/audit.log");
	log__tick(log_);
	event(10);
	is_all("a link in its place: the next event is in a new file");
	is_str(content("../target"), "precious\n", "nothing is written through it");
	ok(mode_of("audit.log.aside0") == 0777, "it is moved aside");
	ok(was_told("audit.log.aside0 now"), "which is told");
	shell("rm log/audit.log; ln log/audit.log.1 log/audit.log");
	want_len = 0;
	event(10);
	shell("mv log/audit.log.1 first");
	is_all("deleted, and another name of some file in its place: not written, either");
	shell("rm log/audit.log; mkdir log/audit.log");
	want_len = 0;
	event(10);
	is_all("a directory");
	shell("rm log/audit.log; mkfifo log/audit.log");
	want_len = 0;
	event(10);
	is_all("a pipe");
	shell("mv log/audit.log log/audit.log.1; (umask 0; echo theirs >log/audit.log)");
	expect("theirs\n", 7);
	log__tick(log_);
	event(10);
	is_all("a regular file: appended to");
	is_int(mode_of("audit.log"), 0600, "with its mode put right");
	bed_end();
}

static void test_directory(void)
{
	bed_make();
	bed_start();
	event(10);
	shell("mv log moved");
	event(10);
	log__tick(log_);
	event(10);
	is_int(mode_of(""), 0700, "the directory is gone: made again");
	shell("mv moved/audit.log log/audit.log.1");
	is_all("no event is lost");
	is_int(times_told("lost its directory"), 1, "it is told once");
	shell("rm -r log");
	want_len = 0;
	event(10);
	is_all("deleted with all that is in it");
	shell("rm -r log; touch log");
	want_len = 0;
	events(3, 10);
	log__tick(log_);
	is_int(count()->held, 3, "there cannot be one: events wait");
	is_int(times_told("cannot be opened"), 1, "it is told once");
	shell("rm log; ln -s elsewhere log; mkdir -m 700 elsewhere");
	log__tick(log_);
	is_int(count()->held, 3, "a link in its place is not followed");
	shell("rm log; mkdir log; chmod 777 log");
	log__tick(log_);
	is_int(count()->held, 3, "nor is one taken that anybody can write to");
	shell("chmod 700 log");
	log__tick(log_);
	is_int(count()->held, 0, "it is there again: all is written");
	is_all("in order");
	bed_end();
}

static void test_linked_directory(void)
{
	bed_make();
	shell("mkdir -m 700 data; ln -s data log");
	bed_start();
	event(10);
	shell("rm -r data; mkdir -m 700 data");
	want_len = 0;
	log__tick(log_);
	event(10);
	is_all("a link to the directory that was there from the start is followed");
	bed_end();
}

/* A process that is killed in the middle of a write: half of it, none of it, all of it. */
static void killed(size_t room)
{
	pid_t pid = fork();

	if (!pid) {
		bed_start();
		event(100);
		disk.write_error = EIO;
		disk.room = room;
		disk.killed = true;
		event(10000);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

static void test_journal(void)
{
	char journal[PATH_MAX];
	struct log_tag tag = { { 99 } };
	static const struct {
		size_t room;
		unsigned long long tag;
	} rows[] = { { 5000, 1 }, { 1, 1 }, { 0, 1 }, { 20000, 2 } };
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bed_make();
		snprintf(journal, sizeof(journal), "%s/journal", bed_dir);
		opts.journal = journal;
		killed(rows[i].room);
		bed_open(&tag);
		is_int(tag.words[0], rows[i].tag, "killed: the last whole event is known");
		expect_event(100);
		if (tag.words[0] == 2)
			expect_event(10000);
		/* What the ring still has is written again. */
		event(10);
		is_all("no half event is there");
		log__free(log_);
		is_int(bed_open(&tag), 0, "opened again");
		is_int(tag.words[0], serial, "with the tag of the last one");
		ok(!strstr(content("audit.log"), "xxtype") &&
			   !strstr(content("audit.log"), "xx\n\n"),
		   "no half event is there");
		is_int(was_told("half an event"), rows[i].room == 5000 || rows[i].room == 1,
		       "one that was is told of");
		bed_end();
	}
	opts.journal = NULL;
	bed_make();
	shell("mkdir log; printf half >log/audit.log");
	expect("half\n", 5);
	bed_start();
	event(10);
	is_all("half a line of another life is closed");
	bed_end();
}

int main(void)
{
	test_renamed();
	test_deleted();
	test_meddled();
	test_truncated();
	test_symlink();
	test_directory();
	test_linked_directory();
	test_journal();
	free(want);
	return tap_done();
}
