#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What reads audit logs, each of it fed auditd's log of some acts and autrail's log of the same: the answers are
# the same, but for the numbers of events. Once raw, once enriched.
#   SYSLOG_NG=PROGRAM   where that is not the machine's own: Debian's would take the place of rsyslog
#
# shellcheck disable=SC2016 # for inner shells
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
[ -z "$reason" ] || skip_all "$reason"
for tool in ausearch aureport aulast aulastlog auvirt; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
python=/usr/bin/python3

# Who acts is nobody: nobody else does that here. What programs report is everybody's.
rules=$work/rules
cat >"$rules" <<-'END'
	-a always,exclude -F msgtype=CONFIG_CHANGE
	-a always,exclude -F msgtype=BPF
	-a always,exit -F arch=b64 -S execve -F uid=65534 -F success=0 -k fails
	-a always,exit -F arch=b64 -S execve -F uid=65534 -k runs
END

# By their paths: a search of PATH is a matter of whose it is.
act() {
	mkdir -p "$work/dir"
	chmod 755 "$work" "$work/dir"
	printf '#!/bin/sh\nls -l /etc/hostname\n' >"$work/dir/a script"
	chmod 755 "$work/dir/a script"
	for _ in 1 2 3; do
		runuser -u nobody -- /bin/sh -c 'ls /; cat /etc/hostname; "$0"; /nonexistent; true' "$work/dir/a script"
		runuser -u nobody -- /usr/bin/perl -e 'system "true", "a b", "\"", "x" x 9000, "\xc3\xa9"'
	done
	# It stays until its file has been looked at.
	runuser -u nobody -- /usr/bin/perl -e 'chdir "/tmp"; exec { "/etc/passwd" } "x"; sleep 1'
	useradd -M autrail-reader && userdel autrail-reader
	auditctl -m "a text of a user"
	runuser -u daemon -- /bin/true
} >/dev/null 2>&1

record() {
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	autrail_begin "$work/ours" -f "$format" -r "$rules" || return 1
	auditctl -R "$rules" >/dev/null
	act
	audit_sync || return 1
	auditctl -D >/dev/null
	autrail_end || return 1
	cp "$audit_log" "$work/theirs"
	audit_end
	rm -f "$audit_log"
	# Others may be at work here, in other tests; what is ours is in both.
	tests/root/align.pl "$work/theirs" "$work/ours" "$work/a" "$work/b" >"$work/missing"
	grep -a 'key="\(runs\|fails\)"' "$work/missing" | grep -v '^title' || return 0
	return 1
}

# Times and all are the same; serials are not, by which events are called.
story() {
	sed -E -e 's/\b[13]0000[0-9]{5}\b/SERIAL/g' -e "s|$work/[ab]\\b|LOG|g"
}

# same LEAST COMMAND...: LOG stands for the log; so many lines have to come.
same() {
	least=$1
	shift
	for log in a b; do
		set -- "$@" END
		while [ "$1" != END ]; do
			word=$1
			shift
			case $word in
			LOG) set -- "$@" "$work/$log" ;;
			*) set -- "$@" "$word" ;;
			esac
		done
		shift
		"$@" <"$work/$log" >"$work/read.$log" 2>"$work/err.$log" || :
		story <"$work/read.$log" >"$work/story.$log"
		story <"$work/err.$log" >>"$work/story.$log"
		# Back to LOG, for the other one.
		n=0
		for word; do
			n=$((n + 1))
			shift
			[ "$word" != "$work/$log" ] || word=LOG
			set -- "$@" "$word"
		done
	done
	if [ "$(wc -l <"$work/story.a")" -lt "$least" ]; then
		echo "of auditd's log: not $least lines"
		cat "$work/story.a"
		return 1
	fi
	diff "$work/story.a" "$work/story.b" | cut -c 1-300 >"$work/diff"
	cat "$work/diff"
	[ ! -s "$work/diff" ]
}

both() { # NAME LEAST COMMAND...
	both_name=$1
	shift
	check "$format: $both_name" same "$@"
}

first_of() { # FIELD: a value that is there
	grep -ao " $1=[^ ]*" "$work/a" | head -n 1 | sed 's/^[^=]*=//; s/"//g'
}

searches() {
	both "ausearch" 100 ausearch -if LOG
	both "ausearch -i" 100 ausearch -if LOG -i
	both "ausearch --raw" 100 ausearch -if LOG --raw
	both "ausearch --format text" 20 ausearch -if LOG --format text
	both "ausearch --format csv" 20 ausearch -if LOG --format csv
	both "ausearch --format csv, all columns" 20 ausearch -if LOG --format csv --extra-keys --extra-labels \
		--extra-obj2 --extra-time
	pid=$(first_of pid)
	while read -r least options; do
		# shellcheck disable=SC2086 # words
		both "ausearch $options" "$least" ausearch -if LOG $options
	done <<-END
		10 -m EXECVE
		1 -m USER_START,USER_END
		10 -m SYSCALL -i
		10 -c ls
		1 -x /usr/bin/cat
		1 -f /etc/hostname
		1 -f script
		1 -f /nonexistent
		10 -k runs
		3 -k fails -i
		1 -e -2
		1 -e ENOENT
		1 -e -13
		3 -sv no
		20 -sv yes -i
		20 -sc execve
		20 --arch x86_64
		20 -ui 65534
		20 -ue 65534
		20 -ua 65534
		20 -ua nobody
		20 -gi 65534
		20 -ge 65534
		20 -ga 65534
		1 -ul -1
		1 -p $pid
		1 -pp $(first_of ppid)
		1 -ui 0 -m USER_START
		1 --session -1
		1 -tm ?
		1 -hn ?
		1 -w -f /etc/hostname
		20 -ts week-ago -te now
		1 --just-one
		1 -n nohost
		1 -vm none
		1 -uu none
		1 -se none
		1 -su none
		1 -o none
	END
}

reports() {
	for options in "" --summary -au "-au --summary" -a "-a --summary" --comm "--comm --summary" -c "-c --summary" -cr \
		"-cr --summary" -e "-e --summary" -e\ -i -f "-f --summary" -f\ -i -h "-h --summary" --integrity \
		"--integrity --summary" -k "-k --summary" -l "-l --summary" -m "-m --summary" -ma "-ma --summary" -n \
		"-n --summary" -p -p\ -i -r "-r --summary" -s "-s --summary" -t --tty -tm "-tm --summary" -u "-u --summary" -u\ -i \
		-v --virt "--virt --summary" -x "-x --summary" "-x --failed" "-x --success" "-f --failed" \
		"--summary --success" "--summary --failed" "-e -ts week-ago -te now" "-x --summary -i" "-s --failed -i"; do
		# shellcheck disable=SC2086 # words
		both "aureport $options" 1 aureport -if LOG $options
	done
}

# As a plugin of auditd: JSON lines to a file.
# It leaves a file where it is.
extract() {
	(cd "$work" && aulast --extract -f "$1")
}

laurel_run() {
	rm -rf "$work/laurel"
	mkdir "$work/laurel"
	cat >"$work/laurel.toml" <<-END
		directory = "$work/laurel"
		user = "root"
		[auditlog]
		file = "audit.json"
		size = 100000000
		generations = 1
		read-users = []
		[transform]
		execve-argv = [ "array", "string" ]
	END
	# It ends each event at its EOE.
	tests/root/align.pl --eoe "$1" "$1" "$work/eoe" /dev/null
	laurel -c "$work/laurel.toml" <"$work/eoe" 2>&1 | grep -v '^Started\|^Terminating\|^Running' || :
	cat "$work/laurel/audit.json"
}

# A second process would read the names of files that others have: all in one directory.
syslog_ng_run() {
	rm -rf "$work/ng"
	mkdir "$work/ng"
	cat >"$work/ng/conf" <<-END
		@version: 3.38
		source s { file("$1" flags(no-parse) follow-freq(0.1) read-old-records(yes)); };
		parser p { linux-audit-parser(prefix(".audit.")); };
		destination d { file("$work/ng/out" template("\$(format-json --key .audit.* --exclude .audit.msg)\n")); };
		log { source(s); parser(p); destination(d); };
	END
	"$syslog_ng" -F -f "$work/ng/conf" -R "$work/ng/persist" -p "$work/ng/pid" -c "$work/ng/ctl" --no-caps >"$work/ng/err" 2>&1 &
	ng_pid=$!
	wait_for 20 sh -c '[ "$(wc -l <"$1" 2>/dev/null || echo 0)" -ge "$2" ]' - "$work/ng/out" "$(wc -l <"$1")" || :
	kill "$ng_pid" 2>/dev/null || :
	wait "$ng_pid" 2>/dev/null || :
	cat "$work/ng/out"
}

for format in raw enriched; do
	check "$format: both have recorded the same" record
	check "$format: and not little" test "$(wc -l <"$work/b")" -gt 150
	searches
	reports
	both "aulast" 0 aulast -f LOG
	both "aulast --bad" 0 aulast --bad -f LOG
	both "aulast --extract" 0 extract LOG
	both "aulastlog" 3 aulastlog --stdin
	both "auvirt" 0 auvirt --all-events -f LOG
	check "$format: libauparse in C, auditd's log" "$BUILD/tests/readback" "$work/a"
	check "$format: libauparse in C, ours" "$BUILD/tests/readback" "$work/b"
	if "$python" -c 'import auparse' 2>/dev/null; then
		both "libauparse in Python" 1000 "$python" tests/root/readers.py LOG
	else
		skip "$format: libauparse in Python" "no python3-audit"
	fi
	if command -v laurel >/dev/null; then
		both "laurel" 20 laurel_run LOG
	else
		skip "$format: laurel" "no laurel"
	fi
	syslog_ng=${SYSLOG_NG:-$(command -v syslog-ng || :)}
	if [ -n "$syslog_ng" ]; then
		both "syslog-ng's linux-audit-parser()" 150 syslog_ng_run LOG
	else
		skip "$format: syslog-ng's linux-audit-parser()" "no syslog-ng"
	fi
done
finish
