#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# compare.pl finds what it is there to find: a difference of every kind is put into a log, and must
# be reported, by the name of its record and field. Needs no root and no kernel audit.
set -eu
. "$(dirname "$0")/lib.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/autrail-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

a=$work/a
b=$work/b
ids='auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=(none) ses=4294967295'
file='mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL'
caps='cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0'

# A script with its interpreter, long arguments and new capabilities; a failure of the same process
# before; a 32-bit failure; one that asked for nothing but its title. Two of them interleaved.
cat >"$a" <<END
type=DAEMON_START msg=audit(1000.100:1): op=start ver=3.0.9 format=raw kernel=6 auid=4294967295 pid=1 uid=0 ses=1 res=success
type=SYSCALL msg=audit(1000.200:10): arch=c000003e syscall=59 success=no exit=-2 a0=1 a1=2 a2=3 a3=4 items=1 ppid=50 pid=100 $ids comm="sh" exe="/bin/dash" key=(null)
type=CWD msg=audit(1000.200:10): cwd="/root"
type=SYSCALL msg=audit(1000.204:11): arch=40000003 syscall=11 success=no exit=-2 a0=1 a1=2 a2=3 a3=4 items=1 ppid=50 pid=101 $ids comm="x" exe="/bin/x" key=(null)
type=PATH msg=audit(1000.200:10): item=0 name="/nope" nametype=UNKNOWN $caps
type=CWD msg=audit(1000.204:11): cwd="/root"
type=PROCTITLE msg=audit(1000.200:10): proctitle="sh"
type=PATH msg=audit(1000.204:11): item=0 name="/nope" nametype=UNKNOWN $caps
type=PROCTITLE msg=audit(1000.204:11): proctitle="x"
type=SYSCALL msg=audit(1000.300:12): arch=c000003e syscall=59 per=40000 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=2 ppid=50 pid=100 $ids comm="s" exe="/bin/st" key=(null)
type=BPRM_FCAPS msg=audit(1000.300:12): fver=2 fp=0000000000002000 fi=0 fe=1 old_pp=0 old_pi=0 old_pe=0 old_pa=0 pp=0000000000002000 pi=0 pe=0000000000002000 pa=0 frootid=0
type=EXECVE msg=audit(1000.300:12): argc=3 a0="/bin/st" a1_len=12 a1[0]=41414141
type=EXECVE msg=audit(1000.300:12):  a1[1]=4141 a2="z"
type=CWD msg=audit(1000.300:12): cwd=2F6120
type=PATH msg=audit(1000.300:12): item=0 name="./s" inode=12 dev=fe:00 $file $caps
type=PATH msg=audit(1000.300:12): item=1 name="/bin/st" inode=13 dev=fe:00 $file $caps
type=PROCTITLE msg=audit(1000.300:12): proctitle="sh"
type=SYSCALL msg=audit(1000.400:13): arch=c000003e syscall=1 success=yes exit=4 a0=1 a1=2 a2=3 a3=4 items=0 ppid=50 pid=102 $ids comm="s" exe="/bin/st" key=(null)
type=PROCTITLE msg=audit(1000.400:13): proctitle="login"
type=SYSCALL msg=audit(1000.404:14): arch=c000003e syscall=322 success=no exit=-14 a0=1 a1=2 a2=3 a3=4 items=0 ppid=50 pid=102 $ids comm="s" exe="/bin/st" key=(null)
type=PROCTITLE msg=audit(1000.404:14): proctitle="login"
type=SYSCALL msg=audit(1000.404:15): arch=c000003e syscall=59 success=no exit=-14 a0=1 a1=2 a2=3 a3=4 items=0 ppid=51 pid=103 $ids comm="s" exe="/bin/st" key=(null)
type=PROCTITLE msg=audit(1000.404:15): proctitle="other parent"
END
printf 'fails\t100\tok\tok\tsame\n' >"$work/acts"

run_compare() {
	"$COMPARE" --ppid 50 --allowed "$ALLOWED" "$@" "$a" "$b" >"$work/out" 2>&1
}

# same NAME [OPTION...]: $b counts as equal.
same() {
	name=$1
	shift
	status=0
	run_compare "$@" || status=$?
	ok "$status" "$name" "$work/out"
}

# differs NAME PATTERN [OPTION...]: it does not, and a line with the pattern says why.
differs() {
	name=$1
	pattern=$2
	shift 2
	status=0
	run_compare "$@" || status=$?
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
same "a log equals itself"
grep -q 'A 4, B 4, paired 4; differences: 0 allowed, 0 not' "$work/out" && status=0 || status=$?
ok "$status" "only exec events of the wanted parent count" "$work/out"
edit 's/:\([0-9]*\)):/:9\1):/'
same "serials do not count"
same "rising serials are rising" --rising
edit 's/(1000\.2/(1000.1/; s/(1000.104/(1000.190/'
differs "a time too far off" 'EVENT time'
edit 's/(1000.200/(1000.220/; s/(1000.300/(1000.280/'
same "20 ms are near enough"
edit 's/(1000.200/(1000.221/'
differs "21 ms are not" 'EVENT time: .*NOT ALLOWED'

# Every field of every record of the wanted events, one after the other; nothing is allowed.
list=$ALLOWED
ALLOWED=/dev/null
wrong=0
n=1
while :; do
	awk -v n="$n" -v said="$work/field" '
		{ own = / ppid=/ ? / ppid=50 / && !/ syscall=1 / : own_of[$2]; own_of[$2] = own }
		own && match($0, /\): */) {
			head = substr($0, 1, RSTART + RLENGTH - 1)
			count = split(substr($0, RSTART + RLENGTH), part, " ")
			for (i = 1; i <= count; i++) {
				if (++seen == n) {
					print substr($1, 6), substr(part[i], 1, index(part[i], "=") - 1) >said
					part[i] = part[i] "7"
				}
				head = head (i > 1 ? " " : "") part[i]
			}
			print head
			next
		}
		{ print }
		END { exit seen < n }' "$a" >"$b" || break
	read -r record field <"$work/field"
	status=0
	run_compare || status=$?
	# Another parent, pid, call or outcome is another event.
	case $field in
	ppid | pid | arch | syscall) pattern='EVENT missing-in-[ab]: .*NOT ALLOWED' ;;
	*) pattern=" $record\(\[[0-9]\]\)\? $(printf '%s' "$field" | sed 's/[][]/\\&/g'): .*NOT ALLOWED" ;;
	esac
	if [ "$status" -ne 1 ] || ! grep -q -e "$pattern" "$work/out"; then
		echo "# not found: $record $field"
		wrong=$((wrong + 1))
	fi
	n=$((n + 1))
done
ok "$wrong" "each of $((n - 1)) fields is compared"
[ "$n" -gt 150 ] && status=0 || status=$?
ok "$status" "there were fields"
ALLOWED=$list

edit '/12): cwd/d'
differs "a record that is missing" 'EVENT records'
edit 's/^\(type=CWD.*:12): .*\)/\1\n\1/'
differs "a record that comes twice" 'EVENT records'
edit '/:12):  a1/{h;d}; /:12): cwd/{p;x}'
differs "records in another order" 'EVENT records'
edit 's/ inode=13 dev=fe:00/ dev=fe:00 inode=13/'
differs "fields in another order" 'PATH\[1\] text'
edit 's/ per=40000//'
differs "a field that is missing" 'SYSCALL per: A=40000 B=(none)'
edit 's/\(:12): .*key=(null)\)/\1 subj=x/'
differs "a field too many" 'SYSCALL subj: A=(none) B=x'
gs=$(printf '\035')
edit "s/\(:12): .*key=(null)\)/\1${gs}UID=\"root\"/"
differs "a tail too many" 'SYSCALL UID: A=(none)'
edit 's/:12):  a1/:12): a1/; s/:10): item/:10):  item/'
differs "a blank more or less" 'EXECVE\[1\] text'
edit '/:1[0]):/d'
differs "an event on one side only" 'missing-in-b'
edit 's/\(.*\)/\1/; /:10):/d'
cp "$b" "$work/keep"
cp "$a" "$b"
cp "$work/keep" "$work/swap"
a=$work/swap
differs "an event on the other side only" 'missing-in-a'
a=$work/a
edit '/:12):/{s/pid=100/pid=104/}'
differs "another pid" 'missing-in-[ab]'
edit 's/success=no exit=-14/success=no exit=-13/'
differs "another outcome of the same call" 'SYSCALL exit: A=-14 B=-13'
edit '/:11):/d'
same "a failed 32-bit exec may be missing"
edit 's/:11): \(.*\)success=no exit=-2/:11): \1success=yes exit=0/'
mv "$b" "$work/a32"
a=$work/a32
edit '/:11):/d'
differs "a 32-bit exec that succeeded may not" 'missing-in-b.*NOT ALLOWED'
a=$work/a
edit 's/:12): proctitle=.*/:12): proctitle="new"/'
same "a title kept from an earlier event is allowed"
edit 's/:14): proctitle=.*/:14): proctitle="new"/'
same "also from another call than exec"
edit 's/:10): proctitle=.*/:10): proctitle="new"/'
differs "the first title is not" 'PROCTITLE proctitle: .*NOT ALLOWED'
edit 's/:12):/:9):/'
differs "serials that fall" 'SYSCALL serial' --rising
cp "$a" "$b"
same "the act is in A" --acts "$work/acts"
printf 'fails\t100\tok\tEACCES\tsame\n' >"$work/acts"
differs "an act is not in A as it came out" 'fails pid=100' --acts "$work/acts"
printf 'quiet\t100\tEPERM\tEPERM\tsilent\n' >"$work/acts"
differs "an act is in A and should not be" 'quiet pid=100' --acts "$work/acts"
same "as many events as expected" --expect 4
differs "not as many events as expected" 'A holds 4 events, not 5' --expect 5
sed -n '1,/:12): item=1/p' "$a" >"$b"
differs "an event cut short at the end" 'EVENT records'

printf 'PATH name no-such-condition Because.\n' >"$work/list"
"$COMPARE" --allowed "$work/list" "$a" "$a" >/dev/null 2>&1 && status=0 || status=$?
[ "$status" -eq 2 ] && status=0
ok "$status" "a condition that is not known is refused"
printf 'PATH inode A=13,PATH.name~s Because.\n' >"$work/list"
edit 's/inode=13/inode=14/'
ALLOWED=$work/list
same "a difference that is listed is allowed"
edit 's/inode=12/inode=14/'
differs "and no other" 'PATH inode: A=12 B=14 : NOT ALLOWED'
finish
