#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# autrail compare as a command: its options, where logs may come from, exit codes, what machines read.
set -eu

cd "$(dirname "$0")/../.."
. tests/compare/lib.sh
autrail=$build/san/autrail

# run EXIT NAME PATTERN [ARGUMENT...]: PATTERN is in what it says, or with ! before it is not.
run() {
	want=$1
	name=$2
	pattern=$3
	shift 3
	status=0
	"$autrail" compare "$@" >"$work/out" 2>&1 || status=$?
	found=0
	grep -q -e "${pattern#!}" "$work/out" || found=1
	case $pattern in '!'*) found=$((1 - found)) ;; esac
	[ "$status" -eq "$want" ] || echo "# exit $status, not $want"
	[ "$status" -eq "$want" ] && [ "$found" -eq 0 ] && found=0 || found=1
	ok "$found" "$name"
}

a=$work/a
b=$work/b
tests/compare/mix.pl 300 >"$a"
tests/compare/mix.pl --ours --enriched 300 >"$work/whole"
sed -e '/type=CWD/s/"\/home\/ann"/"\/home\/bob"/' -e '0,/a0="ls"/s//a0="lz"/' "$work/whole" >"$b"

run 2 "two logs are wanted" 'it takes two logs' "$a"
run 2 "none with --live" 'it takes two logs' --live "$a" "$b"
run 2 "no rules without" 'it takes two logs' -r "$a" "$a" "$b"
run 2 "standard input is one log" 'only one of the logs can be standard input' - -
run 3 "a log that is not there" 'cannot open the log /nonexistent/log: No such file' "$a" /nonexistent/log
run 3 "a directory without a log" 'cannot open the log .*audit.log' "$a" "$work"
head -c 3000 /dev/zero | tr '\0' '\377' >"$work/binary"
run 3 "a file that is no log" 'binary is no audit log: it has 1 lines, and none of them is a record' "$a" "$work/binary"
: >"$work/empty"
run 0 "two empty logs are equal" '^EQUAL: neither log has an event' "$work/empty" "$work/empty"
run 1 "an empty log and one that is not" '300 events only in A' "$a" "$work/empty"
run 0 "a log equals itself" '^EQUAL: 300 events' "$a" "$a"
run 1 "differences are found" 'CWD.cwd' "$a" "$b"
run 1 "--ignore a field leaves it out" '!CWD.cwd' --ignore CWD.cwd "$a" "$b"
run 0 "--ignore several" '^EQUAL' --ignore CWD.cwd,EXECVE.aN "$a" "$b"
run 0 "--ignore a type" '^EQUAL' --ignore CWD --ignore EXECVE.* "$a" "$b"
run 0 "--ignore a field of any type" '^EQUAL' --ignore '*.cwd' --ignore EXECVE "$a" "$b"
run 2 "--ignore what cannot be" 'it must be TYPE.FIELD' --ignore 'CWD.' "$a" "$b"
run 1 "--types: these alone" 'EXECVE.aN' --types EXECVE,SYSCALL "$a" "$b"
run 1 "--types: and no others" '!CWD.cwd' --types EXECVE,SYSCALL "$a" "$b"
run 0 "--types: equal in these" '^EQUAL' --types SYSCALL,USER_START "$a" "$b"
run 0 "--since leaves out what was before" 'left out, as asked for: [1-9]' --since @1795223705 "$a" "$a"
run 0 "--since and --until" '^EQUAL: neither log' --since @1 --until @2 "$a" "$b"
run 0 "--since as a date and a time" 'left out, as asked for: [1-9]' --since '2026-11-21 01:15:05' "$a" "$a"
run 0 "--since as ausearch writes dates" 'left out, as asked for: [1-9]' --since '11/21/2026 01:15:05' "$a" "$a"
run 0 "--until a word" '^EQUAL: neither log' --until week-ago --since this-year "$a" "$b"
run 2 "--since what is no time" 'it must be a date' --since tomorrowish "$a" "$b"
perl -pe 's/audit\((\d+)\.(\d+)/my $m = $1 * 1000 + $2 + 30 * ($. % 1000 < 500); sprintf("audit(%d.%03d", $m \/ 1000, $m % 1000)/e if /^type=USER/' \
	"$work/whole" >"$work/late"
run 1 "times are 30 ms apart" 'EVENT.time' "$a" "$work/late"
run 0 "--tolerance" '^EQUAL' --tolerance 40ms "$a" "$work/late"
run 0 "--tolerance in seconds" '^EQUAL' --tolerance 0.04s "$a" "$work/late"
run 2 "--tolerance what is none" 'it must be milliseconds' --tolerance soon "$a" "$b"
perl -pe 's/audit\((\d+)/"audit(" . ($1 + 60)/e' "$work/whole" >"$work/shifted"
run 1 "--offset" 'CLOCKS: B is 60.000 s ahead' --offset 60 "$a" "$work/shifted"
run 1 "--colour always" '^.\[1;31mDIFFERENT' --colour always "$a" "$b"
run 1 "no colour where there is no terminal" '^DIFFERENT' "$a" "$b"

# Known ways of the two. The process of the first event has another one, with its title.
{
	cat "$a"
	sed -n 's/msg=audit([^)]*)/msg=audit(1795223800.100:9000)/; 1,/PROCTITLE/p' "$a"
} >"$work/cached"
{
	cat "$work/whole"
	sed -n 's/msg=audit([^)]*)/msg=audit(1795223800.100:2147490000)/; s/proctitle=.*/proctitle="new"/; 1,/PROCTITLE/p' \
		"$work/whole"
} >"$work/current"
run 1 "but with --strict" "^DIFFERENT" --strict "$work/cached" "$work/current"

mkdir "$work/dir"
split -n l/3 "$a" "$work/dir/part."
mv "$work/dir/part.aa" "$work/dir/audit.log.2"
mv "$work/dir/part.ab" "$work/dir/audit.log.1"
mv "$work/dir/part.ac" "$work/dir/audit.log"
run 0 "a directory is a log with what it was rotated to" '^EQUAL: 300' "$a" "$work/dir"
run 1 "a file is this file alone" 'before B begins' "$a" "$work/dir/audit.log"
run 0 "--rotated: with the others" '^EQUAL: 300' --rotated "$work/dir/audit.log" "$a"
"$autrail" compare - "$work/whole" <"$a" >"$work/out" 2>&1 && status=0 || status=$?
ok "$status" "standard input"

"$autrail" compare --json "$a" "$b" >"$work/json" 2>"$work/out" && status=0 || status=$?
cp "$work/json" "$work/out"
[ "$status" -eq 1 ] && jq -e '.verdict == "different" and .events.both == 300 and .a.events == 300
	and ([.fields[] | select(.field == "EXECVE.aN" and .count == 1 and .examples[0].a == "\"ls\"" and .examples[0].b == "\"lz\"")] | length) == 1
	and .records.CWD.a == .records.CWD.b and .clock.offset_ms == 0 and .only_in_a.count == 0' "$work/json" >/dev/null \
	&& status=0 || status=$?
ok "$status" "--json can be read, and says the same"
"$autrail" compare --json "$a" "$a" | jq -e '.verdict == "equal" and (.fields | length) == 0' >"$work/out" && status=0 || status=$?
ok "$status" "--json of equal logs"
run 3 "a report that cannot be written" 'cannot write the page /nonexistent/page' --html /nonexistent/page "$a" "$b"

finish
