#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# autrail compare --live: kernel audit and autrail side by side without anything prepared. Kernel audit is then
# as it was, whatever ends it: a signal, kill -9 of it, kill -9 of it and of the process that guards.
#
# shellcheck disable=SC2016 # for inner shells
set -eu
. "$(dirname "$0")/lib.sh"

begin
why=$(audit_unusable)
[ -z "$why" ] || skip_all "$why"

live_pid=
state=/run/autrail/compare.state

test_cleanup() {
	[ -z "$live_pid" ] || kill -9 "$live_pid" 2>/dev/null || :
	[ ! -e "$state" ] || wait_for 10 test ! -e "$state" || "$AUTRAIL" compare --restore
}

# How kernel audit is: all that anybody has set.
as_it_is() {
	auditctl -s | grep -E '^(enabled|failure|rate_limit|backlog_limit|backlog_wait_time|loginuid_immutable) '
	auditctl -l
}

live_begin() {
	rm -f "$work/live.err"
	"$AUTRAIL" compare --live "$@" >"$work/live.out" 2>"$work/live.err" 9>&- &
	live_pid=$!
	wait_for 60 grep -q '^autrail: ready' "$work/live.err" || return 1
	# Ready is said when kernel audit is there, too.
	sleep 0.3
}

live_end() { # SIGNAL
	live_status=0
	kill "$1" "$live_pid"
	wait "$live_pid" 2>/dev/null || live_status=$?
	live_pid=
}

act() {
	for _ in 1 2 3 4 5; do
		ls / >/dev/null
		sh -c 'true; /nonexistent-live' 2>/dev/null || :
		perl -e 'exec "true", "x" x 20000, "a b"'
	done
	runuser -u nobody true
}

same() {
	as_it_is >"$work/after"
	diff "$work/before" "$work/after"
}

says() { # PATTERN
	cat "$work/live.err" "$work/live.out"
	grep -q -e "$1" "$work/live.out" "$work/live.err"
}

says_not() {
	cat "$work/live.err" "$work/live.out"
	! grep -q -e "$1" "$work/live.out" "$work/live.err"
}

found() { # CODES
	cat "$work/live.err" "$work/live.out"
	case " $1 " in *" $live_status "*) ;; *) return 1 ;; esac
}

# An auditd of ours makes room and puts back what it finds; then nobody has it.
audit_begin RAW
# Until it is there in whole it ignores every signal.
auditctl -m autrail-live-mark
wait_for 60 grep -q autrail-live-mark "$audit_log"
kill "$auditd_pid"
wait "$auditd_pid" 2>/dev/null || :
auditd_pid=
wait_for 20 auditd_gone
auditctl -D >/dev/null
auditctl -e 0 >/dev/null
auditctl -b 1234 >/dev/null
auditctl -f 0 >/dev/null
auditctl -a never,exit -F arch=b64 -S openat -F exit=-13 -k first >/dev/null
auditctl -w /etc/autrail-live -p wa -k second >/dev/null
as_it_is >"$work/before"
check "kernel audit is somehow" test "$(wc -l <"$work/before")" -ge 6

status=0
live_begin || status=$?
ok "$status" "it begins" "$work/live.err"
check "kernel audit has other rules meanwhile" sh -c 'auditctl -l | grep -q execve && ! auditctl -l | grep -q first'
check "and is enabled" test "$(audit_status enabled)" -eq 1
check "one at a time" sh -c '"$1" compare --live 2>&1 | grep "one at a time"' - "$AUTRAIL"
act
live_end -INT
check "it ends with a verdict" found "0 1"
check "of what both have seen" says '^\(EQUAL\|DIFFERENT, EXPLAINED\): [1-9]'
check "execs are in it" says '^EXECVE  *[1-9]'
check "kernel audit is as it was" same
check "and nothing is left" test ! -e "$state"

printf -- '-a always,exit -F arch=b64 -F success=0 -S execve -k fails\n' >"$work/rules"
live_begin -r "$work/rules" || :
check "rules of a file are the kernel's" sh -c 'auditctl -l | grep -q key=fails'
act
live_end -TERM
check "and autrail's" says '^SYSCALL  *[1-9]'
check "which have the key" says_not 'SYSCALL.key'
check "kernel audit is as it was" same

live_begin || :
act
live_end -KILL
check "kill -9: kernel audit is as it was, a moment later" wait_for 10 same
check "and nothing is left" wait_for 5 test ! -e "$state"
check "nobody is its daemon" wait_for 5 auditd_gone

kill_both() {
	live_begin || return 1
	guard=$(pgrep -P "$live_pid" autrail-guard) || return 1
	kill -STOP "$live_pid"
	kill -9 "$guard"
	live_end -KILL
	[ -e "$state" ]
}
check "kill -9 of both leaves a file that tells how it was" kill_both
check "kernel audit is not as it was" sh -c 'auditctl -l | grep -q execve'
check "--restore" "$AUTRAIL" compare --restore
check "puts it back" same
check "nothing is left" test ! -e "$state"
check "a second time there is nothing to do" sh -c '"$1" compare --restore 2>&1 | grep "nothing to put back"' - "$AUTRAIL"

check "kill -9 of both once more" kill_both
live_begin || :
check "the next run mends it" says 'put back as it was before a run that was killed'
live_end -INT
check "and leaves it so" same

: >"$work/forged"
chmod 666 "$work/forged"
mv "$work/forged" "$state"
check "a file that is none of ours is not believed" sh -c '"$1" compare --restore 2>&1 | grep "cannot read how kernel audit was"' - "$AUTRAIL"
rm -f "$state"

# Where somebody has it.
auditctl -D >/dev/null
auditctl -b 65536 >/dev/null
auditd -n -c "$work/audit/conf" -s nochange </dev/null >"$work/auditd.out" 2>&1 9>&- &
auditd_pid=$!
wait_for 20 auditd_there
auditctl -e 1 >/dev/null
auditctl -a always,exit -F arch=b64 -S execve,execveat >/dev/null
auditctl -a always,exit -F arch=b32 -S execve,execveat >/dev/null
as_it_is >"$work/before"
live_begin || :
check "with an auditd it listens in" says 'has a daemon: it is listened in to'
act
live_end -INT
check "with a verdict" says '^\(EQUAL\|DIFFERENT, EXPLAINED\): [1-9]'
check "auditd has kept what is its" same
check "and is there" auditd_there
auditctl -D >/dev/null
finish
