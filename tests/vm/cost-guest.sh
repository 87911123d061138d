#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# cost-guest.sh AGENT EXECS CALLS: one line of cost.sh, measured in a guest with --icount. AGENT is nothing, auditd, or
# autrail: a way of --hooks, exact (--exact), tty (the terminal is one of a session whose input is recorded) or
# tty-other (another one is).
set -eu
. "$(dirname "$0")/../root/lib.sh"

agent=$1
count=$2
calls=$3
agent_pids=
agent_log=
typist_pid=
lines=$((calls / 4))

start_nothing() {
	:
}

start_autrail() {
	autrail_begin "$work/autrail.log" -f enriched "$@" || {
		cat "$autrail_err" >&2
		exit 1
	}
	agent_pids=$autrail_pid
	agent_log=$autrail_out
}

start_auditd() {
	audit_begin ENRICHED
	auditctl -a always,exit -F arch=b64 -S execve -S execveat >/dev/null
	agent_pids="$auditd_pid $(pgrep -x kauditd)"
	agent_log=$audit_log
}

# in_session AUID COMMAND...: in a session of its own.
in_session() {
	# shellcheck disable=SC2016 # that shell's words
	sh -c 'echo "$0" >/proc/self/loginuid && exec "$@"' "$@"
}

start_tty() {
	start_autrail --tty 'disable=* enable=root'
	# Hooks are there while somebody is recorded.
	in_session 0 sleep 100000 &
	typist_pid=$!
}

test_cleanup() {
	[ -z "${typist_pid:-}" ] || kill "$typist_pid"
}

# Nanoseconds, which are instructions, that the agent has had of the CPU.
agent_cpu() {
	for pid in $agent_pids; do
		cat "/proc/$pid/task"/*/schedstat
	done | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# An agent that is dead or drops records is cheap.
agent_recorded() {
	[ -n "$agent_log" ] || return 0
	recorded=$(grep -c '^type=SYSCALL .*exe="/tmp/noop"' "$agent_log") || :
	[ "$recorded" -eq $((count + 50)) ] && return
	echo "cost: $agent recorded $recorded of $((count + 50)) execs" >&2
	exit 1
}

# Each line that was typed, if it was to be; else none.
agent_typed() {
	[ -n "$typist_pid" ] || return 0
	typed_records=$(grep -c '^type=TTY ' "$agent_log") || :
	wanted=0
	[ "$agent" != tty ] || wanted=$lines
	[ "$typed_records" -eq "$wanted" ] && return
	echo "cost: $agent recorded $typed_records lines, not $wanted" >&2
	exit 1
}

# As storm prints it, of five times a fifth: the third of the means, and the least of all. The kernel has things to
# do now and then that are as much as ten thousand instructions for each exec.
execs_of() { # COUNT
	for _ in 1 2 3 4 5; do
		/tmp/storm exec $(($1 / 5)) /tmp/noop
	done | sort -n | awk '
		NR == 1 || $2 < least { least = $2 }
		NR == 3 { mean = $1; rest = $3 " " $4 }
		END { print mean, least, rest }'
}

begin
# On a tmpfs: nothing is read from the host while it is measured.
cp "$BUILD/tests/storm" "$BUILD/tests/noop" /tmp
/tmp/storm exec 50 /tmp/noop >/dev/null
case $agent in
nothing | auditd) "start_$agent" ;;
exact) start_autrail --exact ;;
tty | tty-other) start_tty ;;
*) start_autrail --hooks "$agent" ;;
esac
sleep 5
/tmp/storm exec 50 /tmp/noop >/dev/null
execs=$(execs_of "$count")
# What the agent put off is part of the price, what it does in any half minute is not. Asleep, no
# time passes on the host.
before=$(agent_cpu)
sleep 30
after=$(agent_cpu)
sleep 30
idle=$(($(agent_cpu) - after))
own=$((after - before - idle))
agent_recorded
call=$(/tmp/storm getppid "$calls")
# Of a path without a name: how long the chain is that a name is looked for in differs from boot to boot.
open=$(/tmp/storm open "$calls" /)
typist=1
[ "$agent" != tty ] || typist=0
before=$(agent_cpu)
# It is recorded when its session is known.
typed=$(in_session "$typist" sh -c "sleep 5; exec /tmp/storm typed $lines")
sleep 30
agent_typed
typed_own=$(($(agent_cpu) - before - idle))
echo "$(uname -r) $agent $execs $own $count $call $open $typed $typed_own $lines" | awk '{
	split($1, release, ".")
	printf "%s.%s %s %.0f %.0f %.1f %.1f %.0f\n", release[1], release[2], $2, $3 + $7 / $8, $4, $11,
		$15, $19 + $21 / $22
}'
