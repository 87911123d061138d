#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside a guest without audit: su and login, let in and turned away. Every line that libpam would have sent must
# be there, with what it alone knows as grantors=?.
set -eu
. "$(dirname "$0")/../root/lib.sh"

group=$(printf '\035')

people() {
	echo "ann:x:4711:4711::/tmp:/bin/sh" >>/etc/passwd
	echo "ann:x:4711:" >>/etc/group
	echo "ann:*:19000:0:99999:7:::" >>/etc/shadow
	# Nothing of this machine's own, and no waiting after a failure.
	cat >/etc/pam.d/su <<-END
		auth sufficient pam_rootok.so
		auth required pam_unix.so nodelay
		account required pam_unix.so
		session required pam_permit.so
	END
	cp /etc/pam.d/su /etc/pam.d/login
	grep -v '^FAIL_DELAY' /etc/login.defs >/tmp/login.defs
	cp /tmp/login.defs /etc/login.defs
}

acts() {
	su ann -c true
	echo wrong | setpriv --reuid 4711 --regid 4711 --clear-groups su root -c true || :
	su nobody-at-all -c true || :
	script -qec "login -f ann" /dev/null </dev/null || :
}

# What is told of a program: type, operation, account and result. (In this order; login forgets CRED_DISP.)
told() {
	grep -a "exe=\"[^\"]*/$1\"" "$work/log" | sed -n "s/$group.*//
		s/^type=\([A-Z_]*\) .*op=PAM:\([a-z_]*\) grantors=? acct=\([^ ]*\) .* res=\([a-z]*\)'$/\1 \2 \3 \4/p"
}

su_lines() {
	told su >"$work/su"
	diff - "$work/su" <<-END
		USER_AUTH authentication "ann" success
		USER_ACCT accounting "ann" success
		CRED_ACQ setcred "ann" success
		USER_START session_open "ann" success
		USER_END session_close "ann" success
		CRED_DISP setcred "ann" success
		USER_AUTH authentication "root" failed
	END
}

login_lines() {
	told login >"$work/login"
	diff - "$work/login" <<-END
		USER_ACCT accounting "ann" success
		USER_START session_open "ann" success
		CRED_ACQ setcred "ann" success
		USER_END session_close "ann" success
	END
}

all_derived() {
	! grep -a 'op=PAM:' "$work/log" | grep -v "${group}DERIVED=\"libpam\""
}

begin
# It makes itself at home in /etc.
grep -qw audit=0 /proc/cmdline || skip_all "no guest with audit=0"
check "audit is off: there is nobody to tell" sh -c '! auditctl -s'
people
check "autrail starts" autrail_begin "$work/log"
acts >"$work/acts" 2>&1
diag <"$work/acts"
sleep 0.5
check "it ends well" autrail_end
diag <"$autrail_err"
check "the ledger adds up" ledger_balanced
check "su: every line of libpam's" su_lines
check "login: every line of libpam's" login_lines
check "each says that it was derived" all_derived
finish
