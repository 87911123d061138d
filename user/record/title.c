/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/title.h"

#include <string.h>

#include "user/record/state.h"

/* The kernel's isprint() is that of Latin-1. */
static bool kernel_isprint(unsigned char c)
{
	return (c >= 0x20 && c <= 0x7e) || c >= 0xa0;
}

/*
 * audit_proctitle_rtrim(): the NUL behind the last argument goes, and what cannot be printed before
 * it.
 */
void title_write(struct text *t, const char *bytes, size_t n)
{
	if (n > ATR_TITLE_MAX)
		n = ATR_TITLE_MAX;
	while (n > 0 && !kernel_isprint(bytes[n - 1]))
		n--;
	/* In quotes: the kernel passes this text through the encoder like any other. */
	if (n)
		text_untrusted(t, bytes, n);
	else
		text_lit(t, "\"(null)\"");
}

void title_record(struct recorder *r, const char *bytes, size_t n)
{
	record_begin(r, "PROCTITLE");
	text_lit(&r->out, "proctitle=");
	title_write(&r->out, bytes, n);
	text_char(&r->out, '\n');
}

const char *title_old(const struct atr_view *view, const struct atr_str *title, size_t area,
		      size_t *ret_len)
{
	const char *bytes = event_str(view, title, ret_len);

	if (area && area < ATR_TITLE_MAX && area <= *ret_len && bytes[area - 1])
		*ret_len = strnlen(bytes, *ret_len);
	return bytes;
}
