#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/tty.cases, which the unit test holds our patterns against, is what pam_tty_audit itself decides.
set -eu
. "$(dirname "$0")/lib.sh"

begin
for user in root:0 daemon:1 bin:2 sys:3 nobody:65534; do
	[ "$(id -u "${user%:*}" 2>/dev/null)" = "${user#*:}" ] || skip_all "no such user here: $user"
done
mkdir "$work/pam.d"
status=0
"$BUILD/tests/ttypam" "$work/pam.d" <tests/tty.cases >"$work/decided" 2>"$work/errors" || status=$?
if [ "$status" -ne 0 ]; then
	skip_all "$(cat "$work/errors")"
fi
grep -v '^#' tests/tty.cases >"$work/cases"
ok "$([ "$(wc -l <"$work/cases")" -ge 30 ] && echo 0 || echo 1)" "there are 30 cases"
check "pam_tty_audit decides so" diff "$work/cases" "$work/decided"
finish
