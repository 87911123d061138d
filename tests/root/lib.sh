# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034 # much of it is for the tests alone
#
# What the tests against the live kernel share: TAP, kernel audit with an auditd of their own, and
# autrail. Kernel audit is left as it was found, also when a test is interrupted.

cd "$(dirname "$0")/../.." || exit
BUILD=${BUILD:-build}
case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
ACT=$BUILD/tests/act
AUTRAIL=${AUTRAIL:-$BUILD/autrail}
COMPARE=tests/root/compare.pl
ALLOWED=tests/root/allowed
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

work=
tap_done=0
tap_failed=0
audit_on=
audit_ppid=
auditd_pid=
autrail_pid=
actor_pid=

# --- TAP ----------------------------------------------------------------------------------------

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# ok STATUS NAME [FILE]: FILE is shown where it failed.
ok() {
	tap_done=$((tap_done + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_done - $2"
		return
	fi
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_done - $2"
	if [ -n "${3:-}" ] && [ -e "$3" ]; then
		head -n "${DIAG_LINES:-200}" "$3" | sed 's/^/# /'
	fi
}

skip() {
	tap_done=$((tap_done + 1))
	echo "ok $tap_done - $1 # SKIP $2"
}

diag() {
	sed 's/^/# /'
}

# The plan comes last: some tests find out as they run how many there are.
finish() {
	echo "1..$tap_done"
	[ "$tap_failed" -eq 0 ]
}

# check NAME COMMAND...: the command's output is shown where it fails.
check() {
	check_name=$1
	shift
	check_status=0
	"$@" >"$work/check.out" 2>&1 || check_status=$?
	ok "$check_status" "$check_name" "$work/check.out"
}

# --- cleaning up --------------------------------------------------------------------------------

# A second signal must not cut the restoring short.
cleanup() {
	status=$?
	trap '' INT TERM HUP
	trap - EXIT
	set +e
	if [ -n "$actor_pid" ]; then
		kill "$actor_pid" 2>/dev/null && wait "$actor_pid"
	fi
	if [ -n "$autrail_pid" ]; then
		kill "$autrail_pid" 2>/dev/null && wait "$autrail_pid"
	fi
	audit_end
	if type test_cleanup >/dev/null 2>&1; then
		test_cleanup
	fi
	if [ -n "$work" ] && [ -z "${KEEP:-}" ]; then
		rm -rf "$work"
	fi
	exit "$status"
}

# begin: root, a work directory, and everything undone at the end.
begin() {
	if [ "$(id -u)" -ne 0 ]; then
		skip_all "not root"
	fi
	work=$(mktemp -d "${TMPDIR:-/tmp}/autrail-test.XXXXXX")
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	if [ -n "${KEEP:-}" ]; then
		echo "# kept: $work"
	fi
}

. tests/root/wait.sh

# --- kernel audit -------------------------------------------------------------------------------

audit_status() {
	auditctl -s | awk -v name="$1" '$1 == name { print $2 }'
}

# Why kernel audit cannot be the reference here, if it cannot.
audit_unusable() {
	for tool in auditctl auditd; do
		if ! command -v "$tool" >/dev/null; then
			echo "no $tool"
			return
		fi
	done
	case $(audit_status enabled 2>/dev/null) in
	0 | 1) ;;
	2) echo "the audit configuration is locked" ;;
	*) echo "no kernel audit" ;;
	esac
}

audit_config() {
	mkdir -p "$1/conf/plugins.d" "$1/log"
	cat >"$1/conf/auditd.conf" <<-END
		local_events = yes
		write_logs = yes
		log_file = $1/log/audit.log
		log_format = $2
		flush = NONE
		num_logs = 0
		max_log_file = 0
		max_log_file_action = IGNORE
		space_left = 2
		space_left_action = IGNORE
		admin_space_left = 1
		admin_space_left_action = IGNORE
		disk_full_action = IGNORE
		disk_error_action = IGNORE
		priority_boost = 4
		name_format = NONE
		overflow_action = IGNORE
		plugin_dir = $1/conf/plugins.d
	END
}

# Of two tests that wait for kernel audit, one goes on.
audit_lock() {
	exec 9>/run/autrail-test.lock
	flock -w 900 9
}

# The kernel serves one auditd. That of another such test is waited for, the machine's own is
# stopped and started again afterwards.
auditd_make_room() {
	auditd_old=$(audit_status pid)
	[ "$auditd_old" -ne 0 ] || return 0
	if grep -q autrail-test "/proc/$auditd_old/cmdline" 2>/dev/null; then
		wait_for 600 auditd_gone || return 1
		auditd_old=0
		return 0
	fi
	tr '\0' '\n' <"/proc/$auditd_old/cmdline" >"$work/auditd.cmdline"
	kill "$auditd_old"
	wait_for 20 auditd_gone
}

auditd_gone() {
	[ "$(audit_status pid)" -eq 0 ]
}

auditd_there() {
	[ "$(audit_status pid)" -eq "$auditd_pid" ]
}

auditd_restart_old() {
	if [ -d /run/systemd/system ]; then
		systemctl start auditd
		return
	fi
	set --
	while IFS= read -r word; do
		set -- "$@" "$word"
	done <"$work/auditd.cmdline"
	"$@" </dev/null >/dev/null 2>&1 &
}

# audit_begin [FORMAT]: from here on an auditd of ours writes $audit_log.
audit_begin() {
	audit_config "$work/audit" "${1:-RAW}"
	audit_log=$work/audit/log/audit.log
	audit_lock || return 1
	auditd_make_room || return 1
	audit_saved=$(auditctl -s)
	auditctl -l >"$work/audit.rules"
	audit_on=1
	if ! grep -q '^No rules' "$work/audit.rules"; then
		auditctl -D >/dev/null
	fi
	auditctl -b 65536 >/dev/null
	auditctl -r 0 >/dev/null
	auditctl -f 1 >/dev/null
	audit_marks=0
	auditd -n -c "$work/audit/conf" -s nochange </dev/null >"$work/auditd.out" 2>&1 9>&- &
	auditd_pid=$!
	wait_for 20 auditd_there || return 1
	auditctl -e 1 >/dev/null
	audit_lost=$(audit_status lost)
}

# Everything that happened up to now is in the log.
audit_sync() {
	audit_marks=$((audit_marks + 1))
	auditctl -m "autrail-test-mark-$$-$audit_marks" || return 1
	wait_for 120 audit_marked
}

audit_marked() {
	tail -c 8192 "$audit_log" | grep -q "autrail-test-mark-$$-$audit_marks"
}

# audit_rule PID: execs of its children; -d PID: no longer.
audit_rule() {
	audit_how=-A
	if [ "$1" = -d ]; then
		audit_how=-d
		shift
	else
		audit_ppid=$1
	fi
	for arch in b64 b32; do
		auditctl "$audit_how" always,exit -F "arch=$arch" -S execve -S execveat \
			-F "ppid=$1" >/dev/null || return 1
	done
	[ "$audit_how" = -A ] || audit_ppid=
}

audit_set() {
	auditctl "$1" "$(printf '%s\n' "$audit_saved" | awk -v name="$2" '$1 == name { print $2 }')" \
		>/dev/null
}

audit_end() {
	[ -n "$audit_on" ] || return 0
	audit_on=
	if [ -n "$audit_ppid" ]; then
		audit_rule -d "$audit_ppid"
	fi
	# Everything as it was before auditd ends: then another test may begin at once.
	audit_set -e enabled
	audit_set -b backlog_limit
	audit_set -f failure
	audit_set -r rate_limit
	if ! grep -q '^No rules' "$work/audit.rules"; then
		auditctl -R "$work/audit.rules" >/dev/null
	fi
	if [ -n "$auditd_pid" ]; then
		kill "$auditd_pid" 2>/dev/null
		wait "$auditd_pid" 2>/dev/null
		auditd_pid=
	fi
	if [ "$auditd_old" -ne 0 ]; then
		auditd_restart_old
	fi
	exec 9>&-
}

# --- autrail ------------------------------------------------------------------------------------

# autrail_begin FILE [OPTION...]: starts it and waits until every hook is live.
autrail_begin() {
	autrail_out=$1
	autrail_err=$work/autrail.err
	shift
	# Of the one before: it, too, was ready.
	rm -f "$autrail_err"
	"$AUTRAIL" -o "$autrail_out" "$@" </dev/null 2>"$autrail_err" &
	autrail_pid=$!
	wait_for 60 autrail_ready && return 0
	# Perhaps it never will be: then its end says more than the time that passed.
	kill "$autrail_pid" 2>/dev/null || true
	wait "$autrail_pid" || true
	autrail_pid=
	return 1
}

# The daemon, with the configuration $conf; what it says is in $autrail_err. The lock of the tests is not its.
daemon_begin() {
	rm -f "$autrail_err"
	"$AUTRAIL" daemon -c "$conf" </dev/null 2>"$autrail_err" 9>&- &
	autrail_pid=$!
	wait_for 60 autrail_ready
}

autrail_ready() {
	grep -q '^autrail: ready' "$autrail_err"
}

# The list of what may differ, by what autrail has hooked.
allowed_list() {
	case $(sed -n 's/^autrail: ready: .* by \([a-z]*\),.*/\1/p' "$autrail_err") in
	fentry | kprobe) echo "$ALLOWED.hooked" ;;
	*) echo "$ALLOWED" ;;
	esac
}

# Stops it; what it exits with. The ledger is then in $autrail_err.
autrail_end() {
	autrail_status=0
	kill -TERM "$autrail_pid" || autrail_status=$?
	wait "$autrail_pid" || autrail_status=$?
	autrail_pid=
	return "$autrail_status"
}

# ledger NAME: one number of "autrail: ledger: seen N = written N + filtered N + lost N", or -1.
ledger() {
	ledger_number=$(sed -n "s/^autrail: ledger:.*\<$1 \([0-9]*\).*/\1/p" "$autrail_err")
	echo "${ledger_number:--1}"
}

# The sum is right, and nothing was lost.
ledger_balanced() {
	[ "$(ledger seen)" -eq "$(($(ledger written) + $(ledger filtered) + $(ledger lost)))" ]
}

# --- acts ---------------------------------------------------------------------------------------

actor_ready() {
	grep -q '^ready [0-9]' "$work/acts"
}

# actor_begin COMMAND...: starts an actor, which then waits; $actor_pid is who has the acts' ppid.
actor_begin() {
	rm -f "$work/go" "$work/acts"
	mkfifo "$work/go"
	"$@" <"$work/go" >"$work/acts" 2>"$work/acts.err" &
	actor_pid=$!
	exec 8>"$work/go"
	wait_for 60 actor_ready || return 1
	actor_ppid=$(sed -n 's/^ready //p' "$work/acts")
}

# Lets it act, to the end; what it exits with.
actor_go() {
	echo >&8
	exec 8>&-
	actor_status=0
	wait "$actor_pid" || actor_status=$?
	actor_pid=
	return "$actor_status"
}
