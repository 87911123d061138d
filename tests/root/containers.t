#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Users in containers, by runc: a root of its own with its own libpam, once in the initial user namespace and
# once in another. What happens there is recorded, and marked; of what the kernel refuses kernel audit has
# nothing. The same by probes on the container's own libaudit, as soon as that is found. The root is made of this
# machine's own programs.
#   KEEP=1 keeps the logs
set -eu
. "$(dirname "$0")/lib.sh"

begin
reason=$(audit_unusable)
if [ -n "$reason" ]; then
	skip_all "$reason"
fi
if ! command -v runc >/dev/null; then
	skip_all "no runc"
fi

id=autrail-$$
first_uid=100000

test_cleanup() {
	runc --root "$work/runc" delete -f "$id" >/dev/null 2>&1 || :
}

# --- a root -------------------------------------------------------------------------------------

programs='sh su true false sleep cat id'

# A program or a library with what it is linked to, at the same place below the root.
root_add() {
	for file; do
		mkdir -p "$root$(dirname "$file")"
		cp -L "$file" "$root$file"
		ldd "$file" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
			[ -e "$root$library" ] && continue
			mkdir -p "$root$(dirname "$library")"
			cp -L "$library" "$root$library"
		done
	done
}

root_make() {
	root=$work/root
	mkdir -p "$root/etc/security" "$root/proc" "$root/dev" "$root/tmp" "$root/root" "$root/var/log"
	for program in $programs; do
		root_add "/bin/$program"
	done
	# By another name: others on this machine may run su meanwhile.
	mv "$root/bin/su" "$root/bin/su-here"
	chmod u+s "$root/bin/su-here"
	for file in /lib/*-linux-gnu/security/pam_*.so /lib/*-linux-gnu/libnss_files.so.2; do
		case $file in
		*/pam_permit.so | */pam_deny.so | */pam_rootok.so | */pam_unix.so | *libnss*)
			root_add "$file"
			;;
		esac
	done
	mkdir "$root/etc/pam.d"
	cat >"$root/etc/pam.d/su" <<-END
		auth sufficient pam_rootok.so
		auth required pam_deny.so
		account required pam_permit.so
		session required pam_permit.so
	END
	printf 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\n' >"$root/etc/passwd"
	printf 'root:x:0:\nann:x:1000:\n' >"$root/etc/group"
	printf 'root:*:19000::::::\nann:*:19000::::::\n' >"$root/etc/shadow"
	printf 'passwd: files\ngroup: files\nshadow: files\n' >"$root/etc/nsswitch.conf"
}

# Owned by who is root inside.
root_give() {
	chown -R -h "$1:$1" "$root"
	chmod u+s "$root/bin/su-here"
	chmod 711 "$work"
}

# --- a container --------------------------------------------------------------------------------

# What is done inside: root becomes ann; ann may not become root.
acts='su-here ann -c true; su-here ann -c "su-here root -c true"; exit 0'

# The same, when there is a sign.
waits='while [ ! -e /tmp/go ]; do sleep 0.1; done'

# bundle NAME [JSON]: a bundle in $work/NAME; JSON is what to add to .linux.
bundle() {
	mkdir -p "$work/$1"
	runc spec -b "$work/$1"
	caps='["CAP_AUDIT_WRITE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL"]'
	jq --arg root "$root" --arg acts "$acts" --argjson caps "$caps" --argjson linux "${2:-{\}}" '
		.root = { path: $root, readonly: false }
		| .process.terminal = false
		| .process.args = ["/bin/sh", "-c", $acts]
		| .process.noNewPrivileges = false
		| .process.rlimits = []
		| .process.capabilities |= with_entries(.value = $caps)
		| .mounts = [{ destination: "/proc", type: "proc", source: "proc" },
			{ destination: "/dev", type: "tmpfs", source: "tmpfs" }]
		| .linux += $linux
		| del(.linux.maskedPaths, .linux.readonlyPaths, .linux.resources)
		| .linux.namespaces |= map(select(.type != "network" and .type != "cgroup"))
		| if $linux.uidMappings then .linux.namespaces += [{ type: "user" }] else . end
		' "$work/$1/config.json" >"$work/config.new"
	mv "$work/config.new" "$work/$1/config.json"
}

container() {
	runc --root "$work/runc" run -b "$work/$1" "$id" </dev/null
}

# --- records ------------------------------------------------------------------------------------

# The types of the records of su, in their order.
types() {
	grep -a 'exe="[^"]*/su-here"' "$1" | grep -ao '^type=[A-Z_]* msg=audit([^)]*): pid=' |
		sed 's/^type=\([A-Z_]*\) .*/\1/' | tr '\n' ' '
}

wanted='USER_AUTH USER_ACCT CRED_ACQ USER_START USER_AUTH USER_END CRED_DISP '
wanted="USER_AUTH USER_ACCT CRED_ACQ USER_START USER_END CRED_DISP $wanted"

types_are() {
	echo "got  $(types "$1")"
	echo "want $2"
	[ "$(types "$1")" = "$2" ]
}

# marked FILE TEXT: every user record of su has it in its tail, and none has not.
marked() {
	grep -a 'exe="[^"]*/su-here"' "$1" | grep -a "msg='" >"$work/su"
	[ -s "$work/su" ] && ! grep -aLq . "$work/su" 2>/dev/null
	! grep -av "$2" "$work/su"
}

not_marked() {
	! grep -a 'exe="[^"]*/su-here"' "$1" | grep -a "$2"
}

# The failing one is told as what it is.
fails_inside() {
	grep -a "acct=\"root\".*res=failed'" "$1" | grep -a '^type=USER_AUTH'
}

# Its own libaudit is another file than ours.
libaudit_probed() {
	grep -q "libaudit\.so.* of mount namespace .* is probed .* inode $(stat -L -c %i "$root$libaudit"))" \
		"$autrail_err"
}

# It waits for that, and then for nothing any more.
container_probed() {
	container "$1" &
	actor_pid=$!
	probed=0
	wait_for 30 libaudit_probed || probed=$?
	mkdir -p "$root/tmp" && touch "$root/tmp/go"
	wait "$actor_pid" || probed=$?
	actor_pid=
	return "$probed"
}

# run_case NAME RUN [OPTION...]
run_case() {
	name=$1
	run=$2
	shift 2
	audit_begin ENRICHED
	check "$name: autrail is ready" autrail_begin "$work/$name.log" -f enriched "$@"
	check "$name: the container runs" "$run" "$name"
	check "$name: kernel audit's log is complete" audit_sync
	check "$name: autrail ends well" autrail_end
	check "$name: the ledger adds up" ledger_balanced
	cp "$audit_log" "$work/$name.audit"
	audit_end
	rm -f "$audit_log"
}

root_make

bundle plain
run_case plain container
check "plain: every call of libpam is told" types_are "$work/plain.log" "$wanted"
check "plain: and by kernel audit, too" types_are "$work/plain.audit" "$wanted"
check "plain: the failing one says so" fails_inside "$work/plain.log"
check "plain: which container it was in" marked "$work/plain.log" "CONTAINER=\"$id\""
check "plain: its mount and pid namespace" marked "$work/plain.log" \
	'MNTNS="[0-9]*" PIDNS="[0-9]*" INPID="[1-9][0-9]*"'
check "plain: no user namespace, nothing refused" not_marked "$work/plain.log" 'USERNS\|REFUSED'
check "plain: execs say it as well" grep -aq "^type=SYSCALL.*comm=\"su-here\".*CONTAINER=\"$id\"" \
	"$work/plain.log"

libaudit=$(ldd /bin/su | grep -o '/[^ ]*/libpam\.so[^ ]*' | xargs ldd | grep -o '/[^ ]*/libaudit\.so[^ ]*')
acts="$waits; $acts"
bundle by-libaudit
run_case by-libaudit container_probed -v --hooks uprobe
check "by libaudit: every message is told" types_are "$work/by-libaudit.log" "$wanted"
check "by libaudit: and by kernel audit, too" types_are "$work/by-libaudit.audit" "$wanted"
check "by libaudit: as libpam told it" marked "$work/by-libaudit.log" 'grantors=[^?].*CONTAINER=\|res=failed'
check "by libaudit: and none by calls of libpam" not_marked "$work/by-libaudit.log" DERIVED

root_give $first_uid
apart="{ \"uidMappings\": [{ \"containerID\": 0, \"hostID\": $first_uid, \"size\": 65536 }],
	\"gidMappings\": [{ \"containerID\": 0, \"hostID\": $first_uid, \"size\": 65536 }] }"
bundle apart "$apart"
run_case apart container
check "apart: every call of libpam is told" types_are "$work/apart.log" "$wanted"
check "apart: kernel audit has none of them" types_are "$work/apart.audit" ""
check "apart: each says why the kernel refused it" marked "$work/apart.log" \
	'REFUSED="user-namespace"'
check "apart: where it was, and who it was there" marked "$work/apart.log" \
	"CONTAINER=\"$id\".* USERNS=\"[0-9]*\" INPID=\"[0-9]*\" INUID=\"[0-9]*\""
check "apart: ann is ann inside, and another outside" grep -aq \
	" uid=$((first_uid + 1000)) .*REFUSED=\|INUID=\"1000\"" "$work/apart.log"

bundle apart-by-libaudit "$apart"
rm -f "$root/tmp/go"
run_case apart-by-libaudit container_probed -v --hooks uprobe
check "apart, by libaudit: every message is told" types_are "$work/apart-by-libaudit.log" "$wanted"
check "apart, by libaudit: kernel audit has none of them" types_are "$work/apart-by-libaudit.audit" ""
check "apart, by libaudit: each says why the kernel refused it" marked "$work/apart-by-libaudit.log" \
	'REFUSED="user-namespace"'
check "apart, by libaudit: and none by calls of libpam" not_marked "$work/apart-by-libaudit.log" DERIVED

# --- what is typed inside -----------------------------------------------------------------------

# bundle_typed NAME: the same with a terminal, on which root becomes ann.
bundle_typed() {
	jq '.process.terminal = true | .process.args = ["/bin/su-here", "ann"]
		| .mounts += [{ destination: "/dev/pts", type: "devpts", source: "devpts",
			options: ["newinstance", "ptmxmode=0666", "mode=0620"] }]' \
		"$work/$1/config.json" >"$work/config.new"
	mv "$work/config.new" "$work/$1/config.json"
}

typed() {
	tests/root/keys.exp runc --root "$work/runc" run -b "$work/$1" "$id" -- '\$ $' 'echo typed inside\r' \
		'inside\r\n.*\$ $' 'exit\r'
}

# As it stands in TTY.
line=6563686F20747970656420696E736964650A

if command -v expect >/dev/null; then
	for name in plain apart; do
		[ "$name" = apart ] || root_give 0
		[ "$name" = plain ] || root_give $first_uid
		bundle_typed "$name"
		audit_lock
		check "typed, $name: autrail is ready" autrail_begin "$work/typed.log" -f enriched \
			--tty 'disable=* enable=ann'
		check "typed, $name: the container runs" typed "$name"
		check "typed, $name: autrail ends well" autrail_end
		exec 9>&-
		check "typed, $name: what ann types in there is recorded, and where" grep -aq \
			"^type=TTY.* data=$line.*CONTAINER=\"$id\"" "$work/typed.log"
		rm -f "$work/typed.log"
	done
else
	skip "what is typed in a container" "no expect"
fi
if [ -n "${KEEP:-}" ]; then
	ls "$work"
fi
finish
