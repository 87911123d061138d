/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What usermsg sends: types, texts, lengths.
 */
#include "tests/actors/usermsg.h"

#include <string.h>

#define ORDINARY \
	"op=login acct=\"ann\" exe=\"/bin/login\" hostname=? addr=? terminal=pts/0 res=success"

void usermsg_types(struct usermsg *um)
{
	static const unsigned ranges[][2] = {
		{ 1005, 1005 },
		{ 1100, 1138 },
		{ 2100, 2121 },
		{ 2200, 2215 },
		{ 2300, 2313 },
		{ 2400, 2409 },
		{ 2500, 2507 },
		/* Nobody has named these, and yet they are taken. */
		{ 1139, 1139 },
		{ 1198, 1199 },
		{ 2122, 2122 },
		{ 2199, 2199 },
		{ 2999, 2999 },
		/* These are not. LOGIN is not a program's to tell. */
		{ 999, 999 },
		{ 1004, 1004 },
		{ 1006, 1006 },
		{ 1020, 1020 },
		{ 1099, 1099 },
		{ 1200, 1201 },
		{ 1300, 1300 },
		{ 1701, 1701 },
		{ 2000, 2000 },
		{ 2050, 2050 },
		{ 2099, 2099 },
		{ 3000, 3000 },
		{ 65535, 65535 },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		for (unsigned type = ranges[i][0]; type <= ranges[i][1]; type++)
			usermsg_send(um, "type", type, ORDINARY, sizeof(ORDINARY));
}

#define TEXT(name, text)                     \
	{                                    \
		name, text, sizeof(text) - 1 \
	}

void usermsg_texts(struct usermsg *um)
{
	/* The NUL of the end is part of a text only where it is written. */
	static const struct {
		const char *name;
		const char *text;
		size_t len;
	} texts[] = {
		TEXT("ordinary", ORDINARY "\0"),
		TEXT("nothing", ""),
		TEXT("one-byte", "x"),
		TEXT("only-nul", "\0"),
		TEXT("two-nuls", "\0\0"),
		TEXT("one-letter", "x\0"),
		TEXT("no-nul", "op=no-nul res=success"),
		TEXT("nul-inside", "op=before\0after=1 res=success\0"),
		TEXT("nul-first", "\0op=after res=success\0"),
		TEXT("many-nuls", "op=padded res=success\0\0\0\0\0\0\0\0"),
		TEXT("newline", "op=a\nb res=success\0"),
		TEXT("newline-end", "op=a res=success\n\0"),
		TEXT("newlines-end", "op=a res=success\n\n\n\0"),
		TEXT("only-newline", "\n\0"),
		TEXT("return", "op=a\rb res=success\r\n\0"),
		TEXT("tab", "op=a\tb res=success\0"),
		TEXT("blanks", "  op=a   b   res=success  \0"),
		TEXT("control", "op=\x01\x02\x07\x08\x1b[31m\x7f res=success\0"),
		TEXT("single-quote", "op=it's res=success\0"),
		TEXT("double-quote", "op=a\"b acct=\"a\"b\" res=success\0"),
		TEXT("quote-end", "op=a res=success'\0"),
		TEXT("backslash", "op=a\\b\\n\\x27 res=success\0"),
		TEXT("percent", "op=%s%n%d%p%.*s res=success\0"),
		TEXT("utf-8", "op=\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7 res=success\0"),
		TEXT("not-utf-8", "op=\xff\xfe\xc3(\x80 res=success\0"),
		TEXT("separator", "op=a\x1dUID=\"root\" res=success\0"),
		TEXT("separator-end", "op=a res=success\x1d\0"),
		TEXT("tail",
		     "op=a res=success'\x1dUID=\"nobody\" AUID=\"nobody\" AUTRAIL=\"no\"\0"),
		TEXT("record",
		     "op=a res=success' type=USER_LOGIN msg=audit(1.000:1): pid=1 uid=0\0"),
		TEXT("record-line", "op=a res=success'\ntype=USER_LOGIN msg=audit(1.000:1): pid=1 "
				    "uid=0 auid=0 ses=1 msg='op=login id=0 res=success\0"),
		TEXT("fields",
		     "pid=1 uid=0 auid=0 ses=1 subj=x id=0 sauid=65534 gid=0 res=success\0"),
		TEXT("ids", "op=x id=4294967295 uid=0 auid=-1 old-auid=12345678901 res=success\0"),
		TEXT("empty-field", "op= acct= id= res=\0"),
		TEXT("message", "msg='op=inner res=failed'\0"),
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		usermsg_send(um, texts[i].name, AUDIT_USER_LOGIN, texts[i].text, texts[i].len);
	/* Its text is told in another way. */
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		usermsg_send(um, texts[i].name, AUDIT_USER_TTY, texts[i].text, texts[i].len);
}

void usermsg_lengths(struct usermsg *um)
{
	/* The kernel prints 8560 bytes, auditd takes 8970 in a line. */
	static const size_t lens[] = { 2,    3,	   100,	 1024, 4095, 4096, 4097, 8192,
				       8193, 8557, 8558, 8559, 8560, 8561, 8562, 8700,
				       8968, 8969, 8970, 8971, 9000, 16000 };
	static char text[16000];

	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		for (size_t at = 0; at < lens[i]; at++)
			text[at] = 'a' + at % 26;
		usermsg_send(um, "length-no-nul", AUDIT_TEST, text, lens[i]);
		text[lens[i] - 1] = '\0';
		usermsg_send(um, "length", AUDIT_TEST, text, lens[i]);
	}
}
