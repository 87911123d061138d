/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling the service manager how it goes, as sd_notify(3) does: a datagram to where it says. */
#ifndef ATR_CMD_NOTIFY_H
#define ATR_CMD_NOTIFY_H

struct notify {
	int fd;					/* -1: nobody wants to know */
	unsigned long long watchdog_ms, due_ms; /* 0: there is none */
};

/* By NOTIFY_SOCKET and WATCHDOG_USEC, which are taken out of the environment. */
void notify__open(struct notify *n);
void notify__close(struct notify *n);

/* "READY=1", lines of such. Nobody is waited for, and nothing depends on it. */
void notify__say(const struct notify *n, const char *text);

/* For a watchdog: that we are still there, twice as often as it asks for. */
void notify__tick(struct notify *n);

/* A configuration is read again: then say READY=1. */
void notify__reloading(const struct notify *n);

#endif /* ATR_CMD_NOTIFY_H */
