/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules let the kernel side leave out, before it has cost anything. */
#ifndef ATR_RULES_BPF_H
#define ATR_RULES_BPF_H

#include "bpf/regs.bpf.h"

/* What a list says of an event: nothing, to leave it out, or to record it (perhaps). */
enum atr_verdict { ATR_VERDICT_NONE, ATR_VERDICT_OUT, ATR_VERDICT_KEEP };

int rules_judge(__u32 slot, __u32 list);

/* Is an exec, whose facts are there, to be left out? */
static __always_inline bool rules_unwanted(__u32 slot)
{
	int verdict = rules_judge(slot, ATR_LIST_TASK);

	if (verdict == ATR_VERDICT_NONE)
		verdict = rules_judge(slot, ATR_LIST_EXIT);
	return verdict == ATR_VERDICT_OUT;
}

extern __u32 atr_rules_needs;

/* Facts of a task that rules ask for, of every event. */
static __always_inline void facts_begin(struct atr_facts *facts, struct task_struct *task,
					bool typed)
{
	const struct cred *cred = RD(typed, task, cred);
	struct task_struct *parent = RD(typed, task, real_parent);

	facts->known = 0;
	facts->calls = 0;
	facts->groups = BPF_CORE_READ(cred, group_info, ngroups);
	fact_set(facts, ATR_FIELD_PID, RD(typed, task, tgid));
	fact_set(facts, ATR_FIELD_PPID, RD(typed, parent, tgid));
	fact_set(facts, ATR_FIELD_UID, RD(typed, cred, uid.val));
	fact_set(facts, ATR_FIELD_EUID, RD(typed, cred, euid.val));
	fact_set(facts, ATR_FIELD_SUID, RD(typed, cred, suid.val));
	fact_set(facts, ATR_FIELD_FSUID, RD(typed, cred, fsuid.val));
	fact_set(facts, ATR_FIELD_GID, RD(typed, cred, gid.val));
	fact_set(facts, ATR_FIELD_EGID, RD(typed, cred, egid.val));
	fact_set(facts, ATR_FIELD_SGID, RD(typed, cred, sgid.val));
	fact_set(facts, ATR_FIELD_FSGID, RD(typed, cred, fsgid.val));
	fact_set(facts, ATR_FIELD_AUID, ATR_UNSET);
	fact_set(facts, ATR_FIELD_SES, ATR_UNSET);
	if (bpf_core_field_exists(task->loginuid)) {
		fact_set(facts, ATR_FIELD_AUID, RD(typed, task, loginuid.val));
		fact_set(facts, ATR_FIELD_SES, RD(typed, task, sessionid));
	}
}

/* Of an exec, whatever it came to. arch 0: the call was not seen. */
static __always_inline void facts_exec(struct atr_facts *facts, struct task_struct *task,
				       __u32 arch, __u32 nr, const __u64 *args, long exit,
				       bool typed)
{
	facts_begin(facts, task, typed);
	fact_set(facts, ATR_FIELD_PERS, RD(typed, task, personality));
	fact_set(facts, ATR_FIELD_SUCCESS, exit < 0 ? ATR_OUTCOME_FAILURE : ATR_OUTCOME_SUCCESS);
	fact_set(facts, ATR_FIELD_EXIT, exit);
	if (!arch)
		return;
	fact_set(facts, ATR_FIELD_ARCH, arch);
	fact_set(facts, ATR_FIELD_A0, args[0]);
	fact_set(facts, ATR_FIELD_A1, args[1]);
	fact_set(facts, ATR_FIELD_A2, args[2]);
	fact_set(facts, ATR_FIELD_A3, args[3]);
	if (is_execveat(arch, nr))
		facts->calls = arch == ATR_ARCH_NATIVE ? ATR_CALL_EXECVEAT : ATR_CALL_EXECVEAT32;
	else
		facts->calls = arch == ATR_ARCH_NATIVE ? ATR_CALL_EXECVE : ATR_CALL_EXECVE32;
	if (nr & X32_SYSCALL_BIT)
		facts->calls = ATR_CALL_OTHER;
}

/* The program by its name and inode. */
static __always_inline void facts_exe(struct atr_scratch *s, struct file *file)
{
	const unsigned char *name = BPF_CORE_READ(file, f_path.dentry, d_name.name);
	__u32 hash = ATR_HASH_SEED;
	/* Not on the stack, of which 5.10 has no more; nothing is there yet. */
	char *leaf = s->data;
	int i;

	if (!(atr_rules_needs & ATR_NEEDS_EXE) ||
	    bpf_probe_read_kernel_str(leaf, ATR_LEAF_MAX + 1, name) < 0)
		return;
	for (i = 0; i < ATR_LEAF_MAX; i++) {
		if (!leaf[i])
			break;
		hash = leaf_hash_step(hash, leaf[i]);
	}
	fact_set(&s->facts, ATR_FIELD_EXE, hash);
	fact_set(&s->facts, ATR_FIELD_EXE_INO, BPF_CORE_READ(file, f_inode, i_ino));
}

#endif /* ATR_RULES_BPF_H */
