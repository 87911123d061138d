/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings behind an event: names, user memory, and paths as d_path() would tell them. */
#ifndef ATR_PATH_BPF_H
#define ATR_PATH_BPF_H

#include "bpf/task.bpf.h"

static __always_inline void str_begin(struct atr_scratch *s, struct atr_str *str)
{
	str->off = s->fixed + s->pos;
	str->len = 0;
	str->flags = 0;
}

/* Appends a string of the kernel's or of the task's memory, of at most max bytes with its NUL. */
static __always_inline void str_append(struct atr_scratch *s, struct atr_str *str, __u32 max,
				       const void *from, bool user)
{
	__u32 pos = s->pos;
	long n;

	str_begin(s, str);
	/* Proves that max bytes fit; the limits add up to less than the room, so it never cuts. */
	if (pos > ATR_DATA_MAX - max) {
		str->flags = ATR_S_CUT;
		return;
	}
	n = user ? bpf_probe_read_user_str(&s->data[pos], max, from) :
		   bpf_probe_read_kernel_str(&s->data[pos], max, from);
	if (n < 0) {
		str->flags = ATR_S_FAULT;
		return;
	}
	/* Up to 6.12 the empty string of a task is 0 bytes long, without its NUL. */
	if (!n) {
		s->data[pos] = 0;
		n = 1;
	}
	if (n > max)
		n = max;
	str->len = n - 1;
	/* Full to the brim: there may have been more. */
	if (n == max)
		str->flags = ATR_S_CUT;
	s->pos = pos + n;
}

/* Appends len bytes of the task's memory; bytes that cannot be read are 0 and flagged. */
static __always_inline void bytes_append(struct atr_scratch *s, struct atr_str *str, __u32 max,
					 const void *from, __u32 len)
{
	__u32 pos = s->pos;

	str_begin(s, str);
	if (len > max)
		len = max;
	if (pos > ATR_DATA_MAX - max) {
		str->flags = ATR_S_CUT;
		return;
	}
	/* Once more where the verifier sees it: up to 6.1 it forgets what was proved above. */
	barrier_var(len);
	if (len > max)
		len = max;
	barrier_var(len);
	if (len && bpf_probe_read_user(&s->data[pos], len, from))
		str->flags = ATR_S_FAULT;
	str->len = len;
	s->pos = pos + len;
}

/*
 * The components of a path, leaf first, up to the root in s->walk: what prepend_path() in fs/d_path.c
 * does, without its locks. A rename in the middle of the walk gives one path or the other or a
 * mixture of both, as it may give any reader of /proc.
 */
static __always_inline void walk_append(struct atr_scratch *s, struct atr_str *str,
					struct vfsmount *vfsmnt, struct dentry *dentry)
{
	struct atr_walk *w = &s->walk;

	str_begin(s, str);
	if (!dentry || !vfsmnt) {
		str->flags = ATR_S_NULL;
		return;
	}
	w->dentry = (__u64)dentry;
	w->vfsmnt = (__u64)vfsmnt;
	w->mnt_root = (__u64)BPF_CORE_READ(vfsmnt, mnt_root);
	w->start = s->pos;
	/* d_unlinked(); and a pseudo file like a memfd, which simple_dname() calls deleted. */
	w->flags = 0;
	if (BPF_CORE_READ(dentry, d_parent) != dentry ? !BPF_CORE_READ(dentry, d_hash.pprev) :
							w->mnt_root != w->dentry)
		w->flags = ATR_S_DELETED;
	if (walk_all(s->slot))
		w->flags |= ATR_S_CUT;
	str->flags = w->flags;
	str->len = s->pos - w->start;
}

static __always_inline void walk_file(struct atr_scratch *s, struct atr_str *str, struct file *file)
{
	walk_append(s, str, BPF_CORE_READ(file, f_path.mnt), BPF_CORE_READ(file, f_path.dentry));
}

/*
 * The argument area as get_cmdline() in mm/util.c shows it: if its last byte is no NUL the program
 * has overwritten it with a title of its own, which may go on in the environment. Which part of it
 * counts is for user space to say: both are sent, one behind the other. Returns how long the area is.
 */
static __always_inline __u32 title_append(struct atr_scratch *s, struct atr_str *title,
					  struct mm_struct *mm)
{
	__u64 arg = BPF_CORE_READ(mm, arg_start), env = BPF_CORE_READ(mm, env_start);
	__u64 len = BPF_CORE_READ(mm, arg_end) - arg, env_len = BPF_CORE_READ(mm, env_end) - env;
	struct atr_str rest;
	char last = 0;

	/* A new mm that is not complete has no title yet, says get_cmdline(). */
	if (!BPF_CORE_READ(mm, env_end))
		len = 0;

	if (len >= ATR_TITLE_MAX) {
		bytes_append(s, title, ATR_TITLE_MAX, (void *)arg, ATR_TITLE_MAX);
		return len;
	}
	bytes_append(s, title, ATR_TITLE_MAX, (void *)arg, len);
	if (!len || bpf_probe_read_user(&last, 1, (void *)(arg + len - 1)) || !last)
		return len;
	if (env_len > ATR_TITLE_MAX - len)
		env_len = ATR_TITLE_MAX - len;
	bytes_append(s, &rest, ATR_TITLE_MAX, (void *)env, env_len);
	title->len += rest.len;
	return len;
}

#endif /* ATR_PATH_BPF_H */
