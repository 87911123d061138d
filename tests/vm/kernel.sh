#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel.sh [arm64/]SUITE: guest.sh under the kernel of that suite, in one boot; its TAP is this one's.
#   ACTS="NAME..." does only those acts; FORMATS, DIAG_LINES and KEEP as for tests/root/parity.t
#   VM_APPEND      what to add to the kernel's command line instead of the LSMs below
#   CI=1           a kernel that cannot be had is a failure, not a reason to skip
#
# The LSMs are those of Debian but for AppArmor, which labels tasks (subj=), and TOMOYO, which has
# the kernel look every program up a second time and so adds a PATH to its records.
set -eu

cd "$(dirname "$0")/../.."
suite=$1
append=${VM_APPEND-lsm=lockdown,yama}

lacking() {
	if [ -n "${CI:-}" ]; then
		echo "not ok 1 - $1"
		echo "1..1"
		exit 1
	fi
	echo "1..0 # SKIP $1"
	exit 0
}

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP not root"
	exit 0
fi
# What it says on stderr is the reason; on stdout is what there is.
reason=$(scripts/vm.sh fetch "$suite" 2>&1 >/dev/null) || lacking "${reason#vm: }"

build=${BUILD:-build}
case $suite in
arm64/*)
	build=$build/arm64
	# Not with the flags of a make that may have called this: CC is that of another machine.
	if ! MAKEFLAGS='' make -s -j "$(nproc)" BUILD="${BUILD:-build}" arm64 >&2; then
		echo "not ok 1 - autrail builds for arm64"
		echo "1..1"
		exit 1
	fi
	;;
esac

set -- ACTS="${ACTS:-}" FORMATS="${FORMATS:-raw enriched}" DIAG_LINES="${DIAG_LINES:-200}" \
	BUILD="$build"
status=0
scripts/vm.sh run "$suite" --timeout 900 --append "$append" -- env "$@" tests/vm/guest.sh ||
	status=$?
case $status in
124 | 125) echo "not ok - the guest came to its end, status $status" ;;
esac
exit "$status"
