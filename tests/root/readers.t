#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What autrail writes goes through the readers of audit logs without one complaint, raw and
# enriched, and the arguments of each exec come back byte for byte as the programs got them.
set -eu
. "$(dirname "$0")/lib.sh"

begin
for tool in ausearch aureport; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
SEED=${SEED:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
echo "# SEED=$SEED"

# record FORMAT COMMAND...: the log of what the actor does.
record() {
	record_status=0
	log=$work/$1.log
	autrail_begin "$log" -f "$1" || return 1
	shift
	"$@" >"$work/acts" 2>&1 || record_status=$?
	autrail_end || record_status=$?
	return "$record_status"
}

# Nothing on stderr, and something on stdout.
quiet() {
	"$@" </dev/null >"$work/reader.out" 2>"$work/reader.err" || {
		echo "exit $?"
		return 1
	}
	cat "$work/reader.err"
	[ ! -s "$work/reader.err" ] && [ -s "$work/reader.out" ]
}

# ausearch drops what it does not understand: all that went in must come out. It ends some records
# that have no tail with the separator of one.
separator=$(printf '\035')
all_back() {
	quiet ausearch --debug -if "$log" --raw || return 1
	sort "$log" >"$work/in.sorted"
	sed "s/$separator\$//" "$work/reader.out" | sort >"$work/out.sorted"
	diff "$work/in.sorted" "$work/out.sorted" | cut -c 1-300
	cmp "$work/in.sorted" "$work/out.sorted"
}

# Events of a log: records with one stamp. Those of others who log in meanwhile are among them.
stamps() {
	sed -n 's/^type=[^ ]* msg=audit(\([^)]*\)).*/\1/p' "$1" | sort -u | wc -l
}

# An event is told from the next by a line of its own.
all_events() {
	quiet ausearch --debug "$@" -if "$log" || return 1
	back=$(grep -c '^----' "$work/reader.out")
	echo "$back events of $events"
	[ "$back" -eq "$events" ]
}

# The executables of the report, and how often each, against those of the log.
same_executables() {
	quiet aureport -if "$log" -x --summary || return 1
	back=$(awk '/^[0-9]+ / { sum += $1 } END { print sum + 0 }' "$work/reader.out")
	echo "$back executables of $programs events"
	[ "$back" -eq "$programs" ]
}

same_pids() {
	quiet aureport -if "$log" -p || return 1
	back=$(grep -c '^[0-9]*\. ' "$work/reader.out")
	echo "$back lines of $events events"
	[ "$back" -eq "$events" ]
}

same_totals() {
	quiet aureport -if "$log" --summary || return 1
	back=$(sed -n 's/^Number of events: //p' "$work/reader.out")
	echo "$back events of $events"
	[ "$back" -eq "$events" ]
}

for format in raw enriched; do
	status=0
	record "$format" "$ACT" run || status=$?
	ok "$status" "$format: the acts are recorded" "$autrail_err"
	events=$(stamps "$log")
	programs=$(grep -a ' exe=' "$log" | stamps -)
	check "$format: there are events" test "$events" -gt 500
	check "$format: ausearch --raw gives back every record" all_back
	check "$format: ausearch" all_events
	check "$format: ausearch -i" all_events -i
	check "$format: aureport --summary" same_totals
	check "$format: aureport -x --summary" same_executables
	check "$format: aureport -p" same_pids
	check "$format: libauparse reads every field" "$BUILD/tests/readback" "$log"
	tail -n 1 "$work/check.out" | diag

	: >"$work/told"
	status=0
	record "$format" "$ACT" tell --seed "$SEED" --count 1000 --out "$work/told" || status=$?
	ok "$status" "$format: arguments are recorded" "$autrail_err"
	check "$format: the arguments come back byte for byte" \
		"$BUILD/tests/readback" "$log" "$work/told"
	tail -n 1 "$work/check.out" | diag
done
finish
