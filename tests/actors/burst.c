/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * burst [-w] [-k] [-c] COUNT PROGRAM: execs PROGRAM COUNT times, each in a process of its own.
 *
 *   -w  first say "ready PID" and wait for a line on stdin
 *   -k  kill each after a random moment: before, in or after its exec, which is made a long one
 *   -c  set the clock an hour ahead after a third of them, and right again after two thirds
 *
 * Prints how many execs were begun, as "calls N". Exit 77: the clock may not be set.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STEP_SECONDS = 3600, LONG_ARGS = 11, LONG_ARG = 120000, NOT_PERMITTED = 77 };

static char *long_args[LONG_ARGS + 1];

static int step_clock(time_t seconds)
{
	struct timespec now;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return -errno;
	now.tv_sec += seconds;
	return clock_settime(CLOCK_REALTIME, &now) < 0 ? -errno : 0;
}

static int make_long_args(void)
{
	for (int i = 0; i < LONG_ARGS; i++) {
		long_args[i] = malloc(LONG_ARG + 1);
		if (!long_args[i])
			return -ENOMEM;
		memset(long_args[i], 'k', LONG_ARG);
		long_args[i][LONG_ARG] = '\0';
	}
	return 0;
}

static int burst_one(const char *program, bool shoot)
{
	char *short_args[] = { (char *)program, NULL };
	char *envp[] = { NULL };
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		execve(program, shoot ? long_args : short_args, envp);
		_exit(1);
	}
	if (shoot) {
		/* An exec with these arguments takes about as long as the longest of these. */
		for (volatile int spin = rand() % 400000; spin > 0; spin--)
			;
		kill(pid, SIGKILL);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

static int burst(unsigned long count, const char *program, bool shoot, bool step)
{
	bool stepped = false;
	int err = 0;

	for (unsigned long i = 0; i < count && !err; i++) {
		if (step && i == count / 3) {
			err = step_clock(STEP_SECONDS);
			stepped = !err;
			/* What comes in the same tick as the step may bear either time. */
			usleep(50 * 1000);
		}
		if (stepped && i == count / 3 * 2) {
			err = step_clock(-STEP_SECONDS);
			stepped = false;
			usleep(50 * 1000);
		}
		if (!err)
			err = burst_one(program, shoot);
	}
	if (stepped)
		step_clock(-STEP_SECONDS);
	return err;
}

int main(int argc, char **argv)
{
	bool wait_first = false;
	bool shoot = false;
	bool step = false;
	unsigned long count;
	int opt;
	int err;

	while ((opt = getopt(argc, argv, "wkc")) != -1) {
		wait_first |= opt == 'w';
		shoot |= opt == 'k';
		step |= opt == 'c';
		if (opt == '?')
			return 2;
	}
	if (argc != optind + 2) {
		fputs("usage: burst [-w] [-k] [-c] COUNT PROGRAM\n", stderr);
		return 2;
	}
	count = strtoul(argv[optind], NULL, 10);
	if (make_long_args())
		return 1;
	if (wait_first) {
		printf("ready %d\n", getpid());
		fflush(stdout);
		while (getchar() != '\n' && !feof(stdin) && !ferror(stdin))
			;
	}
	/* The clock must not stay ahead: only the end of this program may end it. */
	if (step)
		for (int sig = 1; sig < 32; sig++)
			signal(sig, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	err = burst(count, argv[optind + 1], shoot, step);
	if (err)
		fprintf(stderr, "burst: %s\n", strerror(-err));
	printf("calls %lu\n", count);
	return err == -EPERM && step ? NOT_PERMITTED : err ? 1 : 0;
}
