#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Calls of libpam that it does not report itself: the same acts, once with libpam's own messages and once
# without, must give the same records. That of what is typed nothing gets out; that only who may tell the
# audit system is believed; and a libpam in a mount namespace of its own, found when a program is executed in it,
# let go of when that is gone.
set -eu
. "$(dirname "$0")/lib.sh"

actor=$(realpath "$BUILD/tests/pam")
cases="success failure unknown-user prompted-user host credentials change forked nothing threads"
tab=$(printf '\t')
group=$(printf '\035')

# Services of our own, where nobody else sees them: nothing stays of them.
services() {
	mount -t tmpfs none /etc/pam.d
	cat >/etc/pam.d/autrail-good <<-END
		auth optional pam_unix.so nodelay
		auth required pam_permit.so
		account required pam_permit.so
		session required pam_permit.so
		password required pam_permit.so
	END
	cat >/etc/pam.d/autrail-bad <<-END
		auth required pam_unix.so nodelay
		account required pam_deny.so
		session required pam_deny.so
		password required pam_deny.so
	END
}

# within COMMAND...: in a mount namespace with those services, without a terminal.
within() {
	# shellcheck disable=SC2016 # for the shell that is begun
	printf '%s\n' "$password" | setsid unshare --mount sh -euc "$(sed -n '/^services()/,/^}/p' "$self")"'
		services
		exec "$@"' sh "$@"
}

# Records of the actor's calls. (Others log in on this machine, too.)
mine() {
	grep -aF " exe=\"$actor\"" "$1" | grep -a 'op=PAM:' || :
}

# What they tell, without pids, times, and what libpam alone knows.
told() {
	mine "$1" | sed "s/$group.*//; s/^type=\([A-Z_]*\) .* pid=[0-9]* uid=/\1 uid=/; s/ grantors=[^ ]*/ grantors=?/"
}

derived() {
	mine "$1" | grep -c "${group}.*DERIVED=\"libpam\"" || :
}

quiet_end() {
	sleep 0.3
	autrail_end && ledger_balanced && [ "$(ledger lost)" -eq 0 ] && return
	cat "$autrail_err"
	return 1
}

same_records() {
	told "$work/own.log" >"$work/own"
	told "$work/silent.log" >"$work/silent"
	# Threads come in any order.
	if [ "$1" = threads ]; then
		sort -o "$work/own" "$work/own"
		sort -o "$work/silent" "$work/silent"
	fi
	diff "$work/own" "$work/silent" && [ -s "$work/own" ]
}

none_twice() {
	[ "$(derived "$work/own.log")" -eq 0 ] &&
		[ "$(derived "$work/silent.log")" -eq "$(told "$work/silent.log" | wc -l)" ]
}

# Everything that happened up to now is in the log.
mark() {
	/bin/true "pam-mark-$1"
	wait_for 20 grep -qa "pam-mark-$1\"" "$work/log"
}

between() {
	awk -v from="pam-mark-$1\"" -v to="pam-mark-$2\"" '
		index($0, to) { exit }
		on
		index($0, from) { on = 1 }' "$work/log"
}

one_case() {
	mark "$1-0"
	within "$actor" "$1"
	mark "$1-1"
	within "$actor" -s "$1"
	mark "$1-2"
	between "$1-0" "$1-1" >"$work/own.log"
	between "$1-1" "$1-2" >"$work/silent.log"
	check "$1: the same records" same_records "$1"
	check "$1: each once" none_twice
}

# --- what must not be told ----------------------------------------------------------------------

hostile_text() {
	grep -qF "acct=\"nobody\" exe=\"$actor\" hostname=a?b?c?op=x??res=success addr=? terminal=t??? res=failed'$group" \
		"$1" && [ "$(told "$1" | wc -l)" -eq 1 ]
}

nobody_knows() {
	! grep -qF -e "$password" "$1"
}

secrets() {
	autrail_begin "$work/log" --capture "$work/capture"
	within "$actor" -s
	within "$actor"
	check "secrets: all is recorded" quiet_end
	check "secrets: PAM calls are in the capture" grep -qF no-such-user "$work/capture"
	check "secrets: the password is not in the capture" nobody_knows "$work/capture"
	check "secrets: nor in a record" nobody_knows "$work/log"
	rm -f "$work/log" "$work/capture"
	autrail_begin "$work/log"
	within "$actor" -s hostile
	quiet_end || :
	check "hostile strings do not get out of their fields" hostile_text "$work/log"
	rm -f "$work/log"
}

# --- who is not believed ------------------------------------------------------------------------

no_right() {
	autrail_begin "$work/log"
	within setpriv --bounding-set=-audit_write --inh-caps=-audit_write "$actor" -s success
	within setpriv --reuid 65534 --regid 65534 --clear-groups "$actor" -s success
	check "without CAP_AUDIT_WRITE: ends well" quiet_end
	check "without CAP_AUDIT_WRITE: nothing is told" test -z "$(told "$work/log")"
	rm -f "$work/log"
}

# --- a libpam elsewhere -------------------------------------------------------------------------

# What autrail -v says of the namespace that the sleeper is in.
said() {
	[ -s "$work/mntns" ] && grep -q "mount namespace $(cat "$work/mntns") $1" "$autrail_err"
}

# Copies libpam, and lays the copy over it; on a file system that is free again only when nothing has any
# of it.
elsewhere_begin() {
	mkdir -p "$work/there"
	rm -f "$work/go" "$work/mntns"
	truncate -s 8M "$work/image"
	mkfs.ext4 -q "$work/image" 2>/dev/null || :
	# shellcheck disable=SC2016 # for the shell that is begun
	within sh -euc '
		mount -o loop "$1/image" "$1/there" 2>/dev/null || mount -t tmpfs none "$1/there"
		cp "$2" "$1/there/copy"
		mount --bind "$1/there/copy" "$2"
		stat -L -c %i /proc/self/ns/mnt >"$1/mntns"
		sleep 1000 &
		while [ ! -e "$1/go" ]; do sleep 0.1; done
		# What is typed has been read by nobody so far.
		"$3" -s success
		kill $!' sh "$work" "$library" "$actor" &
	elsewhere=$!
}

image_free() {
	! losetup -j "$work/image" | grep .
}

elsewhere() {
	autrail_begin "$work/log" -v
	elsewhere_begin
	check "elsewhere: its libpam is found as a program begins there" wait_for 15 said "is probed"
	touch "$work/go"
	status=0
	wait "$elsewhere" || status=$?
	ok "$status" "elsewhere: the calls"
	check "elsewhere: it is let go of when that is gone" wait_for 25 said "is gone"
	check "elsewhere: and its file system is free" wait_for 10 image_free
	check "elsewhere: ends well" quiet_end
	told "$work/log" >"$work/told"
	check "elsewhere: its calls are told" test "$(wc -l <"$work/told")" -eq 6
	rm -f "$work/log"
}

# Of one that there was before autrail.
earlier() {
	elsewhere_begin
	wait_for 10 test -s "$work/mntns"
	autrail_begin "$work/log"
	touch "$work/go"
	wait "$elsewhere" || :
	check "earlier: ends well" quiet_end
	told "$work/log" >"$work/told"
	check "earlier: calls of a libpam that was there before are told" test "$(wc -l <"$work/told")" -eq 6
}

# What is no libpam, though it is called so: a pipe, a part of one, a link that leads out. It is there at
# once and as a whole, whenever autrail looks, and until autrail has looked.
odd() {
	rm -f "$work/go" "$work/mntns"
	autrail_begin "$work/log" -v
	# shellcheck disable=SC2016 # for the shell that is begun
	within sh -euc '
		mount -t tmpfs none /mnt
		mkdir -p "/mnt/$3" /mnt/x86_64-linux-musl
		mkfifo /mnt/libpam.so.0
		head -c 20000 "$2" >"/mnt/$3/libpam.so.0"
		ln -s /../../../proc/self/root/nowhere /mnt/x86_64-linux-musl/libpam.so.0
		mount --bind /mnt /usr/local/lib
		stat -L -c %i /proc/self/ns/mnt >"$1/mntns"
		while [ ! -e "$1/go" ]; do sleep 0.1; done' \
		sh "$work" "$library" "$(basename "$(dirname "$library")")" &
	elsewhere=$!
	check "odd: what cannot be probed is said" wait_for 30 said ".*cannot be probed: "
	touch "$work/go"
	wait "$elsewhere" || :
	check "odd: once" test "$(grep -c 'cannot be probed' "$autrail_err")" -eq 1
	check "odd: ends well" quiet_end
	rm -f "$work/log"
}

begin
self=$PWD/tests/root/pam.t
library=$(realpath "$(ldd "$actor" | sed -n "s/^[ $tab]*libpam\.so\.0 => \([^ ]*\).*/\1/p")")
password=$(head -c 18 /dev/urandom | base64 | tr '/+' 'ab')
test_cleanup() {
	touch "$work/go" 2>/dev/null || :
}
"$AUTRAIL" check >"$work/check" 2>&1 || :
if ! grep -q 'uretprobe *pam_end *yes' "$work/check"; then
	skip_all "libpam cannot be probed here"
fi
check "check: names the library" grep -q 'library *.*/libpam\.so\.0.* yes$' "$work/check"
check "autrail starts" autrail_begin "$work/log"
for one in $cases; do
	one_case "$one"
done
check "all cases: nothing is lost" quiet_end
rm -f "$work/log"
secrets
no_right
elsewhere
earlier
odd
finish
