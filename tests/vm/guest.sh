#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest.sh NAME WAY...: what is tested under every kernel, inside the guest, for each way to hook: what
# autrail check says, what the programs cost the verifier, records against those of the kernel's audit,
# and that nothing is lost. One line a cell; NAME is the kernel's. Of the way uprobe, without the hooks that execs are
# seen whole by, only what it costs the verifier; logins-guest.sh has its records.
#   VERIFIED=FILE   lines KERNEL WAY PROGRAM INSTRUCTIONS: these programs are loaded, and none exceeds its line by a
#                   tenth
set -eu
. "$(dirname "$0")/../root/lib.sh"

kernel=$1
shift

# The TAP of another test as part of this one.
include() { # NAME FILE
	while IFS= read -r line; do
		case $line in
		"ok "*) ok 0 "$1: ${line#* - }" ;;
		"not ok "*) ok 1 "$1: ${line#* - }" ;;
		"1..0 # SKIP "*) skip "$1" "${line#1..0 # SKIP }" ;;
		1..*) ;;
		*) echo "$line" ;;
		esac
	done <"$2"
}

check_ends_well() {
	"$AUTRAIL" check -vv --hooks "$way" >"$work/check" 2>"$work/check.err" &&
		! grep ' refused: ' "$work/check" && return
	cat "$work/check"
	grep -v '^libbpf: ' "$work/check.err"
	return 1
}

verifier_cost() {
	scripts/verifier-cost.sh --of "$work/check.err" >"$work/verified" || return
	sed "s/^/# verified $kernel $way /" "$work/verified" >&3
	awk -v kernel="$kernel" -v way="$way" '
		FILENAME == ARGV[1] { if ($1 == kernel && $2 == way) was[$3] = $4; next }
		{ loaded[$1] }
		!($1 in was) { print $1 ": " $2 ", not in the list"; bad = 1; next }
		$2 > was[$1] * 1.1 { print $1 ": " $2 ", was " was[$1]; bad = 1 }
		END {
			for (program in was)
				if (!(program in loaded) && (bad = 1))
					print program ": in the list, and not loaded"
			exit bad
		}' "${VERIFIED:-/dev/null}" "$work/verified"
}

# Events of kprobes stay when their maker is killed. The next one removes them, and none stays of it.
leftovers() {
	autrail_begin "$work/killed.log" --hooks "$way" --no-failed --no-logins || return
	kill -9 "$autrail_pid"
	wait "$autrail_pid" || :
	grep autrail/ /sys/kernel/tracing/kprobe_events || return
	killed=$autrail_pid
	autrail_pid=
	autrail_begin "$work/killed.log" --hooks "$way" --no-failed --no-logins || return
	! grep "return_${killed}_" /sys/kernel/tracing/kprobe_events || return
	autrail_end && ! grep autrail/ /sys/kernel/tracing/kprobe_events
}

# A kernel that a program of ours brings to complain is worth more than any record.
no_complaint() {
	! dmesg | grep -E 'BUG:|WARNING:|Oops|lockup|Call Trace'
}

# The words of records are the same however they come about, so one format is enough for each way.
format_of() {
	case $1 in
	fentry) echo enriched ;;
	*) echo raw ;;
	esac
}

cell() {
	check "$kernel $way: check" check_ends_well
	check "$kernel $way: cost to the verifier" verifier_cost
	[ "$way" != uprobe ] || return 0
	status=0
	FORMATS=$(format_of "$way") HOOKS=$way BURST=1000 tests/root/parity.t >"$work/parity" 2>&1 || status=$?
	include "$kernel $way" "$work/parity"
	ok "$status" "$kernel $way: parity" "$work/parity"
	case $way in
	kprobe) check "$kernel $way: nothing stays of one that was killed" leftovers ;;
	esac
}

exec 3>&1
begin
for way; do
	cell
done
check "$kernel: the kernel does not complain" no_complaint
finish
