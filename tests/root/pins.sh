#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # as in lib.sh
#
# What the tests of a daemon that is killed or taken over share: its configuration, and what its log is to have.

. tests/root/said.sh

conf=$work/autrail.conf
log=$work/log/audit.log
pins=$work/bpf/autrail
noop=$work/noop-$$ # by its name alone the kernel side leaves others out
autrail_err=$work/autrail.err

test_cleanup() {
	# shellcheck disable=SC2086 # several
	[ -z "${storm_pid:-}${typists:-}" ] || kill ${storm_pid:-} ${typists:-} 2>/dev/null
	umount -l "$work/small" 2>/dev/null
	umount -l "$work/bpf" "$work/tracing" 2>/dev/null
	rm -f /run/autrail/*"${work##*/}"* /run/autrail/sys-fs-bpf-autrail-test-$$-*
}

cp "$BUILD/tests/noop" "$noop"
mkdir "$work/bpf"
if ! mount -t bpf -o mode=0700 bpf "$work/bpf" 2>"$work/mount.err"; then
	skip_all "no file system of type bpf: $(cat "$work/mount.err")"
fi

# configure KEY=VALUE...: a configuration for the work directory, and these.
configure() {
	{
		echo "log_file = $log"
		echo "log_format = RAW"
		echo "flush = NONE"
		echo "max_log_file = 1000"
		echo "space_left = 2"
		echo "admin_space_left = 1"
		echo "rules = $work/rules"
		echo "pin_dir = $pins"
		echo "control_socket = $work/control"
		echo "ring_size = 32M"
		for line; do
			echo "${line%%=*} = ${line#*=}"
		done
	} >"$conf"
}

daemon_kill() {
	kill -KILL "$autrail_pid"
	wait "$autrail_pid" 2>/dev/null || :
	autrail_pid=
}

execs() {
	cat "$log"* 2>/dev/null | grep -c '^type=SYSCALL .*exe="[^"]*/noop-'$$'"' || :
}

have_execs() {
	echo "$(execs) execs in the log"
	[ "$(execs)" -eq "$1" ]
}

# Losses that the log itself reports.
reported() {
	sed -n 's/^type=DAEMON_ERR .* op=lost-events .* lost=\([0-9]*\).*/\1/p' "$log" |
		awk '{ sum += $1 } END { print sum + 0 }'
}

# The serials of all events, in the order of the log.
serials() {
	awk '{ sub(/.*:/, "", $2); sub(/\).*/, "", $2); if ($2 != last) print $2; last = $2 }' "$log"
}

serials_rise_by_one() {
	serials | awk 'NR > 1 && $1 != last + 1 { print "after " last " comes " $1; wrong++ }
		{ last = $1 } END { exit wrong ? 1 : 0 }'
}

# Every event of an exec has its first record and its last one.
whole() {
	awk '!/^type=[A-Z_0-9]+ msg=audit\([0-9.]+:[0-9]+\): / { print NR ": not a record"; wrong++ }
		/^type=SYSCALL/ { if (open) { print NR ": in another event"; wrong++ } open = $2 }
		/^type=PROCTITLE/ { if (open != $2) { print NR ": of another event"; wrong++ } open = "" }
		END { if (open) print "an event without an end"; exit wrong || open ? 1 : 0 }' "$log"
}

pinned() {
	find "$pins" -mindepth 1 -maxdepth 1
}

nothing_pinned() {
	pinned
	[ -z "$(pinned)" ]
}

# Execs as fast as they go, until storm_end; that says how many.
storm_begin() {
	rm -f "$work/stop"
	(
		n=0
		while [ ! -e "$work/stop" ]; do
			"$BUILD/tests/storm" flood 200 2 "$noop" >/dev/null || exit 1
			n=$((n + 200))
			echo "$n" >"$work/acts"
		done
	) &
	storm_pid=$!
}

storm_end() {
	: >"$work/stop"
	wait "$storm_pid"
	storm_pid=
	acts=$(cat "$work/acts")
}

# A moment up to $1 tenths of a second long.
a_moment() {
	sleep "$(awk -v seed="$(od -An -N4 -tu4 /dev/urandom)" -v tenths="$1" \
		'BEGIN { srand(seed); print rand() * tenths / 10 }')"
}

# What a storm has to come to, after a clean end.
accounted() {
	check "$1: it ends well" autrail_end
	check "$1: every act is in the log, once" have_execs "$acts"
	check "$1: serials go on, and none is there twice" serials_rise_by_one
	check "$1: every event is whole" whole
	check "$1: the ledger adds up over all of it" ledger_balanced
	check "$1: nothing was lost" test "$(ledger lost)" -eq 0
	check "$1: nor reported to be" test "$(reported)" -eq 0
	check "$1: nothing stays behind" nothing_pinned
	echo "# $1: $acts acts, $(execs) events"
}

echo '-a always,exit -F arch=b64 -S execve -F exe='"$noop"' -k noop' >"$work/rules"
configure
