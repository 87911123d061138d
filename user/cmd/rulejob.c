// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/rulejob.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "user/cmd/rulefiles.h"
#include "user/rules/ruleset.h"

enum {
	MESSAGES_MAX = 256 << 10, /* bytes; what is more is cut off */
	CHANGES_MAX = 1 << 20,
	RULES_MAX = 2048, /* in force at a time, by this way */
};

struct rule_job {
	char *name, *text;
	size_t len;
	struct ruleset rules;
	struct rule_job_result result;
	bool cut; /* changes could not be noted */
	int fd;
	bool done, left;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int stuck;

/* --- what the parser tells -------------------------------------------------------------------- */

static void write_string(struct text *t, const char *text)
{
	text_bytes(t, text, strlen(text));
}

static void message(struct rule_job *job, unsigned int line, unsigned int column, const char *what,
		    const char *text)
{
	struct text *t = &job->result.messages;

	if (t->len > MESSAGES_MAX)
		return;
	write_string(t, job->name);
	text_u64(t, ":", line);
	if (column)
		text_u64(t, ":", column);
	write_string(t, what);
	text_label(t, text, strlen(text));
	text_char(t, '\n');
}

static void report(void *ctx, const struct rule_message *m)
{
	message(ctx, m->line, m->column, m->error ? ": " : ": warning: ", m->text);
}

static void changed(void *ctx, bool add, const struct rule *rule, bool good)
{
	struct rule_job *job = ctx;
	struct rule_job_result *r = &job->result;
	struct rule_change *changes = r->changes;
	const char *why;

	if (!rule) {
		r->clears = true;
		return;
	}
	/* Room grows at each power of two. */
	if (r->nchanges < CHANGES_MAX && !(r->nchanges & (r->nchanges - 1)))
		changes =
			reallocarray(changes, r->nchanges ? 2 * r->nchanges : 1, sizeof(*changes));
	if (!changes || r->nchanges == CHANGES_MAX) {
		job->cut = true;
		return;
	}
	r->changes = changes;
	changes[r->nchanges] = (struct rule_change){
		.add = add,
		.good = good,
		.list = rule->list,
		.key = rule->key ? strdup(rule->key) : NULL,
	};
	job->cut |= rule->key && !changes[r->nchanges].key;
	r->nchanges++;
	if (add && good && !rule_observable(rule, &why))
		message(job, rule->line, 0, ": warning: not observed: ", why);
}

/* --- the thread ------------------------------------------------------------------------------- */

static bool controls_idle(const struct rule_controls *c)
{
	return c->failure < 0 && c->backlog < 0 && c->rate < 0 && c->backlog_wait < 0 &&
	       !c->loginuid_immutable;
}

static int parse(struct rule_job *job)
{
	const struct parse_opts opts = {
		.is_directory = rules_is_directory,
		.changed = changed,
		.ctx = job,
	};
	size_t before = job->rules.n;
	int err;

	err = ruleset_parse(&job->rules, job->name, job->text, job->len, &opts, report, job);
	if (err)
		return err;
	job->result.controls = job->rules.controls;
	if (!controls_idle(&job->rules.controls))
		message(job, 1, 0, ": warning: ",
			"-f, -b, -r, --backlog_wait_time and --loginuid-immutable are the kernel's, "
			"and have no effect here");
	if (job->rules.n > RULES_MAX && job->rules.n > before)
		return -E2BIG;
	return job->cut ? -ENOMEM : 0;
}

static void work(struct rule_job *job)
{
	struct rule_job_result *r = &job->result;

	r->err = parse(job);
	if (r->err)
		return;
	r->compiled = compiled__new(&job->rules, rules_resolve, NULL);
	if (!r->compiled)
		r->err = -ENOMEM;
}

static void job_free(struct rule_job *job)
{
	if (!job)
		return;
	rule_job_result_free(&job->result);
	ruleset_free(&job->rules);
	free(job->name);
	free(job->text);
	if (job->fd >= 0)
		close(job->fd);
	free(job);
}

static void *thread_main(void *arg)
{
	struct rule_job *job = arg;
	__u64 one = 1;
	bool left;

	work(job);
	pthread_mutex_lock(&lock);
	job->done = true;
	left = job->left;
	if (left)
		stuck--;
	/* A counter of 0 has room for one more. */
	else if (write(job->fd, &one, sizeof(one)) != sizeof(one))
		abort();
	pthread_mutex_unlock(&lock);
	if (left)
		job_free(job);
	return NULL;
}

/* --- for who waits ---------------------------------------------------------------------------- */

/* base's rules, and nothing else that its files said: -i and -e were for their time. */
static int rules_copy(struct ruleset *to, const struct ruleset *base)
{
	struct ruleset none;
	int err;

	ruleset_init(to);
	ruleset_init(&none);
	err = base ? ruleset_copy(to, base) : 0;
	to->controls = none.controls;
	to->skipped = 0;
	return err;
}

struct rule_job *rule_job__start(const char *name, const char *text, size_t len,
				 const struct ruleset *base)
{
	struct rule_job *job = calloc(1, sizeof(*job));
	pthread_attr_t attr;
	pthread_t thread;
	int err = ENOMEM;

	if (!job)
		return NULL;
	job->fd = -1;
	text_init(&job->result.messages, 2 * MESSAGES_MAX);
	job->name = strdup(name);
	job->text = malloc(len + 1);
	job->len = len;
	if (!job->name || !job->text || rules_copy(&job->rules, base))
		goto out;
	job->result.controls = job->rules.controls;
	memcpy(job->text, text, len);
	job->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = errno;
	if (job->fd < 0)
		goto out;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, thread_main, job);
	pthread_attr_destroy(&attr);
	if (!err)
		return job;
out:
	job_free(job);
	errno = err;
	return NULL;
}

int rule_job__fd(const struct rule_job *job)
{
	return job->fd;
}

void rule_job__take(struct rule_job *job, struct rule_job_result *ret)
{
	/* The thread has written to the descriptor with the lock in hand, and does nothing behind it. */
	pthread_mutex_lock(&lock);
	*ret = job->result;
	memset(&job->result, 0, sizeof(job->result));
	pthread_mutex_unlock(&lock);
	job_free(job);
}

void rule_job_result_free(struct rule_job_result *result)
{
	size_t i;

	for (i = 0; i < result->nchanges; i++)
		free(result->changes[i].key);
	free(result->changes);
	compiled__free(result->compiled);
	text_free(&result->messages);
}

bool rule_job__leave(struct rule_job *job)
{
	bool done;

	if (!job)
		return true;
	pthread_mutex_lock(&lock);
	done = job->done;
	job->left = true;
	stuck += !done;
	pthread_mutex_unlock(&lock);
	if (done)
		job_free(job);
	return done;
}

bool rule_jobs_stuck(void)
{
	bool any;

	pthread_mutex_lock(&lock);
	any = stuck != 0;
	pthread_mutex_unlock(&lock);
	return any;
}
