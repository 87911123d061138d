// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <unistd.h>

#include "user/sink/log_flush.h"

enum {
	QUEUE = 8, /* files: more only if rotation overtakes the disk, which then has to be waited for */
};

struct log_flush {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t some, room;
	int fds[QUEUE];
	int count;
	int waiting; /* the caller's number of the last file in the queue, -1: another one's */
	int error;
	bool stop;
};

static void *work(void *arg)
{
	struct log_flush *flush = arg;
	cap_t none = cap_init();
	int fd, err;

	/* It needs no right at all. */
	if (none)
		cap_set_proc(none);
	cap_free(none);
	pthread_mutex_lock(&flush->lock);
	for (;;) {
		while (!flush->count && !flush->stop)
			pthread_cond_wait(&flush->some, &flush->lock);
		if (!flush->count)
			break;
		fd = flush->fds[0];
		flush->count--;
		for (int i = 0; i < flush->count; i++)
			flush->fds[i] = flush->fds[i + 1];
		if (!flush->count)
			flush->waiting = -1;
		pthread_cond_signal(&flush->room);
		pthread_mutex_unlock(&flush->lock);
		err = fdatasync(fd) ? -errno : 0;
		close(fd);
		pthread_mutex_lock(&flush->lock);
		if (err && !flush->error)
			flush->error = err;
	}
	pthread_mutex_unlock(&flush->lock);
	return NULL;
}

int log_flush__new(struct log_flush **ret)
{
	struct log_flush *flush = calloc(1, sizeof(*flush));
	sigset_t all, old;
	int err;

	if (!flush)
		return -ENOMEM;
	flush->waiting = -1;
	pthread_mutex_init(&flush->lock, NULL);
	pthread_cond_init(&flush->some, NULL);
	pthread_cond_init(&flush->room, NULL);
	/* Signals are the business of the thread that there was before. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = -pthread_create(&flush->thread, NULL, work, flush);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err) {
		free(flush);
		return err;
	}
	*ret = flush;
	return 0;
}

void log_flush__free(struct log_flush *flush)
{
	if (!flush)
		return;
	pthread_mutex_lock(&flush->lock);
	flush->stop = true;
	pthread_cond_signal(&flush->some);
	pthread_mutex_unlock(&flush->lock);
	pthread_join(flush->thread, NULL);
	pthread_cond_destroy(&flush->some);
	pthread_cond_destroy(&flush->room);
	pthread_mutex_destroy(&flush->lock);
	free(flush);
}

int log_flush__ask(struct log_flush *flush, int fd, int last)
{
	int copy, err = 0;

	pthread_mutex_lock(&flush->lock);
	if (flush->waiting == fd)
		goto out;
	while (flush->count == QUEUE)
		pthread_cond_wait(&flush->room, &flush->lock);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0) {
		err = -errno;
		goto out;
	}
	flush->fds[flush->count++] = copy;
	flush->waiting = fd;
	pthread_cond_signal(&flush->some);
out:
	if (last)
		flush->waiting = -1;
	pthread_mutex_unlock(&flush->lock);
	return err;
}

int log_flush__error(struct log_flush *flush)
{
	int err;

	pthread_mutex_lock(&flush->lock);
	err = flush->error;
	flush->error = 0;
	pthread_mutex_unlock(&flush->lock);
	return err;
}
