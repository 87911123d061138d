/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Audit has no field for it, so it stands behind the kernel's part of a record (see enrich.h):
 *
 * … UID="root" AUID="unset"^]CONTAINER="3f2a9c…" MNTNS="4026532201" PIDNS="4026532203" INPID="1"
 */
#include "user/record/spaces.h"

#include <string.h>

/* --- containers ------------------------------------------------------------------------------- */

enum { ID_HEX_MIN = 32 }; /* 64 digits as a rule; some shorten them to half */

static bool is_hex(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!strchr("0123456789abcdef", s[i]) || !s[i])
			return false;
	return len >= ID_HEX_MIN;
}

static bool ends_with(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && !memcmp(s + len - n, end, n);
}

/* Managers that name a scope or a cgroup after the container: what comes before the name. */
static const struct {
	const char *prefix;
	bool hex; /* the name is a number of theirs */
} managers[] = {
	{ "docker-", true },   { "cri-containerd-", true }, { "crio-", true },
	{ "libpod-", true },   { "nerdctl-", true },	    { "lxc.payload.", false },
	{ "machine-", false },
};

/* The id in the name of one cgroup. */
static size_t id_of(const char *name, size_t len, const char **ret_id)
{
	unsigned int i;
	size_t n;

	if (ends_with(name, len, ".scope"))
		len -= strlen(".scope");
	for (i = 0; i < sizeof(managers) / sizeof(managers[0]); i++) {
		n = strlen(managers[i].prefix);
		if (len <= n || memcmp(name, managers[i].prefix, n))
			continue;
		if (managers[i].hex && !is_hex(name + n, len - n))
			continue;
		*ret_id = name + n;
		return len - n;
	}
	*ret_id = name;
	return is_hex(name, len) ? len : 0;
}

static bool is_systemds(const char *name, size_t len)
{
	return ends_with(name, len, ".service") || ends_with(name, len, ".slice") ||
	       ends_with(name, len, ".scope") || ends_with(name, len, ".socket");
}

/*
 * First on all levels for a name that a manager gives: within its container there may be cgroups of
 * any name, or systemd's. strnlen() ends at the walk's end, whether or not a NUL is there.
 */
size_t container_id(const char *walk, size_t len, bool any, const char **ret_id)
{
	const char *end = walk + len, *at;
	size_t n, id;

	for (at = walk; at < end; at += n + 1) {
		n = strnlen(at, end - at);
		id = id_of(at, n, ret_id);
		if (id)
			return id;
	}
	for (at = walk; any && at < end; at += n + 1) {
		n = strnlen(at, end - at);
		*ret_id = at;
		if (n && !is_systemds(at, n))
			return n;
	}
	return 0;
}

/* --- pairs ------------------------------------------------------------------------------------ */

static void write_container(struct tail *tail, const struct atr_view *view, bool inside)
{
	const struct atr_str *cgroup = &view->task->cgroup;
	const char *walk, *id;
	size_t len, n;

	walk = event_str(view, cgroup, &len);
	n = container_id(walk, len, inside, &id);
	if (n)
		tail_text(tail, "CONTAINER=", id, n);
}

static bool is_other(__u32 space, __u32 initial)
{
	return space && initial && space != initial;
}

/* Most tasks are in the initial namespaces: for them nothing is written, and no cgroup was sent. */
void spaces_write(struct recorder *r, struct tail *tail, const struct atr_view *view)
{
	const struct atr_task *t = view->task;
	const struct host_spaces *host = &r->host_spaces;
	bool mnt = is_other(t->mntns, host->mntns), pid = is_other(t->pidns, host->pidns);
	bool user = is_other(t->userns, host->userns);

	if (!mnt && !pid && !user)
		return;
	write_container(tail, view, pid);
	if (mnt)
		tail_number(tail, "MNTNS=", t->mntns);
	if (pid)
		tail_number(tail, "PIDNS=", t->pidns);
	if (user)
		tail_number(tail, "USERNS=", t->userns);
	if (pid && t->in_pid)
		tail_number(tail, "INPID=", t->in_pid);
	if (user && t->in_uid != ATR_UNSET)
		tail_number(tail, "INUID=", t->in_uid);
}
