// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/sink/log_file.h"

enum {
	TRIES = 4, /* at an event that somebody cuts out of the file as it is written */
	PIECE = 4096,
};

void log_file__close(struct log_file *file)
{
	/* A last try; the half event is told of as an error already. */
	if (file->fd >= 0 && file->cut >= 0 && !ftruncate(file->fd, file->cut))
		file->cut = -1;
	if (file->fd >= 0)
		close(file->fd);
	memset(file, 0, sizeof(*file));
	file->fd = -1;
	file->cut = -1;
}

/* Whether these bytes are at that place of the file. */
static bool holds(int fd, off_t at, const char *text, size_t len)
{
	char buf[PIECE];
	size_t piece;

	for (; len; len -= piece, text += piece, at += piece) {
		piece = len < sizeof(buf) ? len : sizeof(buf);
		if (pread(fd, buf, piece, at) != (ssize_t)piece || memcmp(buf, text, piece))
			return false;
	}
	return true;
}

static bool ends_line(int fd, off_t size)
{
	return !size || holds(fd, size - 1, "\n", 1);
}

static void note_size(struct log_file *file, off_t size)
{
	if (size < file->size)
		file->truncated++;
	else if (size > file->size)
		file->strangers = true;
	else
		return;
	file->size = size;
	file->broken_line = !ends_line(file->fd, size);
}

void log_file__look(struct log_file *file)
{
	struct stat st;

	if (file->fd >= 0 && file->cut < 0 && !fstat(file->fd, &st))
		note_size(file, st.st_size);
}

static int write_all(int fd, const char *text, size_t len)
{
	size_t done = 0;
	ssize_t n;

	/* More than once only to hear why the first one fell short. */
	while (done < len) {
		n = write(fd, text + done, len - done);
		if (n > 0)
			done += n;
		else if (!n)
			return -EIO;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* What an earlier failure or somebody else left there is brought in order first. */
static int settle(struct log_file *file)
{
	struct stat st;
	int err;

	if (file->cut >= 0) {
		if (fstat(file->fd, &st))
			return -errno;
		if (st.st_size > file->cut && ftruncate(file->fd, file->cut))
			return -errno;
		file->size = st.st_size < file->cut ? st.st_size : file->cut;
		file->cut = -1;
		file->broken_line = !ends_line(file->fd, file->size);
	}
	if (file->broken_line) {
		err = write_all(file->fd, "\n", 1);
		if (err)
			return err;
		file->size++;
		file->broken_line = false;
	}
	return 0;
}

/* Takes out again what is there of an event that begins here. */
static void undo(struct log_file *file, size_t len)
{
	struct stat st;

	if (fstat(file->fd, &st)) {
		file->cut = file->size;
		return;
	}
	if (st.st_size <= file->size)
		return note_size(file, st.st_size);
	/* Not if somebody has written behind it. */
	if (st.st_size - file->size > (off_t)len)
		return note_size(file, st.st_size);
	if (ftruncate(file->fd, file->size))
		file->cut = file->size;
}

/*
 * After a write the file should have grown by the event. If not somebody truncated it or wrote into
 * it, before or after: the event is looked for, and must begin a line. Returns 0, -ESTALE, or -EAGAIN
 * with nothing of it in the file.
 */
static int verify(struct log_file *file, const char *text, size_t len)
{
	const off_t begin = file->size;
	struct stat st;
	off_t at;

	if (fstat(file->fd, &st))
		return -errno;
	if (!st.st_nlink && !file->linkless)
		return -ESTALE;
	file->size = begin + (off_t)len;
	if (st.st_size == file->size)
		return 0;
	at = st.st_size - (off_t)len;
	if (st.st_size > file->size && holds(file->fd, begin, text, len))
		at = begin;
	note_size(file, st.st_size);
	if (at >= 0 && holds(file->fd, at, text, len) && ends_line(file->fd, at))
		return 0;
	/* Cut off somewhere in it, or behind half a line: it is taken out, and written again. */
	if (at >= 0 && holds(file->fd, at, text, len))
		file->cut = at;
	else if (st.st_size > begin && st.st_size < begin + (off_t)len)
		file->cut = begin;
	return -EAGAIN;
}

int log_file__append(struct log_file *file, struct log_journal *journal, const char *text,
		     size_t len, const struct log_tag *tag)
{
	int err = -EBADF, try;

	for (try = 0; try < TRIES && file->fd >= 0; try++) {
		err = settle(file);
		if (err)
			return err;
		log_journal__begin(journal, &file->ino, file->size, len, tag);
		err = write_all(file->fd, text, len);
		if (err)
			undo(file, len);
		else
			err = verify(file, text, len);
		if (err)
			log_journal__undone(journal);
		else
			log_journal__end(journal);
		if (err != -EAGAIN)
			return err;
	}
	return err;
}

/* Whether this may be written to: nobody could have made it lead, or be read, elsewhere. */
static bool sound(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1 &&
	       (!st->st_uid || st->st_uid == geteuid());
}

bool log_file__deleted(const struct log_file *file)
{
	struct stat st;

	return fstat(file->fd, &st) || (!st.st_nlink && !file->linkless);
}

enum log_fate log_file__fate(const struct log_file *file, const struct log_place *place)
{
	struct stat now, own;

	if (fstat(place->fd, &own) || stat(place->dir, &now) || now.st_dev != own.st_dev ||
	    now.st_ino != own.st_ino)
		return LOG_FATE_DIR;
	if (!fstatat(place->fd, place->name, &now, AT_SYMLINK_NOFOLLOW)) {
		if (file->fd < 0 || (now.st_dev == file->dev && now.st_ino == file->ino))
			return LOG_FATE_THERE;
		return sound(&now) ? LOG_FATE_REPLACED : LOG_FATE_ODD;
	}
	if (errno != ENOENT || file->fd < 0)
		return LOG_FATE_THERE;
	return log_file__deleted(file) ? LOG_FATE_DELETED : LOG_FATE_RENAMED;
}
