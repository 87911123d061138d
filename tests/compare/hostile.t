#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Logs that somebody has made to do harm: torn, binary, lines without an end, events without one. There is a
# clear message, memory stays where it was, and no byte of them reaches a terminal or a page as it is.
set -eu

cd "$(dirname "$0")/../.."
. tests/compare/lib.sh
autrail=$build/autrail

# bounded EXIT NAME PATTERN A B [OPTION...]: in 200 MB, and with these words.
bounded() {
	want=$1
	name=$2
	pattern=$3
	shift 3
	status=0
	(
		# shellcheck disable=SC3045 # dash and bash have it
		ulimit -v 200000
		exec timeout 60 "$autrail" compare "$@"
	) >"$work/out" 2>&1 || status=$?
	[ "$status" -eq "$want" ] || echo "# exit $status, not $want"
	if [ "$status" -eq "$want" ] && grep -q -e "$pattern" "$work/out"; then
		ok 0 "$name"
	else
		ok 1 "$name"
	fi
}

tests/compare/mix.pl 200 >"$work/a"

# Not in a pipe: what is counted in there stays there.
mkfifo "$work/fifo"
{
	head -n 100 "$work/a"
	printf "type=USER msg=audit(1795223700.500:900): pid=1 msg='"
	head -c 1500000000 /dev/zero
	printf "'\n"
	tail -n +101 "$work/a"
} >"$work/fifo" &
bounded 1 "a line of 1.5 GB" 'line 101 is too long' "$work/a" - <"$work/fifo"
wait
{
	cat "$work/a"
	perl -e 'for (1 .. 400000) { print "type=EXECVE msg=audit(1795223709.001:5000): a$_=\"", "x" x 60, "\"\n" }'
} >"$work/endless"
bounded 1 "an event without an end" '1 only in B' "$work/a" "$work/endless"
bounded 0 "and it equals itself" '^EQUAL' "$work/endless" "$work/endless"
sed 's/a399999="xx/a399999="yx/' "$work/endless" >"$work/endless.b"
bounded 1 "but not one that is altered where it is not kept any more" 'EVENT.beyond-what-is-kept' \
	"$work/endless" "$work/endless.b"
perl -e 'for (1 .. 300000) { print "type=SYSCALL msg=audit(1795223700.001:$_): arch=c000003e syscall=59 success=yes exit=0 pid=$_\n" }' \
	>"$work/open"
bounded 0 "300 000 events that nobody has ended, at the same time" '^EQUAL: 300,000 events' "$work/open" "$work/open"
sed 's/pid=/pid=1000000/' "$work/open" >"$work/open.b"
bounded 1 "as many that have no like" '300,000 events only in A, 300,000 only in B' "$work/open" "$work/open.b"
perl -e 'for (1 .. 200000) { print "type=USER msg=audit(1795223700.001:$_): pid=1 uid=0 msg=\x27same\x27\n" }' >"$work/same"
tail -n +100001 "$work/same" >"$work/half"
bounded 1 "the same event 200 000 times, and half as often" '100,000 events only in A' "$work/same" "$work/half"
perl -e 'for (1 .. 100000) { print "type=T$_ msg=audit(1795223700.001:$_): pid=1 f$_=1\n" }' >"$work/names"
perl -e 'for (1 .. 100000) { print "type=T$_ msg=audit(1795223700.001:$_): pid=1 f$_=2\n" }' >"$work/names.b"
bounded 1 "100 000 types and fields" '(others)' "$work/names" "$work/names.b"
head -c 3000000 /dev/urandom >"$work/noise"
bounded 3 "noise is no log" 'noise is no audit log' "$work/a" "$work/noise"
{
	cat "$work/a"
	head -c 300000 /dev/urandom
} >"$work/spoilt"
bounded 1 "noise behind a log" 'LINES OF B that cannot be read' "$work/a" "$work/spoilt"
perl -e 'print "type=USER msg=audit(1795223700.001:$_): pid=$_ uid=0 msg=\x27", "a=b " x 5000, "\x27\n" for 1 .. 20' >"$work/fields"
sed 's/uid=0/uid=1/' "$work/fields" >"$work/fields.b"
bounded 1 "records of very many fields" 'USER.uid' "$work/fields" "$work/fields.b"
cut -c 1-30 "$work/a" >"$work/cut"
bounded 3 "every line torn" 'cut is no audit log' "$work/a" "$work/cut"
perl -e '$/ = undef; $_ = <>; s/audit\((\d+)/"audit(" . ($1 + int rand 100000)/ge; print' "$work/a" >"$work/times"
bounded 1 "times without any order" '^DIFFERENT' "$work/a" "$work/times"

# What is said of them is theirs: escape sequences, markup, ends of strings.
evil='\033]0;owned\007<script>alert(1)</script>"]}\302\233\177'
{
	cat "$work/a"
	printf "type=USER_%b msg=audit(1795223700.900:7000): pid=5 uid=0 auid=0 ses=1 msg='op=%b res=success'\n" \
		'<b>\033' "$evil"
	printf "type=USER_LOGIN msg=audit(1795223700.901:7001): pid=6 uid=0 auid=0 ses=1 msg='op=%b <i>%b=1 res=success'\n" \
		"$evil" '\033'
	printf '%b\n' "torn $evil"
} >"$work/evil.a"
sed 's/pid=6 uid=0/pid=6 uid=<u>/; s/<i>/<j>/; s/7000/7005/; s/pid=5/pid=7/' "$work/evil.a" >"$work/<img src=x>"
"$autrail" compare --html "$work/page" "$work/evil.a" "$work/<img src=x>" >"$work/out" 2>&1 && status=1 || status=$?
[ "$status" -eq 1 ] && ! LC_ALL=C grep -q '[^ -~]' "$work/out" && status=0 || status=1
ok "$status" "the report is printable"
grep -q 'USER_LOGIN.uid' "$work/out" && status=0 || status=1
ok "$status" "and tells what is different"
cp "$work/page" "$work/out"
! LC_ALL=C grep -q '[^ -~	]' "$work/page" && ! grep -qE '<(script>|i>|j>|u>|img)|USER_<' "$work/page" && status=0 || status=1
ok "$status" "the page has no markup of theirs"
"$autrail" compare --json "$work/evil.a" "$work/<img src=x>" >"$work/out" 2>&1 || :
jq -e '.only_in_a.groups[0].examples[0].text | contains("\u001b]0;owned\u0007<script>alert(1)</script>\"]}")' \
	"$work/out" >/dev/null && status=0 || status=$?
ok "$status" "in JSON it is text"

finish
