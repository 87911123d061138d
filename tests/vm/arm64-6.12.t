#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Linux 6.12 of Debian 13, on arm64.
exec "$(dirname "$0")/kernel.sh" arm64-6.12 arm64/trixie-security fentry kprobe
