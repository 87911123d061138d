#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What of the kernel the BPF objects depend on: every type and field that they relocate against, a line a
# type. A new word in its output is a new dependence; ARCHITECTURE.md has what it printed last.
#
#	kernel-surface.sh [--in FILE] [BTF...]  of these kernels together (/sys/kernel/btf/vmlinux); a vmlinux will do
#	    --in FILE    only what FILE does not have of it, which is a failure
set -eu

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
build=${BUILD:-build}

list=
if [ "${1:-}" = --in ]; then
	list=${2?}
	shift 2
fi
[ $# -gt 0 ] || set -- /sys/kernel/btf/vmlinux
for file in "$build/autrail.bpf.o" "$build/feat.bpf.o" "$@"; do
	[ -r "$file" ] || {
		echo "$0: $file: not there; build first, or name another kernel's BTF" >&2
		exit 1
	}
done

# new FILE: of lines as those printed, the types and fields that the lines of FILE do not have.
new() {
	awk '
		!/^(inside of others|(struct|union) [a-z0-9_]+): / { next }
		{
			type = $0
			sub(/: .*/, "", type)
			sub(/^[^:]*: /, "")
			for (i = 1; i <= NF; i++)
				if (FILENAME == ARGV[1])
					has[type, $i]
				else if (!((type, $i) in has) && (bad = 1))
					print "not in " ARGV[1] ": " type ": " $i
		}
		END { exit bad }' "$1" -
}

printed="cat"
[ -z "$list" ] || printed="new $list"

surface=$(mktemp)
dump=$(mktemp)
trap 'rm -f "$surface" "$dump"' EXIT
for btf; do
	bpftool gen min_core_btf "$btf" "$surface" "$build/autrail.bpf.o" "$build/feat.bpf.o"
	bpftool btf dump file "$surface" format raw
done >"$dump"
awk -v q="'" '
	# [12] STRUCT "cred" size=168 vlen=3
	/^\[/ {
		kind = tolower($2)
		name = $3
		gsub(q, "", name)
		type = ""
		# An enum comes with all its values, whichever is asked for.
		if (kind == "struct" || kind == "union")
			type = name == "(anon)" ? "inside of others" : kind " " name
		next
	}
	# its members, indented
	type != "" {
		field = $1
		gsub(q, "", field)
		if (field != "(anon)" && !has[type, field]++)
			fields[type] = fields[type] " " field
	}
	END {
		for (type in fields)
			print type ":" fields[type]
	}' "$dump" | LC_ALL=C sort | $printed
