#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What it costs on Linux 6.1, in instructions (cost.sh): no more than the list says, next to auditd a tenth,
# and nothing to calls that are none of its business. Where somebody's terminal is recorded, others pay for a look at
# who they are.
set -eu
. "$(dirname "$0")/../root/lib.sh"

# The field of an agent's line: 3 exec, 5 getppid, 6 open, 7 typed.
cost() { # AGENT FIELD
	awk -v agent="$1" -v field="$2" '$2 == agent { print $field }' "$work/cost"
}

# added AGENT FIELD: to what it costs with nothing.
added() {
	echo "$(cost "$1" "$2") $(cost nothing "$2")" | awk 'NF == 2 { printf "%.1f\n", $1 - $2 }'
}

at_most() { # NUMBER BOUND
	echo "$1, at most $2"
	awk -v number="$1" -v bound="$2" 'BEGIN { exit !(number != "" && number <= bound) }'
}

begin
reason=$(scripts/vm.sh fetch bookworm-security 2>&1 >/dev/null) || {
	[ -n "${CI:-}" ] || skip_all "$reason"
	ok 1 "a kernel is there: $reason"
	finish
	exit
}
status=0
AGENTS="nothing fentry exact kprobe tty tty-other auditd" tests/vm/cost.sh --against tests/vm/costs bookworm-security >"$work/cost" 2>"$work/dearer" || status=$?
diag <"$work/cost"
ok "$status" "no dearer than before" "$work/dearer"
tenth=$(added auditd 3 | awk '{ print $1 / 10 }')
tenth=${tenth:-0}
for way in fentry kprobe; do
	check "$way: an exec costs a tenth of what auditd adds" at_most "$(added $way 3)" "$tenth"
	check "$way: other system calls cost what they cost without" at_most "$(added $way 5)" 0.5
	# Boots differ by 100, and --exact's hook is some 160.
	check "$way: so does open()" at_most "$(added $way 6)" 150
	check "$way: and a terminal" at_most "$(added $way 7)" 2800
done
tenth=$(cost nothing 7 | awk '{ print $1 / 10 }')
check "a terminal beside one that is recorded costs a tenth more" at_most "$(added tty-other 7)" "${tenth:-0}"
finish
