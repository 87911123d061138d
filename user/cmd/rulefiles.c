// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/cmd/rulefiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "user/log.h"

/* No rule file comes near; what is longer is something else. */
#define FILE_MAX_BYTES (16 << 20)

const char *rule_paths_add(struct rule_paths *paths, const char *arg)
{
	if (paths->n == RULE_PATHS_MAX)
		return "too many of them";
	paths->paths[paths->n++] = arg;
	return NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

int text_file_read(const char *path, char **ret_text, size_t *ret_len)
{
	/* Nobody may write to a pipe: that is not to be waited for, events are. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), err = 0;
	char *text = NULL;
	struct stat st;
	ssize_t n = 0;
	size_t len = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else if (st.st_size > FILE_MAX_BYTES)
		err = -EFBIG;
	if (!err) {
		text = malloc(st.st_size + 1);
		err = text ? 0 : -ENOMEM;
	}
	while (!err && len < (size_t)st.st_size) {
		n = read(fd, text + len, st.st_size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += n;
	}
	if (!err && n < 0)
		err = -errno;
	close(fd);
	if (err) {
		free(text);
		return err;
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

bool rules_is_directory(void *ctx, const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static void report(void *ctx, const struct rule_message *m)
{
	log_message(m->error ? ATR_LOG_ERROR : ATR_LOG_WARN, "%s:%u:%u: %s", m->file, m->line,
		    m->column, m->text);
}

static int file_parse(struct ruleset *rs, const char *path)
{
	const struct parse_opts opts = { .is_directory = rules_is_directory };
	char *text = NULL;
	size_t len = 0;
	int err;

	err = text_file_read(path, &text, &len);
	if (err) {
		log_error("cannot read the rules %s: %s", path, strerror(-err));
		return err;
	}
	err = ruleset_parse(rs, path, text, len, &opts, report, NULL);
	free(text);
	return err;
}

/* As augenrules takes them. */
static int is_rules(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && !strcmp(dot, ".rules");
}

static int texts_read(const char *dir, char **names, size_t n, struct rule_text *texts)
{
	char *path, *text = NULL;
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		if (asprintf(&path, "%s/%s", dir, names[i]) < 0)
			return -ENOMEM;
		texts[i].name = path;
		err = text_file_read(path, &text, &texts[i].len);
		if (err) {
			log_error("cannot read the rules %s: %s", path, strerror(-err));
			return err;
		}
		texts[i].text = text;
	}
	return 0;
}

static int dir_parse(struct ruleset *rs, const char *dir)
{
	const struct parse_opts opts = { .is_directory = rules_is_directory };
	struct rule_text *texts = NULL;
	struct dirent **entries;
	char **names = NULL;
	int n, i, err = -ENOMEM;

	n = scandir(dir, &entries, is_rules, NULL);
	if (n < 0) {
		log_error("cannot read the directory of rules %s: %s", dir, strerror(errno));
		return -errno;
	}
	texts = calloc(n + 1, sizeof(*texts));
	names = calloc(n + 1, sizeof(*names));
	if (texts && names) {
		for (i = 0; i < n; i++)
			names[i] = entries[i]->d_name;
		rules_sort_names(names, n);
		err = texts_read(dir, names, n, texts);
		if (!err)
			err = ruleset_gather(rs, texts, n, &opts, report, NULL);
	}
	for (i = 0; i < n; i++) {
		if (texts) {
			free((void *)texts[i].name);
			free((void *)texts[i].text);
		}
		free(entries[i]);
	}
	free(entries);
	free(names);
	free(texts);
	return err;
}

/* The way to its last component, without links; "" where that is the root. */
static char *way_to(const char *path, const char *leaf)
{
	char *parent = strndup(path, leaf - path), *way;

	if (!parent)
		return NULL;
	way = realpath(*parent ? parent : "/", NULL);
	free(parent);
	if (way && !strcmp(way, "/"))
		*way = '\0';
	return way;
}

/* As audit looks at the paths of rules: kern_path_locked() and kern_path() without LOOKUP_FOLLOW. */
int rules_resolve(void *ctx, const char *path, char **ret_real, __u64 *ret_ino, __u32 *ret_dev)
{
	const char *end = path + strlen(path), *leaf;
	struct stat st;
	char *way, *real;
	int n;

	while (end > path && end[-1] == '/')
		end--;
	leaf = memrchr(path, '/', end - path);
	if (!leaf)
		leaf = path;
	way = way_to(path, leaf);
	if (!way)
		return -errno;
	n = asprintf(&real, "%s%.*s", way, (int)(end - leaf), leaf);
	free(way);
	if (n < 0)
		return -ENOMEM;
	if (lstat(*real ? real : "/", &st)) {
		free(real);
		return -errno;
	}
	*ret_real = real;
	*ret_ino = st.st_ino;
	/* As the kernel has it, see MKDEV(). */
	*ret_dev = major(st.st_dev) << 20 | minor(st.st_dev);
	return 0;
}

/* How many cannot be observed. */
static size_t unobserved_tell(const struct ruleset *rs, bool strict)
{
	const char *why;
	size_t i, n = 0;

	for (i = 0; i < rs->n; i++) {
		const struct rule *rule = &rs->rules[i];

		if (!rule_observable(rule, &why)) {
			n++;
			log_message(strict ? ATR_LOG_ERROR : ATR_LOG_WARN,
				    "%s:%u: not observed: %s: %s", rule->file, rule->line, why,
				    rule->text);
		} else if (why) {
			log_debug("%s:%u: %s: %s", rule->file, rule->line, why, rule->text);
		}
	}
	return n;
}

struct compiled *rules_load(const struct rule_paths *paths, bool strict)
{
	struct compiled *c = NULL;
	struct ruleset rs;
	size_t i, unobserved;
	int err = 0;

	ruleset_init(&rs);
	for (i = 0; i < paths->n && !err; i++)
		err = rules_is_directory(NULL, paths->paths[i]) ? dir_parse(&rs, paths->paths[i]) :
								  file_parse(&rs, paths->paths[i]);
	if (err)
		goto out;
	unobserved = unobserved_tell(&rs, strict);
	if (unobserved && strict) {
		log_error("%zu rules cannot be observed, and --strict wants all of them",
			  unobserved);
		goto out;
	}
	if (rs.controls.keep_going && rs.skipped) {
		log_error("%zu lines with mistakes were left out (-c)", rs.skipped);
		goto out;
	}
	if (unobserved)
		log_info("%zu of %zu rules are not about execs, logins or users, and not observed",
			 unobserved, rs.n);
	c = compiled__new(&rs, rules_resolve, NULL);
	if (!c)
		log_error("cannot take in the rules: %s", strerror(errno));
out:
	ruleset_free(&rs);
	return c;
}

int rules_check(const struct rule_paths *paths, bool strict)
{
	enum atr_log_level level = log_level();
	struct compiled *c;

	if (!paths->n)
		return 0;
	/* Warnings are told when the rules are put in force. */
	log_set_level(ATR_LOG_ERROR);
	c = rules_load(paths, strict);
	log_set_level(level);
	compiled__free(c);
	return c ? 0 : -EINVAL;
}

/* --- explaining ------------------------------------------------------------------------------- */

static const char *const later_words[] = {
	[LATER_GROUPS] = "supplementary groups",
	[LATER_NUMBER] = "more conditions than the kernel side has room for",
	[LATER_EXE] = "exe, by its path",
	[LATER_PATH] = "path",
	[LATER_DIR] = "dir",
	[LATER_INODE] = "inode",
	[LATER_DEVMAJOR] = "devmajor",
	[LATER_DEVMINOR] = "devminor",
	[LATER_FILETYPE] = "filetype",
	[LATER_OBJ_UID] = "obj_uid",
	[LATER_OBJ_GID] = "obj_gid",
	[LATER_COMPARE_UID] = "owner of a file",
	[LATER_COMPARE_GID] = "group of a file",
	[LATER_OBJ] = "label of a file",
	[LATER_SUBJ] = "label of the task",
	[LATER_CONTAINER] = "container",
	[LATER_NEVER] = "what no exec has: it never matches",
};

static void rule_explain(const struct compiled_rule *rule)
{
	size_t i;

	if (compiled_in_kernel(rule)) {
		printf("    in the kernel\n");
		return;
	}
	printf("    in the kernel as far as numbers go; behind it in user space:");
	for (i = 0; i < rule->nlater; i++)
		printf("%s %s", i ? "," : "", later_words[rule->later[i].type]);
	printf("\n");
}

void rules_explain(const struct compiled *c)
{
	const struct compiled_rule *next = c->rules, *end = c->rules + c->n;
	const char *why;
	size_t i;

	for (i = 0; i < c->source.n; i++) {
		const struct rule *rule = &c->source.rules[i];

		printf("%s:%u: %s\n", rule->file, rule->line, rule->text);
		if (next < end && next->source == rule)
			rule_explain(next++);
		if (!rule_observable(rule, &why))
			printf("    not observed: %s\n", why);
		else if (why)
			printf("    %s\n", why);
	}
	printf("%zu rules, %zu of them observed\n", c->source.n, c->n);
}
