#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What plugins of the daemon get, and what auditd hands to the same plugins at the same time: the same, by
# the line and by the frame. And those that people use, Debian's: audisp-syslog, audisp-remote to an auditd
# that listens, laurel, rsyslog reading the log, each of which is to have every event.
#   ACTS="NAME..." does only those; KEEP=1 keeps what they got
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
[ -z "$reason" ] || skip_all "$reason"

plugin=$BUILD/tests/plugin
dir=$work/plugins.d
conf=$work/autrail.conf
log=$work/log/audit.log
autrail_err=$work/autrail.err
rsyslog_pid=
remote_pid=
# A few of each kind: names, links, directories, scripts, identities, failures.
ACTS=${ACTS:-$("$ACT" list | awk 'NR % 12 == 1')}

test_cleanup() {
	for pid in $rsyslog_pid $remote_pid; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	for mount in "$work/conf.remote" "$work/dev"; do
		if mountpoint -q "$mount"; then
			umount "$mount"
		fi
	done
}

# plugin_file DIR NAME FORMAT PATH [ARGS]
plugin_file() {
	printf 'active = yes\ndirection = out\ntype = always\nformat = %s\npath = %s\n' "$3" "$4" >"$1/$2.conf"
	[ -z "${5:-}" ] || echo "args = $5" >>"$1/$2.conf"
}

# wrapper NAME FROM TO PROGRAM: a plugin that sees FROM at TO; its standard input is passed on.
wrapper() {
	cat >"$work/$1" <<-END
		#!/bin/sh
		export PATH=/usr/sbin:/usr/bin:/sbin:/bin
		exec unshare -m sh -c 'mount --bind "$2" "$3" && exec "$4"'
	END
	chmod 755 "$work/$1"
}

# --- those who receive --------------------------------------------------------------------------

have_syslog() {
	[ -x /sbin/audisp-syslog ] && command -v rsyslogd >/dev/null
}

# rsyslog with a socket for audisp-syslog, and reading the log.
rsyslog_begin() {
	mkdir "$work/dev" "$work/rsyslog"
	cat >"$work/rsyslog.conf" <<-END
		global(workDirectory="$work/rsyslog" maxMessageSize="64k"
			parser.escapeControlCharactersOnReceive="off")
		module(load="imuxsock" SysSock.Use="off")
		module(load="imfile" mode="inotify")
		template(name="text" type="string" string="%msg:::drop-last-lf%\n")
		input(type="imuxsock" Socket="$work/dev/log" RateLimit.Interval="0" ruleset="syslog")
		input(type="imfile" File="$log" Tag="autrail" ruleset="file" readMode="0")
		ruleset(name="syslog") {
			action(type="omfile" file="$work/rsyslog/syslog" template="text")
		}
		ruleset(name="file") {
			action(type="omfile" file="$work/rsyslog/file" template="text")
		}
	END
	touch "$work/dev/null"
	rsyslogd -n -f "$work/rsyslog.conf" -i "$work/rsyslog.pid" >"$work/rsyslog.out" 2>&1 &
	rsyslog_pid=$!
	wait_for 20 test -S "$work/dev/log"
}

remote_there() {
	ss -Hltn "sport = :$port" | grep -q .
}

# An auditd that has no events of its own, and takes those of others.
remote_begin() {
	port=$((20000 + $$ % 20000))
	audit_config "$work/remote" RAW
	sed -i 's/^local_events.*/local_events = no/' "$work/remote/conf/auditd.conf"
	printf 'tcp_listen_port = %s\nuse_libwrap = no\n' "$port" >>"$work/remote/conf/auditd.conf"
	auditd -n -c "$work/remote/conf" -s nochange </dev/null >"$work/remote.out" 2>&1 9>&- &
	remote_pid=$!
	mkdir "$work/spool"
	cat >"$work/audisp-remote.conf" <<-END
		remote_server = 127.0.0.1
		port = $port
		transport = tcp
		queue_file = $work/spool/remote.log
		mode = immediate
		queue_depth = 20480
		format = managed
		network_retry_time = 1
		max_tries_per_record = 3
		max_time_per_record = 5
		heartbeat_timeout = 0
	END
	wait_for 20 remote_there
}

laurel_config() {
	mkdir "$work/laurel"
	cat >"$work/laurel.toml" <<-END
		directory = "$work/laurel"
		[auditlog]
		file = "audit.log"
		size = 1000000000
		[debug.parse-error-log]
		file = "errors.log"
		size = 1000000000
		[transform]
		execve-argv = [ "array" ]
	END
}

# --- what they have -----------------------------------------------------------------------------

# Each has as many as it will have, or the time is up.
count_is() { # COUNT FILE
	[ "$(wc -l <"$2")" -ge "$1" ]
}

same_lines() { # WANT GOT
	sort "$1" >"$work/want.sorted"
	sort "$2" >"$work/got.sorted"
	diff "$work/want.sorted" "$work/got.sorted" | cut -c 1-300 | head -n 40
	cmp "$work/want.sorted" "$work/got.sorted"
}

ids() {
	sed 's/^type=[^ ]* msg=audit(\([^)]*\)).*/\1/' "$1" | sort -u
}

laurel_ids() {
	sed 's/^{"ID":"\([^"]*\)".*/\1/' "$work/laurel/audit.log" | sort -u
}

laurel_whole() {
	ids "$log" >"$work/ids"
	laurel_ids >"$work/laurel.ids"
	diff "$work/ids" "$work/laurel.ids" | head -n 20
	cmp "$work/ids" "$work/laurel.ids"
}

# What a record is followed by in the enriched format is behind a byte that syslog gets as a blank.
syslog_want() {
	sed "s/$(printf '\035')/ /" "$work/out.string"
}

receivers() {
	lines=$(wc -l <"$work/out.string")
	if have_syslog; then
		wait_for 20 count_is "$lines" "$work/rsyslog/syslog" || :
		syslog_want >"$work/syslog.want"
		sed 's/^ //' "$work/rsyslog/syslog" | grep '^type=' >"$work/syslog.got"
		check "$format: audisp-syslog: rsyslog has every record" same_lines "$work/syslog.want" "$work/syslog.got"
		wait_for 20 count_is "$(wc -l <"$log")" "$work/rsyslog/file" || :
		sed 's/^ //' "$work/rsyslog/file" >"$work/file.got"
		check "$format: rsyslog has every record of the log" same_lines "$log" "$work/file.got"
	else
		skip "$format: audisp-syslog and rsyslog" "not installed"
	fi
	if [ -x /sbin/audisp-remote ]; then
		wait_for 20 count_is "$(wc -l <"$log")" "$work/remote/log/audit.log" || :
		grep -v '^type=DAEMON_' "$work/remote/log/audit.log" >"$work/remote.got"
		grep -v '^type=DAEMON_' "$log" >"$work/remote.want"
		check "$format: audisp-remote: the other auditd has every record" same_lines "$work/remote.want" "$work/remote.got"
	else
		skip "$format: audisp-remote" "not installed"
	fi
}

# It keeps the last event until the next one, or the end.
laurel_end() {
	if command -v laurel >/dev/null; then
		check "$format: laurel has every event" laurel_whole
		check "$format: and found none of them odd" test ! -s "$work/laurel/errors.log"
	else
		skip "$format: laurel" "not installed"
	fi
}

# --- the run ------------------------------------------------------------------------------------

# Those of the acts: what others do on the machine is in both, but begins and ends at other times.
same_as_auditd() {
	"$COMPARE" --ppid "$actor_ppid" --acts "$work/acts" --allowed "$(allowed_list)" --ms 200 --rising \
		"$work/audit.string" "$work/out.string"
}

eoe_lines() { # FILE
	grep '^type=EOE ' "$1" | sed 's/([0-9.:]*)/()/' | sort -u
}

framing() {
	tests/root/frames.pl "$work/audit.string" "$work/audit.binary" >"$work/frames.audit"
	tests/root/frames.pl "$work/out.string" "$work/out.binary" >"$work/frames.autrail"
}

# Types that both have: autrail has messages of its own, and auditd of its.
same_types() {
	cut -d ' ' -f 1 "$work/frames.audit" | sort >"$work/types.audit"
	cut -d ' ' -f 1 "$work/frames.autrail" | sort | comm -12 "$work/types.audit" - >"$work/types"
	grep -q SYSCALL "$work/types" && grep -q EOE "$work/types" || return 1
	for file in audit autrail; do
		grep -wFf "$work/types" "$work/frames.$file" >"$work/types.$file"
	done
	diff "$work/types.audit" "$work/types.autrail"
}

plugin_files() {
	mkdir -p "$dir" "$work/audit/conf/plugins.d"
	for way in string binary; do
		plugin_file "$dir" $way $way "$plugin" "copy $work/out.$way"
		# auditd takes two arguments, and programs of mode 0755 alone.
		plugin_file "$work/audit/conf/plugins.d" $way $way "$plugin" "copy $work/audit.$way"
	done
	if have_syslog; then
		rsyslog_begin || return 1
		wrapper syslog.sh "$work/dev" /dev /sbin/audisp-syslog
		plugin_file "$dir" syslog string "$work/syslog.sh" LOG_INFO
	fi
	if [ -x /sbin/audisp-remote ]; then
		remote_begin || return 1
		wrapper remote.sh "$work/audisp-remote.conf" /etc/audit/audisp-remote.conf /sbin/audisp-remote
		plugin_file "$dir" remote string "$work/remote.sh"
	fi
	if command -v laurel >/dev/null; then
		laurel_config
		plugin_file "$dir" laurel string /usr/sbin/laurel "--config $work/laurel.toml"
	fi
}

real_begin() {
	{
		echo "log_file = $log"
		echo "log_format = $format"
		echo "flush = NONE"
		echo "space_left = 2"
		echo "admin_space_left = 1"
		echo "max_log_file = 1000"
		echo "plugin_dir = $dir"
		echo "logins = no"
		echo "control_socket = $work/control"
		echo "pin = no"
		echo "q_depth = 99999"
		echo "rules = $work/rules"
	} >"$conf"
	for arch in b64 b32; do
		echo "-a always,exit -F arch=$arch -S execve -S execveat -F ppid=$actor_ppid"
	done >"$work/rules"
	daemon_begin
}

run() {
	format=$1
	check "$format: plugins and those who receive from them" plugin_files
	audit_begin "$format"
	# shellcheck disable=SC2086 # a list of names
	actor_begin "$ACT" run -w -s 1500 $ACTS
	audit_rule "$actor_ppid"
	if ! real_begin; then
		ok 1 "$format: the daemon starts" "$autrail_err"
		return
	fi
	sleep 1
	status=0
	actor_go || status=$?
	ok "$status" "$format: the acts" "$work/acts"
	check "$format: kernel audit's log is complete" audit_sync
	sleep 1
	check "$format: nothing is lost" sh -c "! grep -q 'lost to it' $autrail_err"
	receivers
	kill "$auditd_pid"
	wait "$auditd_pid" || :
	auditd_pid=
	status=0
	autrail_end || status=$?
	ok "$status" "$format: the daemon ends well" "$autrail_err"
	laurel_end
	check "$format: each plugin has read what it was to" sh -c \
		"! grep 'plugin .*: seen' $autrail_err | grep -v ' + dropped 0 records; 0 cut, started 1 times'"
	check "$format: a plugin gets what auditd hands it, event by event" same_as_auditd
	grep -E '^(events:|[0-9]+ (x|events) )' "$work/check.out" | diag
	eoe_lines "$work/audit.string" >"$work/eoe.audit"
	eoe_lines "$work/out.string" >"$work/eoe.autrail"
	check "$format: the same line ends an event" diff "$work/eoe.audit" "$work/eoe.autrail"
	check "$format: frames are what lines are, here and there" framing
	check "$format: with the same numbers" same_types
	test_cleanup
	rsyslog_pid=
	remote_pid=
	audit_end
	[ -n "${KEEP:-}" ] || rm -rf "$dir" "$work"/out.* "$work"/audit.* "$work/log" "$work/audit" \
		"$work/laurel" "$work/rsyslog" "${work:?}/dev" "$work/remote" "$work/spool"
}

for format in ${FORMATS:-RAW ENRICHED}; do
	run "$format"
done
finish
