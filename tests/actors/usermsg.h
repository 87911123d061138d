/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_USERMSG_H
#define ATR_USERMSG_H

#include <errno.h>
#include <libaudit.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { USERMSG_ROOM = 65536 };

struct usermsg {
	int fd;
	unsigned seq;
	union {
		struct nlmsghdr buf[1];
		char room[USERMSG_ROOM];
	};
};

int usermsg_open(struct usermsg *um);

/* Puts a message at a place in the buffer; what comes behind it goes where this returns. */
struct nlmsghdr *usermsg_put(struct usermsg *um, struct nlmsghdr *at, unsigned type,
			     const void *text, size_t len);

int usermsg_answer(struct usermsg *um, long sent);
void usermsg_tell(struct usermsg *um, const char *name, unsigned type, size_t len, int err);

/* One message by one call, with the kernel's answer on stdout. */
void usermsg_send(struct usermsg *um, const char *name, unsigned type, const void *text,
		  size_t len);

void usermsg_types(struct usermsg *um);
void usermsg_texts(struct usermsg *um);
void usermsg_lengths(struct usermsg *um);
void usermsg_framing(struct usermsg *um);
void usermsg_limits(struct usermsg *um);
void usermsg_calls(struct usermsg *um);
void usermsg_libaudit(struct usermsg *um);
void usermsg_tasks(struct usermsg *um);

#endif
