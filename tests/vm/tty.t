#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is typed, where functions of the kernel can be hooked: tests/root/tty.t in a guest of each kernel, where the
# records have to be cut as the kernel cuts them; but what does not compare in one alone, that which keeps its hooks
# for good. Without what failed execs are seen by, which takes the verifier longer than all the typing.
#   KERNELS  of those alone: "6.1 5.10"
#   CI=1     a kernel that cannot be had is a failure, not a reason to skip
set -eu
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP not root"
	exit 0
fi

cells_of() {
	case $1 in
	5.10) echo bullseye-security fentry ;;
	6.1) echo bookworm-security kprobe ;;
	6.12) echo trixie-security fentry ;;
	esac
}

done=0
failed=0
for kernel in ${KERNELS:-5.10 6.1 6.12}; do
	# shellcheck disable=SC2046 # words
	set -- $(cells_of "$kernel")
	suite=$1
	shift
	for way; do
		done=$((done + 1))
		reason=$(scripts/vm.sh fetch "$suite" 2>&1 >/dev/null) || {
			if [ -n "${CI:-}" ]; then
				failed=1
				echo "not ok $done - $kernel $way: ${reason##*vm: }"
			else
				echo "ok $done - $kernel $way # SKIP ${reason##*vm: }"
			fi
			continue
		}
		parts=beside
		[ "$kernel" != 5.10 ] || parts="beside by_itself"
		status=0
		# A guest takes longer for everything.
		log=$(scripts/vm.sh run "$suite" --timeout 900 -- env BUILD="${BUILD:-build}" HOOKS="$way" MS=60 \
			PARTS="$parts" OPTIONS=--no-failed \
			tests/root/tty.t 2>&1) || status=$?
		echo "$log" | sed 's/^/# /'
		[ "$status" -eq 0 ] || failed=1
		[ "$status" -eq 0 ] || printf 'not '
		echo "ok $done - $kernel $way"
	done
done
echo "1..$done"
exit $failed
