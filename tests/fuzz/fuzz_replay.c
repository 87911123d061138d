// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stream of events through the whole recorder, in every format. Whatever the bytes: each line
 * begins as a record does and fits a reader's buffer, and no byte in it acts on a terminal.
 */
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "user/record/record.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { LINE_MAX_BYTES = 8969, NEEDS = 4 };

static void fail(const char *what, const char *line, size_t len)
{
	fprintf(stderr, "%s: %.*s\n", what, (int)(len < 400 ? len : 400), line);
	abort();
}

static void check_record(const char *line, size_t len)
{
	bool label = false, message = false;
	unsigned int parts = 0;
	size_t i;

	if (len < 10 || memcmp(line, "type=", 5) || !memmem(line, len, " msg=audit(", 11))
		fail("not a record", line, len);
	if (len > LINE_MAX_BYTES)
		fail("too long", line, len);
	for (i = 0; i < len; i++) {
		unsigned char c = line[i];

		/*
		 * The kernel prints labels as they are, and some have letters of all languages. What a
		 * program tells is its own, but for what ends a line, or the kernel's part of it.
		 */
		label |= len - i > 5 &&
			 (!memcmp(line + i, " subj", 5) || !memcmp(line + i, " obj=", 5));
		message |= len - i > 6 && !memcmp(line + i, " msg='", 6);
		parts += c == 0x1d;
		if (parts > 1 ||
		    (!message && ((c < 0x20 && c != 0x1d) || c == 0x7f || (c > 0x7f && !label))))
			fail("a byte that cannot stand in a record", line, len);
	}
}

static void check_text(const char *line, size_t len)
{
	size_t i;

	if (len < 12 || line[2] != ':' || line[5] != ':' || line[8] != '.')
		fail("no time", line, len);
	for (i = 0; i < len; i++) {
		unsigned char c = line[i];

		/* C1 control characters, as UTF-8 has them. */
		if (c < 0x20 || c == 0x7f || (c == 0xc2 && (unsigned char)line[i + 1] < 0xa0))
			fail("a control character", line, len);
	}
}

static void check(enum atr_format format, const char *text, size_t len)
{
	const char *end, *newline;

	if (!len)
		return;
	for (end = text + len; text < end; text = newline + 1) {
		newline = memchr(text, '\n', end - text);
		if (!newline)
			fail("no newline at the end", text, end - text);
		if (format == ATR_FORMAT_TEXT)
			check_text(text, newline - text);
		else
			check_record(text, newline - text);
	}
}

/* The next event of the stream, in memory of its own; NULL at the end. */
static void *next_event(const unsigned char **data, size_t *size)
{
	struct atr_hdr hdr;
	size_t n = *size & ~7UL;
	struct atr_hdr *copy;

	if (*size < sizeof(hdr))
		return NULL;
	memcpy(&hdr, *data, sizeof(hdr));
	/* As it says; else all the rest is one event. */
	if (hdr.size >= sizeof(hdr) && hdr.size <= n && hdr.size % 8 == 0)
		n = hdr.size;
	copy = malloc(n);
	if (!copy)
		return NULL;
	memcpy(copy, *data, n);
	copy->size = n;
	copy->abi = ATR_ABI;
	*data += n;
	*size -= n;
	return copy;
}

static void replay(enum atr_format format, const unsigned char *data, size_t size)
{
	struct atr_record_opts opts = { .format = format, .first_serial = 1, .eoe = true };
	struct recorder *r = recorder__new(&opts);
	static struct atr_need needs[NEEDS];
	struct atr_view view;
	const char *text;
	size_t len;
	void *event;
	int n;

	while (r && (event = next_event(&data, &size))) {
		if (!event_view(event, ((struct atr_hdr *)event)->size, &view)) {
			n = recorder__needs(r, &view, needs, NEEDS);
			while (n-- > 0)
				if (!memchr(needs[n].path, '\0', sizeof(needs[n].path)))
					fail("a path without an end", needs[n].path, 64);
			if (!recorder__feed(r, &view, &text, &len))
				check(format, text, len);
		}
		free(event);
	}
	recorder__free(r);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	replay(ATR_FORMAT_RAW, data, size);
	replay(ATR_FORMAT_ENRICHED, data, size);
	replay(ATR_FORMAT_TEXT, data, size);
	return 0;
}
