#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# No function over 100 lines, no file over 600 (vmlinux/ is a copy of the kernel's types), an SPDX
# line in every source, and nothing left for later.
set -u

bad=0

sources=$(find bpf user vmlinux tests scripts .ci Makefile \( -name '*.[ch]' -o -name '*.sh' -o \
	-name '*.t' -o -name Makefile -o -path .ci/run \) -type f | sort)

# A function's body lies between { and } in the first column; its head counts, too.
# shellcheck disable=SC2086 # a list of files
awk '
	FNR == 1 { head = 0 }
	/^[A-Za-z_].*[^;{]$/ && !head { head = FNR }
	/^$/ || /;$/ && !/^[ \t]/ { head = 0 }
	/^\{/ { start = head ? head : FNR }
	/^\}/ {
		if (start && FNR - start + 1 > 100) {
			print FILENAME ":" start ": a function of " FNR - start + 1 " lines"
			bad = 1
		}
		start = head = 0
	}
	END { exit bad }
' $sources >&2 || bad=1

for file in $sources; do
	lines=$(wc -l <"$file")
	case $file in
	vmlinux/*) ;;
	*)
		[ "$lines" -le 600 ] || {
			echo "$file: $lines lines" >&2
			bad=1
		}
		;;
	esac
	head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || {
		echo "$file: no SPDX line" >&2
		bad=1
	}
done

# The word is cut in two so that it is not found here.
# shellcheck disable=SC2086 # a list of files
if grep -nE '\<(TO''DO|FIX''ME|X''XX)\>' $sources; then
	echo "left for later: do it, or write an issue" >&2
	bad=1
fi

exit $bad
