#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Plugins of the daemon: what they are given, what becomes of those that are slow, stuck, or die, of files
# that nobody should trust, of SIGHUP; and the socket that is built in. No record is to be lost uncounted.
set -eu
. "$(dirname "$0")/lib.sh"
. tests/root/said.sh

begin
plugin=$BUILD/tests/plugin
conf=$work/autrail.conf
log=$work/log/audit.log
dir=$work/plugins.d
autrail_err=$work/autrail.err
noop=$BUILD/tests/noop
mkdir "$dir"
echo "-a always,exit -F arch=b64 -S execve -F exe=$noop -k noop" >"$work/rules"

# configure KEY=VALUE...: a configuration for the work directory, and these.
configure() {
	{
		echo "log_file = $log"
		echo "log_format = RAW"
		echo "flush = NONE"
		echo "space_left = 2"
		echo "admin_space_left = 1"
		echo "plugin_dir = $dir"
		echo "logins = no"
		echo "control_socket = $work/control"
		echo "pin = no"
		echo "rules = $work/rules"
		for line; do
			echo "${line%%=*} = ${line#*=}"
		done
	} >"$conf"
}

# plugin_file NAME WORD...: the test's own plugin, with these arguments.
plugin_file() {
	name=$1
	shift
	printf 'active = yes\npath = %s\nargs = %s\n' "$plugin" "$*" >"$dir/$name.conf"
}

execs() {
	"$BUILD/tests/storm" exec "$1" "$noop" >/dev/null
}

# told_times N PATTERN: so often it was told.
told_times() {
	cat "$autrail_err"
	[ "$(grep -c "$2" "$autrail_err")" -eq "$1" ]
}

# records FILE: those of the acts, EOE left out.
records() {
	grep -v '^type=EOE ' "$1"
}

has() { # FILE TYPE COUNT
	grep -c "^type=$2 " "$1"
	[ "$(grep -c "^type=$2 " "$1")" -eq "$3" ]
}

is_log() { # FILE: it has what the log has
	records "$1" >"$work/records"
	cmp "$work/records" "$log"
}

# account PLUGIN NUMBER: "seen", "written" or "dropped" of the last account that was told.
account() {
	sed -n "s/^autrail: plugin $1.conf: .*\<\($2\) \([0-9]*\).*/\2/p" "$autrail_err" | tail -n 1
}

adds_up() { # PLUGIN
	grep "plugin $1.conf: seen" "$autrail_err"
	[ "$(account "$1" seen)" -eq "$(($(account "$1" written) + $(account "$1" dropped)))" ]
}

# lost PLUGIN [FILE]: the sum of what records tell.
lost() {
	grep "op=plugin-lost plugin=\"$1.conf\"" "${2:-$log}" |
		sed 's/.* lost=\([0-9]*\) .*/\1/' | awk '{ n += $1 } END { print n + 0 }'
}

plugin_pid() { # PLUGIN
	sed -n "s/^autrail: plugin $1.conf: .* runs, pid \([0-9]*\)\$/\1/p" "$autrail_err" | tail -n 1
}

# daemon_cpu: of its own, in ticks
daemon_cpu() {
	awk '{ print $14 + $15 }' "/proc/$autrail_pid/stat"
}

ended() {
	ended_status=0
	autrail_end || ended_status=$?
	cat "$autrail_err"
	return "$ended_status"
}

no_children() {
	pgrep -P "$autrail_pid" >"$work/children" || return 0
	ps -o pid,stat,args -p "$(tr '\n' ',' <"$work/children")0"
	return 1
}

clean() {
	rm -rf "$dir" "$work/log" "$work"/out.*
	mkdir "$dir"
}

# --- what they are given ------------------------------------------------------------------------

# But for the two that are glibc's own, which it has ignored in all that it spawns.
no_signals() {
	grep ^Sig "$1"
	[ "$(grep -cE '^Sig...:.0*(180000000)?$' "$1")" -eq 2 ]
}

given() {
	configure
	plugin_file a tell "$work/out.a"
	plugin_file b copy "$work/out.b"
	echo 'format = binary' >>"$dir/b.conf"
	printf 'active = no\npath = %s\nargs = copy %s\n' "$plugin" "$work/out.c" >"$dir/c.conf"
	cp "$dir/a.conf" "$dir/a.conf.bak"
	cp "$dir/a.conf" "$dir/.a"
	cp "$dir/a.conf" "$dir/a~"
	HOME=/nowhere SECRET=1 daemon_begin || ok 1 "given: it starts" "$autrail_err"
	execs 50
	pid_a=$(plugin_pid a)
	check "given: it is a child of the daemon" grep -q "^PPid:.$autrail_pid\$" "/proc/$pid_a/status"
	check "given: it ends well" ended
	check "given: string: what is in the log" is_log "$work/out.a"
	check "given: and an EOE for each exec" \
		test "$(grep -c '^type=EOE msg=audit([0-9.]*:[0-9]*): $' "$work/out.a")" -eq 50
	check "given: a frame for each record" test "$(stat -c %s "$work/out.b")" -eq \
		"$(($(wc -l <"$work/out.a") * (16 + 8970)))"
	printf 'arg %s\narg tell\narg %s\n' "$plugin" "$work/out.a" >"$work/want"
	printf 'fd 0 socket\nfd 1 /dev/null\nfd 2 %s\n' "$autrail_err" >>"$work/want"
	sort -o "$work/want" "$work/want"
	grep -v '^Sig' "$work/out.a.tell" | sort >"$work/got"
	check "given: its arguments, three descriptors and no environment" diff "$work/want" "$work/got"
	check "given: no signal is blocked or ignored" no_signals "$work/out.a.tell"
	check "given: one that is not active is not started, nor a copy" test ! -e "$work/out.c"
	check "given: nor is any started twice" told_times 2 ' runs, pid '
	check "given: the account of it" adds_up a
	check "given: nothing is dropped" test "$(account a dropped)" -eq 0
	check "given: no process is left" test ! -e "/proc/$pid_a"
	clean
}

# --- without a log ------------------------------------------------------------------------------

without_log() {
	configure write_logs=no
	status=0
	"$AUTRAIL" daemon -c "$conf" 2>"$autrail_err" || status=$?
	check "no log: and no plugin is a mistake" test "$status" -eq 3
	plugin_file a copy "$work/out.a"
	check "no log: with one it starts" daemon_begin
	execs 50
	check "no log: it ends well" ended
	check "no log: there is none" test ! -e "$log"
	check "no log: the plugin has all" test "$(grep -c '^type=EOE' "$work/out.a")" -eq 50
	check "no log: nothing is lost" test "$(ledger lost)" -eq 0
	clean
	plugin_file a die "$work/out.a" 0
	configure write_logs=no max_restarts=0
	check "no log: with one that ends" daemon_begin
	wait_for 10 told 'is left out until SIGHUP'
	execs 50
	check "no log: it ends well as well" ended
	check "no log: what nobody takes is lost" test "$(ledger lost)" -ge 50
	check "no log: the ledger adds up" ledger_balanced
	clean
}

# --- stuck and slow -----------------------------------------------------------------------------

status_shows() { # PLUGIN
	sed -n '/^plugins/,/^$/p' "$work/status"
	grep -Eq "^  $1.conf: records [1-9][0-9]*, written 0, dropped [1-9][0-9]*, waiting [1-9][0-9]*, starts 1$" \
		"$work/status"
}

stuck() {
	# So much that one who reads is never so late, and one who does not has drops.
	configure q_depth=20000
	plugin_file a stuck
	plugin_file b copy "$work/out.b"
	daemon_begin || ok 1 "stuck: it starts" "$autrail_err"
	execs 4000
	"$AUTRAIL" status -s "$work/control" >"$work/status" 2>&1 || :
	"$AUTRAIL" status -s "$work/control" --metrics >"$work/metrics" 2>&1 || :
	check "stuck: autrail status shows it" status_shows a
	check "stuck: and the metrics" grep -Eq '^autrail_plugin_dropped_records_total.plugin="a.conf". [1-9]' \
		"$work/metrics"
	check "stuck: it ends well" ended
	check "stuck: the log has all" test "$(grep -c '^type=SYSCALL' "$log")" -eq 4000
	check "stuck: nothing is lost" test "$(ledger lost)" -eq 0
	check "stuck: the other plugin has all" test "$(grep -c '^type=EOE' "$work/out.b")" -eq 4000
	check "stuck: none is dropped for that" test "$(account b dropped)" -eq 0
	check "stuck: seen = written + dropped" adds_up a
	check "stuck: it is dropped to the last record" test "$(account a written)" -eq 0
	check "stuck: the log tells exactly" test "$(lost a)" -eq "$(account a dropped)"
	check "stuck: in records that are less than all" test "$(grep -c 'op=plugin-lost' "$log")" -lt 10
	check "stuck: DAEMON_END is the last record" sh -c "tail -n 1 $log | grep -q ^type=DAEMON_END"
	check "stuck: it is killed in the end" told 'a.conf: .*killed'
	clean

	configure q_depth=99999
	plugin_file a slow "$work/out.a" 200
	daemon_begin || ok 1 "slow: it starts" "$autrail_err"
	execs 500
	check "slow: it ends well" ended
	check "slow: seen = written + dropped" adds_up a
	check "slow: what it wrote is what it read" \
		test "$(wc -l <"$work/out.a")" -ge "$(account a written)"
	check "slow: some it did not read" test "$(account a dropped)" -gt 0
	clean
}

suspended() {
	configure q_depth=100 overflow_action=suspend
	plugin_file a slow "$work/out.a" 5
	daemon_begin || ok 1 "suspend: it starts" "$autrail_err"
	execs 1000
	check "suspend: it is told" wait_for 10 told 'a.conf: .*gets no more records until SIGUSR2'
	check "suspend: and what it costs" wait_for 10 logged DAEMON_ERR \
		'op=plugin-lost plugin="a.conf" lost=[0-9]* cause=queue-full '
	sleep 2
	lines=$(wc -l <"$work/out.a")
	execs 5
	sleep 1
	check "suspend: it gets nothing" test "$(wc -l <"$work/out.a")" -eq "$lines"
	kill -USR2 "$autrail_pid"
	check "suspend: until it is resumed" wait_for 10 grep -q 'op=resume-logging' "$work/out.a"
	check "suspend: it ends well" ended
	check "suspend: seen = written + dropped" adds_up a
	check "suspend: what it did not get is told of" logged DAEMON_ERR 'cause=suspended'
	check "suspend: exactly" test "$(lost a)" -eq "$(account a dropped)"
	clean
}

# --- restarts -----------------------------------------------------------------------------------

restarts() {
	configure max_restarts=3
	plugin_file a fail
	plugin_file b die "$work/out.b" 1000
	plugin_file c copy "$work/out.c"
	daemon_begin || ok 1 "restarts: it starts" "$autrail_err"
	check "restarts: one that ends at once is started again" wait_for 10 told 'a.conf: .*in 0 s, 1 of 3'
	check "restarts: and again, a second later" wait_for 10 told 'a.conf: .*in 1 s, 2 of 3'
	check "restarts: then later still" wait_for 10 told 'a.conf: .*in 2 s, 3 of 3'
	execs 5
	check "restarts: and at last no more" wait_for 10 told 'a.conf: .*is left out until SIGHUP'
	check "restarts: which is a record" wait_for 5 logged DAEMON_ERR 'op=plugin-end plugin="a.conf" restarts=3'
	check "restarts: what waited for it is told of" wait_for 5 logged DAEMON_ERR \
		'op=plugin-lost plugin="a.conf" lost=[0-9]* cause=ended'
	check "restarts: four starts" told_times 4 'plugin a.conf: .* runs, pid'
	check "restarts: one that dies in the middle of a record" told 'b.conf: .*ended with status 3'
	execs 10
	pid_c=$(plugin_pid c)
	kill -KILL "$pid_c"
	check "restarts: one that is killed" wait_for 10 told 'c.conf: .*signal 9; .* in 0 s'
	execs 10
	kill -HUP "$autrail_pid"
	check "restarts: SIGHUP starts all again" wait_for 10 sh -c \
		"[ \$(grep -c 'plugin a.conf: .* runs, pid' $autrail_err) -ge 5 ]"
	check "restarts: no zombies" sh -c "! ps -o stat= --ppid $autrail_pid | grep -q Z"
	check "restarts: it ends well" ended
	check "restarts: nothing is missing in what was killed" is_log "$work/out.c"
	check "restarts: seen = written + dropped" adds_up c
	clean
}

came() { # FILE: what stands last in the log
	tail -n 1 "$log" | grep -qFf - "$1"
}

# It was started as often as it was killed, and once more.
runs_again() {
	[ "$(grep -c 'plugin a.conf: .* runs, pid' "$autrail_err")" -gt \
		"$(grep -c 'plugin a.conf: .* was ended by' "$autrail_err")" ]
}

# One is killed again and again while there is a storm: what it had read it has written.
killed() {
	configure max_restarts=1000 q_depth=99999
	plugin_file a copy "$work/out.a"
	daemon_begin || ok 1 "killed: it starts" "$autrail_err"
	execs 3000 &
	storm_pid=$!
	for pause in 0.3 0.2 1.5; do
		sleep "$pause"
		kill -KILL "$(plugin_pid a)" 2>/dev/null || :
	done
	wait "$storm_pid"
	# Until it runs again the daemon is not to end: it would have to drop what waits.
	wait_for 20 runs_again || :
	wait_for 20 came "$work/out.a" || :
	check "killed: it ends well" ended
	check "killed: it was started again" told 'a.conf: .*started again'
	check "killed: nothing is dropped" test "$(account a dropped)" -eq 0
	# What it had read, and not written when it was killed, is its own loss: some events at most.
	sort -u "$work/out.a" | grep -c '^type=EOE' >"$work/count"
	check "killed: all but what it had in its hands" test "$(cat "$work/count")" -ge 2500
	diag <"$work/count"
	clean
}

# --- SIGHUP -------------------------------------------------------------------------------------

hangup() {
	configure
	plugin_file a copy "$work/out.a"
	plugin_file b copy "$work/out.b"
	plugin_file e copy "$work/out.e"
	plugin_file s stuck
	daemon_begin || ok 1 "SIGHUP: it starts" "$autrail_err"
	wait_for 10 test -e "$work/out.e"
	pid_a=$(plugin_pid a)
	pid_e=$(plugin_pid e)
	rm "$dir/b.conf" "$dir/s.conf"
	plugin_file c copy "$work/out.c"
	plugin_file e copy "$work/out.e2"
	execs 10
	wait_for 10 has "$work/out.b" EOE 10
	kill -HUP "$autrail_pid"
	check "SIGHUP: a new one is started" wait_for 10 told 'c.conf: .*runs'
	check "SIGHUP: one whose file is gone is ended" wait_for 10 told 'b.conf: seen'
	check "SIGHUP: by the end of its input" test ! -e "$work/out.b.signals"
	check "SIGHUP: with all that was for it" has "$work/out.b" EOE 10
	check "SIGHUP: one that is still there is told" grep -q HUP "$work/out.a.signals"
	check "SIGHUP: and goes on" test "$pid_a" -eq "$(plugin_pid a)"
	check "SIGHUP: one with other arguments is another one" test "$pid_e" -ne "$(plugin_pid e)"
	echo nonsense >>"$dir/a.conf"
	execs 10
	kill -HUP "$autrail_pid"
	check "SIGHUP: a mistake is told with its place" wait_for 10 told 'plugins.d/a.conf:4:9: '
	check "SIGHUP: and what it was about stays" wait_for 10 told 'a.conf: it stays as it was'
	execs 10
	wait_for 10 has "$log" SYSCALL 30
	sed -i 's/yes/no/' "$dir/c.conf"
	configure write_logs=no
	kill -HUP "$autrail_pid"
	check "SIGHUP: one that is not active any more is ended" wait_for 10 told 'c.conf: seen'
	check "SIGHUP: the log is, too" wait_for 10 told '^autrail: log: '
	check "SIGHUP: one that never reads ends in the end" wait_for 20 told 's.conf: seen'
	execs 10
	wait_for 10 has "$work/out.a" EOE 40
	configure
	kill -HUP "$autrail_pid"
	check "SIGHUP: and comes again" wait_for 10 logged DAEMON_CONFIG 'state=changed'
	check "SIGHUP: it ends well" ended
	cat "$log" "$work/out.a" >"$work/both"
	check "SIGHUP: with what it lost told" test "$(lost s "$work/both")" -gt 0
	check "SIGHUP: all four times ten are there" has "$work/out.a" EOE 40
	check "SIGHUP: of the log three" has "$log" SYSCALL 30
	clean
}

# --- files that nobody should trust -------------------------------------------------------------

# distrust NAME WHY: the daemon leaves it out, and says why.
distrust() {
	check "distrust: $1" told "plugins.d/$1.conf is left out.*$2"
}

hostile() {
	configure
	for name in owner world fifo device big binary-junk no-program relative directory program-owner \
		program-world program-link not-executable unknown; do
		plugin_file $name copy "$work/out.$name"
	done
	chown nobody "$dir/owner.conf"
	chmod 666 "$dir/world.conf"
	rm "$dir/fifo.conf" "$dir/device.conf"
	mkfifo "$dir/fifo.conf"
	mknod "$dir/device.conf" c 1 5
	yes '# a comment' | head -c 100000 >"$dir/big.conf"
	head -c 4000 /dev/urandom >"$dir/binary-junk.conf"
	for name in owner world link; do
		cp "$plugin" "$work/program-$name"
	done
	chown nobody "$work/program-owner"
	chmod 777 "$work/program-world"
	ln -sf /dev/null "$work/program-link"
	cp "$plugin" "$work/not-executable"
	chmod 644 "$work/not-executable"
	for name in program-owner program-world program-link not-executable; do
		sed -i "s|^path = .*|path = $work/$name|" "$dir/$name.conf"
	done
	sed -i 's|^path = .*|path = /nowhere/at/all|' "$dir/no-program.conf"
	sed -i 's|^path = .*|path = bin/true|' "$dir/relative.conf"
	sed -i "s|^path = .*|path = $work|" "$dir/directory.conf"
	echo 'colour = red' >>"$dir/unknown.conf"
	ln -s "$dir/nowhere" "$dir/dangling.conf"
	mkdir "$dir/directory"
	plugin_file "a name" copy "$work/out.good"
	check "distrust: the daemon starts all the same" daemon_begin
	execs 5
	check "distrust: it ends well" ended
	distrust owner "does not belong to root"
	distrust world "everybody can write"
	distrust fifo "no regular file"
	distrust device "no regular file"
	distrust big "64 KiB"
	distrust no-program "No such file"
	distrust directory "no regular file"
	distrust program-owner "does not belong to root"
	distrust program-world "others than root can write"
	distrust program-link "no regular file"
	distrust not-executable "not executable"
	distrust relative ""
	distrust unknown ""
	distrust binary-junk ""
	distrust dangling "No such file"
	check "distrust: a mistake has its place" told 'plugins.d/unknown.conf:4:1: unknown key .colour'
	check "distrust: the one that is good runs" grep -q '^type=EOE' "$work/out.good"
	check "distrust: and no other" told_times 1 ' runs, pid '
	chmod 777 "$dir"
	check "distrust: nor a directory that all can write to" daemon_begin
	check "distrust: it ends well" ended
	check "distrust: it is told" told "no plugin of .*plugins.d is started: everybody can write"
	check "distrust: nothing runs" told_times 0 ' runs, pid '
	clean
}

# --- the socket ---------------------------------------------------------------------------------

# client FILE [BYTES]: reads the socket into it.
client() {
	perl -MIO::Socket::UNIX -e '
		my ($path, $to, $max) = @ARGV;
		my $s = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!";
		open(my $out, ">", $to) or die;
		$out->autoflush;
		syswrite($s, "what nobody asked for" x 1000);
		sleep 1000 if defined $max && !$max;
		while (sysread($s, my $text, 65536)) {
			print $out $text;
			last if defined $max && ($max -= length $text) <= 0;
		}' "$work/socket" "$@" &
}

af_unix() {
	configure q_depth=300
	printf 'active = yes\npath = builtin_af_unix\ntype = builtin\nargs = 0660 %s\n' \
		"$work/socket" >"$dir/a.conf"
	sed "s|$work/socket|$work/file|" "$dir/a.conf" >"$dir/c.conf"
	cp "$dir/a.conf" "$dir/b.conf"
	echo precious >"$work/file"
	perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1)' "$work/socket"
	check "socket: one that was left there is in nobody's way" daemon_begin
	wait_for 10 told 'a.conf: listens'
	check "socket: its mode is as configured" test "$(stat -c %a "$work/socket")" = 660
	check "socket: something else is not removed" grep -q precious "$work/file"
	check "socket: but told" told 'c.conf: cannot listen at .*file: something else than a socket'
	check "socket: two at the same path" told 'a.conf: .*is its socket: the plugin b.conf.* left out'
	client "$work/out.1"
	client_1=$!
	client "$work/out.2"
	client_2=$!
	client "$work/out.3" 0
	client_3=$!
	client "$work/out.4" 100
	wait_for 10 test -e "$work/out.4"
	sleep 0.5
	execs 100
	check "socket: two clients have all" wait_for 10 sh -c \
		"[ \$(grep -c ^type=EOE $work/out.1) -eq 100 ] && cmp $work/out.1 $work/out.2"
	kill "$client_2"
	execs 900
	check "socket: one goes, the other stays" wait_for 10 sh -c \
		"[ \$(grep -c ^type=EOE $work/out.1) -eq 1000 ]"
	check "socket: it ends well" ended
	wait "$client_1" || :
	kill "$client_3" 2>/dev/null || :
	check "socket: the log has all" test "$(grep -c '^type=SYSCALL' "$log")" -eq 1000
	check "socket: one that never reads has his drops counted" test "$(account a dropped)" -gt 0
	check "socket: seen = written + dropped" adds_up a
	check "socket: it is gone" test ! -e "$work/socket"
	check "socket: what was not one is still there" grep -q precious "$work/file"
	clean
}

for part in ${PARTS:-given without_log stuck suspended restarts killed hangup hostile af_unix}; do
	$part
done
finish
