/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the log stand on: a directory of their own, a log in it whose options they set,
 * what it told, all that should be in its files, and a disk that fails when they say so (the linker
 * is told to wrap write() and others, see the Makefile).
 */
#ifndef ATR_TESTS_LOGBED_H
#define ATR_TESTS_LOGBED_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/tap.h"
#include "user/sink/log.h"

/* --- the disk --- */

static struct {
	size_t room;	      /* bytes that can still be written; then write_error */
	int write_error;      /* 0: the disk is sound */
	bool late;	      /* all of it is written, and then the error comes, as with O_SYNC */
	int truncate_error;   /* errno of ftruncate() */
	int sync_error;	      /* of fdatasync() */
	unsigned long syncs;  /* calls of it */
	unsigned long writes; /* of write(), by the log */
	bool killed;	      /* the process ends with the next write() that fails or is short */
	unsigned long free;   /* MiB that statvfs() tells; 0: the truth */
	/* Somebody who does something to the file just before an event is written, once. */
	void (*meddle)(void);
} disk;

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __real_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_fstatvfs(int fd, struct statvfs *ret);
int __wrap_fstatvfs(int fd, struct statvfs *ret);

ssize_t __wrap_write(int fd, const void *data, size_t size)
{
	void (*meddle)(void) = disk.meddle;

	disk.writes++;
	disk.meddle = NULL;
	if (meddle)
		meddle();
	if (!disk.write_error)
		return __real_write(fd, data, size);
	if (disk.room && disk.room < size)
		size = disk.room;
	if (disk.killed) {
		if (disk.room)
			size = __real_write(fd, data, size);
		_exit(0);
	}
	if (disk.room || disk.late) {
		disk.room -= disk.late ? 0 : size;
		size = __real_write(fd, data, size);
		if (!disk.late)
			return size;
	}
	errno = disk.write_error;
	return -1;
}

int __wrap_ftruncate(int fd, off_t size)
{
	errno = disk.truncate_error;
	return errno ? -1 : __real_ftruncate(fd, size);
}

int __wrap_fdatasync(int fd)
{
	__atomic_add_fetch(&disk.syncs, 1, __ATOMIC_SEQ_CST);
	errno = disk.sync_error;
	return errno ? -1 : __real_fdatasync(fd);
}

int __wrap_fstatvfs(int fd, struct statvfs *ret)
{
	int err = __real_fstatvfs(fd, ret);

	if (!err && disk.free) {
		ret->f_frsize = 4096;
		ret->f_blocks = 1000 * 256; /* 1000 MiB */
		ret->f_bavail = disk.free * 256;
	}
	return err;
}

/* --- the log --- */

static char bed_dir[64];
static struct log_opts opts;
static char path[PATH_MAX];
static struct log *log_;
static struct log_counters counters;
static char told[65536]; /* a line each: A, E, W or I, a blank, the text */
static char acted[64];	 /* what was asked of the system: S single, H halt */
static char *want;	 /* all that has been written so far */
static size_t want_len;
static unsigned int serial;
static unsigned int refused; /* events, by log__write() */

static inline void *want_memory(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static inline const char *in_dir(const char *name)
{
	static char buf[4][PATH_MAX];
	static int i;

	i = (i + 1) % 4;
	snprintf(buf[i], sizeof(buf[i]), "%s/log/%s", bed_dir, name);
	return buf[i];
}

static inline void hear(void *ctx, enum atr_tell level, const char *text)
{
	size_t len = strlen(told);

	snprintf(told + len, sizeof(told) - len, "%c %s\n", "AEWI"[level], text);
}

static inline void runlevel(void *ctx, enum atr_act act)
{
	strcat(acted, act == ATR_ACT_HALT ? "H" : "S");
}

static inline bool was_told(const char *what)
{
	return strstr(told, what) != NULL;
}

/* How often; and from here on anew. */
static inline int times_told(const char *what)
{
	const char *at;
	int n = 0;

	for (at = told; (at = strstr(at, what)); at++)
		n++;
	told[0] = '\0';
	return n;
}

static inline void shell(const char *command)
{
	char buf[2 * PATH_MAX];

	snprintf(buf, sizeof(buf), "cd %s && %s", bed_dir, command);
	if (system(buf))
		tap_note("failed: %s", buf);
}

/* A new directory and options that ask for nothing. */
static inline void bed_make(void)
{
	strcpy(bed_dir, "/tmp/autrail-log.XXXXXX");
	if (!mkdtemp(bed_dir))
		abort();
	memset(&disk, 0, sizeof(disk));
	memset(&opts, 0, sizeof(opts));
	snprintf(path, sizeof(path), "%s", in_dir("audit.log"));
	opts.log_file = path;
	opts.hold_max = 1 << 20;
	told[0] = acted[0] = '\0';
	free(want);
	want = NULL;
	want_len = serial = refused = 0;
}

static inline int bed_open(struct log_tag *ret_tag)
{
	static const struct log_calls calls = { .tell = hear, .runlevel = runlevel };

	return log__open(&opts, &calls, &log_, ret_tag);
}

static inline void bed_start(void)
{
	if (bed_open(NULL))
		abort();
}

static inline void bed_end(void)
{
	char buf[128];

	log__free(log_);
	log_ = NULL;
	snprintf(buf, sizeof(buf), "rm -rf %s", bed_dir);
	if (system(buf))
		abort();
}

static inline void expect(const char *text, size_t len)
{
	want = want_memory(realloc(want, want_len + len + 1));
	memcpy(want + want_len, text, len);
	want_len += len;
	want[want_len] = '\0';
}

/* The next event, of two lines and some size; to be freed. */
static inline char *next_event(size_t size, size_t *len)
{
	char *text = want_memory(calloc(1, size + 200)), *at = text;

	serial++;
	at += sprintf(at, "type=SYSCALL msg=audit(1.000:%u): a=", serial);
	memset(at, 'x', size);
	at += size;
	at += sprintf(at, "\ntype=PROCTITLE msg=audit(1.000:%u): b\n", serial);
	*len = at - text;
	return text;
}

/* Writes it. It is wanted, unless it is refused. */
static inline int event(size_t size)
{
	size_t len;
	char *text = next_event(size, &len);
	int err = log__write(log_, text, len, &(struct log_tag){ { serial } });

	if (err)
		refused++;
	else
		expect(text, len);
	free(text);
	return err;
}

/* Wants it: another process has written it. */
static inline void expect_event(size_t size)
{
	size_t len;
	char *text = next_event(size, &len);

	expect(text, len);
	free(text);
}

static inline void events(unsigned int n, size_t size)
{
	while (n--)
		event(size);
}

/* Contents of a file, until the next call. */
static inline const char *content(const char *name)
{
	static char *buf;
	struct stat st;
	ssize_t n = 0;
	int fd = open(in_dir(name), O_RDONLY | O_NOFOLLOW);

	free(buf);
	buf = calloc(1, 1);
	if (fd < 0)
		return "(none)";
	if (!fstat(fd, &st)) {
		buf = want_memory(realloc(buf, st.st_size + 1));
		n = read(fd, buf, st.st_size);
		buf[n < 0 ? 0 : n] = '\0';
	}
	close(fd);
	return buf;
}

/* Whether all files together, the oldest first, are what was written. */
static inline void is_all(const char *what)
{
	char *got = calloc(1, 1), name[32];
	const char *text;
	size_t len = 0;
	int i;

	for (i = 20; i >= 0; i--) {
		snprintf(name, sizeof(name), i ? "audit.log.%d" : "audit.log", i);
		text = content(name);
		if (!strcmp(text, "(none)"))
			continue;
		got = want_memory(realloc(got, len + strlen(text) + 1));
		strcpy(got + len, text);
		len += strlen(text);
	}
	is_bytes(got, len, want ? want : "", want_len, what);
	free(got);
}

static inline int mode_of(const char *name)
{
	struct stat st;

	return lstat(in_dir(name), &st) ? -1 : (int)(st.st_mode & 07777);
}

static inline const struct log_counters *count(void)
{
	log__counters(log_, &counters);
	return &counters;
}

#endif /* ATR_TESTS_LOGBED_H */
