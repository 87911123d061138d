#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Random rule sets, each in kernel audit and in autrail at once over the same acts: the same events with the same
# keys.
#   SEED=N ROUNDS=N   others, more or fewer of them; SEED=random draws one; SETS="NAME..." only those
#   HOOKS=WAY: autrail's --hooks; KEEP=1 keeps the logs
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/rulesets.sh"

begin
reason=$(audit_unusable)
if [ -n "$reason" ]; then
	skip_all "$reason"
fi
ROUNDS=${ROUNDS:-15}
SEED=${SEED:-1}
if [ "$SEED" = random ]; then
	SEED=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
fi
echo "# SEED=$SEED ROUNDS=$ROUNDS"
mkdir "$work/sets"

compare() {
	tests/root/compare-rules.pl --rules "$work/sets" "$work/acts" "$audit_log" "$work/autrail.log"
}

if ! sets_begin --hooks "${HOOKS:-auto}"; then
	ok 1 "autrail is ready" "$autrail_err"
	finish
	exit
fi
tests/root/rules-random.pl "$SEED" "$ROUNDS" >"$work/random.sets"
sets_run "$work/random.sets"
sets_end
status=0
[ ! -s "$work/sets.bad" ] || status=1
ok "$status" "every set was taken by both" "$work/sets.bad"
check "the same events with the same keys" compare
tail -n 1 "$work/check.out" | diag
finish
