#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A daemon that is killed, taken over or replaced loses nothing and doubles nothing: acts done are events in the
# log, or the loss is counted to the last one. ROUNDS= is how often in a storm; 20 take three minutes.
set -eu
. "$(dirname "$0")/lib.sh"

begin
rounds=${ROUNDS:-2}
conf=$work/autrail.conf
log=$work/log/audit.log
pins=$work/bpf/autrail
noop=$BUILD/tests/noop
autrail_err=$work/autrail.err

test_cleanup() {
	# shellcheck disable=SC2086 # several
	[ -z "${storm_pid:-}${typists:-}" ] || kill ${storm_pid:-} ${typists:-} 2>/dev/null
	umount -l "$work/small" 2>/dev/null
	umount -l "$work/bpf" 2>/dev/null
	rm -f /run/autrail/*"${work##*/}"* /run/autrail/sys-fs-bpf-autrail-test-$$-*
}

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

told() {
	cat "$autrail_err"
	grep -q "$1" "$autrail_err"
}

logged() { # TYPE PATTERN
	grep "^type=$1 " "$log" | tail -n 3
	grep "^type=$1 " "$log" | grep -q "$2"
}

execs() {
	cat "$log"* 2>/dev/null | grep -c '^type=SYSCALL .*exe="[^"]*/noop"' || :
}

have_execs() {
	echo "$(execs) execs in the log"
	[ "$(execs)" -eq "$1" ]
}

exits_with() { # CODE COMMAND...
	exits=$1
	shift
	status=0
	"$@" >"$work/out" 2>&1 || status=$?
	cat "$work/out"
	[ "$status" -eq "$exits" ]
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

# Each kind's row: what was there before the daemon is none of its own.
adds_up() {
	"$AUTRAIL" status --socket "$work/control" >"$work/status" || return 1
	sed -n '/^ledger/,/^[^ ]/p' "$work/status"
	awk '/^ledger/ { rows = 1; next }
		rows && !/^  / { exit }
		rows && $1 != "lost" && $(NF - 4) != $(NF - 3) + $(NF - 2) + $(NF - 1) + $NF { bad = 1 }
		rows && $1 == "exec" && $(NF - 3) >= '"$1"' { some = 1 }
		END { exit bad || !some }' "$work/status"
}

one_by_one() {
	check "it starts" daemon_begin
	check "and says where it is kept" told "^autrail: ready: .* kept in $pins/[0-9]*"
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	check "100 execs" wait_for 10 have_execs 100
	daemon_kill
	"$BUILD/tests/storm" exec 200 "$noop" >/dev/null
	check "killed: nobody writes" have_execs 100
	check "killed: the next one starts" daemon_begin
	check "killed: it goes on with what is there" told 'going on with the kernel side'
	check "killed: with all that came meanwhile" have_execs 300
	check "killed: that is a record" logged DAEMON_CONFIG 'op=take-over kernel-side=same events=[0-9]* lost=0 .*res=success'
	old=$autrail_pid
	check "over a running one: the next one starts" daemon_begin
	check "over a running one: the first one ends well" wait "$old"
	check "over a running one: that is a record" logged DAEMON_END 'op=hand-over .*res=success'
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	acts=400
	wait_for 10 have_execs 400 || :
	check "over a running one: the ledger of its status adds up" wait_for 20 adds_up 100
	accounted "one by one"
}

# In a storm.
kills() {
	rm -rf "$work/log"
	configure
	daemon_begin
	storm_begin
	for round in $(seq "$rounds"); do
		a_moment 8
		daemon_kill
		a_moment "$((rounds > 3 ? 20 : 10))"
		daemon_begin || ok 1 "kill $round: the next one starts" "$autrail_err"
	done
	storm_end
	accounted "$rounds kills"
}

takeovers() {
	rm -rf "$work/log"
	configure
	daemon_begin
	storm_begin
	for round in $(seq "$rounds"); do
		a_moment 8
		old=$autrail_pid
		daemon_begin || ok 1 "takeover $round: the next one starts" "$autrail_err"
		wait "$old" || ok 1 "takeover $round: the old one ends well"
	done
	storm_end
	accounted "$rounds takeovers"
}

# Killed whenever it is, also while it starts.
any_moment() {
	rm -rf "$work/log"
	configure
	daemon_begin
	storm_begin
	for round in $(seq "$rounds"); do
		a_moment 12
		daemon_kill
		"$AUTRAIL" daemon -c "$conf" </dev/null 2>>"$work/any.err" &
		autrail_pid=$!
	done
	a_moment 5
	daemon_kill
	daemon_begin
	storm_end
	accounted "$rounds kills at any moment"
}

# Another size is another kernel side, as another build is.
replaced() {
	rm -rf "$work/log"
	configure
	daemon_begin
	storm_begin
	for round in $(seq "$rounds"); do
		a_moment 5
		old=$autrail_pid
		configure "ring_size=$((16 << round % 2 * 2))M"
		[ $((round % 2)) -eq 1 ] || daemon_kill
		daemon_begin || ok 1 "replaced $round: the next one starts" "$autrail_err"
		[ -z "$old" ] || wait "$old" 2>/dev/null || :
	done
	check "replaced: it says so" told 'by another build of autrail, or with other options: it is replaced'
	check "replaced: that is a record" logged DAEMON_CONFIG 'op=take-over kernel-side=replaced events=[0-9]* lost=0'
	check "replaced: one is there" test "$(pinned | wc -l)" -eq 1
	storm_end
	accounted "$rounds replaced"
}

small_ring() {
	rm -rf "$work/log"
	configure ring_size=64K
	daemon_begin
	daemon_kill
	"$BUILD/tests/storm" exec 1000 "$noop" >/dev/null
	daemon_begin
	lost=$(reported)
	echo "# small ring: $(execs) of 1000 in the log, $lost lost"
	check "small ring: some were lost" test "$lost" -gt 0
	check "small ring: the log has or counts each of them" test $(($(execs) + lost)) -ge 1000
	daemon_kill
	daemon_begin
	check "small ring: what is reported is not reported again" test "$(reported)" -eq "$lost"
	check "small ring: it ends well" autrail_end
	check "small ring: the ledger adds up" ledger_balanced
	check "small ring: and knows of no more" test "$(ledger lost)" -eq "$lost"
}

pieces() {
	rm -rf "$work/log"
	configure ring_size=64M
	daemon_begin
	long=$(head -c 100000 /dev/zero | tr '\0' x)
	(
		for _ in $(seq 120); do
			"$noop" "$long"
		done
	) &
	long_pid=$!
	for _ in 1 2 3; do
		a_moment 3
		daemon_kill
		daemon_begin
	done
	wait "$long_pid"
	acts=120
	wait_for 10 have_execs 120 || :
	accounted "in pieces"
	check "in pieces: with all of the arguments" test "$(grep -c '^type=EXECVE .* a1_len=200000' "$log")" -eq 120
}

full_disk() {
	rm -rf "$work/log"
	mkdir "$work/small"
	mount -t tmpfs -o size=1m,mode=0700 small "$work/small"
	whole_log=$log
	log=$work/small/log/audit.log
	configure disk_full_action=IGNORE space_left_action=IGNORE admin_space_left_action=IGNORE \
		disk_error_action=IGNORE
	daemon_begin
	head -c 900k /dev/zero >"$work/small/filler"
	"$BUILD/tests/storm" exec 500 "$noop" >/dev/null
	wait_for 10 told 'cannot be written\|No space' || :
	sleep 0.5
	check "full disk: not all is in the log" test "$(execs)" -lt 500
	daemon_kill
	rm "$work/small/filler"
	check "full disk: the next one starts" daemon_begin
	acts=500
	wait_for 10 have_execs 500 || :
	accounted "full disk, killed with events in memory"
	umount "$work/small"
	log=$whole_log
}

# Of the three that are at it.
one_is_left() {
	set --
	for pid in "$old" "$second" "$third"; do
		! kill -0 "$pid" 2>/dev/null || set -- "$@" "$pid"
	done
	[ $# -eq 1 ] && autrail_pid=$1
}

several() {
	configure
	daemon_begin
	storm_begin
	a_moment 3
	old=$autrail_pid
	"$AUTRAIL" daemon -c "$conf" </dev/null 2>"$work/second.err" &
	second=$!
	"$AUTRAIL" daemon -c "$conf" </dev/null 2>"$work/third.err" &
	third=$!
	check "several at once: one is left" wait_for 30 one_is_left
	if [ "$autrail_pid" = "$second" ]; then
		autrail_err=$work/second.err
	else
		autrail_err=$work/third.err
	fi
	check "several at once: it is ready" wait_for 30 autrail_ready
	storm_end
	accounted "several at once"
	autrail_err=$work/autrail.err
}

# Not even one that has ended and was not waited for.
runs() {
	grep -q '^State:	[^Z]' "/proc/$autrail_pid/status"
}

# stays NAME CODE CONFIG...: who cannot run with that configuration leaves the one that runs alone.
stays() {
	stays_name=$1
	code=$2
	shift 2
	configure "$@"
	check "$stays_name: it does not start" exits_with "$code" timeout 60 "$AUTRAIL" daemon -c "$conf"
	check "$stays_name: it has asked nobody to end" sh -c "! grep 'taking over' '$work/out'"
	sleep 0.2
	check "$stays_name: the one that runs goes on" runs
}

mistakes() {
	rm -rf "$work/log"
	mkdir -p "$work/plugins.d"
	configure
	daemon_begin
	stays "a log_group that is not there" 1 log_group=nobody-has-this
	stays "no log and no plugin" 3 write_logs=no "plugin_dir=$work/plugins.d"
	check "mistakes: it ends well" autrail_end
	configure
	# Without the capability for it.
	if command -v setpriv >/dev/null; then
		daemon_begin
		configure kernel_audit=yes
		check "kernel audit is not to be read: it does not start" exits_with 5 timeout 60 \
			setpriv --bounding-set=-audit_read "$AUTRAIL" daemon -c "$conf"
		sleep 0.2
		check "kernel audit is not to be read: the one that runs goes on" runs
		check "kernel audit is not to be read: it ends well" autrail_end
	else
		skip "kernel audit is not to be read" "no setpriv"
	fi
	configure
}

# The configuration says another place: what is in the one before is told, and taken away.
moved() {
	rm -rf "$work/log"
	first=$pins
	configure
	daemon_begin
	old=$autrail_pid
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	pins=$work/bpf/other
	configure
	check "another pin_dir: the next one starts" daemon_begin
	check "another pin_dir: the first one ends well" wait "$old"
	check "another pin_dir: it is kept there" told "kept in $pins/[0-9]*"
	check "another pin_dir: where it was nothing is left" test ! -e "$first"
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	wait_for 10 have_execs 200 || :
	daemon_kill
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	configure pin=no
	check "killed, then pin = no: the next one starts" daemon_begin
	check "killed, then pin = no: what it has kept is told" wait_for 10 have_execs 300
	check "killed, then pin = no: and is gone" test ! -e "$pins"
	old=$autrail_pid
	pins=$first
	configure
	check "pin = yes again: the next one starts" daemon_begin
	check "pin = yes again: the first one ends well" wait "$old"
	daemon_kill
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	acts=400
	pins=$work/bpf/other
	configure
	# Until it is ready nothing is removed: killed, it leaves two to be looked for.
	"$AUTRAIL" daemon -c "$conf" </dev/null 2>"$work/any.err" &
	autrail_pid=$!
	a_moment 10
	daemon_kill
	configure pin=no
	daemon_begin
	check "killed while it moves: all is told" wait_for 10 have_execs 400
	accounted "moved"
	check "nor in the other one" test ! -e "$first"
	pins=$first
}

# As above, by SIGHUP and by a start.
other_log() {
	rm -rf "$work/log"
	configure
	daemon_begin
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	check "the first log has its own" wait_for 10 have_execs 100
	first=$log
	log=$work/log/second.log
	configure
	old=$autrail_pid
	check "another log: the next one starts" daemon_begin
	check "another log: the first one ends well" wait "$old"
	"$BUILD/tests/storm" exec 50 "$noop" >/dev/null
	check "another log: it has what came then, and no more" wait_for 10 have_execs 50
	log=$work/log/third.log
	configure pin=no
	daemon_begin
	old=$autrail_pid
	log=$work/log/fourth.log
	configure pin=no
	kill -HUP "$autrail_pid"
	check "SIGHUP: another log" wait_for 10 test -e "$log"
	check "SIGHUP: whoever is started for that log takes over" daemon_begin
	check "SIGHUP: from who has it" wait "$old"
	old=$autrail_pid
	log=$first
	configure pin=no
	check "SIGHUP: the one before is free" daemon_begin
	kill -TERM "$old"
	wait "$old"
	old=$autrail_pid
	log=$work/log/fourth.log
	configure pin=no
	check "SIGHUP: and a log of its own again" daemon_begin
	log=$first
	configure pin=no
	kill -HUP "$autrail_pid"
	check "SIGHUP: a log of another daemon's is refused" wait_for 10 told \
		"$log is the log of another daemon, process $old"
	kill -TERM "$old"
	wait "$old"
	check "another log: it ends well" autrail_end
}

# typist UID FD: who types what comes to the descriptor, a line a program, in a session of that login uid.
typist() {
	mkfifo "$work/keys.$1"
	sh -c 'echo '"$1"' >/proc/self/loginuid && exec script -qc "
		while head -n 1 >/dev/null; do :; done" /dev/null' <"$work/keys.$1" >"$work/screen.$1" 2>&1 9>&- &
	typists="${typists:-} $!"
	eval "exec $2>\"$work/keys.$1\""
}

hex() {
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | tr '[:lower:]' '[:upper:]'
}

typed() {
	grep -a '^type=TTY' "$log" | tail -n 3
	grep -a '^type=TTY' "$log" | grep -q "$(hex "$1")"
}

# With other words, people are recorded as these say, also by a kernel side that goes on.
typing() {
	if ! command -v script >/dev/null; then
		skip "typing" "no script"
		return
	fi
	rm -rf "$work/log"
	configure tty_audit=enable=:4242
	typist 4242 5
	typist 4343 6
	check "typing: it starts" daemon_begin
	echo ann-at-first >&5
	check "typing: who is named is recorded" wait_for 10 typed ann-at-first
	check "typing: the next one starts" daemon_begin
	check "typing: it goes on with what is there" told 'going on with the kernel side'
	check "typing: and says nothing of words" sh -c "! grep 'tty_audit is not' '$autrail_err'"
	echo ann-then >&5
	check "typing: with the same words she still is" wait_for 10 typed ann-then
	configure tty_audit=enable=:4343
	check "typing: with other words the next one starts" daemon_begin
	check "typing: it goes on with what is there" told 'going on with the kernel side'
	check "typing: it says that they have changed" told 'tty_audit is not what it was'
	echo ann-not-any-more >&5
	sleep 0.5
	echo bob-now >&6
	check "typing: who is named now is recorded" wait_for 10 typed bob-now
	check "typing: who is not named any more is not" sh -c "! grep -a '^type=TTY.*$(hex ann-not)' '$log'"
	# By SIGHUP for sessions that begin then: these are those of neither alone.
	configure tty_audit=enable=:4242
	kill -HUP "$autrail_pid"
	wait_for 10 logged DAEMON_CONFIG 'op=reconfigure state=changed'
	daemon_kill
	daemon_begin
	echo bob-not-any-more >&6
	sleep 0.5
	echo ann-again >&5
	check "typing: and after SIGHUP and a kill" wait_for 10 typed ann-again
	check "typing: it is the words that count" sh -c "! grep -a '^type=TTY.*$(hex bob-not)' '$log'"
	check "typing: it ends well" autrail_end
	exec 5>&- 6>&-
	configure
}

leftovers() {
	rm -rf "$work/log"
	configure
	daemon_begin
	check "ctl detach is not for one that runs" exits_with 1 "$AUTRAIL" ctl detach -c "$conf"
	check "and says which it is" grep -q "a daemon runs .* process $autrail_pid" "$work/out"
	daemon_kill
	"$BUILD/tests/storm" exec 20 "$noop" >/dev/null
	check "leftovers are there" test -n "$(pinned)"
	check "ctl detach" exits_with 0 "$AUTRAIL" ctl detach -c "$conf"
	check "it tells what it gives up" grep -q 'removed; \([2-9][0-9]\|[0-9]\{3,\}\) events' "$work/out"
	check "nothing is left" test ! -e "$pins"
	check "once more" exits_with 0 "$AUTRAIL" ctl detach -c "$conf"
	check "other words are wrong" exits_with 2 "$AUTRAIL" ctl detach now

	daemon_begin
	daemon_kill
	"$BUILD/tests/storm" exec 20 "$noop" >/dev/null
	check "another version is there" "$BUILD/tests/keptabi" "$(pinned)/map_atr_kept"
	check "another version: the next one starts" daemon_begin
	check "another version: it says so" told 'by another version of autrail, whose events are not to be read'
	check "another version: what it had is counted" wait_for 10 logged DAEMON_ERR \
		'op=lost-events kind=unknown cause=kept-by-another-version lost=\([2-9][0-9]\|[0-9]\{3,\}\) '
	check "another version: it is gone" test "$(pinned | wc -l)" -eq 1
	check "another version: serials go on" serials_rise_by_one
	daemon_kill
	rm "$(pinned)/hook_"*_atr_exec
	check "without a hook: the next one starts" daemon_begin
	check "without a hook: it says so" told 'has lost some of its hooks: it is replaced'
	"$BUILD/tests/storm" exec 20 "$noop" >/dev/null
	check "without a hook: the next one has it" wait_for 10 have_execs 20
	check "it ends well" autrail_end
}

# What is anybody else's stays.
not_ours() {
	first=$pins
	mkdir -p "$work/plain/1"
	echo kept >"$work/plain/1/map_atr_kept"
	echo kept >"$work/plain/1/file"
	pins=$work/plain
	configure
	check "ctl detach: not in another file system" exits_with 1 "$AUTRAIL" ctl detach -c "$conf"
	check "ctl detach: that is said" grep -q "$pins: is not in a file system of type bpf.*nothing is removed" "$work/out"
	check "ctl detach: all is there" test -e "$work/plain/1/file" -a -e "$work/plain/1/map_atr_kept"

	mkdir "$work/bpf/7"
	pins=$work/bpf
	configure
	check "ctl detach: not in all of the file system" exits_with 1 "$AUTRAIL" ctl detach -c "$conf"
	check "all of the file system: a daemon starts" daemon_begin
	check "all of the file system: but does not use it" told 'must be a directory of its own in that file system'
	check "all of the file system: what is there is not its" test -d "$work/bpf/7"
	autrail_end || :

	mkdir -m 777 "$work/bpf/open-too"
	ln -s "$work/plain/1" "$work/bpf/open-too/1"
	pins=$work/bpf/open-too
	configure
	check "ctl detach: not where others may write" exits_with 1 "$AUTRAIL" ctl detach -c "$conf"
	check "ctl detach: all is there still" test -e "$work/plain/1/map_atr_kept" -a -L "$pins/1"

	pins=$work/bpf/own
	mkdir -m 700 "$pins" "$pins/02"
	ln -s "$work/plain/1" "$pins/1"
	configure
	check "ctl detach: in a directory of ours" exits_with 0 "$AUTRAIL" ctl detach -c "$conf"
	check "ctl detach: no link is followed" test -e "$work/plain/1/map_atr_kept"
	check "a daemon in a directory of ours" daemon_begin
	check "follows none either" test -e "$work/plain/1/map_atr_kept"
	check "and leaves what has not its names" test -d "$pins/02"
	configure pin=no
	check "ctl detach: not while it runs, whatever pin says" exits_with 1 "$AUTRAIL" ctl detach -c "$conf"
	check "ctl detach: it says who runs" grep -q "a daemon runs .* process $autrail_pid" "$work/out"
	check "it ends well" autrail_end
	pins=$first
}

no_place() {
	pins=$work/nowhere
	configure
	check "no bpf file system: it starts" daemon_begin
	check "no bpf file system: it says what follows" told 'is not in a file system of type bpf.*the kernel side ends with this daemon'
	check "no bpf file system: nothing is made there" test ! -e "$pins"
	check "no bpf file system: it ends well" autrail_end
	mkdir -m 777 "$work/bpf/open"
	pins=$work/bpf/open
	configure
	check "a directory of everybody's: it starts" daemon_begin
	check "a directory of everybody's: it is not used" told 'nobody else may write to it'
	check "a directory of everybody's: it ends well" autrail_end
	pins=/sys/fs/bpf/autrail-test-$$
	configure
	cat >"$work/mounts.sh" <<-END
		while umount /sys/fs/bpf 2>/dev/null; do :; done
		"$AUTRAIL" daemon -c "$conf" </dev/null 2>"$autrail_err" &
		pid=\$!
		for i in \$(seq 600); do
			! grep -q '^autrail: ready' "$autrail_err" || break
			sleep 0.1
		done
		stat -f -c %T /sys/fs/bpf
		kill \$pid
		wait \$pid
	END
	check "/sys/fs/bpf is mounted where it is not" sh -c "unshare -m sh '$work/mounts.sh' | grep -q bpf"
	check "and used" told "kept in $pins"
	configure pin=no
	check "pin = no: it starts" daemon_begin
	check "pin = no: nothing is kept" sh -c "! grep -q 'kept in' '$autrail_err'"
	check "pin = no: it ends well" autrail_end
}

for part in ${PARTS:-one_by_one kills takeovers any_moment replaced small_ring pieces full_disk several mistakes moved other_log typing leftovers not_ours no_place}; do
	"$part"
done
finish
