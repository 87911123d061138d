/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * usermsg [-w] [OPTION...] MODE...: sends messages to the audit system, as programs that report about
 * users do, and as others would.
 *
 *   types           one of every type of user record, and of numbers that are none
 *   texts           what may be in a text
 *   lengths         short ones and long ones
 *   framing         several messages in one call, in pieces, with wrong lengths
 *   calls           by each system call that writes to a socket
 *   libaudit        by each sender of libaudit
 *   tasks           by a thread, by a process that ends at once
 *   all             all of these
 *   limits          many messages in one call, one in many pieces
 *   burst=N         N of them, as fast as they go
 *
 *   -w              first say "ready PID" and wait for a line on stdin
 *   --no-cap        without CAP_AUDIT_WRITE; --late: with a socket from when it was there
 *   --nobody        as user 65534, with that capability
 *   --tty           with the audit of its terminal on: else nobody may send USER_TTY
 *   --userns, --pidns, --netns   in a new namespace (with --late: the socket is from outside)
 *
 * Prints for each: NAME, type, length of the text and what the kernel says to it, "ok" or an errno.
 */
#include "tests/actors/usermsg.h"

#include <getopt.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534 };

int usermsg_open(struct usermsg *um)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	/* The kernel answers within the call: what is not there then does not come. */
	um->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (um->fd < 0)
		return -errno;
	if (connect(um->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	return 0;
}

struct nlmsghdr *usermsg_put(struct usermsg *um, struct nlmsghdr *at, unsigned type,
			     const void *text, size_t len)
{
	memset(at, 0, NLMSG_HDRLEN);
	at->nlmsg_len = NLMSG_LENGTH(len);
	at->nlmsg_type = type;
	at->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	at->nlmsg_seq = ++um->seq;
	memcpy(NLMSG_DATA(at), text, len);
	memset((char *)NLMSG_DATA(at) + len, 0, NLMSG_ALIGN(len) - len);
	return (struct nlmsghdr *)((char *)at + NLMSG_ALIGN(at->nlmsg_len));
}

void usermsg_tell(struct usermsg *um, const char *name, unsigned type, size_t len, int err)
{
	printf("%s\t%u\t%zu\t%s\n", name, type, len, err ? strerrorname_np(-err) : "ok");
	fflush(stdout);
}

/* What the kernel says to the messages of one call: the first error, or 0. -ENOMSG: nothing. */
int usermsg_answer(struct usermsg *um, long sent)
{
	char buf[1024];
	int err = -ENOMSG;
	ssize_t n;

	if (sent < 0)
		return -errno;
	while ((n = recv(um->fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC)) > 0) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
		const struct nlmsgerr *reply = NLMSG_DATA(nlh);

		if (nlh->nlmsg_type != NLMSG_ERROR)
			continue;
		if (err == -ENOMSG || err == 0)
			err = reply->error;
	}
	return err;
}

void usermsg_send(struct usermsg *um, const char *name, unsigned type, const void *text, size_t len)
{
	struct nlmsghdr *end = usermsg_put(um, um->buf, type, text, len);
	size_t size = (char *)end - (char *)um->buf;

	usermsg_tell(um, name, type, len, usermsg_answer(um, send(um->fd, um->buf, size, 0)));
}

static int burst(struct usermsg *um, unsigned long count)
{
	char text[64];

	for (unsigned long i = 0; i < count; i++) {
		struct nlmsghdr *end;
		int len = snprintf(text, sizeof(text), "op=burst number=%lu of=%lu", i, count);

		end = usermsg_put(um, um->buf, AUDIT_TEST, text, len + 1);
		um->buf->nlmsg_flags = NLM_F_REQUEST;
		if (send(um->fd, um->buf, (char *)end - (char *)um->buf, 0) < 0)
			return -errno;
	}
	usermsg_tell(um, "burst", AUDIT_TEST, count, 0);
	return 0;
}

static const struct mode {
	const char *name;
	void (*run)(struct usermsg *um);
} modes[] = {
	{ "types", usermsg_types },	{ "texts", usermsg_texts },
	{ "lengths", usermsg_lengths }, { "framing", usermsg_framing },
	{ "calls", usermsg_calls },	{ "libaudit", usermsg_libaudit },
	{ "tasks", usermsg_tasks },
};

static int run_mode(struct usermsg *um, const char *name)
{
	bool all = !strcmp(name, "all");
	bool known = all;

	if (!strcmp(name, "limits")) {
		usermsg_limits(um);
		return 0;
	}
	if (!strncmp(name, "burst=", 6))
		return burst(um, strtoul(name + 6, NULL, 10));
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (!all && strcmp(modes[i].name, name))
			continue;
		modes[i].run(um);
		known = true;
	}
	return known ? 0 : -EINVAL;
}

/* --- who sends ------------------------------------------------------------------------------ */

static int keep_caps(const cap_value_t *keep, int count)
{
	cap_t caps = cap_init();
	int err = 0;

	if (count && (cap_set_flag(caps, CAP_PERMITTED, count, keep, CAP_SET) < 0 ||
		      cap_set_flag(caps, CAP_EFFECTIVE, count, keep, CAP_SET) < 0))
		err = -errno;
	if (!err && cap_set_proc(caps) < 0)
		err = -errno;
	cap_free(caps);
	return err;
}

static int become_nobody(void)
{
	static const cap_value_t keep[] = { CAP_AUDIT_WRITE };

	if (prctl(PR_SET_KEEPCAPS, 1) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return -errno;
	return keep_caps(keep, 1);
}

static int write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return -errno;
	fputs(text, out);
	return fclose(out) ? -errno : 0;
}

/* Root of its own user namespace, who is the one that it was outside. */
static int map_ids(unsigned uid, unsigned gid)
{
	char line[64];
	int err;

	snprintf(line, sizeof(line), "0 %u 1", uid);
	err = write_file("/proc/self/uid_map", line);
	if (!err)
		err = write_file("/proc/self/setgroups", "deny");
	snprintf(line, sizeof(line), "0 %u 1", gid);
	return err ? err : write_file("/proc/self/gid_map", line);
}

static int enter_spaces(int spaces)
{
	unsigned uid = geteuid();
	unsigned gid = getegid();

	if (unshare(spaces) < 0)
		return -errno;
	return spaces & CLONE_NEWUSER ? map_ids(uid, gid) : 0;
}

/* Of this process and its children, as pam_tty_audit does. */
static int audit_terminal(struct usermsg *um)
{
	static const struct audit_tty_status on = { .enabled = 1 };
	struct nlmsghdr *end = usermsg_put(um, um->buf, AUDIT_TTY_SET, &on, sizeof(on));

	return usermsg_answer(um, send(um->fd, um->buf, (char *)end - (char *)um->buf, 0));
}

struct options {
	bool wait_first, no_cap, nobody, late, tty;
	int spaces;
};

static int send_all(const struct options *opt, char **names)
{
	struct usermsg *um = calloc(1, sizeof(*um));
	int err = um ? 0 : -ENOMEM;

	if (!err && opt->late)
		err = usermsg_open(um);
	if (!err && opt->late && opt->spaces)
		err = enter_spaces(opt->spaces);
	if (!err && opt->no_cap)
		err = keep_caps(NULL, 0);
	if (!err && opt->nobody)
		err = become_nobody();
	if (!err && !opt->late)
		err = usermsg_open(um);
	if (!err && opt->tty)
		err = audit_terminal(um);
	for (; !err && *names; names++)
		err = run_mode(um, *names);
	if (err)
		fprintf(stderr, "usermsg: %s\n", strerror(-err));
	free(um);
	return err ? 1 : 0;
}

/* Who is to be in a pid namespace is the next process. */
static int send_inside(const struct options *opt, char **names)
{
	int err;
	int status;
	pid_t pid;

	if (!opt->late) {
		err = enter_spaces(opt->spaces);
		if (err) {
			fprintf(stderr, "usermsg: namespaces: %s\n", strerror(-err));
			return err == -EPERM || err == -EINVAL || err == -ENOSPC ? 77 : 1;
		}
	}
	pid = fork();
	if (pid < 0)
		return 1;
	if (pid == 0)
		_exit(send_all(opt, names));
	if (waitpid(pid, &status, 0) < 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{ "no-cap", no_argument, NULL, 'c' }, { "nobody", no_argument, NULL, 'n' },
		{ "late", no_argument, NULL, 'l' },   { "userns", no_argument, NULL, 'U' },
		{ "pidns", no_argument, NULL, 'P' },  { "netns", no_argument, NULL, 'N' },
		{ "tty", no_argument, NULL, 't' },    { NULL, 0, NULL, 0 },
	};
	struct options opt = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "w", long_options, NULL)) != -1) {
		opt.wait_first |= c == 'w';
		opt.no_cap |= c == 'c';
		opt.nobody |= c == 'n';
		opt.late |= c == 'l';
		opt.tty |= c == 't';
		opt.spaces |= c == 'U' ? CLONE_NEWUSER : c == 'P' ? CLONE_NEWPID : 0;
		opt.spaces |= c == 'N' ? CLONE_NEWNET : 0;
		if (c == '?')
			return 2;
	}
	if (optind == argc) {
		fputs("usage: usermsg [-w] [--no-cap] [--nobody] [--late] [--tty] [--userns] "
		      "[--pidns] [--netns] MODE...\n",
		      stderr);
		return 2;
	}
	if (opt.wait_first) {
		printf("ready %d\n", getpid());
		fflush(stdout);
		while (getchar() != '\n' && !feof(stdin) && !ferror(stdin))
			;
	}
	return opt.spaces ? send_inside(&opt, argv + optind) : send_all(&opt, argv + optind);
}
