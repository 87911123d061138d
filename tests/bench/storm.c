/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A load to be measured under, and the clock that measures it.
 *
 *	storm exec N PROGRAM           N times vfork, exec, wait, one after the other
 *	storm getppid N                N system calls that no agent has a reason to touch
 *	storm open N PATH              N times open and close
 *	storm typed N                  N lines of 100 bytes, typed into a terminal and read from it
 *	storm flood N WORKERS PROGRAM  N execs by WORKERS processes at once, as fast as they go
 *
 * exec, getppid, open and typed print "MEAN MIN MEDIAN P99" in nanoseconds for one: the mean has in it what an
 * agent puts off and then makes all wait for, the others tell noise from cost. flood prints the
 * nanoseconds that all of it took. The program gets no environment, so that it costs the same for
 * every user.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCHES 200 /* a single getppid is shorter than reading the clock */

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static void fail(const char *what)
{
	fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* One CPU for the load: moving between them is the largest part of the noise. */
static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	/* A container may have other CPUs: then it goes where it may. */
	(void)sched_setaffinity(0, sizeof(set), &set);
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void print_samples(double *samples, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += samples[i];
	qsort(samples, n, sizeof(*samples), compare);
	printf("%.1f %.1f %.1f %.1f\n", sum / (double)n, samples[0], samples[n / 2],
	       samples[n - 1 - n / 100]);
}

static void exec_once(const char *program)
{
	char *const argv[] = { (char *)program, (char *)"an", (char *)"argument", NULL };
	char *const envp[] = { NULL };
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execve(program, argv, envp);
		_exit(127);
	}
	if (pid < 0)
		fail("vfork");
	if (waitpid(pid, &status, 0) != pid)
		fail("waitpid");
	if (status) {
		fprintf(stderr, "storm: %s: could not be executed\n", program);
		exit(1);
	}
}

static double *samples_new(size_t n)
{
	double *samples = calloc(n, sizeof(*samples));

	if (!samples)
		fail("memory");
	return samples;
}

static void storm_exec(size_t n, const char *program)
{
	double *samples = samples_new(n);

	pin();
	for (size_t i = 0; i < n; i++) {
		uint64_t start = now();

		exec_once(program);
		samples[i] = (double)(now() - start);
	}
	print_samples(samples, n);
	free(samples);
}

static void call_getppid(const char *path)
{
	syscall(SYS_getppid);
}

static void call_open(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		fail(path);
	close(fd);
}

static void storm_calls(size_t n, void (*call)(const char *), const char *path)
{
	double *samples = samples_new(BATCHES);
	size_t batch = n / BATCHES ? n / BATCHES : 1;

	pin();
	for (size_t i = 0; i < BATCHES; i++) {
		uint64_t start = now();

		for (size_t k = 0; k < batch; k++)
			call(path);
		samples[i] = (double)(now() - start) / (double)batch;
	}
	print_samples(samples, BATCHES);
	free(samples);
}

static struct {
	int master, slave;
} term;

static void term_open(void)
{
	term.master = posix_openpt(O_RDWR | O_NOCTTY);
	if (term.master < 0 || grantpt(term.master) || unlockpt(term.master))
		fail("/dev/ptmx");
	term.slave = open(ptsname(term.master), O_RDWR | O_NOCTTY);
	if (term.slave < 0)
		fail(ptsname(term.master));
}

/* With its echo, for what is typed without is not recorded; that has "\r\n" for the end. */
static void call_typed(const char *line)
{
	size_t len = strlen(line), echoed = 0;
	char buf[256];
	ssize_t n;

	if (write(term.master, line, len) != (ssize_t)len ||
	    read(term.slave, buf, sizeof(buf)) != (ssize_t)len)
		fail("terminal");
	for (; echoed < len + 1; echoed += (size_t)n) {
		n = read(term.master, buf, sizeof(buf));
		if (n <= 0)
			fail("terminal");
	}
}

static void storm_typed(size_t n)
{
	char line[101] = "";

	memset(line, 'x', sizeof(line) - 2);
	line[sizeof(line) - 2] = '\n';
	term_open();
	storm_calls(n, call_typed, line);
}

static void storm_flood(size_t n, size_t workers, const char *program)
{
	uint64_t start = now();
	int status, failed = 0;

	for (size_t w = 0; w < workers; w++) {
		/* The first ones take what does not divide. */
		size_t share = n / workers + (w < n % workers);
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid > 0)
			continue;
		for (size_t i = 0; i < share; i++)
			exec_once(program);
		_exit(0);
	}
	while (wait(&status) > 0)
		failed |= status;
	if (failed)
		exit(1);
	printf("%llu\n", (unsigned long long)(now() - start));
}

static size_t number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n == 0) {
		errno = EINVAL;
		fail(text);
	}
	return n;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "";

	if (!strcmp(mode, "exec") && argc == 4)
		storm_exec(number(argv[2]), argv[3]);
	else if (!strcmp(mode, "getppid") && argc == 3)
		storm_calls(number(argv[2]), call_getppid, NULL);
	else if (!strcmp(mode, "open") && argc == 4)
		storm_calls(number(argv[2]), call_open, argv[3]);
	else if (!strcmp(mode, "typed") && argc == 3)
		storm_typed(number(argv[2]));
	else if (!strcmp(mode, "flood") && argc == 5)
		storm_flood(number(argv[2]), number(argv[3]), argv[4]);
	else {
		fprintf(stderr, "usage: storm exec N PROGRAM | getppid N | open N PATH | "
				"typed N | flood N WORKERS PROGRAM\n");
		return 2;
	}
	return 0;
}
