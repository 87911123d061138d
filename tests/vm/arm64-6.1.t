#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Linux 6.1 of Debian 12, on arm64: without fentry.
exec "$(dirname "$0")/kernel.sh" arm64-6.1 arm64/bookworm-security kprobe tracepoint
