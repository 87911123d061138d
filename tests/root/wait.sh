# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What tests and those who act for them wait by.

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
	wait_left=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		wait_left=$((wait_left - 1))
		[ "$wait_left" -gt 0 ] || return 1
		sleep 0.05
	done
}
