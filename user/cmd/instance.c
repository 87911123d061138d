// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "user/conf/conf.h"
#include "user/log.h"

#define RUN_DIR "/run/autrail"

enum {
	SAY_MS = 30000, /* so often it is said who is waited for: it writes what it has */
	GONE_MS = 30000,
	STEP_MS = 20,
	NAME_LEN = 100,
	NOTE_LEN = 256 + (ATR_PIN_DIRS_MAX + 1) * PATH_MAX,
	HIGH_FD = 900, /* nothing else is open there, nor is it much to have a table for */
};

/* DIR/NAME-HASH of a path: the name for people, the hash for what of it does not fit into one. */
static void path_make(char path[INSTANCE_PATH], const char *key, const char *suffix)
{
	const char *from = key, *at;
	unsigned int sum = 2166136261U;
	char name[NAME_LEN + 1] = "", *to;

	for (at = key; *at; at++) {
		/* Slashes too many are none. */
		if (*at != '/' || (at[1] && at[1] != '/'))
			sum = (sum ^ (unsigned char)*at) * 16777619U;
	}
	if (at - key > NAME_LEN)
		from = at - NAME_LEN;
	while (*from == '/')
		from++;
	for (to = name; *from; from++) {
		if (*from != '/')
			*to++ = *from;
		else if (from[1] && from[1] != '/')
			*to++ = '-';
	}
	*to = '\0';
	snprintf(path, INSTANCE_PATH, RUN_DIR "/%s-%08x%s", name, sum, suffix);
}

/*
 * A process that ends closes its descriptors from the lowest one up: the lock is the last to go. It must not be
 * opened a second time either, for whatever is closed takes the lock with it.
 */
static int lock_open(const char *path)
{
	int low = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600), high;

	if (low < 0)
		return -errno;
	high = fcntl(low, F_DUPFD_CLOEXEC, HIGH_FD);
	if (high < 0)
		return low;
	close(low);
	return high;
}

/* 0, or -EBUSY and who has it, as far as that can be seen from here. */
static int lock_try(int fd, pid_t *ret_holder)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (!fcntl(fd, F_SETLK, &lock))
		return 0;
	if (errno != EAGAIN && errno != EACCES)
		return -errno;
	*ret_holder = 0;
	lock.l_type = F_WRLCK;
	if (!fcntl(fd, F_GETLK, &lock) && lock.l_type != F_UNLCK)
		*ret_holder = lock.l_pid;
	return -EBUSY;
}

/* When a process began, in the kernel's ticks; 0: it is not there, or has ended but for its status. */
static unsigned long long begun(pid_t pid)
{
	char path[64], text[1024] = "", state;
	unsigned long long when = 0;
	const char *at;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	at = strrchr(text, ')');
	if (!at ||
	    sscanf(at + 1,
		   " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   &state, &when) != 2)
		return 0;
	return state == 'Z' || state == 'X' ? 0 : when;
}

static void sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* --- notes ------------------------------------------------------------------------------------ */

/* What the one before has written into a lock: who it was, then lines of a word and a path. */
static void note_read(int fd, char text[NOTE_LEN])
{
	ssize_t n = pread(fd, text, NOTE_LEN - 1, 0);

	text[n > 0 ? n : 0] = '\0';
}

static int note_pid(const char *note, unsigned long long *ret_when)
{
	int pid;

	return sscanf(note, "%d %llu", &pid, ret_when) == 2 ? pid : 0;
}

/* The next path behind such a word; false: there is none. */
static bool note_path(const char **note, const char *word, char *ret, size_t size)
{
	const char *at = *note, *end;
	size_t len = strlen(word);

	for (; (end = strchr(at, '\n')); at = end + 1) {
		if (strncmp(at, word, len) || at[len] != '/' || (size_t)(end - at) - len >= size)
			continue;
		snprintf(ret, size, "%.*s", (int)(end - at - len), at + len);
		*note = end + 1;
		return true;
	}
	return false;
}

/* What it says is never less than before: whoever comes after a SIGKILL has to find all. */
static void note_write(int fd, const char *text, size_t len)
{
	if (pwrite(fd, text, len, 0) != (ssize_t)len || ftruncate(fd, len))
		log_warn("the lock does not say whose it is, nor what is kept: %s",
			 strerror(errno));
}

#define PINS	"pins "
#define JOURNAL "journal "

static void note_own(const struct instance *instance)
{
	char text[NOTE_LEN];
	const int who = snprintf(text, sizeof(text), "%d %llu\n", getpid(), begun(getpid()));
	int n = who;
	size_t i;

	if (*instance->pin_dir)
		n += snprintf(text + n, sizeof(text) - n, PINS "%s\n", instance->pin_dir);
	for (i = 0; i < instance->before.n; i++)
		n += snprintf(text + n, sizeof(text) - n, PINS "%s\n", instance->before.dirs[i]);
	note_write(instance->log, text, n);
	if (instance->pins < 0)
		return;
	n = who;
	n += snprintf(text + n, sizeof(text) - n, JOURNAL "%s\n", instance->journal);
	note_write(instance->pins, text, n);
}

/* Who was killed lets go of the lock before his last hooks are gone: to be waited for, too. */
static void wait_gone(const char *note)
{
	unsigned long long when;
	int left = GONE_MS, pid = note_pid(note, &when);

	for (; pid && left > 0 && when && begun(pid) == when; left -= STEP_MS)
		sleep_ms(STEP_MS);
}

/* --- locks ------------------------------------------------------------------------------------ */

/* Only a daemon says in the lock who it is: whoever else has it (ctl detach) is about to end. */
static void ask(int fd, pid_t holder, pid_t *ret_before)
{
	unsigned long long when;
	char note[NOTE_LEN];

	note_read(fd, note);
	if (holder <= 0 || holder == *ret_before || note_pid(note, &when) != holder)
		return;
	log_info("taking over from the daemon that runs, process %d", holder);
	if (kill(holder, SIGQUIT))
		log_warn("process %d does not take signals: %s", holder, strerror(errno));
	*ret_before = holder;
}

/*
 * As long as it takes: who was asked ends sooner or later, and if we had given up by then, nobody would be left.
 */
static int wait_lock(int fd, const struct instance_wait *wait, pid_t *ret_before)
{
	pid_t holder = 0;
	int waited = 0, err;

	while ((err = lock_try(fd, &holder)) == -EBUSY) {
		/* Of several that come at once each may have it for a moment. */
		ask(fd, holder, ret_before);
		if (waited && waited % SAY_MS == 0)
			log_warn(
				"still waiting for the end of process %d: nothing is started before",
				holder);
		if (wait->tick)
			wait->tick(wait->ctx);
		sleep_ms(STEP_MS);
		waited += STEP_MS;
	}
	return err;
}

/* The lock of a path, and what was noted in it; wait NULL: -EBUSY, not logged, where somebody has it. */
static int take(const char *key, const char *suffix, const struct instance_wait *wait, int *ret,
		char note[NOTE_LEN], pid_t *ret_before)
{
	char path[INSTANCE_PATH];
	int fd, err;

	if (mkdir(RUN_DIR, 0755) && errno != EEXIST) {
		err = -errno;
		log_error("cannot make " RUN_DIR ": %s", strerror(-err));
		return err;
	}
	path_make(path, key, suffix);
	fd = lock_open(path);
	err = fd < 0 ? fd : wait ? wait_lock(fd, wait, ret_before) : lock_try(fd, ret_before);
	if (!err) {
		note_read(fd, note);
		wait_gone(note);
		*ret = fd;
		return 0;
	}
	if (fd >= 0)
		close(fd);
	if (err != -EBUSY)
		log_error("cannot have the lock %s: %s", path, strerror(-err));
	return err;
}

#define LOG_LOCK  ".lock"
#define PINS_LOCK ".pins.lock"

static bool is_same(const char *a, const char *b)
{
	char x[INSTANCE_PATH], y[INSTANCE_PATH];

	path_make(x, a, "");
	path_make(y, b, "");
	return !strcmp(x, y);
}

/* Opened twice, a lock would be gone with the first one that is closed. */
static bool has_dir(const struct instance *instance, const char *dir)
{
	size_t i;

	if (*instance->pin_dir && is_same(dir, instance->pin_dir))
		return true;
	for (i = 0; i < instance->before.n; i++) {
		if (is_same(dir, instance->before.dirs[i]))
			return true;
	}
	return false;
}

/*
 * Where else a kernel side of this log may be: pin_dir was another one. Somebody else may be at work there by
 * now: then he has taken what there was.
 */
static void before_take(struct instance *instance, const char *note)
{
	struct atr_pin_dirs *before = &instance->before;
	char other[NOTE_LEN], *dir;
	pid_t holder;

	while (before->n < ATR_PIN_DIRS_MAX) {
		dir = before->dirs[before->n];
		if (!note_path(&note, PINS, dir, PATH_MAX))
			return;
		if (!has_dir(instance, dir) &&
		    !take(dir, PINS_LOCK, NULL, &instance->before_locks[before->n], other, &holder))
			before->n++;
	}
}

int instance__take(const struct conf *conf, const struct instance_wait *wait, struct instance *ret,
		   pid_t *ret_before)
{
	struct instance instance = INSTANCE_NONE;
	char note[NOTE_LEN], of_pins[NOTE_LEN] = "";
	const char *at = of_pins;
	sigset_t set;
	int err;

	*ret_before = 0;
	sigemptyset(&set);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	path_make(instance.journal, conf->log_file, ".journal");
	err = take(conf->log_file, LOG_LOCK, wait, &instance.log, note, ret_before);
	if (!err && conf->pin) {
		snprintf(instance.pin_dir, sizeof(instance.pin_dir), "%s", conf->pin_dir);
		err = take(conf->pin_dir, PINS_LOCK, wait, &instance.pins, of_pins, ret_before);
	}
	if (err) {
		instance__release(&instance);
		return err;
	}
	if (note_path(&at, JOURNAL, instance.other_journal, INSTANCE_PATH) &&
	    !strcmp(instance.other_journal, instance.journal))
		instance.other_journal[0] = '\0';
	before_take(&instance, note);
	note_own(&instance);
	*ret = instance;
	return 0;
}

int instance__take_pins(const char *pin_dir, struct instance *ret, pid_t *ret_holder)
{
	char note[NOTE_LEN];

	*ret = INSTANCE_NONE;
	return take(pin_dir, PINS_LOCK, NULL, &ret->pins, note, ret_holder);
}

int instance__move(struct instance *instance, const char *log_file)
{
	char journal[INSTANCE_PATH], note[NOTE_LEN];
	pid_t holder = 0;
	int fd = -1, err;

	path_make(journal, log_file, ".journal");
	if (!strcmp(journal, instance->journal))
		return 0;
	err = take(log_file, LOG_LOCK, NULL, &fd, note, &holder);
	if (err == -EBUSY)
		log_error("%s is the log of another daemon, process %d", log_file, holder);
	if (err)
		return err;
	/* Whoever writes has it mapped. There is none where no log is written. */
	if (rename(instance->journal, journal) && errno != ENOENT)
		log_warn("%s keeps the name of another log: %s", instance->journal,
			 strerror(errno));
	memcpy(instance->journal, journal, sizeof(journal));
	if (ftruncate(instance->log, 0))
		log_debug("a lock keeps what it says: %s", strerror(errno));
	close(instance->log);
	instance->log = fd;
	note_own(instance);
	return 0;
}

static void before_release(struct instance *instance)
{
	size_t i;

	for (i = 0; i < instance->before.n; i++)
		close(instance->before_locks[i]);
	instance->before.n = 0;
}

void instance__settled(struct instance *instance)
{
	size_t n = instance->before.n;

	before_release(instance);
	if (n)
		note_own(instance);
}

void instance__release(struct instance *instance)
{
	before_release(instance);
	if (instance->pins >= 0)
		close(instance->pins);
	if (instance->log >= 0)
		close(instance->log);
	instance->pins = instance->log = -1;
}
