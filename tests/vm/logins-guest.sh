#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# logins-guest.sh NAME FORMAT WAY...: inside a guest, under kernel audit: people come and go (a choice of the
# acts of logins.sh), login uids are set in every way, and messages are sent of every type, text, length and by
# every call (usermsg). For each way to hook an autrail of its own watches the same: an exec costs a guest
# thirty times what it costs its host. The records must be those of kernel audit. A line of figures for each
# way, "compared NAME WAY ..."; NAME is the kernel's. The way no-failed is tracepoint with --no-failed: without those
# that every system call pays for, so that messages come from probes on libaudit, and others than its own do not.
#   ACTS="NAME..."   those of logins.sh; some need others (login: useradd-2, chpasswd, passwd-root)
set -eu
. "$(dirname "$0")/../root/lib.sh"

kernel=$1
format=$2
shift 2

# One of each kind. sshd's acts cannot be without its three users.
acts="useradd useradd-2 useradd-3 useradd-again chpasswd passwd-root passwd-own su su-user runuser sudo
	sudo-refused login login-nobody ssh-password ssh-key ssh-nobody cron loginuid loginuid-refused abend
	abend-user userdel"
separator=$(printf '\035')

# The files that logins change become the guest's own: those of the host, below, may change meanwhile, and the
# guest's kernel would call them stale.
own_files() {
	for file in /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/subuid /etc/subgid /etc/passwd- \
		/etc/shadow- /etc/group- /etc/gshadow- /etc/subuid- /etc/subgid- /var/log/wtmp /var/log/btmp \
		/var/log/lastlog /var/log/faillog; do
		[ ! -e "$file" ] || { cp -a "$file" "$file.own" && mv "$file.own" "$file"; } || return
	done
}

# Which programs of those that tell of logins and messages a process holds.
programs() { # PID
	sed -n 's/^prog_id:[[:space:]]*//p' "/proc/$1"/fdinfo/* 2>/dev/null | sort -u >"$work/ids"
	bpftool prog show | awk '
		FILENAME == ARGV[1] { held[$1]; next }
		match($0, /^[0-9]+: /) && $1 + 0 in held && match($0, / name [a-z_0-9]+/) {
			print substr($0, RSTART + 6, RLENGTH - 6)
		}' "$work/ids" - | grep -E '^atr_(k?login|k?logged_in|k?unicast|sent|sendto|sendmsg|audit_sen[dt])$' |
		sort
}

autrails_begin() {
	for way; do
		case $way in
		no-failed) options='--hooks tracepoint --no-failed' ;;
		tracepoint) options='--hooks tracepoint' ;;
		# What failed execs are seen by is half of what the verifier has to read.
		*) options="--hooks $way --no-failed" ;;
		esac
		# shellcheck disable=SC2086 # words
		check "$kernel $way: it starts" autrail_begin "$work/$way.b" -f "$format" $options
		mv "$autrail_err" "$work/$way.err"
		echo "$autrail_pid" >"$work/$way.pid"
		programs "$autrail_pid" >"$work/$way.programs"
	done
}

has() { # PROGRAM
	grep -q "^$1\$" "$work/$way.programs"
}

# What a program does, and does not get, whatever it sets its login uid by. In a user namespace of its own it
# has no capability that counts, and for the first time it needs none.
#
# shellcheck disable=SC2016 # for the inner shell
login_uids() {
	for call in write pwrite writev compat thread; do
		"$BUILD/tests/loginuid" "$call" 11 12 4294967295 || return
		# For each thread it is the first time.
		[ "$call" != thread ] || break
		! setpriv --bounding-set=-audit_control "$BUILD/tests/loginuid" "$call" 11 12 || return
	done
	unshare --pid --fork --mount-proc "$BUILD/tests/loginuid" write 13 || return
	unshare --user --map-root-user "$BUILD/tests/loginuid" write 0 || return
	! unshare --user --map-root-user "$BUILD/tests/loginuid" write 0 0 || return
	# Kernel audit has the title of the first for both.
	sh -c 'echo 14 >/proc/self/loginuid; exec "$0" write 15' "$BUILD/tests/loginuid" || return
	# From here on nobody changes his, whatever he may do.
	auditctl --loginuid-immutable >/dev/null || return
	! "$BUILD/tests/loginuid" write 16 17
}

sends() { # [OPTION...] MODE...
	check "$kernel: usermsg $*" "$BUILD/tests/usermsg" "$@"
}

by_libaudit() {
	sends libaudit
	sends --nobody libaudit
	sends --pidns libaudit
	sends --no-cap libaudit
	sends --userns libaudit
	sends --userns --no-cap libaudit
}

messages() {
	sends all
	sends --tty types texts
	sends --nobody all
	sends --pidns types tasks libaudit
	sends --netns types tasks
	sends --no-cap types texts lengths framing calls tasks
	sends --no-cap --late types tasks
	sends --userns --no-cap types tasks
	sends --userns types tasks
}

# What may differ in this way. Of the calls that write to a socket sys_enter_sendto and sys_enter_sendmsg do not
# see write() and writev(): one of each, twice, that kernel audit has. And they cannot know that an address is
# wrong: three such messages are counted as lost.
allowed() {
	cat "$ALLOWED.user"
	if has atr_sendto; then
		echo 'TRUSTED_APP missing-in-b op=by-call By write().'
	fi
}

as_many_lost() {
	if has atr_sendto; then
		grep -q '^4 x TRUSTED_APP missing-in-b: By write' "$work/compared" &&
			grep -q 'user message events lost: could not be read' "$autrail_err" &&
			[ "$(ledger lost)" -eq 3 ]
	else
		[ "$(ledger lost)" -eq 0 ]
	fi
}

log_complete() {
	check "$kernel: kernel audit's log is complete" audit_sync
	check "$kernel: kernel audit lost nothing" test "$(audit_status lost)" -eq "$audit_lost"
	cp "$audit_log" "$work/a"
}

# Of kernel audit's log.
count() { # PATTERN
	grep -aEc "$1" "$work/a" || :
}

compared() { # REFUSED EXPECTED
	autrail_pid=$(cat "$work/$way.pid")
	autrail_err=$work/$way.err
	check "$kernel $way: it ends well" autrail_end
	check "$kernel $way: the ledger adds up" ledger_balanced
	marked=$(grep -aEc "[ $separator]REFUSED=" "$work/$way.b") || :
	check "$kernel $way: it has what the kernel refuses, marked" \
		test "$(grep -ac 'REFUSED="user-namespace"' "$work/$way.b")" -eq "$1"
	allowed >"$work/allowed"
	set -- --allowed "$work/allowed" --ms 1000 --expect "${EXPECT:-$2}" --refused "$marked"
	if ! grep -q logged_in "$work/$way.programs"; then
		set -- "$@" --login-derived
	fi
	check "$kernel $way: no difference but the allowed ones" tests/root/compare-user.pl "$@" "$work/a" \
		"$work/$way.b"
	cp "$work/check.out" "$work/compared"
	grep -E '^[0-9]+ x ' "$work/compared" | diag
	sed -n "s/^records:/compared $kernel $way by $(xargs <"$work/$way.programs"):/p" "$work/compared" | diag
	check "$kernel $way: what it cannot see it counts, and nothing else" as_many_lost
}

begin
check "$kernel: the guest has accounts of its own" own_files
audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
# Without any rule Linux 5.10 writes LOGIN alone. This one is nobody's: there is no such pid.
audit_rule 4194304
autrails_begin "$@"
mkdir "$work/logins"
# shellcheck disable=SC2086 # words
check "$kernel: every act came out as it should" tests/root/logins.sh "$work/logins" ${ACTS:-$acts}
check "$kernel: login uids are set, and refused" login_uids
by_libaudit
log_complete
for way; do
	[ "$way" != no-failed ] || compared 12 180
done
messages
log_complete
# In the same event: SYSCALL and PROCTITLE are what the comparison wants as well.
echo "$kernel: LOGIN $(count '^type=LOGIN '), refused $(count '^type=LOGIN .* res=0')," \
	"with a label $(count '^type=LOGIN .* subj=[^ ]'), ANOM_ABEND $(count '^type=ANOM_ABEND ')" | diag
for way; do
	# Each type, two tasks and the senders of libaudit, by who has the capability in a user namespace of its own.
	[ "$way" = no-failed ] || compared 130 900
done
finish
