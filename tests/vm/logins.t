#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Logins and what programs tell the audit system, where functions of the kernel can be hooked, and by the
# tracepoints of each kernel: logins-guest.sh in a guest of each.
#   KERNELS  of those alone: "6.1 5.10"
#   CI=1     a kernel that cannot be had is a failure, not a reason to skip
set -eu
cd "$(dirname "$0")/../.."

if [ "$(id -u)" -ne 0 ]; then
	echo "1..0 # SKIP not root"
	exit 0
fi
lacking=$(for tool in auditd cron expect login setpriv ssh sshd su sudo useradd; do
	command -v "$tool" >/dev/null || echo "$tool"
done)
if [ -n "$lacking" ] && [ -z "${CI:-}" ]; then
	echo "1..0 # SKIP no $(echo "$lacking" | xargs): scripts/deps.sh test"
	exit 0
fi

# What 6.12 has instead of those tracepoints is compared on every machine that is locked (tests/root). What no-failed
# is says logins-guest.sh.
# With auto, not fentry, where the best is of both: 5.10 can hook audit_set_loginuid() by kprobes alone. The
# words are the same however they come about, so auditd's names are looked at in one of them.
suite_of() {
	case $1 in
	5.10) echo bullseye-security raw auto kprobe tracepoint no-failed ;;
	6.1) echo bookworm-security enriched fentry kprobe tracepoint no-failed ;;
	6.12) echo trixie-security raw fentry kprobe ;;
	esac
}

done=0
failed=0
for kernel in ${KERNELS:-5.10 6.1 6.12}; do
	# shellcheck disable=SC2046 # words
	set -- $(suite_of "$kernel")
	suite=$1
	shift
	done=$((done + 1))
	reason=$(scripts/vm.sh fetch "$suite" 2>&1 >/dev/null) || {
		if [ -n "${CI:-}" ]; then
			failed=1
			echo "not ok $done - $kernel: ${reason##*vm: }"
		else
			echo "ok $done - $kernel # SKIP ${reason##*vm: }"
		fi
		continue
	}
	status=0
	log=$(scripts/vm.sh run "$suite" --timeout 600 -- env BUILD="${BUILD:-build}" ACTS="${ACTS:-}" \
		tests/vm/logins-guest.sh "$kernel" "$@" 2>&1) || status=$?
	echo "$log" | sed 's/^/# /'
	[ "$status" -eq 0 ] || failed=1
	[ "$status" -eq 0 ] || printf 'not '
	echo "ok $done - $kernel"
done
echo "1..$done"
exit $failed
