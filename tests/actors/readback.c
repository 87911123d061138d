/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * readback LOG [TOLD]: walks every field of every record with libauparse, as any reader of audit
 * logs would, and puts the arguments of each exec together again. They must be, byte for byte, what
 * the programs told of themselves in TOLD (see tell.static.c). Complaints go to stdout; exit 1.
 */
#include <auparse.h>
#include <errno.h>
#include <libaudit.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
	char *data;
	size_t len;
	size_t room;
};

/* What one program told: its arguments, as they are in the file. */
struct told {
	uint32_t pid;
	uint32_t argc;
	const char *args;
	bool seen;
};

struct readback {
	struct told *told;
	size_t told_count;
	struct bytes file;
	struct bytes args; /* of the event at hand, as a program would tell them */
	unsigned long events, records, fields, execs, complaints;
};

static void *want(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void __attribute__((format(printf, 2, 3)))
complain(struct readback *rb, const char *format, ...)
{
	va_list args;

	rb->complaints++;
	if (rb->complaints > 50)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void bytes__add(struct bytes *bytes, const void *data, size_t len)
{
	if (bytes->len + len > bytes->room) {
		bytes->room = (bytes->len + len) * 2;
		bytes->data = want(realloc(bytes->data, bytes->room));
	}
	memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
}

static int readback__load(struct readback *rb, const char *path)
{
	char buf[65536];
	size_t at = 0;
	size_t n;
	FILE *in = fopen(path, "r");

	if (!in)
		return -errno;
	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		bytes__add(&rb->file, buf, n);
	fclose(in);
	while (at + 8 <= rb->file.len) {
		struct told told = { 0 };
		uint32_t len;

		memcpy(&told.pid, rb->file.data + at, 4);
		memcpy(&told.argc, rb->file.data + at + 4, 4);
		at += 8;
		told.args = rb->file.data + at;
		for (uint32_t i = 0; i < told.argc; i++) {
			memcpy(&len, rb->file.data + at, 4);
			at += 4 + len;
		}
		rb->told = want(realloc(rb->told, (rb->told_count + 1) * sizeof(told)));
		rb->told[rb->told_count++] = told;
	}
	return 0;
}

/* The decoded value. The library's own, where it is one piece; "" it reads as a name of a file. */
static void add_value(struct readback *rb, const char *raw)
{
	size_t len = strlen(raw);
	unsigned int byte;

	if (raw[0] == '"') {
		if (len < 2 || raw[len - 1] != '"')
			return complain(rb, "a quote that does not end: %.60s", raw);
		bytes__add(&rb->args, raw + 1, len - 2);
		return;
	}
	if (len % 2)
		return complain(rb, "hex of odd length: %.60s", raw);
	for (size_t i = 0; i < len; i += 2) {
		char out;

		if (sscanf(raw + i, "%2X", &byte) != 1)
			return complain(rb, "not hex: %.60s", raw);
		out = (char)byte;
		bytes__add(&rb->args, &out, 1);
	}
}

/* What the library makes of a value must be what it stands for. */
static void check_interpreted(struct readback *rb, const char *name, const char *raw,
			      const char *interpreted, size_t from)
{
	size_t len = rb->args.len - from;

	if (!interpreted)
		return complain(rb, "%s is not interpreted: %.60s", name, raw);
	if (strlen(interpreted) != len || memcmp(interpreted, rb->args.data + from, len))
		complain(rb, "%s=%.60s is read as %.60s", name, raw, interpreted);
}

/* One field aN, aN_len or aN[i] of an EXECVE record. open: where the length of the last one is. */
static void add_argument(struct readback *rb, const char *name, const char *raw,
			 const char *interpreted, size_t *open)
{
	uint32_t len = 0;
	size_t from;
	char *end;

	strtoul(name + 1, &end, 10);
	if (!strcmp(end, "_len"))
		return;
	/* A new argument; its length is known when it is complete. */
	if (*end == '\0' || !strcmp(end, "[0]")) {
		*open = rb->args.len;
		bytes__add(&rb->args, &len, 4);
	}
	from = rb->args.len;
	add_value(rb, raw);
	check_interpreted(rb, name, raw, interpreted, from);
	len = (uint32_t)(rb->args.len - *open - 4);
	memcpy(rb->args.data + *open, &len, 4);
}

static void read_record(struct readback *rb, auparse_state_t *au, uint32_t *ret_pid, size_t *open)
{
	bool execve = auparse_get_type(au) == AUDIT_EXECVE;
	int count = 0;

	rb->records++;
	if (!auparse_get_type_name(au))
		complain(rb, "a record of unknown type %d", auparse_get_type(au));
	if (!auparse_first_field(au))
		return complain(rb, "a record without fields: %s", auparse_get_record_text(au));
	do {
		const char *name = auparse_get_field_name(au);
		const char *raw = auparse_get_field_str(au);
		const char *interpreted = auparse_interpret_field(au);

		if (!name || !raw || !interpreted) {
			complain(rb, "field %d cannot be read: %.200s", count,
				 auparse_get_record_text(au));
			continue;
		}
		rb->fields++;
		count++;
		if (!strcmp(name, "pid"))
			*ret_pid = (uint32_t)strtoul(raw, NULL, 10);
		if (execve && name[0] == 'a' && name[1] >= '0' && name[1] <= '9')
			add_argument(rb, name, raw, interpreted, open);
	} while (auparse_next_field(au) > 0);
	if ((int)auparse_get_num_fields(au) != count)
		complain(rb, "%d fields of %u", count, auparse_get_num_fields(au));
}

static void check_told(struct readback *rb, uint32_t pid)
{
	rb->execs++;
	for (size_t i = 0; i < rb->told_count; i++) {
		struct told *told = &rb->told[i];
		size_t len;

		if (told->pid != pid || told->seen)
			continue;
		told->seen = true;
		len = (size_t)((i + 1 < rb->told_count ? rb->told[i + 1].args - 8 :
							 rb->file.data + rb->file.len) -
			       told->args);
		if (len != rb->args.len || memcmp(told->args, rb->args.data, len))
			complain(rb, "pid %u: the arguments are not those it got (%zu bytes, %zu)",
				 pid, rb->args.len, len);
		return;
	}
}

static void read_event(struct readback *rb, auparse_state_t *au)
{
	const au_event_t *event = auparse_get_timestamp(au);
	uint32_t pid = 0;
	size_t open = 0;
	bool execve = false;

	rb->events++;
	rb->args.len = 0;
	if (!event || !event->sec)
		complain(rb, "an event without a time");
	if (auparse_first_record(au) <= 0)
		return complain(rb, "an event without records");
	do {
		execve |= auparse_get_type(au) == AUDIT_EXECVE;
		read_record(rb, au, &pid, &open);
	} while (auparse_next_record(au) > 0);
	if (execve)
		check_told(rb, pid);
}

int main(int argc, char **argv)
{
	static struct readback rb;
	auparse_state_t *au;
	int err;

	if (argc != 2 && argc != 3) {
		fputs("usage: readback LOG [TOLD]\n", stderr);
		return 2;
	}
	err = argc == 3 ? readback__load(&rb, argv[2]) : 0;
	au = err ? NULL : auparse_init(AUSOURCE_FILE, argv[1]);
	if (!au) {
		fprintf(stderr, "readback: %s: %s\n", argv[err ? 2 : 1],
			strerror(err ? -err : errno));
		return 2;
	}
	auparse_set_escape_mode(au, AUPARSE_ESC_RAW);
	while ((err = auparse_next_event(au)) > 0)
		read_event(&rb, au);
	if (err < 0)
		complain(&rb, "the log cannot be read to its end");
	auparse_destroy(au);
	for (size_t i = 0; i < rb.told_count; i++)
		if (!rb.told[i].seen)
			complain(&rb, "no exec of pid %u", rb.told[i].pid);
	printf("events %lu records %lu fields %lu execs %lu told %zu complaints %lu\n", rb.events,
	       rb.records, rb.fields, rb.execs, rb.told_count, rb.complaints);
	return rb.complaints ? 1 : 0;
}
