#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A day's mix under auditd and autrail at the same time: a package is built and looked up, people become others,
# cron's and a container's like. `autrail compare` of the two logs says equal, or names each difference with its
# cause; and finds what is taken out of one of them.
#
# shellcheck disable=SC2016 # a makefile
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
[ -z "$reason" ] || skip_all "$reason"

cat >"$work/rules" <<-'END'
	-a always,exit -F arch=b64 -S execve,execveat -k all
	-a always,exit -F arch=b32 -S execve,execveat -k all
END

mix() {
	mkdir "$work/mix"
	printf 'int main(void) { return 0; }\n' >"$work/mix/a.c"
	printf 'all: a\na: a.c\n\tgcc -o $@ $<\n\t./a; sh -c "true | cat | cat"\n' >"$work/mix/Makefile"
	make -C "$work/mix"
	apt-cache policy make
	dpkg -l make
	runuser -u nobody -- sh -c 'id; /nonexistent; true'
	su nobody -s /bin/sh -c 'ls /'
	useradd -M autrail-mix
	userdel autrail-mix
	unshare --pid --fork --mount-proc sh -c 'ls /proc; true'
	run-parts --test /etc/cron.daily
	perl -e 'exec "true", "x" x 30000, "a b", "\xff"'
	find /etc -maxdepth 1 -name 'host*' -exec cat {} +
} >/dev/null 2>&1

for format in raw enriched; do
	a=$work/$format.a
	b=$work/$format.b
	audit_begin "$(echo "$format" | tr '[:lower:]' '[:upper:]')"
	auditctl -R "$work/rules" >/dev/null
	autrail_begin "$b" -f "$format" -r "$work/rules" || ok 1 "$format: autrail is ready" "$autrail_err"
	sleep 0.3
	since=$(date +%s.%N)
	mix
	until=$(date +%s.%N)
	check "$format: kernel audit's log is complete" audit_sync
	status=0
	autrail_end || status=$?
	ok "$status" "$format: autrail ends well" "$autrail_err"
	cp "$audit_log" "$a"
	auditctl -D >/dev/null
	audit_end
	rm -rf "$audit_log" "$work/mix"
	status=0
	"$AUTRAIL" compare --since "@$since" --until "@$until" "$a" "$b" >"$work/report" 2>&1 || status=$?
	head -n 1 "$work/report" | diag
	[ "$status" -le 1 ] && grep -qE '^(EQUAL|DIFFERENT, EXPLAINED): [0-9,]+ events in both' "$work/report" && status=0 || status=1
	ok "$status" "$format: the two logs are equal, or each difference has its cause" "$work/report"
	n=$(grep -n 'a0="dpkg"' "$b" | head -n 1 | sed 's/.*audit(\([^)]*\)).*/\1/')
	grep -v "audit($n)" "$b" >"$work/less"
	status=0
	"$AUTRAIL" compare --since "@$since" --until "@$until" "$a" "$work/less" >"$work/report" 2>&1 || status=$?
	[ "$status" -eq 1 ] && grep -q 'serials are missing in B at that time' "$work/report" && status=0 || status=1
	ok "$status" "$format: an exec that is taken out is missed" "$work/report"
done
finish
