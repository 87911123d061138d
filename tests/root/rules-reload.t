#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# New rules under a storm of execs, again and again: nothing is lost, and each exec is recorded by the old rules or
# by the new ones, never by a mixture, which would record none.
#   RELOADS=N   (100)
set -eu
. "$(dirname "$0")/lib.sh"

begin
RELOADS=${RELOADS:-100}
if [ ! -x "$BUILD/tests/storm" ]; then
	skip_all "no storm: make actors"
fi
noop=$work/noop
cp "$BUILD/tests/noop" "$noop"
log=$work/autrail.log

# The same execs, by rules of another number, in another order and by other facts.
cat >"$work/old" <<-END
	-a never,exit -F arch=b64 -S execve -F uid=4242
	-a always,exit -F arch=b64 -S execve -F exe=$noop -F success=1 -k old
	-a never,exit -F arch=b64 -S execve,execveat
END
cat >"$work/new" <<-END
	-a never,exit -F arch=b64 -S execve -F gid=4242
	-a never,exit -F arch=b64 -S execve -F exe=$noop -F auid=4242
	-a never,exit -F arch=b64 -S execve -F exe=$noop.other
	-a never,exit -F path=$noop -F perm=x -F uid=4242
	-a never,user -F msgtype=TEST
	-a always,exit -F dir=$work -F perm=x -F uid=0 -k new
END

reloaded() {
	[ "$(grep -c '^autrail: rules: ' "$autrail_err")" -eq "$reload" ]
}

# As long as it is to; then "execs N".
storm() {
	storm_execs=0
	while [ ! -e "$work/enough" ]; do
		"$BUILD/tests/storm" flood 500 "$(nproc)" "$noop" >/dev/null || return
		storm_execs=$((storm_execs + 500))
	done
	echo "execs $storm_execs"
}

count() {
	grep -c "^type=SYSCALL .* exe=\"$noop\" .*$1" "$log" || :
}

cp "$work/old" "$work/rules"
check "autrail is ready" autrail_begin "$log" --ring 32M -r "$work/rules"
storm >"$work/storm" 2>&1 &
actor_pid=$!
reload=0
while [ "$reload" -lt "$RELOADS" ]; do
	reload=$((reload + 1))
	case $((reload % 2)) in
	1) cp "$work/new" "$work/next" ;;
	0) cp "$work/old" "$work/next" ;;
	esac
	mv "$work/next" "$work/rules"
	kill -HUP "$autrail_pid"
	wait_for 60 reloaded || break
done
check "$reload times new rules while it stormed" test "$reload" -ge "$RELOADS"
echo >"$work/enough"
status=0
wait "$actor_pid" || status=$?
actor_pid=
EXECS=$(sed -n 's/^execs //p' "$work/storm")
ok "$status" "every exec of the storm worked" "$work/storm"
status=0
autrail_end || status=$?
ok "$status" "autrail ends well" "$autrail_err"
check "the ledger adds up" ledger_balanced
check "nothing was lost" test "$(ledger lost)" -eq 0
check "$EXECS execs, each recorded" test "$(count 'key="\(old\|new\)"')" -eq "$EXECS"
check "and no other event of them" test "$(count '')" -eq "$EXECS"
check "by the old rules" test "$(count 'key="old"')" -gt 0
check "and by the new" test "$(count 'key="new"')" -gt 0
grep 'ledger:' "$autrail_err" | diag
echo "# old $(count 'key="old"'), new $(count 'key="new"')"
finish
