# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # cache, say: of vm.sh
#
# Kernels of Debian for guests. What is kept of one, in $cache/NAME, where NAME is SUITE, or
# arm64/SUITE:
#
#	release        what uname -r will say
#	version        of the package
#	vmlinux        the kernel itself, not compressed: ELF; for arm64 what is called Image there
#	config         with which it was built
#	modules.cpio   /modules/NN-NAME.ko: what a guest has to load before it has a root
#
# The cloud flavour: a third of the general one's size, the same options as far as tracing goes.
# Its package names change with every upload and the old ones go, so they are asked for each time.

kernel_modules="virtio_pci virtio_console virtiofs overlay"

kernel_arch() { # NAME
	case $1 in arm64/*) echo arm64 ;; *) echo amd64 ;; esac
}

kernel_describe() { # DIR
	echo "${1#"$cache/"} $(cat "$1/release") $(cat "$1/version")"
}

# --- out of the packages --------------------------------------------------------------------------

u32_at() { # FILE OFFSET
	od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' '
}

# Where the compressed kernel lies, the header of the bzImage tells: setup_sects, payload_offset and
# payload_length of Documentation/arch/x86/boot.rst. Its last four bytes are the size unpacked.
# For arm64 it is not compressed.
vmlinux_unpack() { # VMLINUZ OUT
	local sectors start length unpack
	if [ "$(od -An -c -j $((0x38)) -N 4 "$1" | tr -d ' ')" = ARMd ]; then
		cp "$1" "$2"
		return
	fi
	sectors=$(od -An -tu1 -j $((0x1f1)) -N 1 "$1")
	start=$(((sectors + 1) * 512 + $(u32_at "$1" $((0x248)))))
	length=$(u32_at "$1" $((0x24c)))
	case $(od -An -tx1 -j "$start" -N 4 "$1" | tr -d ' ') in
	fd377a58) unpack="xz -dc --single-stream" ;;
	28b52ffd) unpack="zstd -dcq" ;;
	02214c18) unpack="lz4 -dcq" ;;
	*) return 1 ;;
	esac
	# shellcheck disable=SC2086 # a command and its options
	dd if="$1" bs=1M iflag=skip_bytes,count_bytes skip="$start" count=$((length - 4)) status=none |
		$unpack >"$2" || return
	[ "$(stat -c %s "$2")" -eq "$(u32_at "$1" $((start + length - 4)))" ]
}

# modules_pack TREE RELEASE OUT: a cpio of what has to be loaded, numbered in that order.
modules_pack() {
	local tree=$1 dir name path n=10
	dir=$(mktemp -d "$(dirname "$3")/XXXXXX")
	mkdir "$dir/modules"
	# Since 6.12 they are below usr.
	[ -e "$tree/lib" ] || ln -s usr/lib "$tree/lib"
	depmod -b "$tree" "$2" || return
	for name in $kernel_modules; do
		modprobe -C /dev/null -d "$tree" -S "$2" --show-depends "$name" || return
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r path; do
		name=$dir/modules/$n-$(basename "${path%%.ko*}").ko
		case $path in
		*.xz) xz -dc "$path" >"$name" ;;
		*.zst) zstd -dcq "$path" >"$name" ;;
		*) cp "$path" "$name" ;;
		esac
		n=$((n + 1))
	done || return
	(cd "$dir" && find modules | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$3" || return
	rm -r "$dir"
}

first_file() { # PATTERN-OF-FILES...
	local path
	for path; do
		[ ! -f "$path" ] || { echo "$path"; return; }
	done
	return 1
}

kernel_unpack() { # PACKAGES-DIR RELEASE OUT-DIR
	local tree=$1/tree package
	for package in "$1"/*.deb; do
		dpkg-deb -x "$package" "$tree" || return
	done
	mkdir -p "$3"
	echo "$2" >"$3/release"
	cp "$(first_file "$tree/boot/config-$2" "$tree/usr/lib/modules/$2/config")" "$3/config" &&
		vmlinux_unpack "$(first_file "$tree/boot/vmlinuz-$2" \
			"$tree/usr/lib/modules/$2/vmlinuz")" "$3/vmlinux" &&
		modules_pack "$tree" "$2" "$3/modules.cpio"
}

# --- the cache ------------------------------------------------------------------------------------

# The newest kernel of that NAME into DIR/new, unless that is the one in $cache/NAME.
kernel_download() { # DIR NAME
	local image parts version arch
	arch=$(kernel_arch "$2")
	rm -rf "${1:?}"/* # an earlier try's
	apt_prepare "$1" "${2##*/}" "$arch" || return
	image=$(apt_depends "$1" "linux-image-cloud-$arch" '^linux-image-[0-9]' | head -n 1) ||
		fetch_fail "$2" "has no cloud kernel" || return
	version=$(apt_private "$1" cache show "$image" | sed -n 's/^Version: //p' | head -n 1)
	[ "$version" != "$(cat "$cache/$2/version" 2>/dev/null)" ] || return 0
	# Since 6.19 the image's package is empty and depends on those that have it all.
	parts=$(apt_depends "$1" "$image" '^linux-(binary|modules|base)-[0-9]') || parts=$image
	mkdir "$1/packages"
	# shellcheck disable=SC2086 # a list of names
	(cd "$1/packages" && apt_private "$1" get download $parts) >"$1/log" 2>&1 ||
		fetch_fail "$2" "cannot be downloaded: $(grep -m 1 '^[EW]:' "$1/log")" || return
	kernel_unpack "$1/packages" "${image#linux-image-}" "$1/new" >"$1/log" 2>&1 ||
		fetch_fail "$2" "$image cannot be unpacked: $(tail -n 1 "$1/log")" || return
	echo "$version" >"$1/new/version"
}

# Asks no more than once a day; what was fetched before serves where that fails.
kernel_fetch() { # NAME
	local dir=$cache/$1 work status=0
	case ${1#arm64/} in '' | */* | -* | .*)
		fetch_fail "$1" "is not the name of a suite" || return
		;;
	esac
	mkdir -p "$(dirname "$dir")"
	exec {lock}>"$cache/.lock"
	flock "$lock"
	if [ -z "$(find "$dir/version" -mtime -1 2>/dev/null)" ]; then
		# On the cache's file system: it gets there by a rename.
		work=$(mktemp -d "$cache/.fetch.XXXXXX")
		if ! once_more kernel_download "$work" "$1"; then
			[ -e "$dir/version" ] && say "$1: the one fetched before is used" || status=1
		elif [ -e "$work/new/version" ]; then
			rm -rf "$dir"
			mv "$work/new" "$dir"
		else
			touch "$dir/version"
		fi
		rm -rf "$work"
	fi
	exec {lock}>&-
	[ $status -eq 0 ] && kernel_describe "$dir"
}

kernel_list() {
	local path
	for path in "$cache"/*/release "$cache"/arm64/*/release; do
		[ ! -e "$path" ] || dirname "$path"
	done
}

# The directory of a kernel, by NAME or by the beginning of its release instead of the suite.
kernel_find() { # KERNEL
	local dir arch wanted=${1##*/}
	arch=$(kernel_arch "$1")
	while read -r dir; do
		[ "$(kernel_arch "${dir#"$cache/"}")" = "$arch" ] || continue
		case $(cat "$dir/release") in
		"$wanted".* | "$wanted"-* | "$wanted") echo "$dir" && return ;;
		esac
	done < <(kernel_list)
	case $wanted in
	[0-9]*) fetch_fail "$1" "no such kernel was fetched" ;;
	*) [ -e "$cache/$1/version" ] || cmd_fetch "$1" >&2 || return ;;
	esac && echo "$cache/$1"
}
