#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Linux 6.12, of Debian 13.
exec "$(dirname "$0")/kernel.sh" 6.12 trixie-security fentry kprobe tracepoint
