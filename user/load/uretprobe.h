/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ATR_LOAD_URETPROBE_H
#define ATR_LOAD_URETPROBE_H

struct bpf_program;

/*
 * Hooks the return of a function of ours by program, and has a child call it that seccomp allows next to
 * nothing. Returns 0 if the child ended well, -EPERM if it did not, or why it could not be tried.
 *
 * Since 6.11 (ff474a78cef5) returns are told by a system call on x86-64, which filters refused until 6.14
 * (cf6cb56ef244, and stable kernels): a program in a container would die on its way out of the function.
 */
int uretprobe_try(const struct bpf_program *program);

#endif /* ATR_LOAD_URETPROBE_H */
