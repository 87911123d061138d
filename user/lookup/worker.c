// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One thread waits for jobs and does one at a time. A job belongs to who has asked until he stops
 * waiting; then it is marked left, and its thread, wherever it is stuck, frees it and ends, while
 * another is started for the next one. All fields of both structures are looked at under the lock,
 * but for what the thread reads and writes of its job in between: need, file, event and answer.
 */
#include "user/lookup/worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <time.h>

enum {
	DEADLINE_MS = 200,
	BUSY_MS = 20,	/* of them on a cpu: then it was at work, and did not wait */
	MORE_MAX = 5,	/* deadlines of one that does not wait for a file system */
	STUCK_MAX = 16, /* threads left behind before look-ups are given up */
};

/* One look-up, with copies of all that it reads: it may outlive its event. */
struct job {
	bool done;
	bool left; /* nobody waits for it any more: the thread frees it */
	struct atr_need need;
	struct atr_file file;
	union atr_answer answer;
	__u64 event[];
};

struct worker {
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	pthread_cond_t done;
	struct job *job; /* for the thread that waits */
	bool waiting;	 /* there is such a thread */
	bool stop;
	unsigned int stuck;
};

struct worker *worker__new(void)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	pthread_condattr_t attr;

	if (!worker)
		return NULL;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->wanted, NULL);
	/* Not of the time of day: that may be set meanwhile. */
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->done, &attr);
	pthread_condattr_destroy(&attr);
	return worker;
}

/* Threads that are stuck keep what they use until the process ends. */
void worker__free(struct worker *worker)
{
	if (!worker)
		return;
	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_signal(&worker->wanted);
	pthread_mutex_unlock(&worker->lock);
}

static void run(struct job *job)
{
	struct atr_view view;

	/* A copy of what has been checked already. */
	event_view(job->event, ((struct atr_hdr *)job->event)->size, &view);
	job->need.file = job->need.file ? &job->file : NULL;
	lookup_answer(&view, &job->need, &job->answer);
}

/* What a look-up takes, of what there is: others' roots and files, and to be in a task's place. */
static void limit_self(void)
{
	static const cap_value_t wanted[] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_SYS_CHROOT,
					      CAP_SETUID,     CAP_SETGID,	   CAP_FOWNER };
	cap_t had = cap_get_proc(), kept = cap_init();
	cap_flag_value_t value;
	size_t i;

	for (i = 0; had && kept && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (cap_get_flag(had, wanted[i], CAP_PERMITTED, &value) || value != CAP_SET)
			continue;
		cap_set_flag(kept, CAP_PERMITTED, 1, &wanted[i], CAP_SET);
		cap_set_flag(kept, CAP_EFFECTIVE, 1, &wanted[i], CAP_SET);
	}
	if (had && kept)
		cap_set_proc(kept);
	cap_free(had);
	cap_free(kept);
}

/* A thread that was left has another in its place already, and does not wait for jobs any more. */
static void *thread_main(void *arg)
{
	struct worker *worker = arg;
	struct job *job;
	bool left = false;

	limit_self();
	pthread_mutex_lock(&worker->lock);
	while (!left) {
		while (!worker->job && !worker->stop)
			pthread_cond_wait(&worker->wanted, &worker->lock);
		if (!worker->job)
			break;
		job = worker->job;
		worker->job = NULL;
		pthread_mutex_unlock(&worker->lock);
		run(job);
		pthread_mutex_lock(&worker->lock);
		job->done = true;
		left = job->left;
		if (left) {
			worker->stuck--;
			free(job);
		} else {
			pthread_cond_signal(&worker->done);
		}
	}
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/* Detached: nobody can wait for one that is stuck. 0 or -errno. */
static int thread_start(struct worker *worker)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, thread_main, worker);
	pthread_attr_destroy(&attr);
	return -err;
}

/*
 * Copies, for the event and the need are the caller's and may be gone before the look-up is done.
 */
static struct job *job_new(const struct atr_view *view, const struct atr_need *need)
{
	struct job *job = malloc(sizeof(*job) + view->hdr->size);

	if (!job)
		return NULL;
	job->done = false;
	job->left = false;
	job->need = *need;
	if (need->file)
		job->file = *need->file;
	memcpy(job->event, view->hdr, view->hdr->size);
	return job;
}

static struct timespec deadline(void)
{
	struct timespec ret;

	clock_gettime(CLOCK_MONOTONIC, &ret);
	ret.tv_nsec += DEADLINE_MS * 1000000L;
	ret.tv_sec += ret.tv_nsec / 1000000000L;
	ret.tv_nsec %= 1000000000L;
	return ret;
}

/* What the process has had of the cpus, ms. While one waits for a look-up it is nearly all the look-up's. */
static long long cpu_ms(void)
{
	struct timespec ret;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ret);
	return ret.tv_sec * 1000LL + ret.tv_nsec / 1000000;
}

/*
 * Until it is done or the deadline has passed. A thread that has not begun by then waits for no file system, but
 * for a cpu, and one that was at work has much to do (the first that looks through /proc, on a slow machine):
 * these get more time.
 */
static bool wait_done(struct worker *worker, struct job *job)
{
	struct timespec until = deadline();
	long long began = cpu_ms(), now;
	unsigned int more = MORE_MAX;

	while (!job->done) {
		if (!pthread_cond_timedwait(&worker->done, &worker->lock, &until))
			continue;
		now = cpu_ms();
		if ((worker->job != job && now - began < BUSY_MS) || !more--)
			break;
		began = now;
		until = deadline();
	}
	return job->done;
}

bool worker__answer(struct worker *worker, const struct atr_view *view, const struct atr_need *need,
		    union atr_answer *ret)
{
	struct job *job = NULL;
	bool done = false, left = false;

	pthread_mutex_lock(&worker->lock);
	if (worker->stuck < STUCK_MAX)
		job = job_new(view, need);
	if (job && !worker->waiting && !thread_start(worker))
		worker->waiting = true;
	if (job && worker->waiting) {
		worker->job = job;
		pthread_cond_signal(&worker->wanted);
		done = wait_done(worker, job);
		/* Not done, and not to be had any more: its thread is on its own, another will serve. */
		left = !done && worker->job != job;
		worker->job = NULL;
	}
	if (done)
		memcpy(ret, &job->answer, job->answer.hdr.size);
	if (left) {
		job->left = true;
		worker->waiting = false;
		worker->stuck++;
		job = NULL;
	}
	pthread_mutex_unlock(&worker->lock);
	free(job);
	if (!done)
		lookup_nothing(need, ret);
	return done;
}
