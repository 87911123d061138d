/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOAD_FEAT_H
#define ATR_LOAD_FEAT_H

#include "user/load/hooks.h"

/*
 * The kernel's types; named to libbpf, it does not look for more of them in modules, which none of ours
 * are of, and which would take CAP_SYS_ADMIN.
 */
#define ATR_KERNEL_BTF "/sys/kernel/btf/vmlinux"

/*
 * Asks the running kernel. Returns 0, or -errno after it has logged why: -ESRCH when the kernel has
 * no BTF.
 */
int features_probe(struct atr_features *ret);

#endif /* ATR_LOAD_FEAT_H */
