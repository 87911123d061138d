/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events one behind the other, as in a capture, in memory and as text (NAME.ev). */
#ifndef ATR_TESTS_STREAM_H
#define ATR_TESTS_STREAM_H

#include <ctype.h>

#include "tests/unit/build.h"

struct stream {
	char *bytes;
	size_t len;
	size_t cap;
};

static inline void stream_bytes(struct stream *s, const void *bytes, size_t len)
{
	if (!len)
		return;
	if (s->len + len > s->cap) {
		s->cap = 2 * (s->len + len);
		s->bytes = realloc(s->bytes, s->cap);
		if (!s->bytes)
			abort();
	}
	memcpy(s->bytes + s->len, bytes, len);
	s->len += len;
}

static inline void stream_add(struct stream *s, const struct event *ev)
{
	stream_bytes(s, ev, ev->hdr.size);
}

static inline void stream_free(struct stream *s)
{
	free(s->bytes);
	memset(s, 0, sizeof(*s));
}

/*
 * Feeds all of it to a new recorder of this format; returns all text, which the caller frees, or
 * NULL if one event is refused.
 */
static inline char *stream_text(const struct stream *s, enum atr_format format, __u32 first_serial)
{
	struct atr_record_opts opts = { .format = format, .first_serial = first_serial };
	struct recorder *r = recorder__new(&opts);
	struct stream out = { 0 };
	struct atr_view view;
	const char *text;
	size_t at, len;
	int err = 0;

	for (at = 0; at < s->len; at += view.hdr->size) {
		err = event_view(s->bytes + at, ((struct atr_hdr *)(s->bytes + at))->size, &view);
		if (!err)
			err = recorder__feed(r, &view, &text, &len);
		if (err)
			break;
		stream_bytes(&out, text, len);
	}
	recorder__free(r);
	stream_bytes(&out, "", 1);
	if (!err)
		return out.bytes;
	printf("# event at byte %zu: %s\n", at, strerror(-err));
	free(out.bytes);
	return NULL;
}

/* The text of a file, NULL if there is none; the caller frees it. */
static inline char *file_read(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "r");
	struct stream s = { 0 };
	char buf[4096];
	size_t n;

	if (!f)
		return NULL;
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		stream_bytes(&s, buf, n);
	fclose(f);
	stream_bytes(&s, "", 1);
	*ret_len = s.len - 1;
	return s.bytes;
}

/* Hex digits in any lay-out; from '#' to the end of the line is comment. */
static inline int stream_load(struct stream *s, const char *path)
{
	size_t len, i;
	char *text = file_read(path, &len);
	unsigned int byte;
	char c;

	if (!text)
		return -1;
	for (i = 0; i < len; i++) {
		if (text[i] == '#')
			i += strcspn(text + i, "\n");
		if (!isxdigit(text[i]) || sscanf(text + i, "%2x", &byte) != 1)
			continue;
		c = byte;
		stream_bytes(s, &c, 1);
		i++;
	}
	free(text);
	return 0;
}

static inline int stream_save(const struct stream *s, const char *path)
{
	FILE *f = fopen(path, "w");
	size_t at, i, size;

	if (!f)
		return -1;
	for (at = 0; at < s->len; at += size) {
		const struct atr_hdr *hdr = (const struct atr_hdr *)(s->bytes + at);

		size = hdr->size;
		fprintf(f, "# %s, %zu bytes", kind_name(hdr->kind), size);
		for (i = 0; i < size; i++)
			fprintf(f, "%s%02x", i % 48 ? "" : "\n", (unsigned char)s->bytes[at + i]);
		fputs("\n\n", f);
	}
	return fclose(f);
}

static inline void stream_save_raw(const struct stream *s, const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	fwrite(s->bytes, 1, s->len, f);
	fclose(f);
}

#endif /* ATR_TESTS_STREAM_H */
