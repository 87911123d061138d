#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Labels of AppArmor: labels-guest.sh in a guest of each kernel that differs in them.
#   SUITES   of these instead: "bookworm-security"
#   CI=1     a kernel that cannot be had is a failure, not a reason to skip
set -eu
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP not root"
	exit 0
fi
# Of the ways to tell a label each is in one of these.
suites=${SUITES:-bullseye-security trixie-security trixie-backports}
if ! command -v apparmor_parser >/dev/null; then
	echo "1..0 # SKIP no apparmor_parser: scripts/deps.sh vm"
	exit 0
fi
done=0
failed=0
for suite in $suites; do
	done=$((done + 1))
	reason=$(scripts/vm.sh fetch "$suite" 2>&1 >/dev/null) || {
		if [ -n "${CI:-}" ]; then
			failed=1
			echo "not ok $done - $suite: ${reason##*vm: }"
		else
			echo "ok $done - $suite # SKIP ${reason##*vm: }"
		fi
		continue
	}
	# The switch is there since 6.0, and the same since then.
	what=names
	[ "$suite" != trixie-security ] || what=modes
	status=0
	# Without TOMOYO, which adds a PATH to each record.
	log=$(scripts/vm.sh run "$suite" --append "lsm=lockdown,yama,apparmor" -- \
		env BUILD="${BUILD:-build}" tests/vm/labels-guest.sh "$what" 2>&1) || status=$?
	echo "$log" | sed 's/^/# /'
	[ "$status" -eq 0 ] || failed=1
	[ "$status" -eq 0 ] || printf 'not '
	echo "ok $done - $suite"
done
echo "1..$done"
exit $failed
