// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/sink/log_journal.h"

#define MAGIC 0x32676f6c72746100ULL

/*
 * In the file; who reads it is the program that wrote it, or a newer one. Of the two tags one is that of the
 * last event in the log, the other one of what is being written. What changes with an event is one number,
 * so that a SIGKILL finds it before or after.
 */
enum {
	STATE_LAST = 1 << 0, /* which tag is that of the last event */
	STATE_WRITING = 1 << 1,
};

struct page {
	unsigned long long magic;
	unsigned long long state;
	unsigned long long ino;
	unsigned long long begin;
	unsigned long long len;
	struct log_tag tags[2];
};

struct log_journal {
	struct page *page;
};

/* The order counts for whoever reads it after a SIGKILL, between any two instructions. */
static void set(unsigned long long *field, unsigned long long value)
{
	__atomic_store_n(field, value, __ATOMIC_RELEASE);
}

static int map(const char *path, struct page **ret)
{
	int fd, err;
	struct stat st;
	void *page = MAP_FAILED;

	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	/* Allocated now: a store to a page that there is no room for would be a SIGBUS. */
	if (!err)
		err = -posix_fallocate(fd, 0, sizeof(struct page));
	if (!err) {
		page = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		err = page == MAP_FAILED ? -errno : 0;
	}
	close(fd);
	if (!err)
		*ret = page;
	return err;
}

int log_journal__open(const char *path, struct log_journal **ret)
{
	struct log_journal *journal = calloc(1, sizeof(*journal));
	int err;

	if (!journal)
		return -ENOMEM;
	err = map(path, &journal->page);
	if (err || !journal->page) {
		free(journal);
		return err;
	}
	if (journal->page->magic != MAGIC) {
		memset(journal->page, 0, sizeof(*journal->page));
		set(&journal->page->magic, MAGIC);
	}
	*ret = journal;
	return 0;
}

void log_journal__free(struct log_journal *journal)
{
	if (!journal)
		return;
	munmap(journal->page, sizeof(*journal->page));
	free(journal);
}

void log_journal__begin(struct log_journal *journal, const ino_t *ino, off_t begin, size_t len,
			const struct log_tag *tag)
{
	struct page *page = journal ? journal->page : NULL;

	if (!page)
		return;
	page->tags[!(page->state & STATE_LAST)] = *tag;
	set(&page->ino, *ino);
	set(&page->begin, begin);
	set(&page->len, len);
	set(&page->state, page->state | STATE_WRITING);
}

/* What was being written is in the log. */
static void done(struct page *page)
{
	set(&page->state, ~page->state & STATE_LAST);
}

void log_journal__end(struct log_journal *journal)
{
	if (journal)
		done(journal->page);
}

void log_journal__undone(struct log_journal *journal)
{
	if (journal)
		set(&journal->page->state, journal->page->state & STATE_LAST);
}

off_t log_journal__mend(struct log_journal *journal, int fd, ino_t ino, off_t size)
{
	struct page *page = journal->page;
	off_t begin = page->begin, rest = 0;

	if (page->state & STATE_WRITING && page->ino == ino) {
		if (size >= begin + (off_t)page->len) {
			done(page);
			return 0;
		}
		if (size > begin) {
			if (ftruncate(fd, begin))
				return -errno;
			rest = size - begin;
		}
	}
	log_journal__undone(journal);
	return rest;
}

void log_journal__tag(const struct log_journal *journal, struct log_tag *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (journal)
		*ret = journal->page->tags[journal->page->state & STATE_LAST];
}
