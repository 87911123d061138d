// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * plugin HOW FILE [N]: a plugin of a daemon, that
 *
 *	copy	copies its input to FILE, until that ends; FILE.signals has the signals that came
 *	slow	the same, 4 kB every N ms
 *	stuck	reads nothing, and ends by SIGKILL alone
 *	die	ends after N bytes, with status 3
 *	fail	ends at once
 *	tell	as copy; FILE.tell has what it was given: arguments, environment, descriptors, signals
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char note[4096];

static int open_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		exit(9);
	return fd;
}

static void caught(int signal)
{
	int fd = open(note, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	const char *text = signal == SIGHUP ? "HUP\n" : "TERM\n";

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(9);
	close(fd);
}

static int copy(const char *path, size_t max, unsigned int pause_ms)
{
	static char buf[65536];
	size_t size = pause_ms ? 4096 : sizeof(buf);
	int fd = open_file(path);
	ssize_t n;

	while (max) {
		n = read(STDIN_FILENO, buf, max < size ? max : size);
		if (n <= 0)
			return 0;
		if (write(fd, buf, n) != n)
			return 9;
		max -= n;
		usleep(pause_ms * 1000);
	}
	return 3;
}

static void tell(const char *path, char **argv)
{
	char line[64], name[4096], target[256];
	FILE *status = fopen("/proc/self/status", "re"), *out;
	struct dirent *entry;
	ssize_t n;
	DIR *dir;
	int fd;

	snprintf(name, sizeof(name), "%s.tell", path);
	out = fopen(name, "we");
	dir = opendir("/proc/self/fd");
	if (!out || !dir || !status)
		exit(9);
	for (; *argv; argv++)
		fprintf(out, "arg %s\n", *argv);
	for (argv = environ; argv && *argv; argv++)
		fprintf(out, "env %s\n", *argv);
	while ((entry = readdir(dir))) {
		fd = atoi(entry->d_name);
		n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (n <= 0 || fd == dirfd(dir) || fd == fileno(out) || fd == fileno(status))
			continue;
		target[n] = '\0';
		fprintf(out, "fd %d %.*s\n", fd, (int)strcspn(target, ":"), target);
	}
	while (fgets(line, sizeof(line), status))
		if (!strncmp(line, "SigBlk", 6) || !strncmp(line, "SigIgn", 6))
			fputs(line, out);
	closedir(dir);
	fclose(status);
	fclose(out);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "", *path = argc > 2 ? argv[2] : "";
	unsigned int n = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;

	if (!strcmp(how, "tell"))
		tell(path, argv);
	if (!strcmp(how, "fail"))
		return 1;
	if (!strcmp(how, "die"))
		return copy(path, n, 0);
	if (!strcmp(how, "stuck")) {
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		while (true)
			pause();
	}
	snprintf(note, sizeof(note), "%s.signals", path);
	signal(SIGHUP, caught);
	signal(SIGTERM, caught);
	return copy(path, -1, !strcmp(how, "slow") ? n : 0);
}
