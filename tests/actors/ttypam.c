// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ttypam DIR <CASES: what pam_tty_audit decides. Of each line "UID NAME VERDICT WORDS" a session is opened for
 * NAME by a service in DIR that has the module with WORDS, once with TTY audit of this process off before and once
 * on. Prints the lines with the module's verdicts: enable, disable, or none where it was left as it was.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int audit;

struct request {
	struct nlmsghdr head;
	struct audit_tty_status status;
};

static int status_set(unsigned int enabled)
{
	struct request r = { .status.enabled = enabled };
	char answer[256];

	r.head.nlmsg_len = NLMSG_LENGTH(sizeof(r.status));
	r.head.nlmsg_type = AUDIT_TTY_SET;
	r.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (send(audit, &r, r.head.nlmsg_len, 0) < 0)
		return -1;
	return recv(audit, answer, sizeof(answer), 0) < 0 ? -1 : 0;
}

static int status_get(void)
{
	struct nlmsghdr head = {
		.nlmsg_len = NLMSG_LENGTH(0),
		.nlmsg_type = AUDIT_TTY_GET,
		.nlmsg_flags = NLM_F_REQUEST,
	};
	struct request answer;

	if (send(audit, &head, head.nlmsg_len, 0) < 0)
		return -1;
	do {
		if (recv(audit, &answer, sizeof(answer), 0) < 0)
			return -1;
	} while (answer.head.nlmsg_type != AUDIT_TTY_GET);
	return answer.status.enabled;
}

static int converse(int n, const struct pam_message **messages, struct pam_response **ret, void *p)
{
	return PAM_CONV_ERR;
}

/* TTY audit behind a session that was opened for this user, with that before. */
static int opened(const char *dir, const char *user, unsigned int before)
{
	static const struct pam_conv conversation = { converse, NULL };
	pam_handle_t *pam = NULL;
	int after;

	if (pam_start_confdir("case", user, &conversation, dir, &pam) || status_set(before))
		return -1;
	pam_open_session(pam, PAM_SILENT);
	after = status_get();
	pam_end(pam, PAM_SUCCESS | PAM_DATA_SILENT);
	return after;
}

static const char *verdict(const char *dir, const char *user)
{
	int off = opened(dir, user, 0), on = opened(dir, user, 1);

	if (off < 0 || on < 0)
		return "error";
	if (off == on)
		return on ? "enable" : "disable";
	return "none";
}

static int case_write(const char *dir, const char *words)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/case", dir);
	file = fopen(path, "w");
	if (!file)
		return -1;
	fprintf(file, "session required pam_tty_audit.so %s\n", words);
	return fclose(file);
}

int main(int argc, char **argv)
{
	char line[512], name[64], words[256];
	unsigned int uid;

	audit = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (argc != 2 || audit < 0 || status_get() < 0) {
		fprintf(stderr, "ttypam: no audit: %s\n", strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%u %63s %*s %255[^\n]", &uid, name, words) != 3)
			continue;
		if (case_write(argv[1], words))
			return 1;
		printf("%u\t%s\t%s\t%s\n", uid, name, verdict(argv[1], name), words);
	}
	status_set(0);
	return 0;
}
