#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The daemon as a service: what is installed, the unit, and the daemon in the unit's sandbox as far as it can
# be had without systemd: its capabilities, system calls, read-only trees, private /tmp and /dev. There it is
# held against auditd; and tells the service manager how it goes.
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
[ -z "$reason" ] || skip_all "$reason"
for tool in systemd-analyze setpriv; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done

# Not below /tmp, which the service has of its own.
home=/run/autrail-test.$$
log=$home/log/audit.log
conf=$home/autrail.conf
unit=$work/root/usr/local/lib/systemd/system/autrail.service
autrail_err=$work/autrail.err
notify_pid=

test_cleanup() {
	if [ -n "$notify_pid" ]; then
		kill "$notify_pid" 2>/dev/null
	fi
	umount -l "$home/bpf" 2>/dev/null
	rm -rf "$home"
	rm -f /run/autrail/*"${home##*/}"*
}

# --- what is installed --------------------------------------------------------------------------

installed() {
	(cd "$work/root" && find . -type f | sort)
}

has_unit() { # LINE
	grep -qx "$1" "$unit"
}

unit_verifies() {
	sed "s|^ExecStart=|&$work/root|" "$unit" >"$work/autrail.service"
	systemd-analyze verify "$work/autrail.service" 2>&1 | grep -v "Command 'man " >"$work/verify"
	cat "$work/verify"
	[ ! -s "$work/verify" ]
}

unit_exposure() { # MAX
	systemd-analyze security --offline=yes --threshold="$1" "$unit" | tail -n 1
}

install_files() {
	check "make install" make -s DESTDIR="$work/root" BUILD="$BUILD" install
	cat >"$work/want" <<-END
		./etc/autrail/autrail.conf
		./etc/autrail/plugins.d/af_unix.conf
		./usr/local/lib/systemd/system/autrail.service
		./usr/local/lib/tmpfiles.d/autrail.conf
		./usr/local/sbin/autrail
		./usr/local/share/man/man5/autrail.conf.5
		./usr/local/share/man/man8/autrail.8
	END
	installed >"$work/got"
	check "puts all in place" diff "$work/want" "$work/got"
	check "the log's directory is root's alone" test "$(stat -c %a "$work/root/var/log/autrail")" = 700
	check "the unit starts what is installed" has_unit "ExecStart=/usr/local/sbin/autrail daemon"
	check "a restart hands over" has_unit "RestartKillSignal=SIGQUIT"
	check "and signals nobody but the daemon" has_unit "KillMode=mixed"
	check "systemd-analyze verify finds nothing" unit_verifies
	check "systemd-analyze security is below 4.4" unit_exposure 44
	diag <"$work/check.out"
	echo precious >>"$work/root/etc/autrail/autrail.conf"
	make -s DESTDIR="$work/root" BUILD="$BUILD" install >/dev/null
	check "a configuration is left as it is" grep -q precious "$work/root/etc/autrail/autrail.conf"
	cp "$unit" "$work/unit"
	check "make uninstall" make -s DESTDIR="$work/root" BUILD="$BUILD" uninstall
	installed >"$work/got"
	check "leaves the configuration" test "$(grep -vc etc/autrail "$work/got")" -eq 0
	unit=$work/unit
}

# --- the sandbox --------------------------------------------------------------------------------

# unit_words KEY: all values of it, a word each.
unit_words() {
	sed -n "s/^$1=//p" "$unit" | tr -s ' ' '\n'
}

# The numbers of all calls that the unit allows; those that this machine does not have are left out.
allowed_calls() {
	unit_words SystemCallFilter >"$work/filter"
	while grep -q '^@' "$work/filter"; do
		grep '^@' "$work/filter" | while read -r group; do
			systemd-analyze syscall-filter "$group" | sed -n '2,$s/^ *\([@a-z0-9_-]*\)$/\1/p'
		done >"$work/filter.more"
		grep -v '^@' "$work/filter" >>"$work/filter.more" || :
		mv "$work/filter.more" "$work/filter"
	done
	sort -u "$work/filter" | sed 's/.*/& __NR_&/' | "${CC:-cc}" -E -P -include sys/syscall.h -xc - |
		awk '$2 ~ /^[0-9]+$/ { print $2 }' >"$work/numbers"
}

# Roughly what systemd mounts: everything read-only but what the unit names, and /tmp and /dev of its own.
sandbox_script() {
	cat >"$work/sandbox" <<-END
		#!/bin/sh
		set -e
		mount --make-rprivate /
		findmnt -rno TARGET,FSTYPE | while read -r at type; do
			case \$type in proc | devpts | binfmt_misc) continue ;; esac
			case \$at in /dev | /dev/*) continue ;; esac
			mount -o remount,bind,ro "\$(printf '%b' "\$at")" 2>/dev/null || :
		done
		for dir in /sys/fs/bpf /run/autrail $home $home/bpf; do
			mount --rbind \$dir \$dir && mount -o remount,bind,rw \$dir
		done
		# What was built may lie below /tmp.
		mkdir -p $home/build
		mount --bind "$BUILD" $home/build && mount -o remount,bind,ro $home/build
		mount -t tmpfs -o mode=1777 tmpfs /tmp
		mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys
		mkdir /tmp/dev && mount -t tmpfs -o mode=755 tmpfs /tmp/dev
		for node in null zero full random urandom tty; do
			touch /tmp/dev/\$node && mount --bind /dev/\$node /tmp/dev/\$node
		done
		mount --rbind /tmp/dev /dev
		for file in /proc/kmsg /proc/kcore; do
			[ ! -e \$file ] || mount --bind /dev/null \$file
		done
		caps=-all$(unit_words CapabilityBoundingSet | sed 's/^CAP_/,+/' | tr -d '\n' | tr '[:upper:]' '[:lower:]')
		exec setpriv --bounding-set "\$caps" --inh-caps=-all --no-new-privs \
			"$home/build/tests/confine" "$home/numbers" "$home/build/autrail" daemon -c "$conf"
	END
	chmod 755 "$work/sandbox"
}

# What is sent to the service manager, to a file.
notify_begin() {
	perl -MSocket -e '
		socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die $!;
		bind($s, pack_sockaddr_un($ARGV[0])) or die $!;
		$| = 1;
		print "$_\n" while defined recv($s, $_, 4096, 0);' "$home/notify" >"$work/notified" &
	notify_pid=$!
	wait_for 10 test -S "$home/notify"
}

notified() {
	cat "$work/notified"
	grep -q "$1" "$work/notified"
}

# Every thread has these, or less.
threads_have() { # MASK
	for status in /proc/"$autrail_pid"/task/*/status; do
		for set in Prm Eff; do
			mask=$(sed -n "s/^Cap$set:.//p" "$status")
			echo "$status $set $mask"
			[ "$((0x$mask & ~0x$1))" -eq 0 ] || return 1
		done
	done
}

# names MASK: of capabilities, in order.
names() {
	capsh --decode="$1" | sed 's/.*=//; s/cap_//g' | tr ',' '\n' | sort | tr '\n' ' '
}

same_as_auditd() {
	"$COMPARE" --ppid "$actor_ppid" --acts "$work/acts" --allowed "$(allowed_list)" --ms 200 --rising \
		"$audit_log" "$log"
}

told() {
	cat "$autrail_err"
	grep -q "$1" "$autrail_err"
}

logged() { # PATTERN
	tail -n 3 "$log"
	grep -q "$1" "$log"
}

sandboxed() {
	allowed_calls
	check "sandbox: the unit's system calls" test "$(wc -l <"$work/numbers")" -gt 200
	mkdir -p "$home/plugins.d" "$home/rules.d" "$home/bpf" /run/autrail
	mount -t bpf -o mode=0700 bpf "$home/bpf"
	cp "$work/numbers" "$home"
	sandbox_script
	{
		echo "log_file = $log"
		echo "log_group = adm"
		echo "log_format = ENRICHED"
		echo "flush = INCREMENTAL_ASYNC"
		echo "space_left = 2"
		echo "admin_space_left = 1"
		echo "max_log_file = 1000"
		echo "kernel_audit = yes"
		echo "plugin_dir = $home/plugins.d"
		echo "control_socket = $home/control"
		echo "pin_dir = $home/bpf/autrail"
		echo "rules = $home/rules"
	} >"$conf"
	printf 'active = yes\npath = %s\nargs = copy %s\n' "$home/build/tests/plugin" "$home/out" >"$home/plugins.d/a.conf"
	audit_begin ENRICHED
	ACTS=${ACTS:-$("$ACT" list | grep -v '^mntns-' | awk 'NR % 7 == 1')}
	# shellcheck disable=SC2086 # a list of names
	actor_begin "$ACT" run -w -s 1500 $ACTS
	audit_rule "$actor_ppid"
	for arch in b64 b32; do
		echo "-a always,exit -F arch=$arch -S execve -S execveat -F ppid=$actor_ppid"
	done >"$home/rules"
	notify_begin
	rm -f "$autrail_err"
	NOTIFY_SOCKET=$home/notify WATCHDOG_USEC=2000000 unshare -m "$work/sandbox" \
		</dev/null 2>"$autrail_err" 9>&- &
	autrail_pid=$!
	if ! wait_for 60 autrail_ready; then
		ok 1 "sandbox: the daemon starts" "$autrail_err"
		return
	fi
	check "sandbox: it lacks nothing" sh -c "! grep missing $autrail_err | grep -v cap_net_admin"
	check "sandbox: READY=1" wait_for 10 notified '^READY=1'
	check "sandbox: it has a filter, and no new privileges" test \
		"$(grep -cE '^(Seccomp:.2|NoNewPrivs:.1)$' "/proc/$autrail_pid/status")" -eq 2
	check "sandbox: no thread has more than it needs" threads_have c0000c00e5
	mask=$(sed -n 's/^CapEff:.//p' "/proc/$autrail_pid/status")
	check "sandbox: what is in effect of the main thread" test "$(names "$mask")" = \
		"bpf chown dac_read_search kill perfmon setgid setuid sys_chroot sys_ptrace "
	status=0
	actor_go || status=$?
	ok "$status" "sandbox: the acts" "$work/acts"
	check "sandbox: kernel audit's log is complete" audit_sync
	kill -HUP "$autrail_pid"
	check "sandbox: it reloads" wait_for 20 logged 'op=reconfigure state=changed'
	check "sandbox: and tells" wait_for 10 notified '^RELOADING=1'
	cp "$log" "$home/log.copy"
	kill -USR1 "$autrail_pid"
	check "sandbox: it rotates" wait_for 10 test -e "$log.1"
	check "sandbox: for the group" test "$(stat -c '%a %G' "$log.1")" = "440 adm"
	cp "$home/log.copy" "$log"
	check "sandbox: the watchdog hears of it" wait_for 10 notified '^WATCHDOG=1'
	check "sandbox: its plugin reads" grep -q '^type=EOE' "$home/out"
	kill "$autrail_pid"
	status=0
	wait "$autrail_pid" || status=$?
	autrail_pid=
	ok "$status" "sandbox: it ends well" "$autrail_err"
	check "sandbox: STOPPING=1" notified '^STOPPING=1'
	check "sandbox: nothing was lost" test "$(ledger lost)" -eq 0
	cp "$home/log.copy" "$log"
	check "sandbox: no difference to auditd but the allowed ones" same_as_auditd
	grep -E '^(events:|[0-9]+ (x|events) )' "$work/check.out" | diag
	audit_end
}

# --- without a sandbox --------------------------------------------------------------------------

bare() {
	rm -rf "$home/log" "$home/plugins.d"/*
	sed -i '/^kernel_audit/d; /^log_group/d' "$conf"
	rm -f "$autrail_err"
	setpriv --bounding-set=-kill,-sys_chroot,-chown "$AUTRAIL" daemon -c "$conf" </dev/null 2>"$autrail_err" &
	autrail_pid=$!
	check "bare: it starts with less" wait_for 60 autrail_ready
	for cap in kill sys_chroot chown; do
		check "bare: and says what that costs: cap_$cap" told "cap_$cap is missing: "
	done
	check "bare: no thread has more than it needs" threads_have c0000c00e5
	check "bare: it ends well" autrail_end
	status=0
	setpriv --bounding-set=-perfmon,-sys_admin "$AUTRAIL" daemon -c "$conf" 2>"$autrail_err" || status=$?
	check "bare: without what it must have it does not start" test "$status" -eq 4
	check "bare: and says why" told 'missing: cap_perfmon'
}

# --- a restart ------------------------------------------------------------------------------------

service_begin() {
	rm -f "$autrail_err"
	unshare -m "$work/sandbox" </dev/null 2>"$autrail_err" 9>&- &
	autrail_pid=$!
	wait_for 60 autrail_ready
}

have_execs() {
	grep -c 'exe="[^"]*/noop"' "$log" || :
	[ "$(grep -c '^type=SYSCALL .*exe="[^"]*/noop"' "$log")" -eq "$1" ]
}

restarted() {
	rm -rf "$home/log"
	echo "-a always,exit -F arch=b64 -S execve -F exe=$BUILD/tests/noop" >"$home/rules"
	check "restart: it starts in the sandbox" service_begin
	check "restart: and is kept" told "kept in $home/bpf/autrail/"
	"$BUILD/tests/storm" exec 100 "$BUILD/tests/noop" >/dev/null
	kill -s "$(sed -n 's/^RestartKillSignal=SIG//p' "$unit")" "$autrail_pid"
	status=0
	wait "$autrail_pid" || status=$?
	ok "$status" "restart: it ends well" "$autrail_err"
	check "restart: and hands over" logged 'op=hand-over'
	"$BUILD/tests/storm" exec 100 "$BUILD/tests/noop" >/dev/null
	check "restart: the next one starts" service_begin
	check "restart: with what came meanwhile" wait_for 10 have_execs 200
	check "restart: that is a record" logged 'op=take-over kernel-side=same .* lost=0 '
	check "restart: it ends well" autrail_end
	check "restart: nothing was lost" test "$(ledger lost)" -eq 0
	check "restart: a stop leaves nothing" test -z "$(ls "$home/bpf/autrail")"
}

install_files
sandboxed
bare
restarted
finish
