// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <libaudit.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "user/load/hold_state.h"
#include "user/log.h"

/* What waits for us while we are busy; the kernel's default of 64 is less than one script makes. */
#define BACKLOG 8192
/* How often the guardian looks whether its parent has gone, and how long it waits in between. */
#define GUARD_LOOKS 1200
#define GUARD_US    50000

struct hold {
	struct hold_state state;
	int control;
	struct kaudit *reader;
	int guard; /* its end is the guardian's sign */
	pid_t guardian;
};

/* --- asking ----------------------------------------------------------------------------------- */

/* The next reply, or false when none comes any more. */
static bool reply_next(int fd, struct audit_reply *reply)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 2000) > 0 &&
	       audit_get_reply(fd, reply, GET_REPLY_NONBLOCKING, 0) > 0;
}

static int ask_status(int fd, struct audit_status *ret)
{
	struct audit_reply reply;
	int n = audit_request_status(fd);

	if (n < 0)
		return n;
	while (reply_next(fd, &reply)) {
		if (reply.type != AUDIT_GET)
			continue;
		*ret = *reply.status;
		return 0;
	}
	return -ETIMEDOUT;
}

static int ask_rules(int fd, struct hold_rules *ret)
{
	struct audit_reply reply;
	int err = audit_request_rules_list_data(fd);

	if (err < 0)
		return err;
	while (reply_next(fd, &reply)) {
		if (reply.type == NLMSG_DONE)
			return 0;
		if (reply.type != AUDIT_LIST_RULES)
			continue;
		err = hold_rules__add(ret, reply.ruledata);
		if (err)
			return err;
	}
	return -ETIMEDOUT;
}

/* --- changing --------------------------------------------------------------------------------- */

static int add_rules(int fd, const struct hold_rules *rules, bool may_exist)
{
	int err, first = 0;
	size_t i;

	for (i = 0; i < rules->n; i++) {
		err = audit_add_rule_data(fd, rules->of[i], rules->of[i]->flags,
					  rules->of[i]->action);
		if (err < 0 && !(may_exist && err == -EEXIST) && !first)
			first = err;
	}
	return first;
}

static int delete_rules(int fd, const struct hold_rules *rules)
{
	int err, first = 0;
	size_t i;

	for (i = 0; i < rules->n; i++) {
		err = audit_delete_rule_data(fd, rules->of[i], rules->of[i]->flags,
					     rules->of[i]->action);
		if (err < 0 && err != -ENOENT && !first)
			first = err;
	}
	return first;
}

/* Numbers that are still what we have made of them are made what they were. */
static int put_back_numbers(int fd, const struct hold_state *state)
{
	const struct audit_status *was = &state->was, *set = &state->set;
	struct audit_status is;
	int err = ask_status(fd, &is);

	if (err)
		return err;
	if (is.enabled == set->enabled && was->enabled != is.enabled)
		err = audit_set_enabled(fd, was->enabled);
	if (err >= 0 && is.failure == set->failure && was->failure != is.failure)
		err = audit_set_failure(fd, was->failure);
	if (err >= 0 && is.rate_limit == set->rate_limit && was->rate_limit != is.rate_limit)
		err = audit_set_rate_limit(fd, was->rate_limit);
	if (err >= 0 && is.backlog_limit == set->backlog_limit &&
	    was->backlog_limit != is.backlog_limit)
		err = audit_set_backlog_limit(fd, was->backlog_limit);
	return err < 0 ? err : 0;
}

/* As it was: what is wrong is told, and the rest is put back all the same. */
static int put_back(int fd, const struct hold_state *state)
{
	int rules = delete_rules(fd, &state->ours), saved, numbers;

	saved = add_rules(fd, &state->saved, true);
	numbers = put_back_numbers(fd, state);
	if (rules)
		log_error("kernel audit: rules of ours cannot be taken out: %s", strerror(-rules));
	if (saved)
		log_error("kernel audit: its rules cannot be put back: %s; they are in %s",
			  strerror(-saved), HOLD_FILE);
	if (numbers)
		log_error("kernel audit: its settings cannot be put back: %s", strerror(-numbers));
	return rules ? rules : saved ? saved : numbers;
}

int hold__mend(void)
{
	struct hold_state state = { 0 };
	int err = hold_state__load(&state), fd;

	if (err == -ENOENT)
		return 0;
	if (err) {
		log_error(
			"cannot read how kernel audit was from %s: %s; look at it with auditctl -s "
			"and -l, then remove the file",
			HOLD_FILE, strerror(-err));
		return err;
	}
	err = hold_state_runs(&state) ? -EBUSY : 0;
	if (!err) {
		fd = audit_open();
		err = fd < 0 ? -errno : put_back(fd, &state);
		if (fd >= 0)
			audit_close(fd);
		else
			log_error("cannot reach kernel audit: %s", strerror(-err));
		if (!err)
			err = unlink(HOLD_FILE) ? -errno : 1;
	}
	hold_state__free(&state);
	return err;
}

/* --- the guardian ----------------------------------------------------------------------------- */

/*
 * Waits for the end of its parent, whatever has brought it about, and mends unless that has done so itself. The
 * pipe ends while a parent that was killed is still on its way out, which takes a while: so it looks again.
 */
static void guard(int fd)
{
	int looks = GUARD_LOOKS;
	sigset_t all;
	char done;

	setsid();
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	prctl(PR_SET_NAME, "autrail-guard");
	if (read(fd, &done, 1) <= 0) {
		while (hold__mend() == -EBUSY && --looks)
			usleep(GUARD_US);
	}
	_exit(0);
}

static int guardian_start(struct hold *h)
{
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	h->guardian = fork();
	if (!h->guardian) {
		close(fds[1]);
		guard(fds[0]);
	}
	err = h->guardian < 0 ? -errno : 0;
	close(fds[0]);
	if (err)
		close(fds[1]);
	else
		h->guard = fds[1];
	return err;
}

static void guardian_end(struct hold *h)
{
	if (h->guard < 0)
		return;
	if (write(h->guard, "", 1) < 0)
		log_warn("the process that guards kernel audit has ended before its time");
	close(h->guard);
	waitpid(h->guardian, NULL, 0);
	h->guard = -1;
}

/* --- taking over ------------------------------------------------------------------------------ */

static int own_rules(const struct ruleset *rules, struct hold_rules *ret)
{
	size_t i;
	int err = 0;

	for (i = 0; i < rules->n && !err; i++) {
		/* An extension of ours, which the kernel has no word for. */
		if (rules->rules[i].container) {
			log_warn("%s:%u: kernel audit knows no containers: it is without this rule",
				 rules->rules[i].file, rules->rules[i].line);
			continue;
		}
		rules->rules[i].data->flags = rules->rules[i].list |
					      (rules->rules[i].prepend ? AUDIT_FILTER_PREPEND : 0);
		rules->rules[i].data->action = rules->rules[i].action;
		err = hold_rules__add(ret, rules->rules[i].data);
	}
	return err;
}

/* What is there, and whether it may be touched. */
static int look(struct hold *h, const struct ruleset *rules)
{
	int err;

	h->control = audit_open();
	if (h->control < 0)
		return -errno;
	err = ask_status(h->control, &h->state.was);
	if (err)
		return err;
	/* A daemon that was killed is one until the next record is not taken. */
	if (h->state.was.pid && !(kill(h->state.was.pid, 0) && errno == ESRCH))
		return -EBUSY;
	if (h->state.was.enabled == 2)
		return -EPERM;
	err = ask_rules(h->control, &h->state.saved);
	if (err)
		return err;
	h->state.set = h->state.was;
	h->state.set.enabled = 1;
	h->state.set.failure = 1;
	h->state.set.rate_limit = 0;
	if (h->state.was.backlog_limit < BACKLOG)
		h->state.set.backlog_limit = BACKLOG;
	return own_rules(rules, &h->state.ours);
}

/* The socket from which the kernel is told a pid is where its records go. */
static int become_daemon(struct hold *h)
{
	int fd = audit_open(), err;

	if (fd < 0)
		return -errno;
	err = audit_set_pid(fd, getpid(), WAIT_NO);
	if (err < 0) {
		close(fd);
		return err;
	}
	err = kaudit__adopt(fd, &h->reader);
	if (err)
		close(fd);
	return err;
}

static int take_over(struct hold *h)
{
	const struct audit_status *set = &h->state.set;
	int err = become_daemon(h);

	if (!err)
		err = delete_rules(h->control, &h->state.saved);
	if (!err)
		err = audit_set_backlog_limit(h->control, set->backlog_limit);
	if (err >= 0)
		err = audit_set_failure(h->control, set->failure);
	if (err >= 0)
		err = audit_set_rate_limit(h->control, set->rate_limit);
	if (err >= 0)
		err = audit_set_enabled(h->control, set->enabled);
	if (err >= 0)
		err = add_rules(h->control, &h->state.ours, true);
	return err < 0 ? err : 0;
}

int hold__begin(const struct ruleset *rules, struct hold **ret)
{
	struct hold *h = calloc(1, sizeof(*h));
	bool stored = false;
	int err;

	if (!h)
		return -ENOMEM;
	h->guard = h->control = -1;
	err = look(h, rules);
	if (!err)
		err = hold_state__store(&h->state);
	stored = !err;
	if (!err)
		err = guardian_start(h);
	if (!err)
		err = take_over(h);
	if (!err) {
		*ret = h;
		return 0;
	}
	if (err != -EBUSY && err != -EPERM)
		log_error("cannot take kernel audit over: %s", strerror(-err));
	if (stored) {
		hold__end(h);
		return err;
	}
	if (h->control >= 0)
		audit_close(h->control);
	hold_state__free(&h->state);
	free(h);
	return err;
}

struct kaudit *hold_reader(struct hold *h)
{
	return h->reader;
}

void hold__release(struct hold *h)
{
	delete_rules(h->control, &h->state.ours);
}

int hold__end(struct hold *h)
{
	int err;

	if (!h)
		return 0;
	/* While it is us whom the records go to, nobody else is told of the changes. */
	err = put_back(h->control, &h->state);
	if (h->reader && audit_set_pid(kaudit__fd(h->reader), 0, WAIT_NO) < 0)
		log_warn("kernel audit still takes process %d for its daemon", (int)getpid());
	if (!err && unlink(HOLD_FILE))
		log_warn("cannot remove %s: %s", HOLD_FILE, strerror(errno));
	guardian_end(h);
	kaudit__free(h->reader);
	audit_close(h->control);
	hold_state__free(&h->state);
	free(h);
	return err;
}
