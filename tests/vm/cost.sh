#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What it costs, in instructions: guests whose clock counts them, so that it comes out the same, to
# about a thousandth, on any machine and on a busy one. A line for each kernel and agent:
#
#	KERNEL AGENT EXEC EXEC-MIN GETPPID OPEN TYPED
#
# EXEC is one vfork, exec and wait of a static program, the agent's own work included, whenever it
# does that; EXEC-MIN is the cheapest of them all; GETPPID is one system call that concerns nobody,
# OPEN one open and close; TYPED a line of 100 bytes, typed, echoed and read (the median), and the agent's own work.
# No caches, no contention: good for "dearer than before?", not for claims.
#
#	cost.sh [--against FILE] [KERNEL...]
#	    --against FILE   lines as above: fails where one number is 5 % above
#	    KERNEL           as for vm.sh run (default: all that were fetched but arm64's)
#	    AGENTS           which ("nothing fentry exact kprobe tracepoint tty tty-other auditd"): all but
#	                     the first and the last are autrail's
#	    EXECS CALLS      how many (1000 20000)
set -euo pipefail

cd "$(dirname "$0")/../.."
agents=${AGENTS:-nothing fentry exact kprobe tracepoint tty tty-other auditd}

# The 5 are for system calls: getppid is some hundred instructions, and 5 % of that is hardly any.
against() { # FILE
	awk '
		FILENAME == ARGV[1] { for (i = 3; i <= 7; i++) was[$1, $2, i] = $i; next }
		{ print }
		{
			for (i = 3; i <= 7; i++)
				if (($1, $2, i) in was && $i > was[$1, $2, i] * 1.05 + 5) {
					printf "cost: %s %s: %s, was %s\n", $1, $2, $i,
						was[$1, $2, i] >"/dev/stderr"
					dearer = 1
				}
		}
		END { exit dearer }' "$1" -
}

# One boot for each: audit, once enabled, taxes the tasks that were there until they end.
measure() { # KERNEL...
	local kernel agent
	for kernel; do
		for agent in $agents; do
			scripts/vm.sh run "$kernel" --icount --append "lsm=lockdown,yama" \
				--timeout 600 -- env BUILD="${BUILD:-build}" \
				tests/vm/cost-guest.sh "$agent" "${EXECS:-1000}" "${CALLS:-20000}"
		done
	done
}

judge=(cat)
if [ "${1:-}" = --against ]; then
	judge=(against "${2?}")
	shift 2
fi
if [ $# -eq 0 ]; then
	mapfile -t kernels < <(scripts/vm.sh list | cut -d ' ' -f 1 | grep -v /)
	set -- "${kernels[@]}"
fi
measure "$@" | "${judge[@]}"
