#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the programs cost the verifier of this kernel, as a table: instructions that it walked (it
# gives up at a million), size before and after translation. Starts build/autrail for a moment, with
# the options given; as root.
set -eu

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
build=${BUILD:-build}
words=$(mktemp)

"$build/autrail" trace -o /dev/null "$@" 2>"$words" &
pid=$!
trap 'kill $pid 2>/dev/null || :; wait $pid || :; rm -f "$words"' EXIT

tries=200
until grep -q '^autrail: ready' "$words"; do
	tries=$((tries - 1))
	if [ $tries -eq 0 ] || ! kill -0 $pid 2>/dev/null; then
		cat "$words" >&2
		exit 1
	fi
	sleep 0.1
done

printf '%-24s %9s %7s %7s\n' program verified xlated jited
for info in "/proc/$pid/fdinfo"/*; do
	grep -q '^prog_jited' "$info" 2>/dev/null || continue
	id=$(sed -n 's/^prog_id:[^0-9]*//p' "$info")
	insns=$(sed -n 's/^verified_insns:[^0-9]*//p' "$info")
	bpftool prog show id "$id" | awk -v insns="${insns:-?}" '
		{
			for (i = 1; i < NF; i++)
				value[$i] = $(i + 1)
		}
		END {
			printf "%-24s %9s %7s %7s\n", value["name"], insns, value["xlated"],
				value["jited"]
		}'
done | sort -u
