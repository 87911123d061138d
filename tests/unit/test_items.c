// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which PATH items an exec has. Plans are written short: NAME:INODE for each item, with - for a
 * file that did not resolve, ! for one that did but to what is not known, (null) for a name that is
 * not known; behind it what is asked for, @INODE for a file and #N for the path of an item.
 */
#include <errno.h>
#include <linux/fcntl.h>

#include "tests/tap.h"
#include "tests/unit/build.h"
#include "user/record/items.h"

enum { ELF = ATR_ANSWER_ELF, SCRIPT = ATR_ANSWER_SCRIPT, OTHER = ATR_ANSWER_OTHER };

#define LD "/lib64/ld.so"

/* A file that could not be opened. */
#define NOT 9999

struct told {
	__u64 ino;
	unsigned int type;
	const char *interp;
};

struct found {
	int item; /* + 1; 0 ends */
	int error;
	__u64 ino;
};

struct row {
	const char *what;
	const char *want;
	const char *name;
	int exit; /* 0: EXEC */
	__u32 flags;
	unsigned int name_flags;
	__u64 files[ATR_FILES_MAX + 1]; /* inodes */
	__u64 ld;
	bool has_ld;
	const char *names[4]; /* of files, from the second on: ATR_F_OPENS */
	unsigned int running;
	const char *interp;
	const char *argv; /* with / for NUL behind each; here names have none */
	struct told told[8];
	struct found found[3];
	__u32 nr;
	__u64 at_flags;
};

static const struct row execs[] = {
	{ "dynamic program", "ls:10 /lib64/ld.so:20", "ls", .files = { 10 }, .ld = 20,
	  .has_ld = true, .told = { { 10, ELF, LD } } },
	{ "static program", "ls:10", "ls", .files = { 10 }, .told = { { 10, ELF, NULL } } },
	{ "nothing told yet", "ls:10 (null):20 @10", "ls", .files = { 10 }, .ld = 20,
	  .has_ld = true },
	{ "nothing told, no ELF interpreter", "ls:10 @10", "ls", .files = { 10 } },
	{ "nothing to be told, no ELF interpreter seen", "ls:10 (null):!", "ls", .files = { 10 },
	  .has_ld = true, .told = { { 10, ATR_ANSWER_NONE, NULL } } },
	{ "ELF interpreter not seen", "ls:10 /lib64/ld.so:! #1", "ls", .files = { 10 },
	  .has_ld = true, .told = { { 10, ELF, LD } } },
	{ "but found", "ls:10 /lib64/ld.so:21 @21", "ls", .files = { 10 }, .has_ld = true,
	  .told = { { 10, ELF, LD } }, .found = { { 2, 0, 21 } } },
	{ "script", "s:10 /bin/sh:11 /lib64/ld.so:20", "s", .files = { 10, 11 }, .ld = 20,
	  .interp = "/bin/sh", .told = { { 11, ELF, LD } } },
	{ "script, static interpreter", "s:10 /bin/sh:11", "s", .files = { 10, 11 },
	  .interp = "/bin/sh", .told = { { 11, ELF, NULL } } },
	{ "two levels, no argument: argv tells", "s2:10 s1:11 sh:12", "s2", .files = { 10, 11, 12 },
	  .interp = "sh", .argv = "sh|s1|s2|x|", .told = { { 12, ELF, NULL } } },
	{ "two levels, both with argument: argv tells", "s2:10 s1:11 sh:12", "s2",
	  .files = { 10, 11, 12 }, .interp = "sh", .argv = "sh|-e|s1|-f|s2|x|",
	  .told = { { 12, ELF, NULL } } },
	{ "two levels, one argument: the script must tell", "s2:10 (null):11 sh:12 @10", "s2",
	  .files = { 10, 11, 12 }, .interp = "sh", .argv = "sh|-e|s1|s2|x|",
	  .told = { { 12, ELF, NULL } } },
	{ "and does", "s2:10 s1:11 sh:12", "s2", .files = { 10, 11, 12 }, .interp = "sh",
	  .argv = "sh|-e|s1|s2|x|", .told = { { 12, ELF, NULL }, { 10, SCRIPT, "s1" } } },
	{ "three levels, no argument", "s3:10 s2:11 s1:12 sh:13", "s3", .files = { 10, 11, 12, 13 },
	  .interp = "sh", .argv = "sh|s1|s2|s3|", .told = { { 13, ELF, NULL } } },
	{ "script by descriptor", ":10 /bin/sh:11", "", .flags = ATR_F_DIRFD, .files = { 10, 11 },
	  .interp = "/bin/sh", .argv = "/bin/sh|/dev/fd/3|", .told = { { 11, ELF, NULL } } },
	{ "two levels by descriptor", "d/s2:10 s1:11 sh:12", "d/s2", .flags = ATR_F_DIRFD,
	  .files = { 10, 11, 12 }, .interp = "sh", .argv = "sh|s1|/dev/fd/31/d/s2|",
	  .told = { { 12, ELF, NULL } } },
	{ "scripts unseen, one level", "s:! sh:12 #0", "s", .flags = ATR_F_NO_FILES,
	  .files = { 12 }, .interp = "sh", .argv = "sh|s|", .told = { { 12, ELF, NULL } } },
	{ "and found", "s:10 sh:12 @10", "s", .flags = ATR_F_NO_FILES, .files = { 12 },
	  .interp = "sh", .argv = "sh|s|", .told = { { 12, ELF, NULL } },
	  .found = { { 1, 0, 10 } } },
	{ "unseen, with something between", "s:! sh:12 #0", "s", .flags = ATR_F_NO_FILES,
	  .files = { 12 }, .interp = "sh", .argv = "sh|x|s|", .told = { { 12, ELF, NULL } } },
	{ "it is an argument", "s:10 sh:12", "s", .flags = ATR_F_NO_FILES, .files = { 12 },
	  .interp = "sh", .argv = "sh|x|s|", .told = { { 12, ELF, NULL }, { 10, SCRIPT, "sh" } },
	  .found = { { 1, 0, 10 } } },
	{ "it is a script", "s:10 x:! sh:12 #1", "s", .flags = ATR_F_NO_FILES, .files = { 12 },
	  .interp = "sh", .argv = "sh|x|s|", .told = { { 12, ELF, NULL }, { 10, SCRIPT, "x" } },
	  .found = { { 1, 0, 10 } } },
	{ "which is found", "s:10 x:11 sh:12", "s", .flags = ATR_F_NO_FILES, .files = { 12 },
	  .interp = "sh", .argv = "sh|x|s|",
	  .told = { { 12, ELF, NULL }, { 10, SCRIPT, "x" }, { 11, SCRIPT, "sh" } },
	  .found = { { 1, 0, 10 }, { 2, 0, 11 } } },
	{ "name unread", "(null):10", "x", .name_flags = ATR_S_FAULT, .files = { 10 },
	  .told = { { 10, ELF, NULL } } },
	{ "interpreter's name unread", "s:! (null):12 #0", "s", .files = { 12 }, .interp = "",
	  .flags = ATR_F_NO_FILES, .told = { { 12, ELF, NULL } } },
};

/* As the kernels do, row by row of what was observed. */
static const struct row fails[] = {
	{ "missing file", "x:-", "x", .exit = -ENOENT },
	{ "not a directory", "x:-", "x", .exit = -ENOTDIR },
	{ "a part of the name too long", "x:-", "x", .exit = -ENAMETOOLONG },
	{ "bad dirfd", "x:-", "x", .exit = -EBADF, .flags = ATR_F_DIRFD },
	{ "symbolic links in a circle", "x:! #0", "x", .exit = -ELOOP },
	{ "and looked at", "x:-", "x", .exit = -ELOOP, .found = { { 1, ELOOP, 0 } } },
	{ "no permission to search", "x:-", "x", .exit = -EACCES, .found = { { 1, EACCES, 0 } } },
	{ "no permission to execute", "x:10", "x", .exit = -EACCES, .found = { { 1, 0, 10 } },
	  .told = { { 10, OTHER, NULL } } },
	{ "the task was gone when it was looked at", "x:!", "x", .exit = -EACCES,
	  .found = { { 1, ESRCH, 0 } } },
	{ "NOFOLLOW on a link", "ln:10", "ln", .exit = -ELOOP, .found = { { 1, 0, 10 } }, .nr = 322,
	  .at_flags = AT_SYMLINK_NOFOLLOW, .told = { { 10, OTHER, NULL } } },
	{ "unknown format", "x:10", "x", .exit = -ENOEXEC, .files = { 10 },
	  .told = { { 10, OTHER, NULL } } },
	{ "a first line that is no good", "x:10", "x", .exit = -ENOEXEC, .files = { 10 },
	  .told = { { 10, SCRIPT, "/bin/sh" } } },
	{ "open for writing", "x:10", "x", .exit = -ETXTBSY, .files = { 10 },
	  .told = { { 10, SCRIPT, "/bin/sh" } } },
	{ "script without its interpreter", "s:10 /no:-", "s", .exit = -ENOENT, .files = { 10 },
	  .told = { { 10, SCRIPT, "/no" } } },
	{ "the same, nothing told yet", "s:10 (null):- @10", "s", .exit = -ENOENT,
	  .files = { 10 } },
	{ "the same, second level", "s:10 s1:11 /no:-", "s", .exit = -ENOENT, .files = { 10, 11 },
	  .told = { { 10, SCRIPT, "s1" }, { 11, SCRIPT, "/no" } } },
	{ "interpreter without permission", "s:10 /x:12", "s", .exit = -EACCES, .files = { 10 },
	  .told = { { 10, SCRIPT, "/x" }, { 12, OTHER, NULL } }, .found = { { 2, 0, 12 } } },
	{ "permission refused by a security module", "x:10", "x", .exit = -EACCES, .files = { 10 },
	  .told = { { 10, ELF, NULL } } },
	{ "script by a descriptor that is closed on exec", "s:10", "s", .exit = -ENOENT,
	  .flags = ATR_F_DIRFD | ATR_F_DIRFD_CLOEXEC, .files = { 10 },
	  .told = { { 10, SCRIPT, "/bin/sh" } } },
	{ "scripts too deep", "s:1 a:2 b:3 c:4 d:5 e:6 f:7", "s", .exit = -ELOOP,
	  .files = { 1, 2, 3, 4, 5, 6, 7 },
	  .told = { { 1, SCRIPT, "a" },
		    { 2, SCRIPT, "b" },
		    { 3, SCRIPT, "c" },
		    { 4, SCRIPT, "d" },
		    { 5, SCRIPT, "e" },
		    { 6, SCRIPT, "f" },
		    { 7, SCRIPT, "g" } } },
	{ "interpreter in a circle of links", "s:10 /x:-", "s", .exit = -ELOOP, .files = { 10 },
	  .told = { { 10, SCRIPT, "/x" } }, .found = { { 2, ELOOP, 0 } } },
	{ "missing ELF interpreter", "x:10 /no/ld:-", "x", .exit = -ENOENT, .files = { 10 },
	  .told = { { 10, ELF, "/no/ld" } } },
	{ "of a script's interpreter", "s:10 /bin/sh:11 /no/ld:- #0", "s", .exit = -ENOENT,
	  .files = { 10, 11 }, .told = { { 10, SCRIPT, "/bin/sh" }, { 11, ELF, "/no/ld" } } },
	{ "ELF interpreter is no ELF file", "x:10 /ld:20 #0", "x", .exit = -ELIBBAD,
	  .files = { 20, 10 }, .told = { { 10, ELF, "/ld" }, { 20, OTHER, NULL } } },
	{ "ELF interpreter of a script's interpreter is none", "s:9 sh:10 /ld:20 #1", "s",
	  .exit = -ELIBBAD, .files = { 9, 20, 10 },
	  .told = { { 9, SCRIPT, "sh" }, { 10, ELF, "/ld" }, { 20, ELF, NULL } } },
	{ "ELF interpreter by what the name leads to", "x:10 /ld:20", "x", .exit = -ELIBBAD,
	  .files = { 20, 10 }, .told = { { 10, ELF, "/ld" } }, .found = { { 1, 0, 10 } } },
	{ "a script by what the name leads to", "x:20 (null):10 @20", "x", .exit = -ELIBBAD,
	  .files = { 20, 10 }, .told = { { 10, ELF, "/ld" } }, .found = { { 1, 0, 20 } } },
	{ "a file, and a slash behind it", "x/:10", "x/", .exit = -ENOTDIR,
	  .found = { { 1, 0, 10 } }, .told = { { 10, OTHER, NULL } } },
	{ "only asked whether it would work", "x:10", "x", .exit = 1, .files = { 10 },
	  .told = { { 10, SCRIPT, "/bin/sh" } }, .nr = 322 },
	{ "past the point of no return", "s:10 sh:11 /ld:! #2", "s", .exit = -ENOMEM,
	  .flags = ATR_F_PAST, .files = { 10, 11 },
	  .told = { { 10, SCRIPT, "sh" }, { 11, ELF, "/ld" } } },
	{ "the descriptor's own file", ":10", "", .exit = -EACCES, .flags = ATR_F_DIRFD, .ld = 10,
	  .nr = 322, .at_flags = AT_EMPTY_PATH },
	{ "two files, nothing told", "s:10 (null):11 @10 #0", "s", .exit = -ENOEXEC,
	  .files = { 10, 11 } },
	{ "too many arguments, file opened", "x:10", "x", .exit = -E2BIG, .files = { 10 },
	  .told = { { 10, ELF, LD } } },
	{ "too many arguments, file not opened", "x:-", "x", .exit = -E2BIG },
	{ "bad argv, file not opened", "x:-", "x", .exit = -EFAULT },
	{ "bad name", "", "", .exit = -EFAULT, .name_flags = ATR_S_FAULT },
	{ "name that only we could not read", "(null):-", "", .exit = -ENOENT,
	  .name_flags = ATR_S_FAULT },
	{ "name longer than PATH_MAX", "", "x", .exit = -ENAMETOOLONG, .name_flags = ATR_S_CUT },
	{ "empty name", "", "", .exit = -ENOENT },
	{ "empty name, execveat without the flag", "", "", .exit = -ENOENT, .nr = 322 },
	{ "empty name with AT_EMPTY_PATH", ":10", "", .exit = -EACCES, .nr = 322,
	  .at_flags = AT_EMPTY_PATH, .found = { { 1, 0, 10 } }, .told = { { 10, OTHER, NULL } } },
	{ "no file can be seen: is the file missing?", "s:! #0", "s", .exit = -ENOENT,
	  .flags = ATR_F_NO_FILES },
	{ "it is", "s:-", "s", .exit = -ENOENT, .flags = ATR_F_NO_FILES,
	  .found = { { 1, ENOENT, 0 } } },
	{ "it is not, so its interpreter is", "s:10 /no:-", "s", .exit = -ENOENT,
	  .flags = ATR_F_NO_FILES, .found = { { 1, 0, 10 } }, .told = { { 10, SCRIPT, "/no" } } },
};

/* Where the opens are seen nothing is concluded, and little is asked. */
static const struct row opens[] = {
	{ "dynamic program", "ls:10 /lib64/ld.so:20", "ls", .files = { 10, 20 }, .names = { LD } },
	{ "static program", "ls:10", "ls", .files = { 10 } },
	{ "scripts", "a:10 b:11 sh:12 ld:20", "a", .files = { 10, 11, 12, 20 }, .running = 2,
	  .names = { "b", "sh", "ld" } },
	{ "missing file", "x:-", "x", .exit = -ENOENT, .files = { NOT } },
	{ "may not be executed", "x:! #0", "x", .exit = -EACCES, .files = { NOT } },
	{ "and looked at", "x:10", "x", .exit = -EACCES, .files = { NOT },
	  .found = { { 1, 0, 10 } }, .told = { { 10, OTHER, NULL } } },
	{ "the descriptor's own file", ":10", "", .exit = -EACCES, .files = { NOT }, .ld = 10,
	  .nr = 322, .at_flags = AT_EMPTY_PATH },
	{ "missing interpreter", "s:10 /no:-", "s", .exit = -ENOENT, .files = { 10, NOT },
	  .names = { "/no" } },
	{ "interpreter that may not be executed", "s:10 /x:! #1", "s", .exit = -EACCES,
	  .files = { 10, NOT }, .names = { "/x" } },
	{ "ELF interpreter is no ELF file", "x:10 /ld:20", "x", .exit = -ELIBBAD,
	  .files = { 10, 20 }, .names = { "/ld" } },
	{ "unknown format", "x:10", "x", .exit = -ENOEXEC, .files = { 10 } },
	{ "nothing was opened", "x:-", "x", .exit = -E2BIG },
	{ "nor the name read", "", "", .exit = -EFAULT, .name_flags = ATR_S_FAULT },
	{ "past the point of no return", "s:10 sh:11 ld:20", "s", .exit = -ENOMEM,
	  .flags = ATR_F_PAST, .files = { 10, 11, 20 }, .running = 1, .names = { "sh", "ld" } },
};

static struct event ev, answer;

static void make(const struct row *row)
{
	struct atr_exec *e = &ev.exec;
	char argv[256];
	size_t i, len;

	event_begin(&ev, row->exit ? ATR_KIND_EXECFAIL : ATR_KIND_EXEC);
	e->hdr.flags = row->flags;
	/* 1 stands for a check that succeeds. */
	e->exit = row->exit > 0 ? 0 : row->exit;
	e->arch = 0xc000003e;
	e->nr = row->nr ? row->nr : 59;
	e->args[4] = row->at_flags;
	e->has_ld = row->has_ld;
	for (i = 0; row->files[i]; i++) {
		if (row->files[i] != NOT)
			e->files[i] = a_file(row->files[i]);
	}
	e->nfiles = i;
	e->running = i && (!row->exit || row->flags & ATR_F_PAST) ? i - 1 : 0;
	if (row->flags & ATR_F_OPENS)
		e->running = row->running;
	for (i = 0; i < 4 && row->names[i]; i++)
		event_puts(&ev, &e->names[i], row->names[i]);
	if (row->ld)
		e->ld = a_file(row->ld);
	event_puts(&ev, &e->name, row->name);
	e->name.flags = row->name_flags;
	e->interp.flags = ATR_S_NULL;
	if (row->interp)
		event_puts(&ev, &e->interp, row->interp);
	if (row->interp && !*row->interp)
		e->interp.flags = ATR_S_FAULT;
	len = row->argv ? strlen(row->argv) : 0;
	for (i = 0; i < len; i++)
		argv[i] = row->argv[i] == '|' ? '\0' : row->argv[i];
	event_put(&ev, &e->argv, argv, len);
}

static void tell(struct knowledge *k, const struct row *row)
{
	struct atr_file file;
	struct atr_view view;
	unsigned int i;

	for (i = 0; i < 8 && row->told[i].ino; i++) {
		file = a_file(row->told[i].ino);
		a_file_answer(&answer, &file, row->told[i].type, row->told[i].interp, NULL);
		/* NOSEC files need no look at their capabilities, those of look-ups do. */
		answer.file.cap_known = true;
		view = event_check(&answer);
		knowledge__put_file(k, &view);
	}
	for (i = 0; i < 3 && row->found[i].item; i++) {
		event_begin(&answer, ATR_KIND_ITEM);
		answer.item.item = row->found[i].item - 1;
		answer.item.error = row->found[i].error;
		answer.item.file = a_file(row->found[i].ino);
		answer.item.file.flags = ATR_FILE_VALID;
		view = event_check(&answer);
		knowledge__put_item(k, &view);
	}
}

static const char *shorten(const struct plan *plan)
{
	static char buf[1024];
	unsigned int i;
	size_t at = 0;

	buf[0] = '\0';
	for (i = 0; i < plan->n; i++) {
		const struct item *item = &plan->items[i];

		at += sprintf(buf + at, "%s%.*s:", i ? " " : "",
			      item->name ? (int)item->name_len : 6,
			      item->name ? item->name : "(null)");
		if (item->file)
			at += sprintf(buf + at, "%llu", item->file->ino);
		else
			at += sprintf(buf + at, item->file_unknown ? "!" : "-");
	}
	for (i = 0; i < plan->nwants; i++)
		at += sprintf(buf + at, " @%llu", plan->wants[i].file->ino);
	for (i = 0; i < 32; i++)
		if (plan->ask_items & 1u << i)
			at += sprintf(buf + at, " #%u", i);
	return buf;
}

static void check(const struct row *row)
{
	struct knowledge *k = knowledge__new();
	struct atr_view view;
	const char *argv;
	struct plan plan;
	size_t len;

	make(row);
	tell(k, row);
	view = event_check(&ev);
	argv = event_str(&view, &ev.exec.argv, &len);
	items_plan(k, &view, argv, len, &plan);
	is_str(shorten(&plan), row->want, row->what);
	knowledge__free(k);
}

/* The name of an ELF interpreter, once seen, serves programs that are gone when looked at. */
static void test_ld_name(void)
{
	struct knowledge *k = knowledge__new();
	struct atr_view view;
	struct plan plan;

	make(&execs[0]);
	tell(k, &execs[0]);
	view = event_check(&ev);
	items_plan(k, &view, "", 0, &plan);
	knowledge__next(k);
	ev.exec.files[0] = a_file(99);
	items_plan(k, &view, "", 0, &plan);
	is_str(shorten(&plan), "ls:99 /lib64/ld.so:20 @99",
	       "an ELF interpreter known by its inode");
	knowledge__free(k);
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(execs) / sizeof(execs[0]); i++)
		check(&execs[i]);
	for (i = 0; i < sizeof(fails) / sizeof(fails[0]); i++)
		check(&fails[i]);
	for (i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		struct row row = opens[i];

		row.flags |= ATR_F_OPENS;
		check(&row);
	}
	test_ld_name();
	return tap_done();
}
