#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs every fuzzer for FUZZ_SECONDS (10) each, on the corpus in the tree; what it finds beyond that
# stays under build/. A crash leaves its input there, too, and the fuzzer's own words above.
set -u

build=${BUILD:-build}
seconds=${FUZZ_SECONDS:-10}
n=0

set -- "$build"/fuzz/fuzz_*
[ -x "$1" ] || { echo "1..0 # SKIP no fuzzers were built"; exit 0; }

for fuzzer; do
	n=$((n + 1))
	name=${fuzzer##*/fuzz_}
	found=$build/fuzz/found/$name
	log=$build/fuzz/$name.log
	mkdir -p "$found"
	corpus=tests/fuzz/corpus/$name
	[ -d "$corpus" ] || corpus=
	words=tests/fuzz/$name.dict
	[ -f "$words" ] || words=

	"$fuzzer" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$build/fuzz/$name." ${words:+-dict="$words"} "$found" \
		${corpus:+"$corpus"} >"$log" 2>&1
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	if [ $status -eq 0 ]; then
		echo "ok $n - $name: ${runs:-?} runs in $seconds s"
	else
		tail -n 60 "$log" | sed 's/^/# /'
		echo "not ok $n - $name: exit status $status"
	fi
done
echo "1..$n"
