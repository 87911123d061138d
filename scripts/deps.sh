#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Install what building and testing need, and only what is missing:
# deps.sh [build|test|lint|bench|vm]... (no group means build).
#
# Debian's packages by apt-get; elsewhere it only says what to install.
#
# Lists of words are split on purpose:
# shellcheck disable=SC2086,SC2046
set -eu

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() {
	echo "deps: $*" >&2
}

# The sanitizers' and the fuzzer's runtime has to be that of the clang in use.
clang_runtime() {
	major=$(clang -dumpversion 2>/dev/null | cut -d. -f1) || major=
	echo "libclang-rt${major:+-$major}-dev"
}

packages() {
	case $1 in
	build)
		echo clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev libaudit-dev libcap-dev
		echo pkg-config make gcc libc6-dev
		;;
	test)
		echo auditd jq laurel libauparse-dev libpam0g-dev perl procps python3-audit runc
		# Who logs in, and in what ways.
		echo cron expect login openssh-client openssh-server passwd sudo util-linux
		# Plugins and who reads the log; the service.
		echo audispd-plugins iproute2 laurel libcap2-bin rsyslog systemd
		clang_runtime
		# 32-bit programs, for the records of the compat system calls.
		case $(uname -m) in x86_64) echo gcc-multilib ;; esac
		;;
	lint)
		echo clang-format codespell cppcheck mandoc shellcheck
		;;
	bench)
		echo auditd libbpf-tools procps
		;;
	vm)
		echo apparmor busybox-static cpio kmod lld lz4 qemu-system-arm qemu-system-x86 xz-utils zstd
		;;
	*)
		say "unknown group '$1': build, test, lint, bench or vm"
		exit 2
		;;
	esac
}

# What a group gives that can be looked for where there is no dpkg: commands, headers.
things() {
	case $1 in
	build)
		echo clang llvm-strip bpftool pkg-config make gcc
		echo bpf/libbpf.h libelf.h zlib.h libaudit.h sys/capability.h
		;;
	test)
		echo auditd auditctl ausearch jq prove pgrep runc auparse.h security/pam_appl.h
		echo chage cron expect gpasswd login ssh sshd su sudo unshare useradd
		echo audisp-remote capsh rsyslogd setpriv ss systemd-analyze
		;;
	lint) echo clang-format codespell cppcheck mandoc shellcheck ;;
	bench) echo auditd execsnoop pgrep ;;
	vm) echo apparmor_parser busybox cpio ld.lld modprobe lz4 qemu-system-aarch64 qemu-system-x86_64 xz zstd ;;
	esac
}

missing_things() {
	for thing; do
		case $thing in
		*.h) echo "#include <$thing>" | cc -E -xc - >/dev/null 2>&1 || echo "<$thing>" ;;
		*) command -v "$thing" >/dev/null || echo "$thing" ;;
		esac
	done
}

# Virtual packages count: pkgconf provides pkg-config, and the like.
missing_packages() {
	have=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides},\n' |
		grep '^installed ')
	for package; do
		echo "$have" | grep -Eq " $package(,| \()" || echo "$package"
	done
}

# A freshly installed auditd would start at once, and at each boot from then on. The tests start
# their own; the machine's owner did not ask for one.
install_quietly() {
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $policy ]; then
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod 755 $policy
		trap 'rm -f /usr/sbin/policy-rc.d' EXIT
		trap 'exit 1' HUP INT TERM
	fi
	had=$(
		for service in auditd rsyslogd laurel; do
			command -v $service || :
		done
	)
	DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 install -y \
		--no-install-recommends "$@" >&2
	for service in auditd rsyslog; do
		case $had in *"/$service"*) continue ;; esac
		if [ -d /run/systemd/system ] && systemctl is-enabled --quiet $service 2>/dev/null; then
			systemctl disable $service >/dev/null 2>&1 ||
				say "$service will start at the next boot"
		fi
	done
	# It comes as an active plugin of the machine's auditd.
	case $had in
	*/laurel*) ;;
	*)
		if [ -e /etc/audit/plugins.d/laurel.conf ]; then
			sed -i 's/^active = yes/active = no/' /etc/audit/plugins.d/laurel.conf
		fi
		;;
	esac
}

[ $# -gt 0 ] || set -- build

wanted=$(for group; do packages "$group"; done) || exit 2

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	lack=$(for group; do
		missing_things $(things "$group")
	done)
	[ -z "$lack" ] && exit 0
	say "not found:" $lack
	say "this is no Debian: install them with your own package manager. Debian's packages are:"
	say $wanted
	exit 1
fi

lack=$(missing_packages $wanted)
[ -z "$lack" ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
	say "missing packages:" $lack
	say "install them as root: apt-get install --no-install-recommends" $lack
	exit 1
fi
say "installing" $lack
apt-get -o Acquire::Retries=3 update >&2 || say "apt-get update failed; trying with the lists at hand"
install_quietly $lack
