#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Logins where the kernel was booted with audit=0: libpam has nobody to tell them to. audit-off-guest.sh in a
# guest; its TAP is this one's.
#   SUITE          which kernel (bookworm-security)
#   CI=1           a kernel that cannot be had is a failure, not a reason to skip
set -eu
cd "$(dirname "$0")/../.."

suite=${SUITE:-bookworm-security}
if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP not root"
	exit 0
fi
if ! reason=$(scripts/vm.sh fetch "$suite" 2>&1 >/dev/null); then
	if [ -n "${CI:-}" ]; then
		echo "not ok 1 - ${reason#vm: }"
		echo "1..1"
		exit 1
	fi
	echo "1..0 # SKIP ${reason#vm: }"
	exit 0
fi
status=0
scripts/vm.sh run "$suite" --append "audit=0" -- env BUILD="${BUILD:-build}" \
	tests/vm/audit-off-guest.sh || status=$?
case $status in
124 | 125) echo "not ok - the guest came to its end, status $status" ;;
esac
exit "$status"
