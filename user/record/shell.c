/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/record/shell.h"

#include <string.h>

/* Characters beyond ASCII that are invisible, or turn the direction of text around. */
static const struct {
	__u32 from;
	__u32 to;
} unsafe[] = {
	{ 0x0080, 0x009f }, { 0x00ad, 0x00ad },	  { 0x034f, 0x034f },	{ 0x061c, 0x061c },
	{ 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },	  { 0x180b, 0x180f },	{ 0x2000, 0x200f },
	{ 0x2028, 0x202f }, { 0x205f, 0x206f },	  { 0x3000, 0x3000 },	{ 0x3164, 0x3164 },
	{ 0xd800, 0xf8ff }, { 0xfe00, 0xfe0f },	  { 0xfeff, 0xfeff },	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xffff }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0x1fffff },
};

/* Words that a shell does not take for the name of a command. */
static const char *const reserved[] = {
	"case",	    "coproc", "do", "done",   "elif", "else", "esac",  "fi",	"for",
	"function", "if",     "in", "select", "then", "time", "until", "while",
};

/*
 * Length of the well-formed and harmless UTF-8 character at p, 0 if it is neither. n bytes are
 * there, one at least. Overlong forms are none: what a byte below 0xc2 begins, and what least[] is
 * above.
 */
static unsigned int utf8_length(const unsigned char *p, size_t n)
{
	static const __u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2, i;
	__u32 c;

	if (p[0] < 0xc2 || p[0] > 0xf4 || n < len)
		return 0;
	c = p[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[len])
		return 0;
	for (i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (c >= unsafe[i].from && c <= unsafe[i].to)
			return 0;
	return len;
}

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("_@%+=:,./-", c));
}

/*
 * = in the first word would make it an assignment, and in front of any word zsh would look a
 * command up.
 */
static bool plain_word(const char *bytes, size_t n, bool first)
{
	unsigned int i;
	size_t at;

	if (!n || bytes[0] == '=')
		return false;
	for (at = 0; at < n; at++)
		if (!is_plain(bytes[at]) || (first && bytes[at] == '='))
			return false;
	for (i = 0; first && i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strlen(reserved[i]) == n && !memcmp(reserved[i], bytes, n))
			return false;
	return true;
}

static bool printable(const char *bytes, size_t n)
{
	const unsigned char *p = (const unsigned char *)bytes;
	unsigned int len;

	for (; n > 0; n -= len, p += len) {
		len = p[0] < 0x80 ? p[0] >= 0x20 && p[0] != 0x7f : utf8_length(p, n);
		if (!len)
			return false;
	}
	return true;
}

/* Nothing is special within: a quote ends it, stands escaped outside, and begins it again. */
static void single_quoted(struct text *t, const char *bytes, size_t n)
{
	const char *end = bytes + n, *quote;

	text_char(t, '\'');
	while ((quote = memchr(bytes, '\'', end - bytes))) {
		text_bytes(t, bytes, quote - bytes);
		text_lit(t, "'\\''");
		bytes = quote + 1;
	}
	text_bytes(t, bytes, end - bytes);
	text_char(t, '\'');
}

static void escaped_byte(struct text *t, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letters[] = "\tt\nn\rr\\\\''";
	const char *at;

	for (at = letters; *at; at += 2)
		if (*at == c)
			break;
	text_char(t, '\\');
	if (*at) {
		text_char(t, at[1]);
	} else {
		text_char(t, 'x');
		text_char(t, hex[c >> 4]);
		text_char(t, hex[c & 15]);
	}
}

/* $'…' of bash, zsh and ksh: the one form that can hold any byte. */
static void ansi_quoted(struct text *t, const char *bytes, size_t n)
{
	const unsigned char *p = (const unsigned char *)bytes;
	unsigned int len;

	text_lit(t, "$'");
	for (; n > 0; n -= len, p += len) {
		len = p[0] < 0x80 ? 1 : utf8_length(p, n);
		if (!len || (len == 1 && (p[0] < 0x20 || p[0] == 0x7f || strchr("\\'", p[0])))) {
			len = 1;
			escaped_byte(t, p[0]);
		} else {
			text_bytes(t, p, len);
		}
	}
	text_char(t, '\'');
}

void shell_word(struct text *t, const char *bytes, size_t n, bool first)
{
	if (plain_word(bytes, n, first))
		text_bytes(t, bytes, n);
	else if (printable(bytes, n))
		single_quoted(t, bytes, n);
	else
		ansi_quoted(t, bytes, n);
}
