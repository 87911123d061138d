// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/feat.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "feat.skel.h"
#include "user/load/libbpf_log.h"
#include "user/log.h"

/* The entry points that only a kernel with 32-bit emulation has. */
static bool has_compat(void)
{
#ifdef __x86_64__
	return !access("/proc/sys/abi/vsyscall32", F_OK);
#else
	return !access("/proc/sys/abi/swp", F_OK);
#endif
}

int features_probe(struct atr_features *ret)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	struct feat_bpf *skel;
	int err;

	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		log_error("this kernel has no type information: /sys/kernel/btf/vmlinux: %s; "
			  "autrail needs a kernel built with CONFIG_DEBUG_INFO_BTF=y",
			  strerror(errno));
		return -ESRCH;
	}
	skel = feat_bpf__open_and_load();
	if (!skel) {
		err = -errno;
		log_error("cannot load a BPF program to ask the kernel for its features: %s%s",
			  strerror(-err), libbpf_log_tail());
		return err;
	}
	/* Run here and now, attached to nothing. */
	err = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.atr_feat), &run);
	if (err) {
		log_error("cannot run a BPF program to ask the kernel for its features: %s",
			  strerror(-err));
	} else {
		*ret = (struct atr_features){
			.tai = skel->bss->has_tai,
			.find_vma = skel->bss->has_find_vma,
			.task_regs = skel->bss->has_task_regs,
			.prepare_exec = skel->bss->has_prepare_exec,
			.loginuid = skel->bss->has_loginuid,
			.fput = skel->bss->has_fput,
			.compat = has_compat(),
		};
	}
	feat_bpf__destroy(skel);
	return err;
}
