/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which security modules are on. */
#ifndef ATR_LOAD_LSM_H
#define ATR_LOAD_LSM_H

#include <linux/types.h>

#include "bpf/event.h"

/* Those that label tasks, as struct atr_host has them; 0 also where the kernel does not say. */
__u32 lsms_read(void);

/* One of these, for people and for names of fields. */
const char *lsm_name(enum atr_lsm lsm);

#endif /* ATR_LOAD_LSM_H */
