# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # repo, build, root: of vm.sh
#
# What a guest starts from: the modules of its kernel, busybox, the two scripts next to this one,
# and the command that it is there for.

# For any POSIX shell, which printf %q is not.
quote() {
	local word
	for word; do
		printf "'%s' " "${word//\'/\'\\\'\'}"
	done
}

shared_directories() {
	printf '%s\n' "$repo" "$(realpath -m "$build")"
}

# Those that have to be there although an empty file system hides their place.
kept_directories() {
	shared_directories | grep -E '^/(tmp|run)/.' || :
}

# That of the guest's architecture.
busybox_path() {
	case $root in /) command -v busybox ;; *) echo "$root/bin/busybox" ;; esac
}

initrd_make() { # KERNEL-DIR OUT COMMAND...
	local dir=$1 out=$2 tree
	shift 2
	tree=$(mktemp -d "$(dirname "$out")/tree.XXXXXX")
	mkdir -p "$tree/bin" "$tree/vm"
	cp "$(busybox_path)" "$tree/bin/busybox"
	cp "$repo/scripts/vm/init" "$tree/init"
	cp "$repo/scripts/vm/main" "$dir/release" "$dir/config" "$tree/vm"
	kept_directories >"$tree/vm/keep"
	{
		echo "cd $(quote "$repo")|| exit 125"
		echo "exec $(quote "$@")"
	} >"$tree/vm/command"
	{
		cat "$dir/modules.cpio"
		(cd "$tree" && find . | cpio -o -H newc -R 0:0 --quiet)
	} >"$out"
	rm -r "$tree"
}
