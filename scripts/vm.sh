#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Other kernels: fetch them, and run commands under them in QEMU guests (TCG: no KVM is needed).
#
#	vm.sh fetch [arm64/]SUITE...      the newest cloud kernel of each Debian suite, into the cache
#	vm.sh list                        what is there: its name, release, version of the package
#	vm.sh root arm64                  the root of arm64 guests, fetched if need be: its path
#	vm.sh run KERNEL [--icount] [--append ARGS] [--timeout SECONDS] -- COMMAND...
#
# KERNEL is a suite (bookworm-security, arm64/bookworm-security; fetched if it is not there) or how
# the release of one that was fetched begins (6.1, arm64/6.1). The guest's root is this machine's
# own /, read through virtiofs, under an overlay that takes all writes and goes with the guest; /tmp
# and /run are empty. The command runs there as root, in this repository; what it writes to stdout
# and stderr comes out here as it writes it, and its exit status is that of vm.sh: 124 when the time
# is up (300 s), 125 when the guest did not get that far or died (then the end of its console is on
# stderr).
#
# An arm64 guest cannot run this machine's programs: its root is a tree of arm64 packages, in which
# the repository and BUILD have their places. The tree is a sysroot as well: make arm64.
#
#	--append ARGS   more of the kernel's command line: "lsm=lockdown,yama"
#	--icount        the guest's clock counts instructions, one a nanosecond, and no time passes
#	                while it sleeps: what is timed inside is the same from run to run
#	VM_CACHE        where kernels and roots are kept (build/vm)
set -euo pipefail

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
repo=$(realpath "$(dirname "$0")/..")
build=${BUILD:-$repo/build}
cache=$(realpath -m "${VM_CACHE:-$build/vm}")
memory=1024 # MiB; taken from the host as the guest touches it

. "$repo/scripts/vm/apt.sh"
. "$repo/scripts/vm/kernel.sh"
. "$repo/scripts/vm/root.sh"
. "$repo/scripts/vm/initrd.sh"

run=      # the directory of this run
pids=()   # what has to be ended with it
machine=() console='' root='' # see machine_set

say() {
	echo "vm: $*" >&2
}

die() {
	say "$*"
	exit 125
}

help() {
	sed -n '/^#\tvm.sh/s/^#\t/  /p' "$0"
}

usage() {
	help >&2
	exit 2
}

# --- what the host lacks --------------------------------------------------------------------------

# Bookworm's is in C, later ones are in Rust and lie elsewhere.
virtiofsd_path() {
	local path
	for path in /usr/lib/qemu/virtiofsd /usr/libexec/virtiofsd; do
		[ ! -x "$path" ] || { echo "$path"; return; }
	done
}

require() { # COMMAND...
	local command
	for command; do
		command -v "$command" >/dev/null || die "no $command: scripts/deps.sh vm"
	done
}

require_x86() {
	[ "$(uname -m)" = x86_64 ] || die "guests want an x86-64 machine, and this one is $(uname -m)"
}

require_to_run() {
	require_x86
	# virtiofsd has to read every file of the host.
	[ "$(id -u)" -eq 0 ] || die "not root"
	require "${machine[0]}" busybox cpio setpriv
	[ -n "$(virtiofsd_path)" ] || die "no virtiofsd: scripts/deps.sh vm"
}

# --- one guest ------------------------------------------------------------------------------------

# The machine of a guest: what QEMU is to be, the name of its console, and where its root is.
machine_set() { # ARCH
	case $1 in
	amd64)
		machine=(qemu-system-x86_64 -machine pc -cpu max)
		console=ttyS0
		root=/
		;;
	arm64)
		# The architected pointer authentication is dear to compute.
		machine=(qemu-system-aarch64 -machine virt -cpu "max,pauth-impdef=on")
		console=ttyAMA0
		root=$cache/arm64/root
		;;
	esac
}

cleanup() {
	local status=$? pid
	trap '' INT TERM HUP
	trap - EXIT
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || :
	done
	wait
	[ -z "$run" ] || rm -rf "$run"
	exit "$status"
}

# background COMMAND...: ends with this script, also when that is killed.
background() {
	setpriv --pdeathsig TERM -- "$@" </dev/null &
	pids+=($!)
}

# The repository and BUILD are to be at the same place in the guest. Mounted where only the command
# sees it, which is to end as if it had been called itself.
with_directories() { # COMMAND...
	local dirs
	[ "$root" != / ] || { background "$@"; return; }
	mapfile -t dirs < <(shared_directories)
	# shellcheck disable=SC2016 # for the shell that is begun
	background unshare --mount -- sh -ec '
		root=$1
		for dir in "$2" "$3"; do
			[ -d "$dir" ] || continue
			mkdir -p "$root$dir"
			mount --bind "$dir" "$root$dir"
		done
		shift 3
		exec "$@"' sh "$root" "${dirs[@]}" "$@"
}

share_root() { # SOCKET
	local tries=300 path options
	path=$(virtiofsd_path)
	case $path in
	/usr/lib/qemu/*)
		options=(-o "source=$root,sandbox=chroot,xattr,log_level=err,cache=always")
		;;
	*)
		options=(--shared-dir="$root" --sandbox=chroot --xattr --log-level=error --cache=always)
		;;
	esac
	with_directories "$path" --socket-path="$1" "${options[@]}" >>"$run/virtiofsd.log" 2>&1
	until [ -S "$1" ]; do
		((tries-- > 0)) || die "virtiofsd: $(cat "$run/virtiofsd.log")"
		sleep 0.01
	done
}

# boot DIR APPEND SECONDS [QEMU-ARGUMENT...]: the guest, in the background; guest is its pid.
#
# The kernel is the unpacked one, on x86-64 entered by PVH: no time goes into decompression. With
# ioeventfd off, a write in the guest returns only after QEMU has written to the file: once the
# status is there, all output is, and the guest need not be shut down. On a busy host the guest may be
# kept from its CPU for as long as it waits to see its timer tick: it panics unless told not to look.
boot() {
	local dir=$1 append=$2 seconds=$3
	shift 3
	share_root "$run/root.sock"
	mkfifo "$run/status.in" "$run/status.out"
	: >"$run/out"
	: >"$run/err"
	background timeout -k 5 "$seconds" "${machine[@]}" \
		-nodefaults -no-user-config -display none -no-reboot \
		-accel tcg -smp 1 -m "$memory" \
		-object "memory-backend-memfd,id=mem,size=${memory}M,share=on" \
		-numa node,memdev=mem \
		-chardev "file,id=console,path=$run/console" -serial chardev:console \
		-device virtio-serial-pci,ioeventfd=off,max_ports=4 \
		-chardev "file,id=out,path=$run/out" -device virtserialport,chardev=out,name=out \
		-chardev "file,id=err,path=$run/err" -device virtserialport,chardev=err,name=err \
		-chardev "pipe,id=status,path=$run/status" \
		-device virtserialport,chardev=status,name=status \
		-chardev "socket,id=root,path=$run/root.sock" \
		-device vhost-user-fs-pci,chardev=root,tag=root,queue-size=1024 \
		-kernel "$dir/vmlinux" -initrd "$run/initrd" \
		-append "console=$console panic=-1 oops=panic loglevel=4 no_timer_check $append" "$@" \
		>"$run/qemu.log" 2>&1
	guest=$!
}

# The command's status as the guest tells it, in status: empty if it died or ran out of time. Not in
# a subshell, for which bash would let a signal wait. Where read runs out of time, it has taken what
# there was of the line.
await_status() {
	local fifo part
	exec {fifo}<>"$run/status.out"
	until read -r -t 1 part <&"$fifo"; do
		status+=$part
		if ! kill -0 "$guest" 2>/dev/null; then
			read -r -t 0.1 part <&"$fifo" || :
			break
		fi
	done
	status+=$part
	exec {fifo}<&-
}

show_console() { # REASON
	say "$1; the guest's console:"
	tail -n 80 "$run/console" >&2 || :
	cat "$run/qemu.log" "$run/virtiofsd.log" >&2
}

run_guest() { # DIR APPEND SECONDS [QEMU-ARGUMENT...]
	local status='' how=0 tails=()
	boot "$@"
	tail -c +1 -s 0.1 -f --pid="$guest" "$run/out" &
	tails+=($!)
	tail -c +1 -s 0.1 -f --pid="$guest" "$run/err" >&2 &
	tails+=($!)
	await_status
	kill "$guest" 2>/dev/null || :
	wait "$guest" 2>/dev/null || how=$?
	wait "${tails[@]}" || :
	if [ -n "$status" ]; then
		return "$status"
	fi
	if [ "$how" -eq 124 ]; then
		show_console "out of time after $3 s"
		return 124
	fi
	show_console "the guest died"
	return 125
}

# --- subcommands ----------------------------------------------------------------------------------

cmd_fetch() {
	local suite failed=0
	[ $# -gt 0 ] || usage
	require_x86
	require apt-get apt-cache dpkg-deb depmod modprobe cpio flock xz lz4 zstd
	for suite; do
		case $suite in arm64/*) root_fetch arm64 || { failed=1; continue; } ;; esac
		kernel_fetch "$suite" || failed=1
	done
	return $failed
}

cmd_list() {
	local dir
	kernel_list | while read -r dir; do
		kernel_describe "$dir"
	done
}

cmd_root() {
	[ "$*" = arm64 ] || usage
	require apt-get dpkg-deb flock
	root_fetch arm64 >&2 || exit 125
	echo "$cache/arm64/root"
}

cmd_run() {
	local kernel append='' seconds=300 dir qemu=()
	[ $# -gt 0 ] || usage
	kernel=$1
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--icount)
			qemu+=(-icount "shift=0,sleep=off")
			append+=" norandmaps"
			;;
		--append)
			append+=" ${2?}"
			shift
			;;
		--timeout)
			seconds=${2?}
			shift
			;;
		--)
			shift
			break
			;;
		*) usage ;;
		esac
		shift
	done
	[ $# -gt 0 ] || usage
	machine_set "$(kernel_arch "$kernel")"
	require_to_run
	dir=$(kernel_find "$kernel") || exit 125
	run=$(mktemp -d "${TMPDIR:-/tmp}/autrail-vm.XXXXXX")
	initrd_make "$dir" "$run/initrd" "$@"
	run_guest "$dir" "$append" "$seconds" "${qemu[@]}"
}

trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

[ $# -gt 0 ] || usage
command=$1
shift
case $command in
fetch | list | root | run) "cmd_$command" "$@" ;;
-h | --help) help ;;
*) usage ;;
esac
