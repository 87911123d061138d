// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files that an exec opens, each with its name, as PATH records have them: do_open_execat() opens
 * what was asked for, the interpreter that a script names (open_exec(), in a row for scripts of
 * scripts), and the interpreter that an ELF file names. The name is what was handed to it, and the
 * kernel's own copy: nobody can change it.
 *
 * Where it cannot be hooked, files are found on task_works (works.bpf.c), and their names looked up.
 */
#include "bpf/calls.h"
#include "bpf/exec.bpf.h"
#include <bpf/bpf_tracing.h>

/* Room for names that are longer than a slot's; rare, so they are used in turn. */
#define NAMES_LONG 64

struct long_name {
	__u64 task; /* whose; a call that finds another's has lost it */
	__u32 file;
	__u32 pad;
	char name[ATR_NAME_READ + 7];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, NAMES_LONG);
	__type(key, __u32);
	__type(value, struct long_name);
} atr_long_names SEC(".maps");

__u32 atr_long_next;

/* --- names --------------------------------------------------------------------------------- */

/* Two at a time may get the same buffer: the one that wrote first will see that it is not its own. */
static __always_inline void keep_long(struct atr_pending *p, __u32 n, const char *name)
{
	struct long_name *to;
	__u32 at;

	__sync_fetch_and_add(&atr_long_next, 1);
	at = *(volatile __u32 *)&atr_long_next % NAMES_LONG;
	to = bpf_map_lookup_elem(&atr_long_names, &at);
	if (!to)
		return;
	*(volatile __u64 *)&to->task = 0;
	barrier();
	/* Too long to be cut: a name has at most PATH_MAX bytes. One that cannot be read has none. */
	if (bpf_probe_read_kernel_str(to->name, ATR_NAME_READ, name) < 0)
		to->name[0] = 0;
	to->file = n;
	barrier();
	*(volatile __u64 *)&to->task = p->task;
	p->long_name[n] = at + 1;
}

static __always_inline void keep_name(struct atr_pending *p, __u32 n, const char *name)
{
	p->long_name[n] = 0;
	if (n < NAMES_INLINE &&
	    bpf_probe_read_kernel_str(p->names[n], NAME_INLINE, name) < NAME_INLINE)
		return;
	keep_long(p, n, name);
}

static __always_inline void long_append(struct atr_scratch *s, struct atr_str *str, __u64 task,
					__u32 n, __u32 at)
{
	struct long_name *from = bpf_map_lookup_elem(&atr_long_names, &at);

	if (from)
		str_append(s, str, ATR_NAME_READ, from->name, false);
	barrier();
	if (!from || *(volatile __u64 *)&from->task != task || from->file != n)
		str->flags = ATR_S_FAULT;
}

/*
 * Names of the files into the event, that of the first as the name of the call. Global, and with no
 * pointer, as walk_steps() is. Always 0.
 */
__noinline int names_append(__u32 slot, __u32 tid)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct atr_pending *p = pending__slot(tid);
	struct atr_str *str;
	__u32 i;

	if (!s || !p)
		return 0;
	for (i = 0; i < ATR_FILES_MAX; i++) {
		if (i >= p->opened.n)
			break;
		str = i ? &s->ev.names[i - 1] : &s->ev.name;
		if (p->long_name[i])
			long_append(s, str, p->task, i, p->long_name[i] - 1);
		else if (i < NAMES_INLINE)
			str_append(s, str, NAME_INLINE, p->names[i], false);
	}
	return 0;
}

/* --- the opens ----------------------------------------------------------------------------- */

static __always_inline bool is_error(const void *pointer)
{
	return (__u64)pointer >= (__u64)-MAX_ERRNO;
}

/* An open of anything but an exec (binfmt_misc has some) has no pending call. */
static __always_inline void opened(struct atr_pending *p, const char *name, struct file *file,
				   bool typed)
{
	__u32 n = p->opened.n;

	p->flags |= cfg_has_denied ? ATR_F_DENIED : 0;
	if (n >= ATR_FILES_MAX) {
		/* No kernel allows as many. */
		p->flags |= ATR_F_NO_FILES;
		return;
	}
	/* What was proved above is forgotten in 6.1. */
	barrier_var(n);
	n &= ATR_FILES_MAX - 1;
	p->opened.link[n] = 0;
	/* Nothing of an earlier call may go out with this one. */
	__builtin_memset(&p->opened.files[n], 0, sizeof(p->opened.files[n]));
	keep_name(p, n, name);
	if (!is_error(file)) {
		p->opened.link[n] = (__u64)file;
		file_read(&p->opened.files[n], file, typed);
	} else if (p->denied.flags) {
		p->opened.files[n] = p->denied;
	}
	p->denied.flags = 0;
	p->opened.n = n + 1;
}

static __always_inline struct atr_pending *pending__mine(void)
{
	return pending__find(bpf_get_current_pid_tgid(), bpf_get_current_task());
}

SEC("?fexit/" ATR_FUNC_OPEN)
int BPF_PROG(atr_open, int fd, struct filename *name, int flags, struct file *ret)
{
	struct atr_pending *p = pending__mine();

	/* Since 7.0 or so a name that could not be read gets here, too; it is nobody's name. */
	if (p && !is_error(name))
		opened(p, name->name, ret, true);
	return 0;
}

/* The return has no arguments: the entry keeps the one that counts. */
SEC("?kprobe/" ATR_FUNC_OPEN)
int BPF_KPROBE(atr_kopen, int fd, struct filename *name)
{
	struct atr_pending *p = pending__mine();

	if (p && !is_error(name))
		p->opening = (__u64)name;
	return 0;
}

SEC("?kretprobe/" ATR_FUNC_OPEN)
int BPF_KRETPROBE(atr_kopened, struct file *ret)
{
	struct atr_pending *p = pending__mine();
	struct filename *name;

	if (!p || !p->opening)
		return 0;
	name = (void *)p->opening;
	p->opening = 0;
	opened(p, BPF_CORE_READ(name, name), ret, false);
	return 0;
}

/* --- what may not be opened ------------------------------------------------------------------ */

/*
 * may_open() comes right behind audit_inode(): a file that it refuses has no struct file, and is in the
 * PATH record all the same. Every open() of the machine gets there, so it is hooked on demand only.
 */
static __always_inline void may_open(const struct path *path, __u64 flags, bool typed)
{
	struct atr_pending *p;
	struct dentry *dentry;

	if (!(flags & FMODE_EXEC))
		return;
	p = pending__mine();
	if (!p)
		return;
	dentry = RD(typed, path, dentry);
	p->denied.flags = 0;
	inode_read(&p->denied, RD(typed, dentry, d_inode), typed);
}

/* The path was the first argument before mounts could map ids (5.12, ba73d98745be). */
static __always_inline bool path_is_second(void)
{
	return bpf_core_field_exists(((struct vfsmount___userns *)0)->mnt_userns) ||
	       bpf_core_field_exists(((struct vfsmount___idmap *)0)->mnt_idmap);
}

SEC("?fentry/" ATR_FUNC_MAY_OPEN)
int atr_denied(__u64 *ctx)
{
	if (path_is_second())
		may_open((const struct path *)ctx[1], ctx[3], true);
	else
		may_open((const struct path *)ctx[0], ctx[2], true);
	return 0;
}

SEC("?kprobe/" ATR_FUNC_MAY_OPEN)
int atr_kdenied(struct pt_regs *ctx)
{
	if (path_is_second())
		may_open((const struct path *)PT_REGS_PARM2(ctx), PT_REGS_PARM4(ctx), false);
	else
		may_open((const struct path *)PT_REGS_PARM1(ctx), PT_REGS_PARM3(ctx), false);
	return 0;
}
