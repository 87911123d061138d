#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rules as one uses them: the walk-through for logging commands, files with mistakes, new rules while it runs, and
# containers. Without kernel audit.
#   KEEP=1 keeps the logs
set -eu
. "$(dirname "$0")/lib.sh"

begin
id=autrail-rules-$$

test_cleanup() {
	runc --root "$work/runc" delete -f "$id" >/dev/null 2>&1 || :
}

# says TEXT: autrail, up to now.
says() {
	grep -qF -- "$1" "$autrail_err"
}

# keyed LOG KEY: how many execs have it.
keyed() {
	grep -c "^type=SYSCALL .* key=\"$2\"" "$1" || :
}

as() { # UID COMMAND...
	uid=$1
	shift
	setpriv --reuid "$uid" --regid "$uid" --clear-groups "$@"
}

# --- the walk-through ---------------------------------------------------------------------------

walk_through() {
	cat >"$work/commands.rules" <<-END
		-a always,exit -F arch=b64 -F euid=0 -S execve -k root_command
		-a always,exit -F arch=b32 -F euid=0 -S execve -k root_command
		-a always,exit -F arch=b64 -F euid=1000 -S execve -k user_command
		-a always,exit -F arch=b32 -F euid=1000 -S execve -k user_command
	END
	check "walk-through: autrail is ready" autrail_begin "$work/commands.log" --strict \
		-r "$work/commands.rules"
	# Who does it is root until it is another one.
	/bin/echo of root >/dev/null
	as 1000 /bin/echo of a user >/dev/null
	as 65534 /bin/echo of nobody >/dev/null
	if [ -x "$BUILD/tests/exec32.m32" ]; then
		"$BUILD/tests/exec32.m32" /bin/echo 32 >/dev/null
	fi
	check "walk-through: autrail ends well" autrail_end
	check "walk-through: the ledger adds up" ledger_balanced
	for key in root_command user_command; do
		ausearch -if "$work/commands.log" -k "$key" --raw >"$work/$key" 2>/dev/null </dev/null || :
	done
	check "walk-through: root's commands are all root's" only_of root_command 0
	check "walk-through: the user's are all the user's" only_of user_command 1000
	check "walk-through: root's command is there" grep -q 'a1="of" a2="root"' "$work/root_command"
	check "walk-through: the user's is there" grep -q 'a1="of" a2="a" a3="user"' "$work/user_command"
	if [ -x "$BUILD/tests/exec32.m32" ]; then
		check "walk-through: that of 32-bit code, too" \
			grep -q '^type=SYSCALL .*arch=40000003 .*key="root_command"' "$work/root_command"
	fi
	check "walk-through: nobody's is nowhere" test "$(grep -c 'a2="nobody"' "$work/commands.log")" -eq 0
	check "walk-through: aureport knows both" report
}

only_of() {
	grep '^type=SYSCALL' "$work/$1" >"$work/only"
	[ -s "$work/only" ] && ! grep -v " euid=$2 " "$work/only"
}

report() {
	aureport -if "$work/commands.log" -k --summary </dev/null >"$work/keys"
	cat "$work/keys"
	grep -q ' root_command$' "$work/keys" && grep -q ' user_command$' "$work/keys"
}

# --- mistakes -----------------------------------------------------------------------------------

# refused NAME STATUS TEXT COMMAND...
refused() {
	refused_name=$1
	refused_status=$2
	refused_text=$3
	shift 3
	status=0
	"$@" >"$work/refused" 2>&1 </dev/null || status=$?
	check "$refused_name: exit $refused_status" test "$status" -eq "$refused_status"
	check "$refused_name: says where and why" grep -qF -- "$refused_text" "$work/refused"
}

mistakes() {
	bad=$work/bad.rules
	cat >"$bad" <<-END
		# a comment
		-a always,exit -F arch=b64 -S execve -F uuid=0 -k one

		-a always,exit -F arch=b64 -S exeve -k two
	END
	refused "trace" 3 "$bad:2:" "$AUTRAIL" trace -r "$bad" -o "$work/none.log"
	check "trace: and of the next mistake" grep -q "$bad:4:[0-9][0-9]*: " "$work/refused"
	check "trace: nothing is recorded" test ! -e "$work/none.log"
	refused "rules" 3 "$bad:2:" "$AUTRAIL" rules "$bad"
	refused "no such file" 3 "$work/no.rules" "$AUTRAIL" trace -r "$work/no.rules"
	mkfifo "$work/fifo.rules"
	refused "a pipe" 3 "$work/fifo.rules" timeout 10 "$AUTRAIL" rules "$work/fifo.rules"
	echo "-a always,exit -F arch=b64 -S openat -k open" >"$bad"
	refused "--strict" 3 "$bad:1: not observed: " "$AUTRAIL" trace --strict -r "$bad"
	refused "rules --strict" 3 "$bad:1: not observed: " "$AUTRAIL" rules --strict "$bad"
	refused "without --strict" 0 "$bad:1: not observed: " "$AUTRAIL" rules "$bad"
}

# --- new rules ----------------------------------------------------------------------------------

reload() {
	rules=$work/reload.rules
	log=$work/reload.log
	echo "-a always,exit -F arch=b64 -S execve -F exe=$work/probe -k first" >"$rules"
	cp -L /bin/true "$work/probe"
	check "reload: autrail is ready" autrail_begin "$log" -r "$rules"
	"$work/probe"
	echo "-a always,exit -F arch=b64 -S execve -F exe=$work/probe -F -k second" >"$rules"
	kill -HUP "$autrail_pid"
	check "reload: a mistake is told" wait_for 20 says "$rules:1:"
	check "reload: and what becomes of it" wait_for 20 says "the rules are as they were"
	"$work/probe"
	rm "$rules"
	kill -HUP "$autrail_pid"
	check "reload: and that there is no file" wait_for 20 says "cannot read the rules $rules"
	"$work/probe"
	echo "-a always,exit -F arch=b64 -S execve -F exe=$work/probe -k third" >"$rules"
	kill -HUP "$autrail_pid"
	check "reload: new ones" wait_for 20 says "rules: 1 in force"
	"$work/probe"
	check "reload: autrail ends well" autrail_end
	check "reload: the ledger adds up" ledger_balanced
	check "reload: the old rules went on" test "$(keyed "$log" first)" -eq 3
	check "reload: then the new ones" test "$(keyed "$log" third)" -eq 1
	check "reload: never the wrong ones" test "$(keyed "$log" second)" -eq 0
}

# many COUNT PLACE...: of so many rules those at these places are about a program each, and about nobody but root; the
# others are about others. The first to match decides: there is one more like it behind all of them.
many() {
	count=$1
	shift
	log=$work/many-$count.log
	seq "$count" | awk -v work="$work" -v places="$*" '
		BEGIN { n = split(places, list); for (i = 1; i <= n; i++) at[list[i]] }
		$1 in at { print "-a always,exit -F arch=b64 -S execve -F euid=0 -F exe=" work "/at-" $1 " -k at-" $1; next }
		$1 % 3 { print "-a always,exit -F arch=b64 -S execve -F auid=" 40000 + $1 " -k other"; next }
		{ print "-a always,exit -F arch=b64 -S execve -F exe=/opt/tool-" $1 " -k other" }
		END { for (i in at) print "-a always,exit -F arch=b64 -S execve -F exe=" work "/at-" i " -k behind" }' \
		>"$work/many.rules"
	# Of another list, in the same index.
	echo "-a never,task -F auid=4242" >>"$work/many.rules"
	check "$count rules: autrail is ready" autrail_begin "$log" -r "$work/many.rules"
	for place; do
		cp -L /bin/true "$work/at-$place"
		"$work/at-$place"
		as 65534 "$work/at-$place"
	done
	check "$count rules: autrail ends well" autrail_end
	check "$count rules: the ledger adds up" ledger_balanced
	for place; do
		check "$count rules: number $place decides" test "$(keyed "$log" "at-$place")" -eq 1
	done
	check "$count rules: where it does not, one behind it" test "$(keyed "$log" behind)" -eq $#
	check "$count rules: no other has anything to do with it" test "$(keyed "$log" other)" -eq 0
}

# name_of LENGTH
name_of() {
	printf '%*s' "$1" '' | tr ' ' x
}

# Names around the length to which the kernel side has them; each runs by its name and by a link of another length.
lengths() {
	lengths='1 39 40 41 64 200'
	log=$work/lengths.log
	: >"$work/lengths.rules"
	for length in $lengths; do
		name=$(name_of "$length")
		cp -L /bin/true "$work/$name"
		ln "$work/$name" "$work/$name-link"
		echo "-a always,exit -F arch=b64 -S execve -F exe=$work/$name -k of-$length" >>"$work/lengths.rules"
	done
	check "lengths: autrail is ready" autrail_begin "$log" -r "$work/lengths.rules"
	for length in $lengths; do
		name=$(name_of "$length")
		"$work/$name"
		"$work/$name-link"
	done
	cp -L /bin/true "$work/y"
	"$work/y"
	# Now by the name alone: it is another file.
	for length in $lengths; do
		name=$(name_of "$length")
		cp "$work/y" "$work/new"
		mv "$work/new" "$work/$name"
		"$work/$name"
	done
	check "lengths: autrail ends well" autrail_end
	check "lengths: the ledger adds up" ledger_balanced
	for length in $lengths; do
		check "lengths: $length" test "$(keyed "$log" "of-$length")" -eq 3
	done
	check "lengths: nothing else" test "$(grep -c '^type=SYSCALL' "$log")" -eq 18
}

# A file that takes the place of the one that a rule was about.
replaced() {
	log=$work/replaced.log
	echo "-a always,exit -F arch=b64 -S execve -F exe=$work/probe -k exe" >"$rules"
	echo "-a always,exit -F arch=b64 -S execve -F path=$work/script -k path" >>"$rules"
	printf '#!/bin/sh\n' >"$work/script"
	chmod 755 "$work/script"
	check "replaced: autrail is ready" autrail_begin "$log" -r "$rules"
	"$work/probe"
	"$work/script"
	for file in probe script; do
		cp "$work/$file" "$work/$file.new"
		mv "$work/$file.new" "$work/$file"
	done
	"$work/probe"
	"$work/script"
	check "replaced: autrail ends well" autrail_end
	check "replaced: exe= is about the new one, too" test "$(keyed "$log" exe)" -eq 2
	check "replaced: path= as well" test "$(keyed "$log" path)" -eq 2
}

# --- containers ---------------------------------------------------------------------------------

# A program with what it is linked to, at the same place below the root.
root_add() {
	for file; do
		mkdir -p "$root$(dirname "$file")"
		cp -L "$file" "$root$file"
		ldd "$file" | grep -o '/[^ ]*' | while read -r library; do
			mkdir -p "$root$(dirname "$library")"
			cp -L "$library" "$root$library"
		done
	done
}

containers() {
	root=$work/root
	mkdir -p "$root/proc" "$root/dev" "$root/opt"
	root_add /bin/sh /bin/true /bin/false /bin/cat
	mv "$root/bin/cat" "$root/opt/tool"
	mkdir "$work/bundle"
	runc spec -b "$work/bundle"
	# Of a directory and of a program, the names mean what is in the container.
	jq --arg root "$root" '
		.root = { path: $root, readonly: true }
		| .process.terminal = false
		| .process.args = ["/bin/sh", "-c",
			"/bin/true; /bin/false; cd /opt; ./tool /dev/null; /opt/nothing; exit 0"]
		| .process.rlimits = []
		| .mounts = [{ destination: "/proc", type: "proc", source: "proc" },
			{ destination: "/dev", type: "tmpfs", source: "tmpfs" }]
		| del(.linux.maskedPaths, .linux.readonlyPaths, .linux.resources)
		| .linux.namespaces |= map(select(.type != "network" and .type != "cgroup"))
		' "$work/bundle/config.json" >"$work/config.json"
	mv "$work/config.json" "$work/bundle/config.json"
	cat >"$work/containers.rules" <<-END
		-a always,exit -F arch=b64 -S execve -F exe=/bin/true -k exe
		-a always,exit -F path=/bin/false -F perm=x -k path
		-a always,exit -F dir=/opt -F perm=x -k dir
		-a always,exit -F arch=b64 -S execve -F container=$id -k container
		-a always,exit -F arch=b64 -S execve -F container=another -k another
	END
	log=$work/containers.log
	check "containers: autrail is ready" autrail_begin "$log" -f enriched -r "$work/containers.rules"
	check "containers: one runs" runc --root "$work/runc" run -b "$work/bundle" "$id" </dev/null
	/bin/true
	/bin/false || :
	/bin/echo not in a container >/dev/null
	check "containers: autrail ends well" autrail_end
	check "containers: the ledger adds up" ledger_balanced
	check "containers: exe= inside and outside" in_and_out exe true
	check "containers: path= inside and outside" in_and_out path false
	check "containers: dir= inside" inside dir 'exe="/opt/tool"'
	check "containers: container= has the rest" inside container 'comm="sh"'
	check "containers: failed ones, too" inside container 'success=no exit=-2'
	check "containers: none has what is outside" test "$(inside container 'comm="echo"' | wc -l)" -eq 0
	check "containers: nor another's" test "$(keyed "$log" another)" -eq 0
}

# inside KEY PATTERN: there is such an exec, and all with that key are in the container.
inside() {
	grep "^type=SYSCALL .* key=\"$1\"" "$log" >"$work/inside" || :
	grep "$2" "$work/inside" && ! grep -v "CONTAINER=\"$id\"" "$work/inside"
}

in_and_out() {
	grep "^type=SYSCALL .* key=\"$1\"" "$log" | grep "comm=\"$2\"" >"$work/both"
	cat "$work/both"
	[ "$(grep -c "CONTAINER=\"$id\"" "$work/both")" -eq 1 ] && [ "$(wc -l <"$work/both")" -ge 2 ]
}

walk_through
mistakes
reload
many 64 1 2 33 63 64
many 400 1 32 64 65 128 129 300 400
many 506 1 448 449 505 506
many 700 1 512 513 700
lengths
replaced
if command -v runc >/dev/null && command -v jq >/dev/null; then
	containers
else
	skip "containers" "no runc"
fi
finish
