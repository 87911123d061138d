#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# labels-guest.sh names|modes: inside a guest with AppArmor: execs under profiles, in a namespace, under several at
# once, under one that is changed meanwhile. subj= must be that of kernel audit; with modes, also after the
# switch that has it tell the modes of profiles.
set -eu
. "$(dirname "$0")/../root/lib.sh"

policy=/sys/kernel/security/apparmor/policy

# Profiles that allow everything; what counts is their names.
profiles() {
	for name in /tmp/enforced "a name with blanks" named; do
		echo "profile \"$name\" { /** rwmlkix, / r, change_profile, capability, signal, }"
	done
	echo 'profile loose flags=(unconfined) { }'
	echo 'profile lenient /tmp/lenient flags=(complain) { / r, }'
	echo 'profile parent /tmp/parent { /** rwmlkix, / r, /tmp/child Cx -> kid, profile kid { /** rwmlkix, } }'
}

compare() {
	"$COMPARE" --ppid "$actor_ppid" --ms 500 --allowed "$(allowed_list)" "$audit_log" "$work/autrail.log"
}

# The labels of the log: what was to be there at all.
labels() {
	grep "^type=SYSCALL .* ppid=$actor_ppid " "$audit_log" | sed 's/.* subj=\(.*\) key=.*/\1/' |
		sort | uniq -c
}

# Two waited under a profile that was loaded anew, and two more under one that was removed then.
changed() {
	[ "$(labels | awk '/ named( |$)/ { n += $1 } END { print n }')" -eq 8 ] &&
		grep -q ' exit=-2 .* comm="sh" .* subj=unconfined ' "$audit_log"
}

# autrail looks for AppArmor's place in its own credentials, whatever it is under itself. The way that is loaded
# soonest: it is the same for all.
found_under() { # CHANGE-OF-LABEL
	# shellcheck disable=SC2016 # for the shell that is started
	sh -c 'echo "$0" >/proc/self/attr/exec && exec "$@"' "$1" "$AUTRAIL" check --hooks uprobe >"$work/found" 2>&1 ||
		:
	grep -q ' apparmor .*: in the kernel' "$work/found" && return
	cat "$work/found"
	return 1
}

nothing_unknown() {
	! grep subj-unknown "$work/autrail.log"
}

round() { # NAME
	audit_begin RAW
	autrail_begin "$work/autrail.log" --no-logins || :
	actor_begin tests/vm/labels-actor.sh
	audit_rule "$actor_ppid"
	actor_go || :
	audit_sync || :
	autrail_end || :
	check "$1: the ledger adds up" ledger_balanced
	check "$1: autrail lost nothing" test "$(ledger lost)" -eq 0
	# Where the kernel can preempt our programs it leaves them out meanwhile, and pairs are mixed up.
	if grep -q "the kernel left a program out" "$autrail_err"; then
		compare >"$work/check.out" || :
		skip "$1: every subj= is the kernel's" "the kernel left a program out"
	else
		check "$1: every subj= is the kernel's" compare
	fi
	grep -E "^(events:|[0-9]+ x )" "$work/check.out" | diag
	labels | diag
	grep -v ready "$autrail_err" | diag
	check "$1: labels of several profiles are among them" grep -q 'subj=[^ ]*//&' "$audit_log"
	check "$1: so are those whose profile was replaced, and removed" changed
	check "$1: nothing is unknown" nothing_unknown
	audit_end
	rm -f "$audit_log" "$work/autrail.log"
}

begin
cp /bin/true /tmp/enforced
cp /bin/true /tmp/lenient
cp /bin/sh /tmp/parent
cp /bin/true /tmp/child
profiles >/tmp/profiles
echo 'profile named { }' >/tmp/named
check "profiles can be loaded" apparmor_parser -K -r /tmp/profiles
mkdir "$policy/namespaces/space"
check "labels are found by one under a profile" found_under "exec named"
check "by one under several" found_under "stack named//&lenient"
check "by one in a namespace" found_under "stack named//&:space:unconfined"
round "names"
if [ "$1" = modes ]; then
	echo 1 >/proc/sys/kernel/apparmor_display_secid_mode
	round "names and modes"
fi
finish
