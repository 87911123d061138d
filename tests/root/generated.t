#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Random acts under kernel audit and autrail at the same time: not one field may differ but for what
# tests/root/allowed lists. In batches, each with its own files and logs, so that a million acts
# need no more room than one batch.
#   SEED=N COUNT=N BATCH=N   others, more or fewer of them; SEED=random draws one. Without, they are the same each time
#   KEEP=1                   keeps the logs of the batches that failed
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
if [ -n "$reason" ]; then
	skip_all "$reason"
fi
COUNT=${COUNT:-5000}
BATCH=${BATCH:-20000}
SEED=${SEED:-1}
if [ "$SEED" = random ]; then
	SEED=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
fi
FORMAT=${FORMAT:-raw}
echo "# SEED=$SEED COUNT=$COUNT BATCH=$BATCH"

compare() {
	"$COMPARE" --ppid "$actor_ppid" --acts "$work/acts" --allowed "$(allowed_list)" --rising --ms 200 \
		--groups --unsure 8 --expect "$(sed -n 's/^calls //p' "$work/acts")" "$audit_log" "$work/autrail.log"
}

# sum NAME VALUE: adds to the number of that name in $work/sums.
sum() {
	echo "$1 $2" >>"$work/sums"
}

# batch SEED COUNT
batch() {
	batch_status=0
	if ! autrail_begin "$work/autrail.log" -f "$FORMAT"; then
		cat "$autrail_err"
		return 1
	fi
	actor_begin "$ACT" gen -w -s 1500 --seed "$1" --count "$2"
	audit_rule "$actor_ppid"
	actor_go || batch_status=1
	cat "$work/acts.err"
	audit_sync || batch_status=1
	audit_rule -d "$actor_ppid"
	autrail_end || batch_status=1
	if ! ledger_balanced || [ "$(ledger lost)" -ne 0 ]; then
		cat "$autrail_err"
		batch_status=1
	fi
	compare || batch_status=1
	if [ "$(audit_status lost)" -ne "$audit_lost" ]; then
		echo "kernel audit lost events: no reference"
		batch_status=1
	fi
	sum events "$(sed -n 's/^calls //p' "$work/acts")"
	sum seen "$(ledger seen)"
	return "$batch_status"
}

# A fresh auditd for each batch, because it would keep on writing to a log that is removed.
audited_batch() {
	audited_status=0
	audit_begin "$(echo "$FORMAT" | tr '[:lower:]' '[:upper:]')" || return 1
	batch "$1" "$2" >"$work/batch.out" 2>&1 || audited_status=1
	if [ "$audited_status" -ne 0 ] && [ -n "${KEEP:-}" ]; then
		mkdir -p "$work/failed-$1"
		cp "$audit_log" "$work/autrail.log" "$work/acts" "$work/batch.out" "$autrail_err" \
			"$work/failed-$1"
	fi
	audit_end
	rm -f "$audit_log" "$work/autrail.log"
	return "$audited_status"
}

left=$COUNT
seed=$SEED
start=$(date +%s)
: >"$work/sums"
while [ "$left" -gt 0 ]; do
	now=$BATCH
	if [ "$left" -lt "$now" ]; then
		now=$left
	fi
	status=0
	audited_batch "$seed" "$now" || status=$?
	ok "$status" "$now acts of seed $seed" "$work/batch.out"
	grep '^[0-9]* events as ' "$work/batch.out" | head -n 40 | diag
	grep -E '^(events:|[0-9]+ x )' "$work/batch.out" | diag
	left=$((left - now))
	seed=$((seed + 1))
done
awk '{ sum[$1] += $2 } END { for (name in sum) printf "# %s: %d\n", name, sum[name] }' "$work/sums"
echo "# $COUNT acts in $(($(date +%s) - start)) s"
finish
