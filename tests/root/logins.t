#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# People come and go (logins.sh), under kernel audit and autrail at the same time: the same records of it,
# once raw, once enriched, and the readers of audit logs tell the same story from both. Beside it another autrail has
# what programs tell from probes on libaudit: the same once more. Once more with kernel audit off: the same lines, but
# for what another run has otherwise.
#   FORMATS="raw enriched"   KEEP=1 keeps the logs   MS=N: how far time stamps may differ (20)
# Nobody else may log in meanwhile: it would stand among what is expected of an act.
#   ALONE=1   without autrail: that kernel audit is the reference that it should be
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
if [ -n "$reason" ]; then
	skip_all "$reason"
fi
for tool in cron expect ssh sshd sudo login aureport ausearch aulast aulastlog; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
# What programs tell is theirs to choose: the list is of these.
if ! grep -q '^VERSION_ID="12"' /etc/os-release || ! grep -q '^ID=debian' /etc/os-release; then
	skip_all "not Debian 12: other programs may tell something else"
fi

# What people who come and go leave behind. What an act changes, it changes back.
host_state() {
	sha256sum /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/subuid /etc/subgid \
		/var/log/wtmp /var/log/btmp /var/log/lastlog /var/log/faillog /run/utmp 2>&1 || true
	stat -c '%n %a %U %G' /etc/passwd /etc/shadow /etc/group /etc/gshadow /home /run/sshd 2>&1 || true
	ls /home /var/mail /etc/sudoers.d /run/sudo/ts /var/lib/sudo/lectured /var/spool/cron/crontabs \
		2>&1 || true
	ps -e -o stat= -o pid= -o comm= | awk '$1 !~ /^Z/ && $3 ~ /^(sshd|cron)$/ { print $2, $3 }'
}

# logins DIR: all the acts; what they print and expect is in there afterwards.
logins() {
	mkdir "$1"
	host_state >"$work/before"
	tests/root/logins.sh "$1" >"$work/logins.out" 2>&1 &
	actor_pid=$!
	logins_status=0
	wait "$actor_pid" || logins_status=$?
	actor_pid=
	[ "$logins_status" -ne 77 ] || skip_all "$(cat "$work/logins.out")"
	host_state >"$work/after"
	if [ "$logins_status" -ne 0 ]; then
		tail -n 20 "$1/output" >>"$work/logins.out"
	fi
	return "$logins_status"
}

# What each act gave, in its order: between its mark and the next. Others may be about on this machine, but
# nobody may log in meanwhile; programs from elsewhere are not looked at.
elsewhere='exe="/(?!usr/)'
types_of() {
	awk '
		match($0, /msg=.text=act [a-z0-9-]+ exe=/) {
			if (act) print act "\t" types
			act = substr($0, RSTART + 14, RLENGTH - 19)
			types = ""
			next
		}
		/ exe="\/[^u]/ { next }
		act && /^type=(LOGIN|ANOM_ABEND|(USER|CRED|ADD|DEL|GRP|CHGRP|CHUSER|ACCT)_[A-Z_]+) / {
			types = types (types ? " " : "") substr($1, 6)
		}' "$1"
}

# as_expected DIR LOG [without-LOGIN]
as_expected() {
	grep -v "^end$tab" "$1/expected" >"$work/expected"
	types_of "$2" >"$work/types"
	if [ -n "${3:-}" ]; then
		sed -i -E -e 's/\bLOGIN\b ?//g' -e 's/ $//' "$work/expected" "$work/types"
	fi
	diff "$work/expected" "$work/types"
}
tab=$(printf '\t')

# Where functions of the kernel cannot be hooked, LOGIN comes from what is seen first of a session.
login_derived() {
	case $(allowed_list) in
	*.hooked) ;;
	*) echo --login-derived ;;
	esac
}

compare() {
	# shellcheck disable=SC2046 # none, or one
	tests/root/compare-user.pl --allowed "$ALLOWED.user" --ms "${MS:-20}" --expect 250 "$@"
}

summary() {
	grep -E '^(records:|[A-Z0-9_]+ .* x |[0-9]+ x )' "$work/check.out" | diag
}

# --- side by side -------------------------------------------------------------------------------

by_libaudit_begin() {
	autrail_begin "$b.libaudit" -f "$format" --hooks uprobe || return
	libaudit_pid=$autrail_pid
	mv "$autrail_err" "$work/libaudit.err"
	autrail_pid=
}

# By its way, LOGIN comes from what is seen first of a session; and the time is that of the call of libaudit, which a busy
# machine can keep from sending for a while.
by_libaudit_end() {
	autrail_pid=$libaudit_pid
	autrail_err=$work/libaudit.err
	libaudit_pid=
	status=0
	autrail_end || status=$?
	ok "$status" "$format: by libaudit: autrail ends well" "$autrail_err"
	check "$format: by libaudit: the ledger adds up" ledger_balanced
	check "$format: by libaudit: autrail lost nothing" test "$(ledger lost)" -eq 0
	check "$format: by libaudit: what is expected of each act" as_expected "$work/$format" "$b.libaudit" \
		--login-derived
	check "$format: by libaudit: no difference but the allowed ones" compare --login-derived \
		--ms "${MS:-1000}" "$a" "$b.libaudit"
	summary
}

test_cleanup() {
	[ -z "${libaudit_pid:-}" ] || kill "$libaudit_pid" 2>/dev/null || :
}

parity() {
	format=$1
	a=$work/$format.a
	b=$work/$format.b
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	if [ -z "${ALONE:-}" ] &&
		! { by_libaudit_begin && autrail_begin "$b" -f "$format" --hooks "${HOOKS:-auto}"; }; then
		ok 1 "$format: autrail is ready" "$autrail_err"
		audit_end
		return
	fi
	status=0
	logins "$work/$format" || status=$?
	ok "$status" "$format: every act came out as it should" "$work/logins.out"
	check "$format: the machine is as it was" diff "$work/before" "$work/after"
	check "$format: kernel audit's log is complete" audit_sync
	check "$format: kernel audit lost nothing" test "$(audit_status lost)" -eq "$audit_lost"
	cp "$audit_log" "$a"
	check "$format: kernel audit has what is expected of each act" as_expected "$work/$format" "$a"
	sed -n 's/^type=\([A-Z_]*\) .*/\1/p' "$a" | sort | uniq -c | sort -rn | diag
	if [ -z "${ALONE:-}" ]; then
		status=0
		autrail_end || status=$?
		ok "$status" "$format: autrail ends well" "$autrail_err"
		check "$format: the ledger adds up" ledger_balanced
		check "$format: autrail lost nothing" test "$(ledger lost)" -eq 0
		check "$format: autrail has what is expected of each act" as_expected "$work/$format" "$b" \
			"$(login_derived)"
		# shellcheck disable=SC2046 # none, or one
		check "$format: no difference but the allowed ones" compare $(login_derived) "$a" "$b"
		summary
		by_libaudit_end
	fi
	audit_end
	rm -f "$audit_log"
}

# --- readers ------------------------------------------------------------------------------------

# Names are looked up where the accounts still are.
with_accounts() {
	passwd=$1
	shift
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --propagation private sh -eu -c \
		'mount --bind "$1" /etc/passwd; shift; exec "$@"' sh "$passwd" "$@"
}

# Times differ by a tick, event numbers altogether, and whether useradd's user had a name yet by luck.
story() {
	sed -E -e 's/audit\([^)]*\)/audit()/' -e '/^time->/d' -e 's/[0-9]{2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?/TIME/g' \
		-e 's/^([0-9]+\. .*) [0-9]+$/\1/' -e 's/(op=adding user id=)[^ ]+/\1ID/'
}

# read_log LOG COMMAND...: LOG stands for the log; into $work/story.
read_log() {
	log=$1
	shift
	for word; do
		shift
		[ "$word" != LOG ] || word=$log
		set -- "$@" "$word"
	done
	with_accounts "$work/$format/passwd" "$@" <"$log" >"$work/read.out" 2>"$work/read.err" || return 1
	cat "$work/read.err"
	[ ! -s "$work/read.err" ] || return 1
	story <"$work/read.out"
}

# same_story LEAST COMMAND...: and at least so many lines name somebody of ours.
same_story() {
	least=$1
	shift
	read_log "$a" "$@" >"$work/story.a" || { cat "$work/story.a"; return 1; }
	lines=$(grep -c autrail- "$work/story.a") || true
	if [ "$lines" -lt "$least" ]; then
		echo "of kernel audit's: $lines lines, not $least"
		cat "$work/story.a"
		return 1
	fi
	[ -z "${ALONE:-}" ] || return 0
	read_log "$b" "$@" >"$work/story.b" || { cat "$work/story.b"; return 1; }
	diff "$work/story.a" "$work/story.b"
}

readers() {
	format=$1
	a=$work/$format.a
	b=$work/$format.b
	check "$format: aureport -au -i" same_story 15 aureport -if LOG -au -i
	check "$format: aureport --auth --failed" same_story 5 aureport -if LOG --auth --failed
	check "$format: aureport -l -i" same_story 3 aureport -if LOG -l -i
	check "$format: aureport -l --failed" same_story 2 aureport -if LOG -l --failed
	check "$format: aureport -m -i" same_story 10 aureport -if LOG -m -i
	check "$format: ausearch -m USER_LOGIN -i" same_story 5 ausearch -if LOG -m USER_LOGIN -i
	check "$format: ausearch -m USER_CMD -i" same_story 5 ausearch -if LOG -m USER_CMD -i
	# Enriched, the names that ids had when somebody looked, for which see allowed.user, are in the log.
	[ "$format" = enriched ] ||
		check "$format: ausearch -m ADD_USER,DEL_USER,ADD_GROUP,DEL_GROUP -i" same_story 10 \
			ausearch -if LOG -m ADD_USER,DEL_USER,ADD_GROUP,DEL_GROUP -i
	check "$format: ausearch -ua autrail-ann" same_story 6 ausearch -if LOG -ua autrail-ann -m USER_START
	check "$format: aulast" same_story 2 aulast -f LOG
	check "$format: aulast --bad" same_story 1 aulast --bad -f LOG
	check "$format: aulastlog" same_story 2 aulastlog --stdin
}

# --- without audit ------------------------------------------------------------------------------

# An auditd is there, and has nothing to do: so no other test turns audit on meanwhile.
without_audit() {
	b=$work/off.b
	audit_begin RAW
	auditctl -e 0 >/dev/null
	if ! autrail_begin "$b" -f raw --hooks "${HOOKS:-auto}"; then
		ok 1 "audit off: autrail is ready" "$autrail_err"
		audit_end
		return
	fi
	status=0
	logins "$work/off" || status=$?
	ok "$status" "audit off: every act came out as it should" "$work/logins.out"
	check "audit off: it still is" test "$(audit_status enabled)" -eq 0
	status=0
	autrail_end || status=$?
	ok "$status" "audit off: autrail ends well" "$autrail_err"
	check "audit off: autrail lost nothing" test "$(ledger lost)" -eq 0
	check "audit off: kernel audit has nothing" test -z "$(types_of "$audit_log")"
	check "audit off: what is expected of each act" as_expected "$work/off" "$b" \
		"$(login_derived)"
	# shellcheck disable=SC2046 # none, or one
	check "audit off: the same lines as with audit" compare $(login_derived) --other-run \
		--skip "autrail-test-mark|$elsewhere" "$work/raw.a" "$b"
	summary
	audit_end
}

for format in ${FORMATS:-raw enriched}; do
	parity "$format"
done
for format in ${FORMATS:-raw enriched}; do
	readers "$format"
done
if [ -z "${ALONE:-}" ] && [ -e "$work/raw.a" ]; then
	without_audit
fi
finish
