#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Prints candidates for vmlinux/vmlinux.h from this kernel's BTF: gen-vmlinux.sh TYPE...
# A person trims them: what is not read does not go in, CO-RE finds the rest.
# BTF=FILE reads another kernel's.
set -eu

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
btf=${BTF:-/sys/kernel/btf/vmlinux}

[ $# -gt 0 ] || {
	echo "usage: $0 TYPE... (task_struct, 'enum pid_type', dev_t)" >&2
	exit 2
}
[ -r "$btf" ] || {
	echo "$0: $btf: no BTF here; name another kernel's with BTF=FILE" >&2
	exit 1
}

dump=$(mktemp)
trap 'rm -f "$dump"' EXIT
bpftool btf dump file "$btf" format c >"$dump"

for type; do
	awk -v name="${type#* }" -v kind="${type% *}" '
		BEGIN { if (kind == name) kind = "(struct|union|enum)" }
		# A definition begins with its name and ends with a brace in column 1.
		$0 ~ "^" kind " " name " \\{" { inside = 1 }
		inside { print }
		inside && /^}/ { inside = 0; found = 1; print "" }
		/^typedef / && $0 ~ "[ *]" name ";$" { print $0 "\n"; found = 1 }
		/^typedef (struct|enum|union) \{/ { held = ""; holding = 1 }
		holding { held = held $0 "\n" }
		holding && /^}/ { if ($0 == "} " name ";") { print held; found = 1 } holding = 0 }
		END { exit !found }
	' "$dump" || echo "/* $type: not in $btf */"
done
