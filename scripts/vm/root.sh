# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # cache: of vm.sh
#
# The root of guests of another architecture, $cache/ARCH/root: Debian 12's packages, unpacked, not
# installed. It is a sysroot, too, for what is to run there. What the packages' scripts would have
# made of it, had they been run, is made here as far as anything asks for it.

root_suite=bookworm
root_for_building="libaudit-dev libauparse-dev libbpf-dev libc6-dev libcap-dev libelf-dev
	libgcc-12-dev libpam0g-dev zlib1g-dev"
# usr-is-merged: instead of a package that sees to it by a script, in Perl.
root_for_running="auditd base-files base-passwd bash bpftool busybox-static coreutils dash diffutils
	findutils grep kmod libc-bin login mawk mount passwd perl-base procps sed usr-is-merged
	util-linux"

# What these lines name is part of the stamp: when it changes, the root is made anew.
root_stamp() {
	echo "$root_suite $root_for_building $root_for_running"
}

root_unpack() { # PACKAGES-DIR TREE
	local dir package path target
	for dir in bin lib sbin; do
		mkdir -p "$2/usr/$dir"
		ln -s "usr/$dir" "$2/$dir"
	done
	# dpkg-deb -x would put directories in the place of those links.
	for package in "$1"/*.deb; do
		dpkg-deb --fsys-tarfile "$package" |
			tar -x -p --keep-directory-symlink -C "$2" || return
	done
	# Right in the guest as well as here, where the linker follows them.
	find "$2" -type l -lname '/*' -printf '%p\t%l\n' | while IFS=$'\t' read -r path target; do
		ln -sfnr "$2$target" "$path"
	done
}

root_set_up() { # TREE
	local file
	ln -s mawk "$1/usr/bin/awk" || return
	for file in passwd group; do
		cp "$1/usr/share/base-passwd/$file.master" "$1/etc/$file" || return
	done
}

root_make() { # DIR ARCH
	local packages
	rm -rf "${1:?}"/* # an earlier try's
	apt_prepare "$1" "$root_suite" "$2" || return
	read -r -d '' -a packages <<<"$root_for_building $root_for_running" || :
	apt_private "$1" get install --download-only --no-install-recommends -y "${packages[@]}" \
		>"$1/log" 2>&1 ||
		fetch_fail "$2" "cannot be downloaded: $(grep -m 1 '^[EW]:' "$1/log")" || return
	mkdir "$1/new"
	{ root_unpack "$1/cache/archives" "$1/new" && root_set_up "$1/new"; } >"$1/log" 2>&1 ||
		fetch_fail "$2" "the root cannot be unpacked: $(tail -n 1 "$1/log")" || return
	root_stamp >"$1/new/.stamp"
}

# Made once; by root anew if somebody else made it, who cannot give files their owners.
root_there() { # DIR
	[ "$(cat "$1/.stamp" 2>/dev/null)" = "$(root_stamp)" ] &&
		{ [ "$(id -u)" -ne 0 ] || [ "$(stat -c %u "$1")" -eq 0 ]; }
}

root_fetch() { # ARCH
	local dir=$cache/$1/root work lock status=0
	mkdir -p "$cache/$1"
	exec {lock}>"$cache/.lock"
	flock "$lock"
	if ! root_there "$dir"; then
		work=$(mktemp -d "$cache/.fetch.XXXXXX")
		if once_more root_make "$work" "$1"; then
			rm -rf "$dir"
			mv "$work/new" "$dir"
		else
			status=1
		fi
		rm -rf "$work"
	fi
	exec {lock}>&-
	return $status
}
