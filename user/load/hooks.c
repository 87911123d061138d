// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/load/hooks.h"

#include "bpf/calls.h"

#define FEATURE(name) offsetof(struct atr_features, name)

/* The four functions that execs are: native and 32-bit. */
#define CALLS(fact, mode, type, feature, exec, execat, exec32, execat32)                  \
	{ exec, fact, mode, type, ATR_CALL("execve"), FEATURE(feature) },                 \
		{ execat, fact, mode, type, ATR_CALL("execveat"), FEATURE(feature) },     \
		{ exec32, fact, mode, type, ATR_CALL_COMPAT("execve"), FEATURE(compat) }, \
	{                                                                                 \
		execat32, fact, mode, type, ATR_CALL_COMPAT("execveat"), FEATURE(compat)  \
	}

/* Entry and return of a function of libpam: one program an entry, one for all returns. */
#define UPROBES(program, function)                                                          \
	{ program, ATR_FACT_PAM, ATR_MODE_UPROBE, "uprobe", function, FEATURE(uretprobe) }, \
	{                                                                                   \
		"atr_pam_return", ATR_FACT_PAM, ATR_MODE_UPROBE, "uretprobe", function,     \
			FEATURE(uretprobe)                                                  \
	}

/* The functions that hand over what is typed. */
#define TTY(mode, type, feature, name)                                                               \
	{ name "_push", ATR_FACT_TTY, mode, type, ATR_FUNC_TTY_PUSH, FEATURE(feature) },             \
		{ name "_data", ATR_FACT_TTY, mode, type, ATR_FUNC_TTY_DATA, FEATURE(feature) },     \
		{ name "_read", ATR_FACT_TTY, mode, type, ATR_FUNC_TTY_READ, FEATURE(feature) },     \
		{ name "_inject", ATR_FACT_TTY, mode, type, ATR_FUNC_TTY_INJECT, FEATURE(feature) }, \
	{                                                                                            \
		name "_exit", ATR_FACT_TTY, mode, type, ATR_FUNC_TTY_EXIT, FEATURE(feature)          \
	}

#define TTY_CALL(program, point)                                                              \
	{                                                                                     \
		program, ATR_FACT_TTY, ATR_MODE_TRACEPOINT, "tracepoint", point, FEATURE(tty) \
	}

/*
 * In the order in which they are attached: what a later one relies on comes before it. atr_exec_again
 * shares its tracepoint with the two before it, and runs behind them because it is attached later.
 */
const struct hook atr_hooks[] = {
	CALLS(ATR_FACT_CALL, ATR_MODE_FENTRY, "fentry", fentry, "atr_call", "atr_callat",
	      "atr_call32", "atr_callat32"),
	CALLS(ATR_FACT_CALL, ATR_MODE_KPROBE, "kprobe", kprobe, "atr_kcall", "atr_kcall",
	      "atr_kcall", "atr_kcall"),
	{ "atr_enter", ATR_FACT_CALL, ATR_MODE_TRACEPOINT, "tracepoint", "sys_enter_execve",
	  ATR_NO_FEATURE },
	{ "atr_enterat", ATR_FACT_CALL, ATR_MODE_TRACEPOINT, "tracepoint", "sys_enter_execveat",
	  ATR_NO_FEATURE },
	{ "atr_open", ATR_FACT_OPENS, ATR_MODE_FENTRY, "fexit", ATR_FUNC_OPEN, FEATURE(fentry) },
	{ "atr_kopen", ATR_FACT_OPENS, ATR_MODE_KPROBE, "kprobe", ATR_FUNC_OPEN, FEATURE(kprobe) },
	{ "atr_kopened", ATR_FACT_OPENS, ATR_MODE_KPROBE, "kretprobe", ATR_FUNC_OPEN,
	  FEATURE(kprobe) },
	{ "atr_denied", ATR_FACT_DENIED, ATR_MODE_FENTRY, "fentry", ATR_FUNC_MAY_OPEN,
	  FEATURE(fentry) },
	{ "atr_kdenied", ATR_FACT_DENIED, ATR_MODE_KPROBE, "kprobe", ATR_FUNC_MAY_OPEN,
	  FEATURE(kprobe) },
	{ "atr_prepare", ATR_FACT_CREDS, ATR_MODE_BTF, "tp_btf", "sched_prepare_exec",
	  FEATURE(prepare_exec) },
	{ "atr_creds", ATR_FACT_CREDS, ATR_MODE_FENTRY, "fexit", ATR_FUNC_CREDS, FEATURE(fentry) },
	{ "atr_kcreds", ATR_FACT_CREDS, ATR_MODE_KPROBE, "kprobe", ATR_FUNC_CREDS,
	  FEATURE(kprobe) },
	{ "atr_kcredsed", ATR_FACT_CREDS, ATR_MODE_KPROBE, "kretprobe", ATR_FUNC_CREDS,
	  FEATURE(kprobe) },
	{ "atr_exec_ld", ATR_FACT_LD, ATR_MODE_BTF, "tp_btf", "sched_process_exec",
	  FEATURE(find_vma) },
	{ "atr_exec", ATR_FACT_EXEC, ATR_MODE_BTF, "tp_btf", "sched_process_exec", ATR_NO_FEATURE },
	{ "atr_exec_again", ATR_FACT_AGAIN, ATR_MODE_BTF, "tp_btf", "sched_process_exec",
	  FEATURE(preemption) },
	CALLS(ATR_FACT_FAILED, ATR_MODE_FENTRY, "fexit", fentry, "atr_return", "atr_returnat",
	      "atr_return32", "atr_returnat32"),
	CALLS(ATR_FACT_FAILED, ATR_MODE_KPROBE, "kretprobe", kprobe, "atr_kreturn", "atr_kreturn",
	      "atr_kreturn", "atr_kreturn"),
	{ "atr_fail", ATR_FACT_FAILED, ATR_MODE_TRACEPOINT, "tracepoint", "sys_exit_execve",
	  ATR_NO_FEATURE },
	{ "atr_failat", ATR_FACT_FAILED, ATR_MODE_TRACEPOINT, "tracepoint", "sys_exit_execveat",
	  ATR_NO_FEATURE },
	{ "atr_labels", ATR_FACT_LABEL, ATR_MODE_BTF, "iter", "task", FEATURE(selinux) },
	{ "atr_unicast", ATR_FACT_MESSAGE, ATR_MODE_FENTRY, "fentry", ATR_FUNC_NETLINK,
	  FEATURE(fentry) },
	{ "atr_kunicast", ATR_FACT_MESSAGE, ATR_MODE_KPROBE, "kprobe", ATR_FUNC_NETLINK,
	  FEATURE(kprobe) },
	{ "atr_sent", ATR_FACT_MESSAGE, ATR_MODE_AFTER, "tp_btf", "sock_send_length",
	  FEATURE(send_length) },
	{ "atr_sendto", ATR_FACT_MESSAGE, ATR_MODE_TRACEPOINT, "tracepoint", "sys_enter_sendto",
	  ATR_NO_FEATURE },
	{ "atr_sendmsg", ATR_FACT_MESSAGE, ATR_MODE_TRACEPOINT, "tracepoint", "sys_enter_sendmsg",
	  ATR_NO_FEATURE },
	{ "atr_audit_send", ATR_FACT_MESSAGE, ATR_MODE_UPROBE, "uprobe", "__audit_send|audit_send",
	  FEATURE(uretprobe) },
	{ "atr_audit_sent", ATR_FACT_MESSAGE, ATR_MODE_UPROBE, "uretprobe",
	  "__audit_send|audit_send", FEATURE(uretprobe) },
	{ "atr_login", ATR_FACT_LOGIN, ATR_MODE_FENTRY, "fentry", ATR_FUNC_LOGINUID,
	  FEATURE(struct_args) },
	{ "atr_logged_in", ATR_FACT_LOGIN, ATR_MODE_FENTRY, "fexit", ATR_FUNC_LOGINUID,
	  FEATURE(struct_args) },
	{ "atr_klogin", ATR_FACT_LOGIN, ATR_MODE_KPROBE, "kprobe", ATR_FUNC_LOGINUID,
	  FEATURE(loginuid) },
	{ "atr_klogged_in", ATR_FACT_LOGIN, ATR_MODE_KPROBE, "kretprobe", ATR_FUNC_LOGINUID,
	  FEATURE(loginuid) },
	UPROBES("atr_pam_start", "pam_start"),
	UPROBES("atr_pam_item", "pam_set_item"),
	UPROBES("atr_pam_user", "pam_get_user"),
	UPROBES("atr_pam_auth", "pam_authenticate"),
	UPROBES("atr_pam_acct", "pam_acct_mgmt"),
	UPROBES("atr_pam_cred", "pam_setcred"),
	UPROBES("atr_pam_open", "pam_open_session"),
	UPROBES("atr_pam_close", "pam_close_session"),
	UPROBES("atr_pam_chauth", "pam_chauthtok"),
	UPROBES("atr_pam_end", "pam_end"),
	{ "atr_abend", ATR_FACT_ABEND, ATR_MODE_BTF, "tp_btf", "signal_deliver", ATR_NO_FEATURE },
	{ "atr_tty_fork", ATR_FACT_MARKED, ATR_MODE_BTF, "tp_btf", "sched_process_fork",
	  ATR_NO_FEATURE },
	{ "atr_tty_gone", ATR_FACT_MARKED, ATR_MODE_BTF, "tp_btf", "sched_process_exit",
	  ATR_NO_FEATURE },
	TTY(ATR_MODE_FENTRY, "fentry", fentry, "atr_tty"),
	TTY(ATR_MODE_KPROBE, "kprobe", kprobe, "atr_ktty"),
	TTY_CALL("atr_tty_enter", "sys_enter_read"),
	TTY_CALL("atr_tty_enter", "sys_enter_readv"),
	TTY_CALL("atr_tty_left", "sys_exit_read"),
	TTY_CALL("atr_tty_leftv", "sys_exit_readv"),
	TTY_CALL("atr_tty_ioctl", "sys_exit_ioctl"),
	TTY_CALL("atr_tty_leave", "sys_enter_exit_group"),
};

const size_t atr_hooks_count = sizeof(atr_hooks) / sizeof(atr_hooks[0]);

_Static_assert(sizeof(atr_hooks) / sizeof(atr_hooks[0]) <= ATR_HOOKS_MAX, "a row too many");

const struct fact atr_facts[ATR_FACT_MAX] = {
	[ATR_FACT_EXEC] = { "successful execs", true, "nothing can be recorded" },
	[ATR_FACT_AGAIN] = { "execs while a program of ours is preempted", false,
			     "none can be, or such execs are missing, and counted" },
	[ATR_FACT_CALL] = { "arguments, system call and time", false,
			    "they are told late, or not at all" },
	[ATR_FACT_OPENS] = { "files and the names they were opened by", false,
			     "the text of scripts and ELF files is read for the names a moment "
			     "later, and what could not be opened is looked up" },
	[ATR_FACT_DENIED] = { "the file that an exec may not open (--exact)", false,
			      "its PATH record tells what its name leads to a moment later" },
	[ATR_FACT_CREDS] = { "credentials before and after", false,
			     "BPRM_FCAPS is not written, and items of failed execs may be wrong" },
	[ATR_FACT_LD] = { "file of the ELF interpreter", false,
			  "its PATH record tells what its name leads to a moment later" },
	[ATR_FACT_FAILED] = { "failed execs", false, "failed execs are not recorded" },
	[ATR_FACT_LABEL] = { "texts of SELinux labels", false,
			     "subj=? in place of labels, but of those that the kernel begins with" },
	[ATR_FACT_MESSAGE] = { "user messages", false,
			       "what programs tell the audit system is not recorded" },
	[ATR_FACT_LOGIN] = { "login uids as they are set", false,
			     "LOGIN is derived from the first event of a session, without SYSCALL "
			     "and PROCTITLE; a login uid that was refused is not recorded" },
	[ATR_FACT_PAM] = { "calls of libpam", false,
			   "logins that libpam does not report itself are not recorded" },
	[ATR_FACT_ABEND] = { "ends by a signal", false, "ANOM_ABEND is not recorded" },
	[ATR_FACT_TTY] = { "terminal input (--tty), while a session is marked", false,
			   "what is typed is not recorded" },
	[ATR_FACT_MARKED] = { "processes of such sessions", false,
			      "sessions without a login uid are not recorded, and what is typed "
			      "without a line's end shows late, or not at all" },
};

const char *const atr_modes[ATR_MODE_MAX] = {
	[ATR_MODE_BTF] = "tp_btf",
	[ATR_MODE_FENTRY] = "fentry",
	[ATR_MODE_KPROBE] = "kprobe",
	[ATR_MODE_AFTER] = "tp_btf",
	[ATR_MODE_TRACEPOINT] = "tracepoint",
	[ATR_MODE_UPROBE] = "uprobe",
};

static bool has(const struct atr_features *features, size_t feature)
{
	return feature == ATR_NO_FEATURE || *(const bool *)((const char *)features + feature);
}

const char *hook_library(const struct hook *hook)
{
	static const char *const libraries[ATR_FACT_MAX] = {
		[ATR_FACT_MESSAGE] = "libaudit.so.1",
		[ATR_FACT_PAM] = "libpam.so.0",
	};

	return hook->mode == ATR_MODE_UPROBE ? libraries[hook->fact] : NULL;
}

bool hook_tells(const struct hook *hook, enum atr_fact fact)
{
	/* What finds the ELF interpreter tells of the exec itself. */
	return hook->fact == fact || (hook->fact == ATR_FACT_LD && fact == ATR_FACT_EXEC);
}

bool hook_compat(const struct hook *hook)
{
	return hook->feature == FEATURE(compat);
}

bool hook_on_demand(const struct hook *hook)
{
	/* Before 5.13 (f3a95075549e) one of fentry that was detached cannot be attached again: it stays. */
	return (hook->fact == ATR_FACT_TTY || hook->fact == ATR_FACT_MARKED) &&
	       hook->mode != ATR_MODE_FENTRY;
}

bool hook_possible(const struct hook *hook, const struct atr_features *features)
{
	if (hook->mode == ATR_MODE_FENTRY && !features->fentry)
		return false;
	if (hook->mode == ATR_MODE_KPROBE && !features->kprobe)
		return false;
	return has(features, hook->feature);
}
