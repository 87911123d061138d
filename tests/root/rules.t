#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The rule sets of rules.sets, each in kernel audit and in autrail at once over the same acts: the same events
# with the same keys.
#   SETS="NAME..." only those; HOOKS=WAY: autrail's --hooks; KEEP=1 keeps the logs
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rulesets.sh"

begin
reason=$(audit_unusable)
if [ -n "$reason" ]; then
	skip_all "$reason"
fi
mkdir "$work/sets"
least=60
[ -z "${SETS:-}" ] || least=1

compare() {
	tests/root/compare-rules.pl --rules "$work/sets" --none "$work/sets.list" --some \
		"$work/acts" "$audit_log" "$work/autrail.log"
}

if ! sets_begin --hooks "${HOOKS:-auto}"; then
	ok 1 "autrail is ready" "$autrail_err"
	finish
	exit
fi
sets_run tests/root/rules.sets
sets_end
status=0
[ ! -s "$work/sets.bad" ] || status=1
ok "$status" "every set was taken by both" "$work/sets.bad"
check "$sets_done sets: at least 60" test "$sets_done" -ge "$least"
check "the same events with the same keys" compare
tail -n 1 "$work/check.out" | diag
finish
