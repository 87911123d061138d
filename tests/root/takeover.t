#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who takes over from whom: with another configuration, with a wrong one, and in a place that is not its own. What a
# storm makes of that is in pins.t.
set -eu
. "$(dirname "$0")/lib.sh"

begin
. tests/root/pins.sh

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
	check "another log: it ends well" autrail_end
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
	check "SIGHUP: it ends well" autrail_end
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

# Those that a plugin is started with.
plugin_caps() {
	rm -f "$work/caps"
	daemon_begin
	wait_for 10 test -s "$work/caps"
	cat "$work/caps"
}

# A plugin has what it has at any other start, and all that waits.
plugins() {
	command -v setpriv >/dev/null || {
		skip "plugins" "no setpriv"
		return
	}
	rm -rf "$work/log"
	mkdir -p "$work/caps.d"
	cat >"$work/plugin" <<-END
		#!/bin/sh
		grep '^Cap[PE]' /proc/self/status >$work/caps.new
		mv $work/caps.new $work/caps
		exec cat >>$work/plugin.out
	END
	chmod 755 "$work/plugin"
	printf 'active = yes\ndirection = out\npath = %s\ntype = always\nformat = string\n' \
		"$work/plugin" >"$work/caps.d/caps.conf"
	chmod 640 "$work/caps.d/caps.conf"
	# What it is started by hands on no capabilities but its own.
	whole=$AUTRAIL
	printf '#!/bin/sh\nexec setpriv --no-new-privs "%s" "$@"\n' "$whole" >"$work/confined"
	chmod 755 "$work/confined"
	AUTRAIL=$work/confined
	configure "plugin_dir=$work/caps.d" write_logs=no
	check "plugins: the first start" plugin_caps
	cp "$work/caps" "$work/caps.first"
	daemon_kill
	"$BUILD/tests/storm" exec 100 "$noop" >/dev/null
	check "plugins: after a kill, the next one" plugin_caps
	check "plugins: with the same capabilities" diff "$work/caps.first" "$work/caps"
	check "plugins: which are not all" sh -c "! grep -q '000001ffffffffff' '$work/caps'"
	log=$work/plugin.out
	check "plugins: they get what has waited" wait_for 10 have_execs 100
	log=$work/log/audit.log
	check "plugins: it ends well" autrail_end
	AUTRAIL=$whole
	configure
}

# Events in tracefs, for returns of functions, of whoever runs no more.
returns() {
	grep 'autrail/return_' "$work/tracing/kprobe_events" || :
}

no_returns_of() { # PID
	returns
	! returns | grep -q "return_$1_"
}

leftovers() {
	rm -rf "$work/log"
	mkdir -p "$work/tracing"
	mount -t tracefs none "$work/tracing" 2>/dev/null || :
	if [ ! -e "$work/tracing/kprobe_events" ]; then
		skip "leftovers of kprobes" "this kernel has no kprobe_events"
		return
	fi
	configure hooks=kprobe
	check "kprobes: it starts" daemon_begin
	echo "# $(returns | wc -l) events in tracefs"
	first=$autrail_pid
	daemon_kill
	configure hooks=kprobe ring_size=16M
	check "replaced: by another one with kprobes" daemon_begin
	check "replaced: no event in tracefs is left of the one before" no_returns_of "$first"
	first=$autrail_pid
	daemon_kill
	check "ctl detach: what is kept is removed" exits_with 0 "$AUTRAIL" ctl detach -c "$conf"
	check "ctl detach: and no event in tracefs is left" no_returns_of "$first"
	umount "$work/tracing" 2>/dev/null || :
	configure
}

# As ctl detach does, which takes away what there is, and the directory.
while_detached() {
	command -v python3 >/dev/null || {
		skip "while ctl detach is at work" "no python3"
		return
	}
	configure
	daemon_begin
	autrail_end
	python3 - "$pins" /run/autrail/*"${work##*/}-bpf-autrail-"*.pins.lock <<-END &
		import fcntl, os, sys, time
		lock = open(sys.argv[2], "r+")
		fcntl.lockf(lock, fcntl.LOCK_EX)
		open("$work/locked", "w").close()
		time.sleep(3)
		os.rmdir(sys.argv[1])
	END
	detaching=$!
	wait_for 10 test -e "$work/locked"
	check "while ctl detach is at work: it starts" daemon_begin
	check "while ctl detach is at work: that is not told to end" wait "$detaching"
	check "while ctl detach is at work: what is kept has its place" told "kept in $pins/[0-9]*"
	check "while ctl detach is at work: it ends well" autrail_end
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

for part in ${PARTS:-mistakes moved other_log typing plugins leftovers while_detached not_ours}; do
	"$part"
done
finish
