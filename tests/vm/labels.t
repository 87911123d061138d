#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Labels of AppArmor, under every kernel that was fetched: labels-guest.sh in a guest of each.
set -eu
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP not root"
	exit 0
fi
suites=${SUITES:-$(scripts/vm.sh list | cut -d ' ' -f 1 | grep -v /)}
if [ -z "$suites" ] || ! command -v apparmor_parser >/dev/null; then
	echo "1..0 # SKIP no kernels, or no apparmor_parser: scripts/deps.sh vm"
	exit 0
fi
done=0
failed=0
for suite in $suites; do
	status=0
	# Without TOMOYO, which adds a PATH to each record.
	log=$(scripts/vm.sh run "$suite" --append "lsm=lockdown,yama,apparmor" -- \
		env BUILD="${BUILD:-build}" tests/vm/labels-guest.sh 2>&1) || status=$?
	echo "$log" | sed 's/^/# /'
	done=$((done + 1))
	[ "$status" -eq 0 ] || failed=1
	[ "$status" -eq 0 ] || printf 'not '
	echo "ok $done - $suite"
done
echo "1..$done"
exit $failed
