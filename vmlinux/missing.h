/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Constants of the kernel that BTF does not carry. */
#ifndef ATR_VMLINUX_MISSING_H
#define ATR_VMLINUX_MISSING_H

#define FMODE_EXEC \
	0x20	     /* include/linux/fs.h; of f_flags, where no open() of a program can put it */
#define S_NOSEC 4096 /* include/linux/fs.h, since 2.6.39 */
/* include/linux/fs.h: from 6.5, and from 6.14 (95101401bb50) and some stable kernels on */
#define FMODE_BACKING_OLD     (1U << 25)
#define FMODE_BACKING	      (1U << 24)
#define FMODE_NOACCOUNT	      (1U << 29)
#define I_CTIME_QUERIED	      0x80000000U /* include/linux/fs.h, since 6.13: a bit of i_ctime_nsec */
#define OVERLAYFS_SUPER_MAGIC 0x794c7630  /* include/uapi/linux/magic.h */
#define MNT_NOSUID	      0x01	  /* include/linux/mount.h */
#define TS_COMPAT	      0x0002	  /* arch/x86/include/asm/thread_info.h */
#define TIF_32BIT_ARM64	      22	  /* arch/arm64/include/asm/thread_info.h */

#define ECONNREFUSED	      111      /* include/uapi/asm-generic/errno.h */
#define S_IFMT		      00170000 /* include/uapi/linux/stat.h */
#define S_IFSOCK	      0140000
#define AF_NETLINK	      16 /* include/linux/socket.h */
#define NETLINK_AUDIT	      9	 /* include/uapi/linux/netlink.h */
#define CAP_AUDIT_WRITE	      29 /* include/uapi/linux/capability.h */
#define AUDIT_TTY_ENABLE      1	 /* include/uapi/linux/audit.h */
#define AUDIT_USER	      1005
#define AUDIT_USER_TTY	      1124
#define SIGNAL_UNKILLABLE     0x40 /* include/linux/sched/signal.h */

#define ICANON		      0x00002 /* include/uapi/asm-generic/termbits.h */
#define ECHO		      0x00008
#define EXTPROC		      0x10000
#define VEOL		      11
#define VEOL2		      16
#define TTY_TYPE_PTY_OLD \
	4 /* include/linux/tty_driver.h: TTY_DRIVER_TYPE_PTY, where it is no enum */
#define PTY_TYPE_MASTER_OLD 1
#define TIOCSTI		    0x5412 /* include/uapi/asm-generic/ioctls.h */
#define N_TTY		    0	   /* include/uapi/linux/tty.h */

#define PIDTYPE_TGID	    1		/* include/linux/pid_types.h */
#define PID_NS_INIT_INO	    0xeffffffcU /* include/linux/proc_ns.h */

#define PF_IO_WORKER	    0x00000010	/* include/linux/sched.h, since 5.12 */
#define PF_KTHREAD	    0x00200000	/* include/linux/sched.h */
#define X32_SYSCALL_BIT	    0x40000000U /* arch/x86/include/uapi/asm/unistd.h */

#define AUDIT_ARCH_X86_64   0xc000003eU /* include/uapi/linux/audit.h */
#define AUDIT_ARCH_I386	    0x40000003U
#define AUDIT_ARCH_AARCH64  0xc00000b7U
#define AUDIT_ARCH_ARM	    0x40000028U

#define AT_BASE		    7	 /* include/uapi/linux/auxvec.h */
#define MAX_ERRNO	    4095 /* include/linux/err.h */
#define AT_FDCWD	    (-100)
#define EI_CLASS	    4 /* include/uapi/linux/elf.h */
#define ELFCLASS32	    1
#define PT_INTERP	    3

#endif /* ATR_VMLINUX_MISSING_H */
