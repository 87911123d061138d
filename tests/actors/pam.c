// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conversations with libpam, as programs have them that let people in.
 *
 *	pam [-s] CASE...      these cases, or all of them
 *	pam [-s] -n COUNT     as many calls of pam_set_item(): how many ns each took goes to stdout
 *
 * -s: libpam stays silent, because there is no audit socket for it, just as where the kernel was booted with
 * audit=0. The password is read from stdin, so that it is in nobody's arguments. Services: "autrail-good"
 * and "autrail-bad".
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GOOD "autrail-good"
#define BAD  "autrail-bad"
#define USER "nobody"

static char password[256];

/* Answers what is typed unseen with the password, and what is typed seen with the user. */
static int converse(int count, const struct pam_message **messages, struct pam_response **ret,
		    void *data)
{
	struct pam_response *answers = calloc(count, sizeof(*answers));
	int i;

	if (!answers)
		return PAM_BUF_ERR;
	for (i = 0; i < count; i++) {
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			answers[i].resp = strdup(password);
		else if (messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			answers[i].resp = strdup(USER);
	}
	*ret = answers;
	return PAM_SUCCESS;
}

static pam_handle_t *begin(const char *service, const char *user)
{
	static const struct pam_conv conversation = { converse, NULL };
	pam_handle_t *pam = NULL;

	if (pam_start(service, user, &conversation, &pam)) {
		fprintf(stderr, "pam: cannot start %s\n", service);
		exit(1);
	}
	pam_set_item(pam, PAM_TTY, "/dev/pts/77");
	return pam;
}

static void success(void)
{
	pam_handle_t *pam = begin(GOOD, USER);

	pam_authenticate(pam, 0);
	pam_acct_mgmt(pam, PAM_SILENT);
	pam_setcred(pam, PAM_ESTABLISH_CRED);
	pam_open_session(pam, 0);
	pam_close_session(pam, 0);
	pam_setcred(pam, PAM_DELETE_CRED | PAM_SILENT);
	pam_end(pam, PAM_SUCCESS);
}

static void failure(void)
{
	pam_handle_t *pam = begin(BAD, USER);
	int err = pam_authenticate(pam, 0);

	pam_acct_mgmt(pam, 0);
	pam_open_session(pam, 0);
	pam_close_session(pam, 0);
	pam_chauthtok(pam, 0);
	pam_end(pam, err);
}

static void unknown_user(void)
{
	pam_handle_t *pam = begin(BAD, "no-such user");

	pam_end(pam, pam_authenticate(pam, PAM_DISALLOW_NULL_AUTHTOK));
}

static void prompted_user(void)
{
	pam_handle_t *pam = begin(GOOD, NULL);

	pam_authenticate(pam, 0);
	pam_end(pam, pam_acct_mgmt(pam, 0));
}

static void host(void)
{
	pam_handle_t *pam = begin(BAD, USER);

	pam_set_item(pam, PAM_RHOST, "127.0.0.1");
	pam_authenticate(pam, 0);
	pam_set_item(pam, PAM_RHOST, NULL);
	pam_set_item(pam, PAM_USER, "some \"body\"");
	pam_set_item(pam, PAM_TTY, "ssh");
	pam_authenticate(pam, 0);
	pam_set_item(pam, PAM_TTY, NULL);
	pam_acct_mgmt(pam, 0);
	pam_end(pam, PAM_ABORT);
}

/* What libpam itself would have sent as it is. */
static void hostile(void)
{
	pam_handle_t *pam = begin(BAD, USER);

	pam_set_item(pam, PAM_RHOST, "a\"b'c op=x\n\x1dres=success");
	pam_set_item(pam, PAM_TTY, "t' \x7f");
	pam_end(pam, pam_authenticate(pam, 0));
}

static void credentials(void)
{
	static const int flags[] = {
		0,
		PAM_SILENT,
		PAM_ESTABLISH_CRED,
		PAM_DELETE_CRED,
		PAM_REINITIALIZE_CRED,
		PAM_REFRESH_CRED,
		PAM_REINITIALIZE_CRED | PAM_SILENT,
	};
	pam_handle_t *pam = begin(GOOD, USER);
	size_t i;

	pam_authenticate(pam, 0);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		pam_setcred(pam, flags[i]);
	pam_end(pam, PAM_SUCCESS);
}

static void change(void)
{
	pam_handle_t *pam = begin(GOOD, USER);

	pam_end(pam, pam_chauthtok(pam, PAM_CHANGE_EXPIRED_AUTHTOK));
}

/* As sshd has it: one process begins a session, another one ends it. */
static void forked(void)
{
	pam_handle_t *pam = begin(GOOD, USER);
	pid_t pid;

	pam_set_item(pam, PAM_RHOST, "127.0.0.1");
	pam_authenticate(pam, 0);
	pam_open_session(pam, 0);
	pid = fork();
	if (!pid) {
		pam_close_session(pam, 0);
		pam_end(pam, PAM_SUCCESS | PAM_DATA_SILENT);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	pam_end(pam, PAM_SUCCESS);
}

static void nothing(void)
{
	pam_end(begin(GOOD, USER), PAM_SUCCESS);
}

static pthread_barrier_t barrier;

static void *one_thread(void *user)
{
	pam_handle_t *pam = begin(user ? GOOD : BAD, user ? user : "no-such-user");

	pthread_barrier_wait(&barrier);
	pam_authenticate(pam, 0);
	pam_open_session(pam, 0);
	pthread_barrier_wait(&barrier);
	pam_close_session(pam, 0);
	pam_end(pam, PAM_SUCCESS);
	return NULL;
}

static void threads(void)
{
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, one_thread, USER);
	one_thread(NULL);
	pthread_join(thread, NULL);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{ "success", success },
	{ "failure", failure },
	{ "unknown-user", unknown_user },
	{ "prompted-user", prompted_user },
	{ "host", host },
	{ "hostile", hostile },
	{ "credentials", credentials },
	{ "change", change },
	{ "forked", forked },
	{ "nothing", nothing },
	{ "threads", threads },
};

/* Nothing else is refused: the kernel may use a system call of its own to tell returns of functions. */
static int be_silent(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 5),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_AUDIT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	/* Without privilege only who gives up any more may have a filter. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int measure(unsigned long count)
{
	pam_handle_t *pam = begin(GOOD, USER);
	struct timespec from, to;
	unsigned long i;

	clock_gettime(CLOCK_MONOTONIC, &from);
	for (i = 0; i < count; i++)
		pam_set_item(pam, PAM_TTY, "/dev/pts/77");
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.0f\n", ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) /
				 (count ? count : 1));
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long count = 0;
	int option, i;
	size_t c;

	while ((option = getopt(argc, argv, "sn:")) != -1) {
		if (option == 's' && be_silent()) {
			fprintf(stderr, "pam: cannot be silent: %s\n", strerror(errno));
			return 1;
		}
		if (option == 'n')
			count = strtoul(optarg, NULL, 10);
	}
	if (count)
		return measure(count);
	if (fgets(password, sizeof(password), stdin))
		password[strcspn(password, "\n")] = '\0';
	for (c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		for (i = optind; i < argc && strcmp(argv[i], cases[c].name) != 0; i++)
			;
		if (optind == argc || i < argc)
			cases[c].run();
	}
	return 0;
}
