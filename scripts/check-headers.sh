#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every header compiles alone, and has its guard. CC and CFLAGS come from the Makefile.
set -u

bad=0

# ATR_<NAME>_H, or ATR_<FOLDER>_<NAME>_H; vmlinux.h has the name that libbpf's headers look for.
check_guard() {
	name=$(basename "$1" .h | tr 'a-z.-' 'A-Z__')
	grep -Eq "^#ifndef ATR_([A-Z]+_)*${name}_H\$" "$1" || {
		echo "$1: no guard ATR_${name}_H" >&2
		bad=1
	}
}

# -Wno-unused-*: a static inline function of a header that nobody calls is no fault.
compile() {
	header=$1
	shift
	echo "#include \"$header\"" | "$@" -Wno-unused-function -Wno-unused-variable \
		-fsyntax-only -xc - || {
		echo "$header: does not compile alone" >&2
		bad=1
	}
}

for header in bpf/*.h vmlinux/*.h user/*.h user/*/*.h tests/*.h tests/*/*.h; do
	[ -e "$header" ] || continue
	[ "$header" = vmlinux/vmlinux.h ] || check_guard "$header"
	case $header in
	vmlinux/* | *.bpf.h)
		for arch in x86 arm64; do
			compile "$header" "${CLANG:-clang}" -target bpf -D__TARGET_ARCH_$arch \
				-Wall -Werror -I.
		done
		;;
	*)
		# shellcheck disable=SC2086 # a list of flags
		compile "$header" ${CC:-gcc} ${CFLAGS:--I.} -Werror
		;;
	esac
done

exit $bad
