// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Readers of a terminal that shells are not:
 *
 *	typing readv      a line, by readv() into pieces of 3, 0 and 100 bytes
 *	typing thread     a line, by another thread
 *	typing small      a line, three bytes at a time
 *	typing keys N     N bytes without line editing and echo, one at a time: as readline asks for a password
 *	typing block N    N bytes so, as many at a time as there are
 *	typing inject     puts a byte into the terminal (TIOCSTI), if that is allowed, and reads a line
 *	typing rate N     reads for so many ms: how many bytes, and ns of CPU time, go to stdout
 *
 * Each says "ready" before it reads, and "done" at the end.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static struct termios was;

static void say(const char *text)
{
	printf("%s\n", text);
	fflush(stdout);
}

static void keys_begin(void)
{
	struct termios raw;

	tcgetattr(0, &was);
	raw = was;
	raw.c_lflag &= ~(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(0, TCSANOW, &raw);
	say("ready");
}

static ssize_t line(void)
{
	char buf[256];

	return read(0, buf, sizeof(buf));
}

static void *read_line(void *arg)
{
	return (void *)line();
}

static int by_readv(void)
{
	char a[3], b[1], c[100];
	struct iovec iov[] = { { a, sizeof(a) }, { b, 0 }, { c, sizeof(c) } };

	say("ready");
	return readv(0, iov, 3) > 0 ? 0 : 1;
}

static int by_thread(void)
{
	pthread_t thread;
	void *got;

	say("ready");
	if (pthread_create(&thread, NULL, read_line, NULL))
		return 1;
	pthread_join(thread, &got);
	return (ssize_t)got > 0 ? 0 : 1;
}

static int by_small(void)
{
	char buf[3];
	ssize_t n;

	say("ready");
	do
		n = read(0, buf, sizeof(buf));
	while (n > 0 && buf[n - 1] != '\n');
	return n > 0 ? 0 : 1;
}

static int by_keys(size_t n, size_t most)
{
	static char buf[65536];
	ssize_t got;

	keys_begin();
	for (; n; n -= got) {
		got = read(0, buf, most < n ? most : n);
		if (got <= 0)
			return 1;
	}
	tcsetattr(0, TCSANOW, &was);
	return 0;
}

static int by_injection(void)
{
	say("ready");
	if (ioctl(0, TIOCSTI, "\n")) {
		say(strerror(errno));
		return 0;
	}
	return line() > 0 ? 0 : 1;
}

static int by_rate(long ms)
{
	struct timespec now, end, cpu;
	char buf[4096];
	unsigned long long bytes = 0;
	ssize_t n;

	keys_begin();
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += ms / 1000;
	do {
		n = read(0, buf, sizeof(buf));
		bytes += n > 0 ? n : 0;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (n > 0 && now.tv_sec < end.tv_sec);
	tcsetattr(0, TCSANOW, &was);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	printf("%llu %lld\n", bytes, cpu.tv_sec * 1000000000LL + cpu.tv_nsec);
	return 0;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	long n = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
	int status = 2;

	if (!strcmp(how, "readv"))
		status = by_readv();
	else if (!strcmp(how, "thread"))
		status = by_thread();
	else if (!strcmp(how, "small"))
		status = by_small();
	else if (!strcmp(how, "keys"))
		status = by_keys(n, 1);
	else if (!strcmp(how, "block"))
		status = by_keys(n, sizeof(char[65536]));
	else if (!strcmp(how, "inject"))
		status = by_injection();
	else if (!strcmp(how, "rate"))
		status = by_rate(n);
	say(status == 2 ? "usage: typing readv|thread|small|keys|block|inject|rate [N]" : "done");
	return status;
}
