/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel functions that are hooked, by name. Shared with user space, which attaches kprobes by
 * these names; both sides are compiled for the machine that will run it.
 */
#ifndef ATR_CALLS_H
#define ATR_CALLS_H

/* What a system call is entered by (arch/.../include/asm/syscall_wrapper.h): one argument, pt_regs. */
#if defined(__TARGET_ARCH_x86) || defined(__x86_64__)
#define ATR_CALL(name)		 "__x64_sys_" name
#define ATR_CALL_COMPAT(name)	 "__ia32_compat_sys_" name
#define ATR_SYMBOL_EXECVE	 __x64_sys_execve
#define ATR_SYMBOL_EXECVE_COMPAT __ia32_compat_sys_execve
#elif defined(__TARGET_ARCH_arm64) || defined(__aarch64__)
#define ATR_CALL(name)		 "__arm64_sys_" name
#define ATR_CALL_COMPAT(name)	 "__arm64_compat_sys_" name
#define ATR_SYMBOL_EXECVE	 __arm64_sys_execve
#define ATR_SYMBOL_EXECVE_COMPAT __arm64_compat_sys_execve
#else
#error "no names of system calls for this architecture: add a block"
#endif

/* A call without effect, to find out whether such functions can be hooked. */
#define ATR_CALL_TRIAL ATR_CALL("getpgid")

/* fs/exec.c: each file that an exec opens, whatever for; static, but called from two places. */
#define ATR_FUNC_OPEN "do_open_execat"

/* fs/namei.c: may the file be opened? For every open() of the machine. */
#define ATR_FUNC_MAY_OPEN "may_open"

/* security/security.c: the credentials of the new program, right before the point of no return. */
#define ATR_FUNC_CREDS "security_bprm_creds_from_file"

/* net/netlink/af_netlink.h: each message from one socket to one other, the kernel's own among them. */
#define ATR_FUNC_NETLINK "netlink_unicast"

/* kernel/auditsc.c: a task sets its login uid. */
#define ATR_FUNC_LOGINUID "audit_set_loginuid"

/* drivers/tty/tty_io.c, tty_audit.c: a terminal is read; what line editing gives of it; that it is all. */
#define ATR_FUNC_TTY_READ   "tty_read"
#define ATR_FUNC_TTY_DATA   "tty_audit_add_data"
#define ATR_FUNC_TTY_PUSH   "tty_audit_push"
#define ATR_FUNC_TTY_INJECT "tty_audit_tiocsti"
#define ATR_FUNC_TTY_EXIT   "tty_audit_exit"

#endif /* ATR_CALLS_H */
