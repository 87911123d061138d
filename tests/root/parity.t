#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every act of the list, under kernel audit and autrail at the same time: the same records, but for
# what tests/root/allowed lists. Once raw, once enriched.
#   ACTS="NAME..." does only those; FORMATS="raw enriched"; KEEP=1 keeps the logs
#   HOOKS=WAY      autrail's --hooks; EXACT=1: its --exact
#   BURST=N        so many execs in a row besides, of which none may be lost
#   MS=N           how far time stamps may differ (20)
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
if [ -n "$reason" ]; then
	skip_all "$reason"
fi

# Acts whose files nobody can look at once the task is gone: its mount namespace went with it, /proc
# showed them to it alone, or the old program's memory, where the name was. (A directory's ctime moves
# with what comes and goes in it.)
unsure='^(mntns-|overlay|bind-|eacces-proc|ld-address|past-return-|fd-empty-directory)'

if grep -qw tomoyo /sys/kernel/security/lsm 2>/dev/null; then
	tomoyo=--tomoyo
fi

compare() {
	# shellcheck disable=SC2086 # none, or one
	"$COMPARE" ${tomoyo:-} --ppid "$actor_ppid" --acts "$work/acts" --allowed "$(allowed_list)" \
		--unsure-acts "$unsure" --ms "${MS:-20}" --rising --groups \
		"$audit_log" "$work/autrail.log"
}

# System-call tracepoints tax every call of the machine; where functions can be hooked nobody pays.
no_tracepoint_of_calls() {
	bpftool perf show >"$work/perf"
	case $HOOKS in
	tracepoint) grep -q 'tracepoint *sys_enter_execve' "$work/perf" ;;
	*) bpftool prog show name atr_exec | grep -q . && ! grep -q 'tracepoint *sys_' "$work/perf" ;;
	esac && return
	cat "$work/perf"
	return 1
}

burst_recorded() {
	grep -c '^type=SYSCALL .*exe="[^"]*/noop"' "$work/autrail.log" >"$work/burst"
	cat "$work/burst"
	[ "$(cat "$work/burst")" -eq "$BURST" ]
}

parity() {
	format=$1
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	if ! autrail_begin "$work/autrail.log" -f "$format" --hooks "${HOOKS:-auto}" ${EXACT:+--exact}; then
		ok 1 "$format: autrail is ready" "$autrail_err"
		audit_end
		return
	fi
	if [ -n "${BURST:-}" ]; then
		check "$format: tracepoints of system calls only where there is no other way" no_tracepoint_of_calls
		check "$format: $BURST execs in a row" "$BUILD/tests/storm" exec "$BURST" "$BUILD/tests/noop"
	fi
	# shellcheck disable=SC2086 # a list of names
	actor_begin "$ACT" run -w -s 1500 ${ACTS:-}
	audit_rule "$actor_ppid"
	status=0
	actor_go || status=$?
	grep WRONG "$work/acts" >>"$work/acts.err" || true
	ok "$status" "$format: every act came out as it should" "$work/acts.err"
	check "$format: kernel audit's log is complete" audit_sync
	check "$format: kernel audit lost nothing" test "$(audit_status lost)" -eq "$audit_lost"
	status=0
	autrail_end || status=$?
	ok "$status" "$format: autrail ends well" "$autrail_err"
	check "$format: the ledger adds up" ledger_balanced
	check "$format: autrail lost nothing" test "$(ledger lost)" -eq 0
	[ -z "${BURST:-}" ] || check "$format: each of the $BURST is there" burst_recorded
	check "$format: no difference but the allowed ones" compare
	grep -E "^(events:|[0-9]+ (x|events) )" "$work/check.out" | diag
	if [ -n "${KEEP:-}" ]; then
		mkdir -p "$work/$format"
		cp "$audit_log" "$work/autrail.log" "$work/acts" "$work/check.out" "$autrail_err" \
			"$work/$format"
	fi
	audit_end
	rm -f "$audit_log" "$work/autrail.log"
}

for format in ${FORMATS:-raw enriched}; do
	parity "$format"
done
finish
