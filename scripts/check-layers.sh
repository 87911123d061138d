#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Proves that dependencies point one way (ARCHITECTURE.md): which folder includes which, that only
# user/load knows libbpf, and that the pure part really is: no I/O, no clock, no globals.
set -eu

build=${BUILD:-build}
bad=0

complain() {
	echo "$1: $2" >&2
	bad=1
}

contract='bpf/event.h bpf/match.h'
pure="$contract user/event/* user/record/* user/rules/* user/conf/* user/control/*"
common="$pure user/log.h user/now.h"

# What of ours a file may include: shell patterns.
allowed() {
	case $1 in
	bpf/event.h) ;;
	bpf/match.h) echo bpf/event.h ;;
	bpf/label.h | bpf/kept.h | bpf/mark.h) echo bpf/event.h ;;
	vmlinux/*) echo 'vmlinux/*' ;;
	bpf/*) echo 'bpf/* vmlinux/*' ;;
	user/event/*) echo "$contract user/event/*" ;;
	user/record/*) echo "$contract user/event/* user/record/* user/rules/*" ;;
	user/rules/*) echo "$contract user/event/* user/rules/*" ;;
	user/conf/*) echo 'user/conf/*' ;;
	user/control/*)
		echo "$contract user/event/event.h user/record/text.h user/rules/*"
		echo 'user/control/*'
		;;
	user/lookup/*) echo "$common user/lookup/*" ;;
	user/sink/*) echo "$common user/sink/*" ;;
	user/compare/*) echo "$common user/compare/*" ;;
	user/load/*) echo "$common bpf/calls.h bpf/label.h bpf/kept.h bpf/mark.h user/load/* autrail.skel.h feat.skel.h" ;;
	user/cmd/*)
		echo "$common bpf/kept.h user/lookup/* user/sink/* user/compare/* user/load/*"
		echo "user/cmd/* version.h"
		;;
	user/log.[ch]) echo user/log.h ;;
	user/now.h) ;;
	user/main.c) echo 'user/* version.h' ;;
	tests/unit/logbed.h | tests/unit/test_log.c | tests/unit/test_log_*.c | tests/unit/test_feed.c | \
		tests/actors/logdriver.c)
		echo "user/sink/* tests/*"
		;;
	tests/unit/test_choose.c | tests/unit/test_symbols.c | tests/unit/test_reader.c)
		echo 'bpf/event.h user/load/* tests/*'
		;;
	tests/fuzz/fuzz_compare.c) echo 'user/compare/*' ;;
	tests/unit/* | tests/fuzz/*) echo "$pure tests/*" ;;
	tests/*) echo "$contract tests/*" ;;
	esac
}

included_by() {
	sed -n 's/^[ \t]*#[ \t]*include[ \t]*\([<"][^>"]*\).*/\1/p' "$1"
}

check_file() {
	patterns=$(allowed "$1")
	for include in $(included_by "$1"); do
		case $include in
		'<bpf/'*)
			case $1 in
			bpf/*.bpf.[ch] | vmlinux/* | user/load/*) ;;
			*) complain "$1" "includes $include>: only user/load knows libbpf" ;;
			esac
			;;
		\"*)
			name=${include#\"}
			found=
			set -f
			for pattern in $patterns; do
				# shellcheck disable=SC2254 # it is a pattern
				case $name in $pattern) found=1 ;; esac
			done
			set +f
			[ -n "$found" ] || complain "$1" "must not include \"$name\""
			;;
		esac
	done
}

for file in bpf/*.[ch] vmlinux/*.h user/*.[ch] user/*/*.[ch] tests/*.h tests/*/*.[ch]; do
	[ ! -e "$file" ] || check_file "$file"
done

# The pure part as the linker sees it.
impure='f?open(at)?(64)?|fdopen|read(v|link|dir)?|p?(read|write)v?(64)?|(v?[fd]?|_)printf|f?put[cs]'
impure="$impure|putchar|perror|fwrite|fread|f?gets|getline|std(in|out|err)|syslog|time"
impure="$impure|clock_gettime|gettimeofday|getpid|getenv|socket|ioctl|mmap|[fl]?stat(64)?|exit"
impure="$impure|_*(v?f?printf|open|read)(64)?_chk|bpf_.*|libbpf_.*"
calls=$(nm -u "$build/libautrail.a" | awk '$1 == "U" { print $2 }' | sort -u |
	grep -Ex "$impure" || :)
for call in $calls; do
	complain 'user/event, user/record, user/rules, user/conf, user/control' "the pure part uses $call"
done
globals=$(size -A "$build/libautrail.a" | awk '
	/^[^. ]+ .*:$/ { object = $1 }
	/^\.t?(data|bss) / && $2 > 0 { print object }' | sort -u)
for object in $globals; do
	complain "$object" "the pure part has no globals that can be written"
done

exit $bad
