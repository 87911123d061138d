// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/feat.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "feat.skel.h"
#include "user/load/libbpf_log.h"
#include "user/load/lsm.h"
#include "user/load/uretprobe.h"
#include "user/log.h"

/* The kernel's own numbers, PROC_PID_INIT_INO and PROC_USER_INIT_INO: include/linux/proc_ns.h. */
#define PID_NS_INIT  0xeffffffcU
#define USER_NS_INIT 0xeffffffdU

/* Does the kernel run 32-bit programs? For where its symbols cannot be read (kernel.kptr_restrict). */
static bool guess_compat(void)
{
#ifdef __x86_64__
	return !access("/proc/sys/abi/vsyscall32", F_OK);
#else
	return !access("/proc/sys/abi/swp", F_OK);
#endif
}

/* Is the return of a function in a program told, and do programs under seccomp live on? */
static bool trial_uretprobe(const struct feat_bpf *skel)
{
	int err = uretprobe_try(skel->progs.atr_try_uretprobe);

	if (err)
		log_debug("no uretprobe here: %s%s", strerror(-err),
			  err == -EPERM ? "; a program under seccomp has died of it" : "");
	return !err && skel->bss->uretprobe_ran;
}

static const struct bpf_object_open_opts open_opts = {
	.sz = sizeof(open_opts),
	.btf_custom_path = ATR_KERNEL_BTF,
};

static void name_anew(void)
{
	char name[16];

	if (!prctl(PR_GET_NAME, name))
		prctl(PR_SET_NAME, name);
}

/* Loads what is given and attaches it, calls what it hooks, and takes the answers. */
static int trial(const char *const programs[], struct atr_features *ret)
{
	struct feat_bpf *skel = feat_bpf__open_opts(&open_opts);
	int i, err = -errno;

	if (!skel)
		return err;
	for (i = 0; programs[i]; i++)
		bpf_program__set_autoload(bpf_object__find_program_by_name(skel->obj, programs[i]),
					  true);
	err = feat_bpf__load(skel);
	skel->bss->trial_pid = getpid();
	if (!err && bpf_program__autoload(skel->progs.atr_try_uretprobe))
		ret->uretprobe = trial_uretprobe(skel);
	if (!err)
		err = feat_bpf__attach(skel);
	if (!err) {
		/* Not by a C library that might answer itself. */
		syscall(SYS_getpgid, 0);
		name_anew();
		ret->fentry |= skel->bss->fentry_ran && skel->bss->fexit_ran;
		ret->kprobe |= skel->bss->kprobe_ran && skel->bss->kretprobe_ran;
		ret->preemption &= !skel->bss->preempt_off;
	}
	feat_bpf__destroy(skel);
	return err;
}

/* Hooks in programs and those in the kernel are programs of one type: where it can be loaded, so can they. */
static const char *const trials[][4] = {
	{ "atr_try_fentry", "atr_try_fexit" },
	{ "atr_try_kprobe", "atr_try_kretprobe", "atr_try_uretprobe" },
	{ "atr_try_preempt" },
};

/* What the kernel refuses is no error: then it has it not. */
static void trials_run(struct atr_features *ret)
{
	size_t i;
	int err;

	for (i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		err = trial(trials[i], ret);
		if (err)
			log_debug("no %s here: %s", trials[i][0] + sizeof("atr_try_") - 1,
				  strerror(-err));
	}
	libbpf_log_reset();
}

/* Does AppArmor show the modes of profiles? Before 6.0 there is no such switch, and it does. */
static bool modes_shown(void)
{
	int fd = open("/proc/sys/kernel/apparmor_display_secid_mode", O_RDONLY | O_CLOEXEC);
	char value = '0';

	if (fd < 0)
		return errno == ENOENT;
	if (read(fd, &value, 1) < 0)
		log_debug("kernel.apparmor_display_secid_mode: %s", strerror(errno));
	close(fd);
	return value != '0';
}

/* What the kernel has a place for counts only of modules that are on. */
static void labels_on(struct atr_features *f)
{
	__u32 lsms, on = 0;

	f->lsms = lsms_read();
	for (lsms = f->lsms; lsms; lsms >>= 4)
		on |= 1u << (lsms & 15);
	f->labels.task &= on;
	f->labels.inode &= on;
	f->labels.modes_shown = modes_shown();
	f->selinux = f->labels.task & 1u << ATR_LSM_SELINUX;
	/* Only one of them numbers files; no kernel so far can have both on. */
	if (f->selinux)
		f->labels.inode &= 1u << ATR_LSM_SELINUX;
}

/* A terminal of our own, for as long as the question takes; -1: this machine has none. */
static int terminal_open(int *ret_master)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), fd = -1;

	if (master >= 0 && !unlockpt(master))
		fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	*ret_master = master;
	return fd;
}

static int ask(struct feat_bpf *skel)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	int master, fd = terminal_open(&master), err;

	skel->data->trial_tty = fd;
	/* Run here and now, attached to nothing. */
	err = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.atr_feat), &run);
	if (fd >= 0)
		close(fd);
	if (master >= 0)
		close(master);
	return err;
}

int features_probe(struct atr_features *ret)
{
	struct feat_bpf *skel;
	int err;

	if (access(ATR_KERNEL_BTF, R_OK)) {
		log_error("this kernel has no type information: " ATR_KERNEL_BTF ": %s; "
			  "autrail needs a kernel built with CONFIG_DEBUG_INFO_BTF=y",
			  strerror(errno));
		return -ESRCH;
	}
	skel = feat_bpf__open_opts(&open_opts);
	err = skel ? 0 : -errno;
	if (skel) {
		bpf_program__set_autoload(skel->progs.atr_feat, true);
		err = feat_bpf__load(skel);
	}
	if (err) {
		log_error("cannot load a BPF program to ask the kernel for its features: %s%s",
			  strerror(-err), libbpf_log_tail());
		feat_bpf__destroy(skel);
		return err;
	}
	err = ask(skel);
	if (err) {
		log_error("cannot run a BPF program to ask the kernel for its features: %s",
			  strerror(-err));
	} else {
		*ret = (struct atr_features){
			.tai = skel->bss->has_tai,
			.find_vma = skel->bss->has_find_vma,
			.task_regs = skel->bss->has_task_regs,
			.prepare_exec = skel->bss->has_prepare_exec,
			.preemption = skel->bss->has_preemption,
			.loginuid = skel->bss->has_loginuid,
			.send_length = skel->bss->has_send_length,
			.struct_args = skel->bss->has_struct_args && skel->bss->has_loginuid,
			.fput = skel->bss->has_fput,
			.compat = skel->bss->has_symbols ? skel->bss->has_compat : guess_compat(),
			.tty = skel->bss->tty_read != 0,
			.tty_read = skel->bss->tty_read,
			.labels = skel->bss->labels,
			.spaces = { skel->bss->init_mntns, PID_NS_INIT, USER_NS_INIT },
		};
		trials_run(ret);
		labels_on(ret);
	}
	feat_bpf__destroy(skel);
	return err;
}
