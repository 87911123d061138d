/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/title.h"

/* The kernel's isprint() is that of Latin-1. */
static bool kernel_isprint(unsigned char c)
{
	return (c >= 0x20 && c <= 0x7e) || c >= 0xa0;
}

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
