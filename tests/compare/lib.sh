# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034 # much of it is for the tests alone
#
# What the tests of the comparison share: TAP, and a work directory. To be sourced in the project's folder.

build=${BUILD:-build}
work=$(mktemp -d "${TMPDIR:-/tmp}/autrail-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
TZ=UTC
export TZ
n=0
failed=0

# ok STATUS NAME: what stands in $work/out is shown where it failed.
ok() {
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
		return
	fi
	echo "not ok $n - $2"
	failed=$((failed + 1))
	[ ! -e "$work/out" ] || head -n 60 "$work/out" | cut -c 1-200 | sed 's/^/# /'
}

finish() {
	echo "1..$n"
	[ "$failed" -eq 0 ]
}
