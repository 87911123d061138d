#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the programs cost the verifier of this kernel, as lines PROGRAM INSTRUCTIONS: those that it walked
# until it was sure; it gives up at a million. As root.
#
#	verifier-cost.sh [OPTION...]     options for autrail check: --hooks fentry
#	verifier-cost.sh --of FILE       what autrail check -vv has said
set -eu

if [ "${1:-}" = --of ]; then
	words=$2
else
	words=$(mktemp)
	trap 'rm -f "$words"' EXIT
	"${AUTRAIL:-${BUILD:-build}/autrail}" check -vv "$@" >"$words" 2>&1 || {
		cat "$words" >&2
		exit 1
	}
fi
sed -n "s/.*libbpf: prog '\(atr_[a-z0-9_]*\)': -- BEGIN.*/\1/p
	s/.*processed \([0-9]*\) insns.*/\1/p" "$words" |
	awk '/^atr_/ { name = $1; next } name { print name, $1; name = "" }' | sort -u
