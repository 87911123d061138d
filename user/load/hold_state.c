// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/hold_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "user/load/hold.h"

#define MAGIC	  "autrail hold 1\n"
#define RULES_MAX 100000
/* struct audit_rule_data has 1040 bytes, and behind them 64 paths at most. */
#define RULE_MAX (1 << 20)

struct head {
	char magic[sizeof(MAGIC)];
	int pid;
	unsigned long long start;
	struct audit_status was, set;
	size_t saved, ours;
};

static size_t rule_size(const struct audit_rule_data *rule)
{
	return sizeof(*rule) + rule->buflen;
}

int hold_rules__add(struct hold_rules *rules, const struct audit_rule_data *rule)
{
	struct audit_rule_data **of = realloc(rules->of, (rules->n + 1) * sizeof(*of)), *copy;

	if (!of)
		return -ENOMEM;
	rules->of = of;
	copy = malloc(rule_size(rule));
	if (!copy)
		return -ENOMEM;
	memcpy(copy, rule, rule_size(rule));
	rules->of[rules->n++] = copy;
	return 0;
}

static void rules_free(struct hold_rules *rules)
{
	while (rules->n)
		free(rules->of[--rules->n]);
	free(rules->of);
	rules->of = NULL;
}

void hold_state__free(struct hold_state *state)
{
	rules_free(&state->saved);
	rules_free(&state->ours);
}

/* When a process was started, in ticks since boot; 0: there is none, or it only waits to be buried. */
static unsigned long long start_of(int pid)
{
	unsigned long long start = 0;
	char path[32], text[1024];
	const char *at;
	size_t len;
	FILE *in;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	in = fopen(path, "re");
	if (!in)
		return 0;
	len = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	text[len] = 0;
	/* The name may have anything in it but the last parenthesis; the field is the 20th behind it. */
	at = strrchr(text, ')');
	if (at && (at[1] != ' ' || at[2] == 'Z' || at[2] == 'X'))
		return 0;
	for (i = 0; at && i < 20; i++)
		at = strchr(at + 1, ' ');
	if (at)
		start = strtoull(at + 1, NULL, 10);
	return start;
}

bool hold_state_runs(const struct hold_state *state)
{
	return start_of(state->pid) == state->start;
}

/* --- the file --------------------------------------------------------------------------------- */

static void write_rules(FILE *out, const struct hold_rules *rules)
{
	size_t i;

	for (i = 0; i < rules->n; i++)
		fwrite(rules->of[i], rule_size(rules->of[i]), 1, out);
}

int hold_state__store(struct hold_state *state)
{
	struct head head = { .magic = MAGIC };
	int fd, err = 0;
	FILE *out;

	if (mkdir("/run/autrail", 0755) && errno != EEXIST)
		return -errno;
	fd = open(HOLD_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return errno == EEXIST ? -EBUSY : -errno;
	out = fdopen(fd, "w");
	if (!out) {
		err = -errno;
		close(fd);
		unlink(HOLD_FILE);
		return err;
	}
	head.pid = state->pid = getpid();
	head.start = state->start = start_of(state->pid);
	head.was = state->was;
	head.set = state->set;
	head.saved = state->saved.n;
	head.ours = state->ours.n;
	fwrite(&head, sizeof(head), 1, out);
	write_rules(out, &state->saved);
	write_rules(out, &state->ours);
	if (fflush(out) || ferror(out) || fsync(fd))
		err = errno ? -errno : -EIO;
	fclose(out);
	if (err)
		unlink(HOLD_FILE);
	return err;
}

static int read_rules(FILE *in, size_t n, struct hold_rules *ret)
{
	union {
		struct audit_rule_data rule;
		char bytes[RULE_MAX];
	} *buffer = malloc(sizeof(*buffer));
	int err = buffer ? 0 : -ENOMEM;

	for (; n && !err; n--) {
		if (fread(&buffer->rule, sizeof(buffer->rule), 1, in) != 1 ||
		    buffer->rule.buflen > RULE_MAX - sizeof(buffer->rule) ||
		    (buffer->rule.buflen &&
		     fread(buffer->bytes + sizeof(buffer->rule), buffer->rule.buflen, 1, in) != 1))
			err = -EBADMSG;
		else
			err = hold_rules__add(ret, &buffer->rule);
	}
	free(buffer);
	return err;
}

/* What anybody else could have written is not given to the kernel. */
static bool is_ours(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && !st.st_uid && !(st.st_mode & 022);
}

int hold_state__load(struct hold_state *state)
{
	int fd = open(HOLD_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), err = 0;
	struct hold_state loaded = { 0 };
	struct head head;
	FILE *in;

	if (fd < 0)
		return -errno;
	if (!is_ours(fd)) {
		close(fd);
		return -EBADMSG;
	}
	in = fdopen(fd, "r");
	if (!in) {
		err = -errno;
		close(fd);
		return err;
	}
	if (fread(&head, sizeof(head), 1, in) != 1 || memcmp(head.magic, MAGIC, sizeof(MAGIC)) ||
	    head.saved > RULES_MAX || head.ours > RULES_MAX)
		err = -EBADMSG;
	if (!err)
		err = read_rules(in, head.saved, &loaded.saved);
	if (!err)
		err = read_rules(in, head.ours, &loaded.ours);
	fclose(in);
	if (err) {
		hold_state__free(&loaded);
		return err;
	}
	loaded.pid = head.pid;
	loaded.start = head.start;
	loaded.was = head.was;
	loaded.set = head.set;
	*state = loaded;
	return 0;
}
