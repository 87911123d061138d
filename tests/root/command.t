#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The command line: exit codes and messages of what can go wrong, --help against the manual, and a
# capture that replays to the same text.
set -eu
. "$(dirname "$0")/lib.sh"

begin
copy=$work/bin/autrail
mkdir "$work/bin"
chmod 755 "$work" "$work/bin"
cp "$AUTRAIL" "$copy"

# run STATUS PATTERN NAME COMMAND...: its exit status, and what it says on stderr.
run() {
	want=$1
	pattern=$2
	name=$3
	shift 3
	status=0
	"$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	if [ "$status" -eq "$want" ] && { [ -z "$pattern" ] || grep -q -- "$pattern" "$work/err"; }; then
		ok 0 "$name"
	else
		echo "# exit $status, wanted $want and: $pattern"
		ok 1 "$name" "$work/err"
	fi
}

nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"
}

run 2 'no such option' "unknown option" "$AUTRAIL" --frobnicate
run 2 'needs an argument' "option without its argument" "$AUTRAIL" trace -o
run 2 'raw, enriched or text' "unknown format" "$AUTRAIL" -f json
run 2 'power of two' "ring of an odd size" "$AUTRAIL" --ring 5000
run 2 'power of two' "ring too small" "$AUTRAIL" --ring 1K
run 2 'number of bytes' "ring that is no number" "$AUTRAIL" --ring lots
run 2 'there is no command' "unknown command" "$AUTRAIL" frobnicate
run 2 'what is' "operand too many" "$AUTRAIL" trace more
run 2 'FILE is missing' "operand missing" "$AUTRAIL" replay
run 1 'cannot open' "output that cannot be opened" "$AUTRAIL" -o "$work/no/where"
run 1 'cannot open the capture' "capture that is not there" "$AUTRAIL" replay "$work/none"
run 4 'cap_bpf (to load BPF programs)' "no privilege" nobody "$copy"
# shellcheck disable=SC2016 # the inner shell is to expand it
run 5 'no type information' "a kernel without BTF" unshare -m sh -c \
	'mount -t tmpfs none /sys/kernel/btf && exec "$0"' "$AUTRAIL"
run 2 'no such option' "usage before privilege" nobody "$copy" --frobnicate
run 0 '' "help" "$AUTRAIL" --help
run 0 '' "version" "$AUTRAIL" --version
check "the version is told" grep -q '^autrail [0-9]' "$work/out"

# Every option of every command stands in the manual, as a flag.
missing=
for command in trace check replay; do
	for option in $("$AUTRAIL" "$command" --help | sed -n 's/.*--\([a-z-]*\).*/\1/p'); do
		grep -q -- "Fl \\\\-$option" user/autrail.8 || missing="$missing $command:--$option"
	done
done
check "every option is in the manual$missing" test -z "$missing"

run 0 '' "check" "$AUTRAIL" check
check "check names the required fact" grep -q '^successful execs (required)' "$work/out"
check "and says what records cannot tell" grep -q '^what records cannot tell' "$work/out"

# A capture gives the same text again, to anybody. (The loss of a capture that a full disk cut short
# is told with its place.)
for format in raw enriched text; do
	autrail_begin "$work/live.$format" -f "$format" --capture "$work/capture.$format"
	for i in 1 2 3; do
		/bin/sh -c "exec /bin/true $i 'a b' \"\$(printf '\\001')\"" || true
		/bin/sh -c 'exec /nope' 2>/dev/null || true
	done
	check "$format: ends well" autrail_end
	chmod 644 "$work/capture.$format"
	run 0 '' "$format: replay" nobody "$copy" replay -f "$format" "$work/capture.$format"
	check "$format: the same text" cmp "$work/live.$format" "$work/out"
done
check "there was something to replay" grep -q 'comm="true"' "$work/live.raw"

size=$(stat -c %s "$work/capture.raw")
head -c $((size - 5)) "$work/capture.raw" >"$work/cut"
run 1 "at byte [0-9]*: some of it is missing" "a capture that is cut" "$AUTRAIL" replay "$work/cut"
head -c 4096 /dev/zero >"$work/zero"
run 1 "event 0 at byte 0: it is damaged" "what is no capture" "$AUTRAIL" replay "$work/zero"
finish
