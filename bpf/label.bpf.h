/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What security modules say of a task: audit_log_task_context(), as far as it is not text. */
#ifndef ATR_LABEL_BPF_H
#define ATR_LABEL_BPF_H

#include "bpf/path.bpf.h"

int label_profiles(__u32 slot);

/* What a module has at its place behind cred.security: a number or the address of an object. */
static __always_inline __u64 label_read(struct atr_hdr *hdr, const void *security, __u32 lsm)
{
	const void *at = security + cfg_labels.task_at[lsm];
	__u64 object = 0;
	__u32 sid = 0;
	long err;

	if (lsm == ATR_LSM_SELINUX)
		err = bpf_probe_read_kernel(&sid, sizeof(sid), at);
	else
		err = bpf_probe_read_kernel(&object, sizeof(object), at);
	if (err)
		hdr->flags |= ATR_F_FAULT;
	return lsm == ATR_LSM_SELINUX ? sid : object;
}

/*
 * AppArmor's label is a list of profiles. Most tasks are unconfined in the root namespace, under one
 * label that is never freed. A label whose profile was loaded anew stays with the task until it looks:
 * audit shows the one that took its place, as aa_get_newest_label() finds it.
 */
static __always_inline void label_apparmor(struct atr_scratch *s, struct atr_task *t,
					   struct aa_label *label)
{
	static const char unconfined[] = "uroot\0unconfined";
	struct atr_str *str = &t->apparmor;
	__u32 modes = cfg_labels.modes_shown, start = s->pos;

	str_begin(s, str);
	if (BPF_CORE_READ(label, flags) & bpf_core_enum_value(enum label_flags, FLAG_STALE))
		label = BPF_CORE_READ(label, proxy, label);
	if ((__u64)label == cfg_labels.unconfined && start <= ATR_DATA_MAX - sizeof(unconfined)) {
		__builtin_memcpy(&s->data[start], unconfined, sizeof(unconfined));
		s->pos = start + sizeof(unconfined);
		str->len = sizeof(unconfined);
		return;
	}
	s->label = (__u64)label;
	str->flags = label_profiles(s->slot);
	str->len = s->pos - start;
	if (cfg_labels.modes &&
	    bpf_probe_read_kernel(&modes, sizeof(modes), (void *)cfg_labels.modes))
		str->flags |= ATR_S_FAULT;
	if (modes)
		t->label_flags |= ATR_LABEL_MODES;
}

static __always_inline void ev_label(struct atr_scratch *s, struct atr_hdr *hdr, struct atr_task *t,
				     struct task_struct *task, bool typed)
{
	const struct cred *cred;
	const void *security;
	__u64 object;

	if (!cfg_labels.task)
		return;
	cred = RD(typed, task, cred);
	security = RD(typed, cred, security);
	if (cfg_labels.task & 1 << ATR_LSM_SELINUX)
		t->sid = label_read(hdr, security, ATR_LSM_SELINUX);
	if (cfg_labels.task & 1 << ATR_LSM_SMACK) {
		object = label_read(hdr, security, ATR_LSM_SMACK);
		str_append(s, &t->smack, ATR_SMACK_MAX,
			   BPF_CORE_READ((struct smack_known *)object, smk_known), false);
	}
	if (cfg_labels.task & 1 << ATR_LSM_APPARMOR) {
		object = label_read(hdr, security, ATR_LSM_APPARMOR);
		label_apparmor(s, t, (struct aa_label *)object);
	}
}

#endif /* ATR_LABEL_BPF_H */
