/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rule files from the command line, to rules that are in force. */
#ifndef ATR_CMD_RULEFILES_H
#define ATR_CMD_RULEFILES_H

#include "user/rules/compile.h"

enum { RULE_PATHS_MAX = 64 };

/* What -r named: files, and directories that stand for their *.rules files as augenrules has them. */
struct rule_paths {
	const char *paths[RULE_PATHS_MAX];
	size_t n;
};

/* The whole of a file; the caller frees *ret_text. -EINVAL: it is no regular file, -EFBIG: no text either. */
int text_file_read(const char *path, char **ret_text, size_t *ret_len);

/* What parse_opts and compiled__new() ask: of the files of this machine, by the caller's root. */
bool rules_is_directory(void *ctx, const char *path);
int rules_resolve(void *ctx, const char *path, char **ret_real, __u64 *ret_ino, __u32 *ret_dev);

/* As the set of an option: what is wrong, or NULL. */
const char *rule_paths_add(struct rule_paths *paths, const char *arg);

/*
 * Reads all of them and judges what can be judged. Mistakes are logged, each with its file, line and column,
 * and lines that autrail cannot observe are told as warnings, or as errors (strict). NULL: nothing is to be
 * used, it is logged why.
 */
struct compiled *rules_load(const struct rule_paths *paths, bool strict);

/* Reads them and says what is wrong, for whoever has no right to more. 0, or -EINVAL. */
int rules_check(const struct rule_paths *paths, bool strict);

/* What each rule is judged by and where, for people, to standard output. */
void rules_explain(const struct compiled *c);

#endif /* ATR_CMD_RULEFILES_H */
