#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The log of the daemon on small file systems: full and with room again, read-only, with errors,
# with somebody who renames, deletes, truncates and replaces under load, killed at any moment. Each
# event is to be there once, whole and in order over all files, or counted.
set -eu
. "$(dirname "$0")/lib.sh"

begin
driver=$BUILD/tests/logdriver
disk=$work/disk
dir=$disk/log
log=$dir/audit.log
out=$work/out
mkdir "$disk"

test_cleanup() {
	if [ -n "${load_pid:-}" ]; then
		kill "$load_pid" 2>/dev/null
	fi
	unmounted
}

unmounted() {
	while mountpoint -q "$disk"; do
		umount "$disk" 2>/dev/null || umount -l "$disk" || return
	done
}

# mounted SIZE: a new, empty file system, and a directory beside it for what is put away.
mounted() {
	unmounted
	mount -t tmpfs -o "size=$1,mode=700" tmpfs "$disk"
	rm -rf "$work/away"
	mkdir "$work/away"
}

# drive [KEY=VALUE...]: the driver obeys what comes on stdin.
drive() {
	status=0
	"$driver" "log_file=$log" "$@" >"$out" 2>&1 || status=$?
	if [ "$status" -ne 0 ] || grep -q '^failed' "$out"; then
		ok 1 "the driver" "$out"
	fi
}

# oldest_first: the files of the log, those that were put away before them.
oldest_first() {
	find "$work/away" -type f | sort -V
	find "$dir" -name 'audit.log*' -type f | sort -rV
}

# checker [DUPLICATES]: what is in all files: "events E first F last L missing M", of which nothing is
# broken; with DUPLICATES=1 an event may be there once more, at once.
checker() {
	oldest_first | xargs cat | awk -v twice="${1:-0}" '
		function bad(why) { print NR ": " why ": " substr($0, 1, 100); wrong++ }
		{
			sub(/^node=[^ ]* /, "")
			split($2, part, /[:)]/)
			n = part[2] + 0
		}
		/^type=SYSCALL/ {
			if (open) bad("an event without an end before")
			open = n
			size = substr($3, 6) + 0
			if (length($4) != size + 2 || NF != 4) bad("a record that is not whole")
			if (n <= last && !(twice && n == last)) bad("out of order, or twice")
			if (first && n > last + 1) missing += n - last - 1
			if (!first) first = n
			last = n
			next
		}
		/^type=PROCTITLE/ && open == n && $3 == "end" { open = 0; events++; next }
		{ bad("not a record of this event") }
		END {
			if (open) { print "an event without an end"; wrong++ }
			print "events " events + 0 " first " first + 0 " last " last + 0 \
				" missing " missing + 0
			exit wrong ? 1 : 0
		}' >"$work/checked" || return 1
	cat "$work/checked"
}

# is_whole NAME WANT [DUPLICATES]: WANT is how the checker's line begins.
is_whole() {
	status=0
	checker "${3:-0}" >"$work/checker.out" || status=$?
	case $(tail -n 1 "$work/checked") in
	"$2"*) ;;
	*) status=1 ;;
	esac
	ok "$status" "$1" "$work/checked"
}

# told NAME PATTERN [TIMES]
told() {
	n=$(grep -c "$2" "$out") || :
	[ "$n" -eq "${3:-1}" ] && status=0 || status=1
	ok "$status" "$1" "$out"
}

# --- full ---------------------------------------------------------------------------------------

full_by_others() {
	mounted 2m
	drive disk_full_action=syslog <<-END
		write 100 1000
		! head -c 4M /dev/zero >$disk/filler 2>/dev/null || true
		write 200 1000
		count
		tick
		! rm $disk/filler
		tick
		count
		write 10 1000
	END
	told "full: events wait" 'held=1[0-9][0-9] dropped=0 .* failing=1'
	told "full: it is told once" '^alert'
	told "full: with room again they are written" 'held=0 dropped=0 .* failing=0'
	is_whole "full: each is there once" "events 310 first 1 last 310 missing 0"
}

full_by_itself() {
	mounted 2m
	drive disk_full_action=syslog hold=1000000 <<-END
		write 300 10000
		count
		write 20 500000
		! mount -o remount,size=8m $disk
		tick
		write 10 100
		count
	END
	told "outgrown: what does not fit into memory is told" 'has reached its bound'
	dropped=$(grep -c '^dropped' "$out") || :
	told "outgrown: and counted" "held=0 dropped=$dropped "
	is_whole "outgrown: all others are there" "events $((330 - dropped)) first 1 last 330 missing $dropped"
}

full_rotate() {
	mounted 2m
	drive disk_full_action=rotate max_log_file=1 max_log_file_action=rotate num_logs=3 <<-END
		write 1000 3000
		tick
		write 1000 3000
		tick
		tick
		count
	END
	told "full, rotate: nothing waits in the end" 'held=0 dropped=0 '
	status=0
	checker >/dev/null || status=$?
	grep -q "missing 0" "$work/checked" || status=1
	grep -q "$(sed -n 's/^last /last /p' "$out") " "$work/checked" || status=1
	ok "$status" "full, rotate: only the oldest have gone" "$work/checked"
}

full_suspend() {
	mounted 2m
	drive disk_full_action=suspend <<-END
		write 10 1000
		! head -c 4M /dev/zero >$disk/filler 2>/dev/null || true
		write 10 1000
		! rm $disk/filler
		tick
		count
		resume
		count
	END
	told "full, suspend: space alone does not resume it" 'held=[1-9].* suspended=1'
	told "full, suspend: being asked to does" 'held=0 .* suspended=0'
	is_whole "full, suspend: each is there" "events 20 first 1 last 20 missing 0"
}

low_exec() {
	mounted 4m
	cat >"$work/clean" <<-END
		#!/bin/sh
		/bin/rm $disk/filler
		/bin/mv $log $work/away/1
		: >$work/cleaned
	END
	chmod 755 "$work/clean"
	rm -f "$work/cleaned"
	drive space_left=2 "space_left_action=exec $work/clean" <<-END
		write 10 1000
		! head -c 3M /dev/zero >$disk/filler
		tick
		write 10 1000
		count
		! until [ -e $work/cleaned ]; do sleep 0.05; done
		resume
		write 10 1000
		count
	END
	told "low, exec: events wait" 'held=10 .* suspended=1'
	told "low, exec: resumed" 'held=0 .* suspended=0'
	is_whole "low, exec: each is there" "events 30 first 1 last 30 missing 0"
}

# --- errors -------------------------------------------------------------------------------------

# A file system that turns read-only under open files, and another one in its place afterwards.
read_only() {
	unmounted
	rm -rf "$work/away"
	mkdir "$work/away"
	truncate -s 16M "$work/image"
	if ! mkfs.ext4 -q -F "$work/image" || ! mount -o loop "$work/image" "$disk" 2>/dev/null; then
		skip "read-only" "no loop device"
		return
	fi
	drive disk_error_action=syslog <<-END
		write 10 1000
		! mount -o remount,abort $disk
		write 10 1000
		tick
		count
		! cp $log $work/away/1
		! umount -l $disk && mount -t tmpfs -o size=4m,mode=700 tmpfs $disk
		tick
		count
	END
	told "read-only: events wait" 'held=10 dropped=0 .* failing=1'
	told "read-only: it is told" '^alert: .*Read-only file system' 2
	told "read-only: another one in its place: they are written" 'held=0 dropped=0 .* failing=0'
	is_whole "read-only: each is there once" "events 20 first 1 last 20 missing 0"
}

# One that is read-only from the start is put over the directory.
covered() {
	mounted 4m
	drive <<-END
		write 10 1000
		! mkdir $work/ro; mount -t tmpfs -o ro tmpfs $dir
		tick
		write 10 1000
		tick
		count
		! umount $dir
		tick
		write 10 1000
	END
	told "covered: the file that there was is written on" 'written=20 held=0 dropped=0'
	told "covered: it is told" 'cannot be opened: Read-only file system'
	is_whole "covered: each is there once" "events 30 first 1 last 30 missing 0"
}

io_errors() {
	mounted 8m
	rm -f "$work/eio"
	EIO_WHILE=$work/eio LD_PRELOAD=$BUILD/tests/eio.so
	export EIO_WHILE LD_PRELOAD
	drive disk_error_action=syslog flush=incremental freq=10 <<-END
		write 95 1000
		! touch $work/eio
		write 20 1000
		tick
		tick
		count
		! rm $work/eio
		tick
		write 20 1000
		count
	END
	unset EIO_WHILE LD_PRELOAD
	told "EIO: events wait" 'held=20 dropped=0 .* errors=3'
	told "EIO: each failure is told" '^alert: .*Input/output error' 3
	told "EIO: then they are written" 'held=0 dropped=0 '
	is_whole "EIO: each is there once, none in halves" "events 135 first 1 last 135 missing 0"
}

# --- somebody under load ------------------------------------------------------------------------

# load_begin SIZE [KEY=VALUE...]: returns when there is some.
load_begin() {
	load_command="load $1 $work/enough"
	shift
	rm -f "$work/enough"
	echo "$load_command" | "$driver" "log_file=$log" "$@" >"$out" 2>&1 &
	load_pid=$!
	wait_for 20 test -s "$log"
}

# load_end COMMAND...: after the command was called 25 times, with a number.
load_end() {
	i=0
	while [ "$i" -lt 25 ]; do
		i=$((i + 1))
		"$@" "$i" || :
		sleep 0.05
	done
	touch "$work/enough"
	status=0
	wait "$load_pid" || status=$?
	load_pid=
	[ "$status" -ne 0 ] || ! grep -q '^failed' "$out" || status=1
	ok "$status" "$1: the driver ends well" "$out"
	load_last=$(sed -n 's/^last //p' "$out")
}

rename_it() {
	[ ! -e "$log" ] || mv "$log" "$dir/put.$1"
}

renamed() {
	mounted 64m
	load_begin 400
	load_end rename_it
	for file in "$dir"/put.*; do
		mv "$file" "$work/away"
	done
	is_whole "renamed: each is there once" "events $load_last first 1 last $load_last missing 0"
}

# What has been deleted can still be read, up to the last byte.
delete_it() {
	exec 7<"$log" || return
	rm "$log"
	sleep 0.02
	cat <&7 >"$work/away/$1"
	exec 7<&-
}

deleted() {
	mounted 64m
	load_begin 400
	load_end delete_it
	# Who finds that it went into a deleted file is written again.
	is_whole "deleted: none is lost" "events " 1
	grep -q " first 1 last $load_last missing 0" "$work/checked" && status=0 || status=$?
	ok "$status" "deleted: not one" "$work/checked"
}

truncate_it() {
	truncate -s 0 "$log"
}

truncated() {
	mounted 64m
	load_begin 400
	load_end truncate_it
	is_whole "truncated: what is there is whole" "events "
	grep -q " last $load_last missing 0" "$work/checked" && status=0 || status=$?
	ok "$status" "truncated: and all since the last time" "$work/checked"
}

# The file keeps a name all the time: not if it is made between the two.
replace_it() {
	[ -f "$log" ] && [ ! -L "$log" ] || return
	ln -s "$work/precious" "$dir/link"
	ln "$log" "$dir/put.$1"
	mv -T "$dir/link" "$log"
}

replaced() {
	mounted 64m
	echo precious >"$work/precious"
	load_begin 400
	load_end replace_it
	check "replaced: nothing is written through a link" grep -qx precious "$work/precious"
	for file in "$dir"/put.*; do
		[ -L "$file" ] || mv "$file" "$work/away"
	done
	is_whole "replaced: each is there once" \
		"events $load_last first 1 last $load_last missing 0"
}

move_dir() {
	[ ! -e "$dir" ] || mv "$dir" "$disk/put.$1"
}

directory_gone() {
	mounted 64m
	load_begin 400
	load_end move_dir
	for file in "$disk"/put.*; do
		[ ! -e "$file/audit.log" ] || mv "$file/audit.log" "$work/away/${file##*.}"
	done
	is_whole "directory gone: each is there once" \
		"events $load_last first 1 last $load_last missing 0"
}

# --- rotation -----------------------------------------------------------------------------------

rotation() {
	mounted 64m
	drive max_log_file=1 max_log_file_action=rotate num_logs=60 flush=incremental_async freq=50 \
		node=host log_group=1 <<-END
		write 3000 2000
		rotate
		write 300 30000
		write 20 1500000
		write 1000 10
		rotate
		count
	END
	told "rotation: it rotates" 'rotations=[2-9][0-9]'
	is_whole "rotation: each is there once" "events 4320 first 1 last 4320 missing 0"
	check "rotation: modes" test "$(stat -c '%a %g' "$dir" "$log" "$log.1" | tr '\n' ' ')" = \
		'750 1 640 1 440 1 '
	split=$(oldest_first | while read -r file; do
		[ ! -s "$file" ] || head -n 1 "$file"
	done | grep -vc 'type=SYSCALL') || :
	check "rotation: no event over two files" test "$split" -eq 0
}

rotation_load() {
	mounted 200m
	load_begin 2000 max_log_file=1 max_log_file_action=keep_logs flush=data
	load_end rename_it
	check "rotation and renaming: both happen" test "$(find "$disk" -type f | wc -l)" -gt 10
	# Those that were renamed lie between the others: by the number of their first event.
	for file in "$dir"/*; do
		first=$(sed -n '1s/.*:\([0-9]*\)).*/\1/p' "$file" | head -c 20)
		[ -z "$first" ] || mv "$file" "$work/away/$first"
	done
	is_whole "rotation and renaming: each is there once" \
		"events $load_last first 1 last $load_last missing 0"
}

# --- killed -------------------------------------------------------------------------------------

# Killed at any moment; the next one goes on behind the last whole event.
killed() {
	mounted 300m
	touch "$work/halves"
	wrong=0
	rounds=0
	last=0
	while [ "$rounds" -lt 20 ]; do
		rounds=$((rounds + 1))
		echo "load $((rounds % 2 ? 3000000 : 500)) $work/never" | "$driver" \
			"log_file=$log" "journal=$work/journal" max_log_file=2 \
			max_log_file_action=keep_logs >"$out" 2>&1 &
		load_pid=$!
		sleep "0.0$((rounds % 10))3"
		kill -KILL "$load_pid"
		wait "$load_pid" 2>/dev/null || :
		load_pid=
		# What it does with the end of the log it does when it is opened.
		drive "journal=$work/journal" <<-END
			write 1 10
		END
		grep 'half an event' "$out" >>"$work/halves" || :
		status=0
		checker >"$work/checker.out" || status=$?
		# events E first F last L missing M
		read -r _ _ _ first _ end _ missing <"$work/checked" || status=1
		if [ "$status" -ne 0 ] || [ "$missing" -ne 0 ] || [ "$first" -gt $((last + 1)) ] ||
			[ "$end" -ne "$(sed -n 's/^last //p' "$out")" ]; then
			wrong=$((wrong + 1))
			diag <"$work/checked"
		fi
		last=$end
		rm -f "$log".*
	done
	ok "$wrong" "killed $rounds times, up to event $last: each is there once"
	echo "# half an event was removed $(wc -l <"$work/halves") times"
}

full_by_others
full_by_itself
full_rotate
full_suspend
low_exec
read_only
covered
io_errors
renamed
deleted
truncated
replaced
directory_gone
rotation
rotation_load
killed
finish
