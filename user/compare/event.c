// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/compare/event.h"

#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <stdlib.h>

#include "user/compare/hash.h"

struct log_event *event__new(void)
{
	return calloc(1, sizeof(struct log_event));
}

void event__free(struct log_event *ev)
{
	if (!ev)
		return;
	free(ev->text);
	free(ev->records);
	free(ev);
}

size_t event_size(const struct log_event *ev)
{
	return sizeof(*ev) + ev->room + ev->records_room * sizeof(struct log_record);
}

/*
 * Room for need more of size bytes each, doubled as it grows. Both limits of an event are far below
 * 2^32, so the sum does not wrap.
 */
static int grow(void **data, __u32 used, __u32 *room, size_t need, size_t size, __u32 first)
{
	__u32 want = *room ? *room : first;
	void *new;

	if (used + need <= *room)
		return 0;
	while (want < used + need)
		want *= 2;
	new = realloc(*data, want * size);
	if (!new)
		return -ENOMEM;
	*data = new;
	*room = want;
	return 0;
}

static void add_folded(struct log_event *ev, unsigned int type, const struct log_line *line)
{
	ev->folded = hash_bytes(hash_number(ev->folded | 1, type), line->body.text, line->body.len);
}

int event__add(struct log_event *ev, unsigned int type, const struct log_line *line)
{
	size_t len = line->body.len + line->tail.len;
	struct log_record *record;

	if (ev->n == EVENT_RECORDS_MAX || ev->len + len > EVENT_TEXT_MAX) {
		add_folded(ev, type, line);
		return 0;
	}
	if (grow((void **)&ev->text, ev->len, &ev->room, len + 1, 1, 1024) ||
	    grow((void **)&ev->records, ev->n, &ev->records_room, 1, sizeof(*record), 8))
		return -ENOMEM;
	record = &ev->records[ev->n++];
	record->off = ev->len;
	record->len = line->body.len;
	record->tail_len = line->tail.len;
	record->type = type;
	record->tailed = line->tail.text;
	memcpy(ev->text + ev->len, line->body.text, line->body.len);
	if (line->tail.len)
		memcpy(ev->text + ev->len + line->body.len, line->tail.text, line->tail.len);
	ev->len += len;
	return 0;
}

struct piece record_body(const struct log_event *ev, const struct log_record *record)
{
	return (struct piece){ ev->text + record->off, record->len };
}

struct piece record_tail(const struct log_event *ev, const struct log_record *record)
{
	return (struct piece){ record->tailed ? ev->text + record->off + record->len : NULL,
			       record->tail_len };
}

const struct log_record *event_record(const struct log_event *ev, const struct names *types,
				      int number)
{
	__u32 i;

	for (i = 0; i < ev->n; i++) {
		if (types->of[ev->records[i].type].number == number)
			return &ev->records[i];
	}
	return NULL;
}

/* --- what it is ------------------------------------------------------------------------------- */

/* What identifies a system call; pieces of the SYSCALL record. */
struct call {
	struct piece arch, nr, exit, pid, success;
};

/* pid is the last one of these in the record, so the rest of it is not read. */
static void call_read(struct piece body, struct call *ret)
{
	struct field f;

	memset(ret, 0, sizeof(*ret));
	while (!ret->pid.text && field_next(&body, &f)) {
		if (piece_is(f.name, "arch"))
			ret->arch = f.value;
		else if (piece_is(f.name, "syscall"))
			ret->nr = f.value;
		else if (piece_is(f.name, "exit"))
			ret->exit = f.value;
		else if (piece_is(f.name, "success"))
			ret->success = f.value;
		else if (piece_is(f.name, "pid"))
			ret->pid = f.value;
	}
}

/* "execve", "execve, failed", "openat, 32 bit", "c000003e.999". */
static unsigned int call_class(struct names *classes, const struct call *call)
{
	char text[NAME_ROOM], arch[16];
	const char *name = NULL;
	__s64 nr = -1;
	unsigned long elf;
	int machine, len;

	len = snprintf(arch, sizeof(arch), "%.*s", (int)call->arch.len, call->arch.text ?: "");
	elf = strtoul(arch, NULL, 16);
	machine = audit_elf_to_machine(elf);
	if (piece_number(call->nr, &nr) && machine >= 0)
		name = audit_syscall_to_name(nr, machine);
	if (name)
		len = snprintf(text, sizeof(text), "%s%s", name,
			       elf & __AUDIT_ARCH_64BIT ? "" : ", 32 bit");
	else
		len = snprintf(text, sizeof(text), "system call %.*s of %s", (int)call->nr.len,
			       call->nr.text ?: "", arch);
	if (piece_is(call->success, "no") && len < (int)sizeof(text))
		len += snprintf(text + len, sizeof(text) - len, ", failed");
	return names_find(classes, (struct piece){ text, strlen(text) });
}

static __u64 hash_piece(__u64 hash, struct piece piece)
{
	return hash_bytes(hash, piece.text ?: "", piece.len);
}

static void identify_call(struct log_event *ev, const struct event_opts *opts,
			  const struct log_record *record)
{
	/* Names of classes by what they are made of: there are few, and libaudit is slow. */
	static __thread struct {
		__u64 key;
		const struct names *classes;
		unsigned int class;
	} last;
	__u64 key = hash_number(opts->seed, 'S'), class;
	struct call call;
	__s64 pid;

	call_read(record_body(ev, record), &call);
	class = hash_piece(hash_piece(hash_piece(key, call.arch), call.nr), call.success);
	if (last.key != class || last.classes != opts->classes) {
		last.class = call_class(opts->classes, &call);
		last.key = class;
		last.classes = opts->classes;
	}
	ev->class = last.class;
	key = hash_piece(hash_piece(hash_piece(key, call.arch), call.nr), call.exit);
	ev->key[KEY_IDENTITY] = hash_piece(key, call.pid);
	ev->pid = piece_number(call.pid, &pid) ? pid : -1;
}

/* A session begins once: by whom in it is another question, which the fields answer. */
static void identify_login(struct log_event *ev, const struct event_opts *opts,
			   const struct log_record *record)
{
	struct piece body = record_body(ev, record);
	__u64 key = hash_number(opts->seed, 'L');
	__s64 pid;

	key = hash_piece(hash_piece(key, field_get(body, "auid")), field_get(body, "ses"));
	ev->key[KEY_IDENTITY] = key;
	ev->class = names_find(opts->classes, (struct piece){ "LOGIN", 5 });
	ev->pid = piece_number(field_get(body, "pid"), &pid) ? pid : -1;
}

static void identify_other(struct log_event *ev, const struct event_opts *opts)
{
	const struct name *type = &opts->types->of[ev->records[0].type];
	struct piece pid = field_get(record_body(ev, &ev->records[0]), "pid");
	__s64 number;

	ev->key[KEY_IDENTITY] = hash_piece(hash_number(opts->seed, type->hash), pid);
	ev->class = names_find(opts->classes, (struct piece){ type->text, strlen(type->text) });
	ev->pid = piece_number(pid, &number) ? number : -1;
}

/* --- keys ------------------------------------------------------------------------------------- */

/* As a whole, unless fields of it are to be ignored: taking records apart is what costs most. */
static __u64 hash_record(__u64 hash, const struct event_opts *opts, const struct name *type,
			 struct piece body)
{
	struct field f;

	hash = hash_number(hash, type->hash);
	if (!opts->ignores->n)
		return hash_bytes(hash, body.text, body.len);
	if (ignored(opts->ignores, type->text, (struct piece){ 0 }))
		return hash;
	while (field_next(&body, &f)) {
		if (!ignored(opts->ignores, type->text, f.name))
			hash = hash_piece(hash_piece(hash, f.name), f.value);
	}
	return hash;
}

/* Text of a program behind who it is: `… msg='op=`. */
static struct piece message_of(struct piece body)
{
	const char *at = body.len ? memmem(body.text, body.len, "msg='", 5) : NULL;

	return at ? (struct piece){ at, body.text + body.len - at } : (struct piece){ 0 };
}

/*
 * The title is no part of the content: kernel audit tells the first one of a process again and
 * again. What an exec was is in its arguments, its directory and its files; what a program has told
 * in its message.
 */
static void make_keys(struct log_event *ev, const struct event_opts *opts)
{
	__u64 content = hash_number(opts->seed, ev->folded), loose = 0, start = opts->seed;
	const struct name *type;
	struct piece body;
	__u32 i;

	for (i = 0; i < ev->n; i++) {
		type = &opts->types->of[ev->records[i].type];
		body = record_body(ev, &ev->records[i]);
		if (type->number != AUDIT_PROCTITLE && type->wanted)
			content = hash_record(content, opts, type, body);
		if (type->number == AUDIT_EXECVE || type->number == AUDIT_CWD ||
		    type->number == AUDIT_PATH)
			loose = hash_bytes(loose | start, body.text, body.len);
		else if (type->alone && message_of(body).text)
			loose = hash_piece(hash_number(start, type->hash), message_of(body));
	}
	ev->key[KEY_CONTENT] = content;
	ev->key[KEY_LOOSE] = loose;
}

void event__close(struct log_event *ev, const struct event_opts *opts)
{
	const struct log_record *login = event_record(ev, opts->types, AUDIT_LOGIN),
				*call = event_record(ev, opts->types, AUDIT_SYSCALL);

	if (login)
		identify_login(ev, opts, login);
	else if (call && &ev->records[0] == call)
		identify_call(ev, opts, call);
	else
		identify_other(ev, opts);
	make_keys(ev, opts);
}

/* --- what is not to be looked at ---------------------------------------------------------------- */

const char *ignores_add(struct ignores *ignores, const char *arg)
{
	const char *dot = strchr(arg, '.');
	size_t type = dot ? (size_t)(dot - arg) : strlen(arg), field = dot ? strlen(dot + 1) : 0;

	if (ignores->n == IGNORES_MAX)
		return "there are too many";
	if (!type || (dot && !field) || type >= NAME_ROOM || field >= NAME_ROOM)
		return "it must be TYPE.FIELD, TYPE or *.FIELD";
	memset(&ignores->of[ignores->n], 0, sizeof(ignores->of[0]));
	if (strncmp(arg, "*", type))
		memcpy(ignores->of[ignores->n].type, arg, type);
	if (dot && strcmp(dot + 1, "*"))
		memcpy(ignores->of[ignores->n].field, dot + 1, field);
	ignores->n++;
	return NULL;
}

/* aN stands for every argument of EXECVE and its parts. */
static bool is_argument(struct piece field)
{
	return field.text && field.len > 1 && field.text[0] == 'a' && field.text[1] >= '0' &&
	       field.text[1] <= '9';
}

bool ignored(const struct ignores *ignores, const char *type, struct piece field)
{
	unsigned int i;

	for (i = 0; i < ignores->n; i++) {
		if (ignores->of[i].type[0] && strcmp(ignores->of[i].type, type))
			continue;
		if (!ignores->of[i].field[0] ||
		    (field.text && piece_is(field, ignores->of[i].field)) ||
		    (!strcmp(ignores->of[i].field, "aN") && is_argument(field)))
			return true;
	}
	return false;
}
