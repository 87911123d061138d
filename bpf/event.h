/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The contract between the kernel side and user space: every event that goes through the ring,
 * a capture file or a test is one of these structures, its strings behind it.
 *
 * Also compiled for BPF, so: fixed-width types, no pointers, no implicit padding, no includes of
 * ours. A change of layout is a change of ATR_ABI.
 */
#ifndef ATR_EVENT_H
#define ATR_EVENT_H

#ifndef __bpf__
#include <linux/types.h>
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

#define ATR_ABI 4

/*
 * Every kind of event: number (never used again for another), name, payload structure, and what
 * people call it. A row needs its struct atr_<payload> here and its function record_<payload>() in
 * user/record/; without either the build fails.
 *
 * Kinds below ATR_KIND_USER come from the kernel and are counted there. The others are made in
 * user space, so that a capture holds all that its records were made from.
 */
#define ATR_KINDS(X)                                      \
	X(1, EXEC, exec, "exec")                          \
	X(2, EXECFAIL, exec, "failed exec")               \
	X(3, CHUNK, chunk, "argument chunk")              \
	X(4, MESSAGE, message, "user message")            \
	X(5, LOGIN, login, "login")                       \
	X(6, PAM, pam, "PAM call")                        \
	X(7, ABEND, abend, "abnormal end")                \
	X(8, KERNEL, kernel, "kernel record")             \
	X(9, TTY, tty, "terminal input")                  \
	X(16, CLOCK, clock, "clock")                      \
	X(17, FILE, file_answer, "file look-up")          \
	X(18, ITEM, item_answer, "path look-up")          \
	X(19, NAME, name_answer, "name look-up")          \
	X(20, LOST, lost, "loss")                         \
	X(21, HOST, host, "host facts")                   \
	X(22, LABEL, label_answer, "label look-up")       \
	X(23, SESSION, session, "session")                \
	X(24, ADDRESS, address_answer, "address look-up") \
	X(25, PLACE, place_answer, "place look-up")       \
	X(26, DAEMON, daemon, "daemon")

/* clang-format off */
enum atr_kind {
#define ATR_KIND_ENUM(number, name, payload, text) ATR_KIND_##name = number,
	ATR_KINDS(ATR_KIND_ENUM)
#undef ATR_KIND_ENUM
	ATR_KIND_USER = 16, /* the first kind made in user space */
};
/* clang-format on */

/* Why an event of the kernel's was not delivered. */
#define ATR_CAUSES(X)                                   \
	X(0, RING_FULL, "ring full")                    \
	X(1, SCRATCH_BUSY, "no scratch memory")         \
	X(2, UNREAD, "could not be read")               \
	X(3, INCOMPLETE, "its arguments were lost")     \
	X(4, WRITE, "output could not be written")      \
	X(5, BAD_EVENT, "event not understood")         \
	X(6, LEFT_OUT, "the kernel left a program out") \
	X(7, OVERRUN, "too many at a time")             \
	X(8, OTHER_VERSION, "kept by another version")

/* clang-format off */
enum atr_cause {
#define ATR_CAUSE_ENUM(number, name, text) ATR_CAUSE_##name = number,
	ATR_CAUSES(ATR_CAUSE_ENUM)
#undef ATR_CAUSE_ENUM
	ATR_CAUSE_MAX,
};
/* clang-format on */

enum {
	ATR_COMM_MAX = 16,	/* TASK_COMM_LEN */
	ATR_NAME_MAX = 4096,	/* PATH_MAX: a name with its NUL */
	ATR_NAME_READ = 4097,	/* one more, to tell a name that is too long */
	ATR_TTY_MAX = 64,	/* sizeof(tty_struct.name) */
	ATR_TITLE_MAX = 128,	/* MAX_PROCTITLE_AUDIT_LEN */
	ATR_FILES_MAX = 8,	/* files that one exec can open: kernel allows 5 rewrites */
	ATR_CHUNK_MAX = 24576,	/* bytes of arguments in one chunk */
	ATR_ARGV_INLINE = 8192, /* up to so many bytes of arguments ride in the exec event */
	ATR_WALK_MAX = 4112,	/* bytes of a walk: audit prints d_path() of up to PATH_MAX + 11 */
	ATR_GROUPS_MAX = 31,	/* supplementary groups that an event has room for */
	ATR_LABEL_MAX = 768,	/* bytes of what AppArmor says of a task */
	ATR_SMACK_MAX = 256,	/* SMK_LONGLABEL: with its NUL */
	ATR_CGROUP_MAX = 1024,	/* bytes of the walk of a cgroup */
	ATR_NODE_MAX = 65,	/* __NEW_UTS_LEN and a NUL */
	ATR_MESSAGE_MAX = 8970, /* MAX_AUDIT_MESSAGE_LENGTH; the kernel writes 8560 of it */
	ATR_PAM_TEXT_MAX = 512, /* of a user's name, a terminal's or a host's */
	ATR_TYPED_MAX = 4096,	/* N_TTY_BUF_SIZE: of terminal input in a record */
	ATR_SLOTS = 3,		/* of scratch memory a cpu, see hdr.slot */
	ATR_LOST_CAUSES =
		3, /* causes that the kernel side counts: RING_FULL, SCRATCH_BUSY, UNREAD */
};

#define ATR_UNSET 0xffffffffU /* auid and ses of a task that never logged in */

/* hdr.flags of EXEC and EXECFAIL: what could not be had. Each is stated with the record. */
enum atr_flag {
	ATR_F_NO_ENTRY = 1 << 0,      /* the entry was not seen: arch, nr, args, old_* are unset */
	ATR_F_NO_ARGV = 1 << 1,	      /* some of the arguments could not be read: bytes are 0 */
	ATR_F_CHUNKED = 1 << 2,	      /* the arguments came before, as chunks */
	ATR_F_DIRFD_CLOEXEC = 1 << 3, /* execveat's dirfd has FD_CLOEXEC (EXECFAIL) */
	ATR_F_FAULT = 1 << 4,	      /* a read of the task itself failed: fields may be 0 */
	ATR_F_DIRFD = 1 << 5,	      /* the name is relative to a file descriptor */
	ATR_F_NO_FILES = 1 << 6,      /* files of scripts could not be told from others */
	ATR_F_LATE_TIME = 1 << 7, /* time is a moment in the call, not its entry or soon after */
	ATR_F_PAST = 1 << 8,	  /* EXECFAIL past the point of no return: see files */
	ATR_F_OPENS = 1 << 9,	  /* files are those of the opens, each with its name: see files */
	ATR_F_DENIED = 1 << 10,	  /* and one that could not be opened is among them: see files */
};

/* A string behind the fixed part: off from the start of the event, len without a NUL. */
struct atr_str {
	__u32 off;
	__u16 len;
	__u16 flags; /* enum atr_str_flag */
};

enum atr_str_flag {
	ATR_S_FAULT = 1 << 0,	/* could not be read (whole or rest) */
	ATR_S_CUT = 1 << 1,	/* longer than the limit */
	ATR_S_DELETED = 1 << 2, /* path: d_path() would append " (deleted)" */
	ATR_S_NULL = 1 << 3,	/* there is none (no tty, no mm) */
};

struct atr_hdr {
	__u32 size; /* of the whole event, a multiple of 8 */
	__u16 kind;
	__u8 abi;
	__u8 slot;
	__u64 time; /* ns of CLOCK_BOOTTIME */
	__u64 tai;  /* the same moment in CLOCK_TAI, 0 where the kernel cannot tell */
	__u64 seq;  /* rises by one for each event of this cpu and slot, delivered or not */
	__u16 cpu;
	__u16 rules; /* generation of the rules that were in force, its low half; 0: none */
	__u32 flags; /* enum atr_flag */
};

/* An inode as audit sees it; ids in the initial user namespace, dev_t in the kernel's encoding
 * (major << 20 | minor). With ctime, ino tells whether a file found later is the same one.
 */
struct atr_file {
	__u64 ino;
	__u64 ctime_sec;
	__u32 ctime_nsec;
	__u32 dev;
	__u32 rdev;
	__u32 uid;
	__u32 gid;
	__u16 mode;
	__u16 flags; /* enum atr_file_flag */
	__u32 generation; /* of this use of the inode number; 0: not known, or the file system has none */
	__u32 size;	  /* low half */
	__u32 sid;	  /* of its label, where SELinux or Smack gives it one */
	__u32 pad;
};

enum atr_file_flag {
	ATR_FILE_VALID = 1 << 0,
	ATR_FILE_NOSEC = 1 << 1,  /* S_NOSEC: the kernel knows it has no security xattr */
	ATR_FILE_NOSUID = 1 << 2, /* its mount gives no capabilities: see mnt_may_suid() */
};

struct atr_caps {
	__u64 permitted;
	__u64 inheritable;
	__u64 effective;
	__u64 ambient;
};

/*
 * The task at the end of the call, numbers as in the initial namespaces.
 *
 * exe is a walk (see struct atr_exec), and so is cgroup, up to the root of its hierarchy: there for tasks
 * that are not in the initial namespaces only. in_pid and in_uid are what it is in its own ones.
 *
 * What security modules say of the task: SELinux a number, Smack its label. AppArmor a byte, a name
 * and a name for each profile that the task is under: the profile's mode as a digit, or 'u' for the
 * unconfined of its namespace; the namespace ("root", or "root//" and the way from there); the
 * profile. Each name has a NUL. Nothing at all: no such module.
 */
struct atr_task {
	__u32 pid; /* tgid */
	__u32 tid;
	__u32 ppid; /* tgid of the real parent */
	__u32 auid;
	__u32 ses;
	__u32 uid;
	__u32 gid;
	__u32 euid;
	__u32 suid;
	__u32 fsuid;
	__u32 egid;
	__u32 sgid;
	__u32 fsgid;
	__u32 personality;
	__u32 securebits;
	__u32 root_uid; /* what uid 0 of its user namespace is in the initial one */
	__u32 mntns;	/* namespace inode numbers */
	__u32 userns;
	__u32 pidns;
	__u32 in_pid; /* 0: not known */
	__u32 in_uid; /* ATR_UNSET: not known, or it has none there */
	__u32 root_dev;
	__u64 root_ino; /* of its root directory */
	struct atr_caps caps;
	char comm[ATR_COMM_MAX];
	struct atr_str tty;
	struct atr_str exe;
	struct atr_str cgroup;
	struct atr_str apparmor;
	struct atr_str smack;
	__u32 sid;	   /* of the task's label under SELinux */
	__u32 label_flags; /* enum atr_label_flag */
};

enum atr_label_flag {
	ATR_LABEL_MODES = 1 << 0, /* AppArmor shows modes: kernel.apparmor_display_secid_mode */
};

/*
 * EXEC: execve() or execveat() succeeded; EXECFAIL: it did not.
 *
 * task.exe and cwd are walks from the file up to the task's root: the components leaf first, each with
 * a NUL behind it, without slashes; none at all is "/", and one that is cut is what audit writes
 * as "<too_long>". name is the string that was passed, interp
 * bprm->interp (EXEC only). argv are the argument strings, each with its NUL, or the last with
 * ATR_F_CHUNKED. title is the old program's argument area (EXECFAIL only, argv_len bytes), as
 * get_cmdline() reads it. root is the walk from the task's root to that of its mount namespace: none where they are one.
 *
 * files with ATR_F_OPENS: all that the call has tried to open, in that order: what was asked for, the
 * interpreter of a script as long as it is one, an ELF interpreter. One that could not be opened is the
 * last, and not valid; with ATR_F_DENIED it is valid if its name led to it. names[i] is the name by which files[i + 1] was opened, as name is that of files[0].
 * files[running] is the one that runs (EXEC, and EXECFAIL with ATR_F_PAST); no interp is sent.
 *
 * files without: EXEC, and EXECFAIL with ATR_F_PAST: the scripts, oldest first (files[0] is what was
 * asked for), then files[running], the file that runs. EXECFAIL otherwise: all files that this call had
 * opened when it failed, in the order in which it let go of them: scripts oldest first, an ELF
 * interpreter, last the file that could not be loaded.
 *
 * script is the walk of files[0] where there are such (EXEC: if it is a script).
 *
 * EXECFAIL of a name relative to a descriptor: ld is the file of that descriptor, and dir its walk.
 *
 * EXECFAIL with exit 0: execveat() with AT_EXECVE_CHECK, which only asks whether it would work.
 */
struct atr_exec {
	struct atr_hdr hdr;
	struct atr_task task;
	struct atr_caps old_caps; /* of the credentials before, and those that the exec gives */
	struct atr_caps new_caps;
	__u32 old_uid;
	__u32 old_euid;
	__u32 new_uid;
	__u32 new_euid;
	__u64 args[6]; /* of the call, as at entry */
	__s64 exit;
	__u32 arch; /* AUDIT_ARCH_* of the caller */
	__u32 nr;
	__u32 argc;
	__u32 argv_len; /* of all arguments */
	__u32 nfiles;
	__u32 has_ld; /* an ELF interpreter was loaded */
	__u32 running;
	__u32 pad;
	struct atr_file files[ATR_FILES_MAX];
	struct atr_file ld; /* the ELF interpreter, where the kernel side could find it */
	__u32 ngroups;	    /* EXECFAIL: supplementary groups, and the first of them */
	__u32 groups[ATR_GROUPS_MAX];
	struct atr_str name;
	struct atr_str cwd;
	struct atr_str interp;
	struct atr_str argv;
	struct atr_str title;
	struct atr_str script;
	struct atr_str root;
	struct atr_str dir;
	struct atr_str names[ATR_FILES_MAX - 1];
};

/* Security modules that label tasks, and files but for AppArmor. */
enum atr_lsm {
	ATR_LSM_NONE,
	ATR_LSM_SELINUX,
	ATR_LSM_SMACK,
	ATR_LSM_APPARMOR,
	ATR_LSM_MAX,
};

/*
 * A piece of the arguments of the EXEC event that follows: the pieces and the event have the same
 * hdr.cpu and hdr.slot, and sequence numbers without a gap. off 0 begins anew.
 */
struct atr_chunk {
	struct atr_hdr hdr;
	__u32 off; /* where the piece belongs */
	__u32 pad;
	struct atr_str data;
};

/* hdr.flags of MESSAGE and PAM: what the kernel's own check of the sender would come to. */
enum atr_trust {
	ATR_TRUST_SENDER = 1 << 16,  /* CAP_AUDIT_WRITE, effective, in its user namespace */
	ATR_TRUST_SOCKET = 1 << 17,  /* and so had who opened the socket, in the initial one */
	ATR_TRUST_INITIAL = 1 << 18, /* the sender's user namespace is the initial one */
	ATR_TRUST_TTY = 1 << 19,     /* what is typed into it is recorded: USER_TTY */
};

/*
 * MESSAGE: what a program has handed to the audit system, one netlink message. text is its payload, of
 * len bytes in all. The task is the sender.
 */
struct atr_message {
	struct atr_hdr hdr;
	struct atr_task task;
	__u32 type; /* nlmsg_type: AUDIT_USER… */
	__u32 len;
	struct atr_str text;
};

/*
 * LOGIN: a task has set its login uid, or tried to: audit_set_loginuid(). task is as it is afterwards;
 * title as in struct atr_exec.
 */
struct atr_login {
	struct atr_hdr hdr;
	struct atr_task task;
	__u64 args[6]; /* of the call that it did so by */
	__s64 exit;    /* -errno of audit_set_loginuid(); of a writev() how much it wrote; else 0 */
	__u32 arch;
	__u32 nr;
	__u32 old_auid;
	__u32 old_ses;
	__u32 auid; /* what it wanted to be */
	__u32 title_len;
	struct atr_str title;
};

/* What of libpam was called. */
enum atr_pam_call {
	ATR_PAM_START,
	ATR_PAM_SET_ITEM,
	ATR_PAM_GET_USER,
	ATR_PAM_AUTHENTICATE, /* and from here on what records tell of */
	ATR_PAM_ACCT_MGMT,
	ATR_PAM_SETCRED,
	ATR_PAM_OPEN_SESSION,
	ATR_PAM_CLOSE_SESSION,
	ATR_PAM_CHAUTHTOK,
	ATR_PAM_END,
	ATR_PAM_CALL_MAX,
};

/*
 * PAM: a call of libpam has returned. text is the user (START, GET_USER), or the item that is set
 * (SET_ITEM, of those that records tell of); never what PAM_AUTHTOK or a conversation hold.
 */
struct atr_pam {
	struct atr_hdr hdr; /* time is that of the call, not of its return */
	struct atr_task task;
	__u64 handle; /* pam_handle_t *, in the task */
	__u32 call;   /* enum atr_pam_call */
	__u32 flags;  /* of the call */
	__s32 ret;
	__u32 item;	     /* SET_ITEM: PAM_USER… */
	__u64 returned;	     /* CLOCK_BOOTTIME */
	struct atr_str text; /* ATR_S_NULL: none */
	struct atr_str node; /* the name of its machine: UTS namespace */
};

/* ABEND: a signal that dumps core is about to end the task. */
struct atr_abend {
	struct atr_hdr hdr;
	struct atr_task task;
	__u32 sig;
	__u32 pad;
};

/* What a piece of terminal input is about. */
enum atr_tty_how {
	ATR_TTY_ICANON = 1 << 0, /* the terminal edits lines */
	ATR_TTY_PUSH = 1 << 1,	 /* a line is complete: what there is is written */
	ATR_TTY_END = 1 << 2,	 /* the call returns: exit is known, and title */
	ATR_TTY_INJECT = 1 << 3, /* ioctl(TIOCSTI): data was put into the terminal */
	ATR_TTY_EXIT = 1 << 4,	 /* the process ends: what there is is written */
	ATR_TTY_ALONE = 1 << 5,	 /* not in a system call */
};

/*
 * TTY: what a task of a marked session got of a terminal, up to ATR_TYPED_MAX bytes; of more than that
 * several, of which the last has ATR_TTY_END. hdr.time is that of the call's entry, args are its.
 */
struct atr_tty {
	struct atr_hdr hdr;
	struct atr_task task;
	__u64 args[6];
	__s64 exit;
	__u32 arch;
	__u32 nr;
	__u32 dev; /* as in struct atr_file */
	__u32 how; /* enum atr_tty_how */
	__u32 title_len;
	__u32 pad;
	struct atr_str title;
	struct atr_str data;
};

/* KERNEL: a record of kernel audit's own: "audit(…): …". Made in user space, but lost like the others. */
struct atr_kernel {
	struct atr_hdr hdr;
	__u32 type;
	__u32 pad;
	struct atr_str text;
};

/* From now on, CLOCK_REALTIME = CLOCK_BOOTTIME + real_boot, and = CLOCK_TAI - tai_real. */
struct atr_clock {
	struct atr_hdr hdr;
	__s64 real_boot;
	__s64 tai_real;
};

enum atr_answer_type {
	ATR_ANSWER_NONE, /* the file could not be looked at */
	ATR_ANSWER_ELF,
	ATR_ANSWER_SCRIPT, /* begins with #! */
	ATR_ANSWER_OTHER,
};

/* What was found out about the inode (dev, ino, ctime) in user space. */
struct atr_file_answer {
	struct atr_hdr hdr;
	struct atr_file file;
	__u32 type;	 /* enum atr_answer_type */
	__u32 cap_known; /* the capability xattr was looked at */
	__u64 cap_fp;	 /* all 0 where it has none */
	__u64 cap_fi;
	__u32 cap_fe;
	__u32 cap_fver;
	__u32 cap_rootid;
	__u32 pad;
	struct atr_str interp; /* PT_INTERP, or the interpreter of the #! line; ATR_S_NULL: none */
	struct atr_str arg;    /* the one argument in the #! line; ATR_S_NULL: none */
};

/* What item (number) of the next event's PATH records resolved to when it was looked at. */
struct atr_item_answer {
	struct atr_hdr hdr;
	__u32 item;
	__u32 error; /* errno of the look-up, 0: file is valid */
	struct atr_file file;
	struct atr_str label; /* of the file: its text; ATR_S_NULL: none could be had */
};

/* The name of a user (group 0) or a group (group 1); ATR_S_NULL: it has none, with ATR_S_FAULT: nobody said. */
struct atr_name_answer {
	struct atr_hdr hdr;
	__u32 id;
	__u32 group;
	struct atr_str name;
};

/* The text of a label; ATR_S_NULL: it could not be had. */
struct atr_label_answer {
	struct atr_hdr hdr;
	__u32 sid;
	__u32 pad;
	struct atr_str text;
};

/* A session that was there before autrail was. */
struct atr_session {
	struct atr_hdr hdr;
	__u32 auid;
	__u32 ses;
};

/* The address that a host's name leads to, as text; ATR_S_NULL: none. */
struct atr_address_answer {
	struct atr_hdr hdr;
	struct atr_str name;
	struct atr_str address;
};

/* Where the inode is, by the way from the root of who has looked; ATR_S_NULL: it was not found. */
struct atr_place_answer {
	struct atr_hdr hdr;
	struct atr_file file;
	struct atr_str path;
};

/* What autrail tells of itself: the body of a record of that type. */
struct atr_daemon {
	struct atr_hdr hdr;
	__u32 type;
	__u32 pad;
	struct atr_str text;
};

/* count events of a kind were lost between first and last (CLOCK_BOOTTIME). */
struct atr_lost {
	struct atr_hdr hdr;
	__u64 count;
	__u64 first;
	__u64 last;
	__u16 lost_kind;
	__u16 cause;
	__u32 pid; /* the loader's */
	__u32 auid;
	__u32 pad;
};

/* What the records depend on beside the events; the first event of a capture. */
struct atr_host {
	struct atr_hdr hdr;
	__u32 last_cap;	    /* the highest capability of this kernel */
	__u32 flags;	    /* enum atr_host_flag */
	__u32 first_serial; /* of the records; 0: as the recorder's options say */
	__u32 lsms;	    /* enum atr_lsm of each that is on, 4 bits each, the first one lowest */
	__u32 mntns;	    /* the initial namespaces; 0: not known */
	__u32 pidns;
	__u32 userns;
	__u32 pad;
};

enum atr_host_flag {
	/* nonroot_raised_pE() compares the new euid with the old euid, not with the old uid. */
	ATR_HOST_FCAPS_EUID = 1 << 0,
	/* Sessions that there were come as SESSION events: any other is a login that is to be told. */
	ATR_HOST_SESSIONS = 1 << 1,
};

/*
 * Losses of one kind and cause, in memory that user space maps: it counts those that the kernel side does
 * not, and sets first to 0 when it has reported.
 */
struct atr_loss {
	__u64 count;
	__u64 reported; /* of them */
	__u64 first;	/* CLOCK_BOOTTIME */
	__u64 last;
};

#pragma GCC diagnostic pop

#endif /* ATR_EVENT_H */
