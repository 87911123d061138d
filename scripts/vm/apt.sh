# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Debian's packages without installing any: apt with lists and a state of its own, in a directory
# that is thrown away afterwards. The mirrors are those that this machine's apt is set up with; its
# lists and its state are not touched.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# once_more COMMAND...: where nobody is there to try again (CI), for mirrors can be busy, or in the middle
# of an update.
once_more() {
	local try
	for try in 1 2 3; do
		"$@" && return
		if [ -z "${CI:-}" ]; then
			break
		fi
		[ "$try" -eq 3 ] || sleep $((try * 15))
	done
	return 1
}

# A function's failure has a reason, which is the last thing that it said on stderr.
fetch_fail() { # WHAT REASON
	say "$1: $2"
	return 1
}

# The architecture is that of apt_prepare: amd64, arm64.
apt_private() { # DIR TOOL ARGUMENT...
	local dir=$1 tool=$2 arch
	shift 2
	arch=$(cat "$dir/arch")
	"apt-$tool" -qq -o Dir::State="$dir" -o Dir::State::Lists="$dir/lists" \
		-o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
		-o Dir::Etc::SourceList="$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o APT::Architecture="$arch" -o APT::Architectures="$arch" \
		-o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none \
		-o Acquire::Retries=2 "$@"
}

# Where this machine's apt has its Debian from: the archive itself or that of security updates.
apt_mirror() { # SUITE
	local pattern='/debian/*$'
	case $1 in *-security) pattern='security/*$' ;; esac
	# shellcheck disable=SC2016 # apt's own variable
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
		grep -m 1 -- "$pattern"
}

apt_prepare() { # DIR SUITE ARCH
	local mirror
	mirror=$(apt_mirror "$2") || fetch_fail "$2" "apt knows no mirror of Debian that has it" ||
		return
	[ -e "$keyring" ] || fetch_fail "$2" "no $keyring" || return
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
	: >"$1/status"
	echo "$3" >"$1/arch"
	echo "deb [signed-by=$keyring arch=$3] $mirror $2 main" >"$1/sources.list"
	apt_private "$1" get update -o APT::Update::Error-Mode=any >"$1/log" 2>&1 ||
		fetch_fail "$2" "cannot be reached: $(grep -m 1 '^[EW]:' "$1/log")"
}

# The names of PACKAGE's dependencies that match.
apt_depends() { # DIR PACKAGE PATTERN
	apt_private "$1" cache show "$2" | awk '/^Depends: / { sub(/^Depends: /, ""); print; exit }' |
		tr ',' '\n' | sed 's/^ *//; s/[ (|].*//' | grep -E "$3"
}
