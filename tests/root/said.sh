# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # as in lib.sh
#
# What a daemon has said, to whom started it and in its log ($log), and what a command has. Needs lib.sh.

told() { # PATTERN
	cat "$autrail_err"
	grep -q "$1" "$autrail_err"
}

logged() { # TYPE PATTERN [FILE]
	grep "^type=$1 " "${3:-$log}" | tail -n 5
	grep "^type=$1 " "${3:-$log}" | grep -q "$2"
}

exits_with() { # CODE COMMAND...
	exits=$1
	shift
	exits_status=0
	"$@" >"$work/out" 2>&1 || exits_status=$?
	cat "$work/out"
	[ "$exits_status" -eq "$exits" ]
}

says() { # PATTERN: that command.
	cat "$work/out"
	grep -q -e "$1" "$work/out"
}
