// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random execs, written as records and read back by libauparse: arguments, names, comm, exe and ids
 * must be those of the event, byte for byte. The seed is printed; ATR_SEED sets it, ATR_RUNS how
 * many.
 */
#include <auparse.h>
#include <libaudit.h>
#include <time.h>

#include "tests/tap.h"
#include "tests/unit/stream.h"

enum { ARGS_MAX = 400 };

static struct event ev, answer;
static unsigned long long rng;
static char argv[64 * 1024];

static unsigned int random_below(unsigned int n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (rng >> 16) % n;
}

/* Bytes without NUL; which kind of bytes is random, too. */
static size_t random_bytes(char *to, size_t max)
{
	static const char tricky[] = " \"'\\\n\x1d\x01\x7f\xff(){}=%,:;#$";
	size_t n = random_below(4) ? random_below(max < 20 ? max + 1 : 20) : random_below(max + 1),
	       i;
	unsigned int how = random_below(4);

	for (i = 0; i < n; i++) {
		if (how == 0)
			to[i] = 1 + random_below(255);
		else if (how == 1 && !random_below(5))
			to[i] = tricky[random_below(sizeof(tricky) - 1)];
		else
			to[i] = "abcdefghijklmnopqrstuvwxyz0123456789-_./"[random_below(40)];
	}
	return n;
}

/* A path from random parts without slashes, as a walk. */
static void random_walk(struct atr_str *str)
{
	char walk[1024];
	size_t at = 0, n, i;
	unsigned int parts = random_below(6);

	while (parts--) {
		n = random_bytes(walk + at, 100);
		for (i = 0; i < n; i++)
			if (walk[at + i] == '/')
				walk[at + i] = '_';
		if (!n)
			walk[at + n++] = 'x';
		at += n;
		walk[at++] = '\0';
	}
	event_put(&ev, str, walk, at);
	if (!random_below(8))
		str->flags = ATR_S_DELETED;
}

static void random_exec(void)
{
	struct atr_exec *e = &ev.exec;
	char name[ATR_NAME_MAX];
	size_t at = 0;
	unsigned int i;

	an_exec(&ev);
	e->argc = 1 + random_below(random_below(10) ? 8 : ARGS_MAX);
	for (i = 0; i < e->argc; i++) {
		at += random_bytes(argv + at, random_below(40) ? 100 : 20000);
		argv[at++] = '\0';
		if (at > 40000) {
			e->argc = i + 1;
			break;
		}
	}
	e->argv_len = at;
	e->hdr.flags = at > ATR_ARGV_INLINE ? ATR_F_CHUNKED : 0;
	event_put(&ev, &e->argv, argv, at > ATR_ARGV_INLINE ? 0 : at);
	event_put(&ev, &e->name, name, random_bytes(name, random_below(10) ? 200 : 4000));
	random_walk(&e->task.exe);
	random_walk(&e->cwd);
	memset(e->task.comm, 0, sizeof(e->task.comm));
	random_bytes(e->task.comm, 15);
	e->task.uid = random_below(3) ? random_below(2000) : ATR_UNSET - random_below(3);
	e->task.fsgid = random_below(70000);
	e->args[3] = rng;
	e->files[0].ino = rng;
	e->files[0].mode = random_below(0200000);
}

/* --- reading back ------------------------------------------------------------------------------ */

static void unescape(struct stream *to, const char *value)
{
	size_t len = strlen(value), i;
	unsigned int byte;

	if (value[0] == '"') {
		stream_bytes(to, value + 1, len - 2);
		return;
	}
	for (i = 0; i + 1 < len; i += 2) {
		char c;

		sscanf(value + i, "%2x", &byte);
		c = byte;
		stream_bytes(to, &c, 1);
	}
}

/* All argument strings of the event as libauparse has them, each with a NUL. */
static void read_argv(auparse_state_t *au, struct stream *to)
{
	unsigned int n, piece;
	const char *name;
	int end;

	do {
		if (auparse_get_type(au) != AUDIT_EXECVE)
			continue;
		auparse_first_field(au);
		do {
			name = auparse_get_field_name(au);
			end = 0;
			if (sscanf(name, "a%u[%u]%n", &n, &piece, &end) == 2 && end) {
				if (piece)
					to->len--;
			} else if (sscanf(name, "a%u%n", &n, &end) != 1 || name[end]) {
				continue;
			}
			unescape(to, auparse_get_field_str(au));
			stream_bytes(to, "", 1);
		} while (auparse_next_field(au) > 0);
	} while (auparse_next_record(au) > 0);
}

static bool field_is(auparse_state_t *au, int type, const char *field, const char *want, size_t len)
{
	struct stream got = { 0 };
	bool same = false;

	auparse_first_record(au);
	do {
		if (auparse_get_type(au) != type || !auparse_find_field(au, field))
			continue;
		unescape(&got, auparse_get_field_str(au));
		same = got.len == len && (!len || !memcmp(got.bytes, want, len));
		break;
	} while (auparse_next_record(au) > 0);
	if (!same)
		is_bytes(got.bytes ? got.bytes : "", got.len, want, len, field);
	stream_free(&got);
	return same;
}

static bool number_is(auparse_state_t *au, int type, const char *field, int base, __u64 want)
{
	const char *value;

	auparse_first_record(au);
	do {
		if (auparse_get_type(au) != type || !auparse_find_field(au, field))
			continue;
		value = auparse_get_field_str(au);
		if (value && strtoull(value, NULL, base) == want)
			return true;
		ok(false, "%s is %s, and not %llu", field, value ? value : "nothing", want);
		return false;
	} while (auparse_next_record(au) > 0);
	ok(false, "there is no %s", field);
	return false;
}

static bool walk_is(auparse_state_t *au, int type, const char *field, const struct atr_str *str)
{
	char path[2 * ATR_NAME_MAX] = "";
	const char *at = ev.bytes + str->off, *end = at + str->len;
	size_t n;

	for (; at < end; at += n + 1) {
		n = strlen(at);
		memmove(path + n + 1, path, strlen(path) + 1);
		path[0] = '/';
		memcpy(path + 1, at, n);
	}
	if (!*path)
		strcpy(path, "/");
	if (str->flags & ATR_S_DELETED)
		strcat(path, " (deleted)");
	return field_is(au, type, field, path, strlen(path));
}

static bool check_fields(auparse_state_t *au)
{
	const struct atr_exec *e = &ev.exec;
	const struct atr_task *t = &e->task;

	return field_is(au, AUDIT_SYSCALL, "comm", t->comm, strlen(t->comm)) &&
	       walk_is(au, AUDIT_SYSCALL, "exe", &e->task.exe) &&
	       walk_is(au, AUDIT_CWD, "cwd", &e->cwd) &&
	       field_is(au, AUDIT_PATH, "name", ev.bytes + e->name.off, e->name.len) &&
	       number_is(au, AUDIT_SYSCALL, "uid", 10, t->uid) &&
	       number_is(au, AUDIT_SYSCALL, "fsgid", 10, t->fsgid) &&
	       number_is(au, AUDIT_SYSCALL, "a3", 16, e->args[3]) &&
	       number_is(au, AUDIT_PATH, "inode", 10, e->files[0].ino) &&
	       number_is(au, AUDIT_PATH, "mode", 8, e->files[0].mode);
}

/* What does not fit into the event comes before it. */
static void feed_chunks(struct recorder *r)
{
	size_t at, n;

	for (at = 0; at < ev.exec.argv_len; at += n) {
		n = 1 + random_below(ATR_CHUNK_MAX);
		if (n > ev.exec.argv_len - at)
			n = ev.exec.argv_len - at;
		event_begin(&answer, ATR_KIND_CHUNK);
		answer.hdr.seq = ++ev.hdr.seq;
		answer.chunk.off = at;
		event_put(&answer, &answer.chunk.data, argv + at, n);
		free(feed_str(r, &answer));
	}
	ev.hdr.seq++;
}

static bool check_exec(struct recorder *r)
{
	struct stream got = { 0 };
	char *text, *line;
	auparse_state_t *au;
	bool same = false;

	if (ev.hdr.flags & ATR_F_CHUNKED)
		feed_chunks(r);
	text = feed_str(r, &ev);
	for (line = text; line && *line; line = strchr(line, '\n') + 1)
		if (strcspn(line, "\n") > 8969)
			ok(false, "a line of %zu bytes", strcspn(line, "\n"));
	au = auparse_init(AUSOURCE_BUFFER, text);
	auparse_set_escape_mode(au, AUPARSE_ESC_RAW);
	if (auparse_next_event(au) > 0) {
		auparse_first_record(au);
		read_argv(au, &got);
		same = got.len == ev.exec.argv_len && !memcmp(got.bytes, argv, got.len);
		if (!same)
			is_bytes(got.bytes, got.len, argv, ev.exec.argv_len, "arguments");
		same = same && check_fields(au);
		if (auparse_next_event(au) > 0)
			same = ok(false, "one event, not more");
	}
	auparse_destroy(au);
	stream_free(&got);
	free(text);
	return same;
}

int main(void)
{
	const char *seed = getenv("ATR_SEED"), *runs_set = getenv("ATR_RUNS");
	unsigned int runs = runs_set ? atoi(runs_set) : 2000, i;
	struct atr_file file = a_file(10);
	enum atr_format format;

	rng = seed ? strtoull(seed, NULL, 10) : (unsigned long long)time(NULL) * 2654435761U | 1;
	tap_note("ATR_SEED=%llu", rng);
	for (format = ATR_FORMAT_RAW; format <= ATR_FORMAT_ENRICHED; format++) {
		struct recorder *r = a_recorder(format);

		a_file_answer(&answer, &file, ATR_ANSWER_ELF, "/lib64/ld-linux-x86-64.so.2", NULL);
		free(feed_str(r, &answer));
		for (i = 0; i < runs; i++) {
			random_exec();
			if (!check_exec(r))
				break;
		}
		ok(i == runs, "%u random execs come back, format %d", i, format);
		recorder__free(r);
	}
	return tap_done();
}
