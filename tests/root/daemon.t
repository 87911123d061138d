#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# autrail daemon: its configuration, its log and what becomes of it, signals, its own records.
set -eu
. "$(dirname "$0")/lib.sh"
. tests/root/said.sh

begin
for tool in ausearch aureport; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done

conf=$work/autrail.conf
log=$work/log/audit.log
autrail_err=$work/autrail.err

test_cleanup() {
	rm -f /run/autrail/*"${work##*/}"*
}

# configure KEY=VALUE...: a configuration for the work directory, and these.
configure() {
	{
		echo "log_file = $log"
		echo "log_group = root"
		echo "log_format = RAW"
		echo "flush = NONE"
		echo "space_left = 2"
		echo "admin_space_left = 1"
		echo "rules = $work/rules"
		echo "pin = no"
		for line; do
			echo "${line%%=*} = ${line#*=}"
		done
	} >"$conf"
}

mode_is() {
	stat -c '%a %n' "$2"
	[ "$(stat -c %a "$2")" = "$1" ]
}

execs() {
	grep -h 'exe="[^"]*/noop"' "$log"* | grep -c '^type=SYSCALL ' || :
}

have_execs() {
	[ "$(execs)" -eq "$1" ]
}

echo '-a always,exit -F arch=b64 -S execve -F exe='"$BUILD/tests/noop"' -k noop' >"$work/rules"

configure 'max_log_fil=8'
check "a key that does not exist" exits_with 3 "$AUTRAIL" daemon -c "$conf"
check "is told with its place" says "autrail.conf:9:1: .*max_log_fil"
check "and nothing is started" test ! -e "$log"
echo 'nonsense' >"$work/rules.bad"
configure "rules=$work/rules.bad"
check "bad rules" exits_with 3 "$AUTRAIL" daemon -c "$conf"
check "a configuration that is not there" exits_with 3 "$AUTRAIL" daemon -c "$work/none"

configure max_log_file=1 num_logs=3 max_log_file_action=ROTATE
check "it starts" daemon_begin
check "the log is root's alone" mode_is 600 "$log"
check "and so is its directory" mode_is 700 "$work/log"
check "DAEMON_START" logged DAEMON_START 'op=start ver=.* format=raw kernel=.* res=success$'
check "1000 execs" "$BUILD/tests/storm" exec 1000 "$BUILD/tests/noop"
check "all of them are in the log" wait_for 10 have_execs 1000
check "with their key" logged SYSCALL 'exe="[^"]*/noop" key="noop"$'

kill -USR1 "$autrail_pid"
check "SIGUSR1 rotates" wait_for 10 logged DAEMON_ROTATE 'op=rotate-logs .* res=success'
check "the old log is for reading" mode_is 400 "$log.1"
kill -USR2 "$autrail_pid"
check "SIGUSR2 resumes" wait_for 10 logged DAEMON_RESUME 'op=resume-logging .* res=success'
echo 'max_log_file = a' >>"$conf"
kill -HUP "$autrail_pid"
check "a bad configuration changes nothing" wait_for 10 logged DAEMON_CONFIG 'state=no-change .* res=failed'
check "and is told" told "autrail.conf:.*max_log_file"
configure max_log_file=1 num_logs=3 max_log_file_action=ROTATE name_format=USER name=here
kill -HUP "$autrail_pid"
check "a good one is taken" wait_for 10 grep -q "^node=here type=DAEMON_CONFIG .*state=changed" "$log"
configure max_log_file=1 num_logs=3 max_log_file_action=ROTATE
kill -HUP "$autrail_pid"
sleep 1

rm "$log"
"$BUILD/tests/storm" exec 10 "$BUILD/tests/noop" >/dev/null
check "a log that is deleted is made again" wait_for 10 test -e "$log"
check "3000 execs more" "$BUILD/tests/storm" exec 3000 "$BUILD/tests/noop"
check "and it is rotated by its size" wait_for 20 test -e "$log.2"
check "it ends well" autrail_end
check "DAEMON_END" logged DAEMON_END 'op=terminate .* res=success'
check "the ledger adds up" ledger_balanced
check "nothing was lost" test "$(ledger lost)" -eq 0
check "nor dropped by the log" told 'log: .* 0 dropped, 0 errors'
check "ausearch reads it" sh -c "ausearch -if $work/log -k noop --raw </dev/null | grep -c ^type=EXECVE >$work/count"
check "aureport, too" sh -c "aureport -if $work/log --summary </dev/null | grep -q 'Number of events'"
finish
