/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loginuid CALL ID...: sets its login uid, by each call that a program can do it with.
 *
 *   write pwrite writev   by that
 *   compat                by write() of 32-bit programs, where this one can make it (else by its own)
 *   thread                by a thread that is not the first
 *
 * Exits with the errno of the last, 0 if it was let.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

typedef ssize_t write_fn(int fd, const char *text, size_t len);

static ssize_t by_write(int fd, const char *text, size_t len)
{
	return write(fd, text, len);
}

static ssize_t by_pwrite(int fd, const char *text, size_t len)
{
	return pwrite(fd, text, len, 0);
}

/* As C libraries do that have what is buffered in one piece and what is new in another. */
static ssize_t by_writev(int fd, const char *text, size_t len)
{
	struct iovec iov[] = { { (char *)text, len }, { (char *)text, 0 } };

	return writev(fd, iov, 2);
}

#ifdef __x86_64__
/* The kernel takes this for a 32-bit program's call, whoever makes it; its addresses have 32 bits. */
static ssize_t by_compat(int fd, const char *text, size_t len)
{
	void *low = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
			 -1, 0);
	const long high = 0x1234567800000000;
	long ret;

	if (low == MAP_FAILED)
		return -1;
	memcpy(low, text, len);
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(4), "b"(high | fd), "c"(high | (long)low), "d"(high | len), "S"(high)
			 : "memory", "r8", "r9", "r10", "r11");
	munmap(low, len);
	if (ret >= 0)
		return ret;
	errno = -ret;
	return -1;
}
#else
#define by_compat by_write
#endif

struct attempt {
	write_fn *by;
	const char *id;
	int err;
};

static void *attempt(void *arg)
{
	struct attempt *a = arg;
	/* Of the task: a thread has one of its own. */
	int fd = open("/proc/thread-self/loginuid", O_WRONLY | O_CLOEXEC);

	a->err = fd < 0 || a->by(fd, a->id, strlen(a->id)) < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	return NULL;
}

static const struct {
	const char *name;
	write_fn *by;
	int thread;
} calls[] = {
	{ "write", by_write, 0 },   { "pwrite", by_pwrite, 0 }, { "writev", by_writev, 0 },
	{ "compat", by_compat, 0 }, { "thread", by_write, 1 },
};

int main(int argc, char **argv)
{
	struct attempt a = { 0 };
	pthread_t thread;
	size_t i;

	for (i = 0; argc > 2 && i < sizeof(calls) / sizeof(*calls); i++) {
		if (strcmp(calls[i].name, argv[1]))
			continue;
		a.by = calls[i].by;
		for (char **id = argv + 2; *id; id++) {
			a.id = *id;
			if (!calls[i].thread)
				attempt(&a);
			else if (!pthread_create(&thread, NULL, attempt, &a))
				pthread_join(thread, NULL);
		}
		return a.err;
	}
	fputs("usage: loginuid write|pwrite|writev|compat|thread ID...\n", stderr);
	return 2;
}
