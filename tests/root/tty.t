#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Somebody types (typists.sh), under kernel audit with pam_tty_audit and under autrail --tty, at the same time: the
# same records of it; passwords are in neither, unless log_passwd says so. Then what there is without pam_tty_audit,
# and who is recorded.
#   KEEP=1 keeps the logs   MS=N: how far time stamps may differ (20)   HOOKS=WAY
#   PARTS          of those alone: "beside by_itself bad_words"
#   OPTIONS        more of autrail's
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
if [ -n "$reason" ]; then
	skip_all "$reason"
fi
for tool in expect login su sudo sshd ssh script less vi aureport ausearch; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
has_module() {
	for module in /lib/security /lib64/security /lib/*/security /usr/lib/*/security; do
		[ ! -e "$module/pam_tty_audit.so" ] || return 0
	done
	return 1
}
has_module || skip_all "no pam_tty_audit"

# Others are to come to their home.
chmod 711 "$work"

# typists NAME WORDS [ACT...]: under pam_tty_audit with these words; none: without.
typists() {
	mkdir "$work/$1"
	typists_dir=$work/$1
	words=$2
	shift 2
	typists_status=0
	BUILD=$BUILD PAM_TTY=$words tests/root/typists.sh "$typists_dir" "$@" >"$work/typists.out" 2>&1 ||
		typists_status=$?
	[ "$typists_status" -ne 77 ] || skip_all "$(cat "$work/typists.out")"
	if [ "$typists_status" -ne 0 ]; then
		tail -n 60 "$typists_dir/output" >>"$work/typists.out"
	fi
	return "$typists_status"
}

# Where functions are hooked, what the kernel cuts is known; else it is inferred from what was read.
compare() {
	case $(allowed_list) in
	*.hooked) tests/root/compare-tty.pl --ms "${MS:-20}" "$@" ;;
	*) tests/root/compare-tty.pl --ms "${MS:-20}" --cut "$@" ;;
	esac
}

hex() {
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | tr '[:lower:]' '[:upper:]'
}

# Is a word among what was typed?
typed_in() {
	grep -a '^type=TTY' "$1" | grep -q "$(hex "$2")"
}

not_typed_in() {
	! typed_in "$@"
}

# Nowhere at all, in whatever form; but for the arguments of those who type it here.
nowhere_in() {
	! grep -av '^type=\(EXECVE\|PROCTITLE\) ' "$1" | grep -qF -e "$2" -e "$(hex "$2")"
}

# --- side by side -------------------------------------------------------------------------------

# parity NAME FORMAT EVENTS WORDS [ACT...]
parity() {
	name=$1
	format=$2
	events=$3
	words=$4
	shift 4
	a=$work/$name.a
	b=$work/$name.b
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	# shellcheck disable=SC2086 # words
	if ! autrail_begin "$b" -f "$format" --hooks "${HOOKS:-auto}" --tty "$words" ${OPTIONS:-}; then
		ok 1 "$name: autrail is ready" "$autrail_err"
		audit_end
		return
	fi
	status=0
	typists "$name" "$words" "$@" || status=$?
	ok "$status" "$name: every act came out as it should" "$work/typists.out"
	check "$name: kernel audit's log is complete" audit_sync
	check "$name: autrail ends well" autrail_end
	check "$name: the ledger adds up" ledger_balanced
	check "$name: autrail lost nothing" test "$(ledger lost)" -eq 0
	cp "$audit_log" "$a"
	check "$name: the same records" compare --expect "$events" "$a" "$b"
	grep -E '^(events:|[0-9]+ x )' "$work/check.out" | diag
	audit_end
	rm -f "$audit_log"
}

who='disable=* enable=autrail-ann'

# Readers of logs tell the same of both.
told() {
	"$@" | sed -E -e 's/^[0-9]+\. [0-9/]+ [0-9:]+ [0-9]+ /N. /' -e 's/audit\([^)]*\)/audit()/' -e '/^time->/d' \
		-e '/^----/d'
}

same_story() {
	told "$@" -if "$a" >"$work/story.a" 2>&1
	told "$@" -if "$b" >"$work/story.b" 2>&1
	[ "$(grep -c . "$work/story.a")" -ge 10 ] || { cat "$work/story.a"; return 1; }
	# In their own order: of two processes at a time either may be first.
	sort "$work/story.a" >"$work/story.a.sorted"
	sort "$work/story.b" >"$work/story.b.sorted"
	diff "$work/story.a.sorted" "$work/story.b.sorted"
}

# PROCTITLE is that of the moment, see ALLOWED; so what is looked at is TTY.
tty_of_ausearch() {
	ausearch --terminal pts0 -i "$@" | grep '^type=TTY'
}

beside() {
	parity plain raw 120 "$who"
	for log in "$a" "$b"; do
		side="plain, ${log##*.}"
		check "$side: what is typed in a login" typed_in "$log" 'echo hello'
		check "$side: in a session of ssh" typed_in "$log" 'remote'
		check "$side: in script(1)" typed_in "$log" 'in script'
		check "$side: no password of login" not_typed_in "$log" Lark7-verse-tide
		check "$side: nor of su" not_typed_in "$log" wrong-Su-5word
		check "$side: nor of sudo" not_typed_in "$log" wrong-Sudo-6word
		check "$side: nor what read -s reads" not_typed_in "$log" hidden-Read-7word
		check "$side: but what is read key by key without echo" typed_in "$log" prompt-Keys-8word
	done
	check "plain: passwords are nowhere else in the log" nowhere_in "$b" Lark7-verse-tide

	# Kernels before 5.11 do not tell the call, and so not the terminal, unless there are rules.
	if grep -a -A1 '^type=TTY' "$work/plain.a" | grep -q '^type=SYSCALL'; then
		check "plain: aureport --tty" same_story aureport --tty
		check "plain: ausearch --terminal pts0 -i" same_story tty_of_ausearch
	else
		skip "plain: aureport --tty" "this kernel's TTY has no SYSCALL"
		skip "plain: ausearch --terminal pts0 -i" "this kernel's TTY has no SYSCALL"
	fi

	parity passwords enriched 4 "$who log_passwd" secret-login secret-su secret-sudo secret-read
	check "passwords: of su" typed_in "$b" wrong-Su-5word
	check "passwords: of sudo" typed_in "$b" wrong-Sudo-6word
	check "passwords: what read -s reads" typed_in "$b" hidden-Read-7word
	check "passwords: not that of login, which is before the session" not_typed_in "$b" Lark7-verse-tide
	check "passwords: with the names of users" grep -aq '^type=TTY.*UID="[^"]*" AUID="[^"]*"' "$b"
}

# --- without pam_tty_audit ----------------------------------------------------------------------

alone() {
	name=$1
	shift
	b=$work/$name.b
	# shellcheck disable=SC2086 # words
	if ! autrail_begin "$b" -f raw --hooks "${HOOKS:-auto}" ${OPTIONS:-} "$@"; then
		ok 1 "$name: autrail is ready" "$autrail_err"
		return 1
	fi
}

by_itself() {
	if alone off --no-failed; then
		check "off: acts" typists off '' line
		check "off: autrail ends well" autrail_end
		check "off: nobody is recorded where nobody is named" test "$(grep -ac '^type=TTY' "$b")" -eq 0
	fi

	if alone others --tty 'enable=* disable=7001:7001'; then
		check "others: acts" typists others '' line secret-keys
		check "others: autrail ends well" autrail_end
		check "others: who is not named is not recorded" not_typed_in "$b" 'echo hello'
	fi

	if alone capture --capture "$work/capture.ev" --tty enable=:7001; then
		check "capture: acts" typists capture '' line
		check "capture: autrail ends well" autrail_end
		check "capture: what was typed is in the log" typed_in "$b" 'echo hello'
		check "capture: and not in the capture" nowhere_in "$work/capture.ev" "$(printf 'echo hello\r')"
		"$AUTRAIL" replay -o "$work/replayed" -f raw "$work/capture.ev" 2>"$work/replay.err" || :
		sed -E '/^type=TTY/s/data=.*/data/' "$b" >"$work/log.blotted"
		sed -E '/^type=TTY/s/data=(2A)+$/data/' "$work/replayed" >"$work/replayed.blotted"
		check "capture: which gives the same records, with stars" diff "$work/log.blotted" "$work/replayed.blotted"
	fi

	# A session that is there already.
	mkdir "$work/late"
	BUILD=$BUILD PAM_TTY='' tests/root/typists.sh "$work/late" late >"$work/late.out" 2>&1 &
	actor_pid=$!
	check "late: somebody has logged in" wait_for 60 test -e "$work/late/home/waiting"
	if alone late --tty "$who"; then
		touch "$work/late/home/go"
		status=0
		wait "$actor_pid" || status=$?
		ok "$status" "late: acts" "$work/late.out"
		check "late: autrail ends well" autrail_end
		check "late: what is typed from then on" typed_in "$b" 'echo later'
		check "late: and not what was before" not_typed_in "$b" 'touch waiting'
	fi
	actor_pid=

	# Kernel audit's own records go into the same log: nothing is told twice.
	audit_begin RAW
	if alone passed --kernel-audit --tty "$who"; then
		check "passed: acts" typists passed "$who" line
		check "passed: kernel audit's log is complete" audit_sync
		check "passed: autrail ends well" autrail_end
		check "passed: once" test "$(grep -a '^type=TTY' "$b" | grep -c "$(hex 'echo hello')")" -eq 1
	fi
	audit_end
}

# --- words --------------------------------------------------------------------------------------

refused() {
	status=0
	"$AUTRAIL" trace -o "$work/none" --tty "$1" 2>"$work/refused" || status=$?
	cat "$work/refused"
	[ "$status" -eq 2 ] && grep -qF "$2" "$work/refused"
}

bad_words() {
	check "a bad word has its place" refused 'enable=root,5:x' 'at character 15: '
}

for part in ${PARTS:-beside by_itself bad_words}; do
	$part
done
finish
