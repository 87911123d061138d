// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of libpam, where that does not tell the audit system of them itself: it is built without, or there
 * is no audit socket (audit=0). Probes lie on the functions that programs call, by inode of the library, so
 * that containers have them too; user space puts them there (user/load/libraries.c).
 *
 * An event is sent at the return, with what was handed over: the user of pam_start() and pam_get_user(), of
 * pam_set_item() the user, terminal and host. Other items are not looked at: PAM_AUTHTOK and
 * conversations do not get here. The handle itself is not read, it is libpam's own.
 *
 * Anybody can call libpam in his own process and claim what he likes. So each event says what rights the
 * caller has, and only who could have sent the audit message himself is believed.
 */
#include "bpf/trust.bpf.h"
#include "bpf/uprobe.bpf.h"

/* Items of pam_set_item() that records tell of: security/_pam_types.h. */
#define PAM_USER  2
#define PAM_TTY	  3
#define PAM_RHOST 4

struct pam_entry {
	__u64 time;
	__u64 tai;
	__u64 handle; /* START: where it will be put */
	__u64 text;   /* in the task: the string; GET_USER: where its address will be put */
	__u32 call;
	__u32 flags;
	__u32 item;
	__u32 pad;
};

/* What a task that is killed in the middle of a call leaves is overwritten in turn. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct frame);
	__type(value, struct pam_entry);
} atr_pam_calls SEC(".maps");

static __always_inline int entry(struct pt_regs *ctx, struct pam_entry *entry)
{
	struct frame frame = frame_entry(ctx);

	entry->time = bpf_ktime_get_boot_ns();
	entry->tai = tai_now();
	if (bpf_map_update_elem(&atr_pam_calls, &frame, entry, BPF_ANY)) {
		scratch__seen(ATR_KIND_PAM);
		loss__count(ATR_KIND_PAM, ATR_CAUSE_UNREAD);
	}
	return 0;
}

SEC("?uprobe")
int BPF_KPROBE(atr_pam_start, const char *service, const char *user, void *conversation,
	       __u64 handle)
{
	struct pam_entry e = { .call = ATR_PAM_START, .handle = handle, .text = (__u64)user };

	return entry(ctx, &e);
}

SEC("?uprobe")
int BPF_KPROBE(atr_pam_item, __u64 handle, int item, __u64 text)
{
	struct pam_entry e = {
		.call = ATR_PAM_SET_ITEM,
		.handle = handle,
		.item = item,
		.text = text,
	};

	if (item != PAM_USER && item != PAM_TTY && item != PAM_RHOST)
		return 0;
	return entry(ctx, &e);
}

SEC("?uprobe")
int BPF_KPROBE(atr_pam_user, __u64 handle, __u64 user)
{
	struct pam_entry e = { .call = ATR_PAM_GET_USER, .handle = handle, .text = user };

	return entry(ctx, &e);
}

/* The calls that records tell of all have the handle and flags. */
#define PAM_CALL(name, number)                                                             \
	SEC("?uprobe")                                                                     \
	int BPF_KPROBE(name, __u64 handle, int flags)                                      \
	{                                                                                  \
		struct pam_entry e = { .call = number, .handle = handle, .flags = flags }; \
                                                                                           \
		return entry(ctx, &e);                                                     \
	}

PAM_CALL(atr_pam_auth, ATR_PAM_AUTHENTICATE)
PAM_CALL(atr_pam_acct, ATR_PAM_ACCT_MGMT)
PAM_CALL(atr_pam_cred, ATR_PAM_SETCRED)
PAM_CALL(atr_pam_open, ATR_PAM_OPEN_SESSION)
PAM_CALL(atr_pam_close, ATR_PAM_CLOSE_SESSION)
PAM_CALL(atr_pam_chauth, ATR_PAM_CHAUTHTOK)
PAM_CALL(atr_pam_end, ATR_PAM_END)

static __always_inline void pam_text(struct atr_scratch *s, struct atr_pam *ev,
				     const struct pam_entry *e)
{
	__u64 text = e->text;

	ev->text.flags = ATR_S_NULL;
	if (e->call == ATR_PAM_GET_USER && !ev->ret &&
	    bpf_probe_read_user(&text, sizeof(text), (void *)e->text))
		ev->text.flags = ATR_S_FAULT;
	else if (text && (e->call != ATR_PAM_GET_USER || !ev->ret))
		str_append(s, &ev->text, ATR_PAM_TEXT_MAX, (void *)text, true);
}

static __always_inline void pam_fill(struct atr_scratch *s, const struct pam_entry *e, int ret)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct atr_pam *ev = &s->pam.ev;
	struct uts_namespace *uts = BPF_CORE_READ(task, nsproxy, uts_ns);

	scratch_clear(s->slot);
	s->fixed = sizeof(*ev);
	ev->hdr.time = e->time;
	ev->hdr.tai = e->tai;
	ev->hdr.flags = trust_of(task, NULL);
	ev->returned = bpf_ktime_get_boot_ns();
	ev->call = e->call;
	ev->flags = e->flags;
	ev->item = e->item;
	ev->ret = ret;
	ev->handle = e->handle;
	if (e->call == ATR_PAM_START &&
	    bpf_probe_read_user(&ev->handle, sizeof(ev->handle), (void *)e->handle))
		ev->hdr.flags |= ATR_F_FAULT;
	pam_text(s, ev, e);
	ev_current(s, &ev->hdr, &ev->task);
	str_append(s, &ev->node, ATR_NODE_MAX, __builtin_preserve_access_index(&uts->name.nodename),
		   false);
}

/*
 * One for all of them. Who has two probes on one library (an overlayfs shows its inode as another's, too)
 * gets here twice, and the second time the call is gone.
 */
SEC("?uretprobe")
int BPF_KRETPROBE(atr_pam_return, int ret)
{
	struct frame frame = frame_return(ctx);
	struct pam_entry *found, e;
	struct atr_scratch *s;

	found = bpf_map_lookup_elem(&atr_pam_calls, &frame);
	if (!found)
		return 0;
	e = *found;
	bpf_map_delete_elem(&atr_pam_calls, &frame);
	/* What has failed has set nothing. */
	if (ret && e.call <= ATR_PAM_GET_USER)
		return 0;
	s = scratch__get(ATR_KIND_PAM);
	if (!s)
		return 0;
	pam_fill(s, &e, ret);
	if (scratch__send(s, &s->pam.ev.hdr, sizeof(s->pam.ev), ATR_KIND_PAM))
		loss__count(ATR_KIND_PAM, ATR_CAUSE_RING_FULL);
	scratch__put(s);
	return 0;
}
