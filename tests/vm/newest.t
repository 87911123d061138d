#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The newest kernel that Debian has for its stable release: 7.2 or later.
exec "$(dirname "$0")/kernel.sh" newest trixie-backports fentry kprobe tracepoint
