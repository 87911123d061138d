# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by the tests that boot guests, in the top directory.
#   CI=1   a kernel that cannot be had is a failure, not a reason to skip

cells=0
cells_failed=0

cells_begin() {
	[ "$(id -u)" -ne 0 ] || return 0
	echo "1..0 # SKIP not root"
	exit 0
}

# Can the kernel be had? If not, reason says why: what fetch says on stderr is that, on stdout is what there is.
fetched() { # SUITE
	reason=$(scripts/vm.sh fetch "$1" 2>&1 >/dev/null) && return
	reason=${reason##*vm: }
	return 1
}

# kernel_there SUITE: the test is at its end, failed or skipped, if the kernel cannot be had.
kernel_there() {
	fetched "$1" && return
	if [ -n "${CI:-}" ]; then
		echo "not ok 1 - $reason"
		echo "1..1"
		exit 1
	fi
	echo "1..0 # SKIP $reason"
	exit 0
}

# cell NAME SUITE [OPTION...] -- COMMAND...: the command in a guest, as scripts/vm.sh run has it, as one test; what it
# says is commentary.
cell() {
	name=$1
	suite=$2
	shift 2
	cells=$((cells + 1))
	if ! fetched "$suite"; then
		if [ -z "${CI:-}" ]; then
			echo "ok $cells - $name # SKIP $reason"
			return
		fi
		cells_failed=1
		echo "not ok $cells - $name: $reason"
		return
	fi
	status=0
	log=$(scripts/vm.sh run "$suite" "$@" 2>&1) || status=$?
	echo "$log" | sed 's/^/# /'
	[ "$status" -eq 0 ] || cells_failed=1
	[ "$status" -eq 0 ] || printf 'not '
	echo "ok $cells - $name"
}

cells_end() {
	echo "1..$cells"
	exit $cells_failed
}
