#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scripts/vm.sh itself: what a command in a guest gets and gives back, how a guest can end, and that
# nothing is left of it.
# shellcheck disable=SC2016 # for the shells of guests
set -eu
. "$(dirname "$0")/../root/lib.sh"

vm=scripts/vm.sh
kernel=$($vm list | cut -d ' ' -f 1 | head -n 1)
kernel=${kernel:-bookworm-security}

# in_guest NAME [OPTION...] -- COMMAND...: its output, its errors and its status in $work/NAME.*
in_guest() {
	name=$1
	shift
	status=0
	$vm run "$kernel" "$@" >"$work/$name.out" 2>"$work/$name.err" || status=$?
	echo "$status" >"$work/$name.status"
}

status_is() { # NAME STATUS
	[ "$(cat "$work/$1.status")" -eq "$2" ] && return
	cat "$work/$1.status" "$work/$1.err"
	return 1
}

text_is() { # NAME.out|NAME.err TEXT
	printf '%b' "$2" | diff - "$work/$1"
}

says() { # NAME.out|NAME.err TEXT
	grep -qF -- "$2" "$work/$1" && return
	cat "$work/$1"
	return 1
}

mounted() { # TYPE WHERE
	says mounts.out " $2 $1 "
}

mine() { # whatever still runs for a guest of this test
	pgrep -af "$work/tmp/autrail-vm" || ls -d "$work/tmp"/autrail-vm.* 2>/dev/null
}

nothing_left() {
	! mine
}

begin
reason=$($vm run "$kernel" -- true 2>&1) || {
	[ -n "${CI:-}" ] || skip_all "$reason"
	ok 1 "a guest runs: $reason"
}
mkdir "$work/tmp"
export TMPDIR="$work/tmp"

# The guest's /tmp is its own, so what it is to read lies elsewhere.
mkdir -p "$BUILD"
bytes=$(mktemp "$BUILD/vm-bytes.XXXXXX")
test_cleanup() {
	rm -f "$bytes"
}
head -c 3000000 /dev/urandom >"$bytes"
in_guest bytes -- sh -c 'cat "$1"; cat "$1" >&2; exit 7' sh "$bytes"
check "all bytes of stdout come back" cmp "$bytes" "$work/bytes.out"
check "all bytes of stderr come back" cmp "$bytes" "$work/bytes.err"
check "the status comes back" status_is bytes 7

in_guest words -- printf '%s|' "a'b" 'c  d' '$HOME' '' '\n' "$(printf 'e\nf')"
check "arguments arrive as they are" text_is words.out 'a'\''b|c  d|$HOME||\\n|e\nf|'
in_guest signal -- sh -c 'kill -9 $$'
check "a command that is killed" status_is signal 137
in_guest absent -- no-such-command
check "a command that does not exist" status_is absent 127

in_guest mounts --append "lsm=yama quiet" -- sh -c '
	cat /proc/mounts /proc/cmdline; pwd; id -u; rm README.md; touch vm-was-here'
check "a command of several lines" status_is mounts 0
for mount in proc:/proc sysfs:/sys devtmpfs:/dev devpts:/dev/pts tmpfs:/dev/shm tmpfs:/tmp \
	tmpfs:/run cgroup2:/sys/fs/cgroup bpf:/sys/fs/bpf tracefs:/sys/kernel/tracing \
	securityfs:/sys/kernel/security overlay:/; do
	check "there is ${mount#*:}" mounted "${mount%%:*}" "${mount#*:}"
done
check "the kernel's command line" says mounts.out "lsm=yama quiet"
check "it runs in the repository" grep -qxF "$(realpath .)" "$work/mounts.out"
check "it runs as root" grep -qx 0 "$work/mounts.out"
check "what it removes is still here" test -e README.md
check "what it makes is not here" test ! -e vm-was-here

in_guest late --timeout 5 -- sh -c 'echo begun; sleep 1000'
check "out of time" status_is late 124
check "what it wrote before" text_is late.out 'begun\n'
in_guest panic -- sh -c 'echo c >/proc/sysrq-trigger'
check "a kernel that dies" status_is panic 125
check "its last words" says panic.err "Kernel panic"
in_guest icount --icount --timeout 60 -- sleep 1000
check "asleep no time passes where instructions are counted" status_is icount 0
check "nothing is left of them" nothing_left

# setsid: it gets the signal alone, as from a supervisor.
setsid $vm run "$kernel" -- sh -c 'echo begun; sleep 1000' >"$work/killed.out" 2>/dev/null &
actor_pid=$!
check "a guest in the background" wait_for 30 grep -q begun "$work/killed.out"
kill "$actor_pid"
status=0
wait "$actor_pid" || status=$?
actor_pid=
check "it ends by the signal" test "$status" -eq 143
check "nothing is left of that one either" nothing_left
setsid $vm run "$kernel" -- sh -c 'echo begun; sleep 1000' >"$work/killed.out" 2>/dev/null &
actor_pid=$!
check "another one" wait_for 30 grep -q begun "$work/killed.out"
kill -9 "$actor_pid"
wait "$actor_pid" 2>/dev/null || :
actor_pid=
gone() {
	! pgrep -f "$work/tmp/autrail-vm"
}
check "its processes go with it even when it is killed" wait_for 10 gone
finish
