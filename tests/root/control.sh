# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # lib.sh has the others
#
# A daemon that can be controlled, in the work directory: what tests of its socket share. Needs lib.sh.

. tests/root/said.sh

conf=$work/autrail.conf
log=$work/log/audit.log
socket=$work/run/control
metrics=$work/run/metrics.prom
autrail_err=$work/autrail.err

# configure [KEY=VALUE...]
configure() {
	{
		echo "log_file = $log"
		echo "log_group = root"
		echo "log_format = RAW"
		echo "flush = NONE"
		echo "max_log_file_action = IGNORE"
		echo "space_left = 2"
		echo "admin_space_left = 1"
		echo "rules = $work/rules"
		echo "control_socket = $socket"
		echo "pin = no"
		echo "metrics_file = $metrics"
		for line; do
			echo "${line%%=*} = ${line#*=}"
		done
	} >"$conf"
}

socket_there() {
	[ -S "$socket" ]
}

control_begin() {
	daemon_begin && wait_for 10 socket_there
}

ctl() {
	"$AUTRAIL" ctl --socket "$socket" "$@"
}

status() {
	"$AUTRAIL" status --socket "$socket" "$@"
}

# As somebody else: as_user UID GROUP COMMAND...
as_user() {
	as_uid=$1
	as_group=$2
	shift 2
	setpriv --reuid "$as_uid" --regid "$as_uid" --groups "$as_group" "$@"
}

same() { # FILE FILE
	diff -u "$1" "$2"
}
