// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/instance.h"

#include <errno.h>
#include <fcntl.h>
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
	WAIT_MS = 30000, /* for the end of the one before: it writes what it has */
	STEP_MS = 20,
	NAME_LEN = 100,
	HIGH_FD = 900, /* nothing else is open there, nor is it much to have a table for */
};

/*
 * Of those with other pins, or, without any, other logs, each is one by itself: DIR/NAME-HASH, the name for people,
 * the hash for what of a path does not fit into one.
 */
static void path_make(char path[INSTANCE_PATH], const struct conf *conf, const char *suffix)
{
	const char *key = conf->pin ? conf->pin_dir : conf->log_file, *from = key, *at;
	unsigned int sum = 2166136261U;
	char name[NAME_LEN + 1] = "", *to;

	for (at = key; *at; at++)
		sum = (sum ^ (unsigned char)*at) * 16777619U;
	if (at - key > NAME_LEN)
		from = at - NAME_LEN;
	while (*from == '/')
		from++;
	for (to = name; *from; from++)
		*to++ = *from == '/' ? '-' : *from;
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

/* Who was killed lets go of the lock before his last hooks are gone: to be waited for, too. */
static void wait_gone(int fd)
{
	unsigned long long when;
	char text[64] = "";
	int left = WAIT_MS, pid;

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0 || sscanf(text, "%d %llu", &pid, &when) != 2)
		return;
	for (; left > 0 && when && begun(pid) == when; left -= STEP_MS)
		sleep_ms(STEP_MS);
}

static void note_own(int fd)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%d %llu\n", getpid(), begun(getpid()));

	if (ftruncate(fd, 0) || pwrite(fd, text, n, 0) != n)
		log_debug("the lock does not say whose it is: %s", strerror(errno));
}

static int wait_lock(int fd, pid_t *ret_before)
{
	pid_t holder = 0;
	int left, err;

	for (left = WAIT_MS; left > 0; left -= STEP_MS) {
		err = lock_try(fd, &holder);
		if (err != -EBUSY)
			return err;
		/* Of several that come at once each may have it for a moment. */
		if (holder > 0 && holder != *ret_before) {
			log_info("taking over from the daemon that runs, process %d", holder);
			if (kill(holder, SIGQUIT))
				log_warn("process %d does not take signals: %s", holder,
					 strerror(errno));
			*ret_before = holder;
		}
		sleep_ms(STEP_MS);
	}
	log_error("a daemon runs already, process %d, and does not end: nothing is started; "
		  "autrail ctl detach removes what it has left once it is gone",
		  holder);
	return -EBUSY;
}

int instance__take(const struct conf *conf, bool wait, struct instance *ret, pid_t *ret_before)
{
	struct instance instance = INSTANCE_NONE;
	char path[INSTANCE_PATH];
	sigset_t set;
	int err;

	*ret_before = 0;
	sigemptyset(&set);
	sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	path_make(path, conf, ".lock");
	path_make(instance.journal, conf, ".journal");
	if (mkdir(RUN_DIR, 0755) && errno != EEXIST) {
		err = -errno;
		log_error("cannot make " RUN_DIR ": %s", strerror(-err));
		return err;
	}
	instance.lock = lock_open(path);
	if (instance.lock < 0) {
		log_error("cannot open %s: %s", path, strerror(-instance.lock));
		return instance.lock;
	}
	err = wait ? wait_lock(instance.lock, ret_before) : lock_try(instance.lock, ret_before);
	if (err) {
		instance__release(&instance);
		return err;
	}
	wait_gone(instance.lock);
	note_own(instance.lock);
	*ret = instance;
	return 0;
}

void instance__release(struct instance *instance)
{
	if (instance->lock >= 0)
		close(instance->lock);
	instance->lock = -1;
}
