#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is typed, where functions of the kernel can be hooked: of tests/root/tty.t what compares, in a guest of each
# kernel, where the records have to be cut as the kernel cuts them. Without what failed execs are seen by, which takes
# the verifier longer than all the typing.
#   KERNELS  of those alone: "6.1 5.10"
set -eu
cd "$(dirname "$0")/../.."
. tests/vm/lib.sh

cells_begin

cells_of() {
	case $1 in
	5.10) echo bullseye-security fentry ;;
	6.1) echo bookworm-security kprobe ;;
	6.12) echo trixie-security fentry ;;
	esac
}

for kernel in ${KERNELS:-5.10 6.1 6.12}; do
	# shellcheck disable=SC2046 # words
	set -- $(cells_of "$kernel")
	suite_name=$1
	shift
	for way; do
		# A guest takes longer for everything.
		cell "$kernel $way" "$suite_name" --timeout 900 -- env BUILD="${BUILD:-build}" HOOKS="$way" MS=60 \
			PARTS=beside OPTIONS=--no-failed tests/root/tty.t
	done
done
cells_end
