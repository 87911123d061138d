// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/logbed.h"

enum {
	MIB = 1024 * 1024,
};

static void test_made(void)
{
	bed_make();
	is_int(bed_open(NULL), 0, "directory and file are made");
	is_int(mode_of(""), 0700, "the directory's mode");
	is_int(mode_of("audit.log"), 0600, "the file's mode");
	events(3, 10);
	is_all("three events are there");
	is_int(disk.writes, 3, "with a write each");
	is_int(count()->written, 3, "they are counted");
	is_int(count()->bytes, want_len, "and their bytes");
	log__free(log_);
	shell("chmod 0644 log/audit.log");
	bed_start();
	is_int(mode_of("audit.log"), 0600, "the mode of an old file is put right");
	event(10);
	is_all("it is appended to");
	bed_end();

	bed_make();
	opts.log_group = getgid() ? getgid() : 12;
	bed_start();
	is_int(mode_of(""), 0750, "with a group: the directory's mode");
	is_int(mode_of("audit.log"), 0640, "with a group: the file's mode");
	opts.num_logs = 3;
	log__reconfigure(log_, &opts);
	log__rotate(log_);
	is_int(mode_of("audit.log.1"), 0440, "with a group: a rotated file's mode");
	bed_end();
}

static void test_refused(void)
{
	static const char *const bad[] = { "log", "/", "/tmp/", "", "/tmp/.." };
	unsigned int i;

	bed_make();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		opts.log_file = bad[i];
		is_int(bed_open(NULL), -EINVAL, "a path that cannot be");
	}
	opts.log_file = path;
	opts.node = "two words";
	is_int(bed_open(NULL), -EINVAL, "a node with a blank");
	opts.node = NULL;
	opts.actions[ATR_WHEN_ERROR].act = ATR_ACT_ROTATE;
	is_int(bed_open(NULL), -EINVAL, "an action that is not for that");
	opts.actions[ATR_WHEN_ERROR].act = ATR_ACT_EXEC;
	is_int(bed_open(NULL), -EINVAL, "exec without a program");
	opts.actions[ATR_WHEN_ERROR].act = ATR_ACT_IGNORE;
	shell("mkdir log && ln -s nowhere log/audit.log");
	is_int(bed_open(NULL), -ELOOP, "a symbolic link");
	shell("rm log/audit.log && mkdir log/audit.log");
	is_int(bed_open(NULL), -EISDIR, "a directory");
	shell("rmdir log/audit.log && mkfifo log/audit.log");
	is_int(bed_open(NULL), -EMEDIUMTYPE, "a pipe");
	bed_end();
}

static void test_node(void)
{
	static const char text[] = "type=A\ntype=B x\n";

	bed_make();
	opts.node = "host.example";
	bed_start();
	log__write(log_, text, strlen(text), &(struct log_tag){ { 1 } });
	is_str(content("audit.log"), "node=host.example type=A\nnode=host.example type=B x\n",
	       "the node is before each line");
	bed_end();
}

static void test_rotation(void)
{
	unsigned int i;

	bed_make();
	shell("mkdir -m 700 log; for i in 3 4 5 7; do echo old >log/audit.log.$i; done");
	opts.actions[ATR_WHEN_SIZE].act = ATR_ACT_ROTATE;
	opts.max_log_file = 1;
	opts.num_logs = 4;
	bed_start();
	is_int(mode_of("audit.log.4"), -1, "surplus files are removed");
	is_int(mode_of("audit.log.5"), -1, "up to a gap");
	is_int(mode_of("audit.log.7"), 0644, "and not beyond");
	shell("rm log/audit.log.*");
	for (i = 0; i < 4; i++)
		event(300 * 1024);
	is_int(count()->rotations, 1, "past max_log_file it is rotated");
	is_int(mode_of("audit.log.1"), 0400, "a rotated file's mode");
	is_int(mode_of("audit.log"), 0600, "a new file's mode");
	is_str(content("audit.log"), "", "the event that went past is in the old one, whole");
	event(2 * MIB);
	event(10);
	is_all("all is there");
	is_int(mode_of("audit.log.2"), 0400, "a second file");
	for (i = 0; i < 5; i++)
		event(MIB);
	is_int(mode_of("audit.log.3"), 0400, "a third one");
	is_int(mode_of("audit.log.4"), -1, "no more than num_logs in all");
	is_int(count()->rotations, 7, "the oldest is overwritten");
	is_int(log__rotate(log_), 0, "rotated as asked for, empty or not");
	opts.num_logs = 1;
	is_int(log__reconfigure(log_, &opts), 0, "num_logs is 1 now");
	is_int(log__rotate(log_), -EINVAL, "then nothing is rotated");
	event(2 * MIB);
	is_int(count()->rotations, 8, "nor for its size");
	bed_end();
}

static void test_keep_logs(void)
{
	bed_make();
	opts.actions[ATR_WHEN_SIZE].act = ATR_ACT_KEEP_LOGS;
	opts.max_log_file = 1;
	bed_start();
	events(12, MIB);
	is_int(mode_of("audit.log.12"), 0400, "keep_logs keeps all");
	is_all("nothing is missing");
	bed_end();
}

/* What is in the way of a rotation costs nothing but the rotation. */
static void test_rotation_fails(void)
{
	bed_make();
	opts.actions[ATR_WHEN_SIZE].act = ATR_ACT_ROTATE;
	opts.max_log_file = 1;
	opts.num_logs = 3;
	bed_start();
	events(2, MIB);
	shell("rm log/audit.log.2; mkdir -p log/audit.log.2/x");
	events(3, MIB);
	is_int(count()->rotations, 2, "a directory is in the way: not rotated");
	is_int(count()->errors, 1, "which is tried once");
	log__tick(log_);
	event(10);
	is_int(count()->errors, 2, "and with the next event after a tick");
	shell("rm -r log/audit.log.2");
	log__tick(log_);
	event(10);
	is_int(count()->rotations, 3, "then it works");
	is_int(count()->written, 7, "nothing was lost meanwhile");
	bed_end();
}

static void test_size_actions(void)
{
	bed_make();
	opts.max_log_file = 1;
	opts.actions[ATR_WHEN_SIZE].act = ATR_ACT_SYSLOG;
	bed_start();
	events(3, MIB);
	is_int(times_told("A "), 1, "syslog: once");
	opts.actions[ATR_WHEN_SIZE].act = ATR_ACT_SUSPEND;
	log__reconfigure(log_, &opts);
	ok(count()->suspended, "suspend: at once, if it is too large already");
	events(2, 10);
	is_int(count()->held, 2, "then events wait");
	log__tick(log_);
	is_int(count()->held, 2, "also over a tick");
	log__resume(log_);
	ok(count()->suspended && count()->held == 1,
	   "as auditd, resumed it is suspended by the next");
	shell(": >log/audit.log");
	want_len = 0;
	log__resume(log_);
	is_int(count()->held, 0, "with room again all are written");
	ok(!count()->suspended, "and it goes on");
	bed_end();
}

/* A disk that is full in the middle of an event, and is not any more. */
static void test_full(void)
{
	bed_make();
	opts.actions[ATR_WHEN_FULL].act = ATR_ACT_SYSLOG;
	bed_start();
	event(1000);
	disk.write_error = ENOSPC;
	disk.room = 500;
	is_int(event(1000), 0, "an event that does not fit waits");
	is_int(strlen(content("audit.log")), want_len / 2, "nothing of it is in the file");
	event(10);
	event(10);
	is_int(disk.writes, 3, "nothing is tried before a tick");
	is_int(count()->held, 3, "three wait");
	log__tick(log_);
	log__tick(log_);
	is_int(count()->held, 3, "and still do");
	is_int(times_told("A "), 1, "it is told once");
	disk.write_error = 0;
	log__tick(log_);
	is_all("all are written, in order");
	is_int(count()->held, 0, "none waits");
	is_int(count()->dropped, 0, "none is lost");
	event(10);
	is_all("and it goes on");
	bed_end();
}

/* Half an event that cannot be cut off at once. */
static void test_cut_later(void)
{
	bed_make();
	bed_start();
	event(1000);
	disk.write_error = EIO;
	disk.room = 500;
	disk.truncate_error = EIO;
	event(1000);
	log__tick(log_);
	is_int(strlen(content("audit.log")) - want_len / 2, 500, "half of it stays");
	disk.write_error = 0;
	log__tick(log_);
	is_int(count()->held, 1, "before that is gone nothing is written");
	disk.truncate_error = 0;
	log__tick(log_);
	is_all("then the event is there once");
	bed_end();

	bed_make();
	bed_start();
	disk.write_error = EIO;
	disk.late = true;
	event(1000);
	is_str(content("audit.log"), "", "an error after all was written: it is taken out");
	disk.write_error = 0;
	log__tick(log_);
	is_all("and written once");
	bed_end();
}

static void test_bound(void)
{
	bed_make();
	opts.hold_max = 10000;
	bed_start();
	disk.write_error = EIO;
	events(20, 1000);
	is_int(refused, count()->dropped, "the caller hears of each that is dropped");
	ok(refused > 10 && refused < 14, "as many as there is no room for");
	is_int(times_told("bound"), 1, "it is told once");
	ok(count()->held_most <= 10000, "the bound holds");
	is_int(event(20000), -ENOBUFS, "nor does one that is larger than all of it");
	disk.write_error = 0;
	log__tick(log_);
	is_all("what waited is there, in order");
	is_int(count()->dropped + count()->written, 21, "written and dropped are all");
	disk.write_error = EIO;
	is_int(event(20000), -ENOBUFS, "too large to wait");
	disk.write_error = 0;
	log__tick(log_);
	is_int(event(20000), 0, "after a tick the next one is tried");
	is_all("and is there");
	bed_end();
}

static void test_error_actions(void)
{
	int i;

	bed_make();
	opts.actions[ATR_WHEN_ERROR].act = ATR_ACT_SYSLOG;
	bed_start();
	disk.write_error = EIO;
	event(10);
	for (i = 0; i < 10; i++)
		log__tick(log_);
	is_int(times_told("A "), 5, "syslog: five warnings, as auditd");
	is_int(count()->errors, 11, "each is counted");
	opts.actions[ATR_WHEN_ERROR].act = ATR_ACT_SUSPEND;
	log__reconfigure(log_, &opts);
	log__tick(log_);
	ok(count()->suspended, "suspend");
	disk.write_error = 0;
	log__tick(log_);
	is_int(count()->held, 1, "no tick ends that");
	is_int(log__resume(log_), 0, "but being resumed");
	is_all("then all is written");
	opts.actions[ATR_WHEN_ERROR].act = ATR_ACT_SINGLE;
	log__reconfigure(log_, &opts);
	disk.write_error = EIO;
	event(10);
	log__tick(log_);
	is_str(acted, "S", "single: once");
	disk.write_error = 0;
	log__tick(log_);
	is_all("all is written");
	bed_end();
}

static void test_space(void)
{
	bed_make();
	disk.free = 500;
	opts.space_left = (struct log_space){ .value = 100 };
	opts.admin_space_left = (struct log_space){ .value = 5, .percent = true };
	opts.actions[ATR_WHEN_SPACE].act = ATR_ACT_EMAIL;
	opts.actions[ATR_WHEN_ADMIN].act = ATR_ACT_HALT;
	bed_start();
	log__tick(log_);
	is_str(told, "", "enough is free");
	disk.free = 99;
	log__tick(log_);
	log__tick(log_);
	is_int(times_told("no mail is sent"), 1, "email is told as syslog, once");
	disk.free = 100;
	log__tick(log_);
	disk.free = 99;
	log__tick(log_);
	is_int(times_told("space_left, 100 MiB"), 1, "once more after there was enough");
	is_str(acted, "", "50 are 5 %");
	disk.free = 49;
	log__tick(log_);
	log__tick(log_);
	is_str(acted, "H", "halt, of admin_space_left, once");
	opts.actions[ATR_WHEN_ADMIN].act = ATR_ACT_SUSPEND;
	opts.actions[ATR_WHEN_SPACE].act = ATR_ACT_ROTATE;
	opts.num_logs = 3;
	log__reconfigure(log_, &opts);
	is_int(count()->rotations, 1, "rotate: at once, if too little is free already");
	ok(count()->suspended, "suspend, too");
	event(10);
	disk.free = 500;
	log__resume(log_);
	is_all("resumed, all is written");
	disk.free = 99;
	event(200 * 1024);
	is_int(count()->rotations, 2, "much that is written is a reason to look, too");
	bed_end();
}

/* disk_full_action=rotate: old events go so that new ones can be written. */
static void test_make_room(void)
{
	bed_make();
	shell("mkdir -m 700 log; echo 1 >log/audit.log.1; echo 2 >log/audit.log.2");
	opts.actions[ATR_WHEN_FULL].act = ATR_ACT_ROTATE;
	opts.num_logs = 3;
	bed_start();
	event(10);
	disk.write_error = ENOSPC;
	event(10);
	is_str(content("audit.log.2"), "1\n", "the oldest goes");
	is_str(content("audit.log"), "", "the file is rotated");
	log__tick(log_);
	is_str(content("audit.log.2"), "(none)",
	       "and then the next one: an empty one gains nothing");
	disk.write_error = 0;
	log__tick(log_);
	is_all("what waited is written");
	is_int(count()->held, 0, "all of it");
	bed_end();
}

static void test_exec(void)
{
	int i;

	bed_make();
	shell("printf '#!/bin/sh\\necho \"$# $(/usr/bin/env | /usr/bin/grep -c LOGBED)\" >%s/ran\\n"
	      "/bin/mv %s/log/audit.log %s/log/moved\\n' $PWD $PWD $PWD >run && chmod 755 run");
	snprintf(told, sizeof(told), "%s/run", bed_dir);
	setenv("LOGBED", "1", 1);
	opts.actions[ATR_WHEN_ERROR] = (struct log_action){ ATR_ACT_EXEC, strdup(told) };
	told[0] = '\0';
	bed_start();
	event(10);
	disk.write_error = EIO;
	event(10);
	disk.write_error = 0;
	ok(count()->suspended, "exec suspends");
	for (i = 0; i < 200 && mode_of("moved") < 0; i++)
		usleep(20000);
	log__tick(log_);
	is_str(content("../ran"), "0 0\n", "it is run without arguments or environment");
	is_int(mode_of("audit.log"), -1, "what it did to the file is left alone");
	is_int(log__resume(log_), 0, "resumed");
	shell("cat log/moved log/audit.log >log/audit.log.1; rm log/audit.log");
	is_all("the next ones are in a new file");
	free((char *)opts.actions[ATR_WHEN_ERROR].exe);
	bed_end();
}

/* Of the file that is open under the log's name. */
static int open_flags(void)
{
	char name[64], target[PATH_MAX];
	ssize_t n;
	int fd;

	for (fd = 3; fd < 100; fd++) {
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		n = readlink(name, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		if (!strcmp(target, path))
			return fcntl(fd, F_GETFL);
	}
	return -1;
}

static void test_flush(void)
{
	bed_make();
	opts.freq = 10;
	bed_start();
	events(100, 10);
	is_int(disk.syncs, 0, "none: nothing is flushed");
	opts.flush = ATR_FLUSH_INCREMENTAL;
	log__reconfigure(log_, &opts);
	events(95, 10);
	is_int(disk.syncs, 9, "incremental: after each ten");
	opts.num_logs = 2;
	log__reconfigure(log_, &opts);
	is_int(disk.syncs, 10, "and the rest when the file is let go of");
	disk.sync_error = EIO;
	opts.actions[ATR_WHEN_ERROR].act = ATR_ACT_SYSLOG;
	opts.flush = ATR_FLUSH_INCREMENTAL_ASYNC;
	log__reconfigure(log_, &opts);
	told[0] = '\0';
	events(10, 10);
	while (!__atomic_load_n(&disk.syncs, __ATOMIC_SEQ_CST) || !was_told("A ")) {
		usleep(1000);
		log__tick(log_);
	}
	ok(was_told("flush"), "incremental_async: in a thread, which tells of its errors");
	disk.sync_error = 0;
	log__rotate(log_);
	opts.flush = ATR_FLUSH_DATA;
	is_int(log__reconfigure(log_, &opts), 0, "data");
	is_int(open_flags() & O_SYNC, O_DSYNC, "data: O_DSYNC");
	events(5, 10);
	opts.flush = ATR_FLUSH_SYNC;
	is_int(log__reconfigure(log_, &opts), 0, "sync");
	is_int(open_flags() & O_SYNC, O_SYNC, "sync: O_SYNC");
	events(5, 10);
	is_all("all is there");
	bed_end();
}

/* The end of a process that has a log that is suspended, or a disk that fails. */
static void test_finish(void)
{
	bed_make();
	opts.actions[ATR_WHEN_ERROR].act = ATR_ACT_SUSPEND;
	bed_start();
	disk.write_error = EIO;
	events(3, 10);
	disk.write_error = 0;
	log__finish(log_);
	is_all("what waits is written, suspended or not");
	is_int(count()->held, 0, "none waits");
	bed_end();

	bed_make();
	bed_start();
	disk.write_error = EIO;
	events(3, 10);
	log__finish(log_);
	is_int(count()->dropped, 3, "what cannot be written even then is counted");
	bed_end();
}

/* What waits is written in portions, others in between. */
static void test_much_waits(void)
{
	unsigned int i;

	bed_make();
	opts.hold_max = 256 << 20;
	bed_start();
	disk.write_error = EIO;
	events(40, MIB);
	disk.write_error = 0;
	log__tick(log_);
	ok(count()->held > 20 && count()->held < 30, "a tick does not write all of it");
	for (i = 0; i < 100 && count()->held; i++)
		event(10);
	ok(i > 20 && i < 40, "each event that comes helps");
	is_all("all is there, in order");
	bed_end();
}

static void test_reconfigure(void)
{
	char other[PATH_MAX];

	bed_make();
	bed_start();
	event(10);
	snprintf(other, sizeof(other), "%s/gone/deep/audit.log", bed_dir);
	opts.log_file = other;
	is_int(log__reconfigure(log_, &opts), -ENOENT, "what cannot be is refused");
	event(10);
	is_all("and all is as it was");
	disk.write_error = EIO;
	event(10);
	snprintf(other, sizeof(other), "%s", in_dir("other.log"));
	is_int(log__reconfigure(log_, &opts), 0, "another file");
	disk.write_error = 0;
	log__tick(log_);
	shell("mv log/audit.log log/audit.log.1; mv log/other.log log/audit.log");
	is_all("what waited is written there");
	bed_end();
}

int main(void)
{
	test_made();
	test_refused();
	test_node();
	test_rotation();
	test_keep_logs();
	test_rotation_fails();
	test_size_actions();
	test_full();
	test_cut_later();
	test_bound();
	test_error_actions();
	test_space();
	test_make_room();
	test_exec();
	test_flush();
	test_finish();
	test_much_waits();
	test_reconfigure();
	free(want);
	return tap_done();
}
