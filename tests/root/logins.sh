#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2317 # much is called by name, or by the trap
#
# logins.sh DIR [ACT...]: people come and go on this machine: accounts are made, passwords changed;
# sshd, login, su, sudo and cron let them in or do not. One act ends before the next begins, and a mark
# in the audit trail goes before each ("act NAME"). All of it is real, and undone at the end.
#
# Into DIR, which must be there: "acts" (NAME, exit status, the one it should have), "expected" (NAME and
# the types of the records that kernel audit writes of it, in order), "passwd" (with the accounts in it),
# "output". Exit 1: an act came out in another way. DIR/dirty is there as long as something is to be undone.
#
# What is expected is what the programs of Debian 12 send.
set -eu

dir=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
. "$here/wait.sh"
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
only=$*
failed=0
sshd_pid=
cron_pid=

export LC_ALL=C TERM=dumb
unset SSH_AUTH_SOCK SSH_CONNECTION SSH_CLIENT SSH_TTY MAIL

# May log in, and may use sudo as anybody; may log in; may not any more.
ann=autrail-ann
bob=autrail-bob
old=autrail-old
group=autrail-team
users="$ann $bob $old autrail-new"
groups="$group autrail-other"

password=Lark7-verse-tide
next_password=Moss4-crane-oval

# --- as it was ----------------------------------------------------------------------------------

# What programs write as they go; some of it may not be there.
state_files() {
	for name in passwd shadow group gshadow subuid subgid; do
		echo "/etc/$name" "/etc/$name-"
	done
	echo /etc/.pwd.lock
	echo /var/log/wtmp /var/log/btmp /var/log/lastlog /var/log/faillog /var/log/tallylog
	echo /run/utmp /run/motd.dynamic /run/motd.dynamic.new
}

saved() {
	echo "$dir/state/$(echo "$1" | tr / _)"
}

state_save() {
	mkdir "$dir/state"
	for file in $(state_files); do
		[ ! -e "$file" ] || cp -a "$file" "$(saved "$file")"
	done
	for file in /run/sshd /run/sudo/ts /var/lib/sudo/lectured; do
		[ -e "$file" ] || echo "$file" >>"$dir/new"
	done
	: >"$dir/dirty"
}

# By rename: nobody sees half a passwd.
state_restore() {
	for file in $(state_files); do
		copy=$(saved "$file")
		if [ ! -e "$copy" ]; then
			rm -f "$file"
		elif ! cmp -s "$copy" "$file"; then
			cp -a "$copy" "$file.autrail" && mv "$file.autrail" "$file"
		fi
	done
}

forget() {
	for user in $users; do
		if getent passwd "$user" >/dev/null; then
			userdel -r -f "$user"
		fi
		rm -rf "/home/${user:?}" "/var/mail/$user" "/run/sudo/ts/$user" "/var/lib/sudo/lectured/$user"
	done
	for name in $groups; do
		if getent group "$name" >/dev/null; then
			groupdel "$name"
		fi
	done
	rm -f /etc/sudoers.d/autrail-test
} 2>>"$dir/output"

stop() {
	if [ -n "$1" ]; then
		kill "$1" 2>/dev/null && wait "$1"
	fi
}

cleanup() {
	status=$?
	trap '' INT TERM HUP
	trap - EXIT
	set +e
	stop "$cron_pid"
	stop "$sshd_pid"
	if [ -e "$dir/dirty" ]; then
		forget
		state_restore
		if [ -e "$dir/new" ]; then
			while IFS= read -r file; do
				rmdir "$file" 2>/dev/null
			done <"$dir/new"
		fi
		rm -rf "$dir/state" "$dir/new" "$dir/dirty"
	fi
	exit "$status"
}

# --- acts ---------------------------------------------------------------------------------------

# act NAME STATUS TYPES COMMAND...: what it should exit with, which records it should give.
act() {
	name=$1
	want=$2
	types=$3
	shift 3
	if [ -n "$only" ]; then
		case " $only " in
		*" $name "*) ;;
		*) return 0 ;;
		esac
	fi
	auditctl -m "act $name" >>"$dir/output" 2>&1
	echo "== $name: $*" >>"$dir/output"
	status=0
	"$@" </dev/null >>"$dir/output" 2>&1 || status=$?
	printf '%s\t%s\t%s\n' "$name" "$status" "$want" >>"$dir/acts"
	printf '%s\t%s\n' "$name" "$types" >>"$dir/expected"
	if [ "$status" -ne "$want" ]; then
		echo "act $name: exit $status, not $want" >&2
		failed=1
	fi
}

# For what an act needs: not an act itself, but it may leave records, too.
typed() {
	"$here/type.exp" "$@"
}

typed_as() {
	as_user=$1
	shift
	typed setpriv --reuid="$as_user" --regid="$as_user" --init-groups "$@"
}

as() {
	as_user=$1
	shift
	setpriv --reuid="$as_user" --regid="$as_user" --init-groups env HOME="/home/$as_user" \
		USER="$as_user" "$@"
}

childless() {
	! pgrep -P "$1" >/dev/null
}

# --- accounts -----------------------------------------------------------------------------------

chpasswd_acts() {
	printf '%s:%s\n' "$ann" "$password" "$bob" "$password" "$old" "$password" | chpasswd
}

# The password is asked for again, and each new one twice.
new_password() {
	typed "$@" -- 'New password: *$' "$next_password" 'Retype .*password: *$' "$next_password"
}

own_password() {
	typed_as "$ann" passwd -- \
		'Current password: *$' "$1" 'New password: *$' "$2" 'Retype .*password: *$' "$2"
}

wrong_own_password() {
	typed_as "$ann" passwd -- 'Current password: *$' wrong
}

group_password() {
	typed gpasswd "$group" -- 'New Password: *$' "$password" 'Re-enter .*: *$' "$password"
}

accounts() {
	act useradd 0 "ADD_GROUP ADD_USER ADD_USER" useradd -m -s /bin/sh "$ann"
	act useradd-2 0 "ADD_GROUP ADD_USER ADD_USER" useradd -m -s /bin/sh "$bob"
	act useradd-3 0 "ADD_GROUP ADD_USER ADD_USER" useradd -m -s /bin/sh "$old"
	act useradd-again 9 "ADD_USER ADD_USER" useradd "$ann"
	act chpasswd 0 "USER_CHAUTHTOK USER_CHAUTHTOK USER_CHAUTHTOK" chpasswd_acts
	act groupadd 0 "ADD_GROUP ADD_GROUP ADD_GROUP" groupadd "$group"
	act groupadd-2 0 "ADD_GROUP ADD_GROUP ADD_GROUP" groupadd autrail-other
	act groupadd-again 9 "" groupadd "$group"
	act usermod-groups 0 "USER_CHAUTHTOK USER_CHAUTHTOK" \
		usermod -aG autrail-other "$ann"
	act usermod-shell 0 "USER_CHAUTHTOK USER_CHAUTHTOK" \
		usermod -s /bin/bash -c "Ann O'Nym, \"room 1\"" "$ann"
	act usermod-lock 0 "USER_CHAUTHTOK" usermod -L "$bob"
	act usermod-unlock 0 "USER_CHAUTHTOK" usermod -U "$bob"
	act gpasswd-add 0 "USER_ACCT" gpasswd -a "$ann" "$group"
	act gpasswd-admin 0 "USER_ACCT" gpasswd -A "$ann" "$group"
	act gpasswd-delete 0 "USER_ACCT" gpasswd -d "$ann" "$group"
	act gpasswd-nobody 3 "" gpasswd -a autrail-nobody "$group"
	act gpasswd-password 0 "USER_CHAUTHTOK" group_password
	act gpasswd-remove 0 "USER_CHAUTHTOK" gpasswd -r "$group"
	act groupmod 0 "USER_ACCT USER_ACCT USER_ACCT" groupmod -n autrail-team2 "$group"
	act groupmod-back 0 "USER_ACCT USER_ACCT USER_ACCT" \
		groupmod -n "$group" autrail-team2
	act passwd-root 0 "USER_CHAUTHTOK" new_password passwd "$bob"
	act passwd-own 0 "USER_CHAUTHTOK" own_password "$password" "$next_password"
	act passwd-wrong 10 "USER_CHAUTHTOK" wrong_own_password
	act passwd-lock 0 "" passwd -l "$bob"
	act passwd-unlock 0 "" passwd -u "$bob"
	act chage-max 0 "USER_CHAUTHTOK" chage -M 90 "$ann"
	act chage-list 0 "USER_CHAUTHTOK" chage -l "$ann"
	act chage-expired 0 "USER_CHAUTHTOK" chage -E 1 "$old"
	act chage-own 0 "" as "$ann" chage -l "$ann"
	act chage-refused 1 "" as "$ann" chage -M 5 "$ann"
	act chsh 0 "USER_AUTH USER_ACCT" chsh -s /bin/sh "$ann"
	act chfn 0 "USER_AUTH USER_ACCT" chfn -r 7 "$ann"
}

accounts_end() {
	act userdel 0 "DEL_USER DEL_GROUP DEL_GROUP DEL_USER" userdel -r "$bob"
	act userdel-nobody 6 "DEL_USER" userdel autrail-nobody
	act groupdel 0 "DEL_GROUP DEL_GROUP DEL_GROUP" groupdel "$group"
	act groupdel-nobody 6 "" groupdel autrail-nobody
	act groupdel-primary 8 "" groupdel "$ann"
}

# --- su, sudo -----------------------------------------------------------------------------------

changes() {
	act su 0 "USER_AUTH USER_ACCT CRED_ACQ USER_START USER_END CRED_DISP" \
		su "$bob" -c true
	act su-login 0 "USER_AUTH USER_ACCT CRED_ACQ USER_START USER_END CRED_DISP" \
		su - "$bob" -c true
	act su-terminal 3 "USER_AUTH USER_ACCT CRED_ACQ USER_START USER_END CRED_DISP" \
		typed su "$bob" -- '\$ $' 'exit 3'
	act su-user 0 "USER_AUTH USER_ACCT CRED_ACQ USER_START USER_END CRED_DISP" \
		typed_as "$bob" su "$ann" -c true -- 'assword: *$' "$next_password"
	act su-wrong 1 "USER_AUTH" \
		typed_as "$bob" su "$ann" -c true -- 'assword: *$' wrong
	act su-nobody 1 "" su autrail-nobody -c true
	act su-expired 1 "USER_AUTH USER_ACCT" \
		typed_as "$bob" su "$old" -c true -- 'assword: *$' "$password"
	act runuser 0 "CRED_ACQ USER_START USER_END CRED_DISP" runuser -u "$bob" true
	act runuser-login 0 "CRED_ACQ USER_START USER_END CRED_DISP" \
		runuser -l "$bob" -c true

	act sudo 0 "USER_ACCT USER_CMD CRED_REFR USER_START USER_END CRED_DISP" \
		as "$ann" sudo -n true
	act sudo-other 0 "USER_ACCT USER_CMD CRED_REFR USER_START USER_END CRED_DISP" \
		as "$ann" sudo -n -u "$bob" id
	act sudo-words 1 "USER_ACCT USER_CMD CRED_REFR USER_START USER_END CRED_DISP" \
		as "$ann" sudo -n sh -c 'exit 1 # a "word"'
	act sudo-password 0 "USER_AUTH USER_ACCT USER_CMD CRED_REFR USER_START USER_END CRED_DISP" \
		typed_as "$bob" sudo id -- 'assword.*: *$' "$next_password"
	act sudo-wrong 1 "USER_AUTH USER_CMD" \
		typed_as "$bob" sudo -k id -- 'assword.*: *$' wrong
	act sudo-refused 1 "USER_AUTH USER_ACCT USER_CMD" \
		typed_as "$bob" sudo reboot -- 'assword.*: *$' "$next_password"
	act sudo-list 0 "USER_ACCT" as "$ann" sudo -n -l
	act sudo-login 0 "USER_ACCT USER_CMD CRED_REFR USER_START USER_END CRED_DISP" \
		as "$ann" sudo -n -i true
}

sudoers() {
	cat >"$dir/sudoers" <<-END
		Defaults:$ann lecture = never, timestamp_timeout = 0
		Defaults:$bob lecture = never, timestamp_timeout = 0, passwd_tries = 1
		$ann ALL = (ALL:ALL) NOPASSWD: ALL
		$bob ALL = (root) /usr/bin/id
	END
	visudo -q -c -f "$dir/sudoers" >>"$dir/output"
	install -m 440 "$dir/sudoers" /etc/sudoers.d/autrail-test
}

# --- login --------------------------------------------------------------------------------------

logins() {
	act login-trusted 0 "USER_ACCT LOGIN USER_START CRED_ACQ USER_LOGIN USER_END" \
		typed login -f "$bob" -- '\$ $' 'exit'
	act login 0 "USER_AUTH USER_ACCT LOGIN USER_START CRED_ACQ USER_LOGIN USER_END" \
		typed login -- 'login: *$' "$bob" 'assword: *$' "$next_password" '\$ $' 'exit'
	act login-wrong 129 "USER_AUTH USER_LOGIN" \
		typed login "$bob" -- 'assword: *$' wrong 'login: *$' ^HANGUP
	act login-nobody 129 "USER_AUTH USER_LOGIN" \
		typed login autrail-nobody -- 'assword: *$' wrong 'login: *$' ^HANGUP
}

# --- sshd ---------------------------------------------------------------------------------------

sshd_begin() {
	[ -d /run/sshd ] || mkdir -m 755 /run/sshd
	ssh-keygen -q -t ed25519 -N '' -f "$dir/host_key"
	ssh-keygen -q -t ed25519 -N '' -C autrail-test -f "$dir/key"
	for user in "$ann" "$old"; do
		install -d -o "$user" -g "$user" -m 700 "/home/$user/.ssh"
		install -o "$user" -g "$user" -m 600 "$dir/key.pub" "/home/$user/.ssh/authorized_keys"
	done
	port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
		LocalAddr => "127.0.0.1")->sockport')
	cat >"$dir/sshd_config" <<-END
		ListenAddress 127.0.0.1:$port
		HostKey $dir/host_key
		PidFile none
		UsePAM yes
		UseDNS no
		PasswordAuthentication yes
		KbdInteractiveAuthentication no
		PermitRootLogin no
		AllowUsers autrail-*
	END
	/usr/sbin/sshd -D -f "$dir/sshd_config" -E "$dir/sshd.log" </dev/null &
	sshd_pid=$!
	wait_for 20 grep -q '^Server listening' "$dir/sshd.log"
}

# The session has ended when sshd's own processes of it have.
over_ssh() {
	ssh_status=0
	"$@" || ssh_status=$?
	wait_for 20 childless "$sshd_pid" || return 99
	return "$ssh_status"
}

ssh_() {
	ssh_user=$1
	shift
	over_ssh ssh -F /dev/null -p "$port" -o BatchMode=yes -o IdentitiesOnly=yes -i "$dir/key" \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		-l "$ssh_user" 127.0.0.1 "$@"
}

# typed_ssh USER [OPTION...] -- [PATTERN ANSWER]...
typed_ssh() {
	ssh_user=$1
	shift
	over_ssh typed ssh -F /dev/null -p "$port" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o NumberOfPasswordPrompts=1 \
		-l "$ssh_user" 127.0.0.1 "$@"
}

sshd_acts() {
	act ssh-password 0 "USER_AUTH USER_ACCT CRED_ACQ LOGIN USER_START CRED_ACQ USER_LOGIN USER_END CRED_DISP" \
		typed_ssh "$ann" -o PubkeyAuthentication=no -- 'assword: *$' "$next_password" '\$ $' exit
	act ssh-password-no-tty 0 "USER_AUTH USER_ACCT CRED_ACQ LOGIN USER_START CRED_ACQ USER_END CRED_DISP" \
		typed_ssh "$ann" -o PubkeyAuthentication=no -T true -- 'assword: *$' "$next_password"
	act ssh-key 5 "USER_ACCT CRED_ACQ LOGIN USER_START CRED_ACQ USER_END CRED_DISP" \
		ssh_ "$ann" exit 5
	act ssh-key-tty 0 "USER_ACCT CRED_ACQ LOGIN USER_START CRED_ACQ USER_LOGIN USER_END CRED_DISP" \
		typed_ssh "$ann" -o IdentitiesOnly=yes -i "$dir/key" -- '\$ $' exit
	act ssh-wrong 255 "USER_AUTH USER_LOGIN" \
		typed_ssh "$ann" -o PubkeyAuthentication=no -- 'assword: *$' wrong
	act ssh-nobody 255 "USER_LOGIN USER_LOGIN USER_AUTH USER_LOGIN" \
		typed_ssh autrail-nobody -o PubkeyAuthentication=no -- 'assword: *$' wrong
	act ssh-not-allowed 255 "USER_LOGIN USER_AUTH USER_LOGIN" \
		typed_ssh root -o PubkeyAuthentication=no -- 'assword: *$' wrong
	act ssh-no-key 255 "USER_LOGIN USER_ERR" ssh_ "$bob" true
	act ssh-expired 255 "USER_ACCT USER_LOGIN" ssh_ "$old" true
}

# --- cron ---------------------------------------------------------------------------------------

# A cron that sees no job but ours, and does it at once, as after a boot.
#
# shellcheck disable=SC2016 # for the inner shell
cron_job() {
	mkdir -p "$dir/cron/crontabs" "$dir/cron/cron.d" "$dir/cron/run"
	: >"$dir/cron/crontab"
	echo "@reboot /bin/echo done >>/home/$ann/cron" >"$dir/cron/crontabs/$ann"
	chown "$ann:crontab" "$dir/cron/crontabs/$ann"
	chmod 600 "$dir/cron/crontabs/$ann"
	unshare --mount --propagation private sh -eu -c '
		mount --bind "$1/crontabs" /var/spool/cron/crontabs
		mount --bind "$1/cron.d" /etc/cron.d
		mount --bind "$1/crontab" /etc/crontab
		mount --bind "$1/run" /run
		exec /usr/sbin/cron -f' sh "$dir/cron" &
	cron_pid=$!
	cron_status=0
	wait_for 20 test -s "/home/$ann/cron" || cron_status=1
	wait_for 20 childless "$cron_pid" || cron_status=2
	kill "$cron_pid"
	wait "$cron_pid" || :
	cron_pid=
	return "$cron_status"
}

# --- what the kernel tells ----------------------------------------------------------------------

# shellcheck disable=SC2016 # for the inner shell
kernel_acts() {
	act loginuid 0 "LOGIN LOGIN LOGIN" sh -c 'for id in 1 2 4294967295; do
		echo $id >/proc/self/loginuid; done'
	act loginuid-refused 1 "LOGIN LOGIN" \
		setpriv --bounding-set=-audit_control sh -c 'for id in 1 2; do echo $id >/proc/self/loginuid; done'
	act abend 139 "ANOM_ABEND" sh -c 'ulimit -c 0; kill -SEGV $$'
	act abend-user 134 "ANOM_ABEND" as "$bob" sh -c 'ulimit -c 0; kill -ABRT $$'
	act abend-none 143 "" sh -c 'kill -TERM $$'
}

# --- all of it ----------------------------------------------------------------------------------

for tool in auditctl cron expect sshd ssh login su sudo useradd setpriv; do
	command -v "$tool" >/dev/null || {
		echo "logins.sh: no $tool" >&2
		exit 77
	}
done
: >"$dir/output"
forget
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
state_save
: >"$dir/acts"
: >"$dir/expected"

accounts
sudoers
changes
logins
sshd_begin
sshd_acts
act cron 0 "USER_ACCT CRED_ACQ LOGIN USER_START CRED_REFR CRED_DISP USER_END" cron_job
kernel_acts
cp /etc/passwd "$dir/passwd"
accounts_end
only=
act end 0 "" true
exit "$failed"
