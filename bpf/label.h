/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel keeps labels. Which security modules are on, and at which offset each has its part
 * of a task's credentials and of an inode, is settled when the kernel boots: feat.bpf.c looks it up
 * once, the rest is loaded with it as constants.
 */
#ifndef ATR_LABEL_H
#define ATR_LABEL_H

#include "bpf/event.h"

struct atr_label_sources {
	__u64 unconfined;  /* AppArmor's label of most tasks: its address */
	__u64 modes;	   /* kernel.apparmor_display_secid_mode: its address, 0: not known */
	__u32 modes_shown; /* and then what it was when this was loaded */
	__u32 task_at[ATR_LSM_MAX];  /* in what cred.security points to */
	__u32 inode_at[ATR_LSM_MAX]; /* in what inode.i_security points to */
	__u32 task;		     /* bit for each enum atr_lsm that is on and can be read */
	__u32 inode;		     /* of these those that label files: one at most */
};

#endif /* ATR_LABEL_H */
