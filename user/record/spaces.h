/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a task is that is not in the initial namespaces: pairs behind auditd's own. */
#ifndef ATR_RECORD_SPACES_H
#define ATR_RECORD_SPACES_H

#include "user/record/enrich.h"
#include "user/record/state.h"

/* CONTAINER="…" MNTNS="…" PIDNS="…" USERNS="…" INPID="…" INUID="…", those that apply. */
void spaces_write(struct recorder *r, struct tail *tail, const struct atr_view *view);

/*
 * What a cgroup, a walk leaf first, is to its container's manager: Docker, containerd, CRI-O, Podman, LXC,
 * nspawn; or, with any, the name of the innermost cgroup that is nothing of systemd's. Returns its length,
 * 0 if it is none.
 */
size_t container_id(const char *walk, size_t len, bool any, const char **ret_id);

#endif /* ATR_RECORD_SPACES_H */
