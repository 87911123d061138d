#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Logins and what programs tell the audit system, where functions of the kernel can be hooked, and by the
# tracepoints of each kernel: logins-guest.sh in a guest of each.
#   KERNELS  of those alone: "6.1 5.10"
set -eu
cd "$(dirname "$0")/../.."
. tests/vm/lib.sh

cells_begin
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

for kernel in ${KERNELS:-5.10 6.1 6.12}; do
	# shellcheck disable=SC2046 # words
	set -- $(suite_of "$kernel")
	suite_name=$1
	shift
	cell "$kernel" "$suite_name" --timeout 600 -- env BUILD="${BUILD:-build}" ACTS="${ACTS:-}" \
		tests/vm/logins-guest.sh "$kernel" "$@"
done
cells_end
