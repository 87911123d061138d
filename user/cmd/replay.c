// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail replay: a capture to records, by any user, anywhere, with the same text as when it was made. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/cmd/commands.h"
#include "user/log.h"
#include "user/record/record.h"
#include "user/sink/sink.h"

static struct replay_opts {
	const char *output;
	struct atr_record_opts record;
} replay_opts;

static const char *set_output(void *dest, const char *arg)
{
	((struct replay_opts *)dest)->output = arg;
	return NULL;
}

static const char *set_format(void *dest, const char *arg)
{
	return format_parse(arg, &((struct replay_opts *)dest)->record.format);
}

static const struct opt opts[] = {
	{ 'o', "output", "FILE", "append records to FILE instead of standard output", set_output },
	{ 'f', "format", "FORMAT", "raw (default), enriched, or text: a line an event for people",
	  set_format },
	{},
};

/* Reads exactly len bytes: 1, 0 at the end of the file, -ENODATA in the middle, or -errno. */
static int read_all(int fd, void *data, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = read(fd, (char *)data + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return done ? -ENODATA : 0;
		done += n;
	}
	return 1;
}

static int replay_event(struct recorder *recorder, struct sink *sink, const void *data, size_t size)
{
	struct atr_view view;
	const char *text;
	size_t len = 0;
	int err;

	err = event_view(data, size, &view);
	if (!err)
		err = recorder__feed(recorder, &view, &text, &len);
	if (!err && len)
		err = sink__write(sink, text, len);
	return err;
}

/* What waits for a line to end. */
static int replay_end(struct recorder *recorder, struct sink *sink)
{
	const char *text;
	size_t len;
	int err;

	do {
		err = recorder__end(recorder, &text, &len);
		if (!err && len)
			err = sink__write(sink, text, len);
	} while (!err && len);
	return err;
}

static const char *explain(int err)
{
	switch (err) {
	case -EPROTO:
		return "it is of another version of autrail";
	case -ENOMSG:
		return "it is of a kind that this version does not know";
	case -EBADMSG:
		return "it is damaged, or this is not a capture";
	case -ENODATA:
		return "some of it is missing";
	default:
		return strerror(-err);
	}
}

/* Events one by one; one that is bad but whole is told and left out. Returns the exit code. */
static int replay_file(const char *path, int fd, struct recorder *recorder, struct sink *sink)
{
	static __u64 buffer[65536 / 8];
	struct atr_hdr *hdr = (void *)buffer;
	unsigned long long at = 0, number = 0, bad = 0;
	int err;

	for (;; at += hdr->size, number++) {
		err = read_all(fd, hdr, sizeof(*hdr));
		if (!err)
			break;
		if (err > 0 && (hdr->size < sizeof(*hdr) || hdr->size > sizeof(buffer)))
			err = -EBADMSG;
		else if (err > 0 && hdr->size > sizeof(*hdr))
			err = read_all(fd, hdr + 1, hdr->size - sizeof(*hdr));
		if (err < 0 || !err) {
			log_error("%s: event %llu at byte %llu: %s; what follows cannot be read",
				  path, number, at, explain(err ? err : -ENODATA));
			return ATR_EXIT_RUNTIME;
		}
		err = replay_event(recorder, sink, hdr, hdr->size);
		if (err == -EPIPE)
			return ATR_EXIT_OK;
		if (err) {
			log_error("%s: event %llu at byte %llu: %s; it is left out", path, number,
				  at, explain(err));
			bad++;
		}
	}
	return bad ? ATR_EXIT_RUNTIME : ATR_EXIT_OK;
}

static int replay_run(void *dest, int argc, char **argv)
{
	struct replay_opts *o = dest;
	struct recorder *recorder = NULL;
	struct sink *sink = NULL;
	int fd, err, code = ATR_EXIT_RUNTIME;

	signal(SIGPIPE, SIG_IGN);
	fd = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		log_error("cannot open the capture %s: %s", argv[0], strerror(errno));
		return code;
	}
	err = sink__open(o->output, &sink);
	if (err) {
		log_error("cannot open %s for the records: %s", o->output, strerror(-err));
		goto out;
	}
	o->record.colour = !o->output && isatty(STDOUT_FILENO);
	o->record.first_serial = 1;
	recorder = recorder__new(&o->record);
	if (!recorder) {
		log_error("cannot start: %s", strerror(errno));
		goto out;
	}
	code = replay_file(argv[0], fd, recorder, sink);
	err = replay_end(recorder, sink);
	if (err && err != -EPIPE) {
		log_error("the records cannot be written: %s", strerror(-err));
		code = ATR_EXIT_RUNTIME;
	}
out:
	recorder__free(recorder);
	sink__free(sink);
	close(fd);
	return code;
}

const struct command atr_command_replay = {
	.name = "replay",
	.args = "FILE",
	.summary = "write the records of a capture (autrail trace --capture FILE); needs no root",
	.opts = opts,
	.operands = 1,
	.run = replay_run,
	.dest = &replay_opts,
};
