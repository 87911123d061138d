/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How usermsg sends: calls, pieces, tasks, libaudit.
 */
#include "tests/actors/usermsg.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TYPE = AUDIT_TRUSTED_APP };

/* Sends what is in the buffer up to end. */
static void send_put(struct usermsg *um, const char *name, const struct nlmsghdr *end)
{
	size_t size = (const char *)end - (const char *)um->buf;

	usermsg_tell(um, name, TYPE, size, usermsg_answer(um, send(um->fd, um->buf, size, 0)));
}

static struct nlmsghdr *put_text(struct usermsg *um, struct nlmsghdr *at, const char *text)
{
	return usermsg_put(um, at, TYPE, text, strlen(text) + 1);
}

static void send_pieces(struct usermsg *um, const char *name, const size_t *lens, int count)
{
	const struct nlmsghdr *end = put_text(um, um->buf, "op=pieces of=one-message res=success");
	size_t size = (const char *)end - (const char *)um->buf;
	struct iovec iov[8];
	struct msghdr msg = { .msg_iov = iov };
	size_t at = 0;

	for (int i = 0; i < count; i++) {
		iov[i].iov_base = um->room + at;
		iov[i].iov_len = lens[i];
		at += lens[i];
	}
	iov[count].iov_base = um->room + at;
	iov[count].iov_len = size - at;
	msg.msg_iovlen = count + 1;
	usermsg_tell(um, name, TYPE, size, usermsg_answer(um, sendmsg(um->fd, &msg, 0)));
}

static void send_lengths_of_header(struct usermsg *um)
{
	static const int more[] = { 1, 4, 100, 70000, -1, -4, -1000 };
	struct nlmsghdr *end;
	char name[32];

	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++) {
		snprintf(name, sizeof(name), "header-says%+d", more[i]);
		end = put_text(um, um->buf, "op=header-lies res=success");
		um->buf->nlmsg_len += more[i];
		send_put(um, name, end);
	}
	end = put_text(um, um->buf, "op=header-alone res=success");
	um->buf->nlmsg_len = NLMSG_HDRLEN;
	send_put(um, "header-alone", end);
	end = put_text(um, um->buf, "op=header-none res=success");
	um->buf->nlmsg_len = 0;
	send_put(um, "header-none", end);
}

void usermsg_framing(struct usermsg *um)
{
	struct nlmsghdr *end;
	struct nlmsghdr *second;
	struct iovec iov[2];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	end = put_text(um, put_text(um, put_text(um, um->buf, "op=first"), "op=second"),
		       "op=third!");
	send_put(um, "three", end);
	second = put_text(um, um->buf, "op=before-refused");
	end = put_text(um, put_text(um, second, "op=refused"), "op=after-refused");
	second->nlmsg_type = 1200;
	send_put(um, "second-refused", end);
	/* Not asked for an answer, none comes. */
	end = put_text(um, um->buf, "op=no-answer res=success");
	um->buf->nlmsg_flags = NLM_F_REQUEST;
	send_put(um, "no-answer", end);
	end = put_text(um, um->buf, "op=no-request res=success");
	um->buf->nlmsg_flags = 0;
	send_put(um, "no-request", end);
	end = put_text(um, um->buf, "op=all-flags res=success");
	um->buf->nlmsg_flags = 0xffff;
	send_put(um, "all-flags", end);
	send_lengths_of_header(um);

	send_pieces(um, "header-and-text", (const size_t[]){ NLMSG_HDRLEN }, 1);
	send_pieces(um, "cut-in-text", (const size_t[]){ NLMSG_HDRLEN + 7 }, 1);
	send_pieces(um, "cut-in-header", (const size_t[]){ 4, 12, 5 }, 3);

	end = put_text(um, um->buf, "op=fault res=success");
	iov[0] = (struct iovec){ um->buf, NLMSG_HDRLEN };
	iov[1] = (struct iovec){ (void *)8, (char *)end - (char *)um->buf - NLMSG_HDRLEN };
	usermsg_tell(um, "fault", TYPE, 0, usermsg_answer(um, sendmsg(um->fd, &msg, 0)));
}

/* More than any program does. */
/* Which of them is under way shows only in the kernel. */
static void send_mmsg(struct usermsg *um)
{
	struct nlmsghdr *end = put_text(um, um->buf, "op=by-sendmmsg res=success");
	struct iovec iov = { um->buf, (char *)end - (char *)um->buf };
	struct mmsghdr many[2] = { 0 };

	many[0].msg_hdr = (struct msghdr){ .msg_iov = &iov, .msg_iovlen = 1 };
	many[1].msg_hdr = many[0].msg_hdr;
	usermsg_tell(um, "sendmmsg", TYPE, 0, usermsg_answer(um, sendmmsg(um->fd, many, 2, 0)));
}

void usermsg_limits(struct usermsg *um)
{
	struct nlmsghdr *end;

	end = um->buf;
	for (int i = 0; i < 100; i++) {
		char text[32];

		snprintf(text, sizeof(text), "op=of-a-hundred number=%d", i);
		end = put_text(um, end, text);
	}
	send_put(um, "hundred", end);
	send_pieces(um, "many-pieces", (const size_t[]){ 4, 3, 1, 8, 2, 0, 5 }, 7);
	send_mmsg(um);
}

void usermsg_calls(struct usermsg *um)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct nlmsghdr *end = put_text(um, um->buf, "op=by-call res=success");
	struct iovec iov = { um->buf, (char *)end - (char *)um->buf };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int copy = dup(um->fd);

	usermsg_tell(um, "send", TYPE, 0,
		     usermsg_answer(um, send(um->fd, um->buf, iov.iov_len, 0)));
	usermsg_tell(um, "sendto", TYPE, 0,
		     usermsg_answer(um, sendto(um->fd, um->buf, iov.iov_len, 0,
					       (struct sockaddr *)&addr, sizeof(addr))));
	msg.msg_name = &addr;
	msg.msg_namelen = sizeof(addr);
	usermsg_tell(um, "sendmsg", TYPE, 0, usermsg_answer(um, sendmsg(um->fd, &msg, 0)));
	usermsg_tell(um, "write", TYPE, 0, usermsg_answer(um, write(um->fd, um->buf, iov.iov_len)));
	usermsg_tell(um, "writev", TYPE, 0, usermsg_answer(um, writev(um->fd, &iov, 1)));
	usermsg_tell(um, "dup", TYPE, 0, usermsg_answer(um, send(copy, um->buf, iov.iov_len, 0)));
	close(copy);
	/* To whom else: not the kernel. */
	addr.nl_pid = getpid();
	usermsg_tell(um, "sendto-other", TYPE, 0,
		     usermsg_answer(um, sendto(um->fd, um->buf, iov.iov_len, MSG_DONTWAIT,
					       (struct sockaddr *)&addr, sizeof(addr))));
}

static void tell_libaudit(struct usermsg *um, const char *name, unsigned type, int ret)
{
	usermsg_tell(um, name, type, 0, ret > 0 ? 0 : ret < 0 ? ret : -ENOMSG);
}

/* What it sends whole, what is too much for it, and where it cannot send anything. */
static void libaudit_fails(struct usermsg *um, int fd)
{
	static char text[9000];
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const unsigned type = AUDIT_USER_LOGIN;

	memset(text, 'l', sizeof(text) - 1);
	tell_libaudit(um, "too-long", type,
		      audit_log_user_message(fd, type, text, NULL, NULL, "pts/3", 1));
	text[8000] = '\0';
	tell_libaudit(um, "long", type,
		      audit_log_user_message(fd, type, text, NULL, NULL, "pts/3", 1));
	tell_libaudit(um, "no-socket", type,
		      audit_log_user_message(null, type, "op=nowhere", NULL, NULL, "pts/3", 1));
	close(null);
}

void usermsg_libaudit(struct usermsg *um)
{
	int fd = audit_open();
	unsigned type;

	if (fd < 0)
		return usermsg_tell(um, "libaudit", 0, 0, fd);
	type = AUDIT_USER_LOGIN;
	tell_libaudit(um, "user", type,
		      audit_log_user_message(fd, type, "op=login id=0", "host.example", "1.2.3.4",
					     "pts/3", 1));
	tell_libaudit(um, "user-tty", type,
		      audit_log_user_message(fd, type, "op=login id=0", NULL, NULL, "pts/3", 0));
	tell_libaudit(um, "user-newline", type,
		      audit_log_user_message(fd, type, "op=a\nb id=0", NULL, NULL, NULL, 0));
	type = AUDIT_ADD_USER;
	tell_libaudit(um, "acct", type,
		      audit_log_acct_message(fd, type, NULL, "adding user", "a b", -1, NULL, NULL,
					     NULL, 1));
	tell_libaudit(um, "acct-id", type,
		      audit_log_acct_message(fd, type, NULL, "adding user", NULL, 65534, NULL, NULL,
					     NULL, 0));
	type = AUDIT_ADD_GROUP;
	tell_libaudit(um, "acct-group", type,
		      audit_log_acct_message(fd, type, NULL, "adding group", NULL, 4, NULL, NULL,
					     NULL, 1));
	type = AUDIT_USER_CMD;
	tell_libaudit(um, "command", type,
		      audit_log_user_command(fd, type, "ls -l \"/a b\"", "pts/0", 1));
	tell_libaudit(um, "command-one", type, audit_log_user_command(fd, type, "ls", NULL, 0));
	type = AUDIT_SERVICE_START;
	tell_libaudit(um, "comm", type,
		      audit_log_user_comm_message(fd, type, "unit=x", "a b", NULL, NULL, NULL, 1));
	type = AUDIT_USER_AVC;
	tell_libaudit(um, "avc", type,
		      audit_log_user_avc_message(fd, type, "avc:  denied  { x }", "h", NULL, NULL,
						 1000));
	type = AUDIT_ROLE_ASSIGN;
	tell_libaudit(um, "semanage", type,
		      audit_log_semanage_message(fd, type, NULL, "op", "ann", -1, "u", "r", "s0",
						 "", NULL, "s1", NULL, NULL, NULL, 1));
	libaudit_fails(um, fd);
	audit_close(fd);
}

static void *send_thread(void *arg)
{
	static const char text[] = "op=by-thread res=success";

	usermsg_send(arg, "thread", TYPE, text, sizeof(text));
	return NULL;
}

void usermsg_tasks(struct usermsg *um)
{
	struct nlmsghdr *end;
	pthread_t thread;
	pid_t pid;

	if (!pthread_create(&thread, NULL, send_thread, um))
		pthread_join(thread, NULL);
	end = put_text(um, um->buf, "op=last-words res=success");
	um->buf->nlmsg_flags = NLM_F_REQUEST;
	pid = fork();
	if (pid == 0) {
		send(um->fd, um->buf, (char *)end - (char *)um->buf, 0);
		_exit(0);
	}
	if (pid > 0 && waitpid(pid, NULL, 0) == pid)
		usermsg_tell(um, "last-words", TYPE, 0, 0);
}
