// SPDX-License-Identifier: GPL-2.0-or-later
/* Labels that are more than a number, and who has a label. */
#include "bpf/label.bpf.h"

/* More than that are told as not known: a task gets there by being stacked over and over. */
#define PROFILES_MAX 8

/* Of a profile or a namespace. */
#define NAME_SIZE 512

/* Told by user space while atr_labels is not running: whose holders it asks for. */
__u32 atr_label_wanted;

/* Appends a name with its NUL; enum atr_str_flag of what went wrong. */
static __always_inline int name_append(struct atr_scratch *s, __u32 start, const char *name)
{
	__u32 pos = s->pos;
	long n;

	if (pos - start > ATR_LABEL_MAX - NAME_SIZE || pos > ATR_DATA_MAX - NAME_SIZE)
		return ATR_S_CUT;
	n = bpf_probe_read_kernel_str(&s->data[pos], NAME_SIZE, name);
	if (n <= 0)
		return ATR_S_FAULT;
	s->pos = pos + n;
	return n == NAME_SIZE ? ATR_S_CUT : 0;
}

/*
 * The profiles of s->label, one behind the other as struct atr_exec has them. A function of its own, by
 * number and not by pointer, for the reason that walk_steps() gives.
 */
__noinline int label_profiles(__u32 slot)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct aa_profile *profile, *const *at;
	struct aa_label *label;
	__u32 pos, start, n;
	struct aa_ns *ns;
	int i, err;

	if (!s)
		return ATR_S_FAULT;
	label = (struct aa_label *)s->label;
	at = __builtin_preserve_access_index(&label->vec[0]);
	n = BPF_CORE_READ(label, size);
	start = s->pos;
	for (i = 0; i < PROFILES_MAX; i++) {
		if (i >= (int)n)
			return n ? 0 : ATR_S_FAULT;
		if (bpf_probe_read_kernel(&profile, sizeof(profile), at + i))
			return ATR_S_FAULT;
		ns = BPF_CORE_READ(profile, ns);
		pos = s->pos;
		if (pos > ATR_DATA_MAX - 1)
			return ATR_S_CUT;
		s->data[pos] = BPF_CORE_READ(ns, unconfined) == profile ?
				       'u' :
				       '0' + (BPF_CORE_READ(profile, mode) & 7);
		s->pos = pos + 1;
		err = name_append(s, start, BPF_CORE_READ(ns, base.hname)) |
		      name_append(s, start, BPF_CORE_READ(profile, base.hname));
		if (err)
			return err;
	}
	return n > PROFILES_MAX ? ATR_S_CUT : 0;
}

/*
 * Tasks whose SELinux label is atr_label_wanted, their ids as a stream of __u32: what its text is can
 * only be read of a task that has it (/proc/PID/attr/current). Iterators: 5.8, eaaacd23910f.
 */
SEC("?iter/task")
int atr_labels(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	__u32 sid = 0, tid;
	const void *security;

	if (!task)
		return 0;
	security = BPF_CORE_READ(task, real_cred, security);
	if (bpf_probe_read_kernel(&sid, sizeof(sid),
				  security + cfg_labels.task_at[ATR_LSM_SELINUX]) ||
	    sid != atr_label_wanted)
		return 0;
	tid = task->pid;
	/* What does not fit comes with the next read. */
	bpf_seq_write(ctx->meta->seq, &tid, sizeof(tid));
	return 0;
}
