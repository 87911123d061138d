#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Messages to the audit system of every type, text, length and way to send (usermsg), under kernel audit and
# autrail at the same time: the same records. What the kernel refuses is nobody's record.
#   FORMATS="raw enriched"   KEEP=1 keeps the logs   MS=N: how far time stamps may differ (20)
#   BURST=N   so many messages as fast as they go (10000)
#   ALONE=1   without autrail: that kernel audit is the reference that it should be
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
if [ -n "$reason" ]; then
	skip_all "$reason"
fi
usermsg=$BUILD/tests/usermsg
libaudit=$(ldd "$usermsg" | sed -n 's/^[[:space:]]*libaudit\.so\.1 => \([^ ]*\).*/\1/p')
burst=${BURST:-10000}
separator=$(printf '\035')

compare() {
	tests/root/compare-user.pl --allowed "$ALLOWED.user" --ms "${MS:-20}" "$@" "$a" "$b"
}

summary() {
	grep -E '^(records:|[A-Z0-9_]+ .* x |[0-9]+ x )' "$work/check.out" | diag
}

# send NAME [OPTION...] MODE...: what the kernel said is in $work/sent.
send() {
	name="$format: $1"
	shift
	status=0
	"$usermsg" "$@" >"$work/sent" 2>"$work/sent.err" || status=$?
	if [ "$status" -eq 77 ]; then
		skip "$name" "no such namespaces here"
		return 1
	fi
	ok "$status" "$name" "$work/sent.err"
}

# said ANSWER [PATTERN]: how many messages of such names got this answer.
said() {
	awk -F '\t' -v want="$1" -v names="${2:-.}" '$4 == want && $1 ~ names { n++ } END { print n + 0 }' \
		"$work/sent"
}

# answers NAME OK EINVAL EPERM ECONNREFUSED: of numbers of types.
answers() {
	is="$(said ok '^type') $(said EINVAL '^type') $(said EPERM '^type') $(said ECONNREFUSED '^type')"
	check "$format: $1: the kernel's answers" test "$is" = "$2 $3 $4 $5"
}

autrail_on() { # [OPTION...]
	[ -z "${ALONE:-}" ] || return 0
	autrail_begin "$b" -f "$format" --hooks "${HOOKS:-auto}" "$@" && return 0
	ok 1 "$format: autrail is ready" "$autrail_err"
	audit_end
	return 1
}

# compared NAME [OPTION...]: everything up to now is in both logs, and alike.
compared() {
	what="$format: $1"
	shift
	check "$what: kernel audit's log is complete" audit_sync
	check "$what: kernel audit lost nothing" test "$(audit_status lost)" -eq "$audit_lost"
	cp "$audit_log" "$a"
	[ -z "${ALONE:-}" ] || return 0
	status=0
	autrail_end || status=$?
	ok "$status" "$what: autrail ends well" "$autrail_err"
	check "$what: the ledger adds up" ledger_balanced
	if [ -z "${may_lose:-}" ]; then
		check "$what: autrail lost nothing" test "$(ledger lost)" -eq 0
	fi
	marked=$(grep -ac "[ $separator]REFUSED=" "$b") || true
	[ -z "${marks:-}" ] || set -- --refused "$marked" "$@"
	check "$what: no difference but the allowed ones" compare "$@"
	summary
}

# Every message that came through is in kernel audit's log: those of several in a call are not counted.
reference() {
	wanted=$(said ok '^(type|length)')
	[ "$(grep -ac "^type=.* pid=[0-9]* uid=0 auid=[0-9]* ses=[0-9]* msg='\\(op=login acct=\"ann\" exe=\"/bin/login\"\\|abc\\|a\\(b\\)\\?'\\)" "$a")" -ge "$wanted" ]
}

accepted() {
	format=$1
	a=$work/$format.a
	b=$work/$format.b
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	autrail_on || return 0
	send "all of it" all
	answers "all of it" 115 13 1 0
	cp "$work/sent" "$work/sent.all"
	send "with the terminal's audit" --tty types texts && answers "with the terminal's audit" 116 13 0 0
	send "as nobody, with the capability" --nobody all && answers "as nobody" 115 13 1 0
	send "in a pid namespace" --pidns types tasks libaudit && answers "in a pid namespace" 115 13 1 0
	send "in a network namespace" --netns types tasks && answers "in a network namespace" 115 13 1 0
	marks=1
	compared "sent"
	marks=
	cp "$work/sent.all" "$work/sent"
	check "$format: kernel audit has each of them" reference
	sed -n 's/^type=\([A-Z_0-9]*\|UNKNOWN\[[0-9]*\]\) .*/\1/p' "$a" | sort -u | wc -l |
		sed 's/$/ types of records/' | diag
	audit_end
	rm -f "$audit_log"
}

# Kernel audit has none of these.
no_records() {
	! grep -aE '^type=(USER_AUTH|VIRT_CONTROL|TRUSTED_APP) ' "$1"
}

# What the kernel refuses is a record only if its sender might have sent it, had the kernel asked the
# sender's own user namespace, and then it says so.
refused() {
	format=$1
	a=$work/$format.refused.a
	b=$work/$format.refused.b
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	autrail_on || return 0
	send "without the capability" --no-cap types texts lengths framing calls tasks
	answers "without the capability" 0 13 116 0
	send "without it, by a socket from before" --no-cap --late types tasks
	answers "without it, by a socket from before" 0 13 116 0
	if send "in a user namespace, without it" --userns --no-cap types tasks; then
		answers "in a user namespace, without it" 0 0 0 130
	fi
	compared "refused"
	check "$format: kernel audit has none of them" no_records "$a"
	[ -n "${ALONE:-}" ] || check "$format: nor has autrail" no_records "$b"
	if autrail_on && send "in a user namespace" --userns types tasks; then
		answers "in a user namespace" 0 0 0 130
		marks=1
		compared "in a user namespace"
		marks=
		check "$format: kernel audit has none of them" no_records "$a"
		if [ -z "${ALONE:-}" ]; then
			check "$format: autrail has them, marked" test "$marked" -ge 115
		fi
	fi
	audit_end
	rm -f "$audit_log"
}

# What is too much for autrail it counts.
limits() {
	format=$1
	a=$work/$format.limits.a
	b=$work/$format.limits.b
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	autrail_on || return 0
	send "more in one call than any program sends" limits
	may_lose=1
	echo '* missing-in-b - Counted.' >"$work/counted"
	compared "limits" --allowed "$work/counted"
	may_lose=
	if [ -z "${ALONE:-}" ]; then
		missing=$(sed -n 's/^\([0-9]*\) x [A-Z_]* missing-in-b: .*/\1/p' "$work/check.out")
		check "$format: ${missing:-0} are missing, and it is counted" \
			test "${missing:-0}" -eq 0 -o "$(ledger lost)" -gt 0
	fi
	audit_end
	rm -f "$audit_log"
}

many() {
	format=$1
	a=$work/$format.many.a
	b=$work/$format.many.b
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	autrail_on || return 0
	send "$burst at once" "burst=$burst"
	compared "$burst at once" --expect "$burst"
	check "$format: kernel audit has them all" test "$(grep -c '^type=TEST ' "$a")" -eq "$burst"
	audit_end
	rm -f "$audit_log"
}

# Where libaudit's directory is an overlay on itself its file has another inode, and both are the same: there are two
# probes on it, and each message is still one.
twice_probed() {
	[ "$(grep -c 'libaudit\.so.* is probed' "$autrail_err")" -ge 2 ]
}

by_libaudit_twice() {
	rm -f "$work/go"
	mkdir -p "$work/empty"
	# shellcheck disable=SC2016 # for the shell that is begun
	unshare --mount sh -euc '
		mount -t overlay -o "lowerdir=$1:$2/empty" none "$1"
		while [ ! -e "$2/go" ]; do sleep 0.1; done
		exec "$3" libaudit' sh "$(dirname "$libaudit")" "$work" "$usermsg" >"$work/sent" 2>"$work/sent.err" &
	actor_pid=$!
	[ -n "${ALONE:-}" ] || check "$format: by libaudit: it is probed twice" wait_for 30 twice_probed
	touch "$work/go"
	status=0
	wait "$actor_pid" || status=$?
	actor_pid=
	ok "$status" "$format: by libaudit, probed twice" "$work/sent.err"
}

# Where no system call may be taxed and the kernel tells nothing of sends: by probes on libaudit, what goes through
# that. The same records, whoever sends.
by_libaudit() {
	format=$1
	a=$work/$format.libaudit.a
	b=$work/$format.libaudit.b
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	autrail_on --hooks uprobe -v || return 0
	send "by libaudit" libaudit
	check "$format: by libaudit: what is too long, or to nobody, is not sent" test \
		"$(said EINVAL too-long) $(said ENOTSOCK no-socket) $(said ok)" = "1 1 12"
	send "by libaudit, as nobody" --nobody libaudit
	send "by libaudit, in a pid namespace" --pidns libaudit
	send "by libaudit, in a network namespace" --netns libaudit
	send "by libaudit, without the capability" --no-cap libaudit
	send "by libaudit, in a user namespace" --userns libaudit || :
	send "by libaudit, there without the capability" --userns --no-cap libaudit || :
	by_libaudit_twice
	marks=1
	# The time is that of the call of libaudit, which a busy machine can keep from sending for a while.
	compared "by libaudit" --expect 60 --ms "${MS:-1000}"
	marks=
	check "$format: by libaudit: what the kernel refuses is marked" test "$marked" -ge 12
	audit_end
	rm -f "$audit_log"
}

for format in ${FORMATS:-raw enriched}; do
	accepted "$format"
	by_libaudit "$format"
	refused "$format"
	limits "$format"
	many "$format"
done
finish
