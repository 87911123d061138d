#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # for shells within
#
# typists.sh DIR [ACT...]: somebody types, on real terminals: in a login, through sshd, by su, in script(1). In a
# mount namespace of its own, where there is an account for it, and pam_tty_audit has the kernel record what is
# typed (PAM_TTY: its words; none: it is left out): nothing of the machine is changed.
#
# Into DIR, which must be there: "acts" (NAME and exit status), "output". Exit 1: an act came out in another way.
# BUILD has the actors.
set -eu

dir=$1
here=$(cd "$(dirname "$0")" && pwd)
. "$here/wait.sh"
if [ -z "${TYPISTS:-}" ]; then
	TYPISTS=1 exec unshare --mount --propagation private "$here/typists.sh" "$@"
fi
shift
only=$*
failed=0
sshd_pid=
ann=autrail-ann
password=Lark7-verse-tide
typing=$BUILD/tests/typing
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

export LC_ALL=C TERM=vt100
unset SSH_AUTH_SOCK SSH_CONNECTION SSH_CLIENT SSH_TTY MAIL

# What is there for this namespace alone.
private() {
	for file; do
		[ -e "$file" ] || continue
		copy=$dir/private/$(echo "$file" | tr / _)
		cp -a "$file" "$copy"
		mount --bind "$copy" "$file"
	done
}

account() {
	# Not as an argument: that is in the log of execs.
	hash=$(echo "$password" | perl -ne 'chomp; print crypt($_, q($6$autrail$))')
	echo "$ann:x:7001:7001::$dir/home:/bin/bash" >>/etc/passwd
	echo "$ann:$hash:19000:0:99999:7:::" >>/etc/shadow
	echo "$ann:x:7001:" >>/etc/group
	mkdir "$dir/home"
	# A prompt that is waited for, and no messages.
	printf 'PS1="P> "\nunset HISTFILE\n' >"$dir/home/.bashrc"
	printf '. ~/.bashrc\n' >"$dir/home/.profile"
	: >"$dir/home/.hushlogin"
	seq 1 200 >"$dir/home/numbers"
	chown -R 7001:7001 "$dir/home"
	chmod 711 "$dir"
}

prepare() {
	mkdir "$dir/private"
	# All of it: of a file that is renamed over, others lose what they have mounted there.
	private /etc /var/log/wtmp /var/log/btmp /var/log/lastlog /run/utmp
	account
	if [ -n "${PAM_TTY:-}" ]; then
		echo "session required pam_tty_audit.so $PAM_TTY" >>/etc/pam.d/common-session
	fi
	printf 'Defaults:%s lecture = never, timestamp_timeout = 0, passwd_tries = 1\n%s ALL = (root) ALL\n' \
		"$ann" "$ann" >/etc/sudoers.d/autrail-test
	chmod 440 /etc/sudoers.d/autrail-test
	perl -e 'for $i (1 .. 100) { print "$i ", "x" x (990 - length $i), "\n" }' >"$dir/paste"
	head -n 20 "$dir/paste" >"$dir/block"
}

cleanup() {
	status=$?
	trap '' INT TERM HUP
	trap - EXIT
	if [ -n "$sshd_pid" ]; then
		kill "$sshd_pid" 2>/dev/null && wait "$sshd_pid"
	fi
	[ ! -e "$dir/new-sshd" ] || rmdir /run/sshd 2>/dev/null
	exit "$status"
}

# act NAME STATUS COMMAND...
act() {
	name=$1
	want=$2
	shift 2
	case " ${only:-$name} " in
	*" $name "*) ;;
	*) return 0 ;;
	esac
	echo "== $name" >>"$dir/output"
	status=0
	"$@" </dev/null >>"$dir/output" 2>&1 || status=$?
	printf '%s\t%s\n' "$name" "$status" >>"$dir/acts"
	if [ "$status" -ne "$want" ]; then
		echo "act $name: exit $status, not $want" >&2
		failed=$((failed + 1))
		# It will not get better, and each waits for what does not come.
		[ "$failed" -lt 3 ] || exit 1
	fi
}

keys() {
	"$here/keys.exp" "$@"
}

# in_login [PATTERN KEYS]...: a login, and bash in it.
in_login() {
	keys login -f "$ann" -- "$@"
}

in_su() {
	keys su - "$ann" -- "$@"
}

# By a key: nothing is typed to come in.
sshd_begin() {
	if [ ! -d /run/sshd ]; then
		mkdir -m 755 /run/sshd
		: >"$dir/new-sshd"
	fi
	ssh-keygen -q -t ed25519 -N '' -f "$dir/host_key"
	ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
	mkdir "$dir/home/.ssh"
	cp "$dir/key.pub" "$dir/home/.ssh/authorized_keys"
	chown -R 7001:7001 "$dir/home/.ssh"
	port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
		LocalAddr => "127.0.0.1")->sockport')
	cat >"$dir/sshd_config" <<-END
		ListenAddress 127.0.0.1:$port
		HostKey $dir/host_key
		PidFile none
		UsePAM yes
		UseDNS no
		StrictModes no
		PrintLastLog no
	END
	/usr/sbin/sshd -D -f "$dir/sshd_config" -E "$dir/sshd.log" </dev/null &
	sshd_pid=$!
	wait_for 20 grep -q '^Server listening' "$dir/sshd.log"
}

in_ssh() {
	keys ssh -tt -F /dev/null -p "$port" -o BatchMode=yes -o IdentitiesOnly=yes -i "$dir/key" \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		-l "$ann" 127.0.0.1 -- "$@"
}

two_at_once() {
	in_su 'P> $' 'cat\r' '\n' 'first\r' 'first\r\nfirst' '\004' 'P> $' 'exit\r' &
	in_login 'P> $' 'cat\r' '\n' 'second\r' 'second\r\nsecond' '\004' 'P> $' 'exit\r'
	wait "$!"
}

bash_acts() {
	act line 0 in_login 'P> $' 'echo hello\r' 'hello\r\n.*P> $' 'exit\r'
	act editing 0 in_login 'P> $' 'ecxho\033[D\033[D\177o\033[C wo\027words\r' 'P> $' 'wrong\025true\r' 'P> $' \
		'\020\016\003' 'P> $' 'exit\r'
	act completion 0 in_login 'P> $' 'cat numb\t | head -n 1\r' '1\r\n.*P> $' 'exit\r'
	act stop 0 in_login 'P> $' 'cat\r' '\n' 'before\r' 'before\r\nbefore' '\032' 'P> $' 'fg\r' 'cat\r\n' \
		'after\r' 'after\r\nafter' '\004' 'P> $' '\004'
	act interrupt 0 in_login 'P> $' 'cat\r' '\n' 'half a line\003' 'P> $' '\004'
	# A job that still counts as stopped would keep the shell from leaving.
	act background 0 in_login 'P> $' 'cat & sleep 0.2\r' 'P> $' 'kill %1; disown\r' 'P> $' 'exit 0\r'
	act read 0 in_login 'P> $' 'read -p "Name: " x\r' 'Name: $' 'somebody\r' 'P> $' 'read -e y\r' '\n' \
		'edit\177t\r' 'P> $' 'exit\r'
	act hangup 129 in_login 'P> $' 'cat\r' '\n' 'all of a line\rhalf of one' 'half of one' ^HANGUP
	act two 0 two_at_once
}

program_acts() {
	act vi 0 in_su 'P> $' 'vi -u NONE numbers\r' '' 'ihello\033' 'hello' ':q!\r' 'P> $' 'exit\r'
	act less 0 in_su 'P> $' 'less numbers\r' '' ' /99\r' '99' 'q' 'P> $' 'exit\r'
	act script 0 in_login 'P> $' 'script -q /dev/null\r' '\n.*P> $' 'cat\r' '\n' 'in script\r' \
		'script\r\n.*script' '\004' 'P> $' 'exit\r' 'P> $' 'exit\r'
	act paste 0 in_su 'P> $' 'cat >/dev/null\r' '\n' "^PASTE $dir/paste" '' '\004' 'P> $' 'exit\r'
	act block 0 in_su 'P> $' "$typing block 19840\\r" 'ready' "^PASTE $dir/block" 'done.*P> $' 'exit\r'
	for how in readv thread small inject; do
		act "$how" 0 in_su 'P> $' "$typing $how\\r" 'ready' 'one line\r' 'P> $' 'exit 0\r'
	done
}

ssh_acts() {
	act ssh 0 in_ssh 'P> $' 'echo over ssh\r' 'ssh\r\n.*P> $' 'cat\r' '\n' 'remote\r' 'remote\r\nremote' '\004' \
		'P> $' 'exit\r'
	act ssh-raw 0 in_ssh 'P> $' 'stty raw -echo; dd bs=1 count=5 2>/dev/null; stty sane\r' '\n' 'abcde' 'P> $' \
		'exit\r'
	act ssh-su 0 in_ssh 'P> $' "su $ann\\r" 'assword: $' "$password\\r" 'P> $' 'echo inner\r' 'inner\r\n.*P> $' \
		'exit\r' 'P> $' 'exit\r'
}

# Only where it is asked for: it waits until ~/go is there.
late_act() {
	case " $only " in
	*" late "*)
		act late 0 in_login 'P> $' 'touch waiting; until [ -e go ]; do sleep 0.1; done\r' 'P> $' \
			'echo later\r' 'later\r\n.*P> $' 'exit\r'
		;;
	esac
}

# Each word is typed at one place alone.
secret_acts() {
	act secret-login 0 keys login -- 'login: *$' "$ann\\r" 'assword: *$' "$password\\r" 'P> $' 'exit\r'
	act secret-su 0 in_login 'P> $' 'su root\r' 'assword: $' 'wrong-Su-5word\r' 'P> $' 'exit 0\r'
	act secret-sudo 0 in_login 'P> $' 'sudo true\r' 'assword.*: $' 'wrong-Sudo-6word\r' 'P> $' 'exit 0\r'
	act secret-read 0 in_login 'P> $' 'read -s x\r' '\n' 'hidden-Read-7word\r' 'P> $' 'exit 0\r'
	act secret-keys 0 in_login 'P> $' "$typing keys 17\\r" 'ready' 'prompt-Keys-8word' 'done' '' 'P> $' 'exit 0\r'
}

for tool in expect login su sudo sshd ssh script less vi; do
	command -v "$tool" >/dev/null || {
		echo "typists.sh: no $tool" >&2
		exit 77
	}
done
: >"$dir/output"
: >"$dir/acts"
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
prepare
late_act
bash_acts
program_acts
sshd_begin
ssh_acts
secret_acts
[ "$failed" -eq 0 ]
