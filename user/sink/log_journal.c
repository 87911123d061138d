// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/sink/log_journal.h"

#define MAGIC 0x31676f6c72746100ULL

/* In the file; who reads it is the program that wrote it, or a newer one. */
struct page {
	unsigned long long magic;
	unsigned long long writing;
	unsigned long long ino;
	unsigned long long begin;
	unsigned long long len;
	unsigned long long tag;	 /* of what is being written */
	unsigned long long last; /* of what is written */
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
		set(&journal->page->writing, 0);
		set(&journal->page->last, 0);
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
			unsigned long long tag)
{
	if (!journal)
		return;
	set(&journal->page->ino, *ino);
	set(&journal->page->begin, begin);
	set(&journal->page->len, len);
	set(&journal->page->tag, tag);
	set(&journal->page->writing, 1);
}

void log_journal__end(struct log_journal *journal)
{
	if (!journal)
		return;
	/* Killed between the two it is found whole, and with the same tag. */
	set(&journal->page->last, journal->page->tag);
	set(&journal->page->writing, 0);
}

void log_journal__undone(struct log_journal *journal)
{
	if (journal)
		set(&journal->page->writing, 0);
}

off_t log_journal__mend(struct log_journal *journal, int fd, ino_t ino, off_t size)
{
	struct page *page = journal->page;
	off_t begin = page->begin, rest = 0;

	if (!page->writing || page->ino != ino)
		goto out;
	if (size >= begin + (off_t)page->len) {
		set(&page->last, page->tag);
	} else if (size > begin) {
		if (ftruncate(fd, begin))
			return -errno;
		rest = size - begin;
	}
out:
	set(&page->writing, 0);
	return rest;
}

unsigned long long log_journal__tag(const struct log_journal *journal)
{
	return journal ? journal->page->last : 0;
}
