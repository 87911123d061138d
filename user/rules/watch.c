/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -w, -W, -p: watches, an older way to write a rule. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "user/rules/line.h"

/* The kernel compares paths as they are: there is no globbing, and no way up. */
void path_warn(struct line *l, const struct arg *arg)
{
	const char *at = strstr(arg->text, "/..");

	if (at && (!at[3] || at[3] == '/'))
		line_warn(l, arg->word, arg->offset + (at + 1 - arg->text),
			  "'..' is no way up here");
	at = strpbrk(arg->text, "*?");
	if (at)
		line_warn(l, arg->word, arg->offset + (at - arg->text), "'%c' stands for itself",
			  *at);
}

/* As check_path() of auditctl. */
static int check_path(struct line *l, const struct arg *arg)
{
	const char *path = arg->text, *end = path + strlen(path), *base;

	if (end - path >= PATH_MAX)
		return arg_error(l, arg, "a path has less than %d bytes", PATH_MAX);
	if (path[0] != '/')
		return arg_error(l, arg, "'%s' does not begin with /", path);
	while (end > path && end[-1] == '/')
		end--;
	for (base = end; base > path && base[-1] != '/'; base--)
		;
	if (end - base > NAME_MAX)
		return line_error(l, arg->word, arg->offset + (base - path),
				  "a name has no more than %d bytes", NAME_MAX);
	path_warn(l, arg);
	return 0;
}

/*
 * -w PATH is -F path=PATH or -F dir=PATH with all permissions and all system calls, of the exit
 * list.
 */
int take_watch(struct line *l, const struct arg *arg)
{
	const struct parse_opts *opts = l->opts;
	char *path = arg->text;
	size_t len = strlen(path);
	bool directory;
	int err;

	if (l->verb != VERB_NONE)
		return line_error(l, l->option.word, l->option.offset,
				  "there is one of -a, -A, -d, -w, -W in a line");
	err = check_path(l, arg);
	if (err)
		return err;
	if (l->syscalls)
		arg_warn(l, &l->syscall, "a watch is for every system call");
	while (len > 2 && path[len - 1] == '/')
		path[--len] = '\0';
	directory = opts && opts->is_directory && opts->is_directory(opts->ctx, path);
	if (audit_add_watch_dir(directory ? AUDIT_DIR : AUDIT_WATCH, &l->rule.data, path))
		return -ENOMEM;
	if (!directory && path[len - 1] == '/')
		return arg_error(l, arg, "'%s' is no directory", path);
	l->verb = l->option.text[1] == 'W' ? VERB_DELETE : VERB_ADD;
	l->rule.list = AUDIT_FILTER_EXIT;
	l->rule.action = AUDIT_ALWAYS;
	l->rule.watch = true;
	l->syscalls = l->perms = l->place = true;
	return 0;
}

/* audit_update_watch_perms() puts it into each field perm that there is, or adds one. */
int take_perm(struct line *l, const struct arg *arg)
{
	static const struct {
		char letter;
		int perm;
	} perms[] = {
		{ 'r', AUDIT_PERM_READ },
		{ 'w', AUDIT_PERM_WRITE },
		{ 'x', AUDIT_PERM_EXEC },
		{ 'a', AUDIT_PERM_ATTR },
	};
	size_t i, j;
	int value = 0;

	if (l->verb == VERB_NONE || !l->rule.data->field_count)
		return line_error(l, l->option.word, l->option.offset,
				  "stands behind the watch that it is for");
	for (i = 0; arg->text[i]; i++) {
		for (j = 0; j < 4 && perms[j].letter != tolower((unsigned char)arg->text[i]);)
			j++;
		if (j == 4 || i >= 4)
			return line_error(l, arg->word, arg->offset + i,
					  "'%s' is not up to four of r, w, x, a", arg->text);
		value |= perms[j].perm;
	}
	if (audit_update_watch_perms(l->rule.data, value))
		return line_error(l, l->option.word, l->option.offset,
				  "a rule has no more than %d fields", AUDIT_MAX_FIELDS - 1);
	l->perms = true;
	return 0;
}
