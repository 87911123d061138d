// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose terminal input is recorded: what patterns decide, and what is said of bad ones. */
#include <errno.h>
#include <stdlib.h>

#include "tests/tap.h"
#include "user/conf/tty.h"

static const char *const verdicts[] = {
	[TTY_UNCHANGED] = "none",
	[TTY_ENABLE] = "enable",
	[TTY_DISABLE] = "disable",
};

/* tests/tty.cases: pam_tty_audit's own decisions. */
static void test_cases(void)
{
	FILE *file = fopen("tests/tty.cases", "r");
	char line[512], name[64], verdict[16], words[256];
	unsigned int uid, n = 0;

	while (file && fgets(line, sizeof(line), file)) {
		struct tty_patterns p = { 0 };
		struct tty_wrong wrong = { 0 };

		if (line[0] == '#')
			continue;
		if (!ok(sscanf(line, "%u %63s %15s %255[^\n]", &uid, name, verdict, words) == 4,
			"a case: %.200s", words))
			continue;
		ok(!tty_patterns_text(&p, words, &wrong), "taken%s%s", wrong.text[0] ? ": " : "",
		   wrong.text);
		is_str(verdicts[tty_patterns_decide(&p, name, uid)], verdict, "and decided so");
		tty_patterns_free(&p);
		n++;
	}
	ok(n >= 30, "%u cases", n);
	if (file)
		fclose(file);
}

static void test_words(void)
{
	struct tty_patterns p = { 0 };
	struct tty_wrong wrong;

	is_int(tty_patterns_decide(&p, "root", 0), TTY_UNCHANGED, "no words: nobody");
	is_int(tty_patterns_word(&p, "enable=root,5:9", &wrong), 0, "a word");
	is_int(tty_patterns_word(&p, "log_passwd", &wrong), 0, "another one");
	ok(p.log_passwd && !p.open_only && p.n == 2, "are kept");
	is_int(tty_patterns_text(&p, "  open_only\tdisable=:7 ", &wrong), 0, "and more of them");
	ok(p.open_only && p.n == 3, "too");
	is_int(tty_patterns_decide(&p, "x", 7), TTY_DISABLE, "the last one counts");
	is_int(tty_patterns_decide(&p, "", 8), TTY_ENABLE, "who has no name has a uid");
	is_int(tty_patterns_text(&p, "log_passwd disable=* enable=", &wrong), -EINVAL,
	       "one is bad");
	ok(p.open_only && p.n == 3, "and all are as they were");
	tty_patterns_free(&p);
	is_int(p.n, 0, "freed");
}

#define POSSIBLE " is not possible: enable=PATTERNS, disable=PATTERNS, open_only and log_passwd are"
#define MISSING                                                                               \
	"a pattern is missing here: the name of a user, which may have *, ? and [...], or a " \
	"range of uids"
#define NUMBER " is no number: a pattern with `:` is a range of uids"

static void test_wrong(void)
{
	static const struct {
		const char *text;
		size_t at;
		const char *what;
	} rows[] = {
		{ "", 0, "nobody is named: enable=PATTERNS does that" },
		{ "  ", 0, "nobody is named: enable=PATTERNS does that" },
		{ "root", 0, "`root`" POSSIBLE },
		{ "enable", 0, "`enable`" POSSIBLE },
		{ "Enable=root", 0, "`Enable=root`" POSSIBLE },
		{ "enable=root logpasswd", 12, "`logpasswd`" POSSIBLE },
		{ "log_passwd=yes", 0, "`log_passwd=yes`" POSSIBLE },
		{ "enable=", 7, MISSING },
		{ "disable=", 8, MISSING },
		{ "enable=a,", 9, MISSING },
		{ "enable=a,,b", 9, MISSING },
		{ "enable= root", 7, MISSING },
		{ "enable=:", 7, "`:` alone is no range of uids" },
		{ "enable=a,:", 9, "`:` alone is no range of uids" },
		{ "enable=a:5", 7, "`a`" NUMBER },
		{ "enable=5:b", 9, "`b`" NUMBER },
		{ "enable=root,10:2x", 16, "`2x`" NUMBER },
		{ "enable=-1:", 7, "`-1`" NUMBER },
		{ "enable=+1:", 7, "`+1`" NUMBER },
		{ "enable=1:2:3", 10, "`2:3`" NUMBER },
		{ "enable=[[:alpha:]]*", 7, "`[[`" NUMBER },
		{ "enable=9:3", 7, "`9:3`: no uid is from 9 to 3" },
		{ "enable=4294967296:", 7, "`4294967296` is larger than any uid" },
		{ "enable=0:99999999999999999999", 9,
		  "`99999999999999999999` is larger than any uid" },
	};
	struct tty_patterns p = { 0 };
	struct tty_wrong wrong;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		is_int(tty_patterns_text(&p, rows[i].text, &wrong), -EINVAL, "refused");
		is_str(wrong.text, rows[i].what, rows[i].text);
		is_int(wrong.at, rows[i].at, "at its place");
		ok(!p.n && !p.log_passwd, "and nothing is taken");
		tty_patterns_free(&p);
	}
}

int main(void)
{
	test_cases();
	test_words();
	test_wrong();
	return tap_done();
}
