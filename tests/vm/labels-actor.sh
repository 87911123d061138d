#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The acts of labels-guest.sh: says who it is, waits for a line as tests/actors/act.c does, and acts.
# Audit goes by the parent's pid, so each is a child of this shell, and execs what it execs itself.
# shellcheck disable=SC2016 # for the shells that are started
set -u

# Changes to a label with the next exec, in this process.
under() { # LABEL COMMAND...
	exec sh -c 'echo "$0" >/proc/self/attr/exec && exec "$@"' "$@" 2>/dev/null
}

# Two wait under a profile while the command does something to it, then exec, one after the other: a
# kernel that can preempt our programs leaves them out for whoever runs meanwhile.
lingering() { # COMMAND...
	mkfifo /tmp/fails /tmp/works
	under "exec named" sh -c 'read -r _ <"$0"; exec /nowhere' /tmp/fails &
	sleep 1
	under "exec named" sh -c 'read -r _ <"$0"; exec /bin/true' /tmp/works &
	sleep 1
	"$@"
	for fifo in /tmp/fails /tmp/works; do
		echo >$fifo
		sleep 1
	done
	wait
	rm /tmp/fails /tmp/works
}

echo "ready $$"
read -r _
/bin/true
/tmp/enforced
/tmp/lenient
/tmp/parent -c 'exec /tmp/child'
(under "exec a name with blanks" /bin/true)
(under "exec named" sh -c 'exec /nowhere')
(under "exec loose" /bin/true)
(under "exec :space:unconfined" /bin/true)
(under "stack &:space:unconfined" /bin/true)
(under "stack named//&/tmp/enforced" /bin/true)
(under "stack named//&lenient" /bin/true)
(under "stack named//&lenient//&:space:unconfined" sh -c 'exec /nowhere')
lingering apparmor_parser -K -r /tmp/profiles
lingering apparmor_parser -K -R /tmp/named
apparmor_parser -K -r /tmp/profiles
