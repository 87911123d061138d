/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Would the kernel take a message from this task? Its checks, for user space to draw the conclusion. */
#ifndef ATR_TRUST_BPF_H
#define ATR_TRUST_BPF_H

#include "bpf/spaces.bpf.h"
#include "bpf/tty.bpf.h"

static __always_inline bool cred_may(const struct cred *cred)
{
	struct atr_caps caps;

	return !caps_read(&caps, cred) && caps.effective >> CAP_AUDIT_WRITE & 1;
}

/*
 * audit_netlink_ok(): the sender has to be in the initial user namespace, and netlink_capable() asks for
 * the capability of the sender and of who opened the socket. 0 is no socket.
 */
static __always_inline __u32 trust_of(struct task_struct *task, struct sock *sk)
{
	const struct cred *cred = BPF_CORE_READ(task, cred), *opener;
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	__u32 trust = 0;

	if (cred_may(cred))
		trust |= ATR_TRUST_SENDER;
	if (!BPF_CORE_READ(cred, user_ns, level))
		trust |= ATR_TRUST_INITIAL;
	if (bpf_core_field_exists(signal->audit_tty) &&
	    BPF_CORE_READ(signal, audit_tty) & AUDIT_TTY_ENABLE)
		trust |= ATR_TRUST_TTY;
	/* Or would, if what we do were done by it. */
	if (tty_marked())
		trust |= ATR_TRUST_TTY;
	if (!sk)
		return trust;
	opener = BPF_CORE_READ(sk, sk_socket, file, f_cred);
	if (cred_may(opener) && !BPF_CORE_READ(opener, user_ns, level))
		trust |= ATR_TRUST_SOCKET;
	return trust;
}

#endif /* ATR_TRUST_BPF_H */
