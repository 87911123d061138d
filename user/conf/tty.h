/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose terminal input is recorded, in the words of pam_tty_audit(8): "disable=* enable=root,1000: log_passwd".
 *
 * Pure: words in, decisions out.
 */
#ifndef ATR_CONF_TTY_H
#define ATR_CONF_TTY_H

#include <stdbool.h>
#include <stddef.h>

enum tty_verdict {
	TTY_UNCHANGED, /* nothing matches: as it was */
	TTY_ENABLE,
	TTY_DISABLE,
};

struct tty_pattern {
	enum tty_verdict verdict;
	char *glob; /* of the user's name; NULL: a range of uids */
	unsigned int min, max;
};

/* All zero is a valid state: no words, nobody. */
struct tty_patterns {
	struct tty_pattern *items;
	size_t n;
	bool open_only;	 /* the end of a session does not end it */
	bool log_passwd; /* what is typed while nothing is echoed, too */
};

/* What is wrong with a word: where in it, in bytes from 0. */
struct tty_wrong {
	size_t at;
	char text[256];
};

/*
 * Takes one more word: `enable=` or `disable=` and a list of patterns with commas between, open_only or
 * log_passwd. -EINVAL: it means nothing, or nobody, and ret_wrong says why; -ENOMEM. patterns is untouched
 * then.
 */
int tty_patterns_word(struct tty_patterns *patterns, const char *word, struct tty_wrong *ret_wrong);

/* The same with all words of a text, blanks between them; at is then a place in the text. */
int tty_patterns_text(struct tty_patterns *patterns, const char *text, struct tty_wrong *ret_wrong);

void tty_patterns_free(struct tty_patterns *patterns);

/* The last word that has a pattern for this user counts. */
enum tty_verdict tty_patterns_decide(const struct tty_patterns *patterns, const char *name,
				     unsigned int uid);

#endif /* ATR_CONF_TTY_H */
