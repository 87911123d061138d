#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What must not harm autrail, or at least be counted: processes killed in the middle of an exec, a
# reader that goes away, a full disk, a ring that is too small, a second autrail, a step of the
# clock, execs while it starts and stops.
set -eu
. "$(dirname "$0")/lib.sh"

begin
burst=$BUILD/tests/burst
nap=$BUILD/tests/nap.static
tell=$BUILD/tests/tell.static # ends at once where it has nobody to tell
log=$work/autrail.log

test_cleanup() {
	if [ -n "${other_pid:-}" ]; then
		kill "$other_pid" 2>/dev/null
	fi
	if mountpoint -q "$work/small" 2>/dev/null; then
		umount "$work/small"
	fi
}

# Each event stands in one piece: SYSCALL first, PROCTITLE last, as many PATH as items. Some are one record:
# a login, what a program tells of users, an end by a signal.
whole() {
	awk '
		function bad(why) { print NR ": " why ": " substr($0, 1, 200); wrong++ }
		!/^type=[A-Z_0-9]+ msg=audit\([0-9]+\.[0-9][0-9][0-9]:[0-9]+\): / { bad("not a record"); next }
		/^type=DAEMON_/ { if (open) bad("in the middle of an event"); next }
		!open && /^type=(LOGIN|USER|CRED|ADD|DEL|GRP|ANOM|ACCT)/ { next }
		/^type=SYSCALL/ {
			if (open) bad("an event without an end before")
			open = 1
			stamp = $2
			paths = 0
			match($0, / items=[0-9]+/)
			items = substr($0, RSTART + 7, RLENGTH - 7)
		}
		!open || $2 != stamp { bad("of another event") }
		/^type=PATH/ { paths++ }
		/^type=PROCTITLE/ {
			if (paths != items) bad(paths " PATH of " items)
			open = 0
			events++
		}
		END {
			if (open) bad("an event without an end")
			print events + 0 " events"
			exit wrong ? 1 : 0
		}' "$1" || return 1
	# The last line is one.
	[ ! -s "$1" ] || [ "$(tail -c 1 "$1" | od -An -c | tr -d ' ')" = '\n' ]
}

# events_of PID FILE: how many events are of children of this process.
events_of() {
	grep -c "^type=SYSCALL .* ppid=$1 " "$2" || true
}

# A second autrail, which writes $work/other.log.
other_begin() {
	rm -f "$work/other.log" "$work/other.err"
	"$AUTRAIL" -o "$work/other.log" "$@" </dev/null 2>"$work/other.err" &
	other_pid=$!
	wait_for 60 grep -q '^autrail: ready' "$work/other.err" && return 0
	ok 1 "a second autrail is ready" "$work/other.err"
	return 1
}

other_end() {
	status=0
	kill "$other_pid" || status=$?
	wait "$other_pid" || status=$?
	other_pid=
	ok "$status" "$1: the other ends well" "$work/other.err"
}

# Losses that the log itself reports.
reported() {
	sed -n 's/^type=DAEMON_ERR .* op=lost-events .* lost=\([0-9]*\).*/\1/p' "$1" |
		awk '{ sum += $1 } END { print sum + 0 }'
}

# ended NAME: stops autrail, which must end well, with a ledger that adds up and a whole log.
ended() {
	status=0
	autrail_end || status=$?
	ok "$status" "$1: autrail ends well" "$autrail_err"
	check "$1: the ledger adds up" ledger_balanced
	check "$1: every event is whole" whole "$log"
	check "$1: libauparse reads it" "$BUILD/tests/readback" "$log"
	check "$1: losses are in the log, too" test "$(reported "$log")" -eq "$(ledger lost)"
}

# started NAME [OPTION...]: 1, when there is nothing to go on with.
started() {
	name=$1
	shift
	rm -f "$log"
	autrail_begin "$log" "$@" && return 0
	ok 1 "$name: autrail is ready" "$autrail_err"
	return 1
}

sigkill() {
	started "killed" || return 0
	"$burst" -k 600 "$nap" >"$work/acts"
	"$burst" 10 "$tell" >>"$work/acts"
	check "killed: autrail is still there" kill -0 "$autrail_pid"
	ended "killed"
	check "killed: nothing was lost" test "$(ledger lost)" -eq 0
}

closed_pipe() {
	mkfifo "$work/pipe"
	rm -f "$work/autrail.err"
	"$AUTRAIL" >"$work/pipe" 2>"$work/autrail.err" &
	autrail_pid=$!
	head -n 5 <"$work/pipe" >"$work/head" &
	reader=$!
	autrail_err=$work/autrail.err
	wait_for 60 autrail_ready || true
	"$burst" 50 "$tell" >/dev/null
	wait "$reader"
	"$burst" 50 "$tell" >/dev/null
	status=0
	wait_for 10 autrail_gone || status=1
	ok "$status" "closed pipe: autrail ends by itself" "$autrail_err"
	if [ "$status" -ne 0 ]; then
		kill "$autrail_pid"
	fi
	status=0
	wait "$autrail_pid" || status=$?
	autrail_pid=
	ok "$status" "closed pipe: and well" "$autrail_err"
	check "closed pipe: what was read was read" test "$(wc -l <"$work/head")" -eq 5
	# Nothing but that it was ready and what became of the events.
	grep -v -e '^autrail: ready' -e '^autrail: ledger' "$autrail_err" >"$work/noise" || true
	status=0
	[ ! -s "$work/noise" ] || status=1
	ok "$status" "closed pipe: quietly" "$work/noise"
}

autrail_gone() {
	! kill -0 "$autrail_pid"
}

# What others exec meanwhile must not fill it again: then the last losses could not be told.
full_disk() {
	mkdir "$work/small"
	mount -t tmpfs -o size=128k,mode=0700 small "$work/small"
	log=$work/small/autrail.log
	if started "full disk"; then
		"$burst" 400 "$work/nope" >/dev/null
		"$burst" 400 "$tell" >/dev/null
		sleep 0.5
		check "full disk: it says so" grep -q 'cannot be written.*No space left' "$autrail_err"
		check "full disk: autrail is still there" kill -0 "$autrail_pid"
		mount -o remount,size=256m "$work/small"
		"$burst" 20 "$tell" >/dev/null
		sleep 0.5
		ended "full disk"
		check "full disk: events were lost" test "$(ledger lost)" -gt 0
		check "full disk: and others written" test "$(ledger written)" -gt 0
		cp "$log" "$work/full.log"
	fi
	umount "$work/small"
	log=$work/autrail.log
}

# Nobody reads the ring while the acts are done, so most of them find no room. A second autrail, with
# room enough, says how many execs there were of others meanwhile.
small_ring() {
	other_begin --ring 64M || return 0
	started "small ring" --ring 64K || return 0
	kill -STOP "$autrail_pid"
	actor_begin "$burst" -w 2000 "$tell"
	actor_go
	kill -CONT "$autrail_pid"
	sleep 0.3
	"$burst" 5 "$tell" >/dev/null
	ended "small ring"
	other_end "small ring"
	mine=$(events_of "$actor_ppid" "$log")
	lost=$(ledger lost)
	all=$(events_of "$actor_ppid" "$work/other.log")
	others=$(($(grep -c '^type=SYSCALL ' "$work/other.log") - all))
	echo "# $mine of 2000 written, $lost lost; $others execs of others at that time"
	check "small ring: events were lost" test "$lost" -gt 0
	check "small ring: the other has them all" test "$all" -eq 2000
	check "small ring: every act is written or counted" test $((mine + lost)) -ge 2000
	check "small ring: and nothing twice" test $((mine + lost)) -le $((2000 + others))
}

# The same acts, twice recorded: one log against the other, with nothing allowed.
two() {
	other_begin || return 0
	started "two" || return 0
	actor_begin "$ACT" run -w -s 1000
	actor_go || true
	ended "two"
	other_end "two"
	check "two: both have written the same" "$COMPARE" --ppid "$actor_ppid" --rising \
		"$log" "$work/other.log"
	tail -n 1 "$work/check.out" | diag
}

# Kernel audit says at what time each exec was. It is off by up to a tick, autrail is not.
clock_step() {
	reason=$(audit_unusable)
	if [ -n "$reason" ]; then
		skip "clock step" "$reason"
		return
	fi
	audit_begin RAW
	if ! started "clock step"; then
		audit_end
		return
	fi
	actor_begin "$burst" -w -c 90 "$tell"
	audit_rule "$actor_ppid"
	status=0
	actor_go || status=$?
	audit_sync
	if [ "$status" -eq 77 ]; then
		autrail_end || true
		skip "clock step" "the clock may not be set"
	else
		ok "$status" "clock step: forth and back" "$work/acts.err"
		ended "clock step"
		check "clock step: each exec at its time" "$COMPARE" --ppid "$actor_ppid" --rising \
			--allowed "$(allowed_list)" --expect 90 "$audit_log" "$log"
		tail -n 3 "$work/check.out" | diag
	fi
	audit_end
}

# It comes and goes while others exec: each time with a whole log and a sum that is right.
comings_and_goings() {
	"$burst" 100000 "$tell" >/dev/null 2>&1 &
	actor_pid=$!
	status=0
	total=0
	for round in 1 2 3 4 5; do
		rm -f "$log"
		if ! autrail_begin "$log" || ! autrail_end || ! ledger_balanced ||
			! whole "$log" >"$work/whole.out"; then
			status=1
			cat "$autrail_err" "$work/whole.out" | sed "s/^/# round $round: /"
		fi
		total=$((total + $(ledger written)))
	done
	rm -f "$log"
	autrail_begin "$log" && sleep 1 && autrail_end && ledger_balanced || status=1
	total=$((total + $(ledger written)))
	kill "$actor_pid"
	wait "$actor_pid" 2>/dev/null || true
	actor_pid=
	ok "$status" "coming and going: six times, whole each time" "$work/whole.out"
	check "coming and going: 1000 execs or more" test "$total" -ge 1000
	echo "# $total events written in six runs"
}

sigkill
closed_pipe
full_disk
small_ring
two
clock_step
comings_and_goings
finish
