// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The files that a call has let go of. fput() queues a file on current->task_works, until the way out to
 * user space; so the scripts that an exec went through, and all that a failed exec had opened, can still
 * be read there, exactly and without looking a path up. It is how files are known where opens cannot be
 * hooked.
 */
#include "bpf/exec.bpf.h"

/* So many things of other kinds may wait on the list as well. */
#define WORKS_MAX 32

/* The function that fput() queues; 0 where kallsyms has another name for it. */
extern const void ____fput __ksym __weak;

static __always_inline struct file *work_file(struct callback_head *work)
{
	if (bpf_core_field_exists(((struct file *)0)->f_task_work))
		return (void *)work - bpf_core_field_offset(struct file, f_task_work);
	if (bpf_core_field_exists(((struct file___rcuhead *)0)->f_rcuhead))
		return (void *)work - bpf_core_field_offset(struct file___rcuhead, f_rcuhead);
	return (void *)work - bpf_core_field_offset(struct file___union, f_u);
}

/*
 * Of this call, and opened by it? The list is empty when a system call begins. Behind the point of no
 * return it has the files that were closed on exec, but no open() of a program sets FMODE_EXEC. Up to
 * 6.1 a file that could not be opened is queued as well: it has no inode.
 */
static __always_inline bool work_is_opened(struct callback_head *work)
{
	struct file *file = work_file(work);

	return (__u64)BPF_CORE_READ(work, func) == (__u64)&____fput &&
	       BPF_CORE_READ(file, f_flags) & FMODE_EXEC && BPF_CORE_READ(file, f_inode);
}

/* The list is newest first. */
static __always_inline void reverse(struct atr_opened *opened)
{
	__u32 i, j;
	__u64 link;

	for (i = 0; i < ATR_FILES_MAX / 2; i++) {
		if (i >= opened->n / 2)
			break;
		j = (opened->n - 1 - i) & (ATR_FILES_MAX - 1);
		link = opened->link[i];
		opened->link[i] = opened->link[j];
		opened->link[j] = link;
	}
}

/* How many there are stands in memory, of whose values the verifier need not follow each. */
static __always_inline int collect(struct atr_opened *opened)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct callback_head *work = BPF_CORE_READ(task, task_works);
	__u32 n, i;

	opened->n = 0;
	for (i = 0; i < WORKS_MAX && work; i++) {
		if (work_is_opened(work)) {
			n = opened->n;
			if (n >= ATR_FILES_MAX)
				break;
			/* What was proved above is forgotten in 6.1. */
			barrier_var(n);
			opened->link[n & (ATR_FILES_MAX - 1)] = (__u64)work_file(work);
			opened->n = n + 1;
		}
		work = BPF_CORE_READ(work, next);
	}
	if (work) {
		opened->n = 0;
		return -1;
	}
	reverse(opened);
	for (i = 0; i < ATR_FILES_MAX; i++) {
		if (i >= opened->n)
			break;
		file_read(&opened->files[i], (struct file *)opened->link[i], false);
	}
	return 0;
}

__noinline int works_read(__u32 slot, __u32 tid)
{
	struct atr_scratch *s = scratch__slot(slot);
	struct atr_pending *p;

	if (!&____fput)
		return -1;
	if (s)
		return collect(&s->opened);
	p = pending__slot(tid);
	return p ? collect(&p->opened) : -1;
}
