#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The same orders to kernel audit by auditctl and to autrail by `autrail ctl`: the same is refused, the same is
# listed, byte for byte, and the records of it are the same but for who that is.
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
if [ -n "$reason" ]; then
	skip_all "$reason"
fi
. "$(dirname "$0")/control.sh"

# both WORD...: the same order to either, by the same user in the same session; what came of it, and what is listed.
both() {
	orders=$((orders + 1))
	echo "$orders: $*" >>"$work/orders"
	for side in audit autrail; do
		by=auditctl
		[ $side = audit ] || by=ctl
		result=0
		"$by" "$@" >"$work/$side.out" 2>&1 || result=1
		[ $result -eq 0 ] || : >"$work/$side.out"
		# Of each its own; and of the lines of a file auditctl says what it says of each.
		[ "$1" != -R ] || : >"$work/$side.out"
		sed -e '/^autrail: .*: warning: not observed: /d' \
			-e 's/^\(pid\|backlog\|backlog_limit\|lost\|backlog_wait_time\(_actual\)\?\) .*/\1/' "$work/$side.out" >"$work/$side.part"
		{
			echo "$orders: $* -> $result"
			cat "$work/$side.part"
			"$by" -l
		} >>"$work/$side.said"
	done
}

orders=0
session() {
	echo 1000 >/proc/self/loginuid || return 1
	both -l
	both -a always,exit -S 59
	both -a always,exit -F arch=b64 -S execve -F uid=root -F auid!=unset -k one -k two
	both -a always,exit -F arch=b64 -S execve -F uid=root -F auid!=unset -k one -k two
	both -A always,exit -F arch=b64 -S execve -F uid=root -F auid!=unset -k one -k two
	both -a never,exit -F exe=/bin/true -k 'sp"ace d'
	both -a always,exit -F arch=b64 -F arch!=b32 -S execve,execveat -F key=three
	both -w /etc/ -p wa -k etc
	both -w /etc/passwd
	both -a always,exit -F dir=/usr/bin -F perm=x -k etcetera
	both -a exclude,always -F msgtype=CWD
	both -a exclude,always -F msgtype=1199
	both -a always,exit -F exit=-EACCES -F success=0 -C uid!=euid -F a0=0x10 -F a1=4096 -F filetype=file
	both -a always,exit -F exit=5 -F exit!=-2 -F inode=3000000000 -F obj_uid=0 -F devmajor=8
	both -a never,filesystem -F fstype=tracefs -k traces
	both -a task,never -F uid=5
	both -a user,always -F uid=5
	both -a always,exit -F arch=b32 -S execve -S 5
	both -a always,exit -F arch=b64 -S 2000 -F saddr_fam=2 -F perm=wa -F path=/etc
	both -A never,exit -F arch=b64 -S open -F ppid=1 -F sessionid=-1 -F pers=8
	both -l -k etc
	both -l -k nothing
	both -d always,exit -F arch=b64 -S execve -F uid=root -F auid!=unset -k one -k two
	both -d always,exit -S 60
	both -W /etc/passwd
	both -W /etc/nothing
	both -D -k etc
	both -D -k nothing
	both -a always,exit -F bogus=1
	both -a always,exit -S nosuch
	both -a always,exit -S 1 -d always,exit -S 2
	both -e 3
	both -e 1
	both -e 0
	both -e 1
	both -m "hello there"
	both -D
	both -D
	both -R "$work/good.rules"
	both -D
}

cat >"$work/good.rules" <<-'END'
	# As distributions have them.
	-D
	-b 8192
	-f 1
	-w /etc/shadow -p wa -k shadow
	-a always,exit -F arch=b64 -S execve -C uid!=euid -F euid=0 -k setuid
	-a never,exit -F arch=b32 -S execve -F auid=unset
	-a always,exclude -F msgtype=EOE
END

# The records of orders, without what is of each: stamp, serial; the program; and who, which autrail tells as well.
# That audit is enabled again is none to the kernel.
orders_of() {
	grep -a '^type=\(CONFIG_CHANGE\|USER\) ' "$1" | sed -e 's/msg=audit([^)]*): //' \
		-e 's/ exe="[^"]*"/ exe=/' -e 's/^\(type=USER \)pid=[0-9]*/\1pid=/' |
		grep -v 'autrail-test-mark\|audit_enabled=1 old=0\|audit_\(pid\|backlog_limit\|failure\|rate_limit\)='
}

: >"$work/rules"
configure logins=no
check "kernel audit is there" audit_begin RAW
check "the daemon is ready" control_begin
cp "$audit_log" "$work/before.log"
(session) >"$work/session.out" 2>&1 || :
check "as somebody in a session" grep -q "^40: " "$work/orders"
check "what came of each, and the rules behind it" same "$work/audit.said" "$work/autrail.said"
check "kernel audit has told all of it" audit_sync

sed "1,$(wc -l <"$work/before.log")d" "$audit_log" >"$work/after.log"
orders_of "$work/after.log" >"$work/audit.records"
orders_of "$log" >"$work/autrail.full"
sed 's/^\(type=CONFIG_CHANGE .*\)\(pid=[0-9]* uid=0 \)/\1/' "$work/autrail.full" >"$work/autrail.records"
check "the records are those of the kernel, in its order" same "$work/audit.records" "$work/autrail.records"
check "there are many" [ "$(wc -l <"$work/audit.records")" -gt 40 ]
check "by a login user in a session" grep -q 'auid=1000 ses=[0-9]* op=add_rule' "$work/audit.records"
check "and each says pid and uid, too" sh -c \
	"! grep -v '^type=\(CONFIG_CHANGE\|USER\) \(op=set [a-z_]*=[0-9]* old=[0-9]* \)\?pid=[0-9]* uid=0 auid=' '$work/autrail.full'"

# --- every rule of the other tests ------------------------------------------------------------------

# Those apart that auditctl 3.0.9 lists as others than they are: exe!= as exe=, and calls of a rule without arch by
# their names in the arch of the rule before.
mkdir -p "$work/files/sub" "$work/files/locked"
touch "$work/files/prog"
tests/root/rules-random.pl 4711 60 >"$work/random.sets"
cat tests/root/rules.sets "$work/random.sets" | grep '^-' | grep -v 'container\|exe!=' |
	grep 'arch\|-S all\|^[^S]*$' |
	sed -e "s|@P@|4711|g" -e "s|@W@|4712|g" -e "s|@D@|$work/files|g" -e "s|@B@|$BUILD/tests|g" \
		-e "s|@I@|12345|g" -e "s|@MA@|8|g" -e "s|@MI@|1|g" >"$work/all.lines"
# What auditctl does not take, one by one, is not compared: it is about lists.
{
	echo -i
	cat "$work/all.lines"
} >"$work/all.rules"
auditctl -R "$work/all.rules" >"$work/all.auditctl" 2>&1 || :
auditctl -l >"$work/audit.list"
ctl -R "$work/all.rules" >"$work/all.ctl" 2>&1 || :
ctl -l >"$work/autrail.list"
check "rules of all kinds are listed as auditctl lists them" same "$work/audit.list" "$work/autrail.list"
diag <<-END
	$(wc -l <"$work/audit.list") rules
END
check "they are hundreds" [ "$(wc -l <"$work/audit.list")" -gt 200 ]
auditctl -D >/dev/null

check "it ends well" autrail_end
check "the ledger adds up" ledger_balanced
check "ausearch finds who has done it" sh -c \
	"ausearch -if '$log' -m CONFIG_CHANGE -ua 1000 --raw </dev/null | grep -c CONFIG_CHANGE >/dev/null"
check "by key as well" sh -c \
	"ausearch -if '$log' -m CONFIG_CHANGE -k etc --raw </dev/null | grep -q 'key=\"etc\"'"
check "aureport counts changes" sh -c \
	"aureport -if '$log' --config </dev/null | grep -q CONFIG_CHANGE"
finish
