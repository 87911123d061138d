#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What of the kernel the BPF object depends on: every type and field that it relocates against, as
# this kernel has them, and the size of that BTF. A new line in its output is a new dependence.
# BTF=FILE reads another kernel's.
set -eu

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
btf=${BTF:-/sys/kernel/btf/vmlinux}
build=${BUILD:-build}

[ -e "$build/autrail.bpf.o" ] || {
	echo "$0: $build/autrail.bpf.o: make it first" >&2
	exit 1
}
[ -r "$btf" ] || {
	echo "$0: $btf: no BTF here; name another kernel's with BTF=FILE" >&2
	exit 1
}

for object in autrail feat; do
	surface=$build/$object.surface.btf
	bpftool gen min_core_btf "$btf" "$surface" "$build/$object.bpf.o"
	echo "/* $object.bpf.o: $(wc -c <"$surface") bytes of BTF */"
	bpftool btf dump file "$surface" format c |
		sed '/^#/d; /^$/d; /VMLINUX_H/d; /^typedef/d'
done
