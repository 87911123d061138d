#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What of the kernel the BPF objects depend on: every type and field that they relocate against, a line a
# type. A new word in its output is a new dependence; ARCHITECTURE.md has what it printed last.
#
#	kernel-surface.sh [BTF...]      of these kernels together (/sys/kernel/btf/vmlinux); a vmlinux will do
set -eu

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
build=${BUILD:-build}

[ $# -gt 0 ] || set -- /sys/kernel/btf/vmlinux
for file in "$build/autrail.bpf.o" "$build/feat.bpf.o" "$@"; do
	[ -r "$file" ] || {
		echo "$0: $file: not there; build first, or name another kernel's BTF" >&2
		exit 1
	}
done

surface=$(mktemp)
trap 'rm -f "$surface"' EXIT
for btf; do
	bpftool gen min_core_btf "$btf" "$surface" "$build/autrail.bpf.o" "$build/feat.bpf.o"
	bpftool btf dump file "$surface" format raw
done | awk -v q="'" '
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
	}' | LC_ALL=C sort
