// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/sink/plugin_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/sink/server.h"

enum { FILE_MAX_BYTES = 64 << 10 };

struct reader {
	const char *dir;
	plugin_files_tell_fn *tell;
	void *ctx;
};

__attribute__((format(printf, 3, 4))) static void say(const struct reader *r, enum atr_tell level,
						      const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	r->tell(r->ctx, level, text);
}

static void report(void *ctx, const struct conf_message *m)
{
	enum atr_tell level = m->error ? ATR_TELL_ERROR : ATR_TELL_WARN;

	if (m->line)
		say(ctx, level, "%s:%u:%u: %s", m->file, m->line, m->column, m->text);
	else
		say(ctx, level, "%s: %s", m->file, m->text);
}

static const char *stranger(const struct stat *st)
{
	if (st->st_uid)
		return "it does not belong to root";
	if (st->st_mode & S_IWOTH)
		return "everybody can write to it";
	return NULL;
}

/* NULL and text, with its length; or what is wrong with the file. */
static const char *read_text(int dir, const char *name, char *text, size_t *ret_len)
{
	/* What is there may be a pipe that nobody writes to. */
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *why = NULL;
	struct stat st;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return strerrordesc_np(errno);
	if (fstat(fd, &st))
		why = strerrordesc_np(errno);
	else if (!S_ISREG(st.st_mode))
		why = "it is no regular file";
	else
		why = stranger(&st);
	while (!why && n > 0) {
		n = read(fd, text + len, FILE_MAX_BYTES + 1 - len);
		if (n < 0)
			why = strerrordesc_np(errno);
		else
			len += n;
		if (len > FILE_MAX_BYTES)
			why = "it has more than 64 KiB";
	}
	close(fd);
	*ret_len = len;
	return why;
}

/* What can be told without starting it. */
static const char *check_active(struct plugin_file *file)
{
	const char *path;
	mode_t mode;

	if (!file->conf.active)
		return NULL;
	if (file->conf.type == PLUGIN_BUILTIN)
		return server_args(&file->conf.args, &path, &mode);
	return program_check(file->conf.path, &file->program);
}

static void read_one(struct reader *r, int dir, struct plugin_file *file, char *text)
{
	char path[CONF_PATH_MAX + 256];
	const char *why;
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/%s", r->dir, file->name);
	file->bad = true;
	why = read_text(dir, file->name, text, &len);
	if (why) {
		say(r, ATR_TELL_ERROR, "%s is left out: %s", path, why);
		return;
	}
	if (plugin_conf_parse(&file->conf, path, text, len, report, r)) {
		say(r, ATR_TELL_ERROR, "%s is left out", path);
		return;
	}
	why = check_active(file);
	if (why) {
		say(r, ATR_TELL_ERROR, "%s is left out: %s: %s", path, file->conf.path, why);
		plugin_conf_free(&file->conf);
		return;
	}
	file->bad = false;
}

static int is_named(const struct dirent *entry)
{
	return plugin_conf_named(entry->d_name) && entry->d_type != DT_DIR;
}

static int take(struct plugin_files *ret, struct reader *r, int dir, struct dirent **entries, int n)
{
	char *text = malloc(FILE_MAX_BYTES + 1);
	struct plugin_file *file;
	int i, err = text ? 0 : -ENOMEM;

	if (n > PLUGIN_FILES_MAX)
		say(r, ATR_TELL_ERROR, "%s has %d files: the first %d count", r->dir, n,
		    PLUGIN_FILES_MAX);
	for (i = 0; i < n && i < PLUGIN_FILES_MAX && !err; i++) {
		file = &ret->files[ret->n];
		file->name = strdup(entries[i]->d_name);
		if (!file->name) {
			err = -ENOMEM;
			break;
		}
		ret->n++;
		read_one(r, dir, file, text);
	}
	free(text);
	return err;
}

int plugin_files_read(struct plugin_files *ret, const char *dir, plugin_files_tell_fn *tell,
		      void *ctx)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), n, i, err = 0;
	struct reader r = { dir, tell, ctx };
	struct dirent **entries = NULL;
	const char *why = NULL;
	struct stat st;

	memset(ret, 0, sizeof(*ret));
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fstat(fd, &st))
		why = strerrordesc_np(errno);
	else
		why = stranger(&st);
	if (why) {
		say(&r, ATR_TELL_ERROR, "no plugin of %s is started: %s", dir, why);
		err = -EPERM;
		goto out;
	}
	n = scandirat(fd, ".", &entries, is_named, alphasort);
	err = n < 0 ? -errno : take(ret, &r, fd, entries, n);
	for (i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	if (err) {
		say(&r, ATR_TELL_ERROR, "cannot read %s: %s", dir, strerror(-err));
		plugin_files_free(ret);
	}
out:
	if (fd >= 0)
		close(fd);
	return err;
}

void plugin_files_free(struct plugin_files *files)
{
	size_t i;

	for (i = 0; i < files->n; i++) {
		free(files->files[i].name);
		if (!files->files[i].bad)
			plugin_conf_free(&files->files[i].conf);
	}
	memset(files, 0, sizeof(*files));
}
