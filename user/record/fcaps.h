/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BPRM_FCAPS: fver=2 fp=0000000000002000 fi=0 fe=1 old_pp=0 old_pi=0 old_pe=0 old_pa=0
 *             pp=0000000000002000 pi=0 pe=0000000000002000 pa=0 frootid=0
 * and the file capabilities that PATH records show.
 */
#ifndef ATR_RECORD_FCAPS_H
#define ATR_RECORD_FCAPS_H

#include "user/record/items.h"
#include "user/record/text.h"

/* The capabilities of a file as they count for one task. */
struct fcaps {
	bool known;
	bool applies; /* the file has some, and they are valid in the task's user namespace */
	bool given;   /* and its mount lets an exec have them */
	__u64 fp;
	__u64 fi;
	__u32 fe;
	__u32 fver;
	__u32 rootid;
};

/* What depends on the kernel that wrote the event; from the HOST event. */
struct fcaps_host {
	__u32 last_cap;
	bool compares_euid; /* ATR_HOST_FCAPS_EUID */
};

/*
 * As get_vfs_caps_from_disk() gives them to that task. item NULL: nothing is known. All of
 * ret_fcaps is filled.
 */
void fcaps_of_item(const struct item *item, const struct atr_task *task,
		   const struct fcaps_host *host, struct fcaps *ret_fcaps);

/*
 * Would nonroot_raised_pE() have the kernel write the record? Where f is not known that is inferred
 * from what the task has gained.
 */
bool fcaps_recorded(const struct atr_exec *e, const struct fcaps *f, const struct fcaps_host *host);

/* The body of the record; ? for what is not known, of which the kernel has nothing. */
void fcaps_write(struct text *t, const struct atr_exec *e, const struct fcaps *f);

/* The end of a PATH record, from " cap_fp=" on. */
void fcaps_write_path(struct text *t, const struct fcaps *f);

#endif /* ATR_RECORD_FCAPS_H */
