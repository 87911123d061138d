#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The control socket of autrail daemon: who may give orders, what they bring about, the figures, and clients that do
# not do as they should. tests/root/control-audit.t holds the orders against auditctl.
set -eu
. "$(dirname "$0")/lib.sh"

begin
command -v setpriv >/dev/null || skip_all "no setpriv"
. "$(dirname "$0")/control.sh"
# Others are to get as far as the socket.
chmod 755 "$work"
noop=$BUILD/tests/noop
nobody=65534
rule="-a always,exit -F arch=b64 -S execve -F exe=$noop -k noop"
echo "$rule" >"$work/rules"

storm() {
	"$BUILD/tests/storm" exec "$1" "$noop"
}

execs() {
	grep -F "exe=\"$noop\"" "$log" | grep -c '^type=SYSCALL ' || :
}

have_execs() {
	execs
	[ "$(execs)" -eq "$1" ]
}

# A figure of the metrics; those that other programs' execs do not change.
figure() { # SAMPLE
	status --metrics | tests/root/openmetrics.pl |
		awk -v want="$1" '{ value = $NF; sub(/ [^ ]*$/, "") } $0 == want { print value }'
}

figure_is() { # SAMPLE VALUE
	figure_now=$(figure "$1")
	echo "$1 $figure_now, want $2"
	[ "$figure_now" = "$2" ]
}

hits='autrail_rule_hits_total{number="1",rule="-a always,exit -F arch=b64 -S execve -F exe='$noop' -F key=noop"}'

records() { # PATTERN
	grep '^type=CONFIG_CHANGE ' "$log" | grep -c "$1" || :
}

rules_are() { # LINE...
	printf '%s\n' "$@" >"$work/want.list"
	ctl -l >"$work/is.list"
	same "$work/want.list" "$work/is.list"
}

# --- the socket -------------------------------------------------------------------------------------

listed="-a always,exit -F arch=b64 -S execve -F exe=$noop -F key=noop"
mkdir "$work/run"
touch "$socket"
configure
rm -f "$autrail_err"
"$AUTRAIL" daemon -c "$conf" </dev/null 2>"$autrail_err" &
autrail_pid=$!
check "a file in the socket's place: it starts" wait_for 60 autrail_ready
check "and says what is in the way" wait_for 10 told "control socket $socket: File exists"
check "the file is left alone" test -f "$socket"
check "and it ends" autrail_end
rm "$socket"

configure control_group=4242
check "the daemon is ready" control_begin
check "anybody may knock" [ "$(stat -c %a "$socket")" = 666 ]
check "status" exits_with 0 status
check "of this daemon" says "^pid $autrail_pid$"
check "with the lines of auditctl -s" exits_with 0 ctl -s
check "all but the one that is the kernel's" [ "$(wc -l <"$work/out")" -eq 9 ]
check "the rules are listed" rules_are "$listed"

# --- who may ----------------------------------------------------------------------------------------

check "somebody without right is refused" exits_with 4 as_user $nobody $nobody "$AUTRAIL" ctl --socket "$socket" -D
check "and told so" says "neither root nor in the group"
check "that is recorded" logged CONFIG_CHANGE \
	": pid=[0-9]* uid=$nobody auid=[0-9]* ses=[0-9]* op=control verb=rules cmd=\"-D\" exe=\"$AUTRAIL\" res=0$"
check "who only wants to look, as well" exits_with 4 as_user $nobody $nobody "$AUTRAIL" status --socket "$socket"
check "recorded" logged CONFIG_CHANGE "uid=$nobody .* op=control verb=status .* res=0$"
check "root's group alone is no right" exits_with 4 as_user $nobody 0 "$AUTRAIL" ctl --socket "$socket" -D
check "nothing has changed" rules_are "$listed"
check "who is in the group may" exits_with 0 as_user $nobody 4242 "$AUTRAIL" ctl --socket "$socket" \
	-a never,exit -S all -F uid=$nobody -k group
check "recorded with who it was" logged CONFIG_CHANGE \
	": pid=[0-9]* uid=$nobody auid=[0-9]* ses=[0-9]* op=add_rule key=\"group\" list=4 res=1$"
check "and in force" rules_are "$listed" "-a never,exit -S all -F uid=$nobody -F key=group"
chmod 700 "$work/run"
check "a directory that is closed to him keeps him out" exits_with 4 \
	as_user $nobody 4242 "$AUTRAIL" ctl --socket "$socket" -l
chmod 755 "$work/run"
check "a flood of them is not recorded one by one" as_user $nobody $nobody tests/root/control.pl "$socket" garbage 500
check "all are counted" [ "$(figure 'autrail_control_requests_total{result="refused"}')" -ge 503 ]
sleep 1
as_user $nobody $nobody "$AUTRAIL" ctl --socket "$socket" -l >/dev/null 2>&1 || :
check "how many were held back is told" logged CONFIG_CHANGE "uid=$nobody .* held-back=[0-9]* res=0$"

# --- rules ------------------------------------------------------------------------------------------

check "a rule is deleted" exits_with 0 ctl -d never,exit -S all -F uid=$nobody -k group
check "and gone" rules_are "$listed"
check "once only" exits_with 1 ctl -d never,exit -S all -F uid=$nobody -k group
check "a rule that is there" exits_with 1 ctl -a always,exit -F arch=b64 -S execve -F "exe=$noop" -k noop
check "as auditctl says it" says "command line:1:1: Rule exists"
check "a mistake is told with its place" exits_with 3 ctl -a always,exit -S execve -F bogus=1
check "line and column" says "command line:1:29: -F: .*bogus"
check "one that is not observed is taken, and told" exits_with 0 ctl -w /etc/shadow -p wa -k shadow
check "why" says "not observed: "
check "-l -k" sh -c "'$AUTRAIL' ctl --socket '$socket' -l -k shad | grep -qx -e '-w /etc/shadow -p wa -k shadow'"
check "-D -k" exits_with 0 ctl -D -k shad
check "leaves the others" rules_are "$listed"
printf '%s\n' "-a never,exit -S all -F uid=1" "-a always,exit -S all -F uid=2 -F nosuch=1" "-D" >"$work/bad.rules"
before=$(records .)
check "a file with a mistake" exits_with 3 ctl -R "$work/bad.rules"
check "by its name, line and column" says "$work/bad.rules:2:"
check "nothing of it is in force" rules_are "$listed"
check "and there is no record of what was not done" [ "$(records .)" -eq "$before" ]
printf '%s\n' "-D" "-a always,exit -F arch=b64 -S execve -F exe=$noop -k file" >"$work/good.rules"
chmod 666 "$work/good.rules"
check "a file that anybody can write to" exits_with 3 ctl -R "$work/good.rules"
chmod 644 "$work/good.rules"
check "a file" exits_with 0 ctl -R "$work/good.rules"
check "is in force" rules_are "-a always,exit -F arch=b64 -S execve -F exe=$noop -F key=file"
check "10 execs" storm 10
check "have the new key" wait_for 10 sh -c "[ \$(grep -c 'exe=\"[^\"]*/noop\" key=\"file\"' '$log') -eq 10 ]"

kill -HUP "$autrail_pid"
check "SIGHUP reads the files" wait_for 10 logged DAEMON_CONFIG 'op=reconfigure state=changed'
check "what was given by ctl is gone" rules_are "$listed"
check "that is recorded: the one" logged CONFIG_CHANGE "pid=$$ .* op=remove_rule key=\"file\" list=4 res=1$"
check "and the other" logged CONFIG_CHANGE "pid=$$ .* op=add_rule key=\"noop\" list=4 res=1$"
before=$(records .)
kill -HUP "$autrail_pid"
check "SIGHUP once more" wait_for 10 sh -c "[ \$(grep -c ^type=DAEMON_CONFIG '$log') -eq 2 ]"
check "changes nothing, and no record says so" [ "$(records .)" -eq "$before" ]
echo "-a never,exit -S all -F uid=4711" >"$work/other.rules"
sed -i "s|^rules = .*|rules = $work/other.rules|" "$conf"
kill -HUP "$autrail_pid"
check "SIGHUP reads them where the configuration says now" wait_for 10 logged CONFIG_CHANGE "pid=$$ .* op=remove_rule key=\"noop\""
check "and no others" rules_are "-a never,exit -S all -F uid=4711"
configure control_group=4242
kill -HUP "$autrail_pid"
check "and back" wait_for 10 rules_are "$listed"

# --- figures ----------------------------------------------------------------------------------------

check "1000 execs" storm 1000
check "are in the log" wait_for 10 have_execs 1010
check "and are the hits of their rule" figure_is "$hits" 1000
check "a rule more" ctl -a never,exit -F uid=12345
check "does not forget them" figure_is "$hits" 1000
ctl -d never,exit -F uid=12345
check "the file of figures is there" wait_for 5 test -s "$metrics"
check "and is OpenMetrics" tests/root/openmetrics.pl "$metrics"
check "for anybody to read" [ "$(stat -c %a "$metrics")" = 644 ]
inode=$(stat -c %i "$metrics")
check "another one takes its place" wait_for 15 sh -c "[ \$(stat -c %i '$metrics') -ne $inode ]"
check "what it costs is measured" exits_with 0 sh -c "'$BUILD/tests/storm' exec 300 '$noop' >/dev/null &
	'$AUTRAIL' status --socket '$socket' --measure 1; wait"
check "in the kernel" says "in the kernel  *[1-9][0-9]* ns an event"
check "and in the daemon" says "CPU of the daemon  *[1-9][0-9]* ns an event"
check "and only while that is asked for" [ "$(cat /proc/sys/kernel/bpf_stats_enabled)" -eq 0 ]
check "seconds that are none" exits_with 2 status --measure 61

# --- messages, on and off ---------------------------------------------------------------------------

check "-m" exits_with 0 ctl -m "hello there"
check "a record" logged USER "pid=[0-9]* uid=0 auid=[0-9]* ses=[0-9]* msg='text=hello there exe=\"$AUTRAIL\" hostname=? addr=? terminal=? res=success'$"
check "one that would forge fields" exits_with 0 ctl -m "x res=failed' type=USER_LOGIN"
check "does not" logged USER "msg='text=78207265733D6661696C65642720747970653D555345525F4C4F47494E exe="
check "an empty one" exits_with 2 ctl -m ""
have=$(execs)
check "-e 0" exits_with 0 ctl -e 0
check "says so" says "^enabled 0$"
check "-e 0 is a record" logged CONFIG_CHANGE "op=set audit_enabled=0 old=1 pid=.* res=1$"
storm 100 >/dev/null
check "no message then" exits_with 1 ctl -m "nobody hears"
check "-e 1" exits_with 0 ctl -e 1
storm 10 >/dev/null
check "nothing between the two is in the log" wait_for 10 have_execs $((have + 10))
check "the rules have stayed" rules_are "$listed"
check "their hits, too" [ "$(figure "$hits")" -ge 1010 ]
check "-D" exits_with 0 ctl -D
check "-D says what auditctl says" says "^No rules$"
have=$(execs)
storm 10 >/dev/null
check "-a" exits_with 0 ctl -a always,exit -F arch=b64 -S execve -F "exe=$noop" -k noop
storm 10 >/dev/null
check "without rules no exec was recorded" wait_for 10 have_execs $((have + 10))

# --- clients that do not do as they should ------------------------------------------------------------

rss() {
	awk '/^VmRSS:/ { print $2 }' "/proc/$autrail_pid/status"
}

hold_begin() { # HOW N COMMAND...: by the command
	hold_how=$1
	hold_n=$2
	shift 2
	mkfifo "$work/hold"
	"$@" tests/root/control.pl "$socket" "$hold_how" "$hold_n" <"$work/hold" >"$work/held" 2>&1 &
	exec 7>"$work/hold"
	wait_for 10 grep -q ready "$work/held"
}

hold_end() {
	exec 7>&-
	rm "$work/hold"
}

tests/root/control.pl "$socket" garbage 200
rss_before=$(rss)
check "garbage" tests/root/control.pl "$socket" garbage 2000
check "halves of requests" tests/root/control.pl "$socket" half 200
check "too much" sh -c "tests/root/control.pl '$socket' long | grep -q 'no more than 1048576 bytes'"
check "another version" sh -c "tests/root/control.pl '$socket' raw 'autrail 2 status 0
' | grep -q 'another version'"
check "no request" sh -c "tests/root/control.pl '$socket' raw 'GET / HTTP/1.1
' | grep -q 'no request'"
rss_after=$(rss)
echo "# VmRSS $rss_before kB before, $rss_after kB after"
check "none of it has made it grow" [ "$rss_after" -lt $((rss_before + 2048)) ]
check "eight that say nothing" hold_begin idle 8 env
check "the ninth is told so at once" exits_with 1 ctl -l
check "that others are there" says "busy with others"
have=$(execs)
check "execs meanwhile" storm 1000
check "are in the log" wait_for 10 have_execs $((have + 1000))
check "the eight are given up" wait_for 10 ctl -l
hold_end
check "three that never read" hold_begin deaf 3 env
check "are in nobody's way" exits_with 0 ctl -l
hold_end
check "strangers that say nothing" hold_begin idle 12 setpriv --reuid $nobody --clear-groups
check "are in nobody's way either" exits_with 0 ctl -l
hold_end
check "a change that ends without its client" tests/root/control.pl "$socket" raw 'autrail 1 rules 37
command line
-a never,exit -F uid=777'
check "is made all the same" wait_for 5 sh -c "'$AUTRAIL' ctl --socket '$socket' -l | grep -q uid=777"
ctl -d never,exit -F uid=777

# --- locked -----------------------------------------------------------------------------------------

check "-e 2" exits_with 0 ctl -e 2
check "-e 2 is a record" logged CONFIG_CHANGE "op=set audit_enabled=2 old=1 pid=.* res=1$"
check "no rule is added" exits_with 1 ctl -a never,exit -F uid=1
check "why not" says "locked (-e 2)"
check "the attempt is recorded" logged CONFIG_CHANGE \
	": pid=[0-9]* uid=0 auid=[0-9]* ses=[0-9]* op=add_rule audit_enabled=2 res=0$"
check "nor deleted" exits_with 1 ctl -D
check "recorded, too" logged CONFIG_CHANGE "op=remove_rule audit_enabled=2 res=0$"
check "nor by a file" exits_with 1 ctl -R "$work/good.rules"
check "it is not turned off" exits_with 1 ctl -e 0
check "which is recorded" logged CONFIG_CHANGE "op=set audit_enabled=0 old=2 pid=.* res=0$"
echo "-a never,exit -S all" >"$work/rules"
kill -HUP "$autrail_pid"
check "SIGHUP does not change rules" wait_for 10 logged CONFIG_CHANGE "pid=$$ .* op=reload_rules audit_enabled=2 res=0$"
check "they are what they were" rules_are "$listed"
check "it can be looked at" exits_with 0 status
check "and says that it is locked" says "^enabled 2$"
check "it ends well" autrail_end
check "the ledger adds up" ledger_balanced
check "the socket is gone" [ ! -e "$socket" ]
check "and the file of figures" [ ! -e "$metrics" ]

# --- what is lost -----------------------------------------------------------------------------------

# The ring is small: while nobody drains it, it overflows.
echo "$rule" >"$work/rules"
configure ring_size=64K
check "with a small ring" control_begin
written=$(figure 'autrail_events_written_total{kind="exec"}')
kill -STOP "$autrail_pid"
storm 1000 >/dev/null
kill -CONT "$autrail_pid"
lost='autrail_events_lost_total{cause="ring full",kind="exec"}'
check "what was lost is told" wait_for 10 sh -c "grep -q 'op=lost-events' '$log'"
lost_execs=$(figure "$lost")
written=$(($(figure 'autrail_events_written_total{kind="exec"}') - written))
echo "# of 1000 execs $written were written, $lost_execs lost (those of others included)"
check "losses are figures" [ "$lost_execs" -gt 0 ]
check "of these execs none is unaccounted for" [ $((written + lost_execs)) -ge 1000 ]
lost_all=$(ctl -s | awk '$1 == "lost" { print $2 }')
check "they are in auditctl's line" [ "$lost_all" -ge "$lost_execs" ]
check "the ring was full" [ "$(figure autrail_ring_high_bytes)" -gt 60000 ]
check "--reset-lost" exits_with 0 ctl --reset-lost
check "tells how many there were" says "^lost: $lost_all$"
check "which is a record" logged CONFIG_CHANGE \
	"op=set lost=0 old=$lost_all pid=[0-9]* uid=0 auid=[0-9]* ses=[0-9]* res=1$"
check "from now on" [ "$(ctl -s | awk '$1 == "lost" { print $2 }')" -eq 0 ]
check "the counter goes on" figure_is "$lost" "$lost_execs"

check "it ends with its ring full once" autrail_end
check "the ledger adds up then, too" ledger_balanced

# --- another start ----------------------------------------------------------------------------------

configure
printf '%s\n' "$rule" "-e 2" >"$work/rules"
check "it starts anew" control_begin
check "-e 2 in a file of rules counts" exits_with 1 ctl -D
kill -KILL "$autrail_pid"
wait "$autrail_pid" 2>/dev/null || :
check "a socket that nobody listens at any more" exits_with 1 ctl -l
check "is told to be that" says "is .autrail daemon. running"
rm "$work/rules"
echo "$rule" >"$work/rules"
check "the next one takes its place" control_begin
check "and is not locked" exits_with 0 ctl -D
check "it ends" autrail_end

# --- without rules ----------------------------------------------------------------------------------

if ls /etc/autrail/rules.d/*.rules >/dev/null 2>&1; then
	skip "without rules" "this machine has some"
	finish
	exit
fi
# A log of its own: all that runs on the machine is in there.
log=$work/log.all/audit.log
configure
sed -i '/^rules = /d' "$conf"
check "without rules" control_begin
check "there are none" rules_are "No rules"
check "and all is recorded" exits_with 0 status
check "which it says" says "^rules 0, recording everything$"
storm 10 >/dev/null
check "execs are" wait_for 5 have_execs 10
check "-D of nothing" ctl -D
storm 10 >/dev/null
check "changes nothing" wait_for 5 have_execs 20
check "off" ctl -e 0
storm 10 >/dev/null
check "and on" ctl -e 1
storm 10 >/dev/null
check "all is recorded again" wait_for 5 have_execs 30
check "a rule" ctl -a never,exit -S all -F uid=0 -k some
storm 10 >/dev/null
check "says what is recorded" exits_with 0 status
check "as it is told" says "^rules 1, recording what rules say:$"
kill -HUP "$autrail_pid"
check "SIGHUP takes it away" wait_for 10 rules_are "No rules"
storm 10 >/dev/null
check "then all is recorded, and nothing was while there was a rule" wait_for 5 have_execs 40
check "it ends well then" autrail_end
check "with a ledger that adds up" ledger_balanced
finish
