#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel.sh NAME [arm64/]SUITE WAY...: guest.sh under the kernel of that suite, in one boot, for each way
# to hook; its TAP is this one's.
#   ACTS="NAME..." does only those acts; DIAG_LINES and KEEP as for tests/root/parity.t
#   VM_APPEND      what to add to the kernel's command line: "lsm=lockdown,yama"; its LSMs are Debian's
set -eu

cd "$(dirname "$0")/../.."
. tests/vm/lib.sh
name=$1
suite=$2
shift 2

cells_begin
kernel_there "$suite"

build=${BUILD:-build}
case $suite in
arm64/*)
	build=$build/arm64
	# Not with the flags of a make that may have called this: CC is that of another machine. One at a
	# time: the tests of two kernels may get here together.
	mkdir -p "${BUILD:-build}"
	log=$(MAKEFLAGS='' flock "${BUILD:-build}/arm64.lock" \
		make -s -j "$(nproc)" BUILD="${BUILD:-build}" arm64 2>&1) || {
		echo "$log" >&2
		echo "not ok 1 - autrail builds for arm64"
		echo "1..1"
		exit 1
	}
	;;
esac

# MS: kernel audit takes the time of the last tick, and where the host is busy ticks come late.
status=0
scripts/vm.sh run "$suite" --timeout 1200 --append "${VM_APPEND:-}" -- env ACTS="${ACTS:-}" EXACT=1 \
	MS=1000 DIAG_LINES="${DIAG_LINES:-200}" BUILD="$build" VERIFIED=tests/vm/verified \
	tests/vm/guest.sh "$name" "$@" || status=$?
case $status in
124 | 125) echo "not ok - the guest came to its end, status $status" ;;
esac
exit "$status"
