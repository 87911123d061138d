# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # lib.sh has the others
#
# Sets of audit rules, each in force in kernel audit and in autrail while the same acts are done: what tests of
# rules share. Needs lib.sh.

varied=$BUILD/tests/varied
sets_done=0

# sets_begin [OPTION...]: kernel audit, the actor, and autrail with these options.
sets_begin() {
	chmod 711 "$work"
	mkdir -m 755 "$work/files"
	mkfifo "$work/orders"
	audit_begin RAW || return 1
	echo "# none" >"$work/set.rules"
	autrail_begin "$work/autrail.log" -r "$work/set.rules" "$@" || return 1
	"$varied" "$work/files" <"$work/orders" >"$work/acts" 2>"$work/acts.err" &
	actor_pid=$!
	# Behind all that would keep it open: its end is the actor's.
	exec 7>"$work/orders"
	wait_for 20 actor_ready
}

# The words of a set's rules that this run decides.
set_fill() {
	# shellcheck disable=SC2046 # two numbers
	set -- "$1" $(stat -c '%i %Hd %Ld' "$work/files/prog")
	sed -e "s|@P@|$actor_pid|g" -e "s|@W@|${set_waits:-0}|g" -e "s|@D@|$work/files|g" \
		-e "s|@B@|$BUILD/tests|g" -e "s|@I@|$2|g" -e "s|@MA@|$3|g" -e "s|@MI@|$4|g" "$1"
}

set_waits_now() {
	[ "$(grep -c '^fork ' "$work/acts")" -eq "$set_forks" ]
}

set_loaded() {
	[ "$(grep -c '^autrail: rules: ' "$autrail_err")" -eq "$((set_reloads + 1))" ]
}

set_acted() {
	grep -q "^done $set_name\$" "$work/acts"
}

# set_run NAME FILE [fork]: loads the rules of the file into both, and acts.
set_run() {
	set_name=$1
	set_waits=
	if [ "${3:-}" = fork ]; then
		set_forks=$(($(grep -c '^fork ' "$work/acts") + 1))
		echo fork >&7
		wait_for 20 set_waits_now || return 1
		set_waits=$(sed -n 's/^fork //p' "$work/acts" | tail -n 1)
	fi
	set_fill "$2" >"$work/set.new"
	auditctl -D >/dev/null 2>&1
	if ! auditctl -R "$work/set.new" >"$work/auditctl.out" 2>&1; then
		echo "$set_name: kernel audit does not take these rules:"
		cat "$work/set.new" "$work/auditctl.out"
		return 1
	fi
	set_reloads=$(grep -c '^autrail: rules: ' "$autrail_err")
	mv "$work/set.new" "$work/set.rules"
	kill -HUP "$autrail_pid"
	if ! wait_for 20 set_loaded; then
		echo "$set_name: autrail does not take these rules:"
		cat "$work/set.rules"
		tail -n 5 "$autrail_err"
		return 1
	fi
	echo "go $set_name" >&7
	wait_for 60 set_acted || return 1
	sets_done=$((sets_done + 1))
}

# sets_run FILE: all that are in the file, or those that $SETS names. What could not be run is said.
sets_run() {
	awk -v to="$work/sets" '
		!name && !/^== / { next }
		/^== / {
			name = $2
			file = to "/" name
			printf "" >file
			print name, /( |^)fork( |$)/ ? "fork" : "-", /( |^)none( |$)/ ? "none" : "-"
			next
		}
		{ print >>file }' "$1" >"$work/sets.list"
	: >"$work/sets.bad"
	while read -r name how _; do
		case " ${SETS:-$name} " in
		*" $name "*) ;;
		*) continue ;;
		esac
		set_run "$name" "$work/sets/$name" "$how" >>"$work/sets.bad" 2>&1 || :
	done <"$work/sets.list"
}

# Ends all of it; kernel audit has no rules any more.
sets_end() {
	auditctl -D >/dev/null 2>&1
	exec 7>&-
	wait "$actor_pid" || :
	actor_pid=
	check "kernel audit's log is complete" audit_sync
	check "kernel audit lost nothing" test "$(audit_status lost)" -eq "$audit_lost"
	sets_status=0
	autrail_end || sets_status=$?
	ok "$sets_status" "autrail ends well" "$autrail_err"
	check "the ledger adds up" ledger_balanced
	check "autrail lost nothing" test "$(ledger lost)" -eq 0
}
