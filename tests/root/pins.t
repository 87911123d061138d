#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A daemon that is killed, taken over or replaced loses nothing and doubles nothing: acts done are events in the
# log, or the loss is counted to the last one. ROUNDS= is how often in a storm; 20 take three minutes.
set -eu
. "$(dirname "$0")/lib.sh"

begin
rounds=${ROUNDS:-2}
. tests/root/pins.sh

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

# More waits than is read at a time: who hands over may be the last one that can read it.
hands_over() {
	rm -rf "$work/log"
	configure
	daemon_begin
	kill -STOP "$autrail_pid"
	"$BUILD/tests/storm" exec 6000 "$noop" >/dev/null
	kill -QUIT "$autrail_pid"
	kill -CONT "$autrail_pid"
	check "handed over: it ends well" wait "$autrail_pid"
	check "handed over: all that waited is in the log" have_execs 6000
	daemon_begin
	acts=6000
	accounted "handed over"
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

plugin_has() {
	echo "$(grep -c '^type=SYSCALL .*exe="[^"]*/noop-'$$'"' "$work/plugin.out") execs of $1 at the plugin"
	[ "$(grep -c '^type=SYSCALL .*exe="[^"]*/noop-'$$'"' "$work/plugin.out")" -eq "$1" ]
}

# Then nothing but what is kept with the ring says how far the one before came.
no_log() {
	rm -rf "$work/log"
	mkdir "$work/plugins.d"
	printf '#!/bin/sh\nexec cat >>"%s"\n' "$work/plugin.out" >"$work/plugin"
	chmod 750 "$work/plugin"
	printf 'active = yes\npath = %s\n' "$work/plugin" >"$work/plugins.d/a.conf"
	chmod 640 "$work/plugins.d/a.conf"
	configure write_logs=no "plugin_dir=$work/plugins.d"
	daemon_begin
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	check "no log: the plugin has all" wait_for 10 plugin_has 100
	old=$autrail_pid
	configure write_logs=no "plugin_dir=$work/plugins.d" ring_size=16M
	check "no log: another size: the next one starts" daemon_begin
	wait "$old" || :
	check "no log: it is replaced" told 'it is replaced'
	check "no log: its ledger adds up" sh -c "! grep 'does not add up' '$autrail_err'"
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	check "no log: the plugin has each once" wait_for 10 plugin_has 200
	check "no log: it ends well" autrail_end
	check "no log: the ledger adds up" ledger_balanced
}

# Others may lose some more at any time: a report begins behind the one before it.
reported_once() {
	grep 'op=lost-events kind=exec cause=ring-full' "$log" | tee "$work/reports"
	sed 's/.* first=\([0-9.]*\) last=\([0-9.]*\) .*/\1 \2/' "$work/reports" |
		awk '$1 < last { wrong++ } { last = $2 } END { exit wrong || !NR ? 1 : 0 }'
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
	check "small ring: what is reported is not reported again" reported_once
	check "small ring: it ends well" autrail_end
	check "small ring: the ledger adds up" ledger_balanced
	check "small ring: and knows of no more" test "$(ledger lost)" -eq "$(reported)"
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

# configure_small [KEY=VALUE...]: the log is on a disk that can be filled.
configure_small() {
	rm -rf "$work/small/log"
	log=$work/small/log/audit.log
	configure disk_full_action=IGNORE space_left_action=IGNORE admin_space_left_action=IGNORE \
		disk_error_action=IGNORE "$@"
}

# Until there is no room for one byte.
fill() {
	! cat /dev/zero >"$work/small/filler" 2>/dev/null
}

held_from_the_start() {
	configure_small
	mkdir -m 700 "$work/small/log"
	: >"$log"
	chmod 600 "$log"
	fill
	check "full from the start: it starts" daemon_begin
	"$BUILD/tests/storm" exec 300 "$noop" >/dev/null
	sleep 0.5
	check "full from the start: nothing is in the log" test ! -s "$log"
	daemon_kill
	rm "$work/small/filler"
	check "full from the start: the next one starts" daemon_begin
	acts=300
	wait_for 10 have_execs 300 || :
	accounted "full from the start, killed with events in memory"
}

loss_held() {
	configure_small ring_size=64K
	daemon_begin
	fill
	kill -STOP "$autrail_pid"
	"$BUILD/tests/storm" exec 1000 "$noop" >/dev/null
	kill -CONT "$autrail_pid"
	check "loss while the disk is full: it is noticed" wait_for 10 told 'events lost: '
	daemon_kill
	check "loss while the disk is full: it is not in the log" test "$(reported)" -eq 0
	rm "$work/small/filler"
	daemon_begin
	wait_for 10 logged DAEMON_ERR 'op=lost-events' || :
	lost=$(reported)
	echo "# loss while the disk is full: $(execs) of 1000 in the log, $lost lost"
	check "loss while the disk is full: the next one reports it" test "$lost" -gt 0
	check "loss while the disk is full: the log has or counts each" test $(($(execs) + lost)) -ge 1000
	check "loss while the disk is full: it ends well" autrail_end
	check "loss while the disk is full: the ledger adds up" ledger_balanced
	check "loss while the disk is full: and knows of no more" test "$(ledger lost)" -eq "$lost"
}

full_disk() {
	rm -rf "$work/log"
	mkdir "$work/small"
	mount -t tmpfs -o size=1m,mode=0700 small "$work/small"
	whole_log=$log
	configure_small
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
	held_from_the_start
	loss_held
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
	rm -rf "$work/log"
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

# Descriptors of programs that the daemon has; of a kernel that tells by them how often one was left out.
programs() {
	cat "/proc/$autrail_pid/fdinfo/"* 2>/dev/null | grep -c '^recursion_misses' || :
}

# As the unit has it: without CAP_SYS_ADMIN a program is to be had only where it is pinned.
unit_caps() {
	rm -rf "$work/log"
	configure
	unbound=$AUTRAIL
	printf '#!/bin/sh\nexec setpriv --bounding-set -sys_admin "%s" "$@"\n' "$AUTRAIL" >"$work/bound"
	chmod +x "$work/bound"
	AUTRAIL=$work/bound
	check "without CAP_SYS_ADMIN: it starts" daemon_begin
	first=$(programs)
	daemon_kill
	check "without CAP_SYS_ADMIN: the next one starts" daemon_begin
	check "without CAP_SYS_ADMIN: it goes on" told 'going on with the kernel side'
	if [ "$first" -gt 0 ]; then
		check "without CAP_SYS_ADMIN: it has all programs" test "$(programs)" -ge "$first"
	else
		skip "without CAP_SYS_ADMIN: it has all programs" "this kernel does not tell of them"
	fi
	check "without CAP_SYS_ADMIN: it ends well" autrail_end
	check "without CAP_SYS_ADMIN: nothing stays behind" nothing_pinned
	AUTRAIL=$unbound
}

# The one that tells of execs, with their ELF interpreter or without.
exec_hook() {
	find "$(pinned)" -name 'hook_*_atr_exec' -o -name 'hook_*_atr_exec_ld'
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
	rm "$(exec_hook)"
	check "without a hook: the next one starts" daemon_begin
	check "without a hook: it says so" told 'has lost some of its hooks: it is replaced'
	"$BUILD/tests/storm" exec 20 "$noop" >/dev/null
	check "without a hook: the next one has it" wait_for 10 have_execs 20
	daemon_kill
	mv "$(exec_hook)" "$(pinned)/hook_moved_atr_exec"
	check "a hook that is not known: the next one starts" daemon_begin
	check "a hook that is not known: it says so" told 'a hook of it is missing; it is replaced'
	"$BUILD/tests/storm" exec 20 "$noop" >/dev/null
	wait_for 10 have_execs 40 || :
	sleep 0.5
	check "a hook that is not known: it is not live beside ours" have_execs 40
	check "it ends well" autrail_end
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

for part in ${PARTS:-one_by_one kills takeovers hands_over any_moment replaced no_log small_ring pieces full_disk several unit_caps leftovers no_place}; do
	"$part"
done
finish
