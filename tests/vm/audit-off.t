#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Logins where the kernel was booted with audit=0: libpam has nobody to tell them to. audit-off-guest.sh in a
# guest; its TAP is this one's.
#   SUITE          which kernel (bookworm-security)
set -eu
cd "$(dirname "$0")/../.."
. tests/vm/lib.sh

suite=${SUITE:-bookworm-security}
cells_begin
kernel_there "$suite"
status=0
scripts/vm.sh run "$suite" --append "audit=0" -- env BUILD="${BUILD:-build}" \
	tests/vm/audit-off-guest.sh || status=$?
case $status in
124 | 125) echo "not ok - the guest came to its end, status $status" ;;
esac
exit "$status"
