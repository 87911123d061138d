#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Labels of AppArmor: labels-guest.sh in a guest of each kernel that differs in them.
#   SUITES   of these instead: "bookworm-security"
set -eu
cd "$(dirname "$0")/../.."
. tests/vm/lib.sh

cells_begin
# Of the ways to tell a label each is in one of these.
suites=${SUITES:-bullseye-security trixie-security trixie-backports}
if ! command -v apparmor_parser >/dev/null; then
	echo "1..0 # SKIP no apparmor_parser: scripts/deps.sh vm"
	exit 0
fi
for suite in $suites; do
	# The switch is there since 6.0, and the same since then.
	what=names
	[ "$suite" != trixie-security ] || what=modes
	# Without TOMOYO, which adds a PATH to each record.
	cell "$suite" "$suite" --append "lsm=lockdown,yama,apparmor" -- \
		env BUILD="${BUILD:-build}" tests/vm/labels-guest.sh "$what"
done
cells_end
