#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Linux 5.10, of Debian 11: the oldest that autrail runs on.
exec "$(dirname "$0")/kernel.sh" 5.10 bullseye-security fentry kprobe tracepoint uprobe
