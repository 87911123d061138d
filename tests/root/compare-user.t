#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare-user.pl finds what it is there to find, in logs made by hand. Needs no root and no kernel audit.
set -eu
. "$(dirname "$0")/lib.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/autrail-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

a=$work/a
b=$work/b
cp /dev/null "$work/none"
separator=$(printf '\035')
unset='auid=4294967295 ses=4294967295'
ids='auid=7 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3'

# Two processes, a session that begins, a text that wants to be another record, one of a type without name.
cat >"$a" <<END
type=DAEMON_START msg=audit(1000.100:1): op=start ver=3.0.9 format=enriched auid=1 pid=1 uid=0 ses=1 res=success
type=USER_AUTH msg=audit(1000.200:10): pid=100 uid=0 $unset msg='op=PAM:authentication grantors=pam_unix acct="ann" exe="/bin/login" hostname=? addr=? terminal=/dev/pts/0 res=success'${separator}UID="root" AUID="unset"
type=ADD_USER msg=audit(1000.201:11): pid=101 uid=0 $unset msg='op=adding user id=7 exe="/usr/sbin/useradd" hostname=? addr=? terminal=? res=success'${separator}UID="root" AUID="unset" ID="unknown(7)"
type=LOGIN msg=audit(1000.204:12): pid=100 uid=0 old-auid=4294967295 auid=7 tty=pts0 old-ses=4294967295 ses=3 res=1${separator}UID="root" OLD-AUID="unset" AUID="ann"
type=SYSCALL msg=audit(1000.204:12): arch=c000003e syscall=1 success=yes exit=1 a0=3 a1=7ffd a2=1 a3=0 items=0 ppid=99 pid=100 $ids comm="login" exe="/bin/login" key=(null)${separator}ARCH=x86_64 SYSCALL=write AUID="ann"
type=PROCTITLE msg=audit(1000.204:12): proctitle="login"
type=SYSCALL msg=audit(1000.205:13): arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=2 ppid=99 pid=102 $ids comm="sh" exe="/bin/sh" key=(null)
type=PROCTITLE msg=audit(1000.205:13): proctitle="sh"
type=USER_LOGIN msg=audit(1000.300:14): pid=100 uid=0 auid=7 ses=3 msg='op=login id=7 exe="/bin/login" hostname=? addr=? terminal=/dev/pts/0 res=success'${separator}UID="root" AUID="ann" ID="ann"
type=TEST msg=audit(1000.400:15): pid=101 uid=0 $unset msg='op=a' type=USER_LOGIN msg=audit(1.000:1): pid=1 uid=0'${separator}UID="root" AUID="unset"
type=UNKNOWN[1199] msg=audit(1000.400:16): pid=101 uid=0 $unset msg='x'${separator}UID="root" AUID="unset"
type=ANOM_ABEND msg=audit(1000.500:17): auid=7 uid=0 gid=0 ses=3 pid=102 comm="sh" exe="/bin/sh" sig=11 res=1${separator}AUID="ann" UID="root" GID="root"
END

run_compare() {
	status=0
	tests/root/compare-user.pl "$@" "$a" "$b" >"$work/out" 2>&1 || status=$?
}

# same NAME [OPTION...]: $b counts as equal.
same() {
	name=$1
	shift
	run_compare "$@"
	ok "$status" "$name" "$work/out"
}

# differs NAME PATTERN [OPTION...]: it does not, and a line with the pattern says why.
differs() {
	name=$1
	pattern=$2
	shift 2
	run_compare "$@"
	if [ "$status" -eq 1 ] && grep -q -e "$pattern" "$work/out"; then
		ok 0 "$name"
	else
		ok 1 "$name (exit $status)" "$work/out"
	fi
}

edit() {
	sed "$@" "$a" >"$b"
}

cp "$a" "$b"
same "a log equals itself" --expect 7
grep -q 'A 7, B 7, paired 7; differences: 0 allowed, 0 not' "$work/out" && status=0 || status=$?
ok "$status" "all of its records were compared" "$work/out"
differs "too few records" 'records of A: 7, not at least 8' --expect 8

edit 's/audit(1000\.\([0-9]*\):\([0-9]*\))/audit(1000.\1:9\2)/'
same "serials do not count"
edit '/^type=USER_LOGIN/ s/1000\.300/1000.310/'
same "time within the tolerance"
differs "time out of it" 'USER_LOGIN .* time: ' --ms 9
edit '/1000.205/d'
same "execs are not its business"

edit 's/acct="ann"/acct="bob"/'
differs "a field of a message" 'USER_AUTH .* acct: A="ann" B="bob"'
edit '/USER_AUTH/ s/ addr=?//'
differs "a field that is missing" 'USER_AUTH .* addr: A=? B=(none)'
edit "/USER_AUTH/ s/ grantors=pam_unix acct=\"ann\"/ acct=\"ann\" grantors=pam_unix/"
differs "the order of fields" 'USER_AUTH .* text: '
edit 's/op=adding user/op=adding users/'
differs "an operation in words" 'ADD_USER .* op: A=adding user B=adding users'
edit '/^type=USER_LOGIN/ s/ ses=3/ ses=4/'
differs "a number of the kernel's" 'USER_LOGIN .* ses: A=3 B=4'
edit "s/op=a' type/op=a type/"
differs "a text without rules" "TEST .* msg: A='op=a' type"
edit "s/msg='x'/msg='y'/"
differs "a type without name" 'UNKNOWN\[1199\] .* msg: '
edit 's/sig=11/sig=6/'
differs "a signal" 'ANOM_ABEND .* sig: A=11 B=6'
edit 's/^type=USER_AUTH/type=USER_ACCT/'
differs "a type" 'USER_AUTH .* missing-in-b: '
edit '/USER_AUTH/ s/AUID="unset"/AUID="root"/'
differs "what auditd adds" 'USER_AUTH .* tail: '

for type in USER_AUTH LOGIN TEST ANOM_ABEND; do
	edit "/^type=$type /d"
	differs "$type is missing" "$type .* missing-in-b: "
	edit "/^type=$type /p"
	differs "$type is there twice" "$type .* missing-in-a: "
done
grep -c 'NOT ALLOWED$' "$work/out" | grep -qx 2 && status=0 || status=$?
ok "$status" "one that is there twice is one difference" "$work/out"
cp "$work/none" "$b"
differs "nothing at all" 'A 7, B 0'
edit '/USER_AUTH/ { h; d; }; /^type=USER_LOGIN/ { p; x; }'
differs "the order of a process" 'USER_AUTH .* missing-in-b: '
edit '/ADD_USER/ { h; d; }; /^type=USER_LOGIN/ { p; x; }'
differs "the order of all" 'ADD_USER .* order: '
same "the order of all may be let go" --no-order

edit '/syscall=1 /d'
differs "LOGIN without its call" 'LOGIN .* records: '
same "it may be alone" --login-alone
edit '/syscall=1 / s/a0=3/a0=4/'
differs "LOGIN's call" 'LOGIN .* SYSCALL.a0: A=3 B=4'

edit '/^type=LOGIN/ { s/pid=100/pid=105/; s/tty=pts0/tty=(none)/; s/000.204/000.999/; }'
differs "LOGIN of another process" 'LOGIN .* missing-in-b: '
same "it may be derived" --login-derived
edit '/^type=LOGIN/ { s/ auid=7/ auid=8/; }'
differs "not with another user" 'LOGIN .* auid: A=7 B=8' --login-derived
edit '/^type=LOGIN/d'
differs "not if something is seen of the session" 'LOGIN .* missing-in-b: ' --login-derived

edit '/^type=USER_LOGIN/ s/$/ MNTNS=4026531841 CONTAINER="abc"/'
same "pairs of ours"
differs "pairs of ours that have to be there" 'pair of ours: 1, not 7' --ours '.*'
edit '/UID/ s/$/ MNTNS=4026531841/; /type=SYSCALL/ s/ MNTNS.*//'
same "they are all there" --ours MNTNS
differs "others are not" 'pair of ours: 0, not 7' --ours PIDNS
edit '/^type=USER_LOGIN/ s/$/ CONTAINERS="abc"/'
differs "a pair of nobody's" 'USER_LOGIN .* tail: '
edit "/^type=USER_LOGIN/ { p; s/\$/ REFUSED=\"user-namespace\"/; }"
differs "what was refused" 'USER_LOGIN .* missing-in-a: '
same "it may be there" --refused 1
differs "as often as that" 'REFUSED: 1, not 2' --refused 2

edit 's/pid=10\([012]\)/pid=20\1/; s/\(old-\)\?ses=3\>/\1ses=9/; s,pts/0,pts/5,; s/pts0/pts5/; s/1000\./2000./'
differs "another run" 'missing-in-b: '
same "another run, as such" --other-run
sed -i '/^type=USER_LOGIN/ s/pid=200/pid=201/' "$b"
differs "a pid that stands for two" 'USER_LOGIN .* pid: A=100 B=201, else 200' --other-run
edit '/^type=USER_LOGIN/ s/ ses=3/ ses=4294967295/'
differs "no session is no session" 'USER_LOGIN .* ses: ' --other-run
edit '/^type=USER_LOGIN/ { s/res=success/res=failed/; }'
differs "another result" 'USER_LOGIN .* res: A=success B=failed' --other-run
edit '/ADD_USER/d'
differs "less in another run" 'ADD_USER .* missing-in-b: ' --other-run
same "what is left out" --other-run --skip 'op=adding user'

edit 's/ID="unknown(7)"/ID="ann"/'
differs "a name that came too late" 'ADD_USER .* tail: '
same "it is allowed" --allowed "$ALLOWED.user"
edit '/USER_AUTH/d'
echo 'USER_AUTH missing-in-b exe~login,acct="ann" Because.' >"$work/allowed"
same "conditions hold" --allowed "$work/allowed"
echo 'USER_AUTH missing-in-b exe~login,acct="bob" Because.' >"$work/allowed"
differs "one condition does not" 'missing-in-b' --allowed "$work/allowed"
# One more of pid 102, whose first event was told with the title "sh".
cat >>"$a" <<END
type=LOGIN msg=audit(1000.600:18): pid=102 uid=0 old-auid=7 auid=8 tty=pts0 old-ses=3 ses=4 res=1
type=SYSCALL msg=audit(1000.600:18): arch=c000003e syscall=1 success=yes exit=1 a0=3 a1=7ffd a2=1 a3=0 items=0 ppid=99 pid=102 $ids comm="login" exe="/bin/login" key=(null)
type=PROCTITLE msg=audit(1000.600:18): proctitle="sh"
END
edit '/000.600/ s/title="sh"/title="login"/'
differs "a title" 'LOGIN .* PROCTITLE.proctitle: A="sh" B="login"'
same "it may be that of an earlier event" --allowed "$ALLOWED.user"
edit '/000.204/ s/title="login"/title="sh"/'
differs "not if there was none" 'LOGIN .* PROCTITLE.proctitle: A="login" B="sh"' --allowed "$ALLOWED.user"

finish
