/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel adds a name to an event when it is looked up (__audit_getname()), and an inode when
 * that leads to one (__audit_inode()): for what was asked for, for the interpreter in each #! line,
 * at last for PT_INTERP of the ELF file. What of this an event tells depends on what the kernel
 * side could see: plan_opens() has each open with its name; plan_exec() the files of an exec that
 * came to run something; plan_fail() those that were let go of. Names that nobody told are read
 * from the files once more, or found among the arguments, where binfmt_script puts them.
 */
#include "user/record/items.h"

#include <errno.h>
#include <linux/fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "user/record/errors.h"
#include "user/record/syscall.h"

enum {
	LEVELS_MAX = 5,	     /* interpreters that an exec can go through, each with one argument */
	RECURSION_FILES = 7, /* files that were opened when the kernel says it is too deep */
	UNREAD = ATR_S_FAULT | ATR_S_CUT | ATR_S_NULL, /* a string that cannot be told */
};

struct planner {
	struct knowledge *k;
	const struct atr_view *view;
	const struct atr_exec *e;
	const char *argv;
	size_t argv_len;
	struct plan *plan;
};

/* The file as the kernel side saw it, NULL if it did not. */
static const struct atr_file *seen(const struct atr_file *file)
{
	return file->flags & ATR_FILE_VALID ? file : NULL;
}

static void want(struct planner *p, const struct atr_file *file, int item)
{
	struct plan *plan = p->plan;
	const struct atr_exec *e = p->e;
	struct want *w;
	unsigned int i;

	for (i = 0; i < plan->nwants; i++)
		if (file_same(plan->wants[i].file, file))
			return;
	if (plan->nwants == ATR_WANTS_MAX)
		return;
	w = &plan->wants[plan->nwants++];
	w->file = file;
	w->item = item;
	w->exe = (e->hdr.kind == ATR_KIND_EXEC || e->hdr.flags & ATR_F_PAST) &&
		 file == &e->files[e->running];
	w->script = file == &e->files[0] && e->script.len && !w->exe;
}

/* The answer on a file whose type matters; asks for it if there is none. */
static const struct answer *type_of(struct planner *p, const struct atr_file *file, int item)
{
	const struct answer *a;
	bool asked;

	a = knowledge__file(p->k, file, &asked);
	if (a && a->type != ATR_ANSWER_NONE)
		return a;
	if (!asked)
		want(p, file, item);
	return NULL;
}

/* The interpreter that the file's first line names, NULL if that is not known or it has none. */
static const struct answer *script_of(struct planner *p, const struct atr_file *file, int item)
{
	const struct answer *a = file ? type_of(p, file, item) : NULL;

	return a && a->type == ATR_ANSWER_SCRIPT && a->interp ? a : NULL;
}

static struct item *add_item(struct planner *p, const char *name, size_t len,
			     const struct atr_file *file)
{
	struct item *item = &p->plan->items[p->plan->n];

	/* A chain is shorter than that by construction, a damaged event may not be. */
	if (p->plan->n < ATR_ITEMS_MAX)
		p->plan->n++;
	else
		item--;
	item->name = name;
	item->name_len = len;
	item->file = file;
	item->answer = NULL;
	item->file_unknown = false;
	item->more_unknown = false;
	item->name_likely = false;
	return item;
}

/* What the path of an item was found to be; asks if nobody looked. */
static const struct atr_file *resolved(struct planner *p, unsigned int item)
{
	const struct item_answer *a = knowledge__item(p->k, item);

	if (a)
		return a->error ? NULL : &a->file;
	p->plan->ask_items |= 1u << item;
	return NULL;
}

static struct item *add_resolved(struct planner *p, const char *name, size_t len)
{
	const struct atr_file *file = name ? resolved(p, p->plan->n) : NULL;
	struct item *item = add_item(p, name, len, file);

	item->file_unknown = !file;
	return item;
}

/* The name as the caller passed it. */
static const char *own_name(const struct planner *p, size_t *ret_len)
{
	const char *name = event_str(p->view, &p->e->name, ret_len);

	return p->e->name.flags & UNREAD ? NULL : name;
}

/*
 * Is this the name as the kernel keeps it? One relative to a descriptor is kept as /dev/fd/N or
 * /dev/fd/N/name, and so it stands in a script's arguments.
 */
static bool is_own_name(const struct planner *p, const char *str, size_t len)
{
	static const char dev_fd[] = "/dev/fd/";
	size_t own_len, at = sizeof(dev_fd) - 1;
	const char *own = own_name(p, &own_len);

	if (!own)
		return false;
	if (!(p->e->hdr.flags & ATR_F_DIRFD))
		return len == own_len && !memcmp(str, own, len);
	if (len <= at || memcmp(str, dev_fd, at))
		return false;
	while (at < len && str[at] >= '0' && str[at] <= '9')
		at++;
	if (!own_len)
		return at == len;
	return len == at + 1 + own_len && str[at] == '/' && !memcmp(str + at + 1, own, own_len);
}

/* The argument string number n, NULL if it is not at hand. */
static const char *arg_at(const struct planner *p, unsigned int n, size_t *ret_len)
{
	const char *at = p->argv, *end = p->argv + p->argv_len, *nul;

	for (; at < end; at = nul + 1, n--) {
		nul = memchr(at, '\0', end - at);
		if (!nul)
			return NULL;
		if (n)
			continue;
		*ret_len = nul - at;
		return at;
	}
	return NULL;
}

/* Where the script's own name stands among the first arguments, between from and to; 0: nowhere. */
static unsigned int own_position(const struct planner *p, unsigned int from, unsigned int to)
{
	const char *arg;
	unsigned int i;
	size_t len;

	for (i = from; i <= to; i++) {
		arg = arg_at(p, i, &len);
		if (!arg)
			return 0;
		if (is_own_name(p, arg, len))
			return i;
	}
	return 0;
}

/* Does the name stand among the arguments where the interpreter of this level may? */
static bool in_arguments(const struct planner *p, unsigned int below, const struct answer *a)
{
	const char *arg;
	unsigned int i;
	size_t len;

	for (i = below; i <= 2 * below; i++) {
		arg = arg_at(p, i, &len);
		if (arg && len == a->interp_len && !memcmp(arg, a->interp, len))
			return true;
	}
	/* Of an exec that failed there are none. */
	return !p->argv_len;
}

/*
 * Name of interpreter level of levels, where the kernel did not tell it. The arguments are
 *   interp_n [arg_n] interp_(n-1) [arg_(n-1)] ... own name, rest
 * so where the own name stands tells whether no level has an argument, or all have. In between, only
 * the scripts themselves tell; and what they say by now has to be among the arguments.
 */
static const char *middle_name(struct planner *p, unsigned int level, unsigned int levels,
			       size_t *ret_len)
{
	const struct atr_file *above = p->plan->items[level - 1].file;
	unsigned int below = levels - level, at = own_position(p, levels, 2 * levels);
	const struct answer *a;

	if (at == levels)
		return arg_at(p, below, ret_len);
	if (at == 2 * levels)
		return arg_at(p, 2 * below, ret_len);
	a = script_of(p, above, level - 1);
	if (!a || !in_arguments(p, below, a))
		return NULL;
	*ret_len = a->interp_len;
	return a->interp;
}

/*
 * How many interpreters stand between the name and what runs, where the kernel side could not see
 * the scripts' files.
 */
static unsigned int levels_unseen(struct planner *p, const char *interp, size_t len)
{
	const struct atr_file *file;
	const struct answer *a;
	unsigned int at, level, least = 1;

	at = own_position(p, 1, 2 * LEVELS_MAX);
	if (at <= 1)
		return 1;
	for (level = 0; level < LEVELS_MAX; level++) {
		file = resolved(p, level);
		a = script_of(p, file, level);
		if (!a)
			break;
		if (a->interp_len == len && !memcmp(a->interp, interp, len))
			return level + 1;
		least = level + 2;
	}
	/* A first line with an argument is common, a script that runs a script is not. */
	return least > (at + 1) / 2 ? least : (at + 1) / 2;
}

static unsigned int exec_levels(struct planner *p)
{
	const struct atr_exec *e = p->e;
	const char *interp;
	size_t len;

	if (e->running)
		return e->running;
	/* The kernel side says NULL where the name is itself what runs. */
	if (e->interp.flags & ATR_S_NULL)
		return 0;
	if (e->interp.flags & (ATR_S_FAULT | ATR_S_CUT))
		return 1;
	interp = event_str(p->view, &e->interp, &len);
	return is_own_name(p, interp, len) ? 0 : levels_unseen(p, interp, len);
}

/* The item for PT_INTERP of the program that runs. */
static void plan_ld(struct planner *p, const struct atr_file *program, int item)
{
	const struct atr_exec *e = p->e;
	const struct atr_file *ld = seen(&e->ld);
	const struct answer *a = program ? type_of(p, program, item) : NULL;
	const char *name = NULL;
	size_t len = 0;

	if (a && a->type == ATR_ANSWER_ELF && a->interp) {
		name = a->interp;
		len = a->interp_len;
		if (ld)
			knowledge__put_ld_name(p->k, ld, name, len);
	} else if (!ld && (a || !e->has_ld)) {
		return;
	} else if (ld) {
		/* The program is gone, or it is no ELF file that we could read: ld tells enough. */
		name = knowledge__ld_name(p->k, ld, &len);
	}
	if (ld)
		add_item(p, name, len, ld)->name_likely = name && !(a && a->interp);
	else
		add_resolved(p, name, len);
}

static void plan_exec(struct planner *p)
{
	const struct atr_exec *e = p->e;
	const struct atr_file *last = NULL;
	unsigned int levels, i;
	const char *name;
	size_t len;

	levels = exec_levels(p);
	/* Only a damaged event has more. */
	if (levels > ATR_ITEMS_MAX - 2)
		levels = ATR_ITEMS_MAX - 2;
	if (e->nfiles)
		last = seen(&e->files[e->running]);
	for (i = 0; i <= levels; i++) {
		if (i == 0)
			name = own_name(p, &len);
		else if (i == levels && !(e->interp.flags & (ATR_S_FAULT | ATR_S_CUT | ATR_S_NULL)))
			name = event_str(p->view, &e->interp, &len);
		else
			name = middle_name(p, i, levels, &len);
		if (i == levels && last)
			add_item(p, name, len, last);
		else if (i < e->running && seen(&e->files[i]))
			add_item(p, name, len, &e->files[i]);
		else
			add_resolved(p, name, len);
	}
	p->plan->running = levels;
	plan_ld(p, last, levels);
}

/* Did the kernel get as far as to keep the name for the record? */
static bool name_was_read(const struct planner *p)
{
	const struct atr_exec *e = p->e;

	if (e->name.flags & (ATR_S_CUT | ATR_S_NULL))
		return false;
	/*
	 * We may fail to read a page that the kernel could: then it is another error, or none; or the new
	 * program's memory is there already, and not where the name was.
	 */
	if (e->name.flags & ATR_S_FAULT)
		return e->exit != -EFAULT || e->hdr.flags & ATR_F_NO_FILES;
	if (e->name.len)
		return true;
	return syscall_is_execveat(e->arch, e->nr) && e->args[4] & AT_EMPTY_PATH;
}

/* An item whose file was not seen to be opened, by what the errno means for it. */
static struct item *add_failed(struct planner *p, const char *name, size_t len, bool look)
{
	const struct item_answer *answer;
	struct item *item;

	if (!look || !name)
		return add_item(p, name, len, NULL);
	answer = knowledge__item(p->k, p->plan->n);
	item = add_resolved(p, name, len);
	/* That it resolves to nothing is an answer, that the task was gone is none. */
	item->file_unknown = !answer || answer->error == ESRCH || answer->error == EIO;
	return item;
}

/*
 * Is the last file but one, which would be item number n - 2, the ELF interpreter of the last? That is
 * let go of before its program, so it stands where a script would. The name of the item tells: it leads
 * to the one or to the other. Where it cannot be followed any more the types must do.
 */
static bool is_opened_ld(struct planner *p, const char *name, size_t len)
{
	const struct atr_file *files = p->e->files, *file;
	const struct answer *program, *before;
	unsigned int n = p->e->nfiles;
	bool asked;

	if (!seen(&files[n - 2]) || !seen(&files[n - 1]) || !name)
		return false;
	/* AT_EMPTY_PATH: the descriptor's file is what was asked for. */
	if (n == 2 && !len && seen(&p->e->ld))
		return file_same(&p->e->ld, &files[n - 1]);
	program = knowledge__file(p->k, &files[n - 1], &asked);
	if (program && program->type != ATR_ANSWER_NONE &&
	    (program->type != ATR_ANSWER_ELF || !program->interp))
		return false;
	/* The plan has the name where the look-up finds it. */
	p->plan->items[n - 2].name = name;
	p->plan->items[n - 2].name_len = len;
	file = resolved(p, n - 2);
	if (file)
		return file_same(file, &files[n - 1]);
	/* Only load_elf_binary() says these, and of the interpreter that it has opened. */
	if (p->e->exit == -EIO || p->e->exit == -ELIBBAD)
		return true;
	before = knowledge__file(p->k, &files[n - 2], &asked);
	return program && before && before->type != ATR_ANSWER_NONE &&
	       before->type != ATR_ANSWER_SCRIPT;
}

/* What came after the last file that was opened: the interpreter that it asks for. */
static void plan_follower(struct planner *p, const struct atr_file *last, unsigned int files)
{
	const struct atr_exec *e = p->e;
	unsigned int means = error_means(e->exit, NULL, 0);
	const struct answer *a;
	bool refused;

	if (!(means & OPEN_FAILED))
		return;
	if (e->exit == -ELOOP && files >= RECURSION_FILES)
		return;
	a = type_of(p, last, p->plan->n - 1);
	/* The kernel refuses a script that its interpreter could not open any more. */
	refused = e->exit == -ENOENT && e->hdr.flags & ATR_F_DIRFD_CLOEXEC;
	if (a && a->interp && !(refused && a->type == ATR_ANSWER_SCRIPT))
		add_failed(p, a->interp, a->interp_len,
			   !(error_means(e->exit, a->interp, a->interp_len) & NEVER_OPENED));
	else if (!a && means & OPEN_SURELY && !refused)
		add_failed(p, NULL, 0, false);
	else if (!a)
		p->plan->items[p->plan->n - 1].more_unknown = true;
}

/* Nothing was opened: the name did not resolve, or to what could not be opened. */
static void plan_unopened(struct planner *p, const char *name, size_t len)
{
	const struct atr_exec *e = p->e;
	unsigned int means = error_means(e->exit, name, len);
	const struct atr_file *last, *dir = seen(&e->ld);
	/* Where no opened file can be seen, a missing interpreter looks like a missing file. */
	bool blind = e->hdr.flags & ATR_F_NO_FILES && e->exit == -ENOENT;

	/* AT_EMPTY_PATH: the descriptor is the file. */
	if (!len && dir && !(means & NEVER_OPENED)) {
		add_item(p, name, len, dir);
		return;
	}
	/* Nothing is relative to what is no directory. */
	if (dir && !S_ISDIR(dir->mode))
		means |= NEVER_OPENED;
	last = add_failed(p, name, len, blind || !(means & NEVER_OPENED))->file;
	if (blind && last)
		plan_follower(p, last, 1);
}

/* The name that a file was opened by. */
static const char *opened_name(const struct planner *p, unsigned int i, size_t *ret_len)
{
	const struct atr_str *str = i ? &p->e->names[i - 1] : &p->e->name;
	const char *name = event_str(p->view, str, ret_len);

	return str->flags & UNREAD ? NULL : name;
}

/* What the kernel has opened, or tried to, in that order and by these names: no more and no less. */
static void plan_opens(struct planner *p)
{
	const struct atr_exec *e = p->e;
	bool past = e->hdr.kind == ATR_KIND_EXEC || e->hdr.flags & ATR_F_PAST;
	unsigned int i, means;
	const char *name;
	size_t len;

	for (i = 0; i < e->nfiles; i++) {
		name = opened_name(p, i, &len);
		if (seen(&e->files[i])) {
			add_item(p, name, len, &e->files[i]);
			continue;
		}
		/* The open failed, and with it the call. */
		means = error_means(e->exit, name, len);
		if (past || e->hdr.flags & ATR_F_DENIED)
			means |= NEVER_OPENED;
		/* For the slash behind the name of a file, which is decided before. */
		if (e->exit == -ENOTDIR)
			means = error_means(e->exit, name, len);
		/* AT_EMPTY_PATH: the descriptor is the file; and nothing is relative to what is no directory. */
		if (!i && name && !len && seen(&e->ld) && !(means & NEVER_OPENED)) {
			add_item(p, name, len, &e->ld);
			continue;
		}
		if (!i && seen(&e->ld) && !S_ISDIR(e->ld.mode))
			means |= NEVER_OPENED;
		add_failed(p, name, len, !(means & NEVER_OPENED));
	}
	if (past && e->running < p->plan->n && !(e->hdr.flags & ATR_F_NO_FILES))
		p->plan->running = e->running;
	/* It did not get as far as to open anything. */
	if (!e->nfiles && name_was_read(p)) {
		name = own_name(p, &len);
		add_item(p, name, len, NULL);
	}
}

static void plan_fail(struct planner *p)
{
	const struct atr_exec *e = p->e;
	unsigned int n = e->nfiles, i;
	const struct atr_file *last;
	const struct answer *a;
	bool ld = false;
	const char *name;
	size_t len;

	if (!name_was_read(p))
		return;
	name = own_name(p, &len);
	if (!n) {
		plan_unopened(p, name, len);
		return;
	}
	for (i = 0; i < n; i++) {
		if (i + 2 == n && is_opened_ld(p, name, len)) {
			ld = true;
			continue;
		}
		last = seen(&e->files[i]);
		if (last)
			add_item(p, name, len, last);
		else
			add_resolved(p, name, len);
		a = i + 1 < n ? script_of(p, last, p->plan->n - 1) : NULL;
		name = a ? a->interp : NULL;
		len = a ? a->interp_len : 0;
	}
	last = seen(&e->files[n - 1]);
	if (ld) {
		a = type_of(p, last, p->plan->n - 1);
		add_item(p, a ? a->interp : NULL, a ? a->interp_len : 0, &e->files[n - 2]);
	} else if (last && e->exit) {
		plan_follower(p, last, n);
	}
}

/* The capabilities of each file, which the record shows. */
static void plan_caps(struct planner *p)
{
	struct item *item;
	unsigned int i;
	bool asked;

	for (i = 0; i < p->plan->n; i++) {
		item = &p->plan->items[i];
		if (!item->file)
			continue;
		item->answer = knowledge__file(p->k, item->file, &asked);
		if (item->file->flags & ATR_FILE_NOSEC)
			continue;
		if (!asked && (!item->answer || !item->answer->cap_known))
			want(p, item->file, i);
	}
}

void items_plan(struct knowledge *k, const struct atr_view *view, const char *argv, size_t argv_len,
		struct plan *ret_plan)
{
	struct planner p = {
		.k = k,
		.view = view,
		.e = view->exec,
		.argv = argv,
		.argv_len = argv_len,
		.plan = ret_plan,
	};

	ret_plan->n = 0;
	ret_plan->nwants = 0;
	ret_plan->ask_items = 0;
	ret_plan->running = -1;
	if (view->hdr->flags & ATR_F_OPENS)
		plan_opens(&p);
	else if (view->hdr->kind == ATR_KIND_EXEC || view->hdr->flags & ATR_F_PAST)
		plan_exec(&p);
	else
		plan_fail(&p);
	plan_caps(&p);
}

const struct atr_str *item_walk(const struct atr_view *view, const struct plan *plan,
				unsigned int i)
{
	const int untold = ATR_S_FAULT | ATR_S_CUT | ATR_S_NULL;
	const struct atr_file *file = plan->items[i].file;
	const struct atr_exec *e = view->exec;

	if (view->hdr->kind == ATR_KIND_EXEC && (int)i == plan->running &&
	    !(e->task.exe.flags & untold))
		return &e->task.exe;
	return file == &e->files[0] && e->script.len && !(e->script.flags & untold) ? &e->script :
										      NULL;
}
