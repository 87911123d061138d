// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/kaudit.h"

#include <errno.h>
#include <libaudit.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpf/event.h"
#include "user/log.h"
#include "user/now.h"

/* So much may wait while we are busy with a storm of execs; the kernel takes what it allows of it. */
#define ROOM (8 << 20)

struct kaudit {
	int fd;
	union {
		struct nlmsghdr head;
		char bytes[NLMSG_HDRLEN + ATR_MESSAGE_MAX + 1024];
	} message;
	union {
		struct atr_kernel event;
		char bytes[sizeof(struct atr_kernel) + ATR_MESSAGE_MAX + 8];
	} out;
};

/* Beyond the limit of sysctl net.core.rmem_max it takes CAP_NET_ADMIN; what we get will do. */
static void make_room(int fd)
{
	const int room = ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
}

int kaudit__open(struct kaudit **ret)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1U << (AUDIT_NLGRP_READLOG - 1),
	};
	struct kaudit *k = calloc(1, sizeof(*k));
	int err;

	if (!k)
		return -ENOMEM;
	k->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
	if (k->fd < 0 || bind(k->fd, (struct sockaddr *)&address, sizeof(address))) {
		err = -errno;
		log_error("cannot listen to kernel audit: %s; %s", strerror(-err),
			  err == -EPERM ?
				  "that takes CAP_AUDIT_READ, in the initial user namespace" :
				  "this kernel has none, or it is off (audit=0): leave out "
				  "--kernel-audit");
		kaudit__free(k);
		return err;
	}
	make_room(k->fd);
	*ret = k;
	return 0;
}

int kaudit__adopt(int fd, struct kaudit **ret)
{
	struct kaudit *k = calloc(1, sizeof(*k));

	if (!k)
		return -ENOMEM;
	k->fd = fd;
	make_room(fd);
	*ret = k;
	return 0;
}

void kaudit__free(struct kaudit *k)
{
	if (!k)
		return;
	if (k->fd >= 0)
		close(k->fd);
	free(k);
}

int kaudit__fd(const struct kaudit *k)
{
	return k->fd;
}

static void event_make(struct kaudit *k, size_t len)
{
	struct atr_kernel *ev = &k->out.event;

	if (len > ATR_MESSAGE_MAX)
		len = ATR_MESSAGE_MAX;
	memset(ev, 0, sizeof(*ev));
	ev->hdr.kind = ATR_KIND_KERNEL;
	ev->hdr.abi = ATR_ABI;
	ev->hdr.time = boot_now();
	ev->type = k->message.head.nlmsg_type;
	ev->text.off = sizeof(*ev);
	ev->text.len = strnlen(NLMSG_DATA(&k->message.head), len);
	memcpy(ev + 1, NLMSG_DATA(&k->message.head), ev->text.len);
	memset(k->out.bytes + sizeof(*ev) + ev->text.len, 0, 8);
	ev->hdr.size = (sizeof(*ev) + ev->text.len + 8) & ~7U;
}

int kaudit__read(struct kaudit *k, kaudit_fn fn, void *ctx)
{
	struct sockaddr_nl from;
	socklen_t from_len;
	ssize_t n;
	int err = 0;

	while (!err) {
		from_len = sizeof(from);
		n = recvfrom(k->fd, k->message.bytes, sizeof(k->message.bytes), MSG_DONTWAIT,
			     (struct sockaddr *)&from, &from_len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		/* Only the kernel is believed; its length leaves the header out, see kauditd_send_multicast_skb(). */
		if (from_len != sizeof(from) || from.nl_pid || n < NLMSG_HDRLEN)
			continue;
		event_make(k, n - NLMSG_HDRLEN);
		err = fn(ctx, k->out.bytes, k->out.event.hdr.size);
	}
	return err;
}

static int forget(void *ctx, void *data, size_t size)
{
	return 0;
}

void kaudit__forget(struct kaudit *k)
{
	while (k && kaudit__read(k, forget, NULL) == -ENOBUFS)
		;
}

bool kaudit_writes(void)
{
	int fd = audit_open(), enabled = fd >= 0 ? audit_is_enabled(fd) : 0;

	if (fd >= 0)
		audit_close(fd);
	return enabled > 0;
}
