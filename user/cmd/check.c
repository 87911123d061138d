// SPDX-License-Identifier: GPL-2.0-or-later
/* autrail check: what this kernel gives, hook by hook, and what the records lack therefore. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "user/cmd/commands.h"
#include "user/load/feat.h"
#include "user/load/libbpf_log.h"
#include "user/load/libraries.h"
#include "user/load/lsm.h"
#include "user/load/probe.h"
#include "user/log.h"

static const char *set_verbose(void *dest, const char *arg)
{
	log_set_level(log_level() < ATR_LOG_DEBUG ? ATR_LOG_DEBUG : ATR_LOG_TRACE);
	return NULL;
}

static const char *set_hooks(void *dest, const char *arg)
{
	return hooks_parse(arg, dest);
}

static enum atr_mode hooks;

static const struct opt opts[] = {
	{ 0, "hooks", "WAY", "what if only fentry, kprobe, tracepoint or uprobe were there",
	  set_hooks },
	{ 'v', "verbose", NULL, "say more; twice: libbpf's debugging too", set_verbose },
	{},
};

#define WITH(feature)	 offsetof(struct atr_features, feature), false
#define WITHOUT(feature) offsetof(struct atr_features, feature), true
#define ALWAYS		 ATR_NO_FEATURE, false

/* What a fact is had by; a bit a mode. NONE: it is not had. */
enum {
	BTF = 1 << ATR_MODE_BTF,
	FENTRY = 1 << ATR_MODE_FENTRY,
	KPROBE = 1 << ATR_MODE_KPROBE,
	AFTER = 1 << ATR_MODE_AFTER,
	TRACEPOINT = 1 << ATR_MODE_TRACEPOINT,
	UPROBE = 1 << ATR_MODE_UPROBE,
	NONE = 1 << ATR_MODE_MAX,
	ANY = 2 * NONE - 1,
};

/* What the records cannot tell: where a fact is had in one of these ways, and the feature is (not) there. */
static const struct limit {
	const char *text;
	enum atr_fact fact;
	unsigned int modes;
	size_t feature;
	bool without;
} limits[] = {
	{ "failed execs of 32-bit programs are not seen: the kernel's system-call tracepoints leave "
	  "them out",
	  ATR_FACT_FAILED, TRACEPOINT, WITH(compat) },
	{ "every system call of the machine costs some 40 ns more (trace --no-failed: none)",
	  ATR_FACT_FAILED, TRACEPOINT, ALWAYS },
	{ "the name in a failed exec is read when the call returns: another thread can have changed "
	  "it; of one that failed past the point of no return it is gone",
	  ATR_FACT_OPENS, NONE, ALWAYS },
	{ "a failed exec that may not open its file (EACCES, ELOOP): its PATH tells what the name "
	  "leads to a moment later, and nothing below /proc/self",
	  ATR_FACT_DENIED, NONE, ALWAYS },
	{ "without trace --exact, the same of a failed exec that may not open its file (EACCES, "
	  "ELOOP): its PATH tells what the name leads to a moment later",
	  ATR_FACT_DENIED, ANY & ~NONE, ALWAYS },
	{ "the words in scripts and ELF files that name an interpreter are read from the file a "
	  "moment later, by inode and change time; of a file out of reach by then (deleted, a memfd, "
	  "its mount namespace gone) PATH says AUTRAIL=\"…-unknown\"",
	  ATR_FACT_OPENS, NONE, ALWAYS },
	{ "file capabilities are read from the file a moment later, by inode and change time; of a "
	  "file out of reach by then PATH says cap_fe=?",
	  ATR_FACT_EXEC, ANY, ALWAYS },
	{ "PROCTITLE is that of the moment, where kernel audit repeats the first one that it logged "
	  "for a process",
	  ATR_FACT_EXEC, ANY, ALWAYS },
	{ "calls by 32-bit code are told without their arguments: AUTRAIL=\"no-entry\"",
	  ATR_FACT_CALL, TRACEPOINT, WITHOUT(prepare_exec) },
	{ "the time is that of the moment before the new program is loaded, or of the failure, but no "
	  "more than two ticks of the clock after the call's entry; with --no-failed however long after it",
	  ATR_FACT_CALL, TRACEPOINT, WITH(prepare_exec) },
	{ "login uid and session are always unset: the kernel is built without CONFIG_AUDIT",
	  ATR_FACT_EXEC, ANY, WITHOUT(loginuid) },
	{ "files of scripts, and those that a failed exec had opened, are looked up a moment later",
	  ATR_FACT_OPENS, NONE, WITHOUT(fput) },
	{ "after a clock was set, events of the last moments before may be off by that step",
	  ATR_FACT_EXEC, ANY, WITHOUT(tai) },
	{ "LOGIN is inferred from the first event of a session, and has no SYSCALL and PROCTITLE; a login "
	  "uid that was refused is not seen",
	  ATR_FACT_LOGIN, NONE, WITH(loginuid) },
	{ "user messages are read from the sender's memory: another thread can have changed them",
	  ATR_FACT_MESSAGE, AFTER | TRACEPOINT | UPROBE, ALWAYS },
	{ "user messages sent by sendmmsg() or io_uring, or in more than eight pieces, are counted as lost",
	  ATR_FACT_MESSAGE, AFTER, ALWAYS },
	{ "user messages sent by write(), writev(), sendmmsg() or io_uring are not seen; those in more "
	  "than eight pieces are counted as lost",
	  ATR_FACT_MESSAGE, TRACEPOINT, ALWAYS },
	{ "user messages of 32-bit programs are not seen", ATR_FACT_MESSAGE, TRACEPOINT,
	  WITH(compat) },
	{ "with --no-failed only those user messages are seen that libaudit sends: see check --hooks "
	  "uprobe",
	  ATR_FACT_MESSAGE, TRACEPOINT, WITH(uretprobe) },
	{ "user messages of programs that send them without the shared libaudit (static ones, those with "
	  "code of their own for it) are not seen",
	  ATR_FACT_MESSAGE, UPROBE, ALWAYS },
	{ "user messages of 32-bit programs, in a chroot that has its own libaudit, and in the first "
	  "moments of a container are not seen",
	  ATR_FACT_MESSAGE, UPROBE, ALWAYS },
	{ "calls of libpam are not seen: this kernel cannot hook returns of functions in programs, or "
	  "so that those under seccomp die of it (6.11 to 6.13)",
	  ATR_FACT_PAM, NONE, WITHOUT(uretprobe) },
	{ "calls of libpam by 32-bit programs, in a chroot that has its own, and in the first moments "
	  "of a container are not seen",
	  ATR_FACT_PAM, UPROBE, ALWAYS },
	{ "terminal input is recorded of who is known some milliseconds after his session has begun: what "
	  "was read before is not",
	  ATR_FACT_TTY, ANY & ~NONE, ALWAYS },
	{ "terminal input (--tty) is read from the memory of the program when read() or readv() returns, with "
	  "the mode that the terminal has then: another thread can have changed both; not that of 32-bit "
	  "programs, nor by preadv2(), io_uring or splice()",
	  ATR_FACT_TTY, TRACEPOINT, ALWAYS },
	{ "while somebody's terminal input is recorded every system call of the machine costs some ten ns more",
	  ATR_FACT_TTY, TRACEPOINT, ALWAYS },
	{ "calls by x32 code are not seen, or told without their arguments", ATR_FACT_FAILED,
	  FENTRY | KPROBE, WITH(compat) },
};

static bool applies(const struct limit *limit, const struct atr_features *features,
		    const struct probe *probe)
{
	if (!(limit->modes & 1u << probe__mode(probe, limit->fact)))
		return false;
	if (limit->feature == ATR_NO_FEATURE)
		return true;
	return *(const bool *)((const char *)features + limit->feature) != limit->without;
}

/* Which modules label tasks here, and whether their labels can be read. */
static void print_labels(const struct atr_features *features)
{
	static const char *const how[ATR_LSM_MAX] = {
		[ATR_LSM_SELINUX] = "subj=, obj=: the number in the kernel, its text of a task or "
				    "file that has it",
		[ATR_LSM_SMACK] = "subj=, obj=: the task's in the kernel, a file's of its xattr",
		[ATR_LSM_APPARMOR] = "subj=: in the kernel, at the event",
	};
	unsigned int lsm;
	__u32 lsms;

	printf("\nlabels of security modules\n");
	if (!features->lsms)
		printf("  none is on: records have no subj= and obj=\n");
	for (lsms = features->lsms; lsms; lsms >>= 4) {
		lsm = lsms & 15;
		printf("  %-36s %s\n", lsm_name(lsm),
		       features->labels.task & 1u << lsm ? how[lsm] :
							   "not readable in this kernel: subj=?");
	}
}

/* A link that cannot be pinned. That of an iterator need not be, those of libraries are like the others. */
static bool ends_with_us(const struct probe *probe, size_t i)
{
	return probe__hook_state(probe, i) == ATR_HOOK_LIVE && !hook_library(&atr_hooks[i]) &&
	       atr_hooks[i].fact != ATR_FACT_LABEL && !probe__hook_kept(probe, i);
}

static bool any_ends_with_us(const struct probe *probe)
{
	size_t i;

	for (i = 0; i < atr_hooks_count; i++) {
		if (ends_with_us(probe, i))
			return true;
	}
	return false;
}

static void print_hook(const struct probe *probe, size_t i)
{
	static const char *const states[] = {
		[ATR_HOOK_OFF] = "not needed",	[ATR_HOOK_MISSING] = "not in this kernel",
		[ATR_HOOK_REFUSED] = "refused", [ATR_HOOK_WAITING] = "not on this machine yet",
		[ATR_HOOK_LIVE] = "yes",
	};
	enum hook_state state = probe__hook_state(probe, i);

	printf("  %-10s %-34s %s%s%s%s\n", atr_hooks[i].type, atr_hooks[i].point, states[state],
	       state == ATR_HOOK_REFUSED ? ": " : "",
	       state == ATR_HOOK_REFUSED ? strerror(probe__hook_error(probe, i)) : "",
	       ends_with_us(probe, i) ? ", not kept" : "");
}

/* The files that have the functions. One that comes later is found when it comes. */
static void print_libraries(const struct libraries *libraries)
{
	struct library_info file;
	size_t i;

	for (i = 0; libraries__info(libraries, i, &file); i++)
		printf("  %-10s %s (dev %02x:%02x inode %llu) %s%s\n", "library", file.path,
		       file.major, file.minor, file.ino, file.error ? "refused: " : "yes",
		       file.error ? strerror(file.error) : "");
	if (!i)
		printf("  no such library is on this machine: its calls are told when there is one\n");
	if (libraries__left_out(libraries))
		printf("  and in %u more mount namespaces: too many, not probed\n",
		       libraries__left_out(libraries));
}

static void print_hooks(const struct probe *probe, const struct atr_features *features)
{
	enum atr_mode mode;
	size_t fact, i;

	for (fact = 0; fact < ATR_FACT_MAX; fact++) {
		if (fact == ATR_FACT_LABEL && !features->selinux)
			continue;
		mode = probe__mode(probe, fact);
		printf("\n%s%s: %s\n", atr_facts[fact].name,
		       atr_facts[fact].must ? " (required)" : "",
		       mode == ATR_MODE_MAX ? "none" : atr_modes[mode]);
		for (i = 0; i < atr_hooks_count; i++) {
			if (hook_tells(&atr_hooks[i], fact))
				print_hook(probe, i);
		}
		if (probe__libraries(probe, fact))
			print_libraries(probe__libraries(probe, fact));
		/* Where opens are seen, that of the ELF interpreter is one of them. */
		if (mode == ATR_MODE_MAX &&
		    !(fact == ATR_FACT_LD && probe__mode(probe, ATR_FACT_OPENS) != ATR_MODE_MAX))
			printf("  without it: %s\n", atr_facts[fact].without);
	}
}

/* Has a service the kernel record what is typed? */
static bool has_module(const char *name)
{
	char path[320], line[1024];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/etc/pam.d/%s", name);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file))
		found = line[strspn(line, " \t")] != '#' && strstr(line, "pam_tty_audit");
	if (file)
		fclose(file);
	return found;
}

/* What is recorded by the kernel is recorded by us as well, for another log. */
static void print_kernel_tty(void)
{
	DIR *services = opendir("/etc/pam.d");
	struct dirent *entry;

	while (services && (entry = readdir(services))) {
		if (entry->d_name[0] != '.' && has_module(entry->d_name))
			printf("  - kernel audit records terminal input, too: pam_tty_audit in "
			       "/etc/pam.d/%s; with --kernel-audit it is recorded once, else each "
			       "has it in its own log\n",
			       entry->d_name);
	}
	if (services)
		closedir(services);
}

static int check_run(void *dest, int argc, char **argv)
{
	struct atr_probe_opts probe_opts = {
		.failed = true,
		.logins = true,
		.tty = true,
		.exact = true,
		.hooks = *(enum atr_mode *)dest,
		.ring_bytes = 256 << 10,
	};
	struct atr_features features = {};
	struct utsname name = {};
	struct probe *probe;
	int code = ATR_EXIT_KERNEL;
	size_t i;

	if (!privilege_check("check"))
		return ATR_EXIT_PRIVILEGE;
	libbpf_log_init();
	if (features_probe(&features))
		return code;
	probe = probe__new(&probe_opts, &features);
	if (!probe) {
		log_error("cannot start: %s", strerror(errno));
		return ATR_EXIT_RUNTIME;
	}
	uname(&name);
	if (!probe__start(probe, NULL, NULL))
		code = ATR_EXIT_OK;
	printf("Linux %s %s: %s\n", name.release, name.machine,
	       code == ATR_EXIT_OK ? "what is needed is there" : "autrail cannot run");
	print_hooks(probe, &features);
	print_labels(&features);
	printf("\nwhat records cannot tell here\n");
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (applies(&limits[i], &features, probe))
			printf("  - %s\n", limits[i].text);
	}
	if (any_ends_with_us(probe))
		printf("  - what happens from the end of a daemon to the start of the next one, of all that is "
		       "\"not kept\" above: this kernel (before 5.15) keeps no links of perf events\n");
	print_kernel_tty();
	probe__free(probe);
	return code;
}

const struct command atr_command_check = {
	.name = "check",
	.summary = "tell what this kernel gives: each hook, and what is missing without it",
	.opts = opts,
	.run = check_run,
	.dest = &hooks,
};
