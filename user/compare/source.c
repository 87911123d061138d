// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/compare/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/log.h"

#define ROOM	  (1 << 18)
#define FILES_MAX 1000

/*
 * buffer[start..end) is read and not handed out yet. size grows by each file that is found, for the
 * share that is done.
 */
struct source {
	char **files; /* still to be read, the last one first */
	size_t nfiles;
	char *name; /* of the one that is read */
	int fd;	    /* -1: none is */
	char *buffer;
	size_t room, start, end;
	__u64 done, size;
	__u64 skipped; /* of a line that is too long */
	bool skipping;
};

/* --- which files ------------------------------------------------------------------------------ */

static int add_file(struct source *s, char *path)
{
	char **files = path ? realloc(s->files, (s->nfiles + 1) * sizeof(*files)) : NULL;
	struct stat st;

	if (!files) {
		free(path);
		log_error("cannot read logs: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	s->files = files;
	s->files[s->nfiles++] = path;
	if (!stat(path, &st) && S_ISREG(st.st_mode))
		s->size += st.st_size;
	return 0;
}

/* FILE, FILE.1, FILE.2, … as far as there are any without a gap. The first has to be there. */
static int add_rotated(struct source *s, const char *path)
{
	char *name;
	int i, err = add_file(s, strdup(path));

	for (i = 1; !err && i < FILES_MAX; i++) {
		if (asprintf(&name, "%s.%d", path, i) < 0)
			name = NULL;
		if (name && access(name, F_OK)) {
			free(name);
			break;
		}
		err = add_file(s, name);
	}
	return err;
}

static int add_files(struct source *s, const char *path, bool rotated)
{
	struct stat st;
	char *name;
	int err;

	if (!strcmp(path, "-"))
		return add_file(s, strdup(path));
	if (stat(path, &st)) {
		err = -errno;
		log_error("cannot open the log %s: %s", path, strerror(-err));
		return err;
	}
	if (!S_ISDIR(st.st_mode))
		return rotated ? add_rotated(s, path) : add_file(s, strdup(path));
	if (asprintf(&name, "%s/audit.log", path) < 0)
		return -ENOMEM;
	err = add_rotated(s, name);
	free(name);
	return err;
}

static int next_file(struct source *s)
{
	int err;

	if (!s->nfiles)
		return -ENOENT;
	free(s->name);
	s->name = s->files[--s->nfiles];
	s->fd = strcmp(s->name, "-") ? open(s->name, O_RDONLY | O_CLOEXEC) :
				       fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (s->fd >= 0) {
		posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
		return 0;
	}
	err = -errno;
	log_error("cannot open the log %s: %s", s->name, strerror(-err));
	return err;
}

int source__open(const char *path, bool rotated, struct source **ret)
{
	struct source *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		return err;
	s->fd = -1;
	s->room = ROOM;
	s->buffer = malloc(s->room);
	if (s->buffer)
		err = add_files(s, path, rotated);
	if (!err)
		err = next_file(s);
	if (err) {
		source__free(s);
		return err;
	}
	*ret = s;
	return 0;
}

void source__free(struct source *s)
{
	if (!s)
		return;
	while (s->nfiles)
		free(s->files[--s->nfiles]);
	free(s->files);
	free(s->name);
	free(s->buffer);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

__u64 source_done(const struct source *s)
{
	return s->done;
}

__u64 source_size(const struct source *s)
{
	return s->size;
}

/* --- lines ------------------------------------------------------------------------------------ */

/* More bytes behind those that are there: 1, 0 at the end of the file, -errno. */
static int fill(struct source *s)
{
	char *new;
	ssize_t n;
	int err;

	if (s->start) {
		memmove(s->buffer, s->buffer + s->start, s->end - s->start);
		s->end -= s->start;
		s->start = 0;
	}
	if (s->end == s->room) {
		new = realloc(s->buffer, s->room * 2);
		if (!new)
			return -ENOMEM;
		s->buffer = new;
		s->room *= 2;
	}
	do {
		n = read(s->fd, s->buffer + s->end, s->room - s->end);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		err = -errno;
		log_error("cannot read the log %s: %s; it is not compared", s->name,
			  strerror(-err));
		return err;
	}
	s->end += n;
	s->done += n;
	return n > 0;
}

/* The end of a line that is too long: what was kept of it is dropped. */
static bool skip(struct source *s, const char *newline)
{
	size_t len = (newline ? newline : s->buffer + s->end) - (s->buffer + s->start);

	s->skipped += len;
	s->start += len + (newline ? 1 : 0);
	return newline;
}

/* A rest without a newline is a line of its own, and not the beginning of the next file's. */
static int end_file(struct source *s, const char **ret_text, size_t *ret_len, bool *ret_cut)
{
	close(s->fd);
	s->fd = -1;
	if (s->skipping || s->end > s->start) {
		*ret_text = s->skipping ? NULL : s->buffer + s->start;
		*ret_len = s->skipping ? s->skipped : s->end - s->start;
		*ret_cut = true;
		s->start = s->end;
		s->skipping = false;
		return 1;
	}
	return 0;
}

/*
 * looked is how much of the rest has no newline, so each byte is searched once. A line beyond max
 * is thrown away as it comes: memory is for one line and a bufferful.
 */
int source__line(struct source *s, size_t max, const char **ret_text, size_t *ret_len,
		 bool *ret_cut)
{
	size_t looked = 0;
	char *newline;
	int err;

	*ret_cut = false;
	for (;;) {
		if (s->fd < 0 && !s->nfiles)
			return 0;
		if (s->fd < 0) {
			err = next_file(s);
			if (err)
				return err;
			looked = 0;
		}
		newline = memchr(s->buffer + s->start + looked, '\n', s->end - s->start - looked);
		if (s->skipping && skip(s, newline)) {
			*ret_text = NULL;
			*ret_len = s->skipped;
			s->skipping = false;
			return 1;
		}
		if (newline && !s->skipping)
			break;
		looked = s->end - s->start;
		if (looked > max && !s->skipping) {
			s->skipping = true;
			s->skipped = 0;
			skip(s, NULL);
			looked = 0;
		}
		err = fill(s);
		if (err < 0 || (!err && end_file(s, ret_text, ret_len, ret_cut)))
			return err < 0 ? err : 1;
	}
	*ret_text = s->buffer + s->start;
	*ret_len = newline - *ret_text;
	s->start += *ret_len + 1;
	if (*ret_len > max)
		*ret_text = NULL;
	return 1;
}
