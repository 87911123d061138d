#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is tested under every kernel, inside the guest: what autrail check says, that every hook that
# it has can be loaded, and records against those of the kernel's audit.
set -eu
. "$(dirname "$0")/../root/lib.sh"

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

no_refused_hook() {
	! grep refused "$work/check"
}

# A kernel that a program of ours brings to complain is worth more than any record.
no_complaint() {
	! dmesg | grep -E 'BUG:|WARNING:|Oops|lockup|Call Trace'
}

begin
status=0
"$AUTRAIL" check >"$work/check" 2>&1 || status=$?
ok "$status" "autrail check" "$work/check"
grep -m 1 mode "$work/check" | diag || :
check "no hook is refused" no_refused_hook
status=0
# Kernel audit takes the time of the last tick, and where the host is busy ticks come late.
TIME_MS=1000 tests/root/parity.t >"$work/parity" 2>&1 || status=$?
include parity "$work/parity"
ok "$status" "parity"
check "the kernel does not complain" no_complaint
finish
