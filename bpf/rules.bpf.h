/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules let the kernel side leave out, before it has cost anything. */
#ifndef ATR_RULES_BPF_H
#define ATR_RULES_BPF_H

#include "bpf/regs.bpf.h"

/* What a list says of an event: nothing, to leave it out, or to record it (perhaps). */
enum atr_verdict { ATR_VERDICT_NONE, ATR_VERDICT_OUT, ATR_VERDICT_KEEP };

int rules_judge(__u32 slot, __u32 list);
int rules_narrow(__u32 slot);
int rules_refuse_call(__u32 call, __u32 auid, __u32 uid);

extern __u32 atr_rules_needs;
extern struct atr_rules_head atr_rules_heads[2];
extern struct atr_rules_index atr_rules_indexes[2];

/* --- by the index ----------------------------------------------------------------------------- */

/* What an exec is held against, of the first 64 rules; euid NULL: no more is known than how it began. */
struct rows {
	const __u64 *call;
	const struct atr_row *auid, *uid, *euid, *exe, *ino;
};

static __always_inline const struct atr_row *row(__u32 set, __u32 value)
{
	__u32 at = row_of(value);

	/* Else the compiler leaves the mask out. */
	barrier_var(at);
	return &atr_rules_indexes[set].word[0].rows[at & (ATR_ROWS - 1)];
}

static __always_inline void rows_begin(struct rows *ret, __u32 set, __u32 call, __u32 auid,
				       __u32 uid)
{
	barrier_var(call);
	ret->call = &atr_rules_indexes[set].word[0].calls[call & (ATR_CALL_ROWS - 1)];
	ret->auid = row(set, auid);
	ret->uid = row(set, uid);
	ret->euid = NULL;
}

static __always_inline void rows_end(struct rows *ret, __u32 set, __u32 euid, __u32 exe, __u32 ino)
{
	ret->euid = row(set, euid);
	ret->exe = row(set, exe);
	ret->ino = row(set, ino);
}

/* What a row of the first 64 rules says of the rules of a word. */
static __always_inline __u64 row_bits(const struct atr_row *row, enum atr_index index, __u32 word)
{
	return *(const __u64 *)((const void *)&row->of[index] +
				word * sizeof(struct atr_rules_word));
}

static __always_inline __u64 rows_left(const struct rows *r, __u32 word)
{
	__u64 left = *(const __u64 *)((const void *)r->call + word * sizeof(struct atr_rules_word));

	left &= row_bits(r->auid, ATR_INDEX_AUID, word) & row_bits(r->uid, ATR_INDEX_UID, word);
	if (r->euid)
		left &= row_bits(r->euid, ATR_INDEX_EUID, word) &
			(row_bits(r->exe, ATR_INDEX_EXE, word) |
			 row_bits(r->ino, ATR_INDEX_EXE_INO, word));
	return left;
}

/* Is no rule left? More rules than there is room for have no index. */
static __always_inline bool rows_refuse(const struct rows *r, __u32 generation)
{
	const struct atr_rules_head *head = &atr_rules_heads[generation & 1];
	__u64 left = 0;
	__u32 i;

	if (!generation || head->more)
		return false;
#pragma clang loop unroll(disable) /* little code is soon fetched */
	for (i = 0; i < ATR_WORDS; i++) {
		if (i >= head->words)
			break;
		left |= rows_left(r, i);
	}
	return !left && *(volatile __u32 *)&atr_generation == generation;
}

/* --- what hooks ask --------------------------------------------------------------------------- */

/* Is an exec, whose facts are there, to be left out? */
static __always_inline bool rules_unwanted(__u32 slot)
{
	int verdict;

	rules_narrow(slot);
	verdict = rules_judge(slot, ATR_LIST_TASK);
	if (verdict == ATR_VERDICT_NONE)
		verdict = rules_judge(slot, ATR_LIST_EXIT);
	return verdict == ATR_VERDICT_OUT;
}

/* The number of a call's bit in enum atr_rule_call. */
static __always_inline __u32 call_number(__u32 arch, __u32 nr)
{
	if (nr & X32_SYSCALL_BIT)
		return 4;
	return (arch == ATR_ARCH_NATIVE ? 0 : 2) + is_execveat(arch, nr);
}

static __always_inline __u32 task_auid(struct task_struct *task, bool typed)
{
	return bpf_core_field_exists(task->loginuid) ? RD(typed, task, loginuid.val) : ATR_UNSET;
}

/*
 * Can no rule match the call that begins here, whatever comes of it? An exec changes neither auid nor uid, and
 * only the task itself could.
 */
static __always_inline bool rules_refuse_early(struct task_struct *task, __u32 arch, __u32 nr,
					       bool typed)
{
	__u32 call = call_number(arch, nr), generation = atr_generation;
	const struct cred *cred;

	if (!generation || !(atr_rules_heads[generation & 1].early >> call & 1))
		return false;
	cred = RD(typed, task, cred);
	return rules_refuse_call(call, task_auid(task, typed), RD(typed, cred, uid.val));
}

/*
 * The last component of a file's path, as rules have its hash; 0: none of the set has one of that length, and the
 * name, which is what costs most here, is not read. Negative: it cannot be read.
 */
static __always_inline int leaf_read(struct atr_leaf *leaf, __u32 *ret, __u32 set,
				     struct file *file, bool typed)
{
	struct dentry *dentry = RD(typed, file, f_path.dentry);
	const unsigned char *name = RD(typed, dentry, d_name.name);
	__u32 len = RD(typed, dentry, d_name.len);

	*ret = 0;
	if (len > ATR_LEAF_MAX)
		len = ATR_LEAF_MAX;
	if (!(atr_rules_heads[set].exe_lens >> len & 1))
		return 0;
	__builtin_memset(leaf, 0, sizeof(*leaf));
	/* Else 5.10 does not see what is proved. */
	barrier_var(len);
	if (len > ATR_LEAF_MAX || bpf_probe_read_kernel(leaf, len, name))
		return -1;
	*ret = leaf_hash(leaf, len);
	return 0;
}

/* The same when its program and its credentials are known, if it succeeds. */
static __always_inline bool rules_refuse_late(struct task_struct *task, struct linux_binprm *bprm,
					      __u32 arch, __u32 nr)
{
	__u32 generation = *(volatile __u32 *)&atr_generation, exe = 0, ino = 0;
	const struct cred *cred = bprm->cred;
	struct atr_leaf leaf;
	struct rows r;

	if (!generation)
		return false;
	if (atr_rules_heads[generation & 1].exe_lens) {
		if (leaf_read(&leaf, &exe, generation & 1, bprm->file, true))
			return false;
		ino = bprm->file->f_inode->i_ino;
	}
	rows_begin(&r, generation & 1, call_number(arch, nr), task_auid(task, true), cred->uid.val);
	rows_end(&r, generation & 1, cred->euid.val, exe, ino);
	return rows_refuse(&r, generation);
}

/* Facts of a task that rules ask for, of every event. */
static __always_inline void facts_begin(struct atr_facts *facts, struct task_struct *task,
					bool typed)
{
	const struct cred *cred = RD(typed, task, cred);
	struct task_struct *parent = RD(typed, task, real_parent);

	facts->known = 0;
	facts->calls = 0;
	facts->narrowed = 0;
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
	fact_set(facts, ATR_FIELD_AUID, task_auid(task, typed));
	fact_set(facts, ATR_FIELD_SES, ATR_UNSET);
	if (bpf_core_field_exists(task->sessionid))
		fact_set(facts, ATR_FIELD_SES, RD(typed, task, sessionid));
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
	facts->calls = 1U << call_number(arch, nr);
}

/* The program by its name and inode. */
static __always_inline void facts_exe(struct atr_scratch *s, struct file *file)
{
	/* Not on the stack, of which 5.10 has no more; nothing is there yet. */
	struct atr_leaf *leaf = (void *)s->data;
	__u32 exe;

	if (!(atr_rules_needs & ATR_NEEDS_EXE) ||
	    leaf_read(leaf, &exe, s->generation & 1, file, false))
		return;
	fact_set(&s->facts, ATR_FIELD_EXE, exe);
	fact_set(&s->facts, ATR_FIELD_EXE_INO, BPF_CORE_READ(file, f_inode, i_ino));
}

#endif /* ATR_RULES_BPF_H */
